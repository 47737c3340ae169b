"""All names that communes bore, and their codes: found as their definition says, in whatever spelling."""

import csv
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from random import Random

import pytest

from registry import territory
from registry.database import Connection
from registry.territory import GEO, Territory, birthplaces, current_codes, names, naming

SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": lambda name: name,
    "capitals": str.upper,
    "without accents": lambda name: plain(name),
    "decomposed": lambda name: unicodedata.normalize("NFD", name),
    "blanks": lambda name: name.replace("-", " ").replace("'", " "),
    "st": lambda name: re.sub(r"\bSaint(e?)-", r"St\1 ", name),
    "cedex": lambda name: f"{name} CEDEX 2",
}

CITIES = {"75056": ("75101", "75120"), "69123": ("69381", "69389"), "13055": ("13201", "13216")}
"""The first and the last of their arrondissements."""

BEFORE = ("former_names.csv", "added_names.csv", "renumbered.csv")
FORMER = 6_051 + 917 + 19
TODAY = ("communes.csv", "added_communes.csv", "collectivities.csv")
NEVER = date.max.isoformat()


def rows(*files: str) -> Iterator[dict[str, str]]:
    for name in files:
        with (GEO / name).open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)


def plain(name: str) -> str:
    apart = unicodedata.normalize("NFKD", name.replace("œ", "oe").replace("Œ", "OE"))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def letters(name: str) -> str:
    return "".join(letter for letter in plain(name).lower() if letter.isalnum())


@pytest.fixture(scope="module")
def borne() -> dict[str, set[str]]:
    """Name → the codes of today of the communes that bore it."""
    found = defaultdict(set)
    for row in rows(*BEFORE):
        found[letters(row["name"])].add(row["current_code"])
    return found


@pytest.fixture(scope="module")
def communes() -> dict[str, dict[str, str]]:
    return {row["code"]: row for row in rows(*TODAY)}


@pytest.fixture
def france(registry: Connection) -> Territory:
    return territory.read(registry)


def test_the_database_compares_every_name_as_we_do(registry: Connection) -> None:
    found = registry.execute(
        "select name, place_key(name) from commune union select name, place_key(name) from former_name"
    ).fetchall()
    assert [(name, key) for name, key in found if names.key(name) != key] == []
    assert registry.execute("select count(*) from former_name").fetchone() == (FORMER,)


def test_every_former_name_is_an_address_of_the_commune_of_today(
    registry: Connection, france: Territory, borne: dict[str, set[str]], communes: dict[str, dict[str, str]]
) -> None:
    """With a postcode of that commune, in every spelling. A commune of today that bears the name comes first."""
    known = territory.names_of(registry, borne)
    france.by_name = {key: known(key) for key in borne}
    bear = defaultdict(set)
    for code, row in communes.items():
        for postcode in row["postcodes"].split("|"):
            bear[letters(row["name"]), postcode].add(code)
    wrong = []
    for row in rows(*BEFORE):
        postcode = communes[row["current_code"]]["postcodes"].split("|")[0]
        near = {code for code in borne[letters(row["name"])] if postcode in communes[code]["postcodes"].split("|")}
        wanted = bear.get((letters(row["name"]), postcode)) or near
        for spelled in SPELLINGS.values():
            typed = spelled(row["name"])
            found = {each.commune.parent or each.commune.code for each in france.meant("", postcode, typed)}
            if found != wanted:
                wrong.append((typed, postcode, found, wanted))
    assert wrong == []


def test_what_is_typed_and_what_is_imported_mean_the_same(registry: Connection, france: Territory) -> None:
    """But for a city: a form goes on to ask for the arrondissement."""
    for row in Random(19).sample([*rows(*BEFORE), *rows(*TODAY)], 250):
        postcode = france.communes[row.get("current_code") or row["code"]].postcodes[0]
        typed = [code for code, _ in naming.communes(registry, row["name"], postcode)]
        imported = [each.commune.code for each in france.meant("", postcode, row["name"])]
        if imported[0] in CITIES:
            first, last = CITIES[imported[0]]
            imported = sorted(code for code in france.communes if first <= code <= last)
        assert sorted(typed) == sorted(imported), row


def test_a_postcode_and_a_number_that_contradict_each_other_are_two(registry: Connection, france: Territory) -> None:
    """All arrondissements with all their postcodes, in a form as in a file."""
    for city in CITIES:
        parts = france.arrondissements[city]
        for number, named in enumerate(parts, start=1):
            for other in parts:
                typed, postcode = f"{france.communes[city].name} {number}e", other.postcodes[0]
                found = {each.commune.code for each in france.meant("", postcode, typed)}
                assert found == {named.code, other.code}, (typed, postcode)
                if other is parts[0] or other is named:
                    assert {code for code, _ in naming.communes(registry, typed, postcode)} == found


def test_every_name_is_a_place_of_birth_with_its_code(registry: Connection) -> None:
    """Of today, of before and overseas: the last codes of all that bear or bore the name."""
    every = [*rows(*BEFORE), *rows(*TODAY)]
    with (GEO.parent / "overseas_communes.csv").open(encoding="utf-8", newline="") as file:
        every += csv.DictReader(file)
    lives: dict[str, dict[str, list[tuple[str, str]]]] = defaultdict(lambda: defaultdict(list))
    under = defaultdict(set)
    for row in every:
        current = row.get("current_code") or row["code"]
        lives[letters(row["name"])][current].append((row.get("ended_on") or NEVER, row["code"]))
        under[current, row["code"]].add(letters(row["name"]))

    def last(name: str, current: str) -> str:
        """Where the code of a name became another département's, under whatever name, that one."""
        _, code = max(lives[name][current])
        others = [life for other in under[current, code] for life in lives[other][current]]
        return max(life for life in others if life[1] == code or life[1][:2] != code[:2])[1]

    with birthplaces.COUNTRIES.open(encoding="utf-8", newline="") as file:
        countries = {letters(row["name"]) for row in csv.DictReader(file)}
    tried = Random(19).sample([row["name"] for row in every], 200)
    for name in [*tried, "Nouméa", "Papeete", "Mata-Utu", "Uvea", "Anctoville", "Paris", "Lyon", "Marseille"]:
        if letters(name) in countries:
            continue
        found = birthplaces.meant(registry, name)
        wanted = {last(letters(name), current) for current in lives[letters(name)]}
        codes = {code for code, _ in found}
        assert codes == wanted or (codes < wanted and len(codes) == birthplaces.MOST_CHOICES), name
        # What is offered can be typed.
        for code, label in found:
            assert [each for each, _ in birthplaces.meant(registry, label)] == [code], label


def test_a_code_of_before_is_that_of_who_was_born_before_it_ended(registry: Connection) -> None:
    moved = [row for row in rows("added_names.csv") if row["was"] == "moved"]
    for row in Random(19).sample(moved, 150):
        born = date.fromisoformat(row["ended_on"]) - timedelta(days=1)
        found = birthplaces.meant(registry, row["name"], born)
        assert row["code"] in {code for code, _ in found} or len(found) == birthplaces.MOST_CHOICES, row


def test_every_retired_code_has_the_name_of_its_time(registry: Connection) -> None:
    """But two, which a commune had between two times of its code of today."""
    nameless = registry.execute(
        "select code from retired_commune r where not exists (select from former_name f where f.code = r.code)"
    ).fetchall()
    assert sorted(nameless) == [("91143",), ("91620",)]
    assert birthplaces.meant(registry, "75059") == [("75059", "Pierrefitte-sur-Seine (75)")]


def test_every_retired_code_is_that_of_a_commune_of_today(registry: Connection) -> None:
    wanted = {row["code"]: row["current_code"] for row in rows("retired_codes.csv")}
    assert current_codes(registry, wanted) == wanted
    assert current_codes(registry, ["44109", "93059", "00000", "99139"]) == {"44109": "44109", "93059": "93066"}


def test_no_commune_of_the_sources_is_left_out(registry: Connection, communes: dict[str, dict[str, str]]) -> None:
    found = {code for (code,) in registry.execute("select code from commune").fetchall()}
    assert found == set(communes)
    assert {"14581", "15031", "15035", "15047", "15171", "97701", "97801", "97501", "97502"} <= found
