"""Every name of France, of today and of before, typed in seven ways among all the others: its place is known for sure.

`make test` tries one name in EACH. `NAMES=all python -m pytest tests/search_api/test_every_name.py -s` tries all, which
takes some minutes, and prints what is not known.
"""

import asyncio
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from zlib import crc32

import pytest
from elasticsearch import Elasticsearch

from domain.spelling import glued, place, plain
from local.servers import Urls
from mappings.documents import Place
from search_api import suggest
from settings import Settings
from tests.search_api import documents
from tests.search_api.conftest import Client, client, load

FIRST = 3
AT_ONCE = 16
EACH = 1 if os.environ.get("NAMES") == "all" else 100


def spellings(name: str) -> list[str]:
    return [
        name,
        name.lower(),
        plain(name),
        name.replace("'", ""),
        re.sub(r"\bS(ain)?t(e?)(?=[- ])", r"St\2", name),
        name.replace("-", " "),
        without_article(name),
    ]


def without_article(name: str) -> str:
    return re.sub(r"^(Le |La |Les |L')", "", name)


@dataclass(frozen=True)
class Country:
    """The places of an index, by id, and those of each name, and of each without blanks or article."""

    client: Client
    places: dict[str, Place]
    named: dict[str, list[str]]
    glued: dict[str, list[str]]

    def sure(self, *typed: str, limit: int = FIRST) -> list[list[str]]:
        """Of each text the ids of the places that it names."""

        async def understood(some: tuple[str, ...]) -> list[suggest.Understood]:
            engine = self.client.app.state.engine
            return await asyncio.gather(*(suggest.understood(engine, each, limit) for each in some))

        return [
            [item["id"] for item in found.sure]
            for start in range(0, len(typed), AT_ONCE)
            for found in self.client.portal.call(understood, typed[start : start + AT_ONCE])
        ]


@pytest.fixture(scope="module")
def country(servers: Urls, engine: Elasticsearch, run_id: str) -> Iterator[Country]:
    found = [each for each in documents.places(every=True) if isinstance(each, Place)]
    settings = Settings(
        elasticsearch_url=servers.elasticsearch_url,
        redis_url="",
        index_prefix=f"every-name-{run_id}",
        request_timeout_s=60,  # many at once, beside other tests: what is found is asked, not how soon
        secret_key="a key of the tests as long as one has to be",  # noqa: S106
    )
    made = [load(engine, settings.index_prefix, "places", found), load(engine, settings.index_prefix, "offers", [])]
    places = {each.id: each for each in found}
    named, joined = defaultdict(list), defaultdict(list)
    for each in places.values():
        named[place(each.name)].append(each.id)
        for known in {glued(each.name), glued(without_article(each.name))}:
            joined[known].append(each.id)
    with client(settings) as connected:
        yield Country(connected, places, named, joined)
    engine.indices.delete(index=made)


def amiss(country: Country, typed: str, sure: list[str]) -> str | None:
    """Why the places that are sure for a text are the wrong ones."""
    wanted = country.named.get(place(typed), [])
    if not wanted:
        return None if set(sure) & set(country.glued.get(glued(typed), [])) else "an apostrophe or an article left out"
    if not sure:
        return "a whole name is not known"
    if not set(sure) <= set(wanted):
        return "another name is as sure"
    types = [country.places[id].type for id in sure]
    if types != sorted(types, key=lambda type: type == "former"):
        return "a former name comes before one of today"
    return None


def test_a_name_is_known_among_its_namesakes(country: Country) -> None:
    names = sorted({each.name for each in country.places.values() if each.type != "epci"})
    tried = [name for name in names if crc32(name.encode()) % EACH == 0]
    typed = list(dict.fromkeys(spelling for name in tried for spelling in spellings(name)))
    wrong = defaultdict(list)
    for text, sure in zip(typed, country.sure(*typed), strict=True):
        if why := amiss(country, text, sure):
            wrong[why].append((text, [country.places[id].name for id in sure]))
    crowd = sum(max(0, len(ids) - FIRST) for ids in country.named.values())
    print(f"\n{len(tried)} names, {len(typed)} spellings; {crowd} places have three or more namesakes before them")
    for why, cases in wrong.items():
        print(f"{len(cases)} × {why}")
        for text, found in cases[:40]:
            print(f"  {text}: {', '.join(found)}")
    assert not wrong


def test_a_name_that_ends_with_a_departments_is_known_alone(country: Country) -> None:
    departments = tuple(f" {place(each.name)}" for each in country.places.values() if each.type == "department")
    names = sorted({each.name for each in country.places.values() if place(each.name).endswith(departments)})
    assert len(names) > 300
    for name, sure in zip(names, country.sure(*names), strict=True):
        assert amiss(country, name, sure) is None, name


@pytest.mark.parametrize(
    ("typed", "ids"),
    [
        # All of it is a name, though it ends with the name of a department.
        ("Châteauneuf-sur-Loire", ["commune:45082"]),
        ("Tarascon-sur-Ariège", ["commune:09306"]),
        # Without the article, and without an apostrophe.
        ("Mans", ["commune:72181"]),
        ("Lion d Angers", ["commune:49176"]),
        ("Île d Yeu", ["commune:85113"]),
        ("ile yeu", ["commune:85113"]),
        ("Essarts", ["commune:41079", "former:27225:les-essarts", "former:85084:les-essarts"]),
        ("villeneuve dascq", ["commune:59009"]),
        # The city is its department, and not one of its own arrondissements.
        ("Paris", ["commune:75056"]),
        ("75015", ["commune:75115"]),
        ("69003", ["commune:69383"]),
        ("75015 Paris", ["commune:75115"]),
        ("Lyon 69003", ["commune:69383"]),
        ("Paris XIV", ["commune:75114"]),
        ("75000", ["commune:75056"]),
        # All communes of a postcode.
        ("44370", ["commune:44213", "commune:44104"]),
        ("44 370", ["commune:44213", "commune:44104"]),
        ("97500", ["commune:97502", "commune:97501"]),
        # CEDEX, whose postcodes no list has.
        ("20176 AJACCIO CEDEX", ["commune:2A004"]),
        ("97159 POINTE A PITRE CEDEX", ["commune:97120"]),
        ("97054 Saint-Martin Cedex", ["commune:97801"]),
        ("44040 NANTES CEDEX 1", ["commune:44109"]),
        # Names of before, and the label that the site itself gives them.
        ("varades", ["former:44213:varades"]),
        ("varades (loireauxence)", ["former:44213:varades"]),
        ("44", ["department:44"]),
        ("2a", ["department:2A"]),
        ("saint-denis (974)", ["commune:97411"]),
    ],
)
def test_what_is_known_for_sure(country: Country, typed: str, ids: list[str]) -> None:
    [sure] = country.sure(typed, limit=6)
    assert sorted(sure) == sorted(ids)
    assert sure[0] == ids[0]


@pytest.mark.parametrize(
    "typed", ["porterie", "commerce", "chateauneuf sur", "44400 nantes", "44999", "la baule", "varades (nantes)", "!!!"]
)
def test_what_is_only_like_a_name_is_not(country: Country, typed: str) -> None:
    assert country.sure(typed) == [[]]
