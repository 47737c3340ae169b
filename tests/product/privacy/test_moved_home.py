"""A hidden home cannot be found: moving it within its zone changes nothing after the registry (docs/design.md, 2).

Nor does any other private fact that changes behind the same public face.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from indexer import worker
from indexer.check import compare
from registry.database import Connection, connect
from tests.loire import Loire, Parameters, examples
from tests.product.privacy import private
from tests.product.privacy.private import Person, Words
from tests.search_api import random_requests
from tests.search_api.oracle import FACETS, Request
from tests.search_api.oracle_offers import Offers

Asked = Sequence[tuple[str, Parameters]]

EXPORTS: Asked = [
    ("/api/v1/exports/structures", [("format", "csv"), ("department", "44")]),
    ("/api/v1/exports/structures", [("format", "geojson"), ("commune", "44109"), ("kind", "mam")]),
    ("/api/v1/exports/assistants", [("department", "44")]),
    ("/api/v1/exports/assistants", [("department", "44"), ("format", "xlsx")]),
    ("/api/v1/exports/assistants", []),
]


@pytest.fixture(scope="module")
def conn(loire: Loire) -> Iterator[Connection]:
    """All that is private is as it was at the end."""
    with connect(loire.settings.database_url, autocommit=True) as connection:
        connection.execute("delete from outbox")
        private.keep(connection)
        yield connection
        private.restore(connection)
        assert connection.execute("select count(*) from outbox").fetchall() == [(0,)]


@pytest.fixture(scope="module")
def people(conn: Connection) -> list[Person]:
    return private.everybody(conn)


@pytest.fixture(scope="module")
def texts(conn: Connection, people: list[Person]) -> dict[Words, str]:
    return private.hidden_texts(conn)


def answers(loire: Loire, asked: Asked, method: str = "GET") -> list[tuple[str, bytes]]:
    """The tags and bodies, byte by byte, but for the moment up to which the data are fresh."""
    found = []
    for (path, parameters), answer in zip(asked, loire.many(asked, method), strict=True):
        assert answer.status_code == 200, (path, parameters, answer.text)
        found.append((answer.headers.get("etag", ""), lasting(answer)))
    return found


def lasting(answer: httpx.Response) -> bytes:
    if "json" in answer.headers["content-type"] and answer.content:
        moment = answer.json().get("data")
        return answer.content.replace(orjson.dumps(moment), b"null") if moment else answer.content
    return answer.content


def writes(loire: Loire) -> Any:
    """How many writes each index has ever seen."""
    stats = loire.elasticsearch.indices.stats(index=f"{loire.settings.index_prefix}-*", level="shards").body
    return {
        name: [shard[0]["seq_no"]["max_seq_no"] for shard in each["shards"].values()]
        for name, each in stats["indices"].items()
    }


def assert_nothing_was_written(loire: Loire, conn: Connection, before: Any) -> None:
    assert conn.execute("select count(*) from outbox").fetchall() == [(0,)]
    assert conn.execute("select count(*) from fan_out").fetchall() == [(0,)]
    assert worker.drain(loire.settings, loire.elasticsearch) == 0
    assert writes(loire) == before


def about(people: Sequence[Person]) -> Asked:
    """Every kind of request, most of them near these homes."""
    found: list[tuple[str, Parameters]] = [*EXPORTS]
    for each in people:
        here = f"{each.lat},{each.lon}"
        box = f"{each.lon - 0.02},{each.lat - 0.02},{each.lon + 0.02},{each.lat + 0.02}"
        beside = f"{each.lat - 0.003},{each.lon - 0.003};{each.lat + 0.003},{each.lon + 0.003}"
        need = [("need", "mon-fri@08:00-18:00"), ("match", "best"), ("include", "to_ask"), ("include", "unknown")]
        found += [
            (f"/api/v1/offers/{each.id}", []),
            ("/api/v1/offers", [("near", here), ("radius_km", "1"), ("limit", "100")]),
            ("/api/v1/offers", [("near", here), ("sort", "name"), ("facets", ",".join(FACETS)), ("limit", "50")]),
            ("/api/v1/offers", [("near", here), *need, ("sort", "availability"), ("facets", "day,workplace")]),
            ("/api/v1/offers", [("route", beside), ("detour_km", "0.5"), ("view", box), ("zoom", "14")]),
            ("/api/v1/offers", [("bbox", box), ("sort", "updated"), ("format", "geojson"), ("limit", "100")]),
            ("/api/v1/map", [("bbox", box), ("zoom", "15"), ("kind", "assistant_maternel"), ("workplace", "home")]),
            ("/api/v1/counts", [("near", here), ("radius_km", "2"), ("by", "school")]),
        ]
        for q in (each.last_name, each.phone or "06", each.address, each.mam_name or "MAM", each.number):
            found += [("/api/v1/offers", [("q", q), ("limit", "20")]), ("/api/v1/suggest", [("q", q)])]
    return [*found, ("/api/v1/counts", [("department", "44"), ("by", "workplace")])]


def test_what_is_private_changes_and_nothing_that_is_made_of_the_registry_does(
    loire: Loire, conn: Connection, people: list[Person]
) -> None:
    rng = random.Random(3)
    shown = [each for each in people if each.public]
    asked = about([*rng.sample(shown, 8), *rng.sample([each for each in shown if each.hides_mam], 2)])
    before, headers, written = answers(loire, asked), answers(loire, asked, "HEAD"), writes(loire)
    assert private.scramble(conn, people, 1) > 3_000
    assert_nothing_was_written(loire, conn, written)
    assert answers(loire, asked) == before
    assert answers(loire, asked, "HEAD") == headers
    # The documents that a rebuild would make of the registry now are those that stand in the index.
    assert list(compare(conn, loire.elasticsearch, {"offers": f"{loire.settings.index_prefix}-offers"})) == []


@given(st.data())
@examples(24)
def test_no_request_tells_what_is_private(
    loire: Loire,
    conn: Connection,
    people: list[Person],
    offers: Offers,
    texts: dict[Words, str],
    data: st.DataObject,
) -> None:
    """Random requests, the private texts of somebody among their words: whatever all the hidden homes, contacts,
    names, numbers and ties become, the answers stay, and tell none of them."""
    asked: list[tuple[str, Parameters]] = []
    for request in data.draw(st.lists(random_requests.requests(offers), min_size=8, max_size=16)):
        asked.append(data.draw(somehow(replace(request, q=data.draw(words(people))), offers)))
    asked += second_pages(loire, asked)
    event(f"{len(asked) // 10 * 10}s of requests")
    before, written = answers(loire, asked), writes(loire)
    private.scramble(conn, people, data.draw(st.integers(0, 1_000_000)))
    assert_nothing_was_written(loire, conn, written)
    assert answers(loire, asked) == before
    for _, body in before:
        # What was understood repeats what was asked.
        assert private.leaks({**orjson.loads(body), "query": None}, texts) == []


def words(people: list[Person]) -> st.SearchStrategy[str | None]:
    """Mostly none, else private ones, whole or cut."""

    def private_of(each: Person) -> list[str]:
        texts = (*each.full_names, each.last_name, each.phone, each.mail, each.number, each.address, each.mam_name)
        return [text for text in texts if text]

    texts = st.sampled_from(people).flatmap(lambda each: st.sampled_from(private_of(each)))
    cut = st.builds(lambda text, length: text[:length].strip() or text, texts, st.integers(2, 12))
    return st.one_of(st.none(), st.none(), texts, cut)


@st.composite
def somehow(draw: st.DrawFn, request: Request, offers: Offers) -> tuple[str, Parameters]:
    """The request put to one of the routes."""
    sort = None if request.sort == "relevance" and not request.q else request.sort
    request = replace(request, sort=sort)
    route = draw(st.sampled_from(("offers", "offers", "offers", "map", "counts", "suggest")))
    if route == "suggest":
        return "/api/v1/suggest", [("q", request.q or "m"), ("limit", "20")]
    if route == "counts":
        return "/api/v1/counts", [*random_requests.for_views(request).filters(), ("by", draw(st.sampled_from(COUNTED)))]
    view = ",".join(map(str, draw(random_requests.boxes(offers))))
    zoom = ("zoom", str(draw(st.integers(0, 20))))
    if route == "map":
        alone = replace(random_requests.for_views(request), bbox=None)
        return "/api/v1/map", [*alone.filters(), ("bbox", view), zoom]
    viewed = [("view", view), zoom] if draw(st.booleans()) else []
    return "/api/v1/offers", [*request.parameters(), *viewed, ("limit", str(draw(st.sampled_from((1, 5, 20)))))]


COUNTED = [facet for facet in FACETS if facet not in ("day", "hourly_cents_max")]


def second_pages(loire: Loire, asked: Asked) -> Asked:
    lists = [each for each in asked if each[0] == "/api/v1/offers"]
    found = []
    for (path, parameters), answer in zip(lists, loire.many(lists), strict=True):
        if cursor := answer.json().get("next"):
            found.append((path, [*parameters, ("cursor", cursor)]))
    return found


def test_a_home_that_leaves_its_zone_does_change_something(
    loire: Loire, conn: Connection, people: list[Person]
) -> None:
    """Else the tests above would prove nothing."""
    with conn.transaction(force_rollback=True):
        shown = "select shown_lat, shown_lon from zone_anchor where commune = '44109' order by 1, 2"
        anchors = conn.execute(shown).fetchall()
        zones = [anchors[0], anchors[-1]]
        nantais = {row[0] for row in conn.execute("select offer from am_home where commune = '44109'")}
        person = next(
            each
            for each in people
            if each.public
            and each.stands_in_zone
            and each.id in nantais
            and (each.public_lat, each.public_lon) not in zones
        )
        conn.execute("update am_home set lat = %s, lon = %s where offer = %s", [*zones[0], person.id])
        assert conn.execute("select id from outbox").fetchall() == [(person.id,)]
