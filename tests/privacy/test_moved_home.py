"""A hidden home cannot be found: moving it within its zone changes nothing after the registry (DESIGN.md, 2)."""

import math
import random
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import worker
from registry.database import Connection, connect
from registry.zones import LAT_STEP, LON_STEP
from tests.loire import Loire, Parameters, examples
from tests.privacy import private
from tests.privacy.private import Person
from tests.search_api.oracle import metres

BISECTIONS = 12
"""From 10 km down to less than 3 m."""


@pytest.fixture(scope="module")
def conn(loire: Loire) -> Iterator[Connection]:
    with connect(loire.settings.database_url, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def hidden(conn: Connection) -> list[Person]:
    return [each for each in private.everybody(conn) if each.public and each.stands_in_zone]


def place_of(conn: Connection, person: Person) -> tuple[float, float]:
    """What is public of where she lives."""
    row = conn.execute("select lat, lon from offer where id = %s", [person.id]).fetchall()[0]
    return float(row[0]), float(row[1])


def requests(people: list[Person]) -> list[tuple[str, Parameters]]:
    """About thirty, most of them near the homes that move."""
    found: list[tuple[str, Parameters]] = []
    for each in people:
        here = f"{each.lat},{each.lon}"
        box = f"{each.lon - 0.02},{each.lat - 0.02},{each.lon + 0.02},{each.lat + 0.02}"
        found += [
            (f"/api/v1/offers/{each.id}", []),
            ("/api/v1/offers", [("near", here), ("radius_km", "1"), ("limit", "100")]),
            ("/api/v1/offers", [("near", here), ("sort", "name"), ("facets", "kind,feature"), ("limit", "50")]),
            ("/api/v1/offers", [("near", here), ("need", "mon@09:00-12:00"), ("include", "to_ask")]),
            ("/api/v1/offers", [("bbox", box), ("sort", "updated"), ("format", "geojson"), ("limit", "100")]),
            ("/api/v1/map", [("bbox", box), ("zoom", "15"), ("kind", "assistant_maternel")]),
        ]
    for q in ("assistante maternelle", "mme", people[0].name):
        found += [("/api/v1/offers", [("q", q), ("limit", "100")]), ("/api/v1/suggest", [("q", q)])]
    return [*found, ("/api/v1/counts", [("department", "44"), ("by", "commune")])]


def answers(loire: Loire, asked: list[tuple[str, Parameters]]) -> list[bytes]:
    """The bodies, byte by byte, but for the moment up to which the data are fresh."""
    found = []
    for path, parameters in asked:
        answer = loire.get(path, parameters)
        assert answer.status_code == 200, (path, parameters)
        moment = answer.json().get("data")
        found.append(answer.content.replace(orjson.dumps(moment), b"") if moment else answer.content)
    return found


def written(loire: Loire) -> tuple[Any, dict[str, tuple[int, int]]]:
    """How many writes each index has ever seen, and the version of each offer's document."""
    loire.elasticsearch.indices.refresh(index=f"{loire.settings.index_prefix}-*")
    stats = loire.elasticsearch.indices.stats(index=f"{loire.settings.index_prefix}-*", level="shards").body
    writes = {
        name: [shard[0]["seq_no"]["max_seq_no"] for shard in each["shards"].values()]
        for name, each in stats["indices"].items()
    }
    return writes, {hit["_id"]: (hit["_version"], hit["_seq_no"]) for hit in loire.documents("offers")}


@given(st.data())
@examples(8)
def test_a_home_that_moves_within_its_zone_changes_nothing(
    loire: Loire, conn: Connection, hidden: list[Person], data: st.DataObject
) -> None:
    people = data.draw(st.lists(st.sampled_from(hidden), min_size=4, max_size=4, unique_by=lambda each: each.id))
    zones = [place_of(conn, each) for each in people]
    asked = requests(people)
    before, index_before = answers(loire, asked), written(loire)
    conn.execute("delete from outbox")
    parts = st.floats(-0.49, 0.49)
    try:
        for each, (lat, lon) in zip(people, zones, strict=True):
            # Within the cell of the grid around the anchor, no other anchor is nearer. Where the commune is the
            # zone, any place of it will do.
            there = (lat + data.draw(parts) * LAT_STEP, lon + data.draw(parts) * LON_STEP)
            moved = conn.execute(
                "update am_home set lat = %s, lon = %s, address = 'ailleurs', street = 'ailleurs' where offer = %s",
                [*there, each.id],
            )
            assert moved.rowcount == 1
        assert conn.execute("select count(*) from outbox").fetchall() == [(0,)]
        assert worker.drain(loire.settings, loire.elasticsearch) == 0
        assert written(loire) == index_before
        assert answers(loire, asked) == before
    finally:
        for each in people:
            conn.execute(
                "update am_home set lat = %s, lon = %s, address = %s, street = %s where offer = %s",
                [each.lat, each.lon, each.address, each.street, each.id],
            )


def test_a_home_that_leaves_its_zone_does_change_something(
    loire: Loire, conn: Connection, hidden: list[Person]
) -> None:
    """Else the test above would prove nothing."""
    with conn.transaction(force_rollback=True):
        anchors = conn.execute("select lat, lon from zone_anchor where commune = '44109' order by 1, 2").fetchall()
        zones = [anchors[0], anchors[-1]]
        person = next(each for each in hidden if each.id in nantais(conn) and place_of(conn, each) not in zones)
        conn.execute("delete from outbox")
        conn.execute("update am_home set lat = %s, lon = %s where offer = %s", [*zones[0], person.id])
        assert conn.execute("select id from outbox").fetchall() == [(person.id,)]


def nantais(conn: Connection) -> set[str]:
    return {row[0] for row in conn.execute("select offer from am_home where commune = '44109'")}


@pytest.mark.parametrize("number", range(4))
def test_distances_tell_her_zone_and_not_her_home(
    loire: Loire, conn: Connection, hidden: list[Person], number: int
) -> None:
    """By bisecting the radius from points around the home, one finds the anchor."""
    person = random.Random(number).choice(hidden)
    zone, home = place_of(conn, person), (person.lat, person.lon)
    assert metres(zone, home) > 1
    for bearing in range(0, 360, 72):
        lat = home[0] + 0.03 * math.cos(math.radians(bearing))
        lon = home[1] + 0.03 * math.sin(math.radians(bearing))
        near, far = 0.0, 10_000.0
        for _ in range(BISECTIONS):
            middle = (near + far) / 2
            if person.id in within(loire, person, (lat, lon), middle):
                far = middle
            else:
                near = middle
        assert near - 0.1 <= metres((lat, lon), zone) <= far + 0.1
        card = within(loire, person, (lat, lon), far + 10)[person.id]
        assert abs(card["distance_m"] - metres((lat, lon), zone)) <= 1


def within(loire: Loire, person: Person, point: tuple[float, float], radius_m: float) -> dict[str, Any]:
    """The cards of those who share her name within a radius."""
    found: dict[str, Any] = {}
    parameters = [
        ("near", f"{point[0]},{point[1]}"),
        ("radius_km", f"{radius_m / 1_000:.6f}"),
        ("kind", "assistant_maternel"),
        ("q", person.name),
        ("limit", "100"),
    ]
    for page in loire.pages("/api/v1/offers", parameters):
        found |= {card["id"]: card for card in page["items"]}
        if person.id in found:
            break
    return found


def test_a_view_of_her_house_does_not_show_her(loire: Loire, conn: Connection, hidden: list[Person]) -> None:
    for person in hidden[::200]:
        zone = place_of(conn, person)
        if metres(zone, (person.lat, person.lon)) < 60:
            continue
        box = f"{person.lon - 0.0003},{person.lat - 0.0002},{person.lon + 0.0003},{person.lat + 0.0002}"
        listed = loire.ask("/api/v1/offers", [("bbox", box), ("limit", "100")])["items"]
        shown = loire.ask("/api/v1/map", [("bbox", box), ("zoom", "20")])["features"]
        assert person.id not in [card["id"] for card in listed]
        assert person.id not in [feature["properties"].get("id") for feature in shown]
