"""Every name of France, of today and of before, typed in six ways: its place comes first, or among the first three.

`make test` tries the names in which a word begins as PARTS do, in an index of these. `NAMES=all python -m pytest
tests/search_api/test_every_name.py -s` tries all, which takes some minutes, and prints what does not come.
"""

import os
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
from elasticsearch import Elasticsearch

from domain.spelling import glued, place, plain
from mappings.documents import Place
from search_api.query import place_names
from tests.search_api import documents
from tests.search_api.conftest import load

FIRST = 3
AT_ONCE = 500
ALL = os.environ.get("NAMES") == "all"
PARTS = ("he", "vara", "ais")
"""L'Herbergement, Saint-Herblain, Varades, L'Aisne: with articles, saints, names of before."""


def is_tried(name: str) -> bool:
    return ALL or any(word.startswith(PARTS) for word in place(name).split())


def spellings(name: str) -> list[str]:
    return [
        name,
        name.lower(),
        plain(name),
        name.replace("'", ""),
        re.sub(r"\bS(ain)?t(e?)(?=[- ])", r"St\2", name),
        name.replace("-", " "),
    ]


@dataclass(frozen=True)
class Country:
    """The places of an index, by id, and those of each name."""

    engine: Elasticsearch
    index: str
    places: dict[str, Place]
    named: dict[str, list[str]]
    glued: dict[str, list[str]]
    departments: dict[str, str]

    def first(self, typed: list[str]) -> Iterator[list[str]]:
        """The ids that come first for each text. Texts of which the same search is made are asked once."""
        bodies = [
            orjson.dumps({**place_names.suggestions(each, FIRST, self.departments), "_source": False}) for each in typed
        ]
        answers: dict[bytes, list[str]] = {}
        asked = list(dict.fromkeys(bodies))
        for start in range(0, len(asked), AT_ONCE):
            some = asked[start : start + AT_ONCE]
            lines: list[Any] = []
            for body in some:
                lines += [{}, orjson.loads(body)]
            patient = self.engine.options(request_timeout=120)
            found = patient.msearch(index=self.index, searches=lines)["responses"]
            for body, answer in zip(some, found, strict=True):
                answers[body] = [hit["_id"] for hit in answer["hits"]["hits"]]
        return (answers[body] for body in bodies)


@pytest.fixture(scope="module")
def country(engine: Elasticsearch, run_id: str) -> Iterator[Country]:
    found = [each for each in documents.places(every=True) if isinstance(each, Place) and is_tried(each.name)]
    name = load(engine, f"every-name-{run_id}", "places", found)
    places = {each.id: each for each in found}
    named, joined = defaultdict(list), defaultdict(list)
    for each in places.values():
        named[place(each.name)].append(each.id)
        joined[glued(each.name)].append(each.id)
    departments = {row["code"]: row["name"] for row in documents.rows("departments.csv")}
    yield Country(engine, name, places, named, joined, departments)
    engine.indices.delete(index=name)


def amiss(country: Country, typed: str, first: list[str]) -> str | None:
    """Why the first places for a text are the wrong ones."""
    wanted = country.named.get(place(typed), [])
    types = [country.places[id].type for id in first]
    if not wanted:
        return None if first and first[0] in country.glued.get(glued(typed), []) else "an apostrophe left out"
    if not set(first[: len(wanted)]) <= set(wanted):
        return "another name comes first"
    living = sum(country.places[id].type != "former" for id in wanted)
    if "former" in types[: min(living, len(wanted))]:
        return "a former name comes before one of today"
    return None


def test_its_place_comes_first_or_among_its_namesakes(country: Country) -> None:
    names = sorted({each.name for each in country.places.values() if each.type != "epci"})
    typed = list(dict.fromkeys(spelling for name in names for spelling in spellings(name)))
    wrong = defaultdict(list)
    for text, first in zip(typed, country.first(typed), strict=True):
        if why := amiss(country, text, first):
            wrong[why].append((text, [country.places[id].name for id in first]))
    crowd = sum(max(0, len(ids) - FIRST) for ids in country.named.values())
    print(f"\n{len(names)} names, {len(typed)} spellings; {crowd} places have three or more namesakes before them")
    for why, cases in wrong.items():
        print(f"{len(cases)} × {why}")
        for text, found in cases[:40]:
            print(f"  {text}: {', '.join(found)}")
    assert not set(wrong) - {"an apostrophe left out"}
    # Where « L'Isle » without its apostrophe is the name of another commune (« Lisle »), that one comes first.
    assert len(wrong["an apostrophe left out"]) <= 0
