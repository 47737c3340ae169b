"""The page's parameters and what they ask of the search API."""

from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_api import saved_searches
from search_api.filter_table import is_list
from search_api.geo import Point
from search_api.parameters import OfferParameters, OfferQuery, meaning
from search_api.parameters import read as read_parameters
from web.parents.search import results
from web.shared import maps
from web.shared.search import filters, forms, need, parameters, summary
from web.shared.search.forms import SearchForm
from web.shared.search.places import Meant, Place, Where, here

TODAY = date(2026, 11, 23)
NANTES = Place("commune", "Nantes", Point(47.2186, -1.5541), "commune:44109", "44109")
REZE = Place("commune", "Rezé", Point(47.19, -1.55), "commune:44143", "44143")
LOIRE = Place("department", "Loire-Atlantique", Point(47.3, -1.7), "department:44", "44")
QUAI = Place("address", "3 Quai de la Fosse", Point(47.21, -1.56))

words = st.text(min_size=1, max_size=20).map(str.strip).filter(bool)
several = st.lists(words, max_size=3, unique=True).map(tuple)


@st.composite
def panels(draw: st.DrawFn) -> dict[str, tuple[str, ...]]:
    """Any of the panel's fields set, to one value or, where they take several, to some."""
    set_ones = draw(st.lists(st.sampled_from(list(filters.PANEL)), unique=True))
    lists = st.lists(words, min_size=1, max_size=3, unique=True).map(tuple)
    ones = words.map(lambda value: (value,))
    return {name: draw(lists if is_list(filters.PANEL[name]) else ones) for name in set_ones}


def read(query: str) -> SearchForm:
    return forms.read(parse_qsl(query, keep_blank_values=True))


def where(form: SearchForm, place: Place | None = None, arrival: Place | None = None) -> Where:
    """The form with these places, as `resolve` finds them."""
    return Where(form, Meant(place=place or here(form)), Meant(place=arrival))


def asked(query: str, place: Place | None = None) -> dict[str, Any]:
    return parameters.of_search(where(read(query), place))


@given(
    st.builds(
        SearchForm,
        ou=words,
        lieu=words,
        vers=words,
        vers_lieu=words,
        detour=words,
        rayon=words,
        naissance=st.lists(words, max_size=3).map(tuple),
        souplesse=words,
        debut=words,
        mots=words,
        types=several,
        jours=several,
        chosen=panels(),
        jours2=several,
        debut2=words,
        places3=words,
    )
)
def test_the_address_holds_the_whole_search(form: SearchForm) -> None:
    assert read(forms.address(form).removeprefix("/?")) == form


def test_another_search_starts_at_its_first_page() -> None:
    form = read("ou=Nantes&suite=abc")
    assert "suite" not in forms.address(form, rayon="10")
    assert "suite=def" in forms.address(form, suite="def")


def test_names_that_are_not_ours_are_ignored() -> None:
    assert not read("utm_source=courriel&fbclid=1").asked


def test_around_a_commune_the_distance_counts_from_its_centre() -> None:
    assert asked("lieu=commune:44109&rayon=2", NANTES) == {"near": Point(47.2186, -1.5541), "radius_km": "2"}


def test_a_commune_only() -> None:
    assert asked("lieu=commune:44109&rayon=0", NANTES) == {"commune": ["44109"]}
    # An address is in a commune, but does not name it.
    assert asked("ou=3 quai de la Fosse&rayon=0", QUAI) == {"near": Point(47.21, -1.56), "radius_km": "5"}


def test_a_department_has_no_distance_to_sort_by() -> None:
    assert asked("lieu=department:44&rayon=2&tri=distance", LOIRE) == {"department": "44"}


def test_a_way_goes_from_the_one_place_to_the_other() -> None:
    way = read("ou=Nantes&lieu=commune:44109&vers=Rezé&vers-lieu=commune:44143&detour=1&rayon=0")
    along = where(way, NANTES, REZE)
    points = (Point(47.2186, -1.5541), Point(47.19, -1.55))
    assert parameters.of_search(along) == {"route": points, "detour_km": "1"}
    assert parse_qsl(maps.map_query(parameters.of_search(along))) == [
        ("route", "47.2186,-1.5541;47.19,-1.55"),
        ("detour_km", "1"),
    ]
    from_here = replace(way, ou="Ma position", autour="44.84,0")
    assert parameters.of_search(where(from_here, None, REZE))["route"] == (Point(44.84, 0), Point(47.19, -1.55))
    assert "distance" in parameters.sorts(along)


def test_a_way_whose_end_was_taken_away_is_none() -> None:
    """The hidden fields come without JavaScript too."""
    form = read("ou=Nantes&vers=&vers-lieu=commune:44143&detour=1")
    assert (form.vers_lieu, form.detour) == ("", "")
    assert "route" not in parameters.of_search(where(form, NANTES))


def test_filters_are_asked_for_in_the_words_of_the_search() -> None:
    query = "mots=a&exercice=mam&taille=1-2&taille=3-4&tarif-max=4.50&a-jour=oui&ecole=École Jules-Ferry&langue=en"
    query += "&ouvre=07:30&ferme=24:00"
    assert asked(query) == {
        "q": "a",
        "workplace": ["mam"],
        "capacity": ["1-2", "3-4"],
        "hourly_cents_max": "450",
        "up_to_date": "true",
        "school": ["École Jules-Ferry"],
        "language": ["en"],
        "opens_before": "07:30",
        "closes_after": "24:00",
    }
    assert read(query).filtered == 10
    assert replace(read(query), **filters.UNSET).filtered == 0


def test_the_end_of_the_day_stands_in_its_field_and_outlives_the_next_search() -> None:
    [shown] = [each for each in filters.fields(read("ou=a&ferme=24:00").chosen) if each["name"] == "ferme"]
    assert shown["entries"] == [{"value": "00:00"}], "a browser drops 24:00"
    again = read("ou=a&ferme=00:00")
    assert again.filtered == 1
    assert [label for label, _ in filters.chips(again.chosen)] == ["Ferme au plus tôt à minuit"]


@pytest.mark.parametrize(
    ("query", "structures"),
    [
        ("type=eaje", True),
        ("type=eaje&type=assistant_maternel", False),
        ("sous-type=micro_creche", True),
        ("type=assistant_maternel&financement=psu", True),
        ("option=garden&langue=en", False),
        ("ouvre=07:30", True),
        ("ferme=18:30", True),
    ],
)
def test_a_search_that_no_assistant_maternel_can_answer_is_known(query: str, structures: bool) -> None:
    """No alert can be asked for it."""
    assert read(query).asks_structures is structures


def test_a_chip_takes_off_one_value_and_leaves_the_rest() -> None:
    form = read("ou=a&option=meals&option=garden&tarif-max=4.50&a-jour=oui&langue=en")
    left = {label: forms.address(replace(form, chosen=rest)) for label, rest in filters.chips(form.chosen)}
    assert left == {
        "Informations à jour": "/?ou=a&option=meals&option=garden&tarif-max=4.50&langue=en",
        "Au plus 4,50 € de l’heure": "/?ou=a&option=meals&option=garden&a-jour=oui&langue=en",
        "Repas fournis": "/?ou=a&option=garden&tarif-max=4.50&a-jour=oui&langue=en",
        "Jardin": "/?ou=a&option=meals&tarif-max=4.50&a-jour=oui&langue=en",
        "Langue parlée : anglais": "/?ou=a&option=meals&option=garden&tarif-max=4.50&a-jour=oui",
    }


def test_zero_is_a_longitude() -> None:
    assert asked("autour=44.84,0")["near"] == Point(44.84, 0)


def test_a_position_counts_only_while_the_text_says_so() -> None:
    assert read("autour=47.2,-1.5&ou=Ma position").autour == "47.2,-1.5"
    assert read("autour=47.2,-1.5&ou=Nantes").autour == ""


@pytest.mark.parametrize(
    ("days", "lines"),
    [
        ("jour=lun&jour=mar&jour=mer", ["mon-wed@08:00-18:00"]),
        ("jour=ven&jour=lun", ["mon@08:00-18:00", "fri@08:00-18:00"]),
        ("jour=dim&jour=sam&debut=20:00&fin=06:00", ["sat-sun@20:00-06:00"]),
        ("", []),
    ],
)
def test_ticked_days_become_lines_of_the_need(days: str, lines: list[str]) -> None:
    assert need.lines(read(days).slots, 0) == lines


WEEK = "jour=lun&jour=mar&jour=mer&jour=jeu&jour=ven"


@pytest.mark.parametrize(
    ("slots", "lines"),
    [
        # Other hours of the same child.
        (
            "jour=lun&jour=mar&jour2=mer&debut2=08:00&fin2=12:00&jour3=sam&debut3=09:00",
            ["mon-tue@08:00-18:00", "wed@08:00-12:00", "sat@09:00-18:00"],
        ),
        # A second child, there with the first, for some of the hours.
        (
            f"{WEEK}&jour2=mer&debut2=07:30&fin2=12:00",
            ["mon-fri@08:00-18:00", "wed@07:30-12:00", "wed@08:00-12:00*2"],
        ),
        # Twins and their sister, for the same hours.
        ("jour=lun&places=2&jour2=lun&jour2=mar", ["mon@08:00-18:00*3", "tue@08:00-18:00*1"]),
        # Three nights that overlap past midnight.
        (
            "jour=lun&debut=20:00&fin=06:00&jour2=lun&debut2=22:00&fin2=02:00&jour3=lun&debut3=23:00&fin3=01:00",
            ["mon@20:00-06:00", "mon@22:00-02:00*2", "mon@23:00-01:00*3"],
        ),
        # The second slot alone.
        ("places=3&jour2=dim&places2=2", ["sun@08:00-18:00*2"]),
    ],
)
def test_slots_become_lines_and_children_at_the_same_time_add_up(slots: str, lines: list[str]) -> None:
    form = read(f"mots=a&{slots}")
    assert forms.errors(form, TODAY) == {}
    assert need.lines(form.slots, 0) == lines
    assert parameters.of_search(where(form))["need"] == lines


TWINS = "naissance=2026-05-04&naissance=2026-05-04"


@pytest.mark.parametrize(
    ("query", "need", "places"),
    [
        (f"jour=mar&{TWINS}", ["tue@08:00-18:00"], None),
        (f"jour=mar&places=3&{TWINS}", ["tue@08:00-18:00"], "3"),
        (f"jour=mar&places=1&{TWINS}&jour2=mer&places2=1", ["tue-wed@08:00-18:00*1"], None),
        ("jour=mar&places=2&naissance=2026-05-04", ["tue@08:00-18:00"], "2"),
        # Other hours of the same two.
        (f"jour=mar&jour2=mer&fin2=12:00&{TWINS}", ["tue@08:00-18:00", "wed@08:00-12:00"], None),
        # Hours that meet are one child's each.
        (f"jour=mar&jour2=mar&debut2=12:00&{TWINS}", ["tue@08:00-18:00*1", "tue@12:00-18:00"], None),
        # A night that its child begins when the other leaves.
        (
            f"jour=mar&{TWINS}&jour2=mar&debut2=18:00&fin2=07:00&places2=1",
            ["tue@08:00-18:00", "tue@18:00-07:00*1"],
            None,
        ),
    ],
)
def test_places_follow_the_children_unless_told_otherwise(query: str, need: list[str], places: str | None) -> None:
    found = asked(f"mots=a&{query}")
    assert (found["need"], found.get("places")) == (need, places)
    assert len(found["child_birthdate"]) == query.count("naissance")
    assert read_query(found), "the search API takes it"


def read_query(found: dict[str, Any]) -> OfferQuery:
    return meaning(read_parameters(OfferParameters, found), TODAY)


def test_hours_may_be_a_little_shorter() -> None:
    found = asked("mots=a&jour=mar&debut=07:15&fin=19:15&souplesse=30")
    assert (found["need"], found["leniency"]) == (["tue@07:15-19:15"], "30")
    assert read_query(found).leniency == 30
    assert "leniency" not in asked("mots=a&souplesse=30"), "without hours none may be missing"
    *_, chip = results.chips(read("mots=a&jour=mar&souplesse=30"))
    assert chip == {"label": "jusqu’à 30\u00a0minutes de moins au début et à la fin", "href": "/?jour=mar&mots=a"}


def test_a_map_that_is_moved_asks_for_what_the_list_does() -> None:
    query = parse_qsl(maps.map_query(asked("mots=a&jour=mar&souplesse=30")))
    assert {("need", "tue@08:00-18:00"), ("leniency", "30")} <= {*query}


def test_a_saved_need_keeps_every_child_and_what_may_be_missing() -> None:
    kept = saved_searches.kept(asked(f"mots=a&jour=mar&souplesse=15&{TWINS}"))
    query = saved_searches.understood(kept, TODAY)
    assert query
    assert query.children == (date(2026, 5, 4),) * 2
    assert (query.echo["need"], query.leniency) == (["tue@08:00-18:00"], 15)
    day = 1_440
    assert saved_searches.week(query) == ((day + 8 * 60 + 15, day + 17 * 60 + 45),), "who has that is to be tried"
    address = forms.address(read(f"mots=a&jour=mar&{TWINS}"))
    assert address.count("naissance=2026-05-04") == 2, "the address that an alert's mails lead to"


def test_a_date_as_people_write_it_is_the_child_s() -> None:
    assert asked("mots=a&naissance=04/05/2026")["child_birthdate"] == ["2026-05-04"]


@pytest.mark.parametrize(
    ("births", "told"),
    [
        ("naissance=2026-05-04", "enfant né ou attendu le 4 mai 2026"),
        (TWINS, "2 enfants nés ou attendus le 4 mai 2026"),
        (f"{TWINS}&naissance=2024-01-01", "3 enfants nés ou attendus le 4 mai 2026 et le 1er janvier 2024"),
    ],
)
def test_the_children_are_named_in_words(births: str, told: str) -> None:
    assert summary.need_summary(read(f"ou=a&{births}")).replace("\u00a0", " ") == told


def test_a_part_of_the_need_and_structures_to_ask_are_shown_unless_told() -> None:
    assert asked("mots=a&jour=lun")["match"] == "best"
    assert "match" not in asked("mots=a&jour=lun&libres=oui")
    assert asked("mots=a&jour=lun")["include"] == "to_ask"
    assert "include" not in asked("mots=a&jour=lun&libres=oui")
    assert "include" not in asked("mots=a")


def test_the_map_asks_for_the_same_offers_without_the_order_of_the_list() -> None:
    query = dict(parse_qsl(maps.map_query(asked("lieu=x&type=eaje&jour=lun&tri=nom&suite=abc", NANTES))))
    assert query == {
        "near": "47.2186,-1.5541",
        "radius_km": "5",
        "kind": "eaje",
        "need": "mon@08:00-18:00",
        "match": "best",
        "include": "to_ask",
    }


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("type=eaje", "ou"),
        ("ou=" + "a" * 101, "ou"),
        ("ou=a&mots=" + "a" * 201, "mots"),
        ("autour=ici", "ou"),
        ("autour=95,2", "ou"),
        ("ou=a&rayon=3", "rayon"),
        ("ou=a&vers=b&detour=3", "detour"),
        ("ou=a&vers=" + "b" * 101, "vers"),
        ("mots=a&vers=b", "ou"),
        ("ou=a&tri=hasard", "tri"),
        ("ou=a&tarif-max=4.20", "tarif-max"),
        ("ou=a&ouvre=7h30", "ouvre"),
        ("ou=a&ouvre=24:00", "ouvre"),
        ("ou=a&ferme=18:60", "ferme"),
        ("ou=a&places=7", "places"),
        ("ou=a&des=2026-02-30", "des"),
        ("ou=a&naissance=01/13/2026", "naissance"),
        ("ou=a&naissance=1990-01-01", "naissance"),
        ("ou=a&naissance=2029-01-01", "naissance"),
        ("ou=a&naissance=2026-01-01&naissance=1990-01-01", "naissance"),
        ("ou=a" + "&naissance=2026-01-01" * 7, "naissance"),
        ("ou=a&jour=lun&souplesse=20", "souplesse"),
        ("ou=a&jour=monday", "jour"),
        ("ou=a&jour=lun&debut=25:00", "heures"),
        ("ou=a&jour=lun&debut=09:00&fin=09:00", "heures"),
        ("ou=a&debut=09:00", "jour"),
        ("ou=a&jour2=monday", "jour2"),
        ("ou=a&jour3=lun&debut3=25:00", "heures3"),
        ("ou=a&fin2=12:00", "jour2"),
        ("ou=a&places3=0", "places3"),
        ("ou=a&jour=lun&places=4&jour2=lun&places2=3", "heures2"),
        (f"ou=a&jour=lun&places=1&{TWINS}", "places"),
        (f"ou=a&jour2=lun&places2=1&{TWINS}", "places2"),
    ],
)
def test_an_invalid_field_is_named(query: str, field: str) -> None:
    assert list(forms.errors(read(query), TODAY)) == [field]


@pytest.mark.parametrize(
    "query",
    [
        "ou=Nantes",
        "mots=lutins",
        "autour=-21.1,55.5",
        "ou=a&naissance=2027-03-01&jour=lun",
        # From the day on which the place is looked for, as the search API counts.
        "ou=a&jour=lun&des=2027-10-01&naissance=2028-01-15",
    ],
)
def test_a_good_form_has_no_error(query: str) -> None:
    assert forms.errors(read(query), TODAY) == {}


def test_orders_that_make_no_sense_are_not_offered() -> None:
    def offered(query: str, place: Place | None) -> set[str]:
        return set(parameters.sorts(where(read(query), place)))

    assert "distance" in offered("lieu=a", NANTES)
    assert "distance" not in offered("lieu=a", LOIRE)
    assert "pertinence" in offered("mots=a", None)
    assert "pertinence" not in offered("lieu=a", NANTES)
    assert "disponibilite" in offered("lieu=a&jour=lun", NANTES)
    assert "disponibilite" not in offered("lieu=a", NANTES)
