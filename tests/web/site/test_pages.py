"""The pages as a visitor without JavaScript reads them."""

import re
from html import unescape
from urllib.parse import parse_qsl

import pytest

from settings import Settings
from tests.search_api.conftest import Client
from tests.web.site.conftest import NOON, OFFERS, SHOWN_PHONE, visitor
from tests.web.site.reading import NANTES, WEEK, cards, filtered, links, search, shown_on_map, text
from web.shared.search import filters

CONTACTS = (SHOWN_PHONE, SHOWN_PHONE.replace(" ", ""), "anne@example.org", "gisele@example.org")


def test_the_home_page_asks_where_and_shows_no_list(site: Client) -> None:
    response = site.get("/")
    assert response.status_code == 200
    assert "Où cherchez-vous ?" in text(response.text)
    assert 'id="resultats"' not in response.text


def test_every_fictitious_card_says_so_and_no_other(site: Client) -> None:
    fictitious = {offer.id: offer.fictitious for offer in OFFERS}
    shown = cards(search(site, ("rayon", "50")))
    assert len(shown) == 20
    assert {id: "Données fictives" in card for id, card in shown.items()} == {id: fictitious[id] for id in shown}


def test_a_fictitious_fiche_says_so(site: Client) -> None:
    assert "Données fictives" in text(site.get("/offre/anne").text.split("<footer")[0])
    assert "Données fictives" not in text(site.get("/offre/horaires").text.split('<footer class="site')[0])


def test_contacts_of_assistants_maternels_stand_on_their_fiche_alone(site: Client) -> None:
    lists = search(site, ("type", "assistant_maternel")).text + site.get("/", {"mots": "Gisèle"}).text
    assert "Gisèle T." in lists
    assert not [contact for contact in CONTACTS if contact in lists]
    assert SHOWN_PHONE in site.get("/offre/gisele").text.replace("\u00a0", " ")


def test_a_hidden_home_is_a_quarter_and_not_an_address(site: Client) -> None:
    card = cards(search(site, ("type", "assistant_maternel")))["anne"]
    assert "à moins de 1 km · Nantes" in card
    fiche = site.get("/offre/anne").text
    assert "Anne D. a choisi de ne pas montrer son adresse" in text(fiche)
    assert shown_on_map(fiche)["features"][0]["properties"]["precision"] == "zone"


def test_a_need_tells_what_is_free_and_what_is_to_ask(site: Client) -> None:
    shown = cards(search(site, *WEEK, ("debut", "08:00"), ("fin", "18:00")))
    assert "Libre les 5 jours" in shown["anne"]
    assert "Places à demander" in shown["lutins"]
    assert "Libre à partir du 1" in shown["berthe"]


def test_a_part_of_a_need_says_what_is_missing(site: Client) -> None:
    shown = cards(search(site, ("jour", "lun"), ("jour", "mar"), ("debut", "08:00"), ("fin", "11:00")))
    assert "Libre 1 jour sur 2 ; pas de place le mardi" in shown["chloe"]
    assert "lundi : libre ; mardi : pas de place" in shown["chloe"], "the week, to be read"


def test_siblings_need_their_places_at_the_same_time(site: Client) -> None:
    """Anne has two places in the morning, one in the afternoon."""
    both = [*WEEK, ("debut", "08:00"), ("fin", "17:00"), ("jour2", "mer"), ("debut2", "08:00"), ("fin2", "12:00")]
    response = search(site, *both)
    assert "Libre les 5 jours" in cards(response)["anne"]
    assert "du lundi au vendredi, 8 h – 17 h ; mercredi, 8 h – 12 h" in text(response.text)
    assert 'class="more-slots" open' in response.text
    longer = cards(search(site, *both[:-1], ("fin2", "14:00")))["anne"]
    assert "Libre 4 jours sur 5 ; libre de 8 h à 12 h 30 et de 14 h à 17 h" in longer


def test_an_error_of_a_second_slot_stands_beside_it(site: Client) -> None:
    response = search(site, *WEEK, ("jour2", "lun"), ("debut2", "9 h"), status=422)
    assert 'class="more-slots" open' in response.text
    assert re.search(
        r'id="debut2"[^>]*value="9 h"[^>]*aria-invalid="true" aria-describedby="erreur-heures2"', response.text
    )


def test_only_declared_places(site: Client) -> None:
    assert set(cards(search(site, *WEEK, ("libres", "oui")))) == {"anne"}


def test_without_a_need_availability_is_told_at_the_day(site: Client) -> None:
    shown = cards(search(site, ("type", "assistant_maternel")))
    assert "2 places libres" in shown["anne"]
    assert "jusqu’au" not in shown["anne"], "the end of a declaration is not that of a place"
    assert "Libre à partir du 1er septembre 2027" in shown["berthe"]
    assert "Disponibilités jamais déclarées" in shown["diane"]
    assert "Complet" in shown["fanny"]


def test_freshness_is_never_made_up(site: Client) -> None:
    shown = cards(search(site, ("type", "assistant_maternel")))
    assert "déclaré" not in shown["gisele"], "three days ago, as is right"
    assert "déclaré il y a 5 mois" in shown["chloe"]
    assert "Disponibilités jamais déclarées" in shown["elise"]
    assert "disponibilités déclarées il y a 3 jours, à jour" in text(site.get("/offre/gisele").text)
    assert "déclarées" not in cards(search(site, ("type", "eaje")))["lutins"]


def test_an_empty_result_offers_what_to_loosen(site: Client) -> None:
    asked = [("rayon", "1"), ("jour", "dim"), ("debut", "03:00"), ("fin", "04:00"), ("option", "meals")]
    response = search(site, *asked, ("type", "assistant_maternel"))
    assert "Rien ne correspond" in text(response.text)
    steps = links(response.text.split('class="empty"')[1].split("</section>")[0])
    assert len(steps) == 3, "one alone helps, all together, and a relais; the others would find nothing either"
    told = re.findall(r"(\d+) résultats?", text(response.text.split('class="empty"')[1]))
    assert told == [re.findall(r"(\d+) résultats?", text(site.get(step).text))[0] for step in steps]


def test_an_empty_result_says_whom_a_filter_leaves_out_and_takes_it_off(site: Client) -> None:
    asked = [("ferme", "24:00"), ("ouvre", "00:00"), ("tarif-max", "3.00"), ("langue", "en")]
    shown = search(site, *asked, ("type", "assistant_maternel"), ("type", "eaje")).text.split('class="empty"')[1]
    assert "les structures dont les horaires sont connus" in text(shown)
    assert text(shown).count("ne trouve que") == 2, "the hours once, and the wage"
    one = search(site, ("ferme", "24:00"), ("ouvre", "00:00"), ("type", "assistant_maternel"))
    offered = one.text.split('class="empty"')[1]
    [step] = re.findall(r'href="([^"]+)">Chercher sans heure d’ouverture ni de fermeture</a>', offered)
    assert "Retirer les filtres" not in offered, "it would be the same search"
    assert cards(site.get(unescape(step)))
    dear = search(site, ("tarif-max", "3.00"), ("type", "assistant_maternel")).text.split('class="empty"')[1]
    assert "Chercher sans limite de tarif" in dear
    assert "heure d’ouverture" not in dear


def test_a_search_for_places_leads_to_an_alert_where_there_are_any(settings: Settings, registry_url: str) -> None:
    def leads(site: Client, *pairs: tuple[str, str]) -> list[str]:
        return re.findall(r'href="(/alertes[^"]*)"', search(site, *pairs).text)

    with visitor(settings.model_copy(update={"database_url": registry_url})) as site:
        [link] = leads(site, ("jour", "lun"), ("tri", "nom"))
        assert parse_qsl(unescape(link).partition("?")[2]) == [*NANTES, ("jour", "lun")]
        assert len(leads(site, ("type", "assistant_maternel"), ("langue", "ru"))) == 1, "an empty result has it too"
        assert leads(site, ("type", "rpe")) == []
    with visitor(settings) as without_registry:
        assert leads(without_registry, ("jour", "lun")) == []


def test_the_next_pages_show_every_offer_once(site: Client) -> None:
    response = site.get("/", [*NANTES, ("rayon", "20"), ("type", "rpe")])
    seen = list(cards(response))
    while following := re.search(r'id="suite" href="([^"]+)"', response.text):
        response = site.get(unescape(following[1]))
        assert response.status_code == 200
        seen += cards(response)
    assert sorted(seen) == sorted(offer.id for offer in OFFERS if offer.kind == "rpe")


def test_filters_show_their_counts(site: Client) -> None:
    response = search(site, ("rayon", "20"), ("type", "rpe"))
    assert re.search(r'value="rpe" checked.*?<span class="count">26</span>', response.text, re.DOTALL)


def test_the_folded_filters_show_their_counts_and_how_many_are_set(site: Client) -> None:
    response = search(site, ("type", "assistant_maternel"), ("langue", "en"), ("a-jour", "oui"))
    assert set(cards(response)) == {"anne"}
    assert filtered(response.text, "langue") == {"en": "1", "fr": "2"}
    assert filtered(response.text, "ecole") == {"École Jules-Ferry": "1", "École Saint-Félix": "1"}
    assert filtered(response.text, "taille") == {"3-4": "1"}
    assert filtered(response.text, "sous-type") == {}, "no assistant maternel is a sort of crèche"
    assert re.search(r'id="recap-filtres" data-swap>2<', response.text)


def test_a_change_of_any_field_of_the_panel_searches_but_of_words_and_times(site: Client) -> None:
    """What the script goes by: those are still being typed when they change."""
    response = search(site, ("option", "?"), ("langue", "?"), ("ecole", "École Jules-Ferry"), status=422)
    panel = response.text.split('id="facettes-filtres"')[1].split("</details>")[0]
    parts = re.split(r'<(?:div|fieldset) class="field"', panel)[1:]
    at_once = {re.findall(r' name="([^"]+)"', part)[0]: part.startswith(" data-instant>") for part in parts}
    waiting = {"mots", "ouvre", "ferme"}
    assert at_once == {name: name not in waiting for name in ("mots", *filters.PANEL)}
    # The others that do stand outside of the panel.
    assert {"type", "rayon", "detour"} <= {
        name
        for part in re.split(r'<(?:div|fieldset) class="[^"]*" data-instant>', response.text)[1:]
        for name in re.findall(r' name="([^"]+)"', part)[:1]
    }


def test_each_filter_that_is_set_can_be_taken_off(site: Client) -> None:
    asked = [("type", "assistant_maternel"), ("mots", "anne"), ("langue", "en"), ("a-jour", "oui")]
    response = search(site, *asked)
    chips = re.findall(
        r'<li><a href="([^"]+)"[^>]*><span[^>]*>Retirer le filtre </span><span[^>]*>([^<]+)<', response.text
    )
    assert [label for _, label in chips] == [
        "Assistant maternel",
        "« anne »",
        "Infos à jour",
        "Langue parlée : anglais",
    ]
    for (href, _), (name, _) in zip(chips, [asked[0], asked[1], asked[3], asked[2]], strict=True):
        left = parse_qsl(unescape(href).partition("?")[2])
        assert dict(left) == dict([*NANTES, *(pair for pair in asked if pair[0] != name)])
    assert "Retirer le filtre" not in search(site).text


def test_a_tariff_is_chosen_among_a_few(site: Client) -> None:
    asked = [("type", "assistant_maternel"), ("tarif-max", "4.00")]
    response = search(site, *asked)
    assert set(cards(response)) == {"berthe"}
    assert "au plus 4,50 € (2)" in text(response.text)
    assert re.search(r'value="4.00" selected', response.text)


def test_hours_of_opening_are_a_filter_that_says_what_it_asks(site: Client) -> None:
    response = search(site, ("ouvre", "07:30"), ("ferme", "18:30"))
    assert set(cards(response)) == {"lutins", "horaires"}
    assert re.search(
        r'<label for="ouvre">Ouvre au plus tard à</label>\s*<input[^>]*type="time" value="07:30"', response.text
    )
    assert re.search(
        r'<label for="ferme">Ferme au plus tôt à</label>\s*<input[^>]*type="time" value="18:30"', response.text
    )
    shown = text(response.text)
    assert "Retirer le filtre Ouvre au plus tard à 7 h 30" in shown
    assert "Retirer le filtre Ferme au plus tôt à 18 h 30" in shown
    refused = search(site, ("ouvre", "25:00"), status=422)
    assert re.search(r'id="ouvre"[^>]*aria-invalid="true" aria-describedby="erreur-ouvre"', refused.text)


def test_a_school_is_one_however_it_is_written_and_stays_when_it_finds_nothing(site: Client) -> None:
    asked = [("type", "assistant_maternel"), ("ecole", "ecole jules-ferry")]
    assert set(cards(search(site, *asked))) == {"anne", "berthe"}
    empty = search(site, *asked, ("langue", "ru"))
    assert not cards(empty)
    assert re.search(r'name="ecole" value="[^"]+" checked', empty.text)
    assert re.search(r'name="langue" value="ru" checked', empty.text)


def test_the_fiche_of_a_structure(site: Client) -> None:
    response = site.get("/offre/horaires")
    shown = text(response.text)
    assert "Crèche &lt;b&gt;du&lt;/b&gt; Port" in response.text
    assert "Lundi aujourd’hui 7 h 30 – 18 h 30" in shown
    assert "Mardi 7 h 30 – 18 h 30" in shown
    assert "Samedi fermé" in shown
    assert "02 40 41 90 00 poste 12" in shown
    assert 'href="tel:+33240419000;ext=12"' in response.text
    assert 'href="https://creche.example.org"' in response.text
    assert "Source : Ville, Licence Ouverte (données : 2018)" in shown
    assert "noindex" not in response.text


def test_the_fiche_of_an_assistant_maternel(site: Client) -> None:
    response = site.get("/offre/anne")
    shown = text(response.text)
    assert "Du 1er septembre 2026 au 31 août 2027 en ce moment" in shown
    assert "Lundi 7 h 30 – 12 h 30 2 places 12 h 30 – 19 h 1 place" in shown
    assert "4,20 € net de l’heure" in shown
    assert '<meta name="robots" content="noindex">' in response.text


def test_a_period_that_is_over_is_not_shown_as_free(site: Client) -> None:
    shown = text(site.get("/offre/diane").text)
    assert "Les disponibilités déclarées sont passées" in shown
    assert "8 h – 18 h" not in shown


def test_an_unknown_fiche_is_a_page_in_plain_french(site: Client) -> None:
    response = site.get("/offre/nulle-part")
    assert response.status_code == 404
    assert "n’existe pas ou n’est plus publiée" in text(response.text)


def test_an_unknown_address_is_a_page_for_readers_and_a_problem_for_programs(site: Client) -> None:
    page = site.get("/nulle-part", headers={"accept": "text/html"})
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    problem = site.get("/api/v1/nulle-part", headers={"accept": "text/html"})
    assert problem.status_code == 404
    assert problem.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/?ou=Nantes", "/?mots=lutins", "/offre/anne"])
def test_a_search_engine_that_is_down_is_said(settings: Settings, path: str) -> None:
    down = settings.model_copy(update={"elasticsearch_url": "http://127.0.0.1:9"})
    with visitor(down) as site:
        response = site.get(path)
    assert response.status_code == 503
    assert int(response.headers["retry-after"]) > 0
    assert "momentanément indisponible" in text(response.text)
    assert response.headers["cache-control"] == "no-store"


def test_the_home_page_stands_without_the_search_engine(settings: Settings) -> None:
    with visitor(settings.model_copy(update={"elasticsearch_url": "http://127.0.0.1:9"})) as site:
        assert site.get("/").status_code == 200


def test_fiches_that_show_a_contact_are_limited(settings: Settings) -> None:
    with visitor(settings.model_copy(update={"fiche_limit": 2})) as site:
        site.app.state.limiter.clock = NOON.timestamp
        assert [site.get("/offre/gisele").status_code for _ in range(3)] == [200, 200, 429]
        site.get("/offre/lutins")
        assert site.app.state.limiter.contacts.read_today() == 2  # in the sum of all clients too
        limited = site.get("/offre/gisele")
        assert int(limited.headers["retry-after"]) > 0
        assert not [contact for contact in CONTACTS if contact in limited.text]
        assert site.get("/offre/lutins").status_code == 200


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://site/?ou=Nantes&type=eaje", "/?ou=Nantes&amp;type=eaje"),
        ("http://autre.example/?ou=Nantes", "/"),
        ("http://site.example/?ou=Nantes", "/"),
        ("http://site/offre/anne?x", "/"),
        ("http://[", "/"),
        ("", "/"),
    ],
)
def test_the_way_back_leads_to_our_own_search_only(site: Client, referer: str, back: str) -> None:
    response = site.get("/offre/lutins", headers={"referer": referer})
    assert f'<p class="back"><a href="{back}">' in response.text
