"""The page's parameters and what they ask of the search API."""

from dataclasses import replace
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_api.geo import Point
from tests.web.site.typed import NANTES, REZE, TODAY, TWINS, asked, read, where
from web.parents.alerts import asked as alerts
from web.shared import maps
from web.shared.search import filters, forms, parameters
from web.shared.search.forms import SearchForm
from web.shared.search.places import Place

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
    return {name: draw(lists if filters.PANEL[name].is_list else ones) for name in set_ones}


@given(
    st.builds(
        SearchForm,
        ou=words,
        lieu=words,
        vers=words,
        vers_lieu=words,
        detour=words,
        rayon=words,
        bbox=words,
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


def test_an_alert_is_of_a_place_and_of_no_part_of_the_map() -> None:
    """`saved_searches.kept` knows no box: it would be one of the whole country."""
    assert alerts.form_of([("ou", "Nantes"), ("bbox", "-1.6,47.1,-1.4,47.3")]) == SearchForm(ou="Nantes")


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
        "Infos à jour": "/?ou=a&option=meals&option=garden&tarif-max=4.50&langue=en",
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
