"""Where a search looks: what is typed, chosen or ambiguous, ways between two places, and errors beside their fields."""

import re
from urllib.parse import parse_qsl

import httpx
import pytest

from tests.search_api.conftest import Client
from tests.web.site.reading import NANTES, cards, links, search, shown_on_map, text


def test_a_typed_commune_is_found_without_a_chosen_suggestion(site: Client) -> None:
    response = site.get("/", {"ou": "nantes"})
    assert {"lutins", "anne"} <= set(cards(response))
    assert "autour de Nantes" in text(response.text)
    assert 'name="lieu" value="commune:44109"' in response.text


def test_a_postcode_is_found(site: Client) -> None:
    assert "autour de Rezé" in text(site.get("/", {"ou": "44400"}).text)


def test_a_text_typed_over_a_chosen_place_wins(site: Client) -> None:
    assert "autour de Rezé" in text(site.get("/", {"ou": "Rezé", "lieu": "commune:44109"}).text)


WAY = [("ou", "Nantes"), ("vers", "Rezé")]


def test_a_way_is_searched_without_a_chosen_suggestion(site: Client) -> None:
    response = site.get("/", WAY)
    shown = text(response.text)
    assert "sur le trajet de Nantes à Rezé, à vol d’oiseau" in shown
    assert 'name="vers-lieu" value="commune:44143"' in response.text
    found = cards(response)
    assert "à 1,8 km de votre trajet" in found["mam"]
    assert re.search(r"à moins de \d(,5)? km de votre trajet", found["anne"])
    assert "de votre trajet" not in found["chloe"], "she is only known by her commune"
    assert not {"loups", "herblain", "sorinieres"} & set(cards(site.get("/", [*WAY, ("detour", "0.5")])))
    assert re.search(r'value="distance" selected>au plus près du trajet<', response.text)


def test_the_map_of_a_way_draws_it_and_all_that_is_near_it(site: Client) -> None:
    told = shown_on_map(site.get("/", WAY).text)
    assert len(told["route"]) == 2
    everywhere = site.get("/api/v1/map", [*parse_qsl(told["query"]), ("bbox", "-5,41,9,51"), ("zoom", "12")]).json()
    features = {each["properties"]["id"]: each["geometry"]["coordinates"] for each in everywhere["features"]}
    assert features.keys() == cards(site.get("/", WAY)).keys()
    outline = told["corridor"]
    for lon, lat in features.values():
        assert min(p[0] for p in outline) <= lat <= max(p[0] for p in outline)
        assert min(p[1] for p in outline) <= lon <= max(p[1] for p in outline)


@pytest.mark.parametrize(
    ("start", "end", "field", "sentence"),
    [
        ("Nantes", "Zzqxkwv", "vers", "Ce lieu n’est pas reconnu : « Zzqxkwv »"),
        ("Nantes", "nantes", "vers", "C’est le lieu d’où vous partez"),
        ("Nantes", "Loire-Atlantique", "vers", "ce lieu est trop étendu"),
        ("Loire-Atlantique", "Nantes", "ou", "ce lieu est trop étendu"),
        ("Nantes", "Lyon", "vers", "plus de 100 km"),
    ],
)
def test_a_way_that_cannot_be_is_said_beside_its_field(
    site: Client, start: str, end: str, field: str, sentence: str
) -> None:
    response = site.get("/", {"ou": start, "vers": end})
    assert response.status_code == 422
    beside = response.text.split(f'id="erreur-{field}"')[1].split("</p>")[0]
    assert sentence in text("<p" + beside)
    assert ('panel-way" open' in response.text) == (field == "vers")


def test_an_empty_way_offers_a_longer_detour_with_its_count(site: Client) -> None:
    response = site.get("/", [*WAY, ("detour", "0.5"), ("type", "eaje"), ("sous-type", "micro_creche")])
    steps = links(response.text.split('class="empty"')[1].split("</section>")[0])
    assert cards(site.get(next(step for step in steps if "detour=2" in step)))


def test_what_is_only_known_by_its_commune_has_no_distance(site: Client) -> None:
    shown = cards(search(site, ("type", "assistant_maternel")))
    assert "quelque part à Nantes" in shown["chloe"]
    assert " km" not in shown["chloe"]
    assert "à 580 m" in shown["gisele"]


def test_a_search_around_a_commune_says_where_its_distances_start(site: Client) -> None:
    said = "Distances depuis le centre de Nantes."
    assert said in text(search(site).text)
    assert "Affiner" not in search(site).text, "this site knows no addresses"
    assert said not in text(search(site, ("rayon", "0")).text), "there are none"
    assert "depuis le centre" not in site.get("/", {"ou": "Ma position", "autour": "47.2186,-1.5541"}).text
    assert "depuis le centre" not in site.get("/", WAY).text


def test_by_distance_whoever_is_known_by_the_commune_alone_comes_last_under_a_heading(site: Client) -> None:
    listed = search(site, ("type", "assistant_maternel"), ("tri", "distance")).text.partition('id="liste"')[2]
    located, heading, rest = listed.partition('<li class="between unlocated" id="adresse-non-situee">')
    assert "Adresse non située" in rest
    assert re.findall(r'id="offre-(\w+)"', rest) == ["chloe"]
    assert 'id="offre-anne"' in located
    assert heading not in search(site, ("type", "assistant_maternel"), ("tri", "nom")).text
    assert heading not in search(site, ("type", "eaje"), ("tri", "distance")).text, "all of them are located"


def test_an_ambiguous_place_links_to_the_others_and_keeps_the_search(site: Client) -> None:
    response = site.get("/", {"ou": "saint denis", "type": "eaje"})
    assert "Vous pensiez à un autre lieu ?" in text(response.text)
    others = links(response.text.split('class="notice"')[1].split("</ul>")[0])
    assert len(others) >= 1
    assert all("type=eaje" in link and "ou=Saint-Denis" in link for link in others[:1])
    assert site.get(others[0]).status_code == 200


def notice(response: httpx.Response) -> str:
    return text(response.text.split('class="notice">')[1].split("</div>")[0]).strip()


def test_a_notice_stands_above_the_list_and_not_in_the_folded_form(site: Client) -> None:
    html = site.get("/", {"ou": "naantes"}).text
    assert html.index('id="titre-resultats"') < html.index('id="lieux-retenus"') < html.index('class="notice"')
    assert html.index("</form>") < html.index('class="notice"') < html.index('id="liste"')


def test_a_name_of_before_says_around_what_the_search_looks(site: Client) -> None:
    around = text(site.get("/", {"ou": "Barbechat"}).text)
    today = "Barbechat, c’est aujourd’hui Divatte-sur-Loire"
    assert f"{today} : les distances partent du centre de cette commune." in around
    inside = text(site.get("/", {"ou": "Barbechat (Divatte-sur-Loire)", "rayon": "0"}).text)
    assert f"{today} : les résultats sont ceux de toute cette commune." in inside
    assert "c’est aujourd’hui" not in text(site.get("/", {"ou": "Divatte-sur-Loire"}).text)


def test_a_postcode_that_contradicts_the_name_is_said(site: Client) -> None:
    told = notice(site.get("/", {"ou": "Orvault 44000"}))
    assert told.startswith("Le code postal 44000 n’est pas celui d’Orvault. Lieu retenu : Orvault — ")


def test_namesakes_are_said_to_be_several(site: Client) -> None:
    told = notice(site.get("/", {"ou": "saint denis", "type": "eaje"}))
    assert "Plusieurs lieux s’appellent « saint denis ». Lieu retenu : Saint-Denis — " in told


@pytest.mark.parametrize("typed", ["44999", "44041 cedex"])
def test_a_postcode_of_no_commune_is_said_without_blaming_the_spelling(site: Client, typed: str) -> None:
    response = site.get("/", {"ou": typed})
    assert response.status_code == 422
    assert f"Aucune commune n’a le code postal {typed[:5]}. Essayez le nom de la commune." in text(response.text)


@pytest.mark.parametrize(
    ("typed", "status", "id"),
    [("les petits lutins", 422, "sorinieres"), ("Creche des Pentes", 422, "lyon"), ("RELAIS DE REZE", 200, "rpe")],
)
def test_an_offer_that_is_called_so_is_one_step_away(site: Client, typed: str, status: int, id: str) -> None:
    """Whether a commune stands in its name or not."""
    response = site.get("/", {"ou": typed})
    assert response.status_code == status
    assert re.findall('href="([^"]+)"', response.text.split('class="notice">')[1])[0] == f"/offre/{id}"
    assert "Pentes" not in notice(site.get("/", {"ou": "naantes"}))


def test_a_former_name_is_searched_around_the_commune_of_today(site: Client) -> None:
    response = site.get("/", {"ou": "varades"})
    assert "autour de Varades (Loireauxence)" in text(response.text)
    assert 'class="notice"' not in response.text, "nothing was guessed"
    lieu = re.search(r'name="lieu" value="(former:[^"]*)"', response.text)
    assert lieu
    again = site.get("/", {"ou": "Varades (Loireauxence)", "lieu": lieu[1], "rayon": "0"})
    assert "à Varades (Loireauxence)" in text(again.text)
    told = shown_on_map(site.get("/", {"ou": "Loireauxence", "rayon": "0"}).text)
    assert shown_on_map(again.text)["query"] == told["query"]


def test_a_retired_code_leads_to_the_commune_of_today(site: Client) -> None:
    assert "autour d’Ancenis-Saint-Géréon" in text(site.get("/", {"lieu": "commune:44160"}).text)
    # Its name wins over the code, as it always does.
    assert "autour de Saint-Géréon (Ancenis-Saint-Géréon)" in text(
        site.get("/", {"ou": "Saint-Géréon", "lieu": "commune:44160"}).text
    )


@pytest.mark.parametrize(
    "typed",
    [
        *("nantes", "NANTES", "44400", "44000 nantes", "paris 18", "saint denis 974", "villeneuve dascq", "reze\u0301"),
        *("Paris", "75015", "69003", "75015 Paris", "Paris XIV", "75000", "Mans", "varades (loireauxence)", "44"),
        *("44040 NANTES CEDEX 1", "Saint-Géréon", "44000 cedex", "F-44000", "44 000 CEDEX 2"),
        *("ville de nantes", "Commune de Rezé", "près de Nantes", "près du Mans", "autour d’Orvault"),
    ],
)
def test_a_whole_name_is_taken_without_a_word(site: Client, typed: str) -> None:
    assert 'class="notice"' not in site.get("/", {"ou": typed}).text


def test_an_arrondissement_is_meant_by_its_postcode(site: Client) -> None:
    assert "autour de Paris 15e Arrondissement" in text(site.get("/", {"ou": "75015"}).text)
    assert "autour de Lyon 3e Arrondissement" in text(site.get("/", {"ou": "69003"}).text)


@pytest.mark.parametrize(("typed", "first", "others"), [("44370", "Loireauxence", 1), ("44 260", "Savenay", 5)])
def test_all_communes_of_a_postcode_are_known_and_asked_for(site: Client, typed: str, first: str, others: int) -> None:
    response = site.get("/", {"ou": typed, "type": "eaje"})
    told = notice(response)
    assert told.startswith(f"Plusieurs communes ont le code postal {typed.replace(' ', '')}. Lieu retenu : {first} — ")
    assert "Vous pensiez à un autre lieu ?" in told
    asked = links(response.text.split('class="notice"')[1].split("</ul>")[0])
    assert len(asked) == others
    assert 'class="notice"' not in site.get(asked[0]).text


def test_a_territory_is_no_end_of_a_way_though_communes_begin_so(site: Client) -> None:
    response = site.get("/", {"ou": "Nantes", "vers": "Sarthe"})
    assert response.status_code == 422
    assert "ce lieu est trop étendu" in text(response.text)


@pytest.mark.parametrize(
    ("typed", "place", "around"),
    [("naantes", "Nantes", "autour de Nantes"), ("sorini", "Les Sorinières", "autour des Sorinières")],
)
def test_a_guess_is_said(site: Client, typed: str, place: str, around: str) -> None:
    response = site.get("/", {"ou": typed, "type": "eaje"})
    assert f"Aucun lieu ne s’appelle exactement « {typed} ». Lieu retenu : {place} — " in notice(response)
    assert around in text(response.text.split('id="titre-resultats"')[1].split("</h1>")[0])


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("gare de Nantes", "Nantes"),
        ("rue de Rennes Nantes", "Nantes"),
        ("12 rue de la Paix, 44400 Rezé", "Rezé"),
        ("La Haute-Rivière, Varades", "Varades (Loireauxence)"),
        ("gare du Havre", "Le Havre"),
    ],
)
def test_what_is_no_place_is_searched_around_the_commune_in_its_words(site: Client, typed: str, place: str) -> None:
    response = site.get("/", {"ou": typed, "type": "eaje"})
    assert response.status_code == 200
    assert f"« {typed} ». Lieu retenu : {place} — " in notice(response)


def test_the_other_commune_in_the_words_is_offered(site: Client) -> None:
    response = site.get("/", {"ou": "rue de Rennes Nantes"})
    assert any("commune:35238" in link for link in links(response.text.split('class="notice"')[1].split("</ul>")[0]))


def test_an_unknown_place_is_said_beside_the_field(site: Client) -> None:
    response = site.get("/", {"ou": "Zzqxkwv", "type": "eaje"})
    assert response.status_code == 422
    assert "Ce lieu n’est pas reconnu : « Zzqxkwv »" in text(response.text)
    assert re.search(r'<input id="ou"[^>]*value="Zzqxkwv"[^>]*erreur-ou"[^>]*aria-invalid', response.text)
    assert re.search(r'name="type" value="eaje" checked', response.text)


def test_an_invalid_field_keeps_the_rest_of_the_form(site: Client) -> None:
    response = search(site, ("jour", "lun"), ("debut", "25:00"), ("fin", "17:30"), status=422)
    assert 'id="erreur-heures"' in response.text
    assert re.search(r'value="lun"[^>]* checked', response.text)
    assert re.search(r'id="fin"[^>]*value="17:30"', response.text)
    assert not cards(response)


@pytest.mark.parametrize(
    ("name", "field"), [("type", "type"), ("option", "option"), ("sous-type", "sous-type"), ("suite", "suite")]
)
def test_a_value_that_the_search_refuses_is_a_sentence_on_the_page(site: Client, name: str, field: str) -> None:
    response = search(site, (name, "n’importe quoi"), status=422)
    assert f'id="erreur-{field}"' in response.text


def test_the_map_of_a_search_around_a_place_shows_what_the_list_holds(site: Client) -> None:
    page = search(site, ("rayon", "2"))
    told = shown_on_map(page.text)
    asked = dict(parse_qsl(told["query"]))
    assert asked["radius_km"] == "2"
    everywhere = site.get("/api/v1/map", [*parse_qsl(told["query"]), ("bbox", "-5,41,9,51"), ("zoom", "12")]).json()
    assert {each["properties"]["id"] for each in everywhere["features"]} == set(cards(page))
    assert "features" not in told, "half of a page, of which a telephone that shows the list needs nothing"


ZONE = ("bbox", "-1.5650,47.2100,-1.5510,47.2300")


def test_a_zone_of_the_map_is_searched_instead_of_the_place(site: Client) -> None:
    page = search(site, ZONE)
    assert {"lutins", "loups", "anne", "gisele", "horaires"} == set(cards(page)), "and nobody of beyond"
    shown = text(page.text.split('id="titre-resultats"')[1].split("</h1>")[0])
    assert "dans la zone de la carte" in shown
    assert "à 580 m" not in text(page.text), "there is no point to measure from"
    assert '<select id="rayon"' not in page.text
    assert '<option value="distance"' not in page.text
    told = shown_on_map(page.text)
    assert told["box"] == [-1.565, 47.21, -1.551, 47.23]
    assert "bbox" not in dict(parse_qsl(told["query"])), "the map asks by what it shows"


def test_a_zone_needs_no_place_and_a_wrong_one_is_said(site: Client) -> None:
    assert "lutins" in cards(site.get("/", [ZONE]))
    wrong = search(site, ("bbox", "-1.55,47.21,-1.56,47.23"), status=422)
    assert "n’est pas lisible" in text(wrong.text.split('id="erreur-ou"')[1].split("</p>")[0])


def test_the_links_of_a_zone_keep_it(site: Client) -> None:
    page = site.get("/", [("bbox", "-1.7,47.2,-1.5,47.3"), ("type", "rpe"), *NANTES])
    [more] = [link for link in links(page.text) if "suite=" in link]
    assert "bbox=-1.7,47.2,-1.5,47.3" in more
    assert "dans la zone de la carte" in text(site.get(more).text)


def test_a_zone_ends_with_the_place_that_it_was_left_from(site: Client) -> None:
    """Without JavaScript what is hidden outlives the text typed over it."""
    page = site.get("/", [("ou", "Rezé"), ("lieu", "commune:44109"), ZONE])
    assert "autour de Rezé" in text(page.text)
    assert "dans la zone" not in text(page.text)


def test_cards_say_where_the_map_shows_them_or_that_it_does_not(site: Client) -> None:
    html = search(site, ("type", "assistant_maternel")).text
    places = dict(re.findall(r'id="offre-(\w+)" data-at="([^"]+)"', html))
    assert places["gisele"] == "47.22300,-1.55800"
    assert places["anne"] == "47.22050,-1.55250"
    assert 'id="offre-chloe"' in html
    assert "chloe" not in places, "her commune is all that is known"
