"""The page's parameters and what they ask of the search API."""

from datetime import date
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.search import forms
from web.search.forms import SearchForm

TODAY = date(2026, 11, 23)
NANTES = {"type": "commune", "code": "44109", "name": "Nantes", "position": {"lat": 47.2186, "lon": -1.5541}}
LOIRE = {"type": "department", "code": "44", "name": "Loire-Atlantique", "position": {"lat": 47.3, "lon": -1.7}}

words = st.text(min_size=1, max_size=20).map(str.strip).filter(bool)
several = st.lists(words, max_size=3, unique=True).map(tuple)


def read(query: str) -> SearchForm:
    return forms.read(parse_qsl(query, keep_blank_values=True))


@given(
    st.builds(
        SearchForm,
        ou=words,
        lieu=words,
        rayon=words,
        naissance=words,
        debut=words,
        mots=words,
        types=several,
        jours=several,
        options=several,
        sous_types=several,
        financements=several,
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
    assert forms.parameters(read("lieu=commune:44109&rayon=2"), NANTES) == {
        "near": "47.2186,-1.5541",
        "radius_km": "2",
    }


def test_a_commune_only() -> None:
    assert forms.parameters(read("lieu=commune:44109&rayon=0"), NANTES) == {"commune": ["44109"]}


def test_a_department_has_no_distance_to_sort_by() -> None:
    assert forms.parameters(read("lieu=department:44&rayon=2&tri=distance"), LOIRE) == {"department": "44"}


def test_zero_is_a_longitude() -> None:
    assert forms.parameters(read("autour=44.84,0"), None)["near"] == "44.84,0"


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
    assert forms.needs(read(days)) == lines


def test_a_part_of_the_need_and_structures_to_ask_are_shown_unless_told() -> None:
    assert forms.parameters(read("mots=a&jour=lun"), None)["match"] == "best"
    assert "match" not in forms.parameters(read("mots=a&jour=lun&libres=oui"), None)
    assert forms.parameters(read("mots=a&jour=lun"), None)["include"] == "to_ask"
    assert "include" not in forms.parameters(read("mots=a&jour=lun&libres=oui"), None)
    assert "include" not in forms.parameters(read("mots=a"), None)


def test_the_map_asks_for_the_same_offers_without_the_order_of_the_list() -> None:
    query = dict(parse_qsl(forms.map_query(read("lieu=x&type=eaje&jour=lun&tri=nom&suite=abc"), NANTES)))
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
        ("ou=a&rayon=3", "rayon"),
        ("ou=a&tri=hasard", "tri"),
        ("ou=a&places=7", "places"),
        ("ou=a&des=2026-02-30", "des"),
        ("ou=a&naissance=01/02/2026", "naissance"),
        ("ou=a&naissance=1990-01-01", "naissance"),
        ("ou=a&naissance=2029-01-01", "naissance"),
        ("ou=a&jour=monday", "jour"),
        ("ou=a&jour=lun&debut=25:00", "heures"),
        ("ou=a&jour=lun&debut=09:00&fin=09:00", "heures"),
        ("ou=a&debut=09:00", "jour"),
    ],
)
def test_an_invalid_field_is_named(query: str, field: str) -> None:
    assert list(forms.errors(read(query), TODAY)) == [field]


@pytest.mark.parametrize(
    "query",
    ["ou=Nantes", "mots=lutins", "autour=-21.1,55.5", "ou=a&naissance=2027-03-01&jour=lun"],
)
def test_a_good_form_has_no_error(query: str) -> None:
    assert forms.errors(read(query), TODAY) == {}


def test_orders_that_make_no_sense_are_not_offered() -> None:
    def offered(query: str, place: dict[str, Any] | None) -> set[str]:
        return set(forms.sorts(read(query), place))

    assert "distance" in offered("lieu=a", NANTES)
    assert "distance" not in offered("lieu=a", LOIRE)
    assert "pertinence" in offered("mots=a", None)
    assert "pertinence" not in offered("lieu=a", NANTES)
    assert "disponibilite" in offered("lieu=a&jour=lun", NANTES)
    assert "disponibilite" not in offered("lieu=a", NANTES)
