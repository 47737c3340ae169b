"""All names that communes bore, and their codes: found as their definition says, in whatever spelling."""

import csv
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
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
    "st": lambda name: name.replace("Saint-", "St ").replace("Sainte-", "Ste-"),
    "cedex": lambda name: f"{name} CEDEX 2",
}

CITIES = ("75056", "69123", "13055")

FORMER = 6_051


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
    for row in rows("former_names.csv"):
        found[letters(row["name"])].add(row["current_code"])
    return found


@pytest.fixture(scope="module")
def communes() -> dict[str, dict[str, str]]:
    return {row["code"]: row for row in rows("communes.csv", "added_communes.csv", "collectivities.csv")}


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
    known = territory.look(registry, borne)
    france.by_name = {key: known(key) for key in borne}
    bear = defaultdict(set)
    for code, row in communes.items():
        for postcode in row["postcodes"].split("|"):
            bear[letters(row["name"]), postcode].add(code)
    wrong = []
    for row in rows("former_names.csv"):
        for postcode in communes[row["current_code"]]["postcodes"].split("|")[:1]:
            near = {code for code in borne[letters(row["name"])] if postcode in communes[code]["postcodes"].split("|")}
            wanted = bear.get((letters(row["name"]), postcode)) or near
            for how, spelled in SPELLINGS.items():
                typed = spelled(row["name"])
                if how == "st" and letters(typed) != letters(row["name"]) and not typed.startswith(("St ", "Ste-")):
                    continue
                found = {commune.parent or commune.code for commune in france.addressed(postcode, typed)}
                if not found or not found <= wanted:
                    wrong.append((typed, postcode, found, wanted))
    assert wrong == []


def test_what_is_typed_and_what_is_imported_mean_the_same(registry: Connection, france: Territory) -> None:
    for row in Random(19).sample([*rows("former_names.csv"), *rows("communes.csv")], 100):
        postcode = france.communes[row.get("current_code") or row["code"]].postcodes[0]
        typed = naming.communes(registry, row["name"], postcode)
        imported = {each.code for each in france.addressed(postcode, row["name"])}
        # A form goes on to ask for the arrondissement of a city.
        assert {code for code, _ in typed} == imported or imported & set(CITIES), row


def test_every_name_is_a_place_of_birth_with_its_code(registry: Connection, borne: dict[str, set[str]]) -> None:
    """Of today, of before and overseas: the codes are those of all that bear or bore the name."""
    codes = defaultdict(set)
    for row in rows("former_names.csv", "communes.csv", "added_communes.csv", "collectivities.csv"):
        if not row.get("parent"):
            codes[letters(row["name"])].add(row["code"])
    with (GEO.parent / "overseas_communes.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            codes[letters(row["name"])].add(row["code"])
    with birthplaces.COUNTRIES.open(encoding="utf-8", newline="") as file:
        countries = {letters(row["name"]) for row in csv.DictReader(file)}
    rng = Random(19)
    overseas = ["Nouméa", "Papeete", "Mata-Utu", "Uvea"]
    typed = [row["name"] for row in rng.sample([*rows("former_names.csv"), *rows("communes.csv")], 120)] + overseas
    for name in typed:
        wanted = codes[letters(name)]
        if letters(name) in countries or len(wanted) > birthplaces.MOST_CHOICES or name[-1] == ")" or "Arrond" in name:
            continue
        found = birthplaces.meant(registry, name)
        assert {code for code, _ in found} == wanted, name
        # What is offered can be typed.
        for code, label in found:
            assert [each for each, _ in birthplaces.meant(registry, label)] == [code], label


def test_every_retired_code_is_that_of_a_commune_of_today(registry: Connection) -> None:
    wanted = {row["code"]: row["current_code"] for row in rows("retired_codes.csv")}
    assert current_codes(registry, wanted) == wanted
    assert current_codes(registry, ["44109", "93059", "00000", "99139"]) == {"44109": "44109", "93059": "93066"}


def test_no_commune_of_the_sources_is_left_out(registry: Connection, communes: dict[str, dict[str, str]]) -> None:
    found = {code for (code,) in registry.execute("select code from commune").fetchall()}
    assert found == set(communes)
    assert {"14581", "15031", "15035", "15047", "15171", "97701", "97801", "97501", "97502"} <= found
