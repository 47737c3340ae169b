"""What the bar above the list says and offers, and the count on the button of its form."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from html import unescape
from urllib.parse import parse_qsl

import pytest

from search_api.filter_table import FILTERS, Flag
from search_api.geo import Point
from tests.search_api.conftest import Client
from tests.web.site.reading import NANTES, WEEK, cards, search, text
from web.parents.search import bar
from web.shared.search import filters, forms, parameters, summary
from web.shared.search.forms import SearchForm
from web.shared.search.places import Meant, Place, Where

TOWN = Place("commune", "Nantes", Point(47.2186, -1.5541), "commune:44109", "44109")
REZE = Place("commune", "Rezé", Point(47.19, -1.55), "commune:44143", "44143")
HERE = Place("position", "votre position", Point(47.2, -1.5))
LOIRE = Place("department", "Loire-Atlantique", Point(47.3, -1.7), "department:44", "44")

Pairs = Iterable[tuple[str, str]]


def where(pairs: Pairs, place: Place | None = TOWN, arrival: Place | None = None) -> Where:
    form = forms.read(pairs)
    start = Meant(place.name, place.id, place) if place else Meant()
    return Where(form, start, Meant(arrival.name, arrival.id, arrival) if arrival else Meant())


def chips_of(found: Where) -> list[tuple[str, bar.Changes]]:
    return bar.chips(found, summary.births(found.form))


def plain(text: str) -> str:
    return re.sub(r"\s", " ", text)


@pytest.mark.parametrize(
    ("pairs", "place", "arrival", "told"),
    [
        (NANTES, TOWN, None, "Nantes · 5 km"),
        ([*NANTES, ("rayon", "10")], TOWN, None, "Nantes · 10 km"),
        ([*NANTES, ("rayon", "0")], TOWN, None, "Nantes seulement"),
        ([("autour", "47.2,-1.5"), ("rayon", "0")], HERE, None, "Autour de moi · 5 km"),
        ([*NANTES, ("vers", "Rezé")], TOWN, REZE, "Nantes → Rezé"),
        ([("ou", "Loire-Atlantique")], LOIRE, None, "Loire-Atlantique"),
        ([*NANTES, ("bbox", "-1.6,47.2,-1.5,47.3")], TOWN, None, "Zone de la carte"),
        ([("mots", "lutins")], None, None, "« lutins »"),
        ([("type", "eaje")], None, None, "Partout"),
    ],
)
def test_the_bar_says_where(pairs: Pairs, place: Place | None, arrival: Place | None, told: str) -> None:
    assert plain(bar.where(where(pairs, place, arrival))) == told


@pytest.mark.parametrize(
    ("pairs", "told"),
    [
        ([], "Tous les jours, tous les accueils"),
        (WEEK, "lun–ven · 8 h – 18 h"),
        ([("jour", "ven"), ("jour", "lun"), ("debut", "07:30")], "lun, ven · 7 h 30 – 18 h"),
        ([("jour", "lun"), ("jour", "mar")], "lun, mar · 8 h – 18 h"),
        ([("jour", "lun"), ("jour2", "mer"), ("places2", "2")], "lun · 8 h – 18 h · mer · 8 h – 18 h · 2 enfants"),
        ([("jour", "lun"), ("type", "eaje")], "lun · 8 h – 18 h · Crèche"),
        ([("des", "2027-01-04")], "à partir du 4 janvier 2027"),
    ],
)
def test_the_bar_says_what(pairs: Pairs, told: str) -> None:
    assert plain(bar.what(forms.read([*NANTES, *pairs]), [])) == told


EVERYTHING = [
    *NANTES,
    ("type", "eaje"),
    ("type", "assistant_maternel"),
    *WEEK,
    ("jour2", "sam"),
    ("des", "2027-01-04"),
    ("naissance", "2026-05-04"),
    ("libres", "oui"),
    ("mots", "a"),
    ("option", "meals"),
    ("langue", "en"),
    ("a-jour", "oui"),
    ("souplesse", "30"),
]


def test_every_chip_takes_its_own_off_and_all_of_them_leave_the_place_alone() -> None:
    found = where(EVERYTHING)
    left = found
    for _ in range(30):
        chips = chips_of(left)
        if not chips:
            break
        label, changes = chips[0]
        form = replace(left.form, **changes)
        assert form != left.form, label
        assert label not in [other for other, _ in chips_of(replace(left, form=form))]
        left = replace(left, form=form)
    assert left.form == forms.place_alone(found.form)


def test_the_last_slot_takes_along_what_is_said_of_a_need() -> None:
    found = where([*NANTES, ("jour", "lun"), ("jour2", "mar"), ("libres", "oui"), ("souplesse", "15")])
    first, second = (changes for label, changes in chips_of(found) if "8" in label and "moins" not in label)
    left = replace(found.form, **first)
    assert left.libres
    assert left.souplesse
    [alone] = [changes for label, changes in chips_of(replace(found, form=left)) if label.startswith("mar")]
    assert alone == second | {"libres": "", "souplesse": ""}
    assert replace(left, **alone) == forms.place_alone(found.form)


def test_what_one_press_adds_is_made_of_the_table() -> None:
    quick = {row.quick: row.page for row in FILTERS if row.quick}
    assert quick
    assert all(isinstance(row.takes, Flag) for row in FILTERS if row.quick)
    offered = dict(bar.toggles(forms.read(NANTES)))
    assert offered == {label: {"chosen": {page: ("oui",)}} for label, page in quick.items()}
    set_ones = [(page, "oui") for page in quick.values()]
    assert bar.toggles(forms.read([*NANTES, *set_ones])) == []
    assert next(label for label, _ in bar.toggles(forms.read([*NANTES, *WEEK]))) == "Seulement libres"


def test_to_clear_all_is_offered_where_anything_is_set() -> None:
    assert bar.shown(where(NANTES))["reset"] is None
    assert bar.shown(where([*NANTES, ("rayon", "10"), ("tri", "nom")]))["reset"] is None
    home = [*NANTES, ("rayon", "5"), ("debut", "08:00"), ("fin", "18:00"), ("places2", "2")]
    assert bar.shown(where(home))["reset"] is None, "what the home page's form sends of itself"
    reset = bar.shown(where([*EVERYTHING, ("rayon", "10"), ("tri", "nom")]))["reset"]
    assert reset == "/?ou=Nantes&lieu=commune:44109&rayon=10&tri=nom"
    nowhere = where([("mots", "lutins"), ("rayon", "10")], None)
    assert bar.shown(nowhere)["reset"] is None, "nothing would be left to search"


# The zone of the map ------------------------------------------------------------------------------------------------

ZONE = ("bbox", "-1.56,47.21,-1.55,47.2225")


def test_a_zone_is_searched_instead_of_the_place() -> None:
    found = where([*NANTES, ZONE, ("vers", "Rezé")], TOWN, REZE)
    assert parameters.where(found) == {"bbox": ZONE[1]}
    assert not found.is_around
    assert "distance" not in parameters.sorts(found)
    assert summary.where(found) == "dans la zone de la carte"
    assert forms.errors(SearchForm(bbox=ZONE[1]), date(2026, 11, 23)) == {}


def test_a_zone_holds_what_is_in_it_and_its_chip_leads_out(site: Client) -> None:
    around, inside = search(site), search(site, ZONE)
    assert set(cards(inside)) < set(cards(around))
    assert "lutins" in cards(inside)
    assert 'id="rayon"' not in inside.text, "a distance means nothing in a zone"
    [chip] = re.findall(
        r'<a href="([^"]+)"[^>]*><span[^>]*>Retirer le filtre </span><span[^>]*>Zone de la carte', inside.text
    )
    assert parse_qsl(unescape(chip).partition("?")[2]) == NANTES


def test_an_empty_zone_leads_back_to_the_place(site: Client) -> None:
    empty = search(site, ("bbox", "-1.7001,47.3001,-1.7,47.3002")).text
    assert "Chercher de nouveau autour de Nantes" in text(empty)


def test_a_zone_that_is_none_is_said_beside_the_place(site: Client) -> None:
    refused = search(site, ("bbox", "-1.6,47.2"), status=422).text
    assert 'id="erreur-ou"' in refused
    assert "La zone de la carte n’est pas lisible dans ce lien" in text(refused)
    assert "-1.6,47.2" not in refused, "which the form would send again"


def test_a_place_that_is_typed_over_the_zone_s_ends_the_zone(site: Client) -> None:
    """Without JavaScript, where the zone is hidden."""
    response = site.get("/", [("ou", "Rezé"), ("lieu", "commune:44109"), ZONE])
    assert "Zone de la carte" not in text(response.text)
    assert "autour de Rezé" in text(response.text)


# How many there would be --------------------------------------------------------------------------------------------


def said(site: Client, *pairs: tuple[str, str]) -> str:
    response = site.get("/nombre", [*NANTES, *pairs])
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    return plain(response.json()["text"])


@pytest.mark.parametrize(
    "pairs",
    [
        [],
        [("type", "assistant_maternel"), *WEEK],
        [*WEEK, ("libres", "oui")],
        [("option", "meals"), ("rayon", "1")],
        [ZONE],
        [("vers", "Rezé"), ("vers-lieu", "commune:44143")],
    ],
)
def test_the_button_says_how_many_results_the_page_shows(site: Client, pairs: list[tuple[str, str]]) -> None:
    shown = text(search(site, *pairs).text.split('id="titre-resultats"')[1].split("<span")[0].partition(">")[2])
    assert said(site, *pairs) == f"Voir {plain(shown).strip()}"


def test_the_button_says_that_nothing_would_be_found(site: Client) -> None:
    assert said(site, ("mots", "zzqxkwv")) == "Aucun résultat : voir comment élargir"


@pytest.mark.parametrize(
    "pairs", [[("jour", "lun"), ("fin", "08:00")], [("type", "nothing")], [("rayon", "7")], [("bbox", "x")]]
)
def test_of_an_error_the_button_counts_nothing(site: Client, pairs: list[tuple[str, str]]) -> None:
    answer = site.get("/nombre", [*NANTES, *pairs]).json()
    assert answer["text"] == "Voir les résultats"
    assert answer["wrong"] in unescape(search(site, *pairs, status=422).text)
    assert answer["wrong"]


def test_of_an_empty_form_the_button_counts_nothing(site: Client) -> None:
    answer = site.get("/nombre").json()
    assert (answer["text"], answer["wrong"]) == ("Voir les résultats", "")


def test_the_folded_parts_say_what_is_ticked_before_it_is_searched(site: Client) -> None:
    folded = site.get("/nombre", [*NANTES, ("type", "eaje"), ("jour", "lun")]).json()["folded"]
    page = text(search(site, ("type", "eaje"), ("jour", "lun")).text)
    assert folded["recap-types"] == "Crèche"
    assert plain(folded["recap-besoin"]) in page


def test_every_flag_with_a_word_for_it_is_a_field_of_the_panel() -> None:
    assert {row.page for row in FILTERS if row.quick} <= set(filters.PANEL)


# What a telephone shows ---------------------------------------------------------------------------------------------


def test_the_view_is_the_page_s_own_and_no_filter(site: Client) -> None:
    listed, mapped = search(site, *WEEK), search(site, *WEEK, ("vue", "carte"))
    assert set(cards(listed)) == set(cards(mapped))
    assert "view-map" in mapped.text
    assert "view-map" not in listed.text
    [there] = re.findall(r'id="bascule" href="([^"]+)"', listed.text)
    [back] = re.findall(r'id="bascule" href="([^"]+)"', mapped.text)
    assert unescape(there) == unescape(back) + "&vue=carte"
    assert "vue" not in dict(parse_qsl(unescape(back).partition("?")[2]))
