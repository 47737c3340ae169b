"""The days, hours and children of a form, and the need that they ask the search API for."""

from datetime import date
from typing import Any
from urllib.parse import parse_qsl

import pytest

from search_api import saved_searches
from search_api.parameters import OfferParameters, OfferQuery, meaning
from search_api.parameters import read as read_parameters
from tests.web.site.typed import TODAY, TWINS, asked, read, where
from web.parents.search import bar
from web.shared import maps
from web.shared.search import forms, need, parameters, summary
from web.shared.search.places import Where


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
    form = read("mots=a&jour=mar&souplesse=30")
    *_, (label, changes) = bar.chips(Where(form), [])
    assert label == "jusqu’à 30\u00a0minutes de moins au début et à la fin"
    assert forms.address(form, **changes) == "/?jour=mar&mots=a"


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
