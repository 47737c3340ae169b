"""The zones, against the rule and figures of docs/design.md.

Which part of a commune is nearest to which anchor is counted here on points of its contour, as `am_public` compares
distances: none of what draws the zones is asked.
"""

import math
import random
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import psycopg
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from psycopg.conninfo import make_conninfo

from docs.zones import table
from local.servers import Urls
from registry.database import Connection, connect, migrate
from registry.territory.zones import LEAST_PEOPLE, Anchor, anchors, divided, merged, zones
from tests.conftest import ROOT
from tests.records import assistant

BEFORE, AFTER = "0020", "0021"
"""The revisions of the migration that merged zones."""

DEPARTMENTS = ["17", "44", "75", "974"]
"""With islands, cities, fields, and a latitude in the south."""

FINE = 0.0005
"""Degrees between points of a contour: some fifty metres."""

COUERON = "44047"
SMALL: Anchor = (47.225, -1.6725)
"""The part of Couëron next to this anchor is too small; it is shown at the next one."""
SHOWN: Anchor = (47.215, -1.6725)


@pytest.mark.parametrize(("code", "anchors"), [("44109", 50), ("75056", 85), ("59350", 29), ("01002", 0)])
def test_known_communes(registry: Connection, code: str, anchors: int) -> None:
    assert registry.execute("select count(*) from zone_anchor where commune = %s", [code]).fetchall() == [(anchors,)]


def test_every_anchor_lies_in_its_commune_and_stands_for_500_people(registry: Connection) -> None:
    rows = registry.execute(
        "select c.contour::text, c.population, array_agg(z.lat), array_agg(z.lon)"
        " from commune c join zone_anchor z on z.commune = c.code where c.department in ('44', '75', '974')"
        " group by c.code"
    ).fetchall()
    assert len(rows) > 50
    for contour, population, lats, lons in rows:
        assert shapely.contains_xy(shapely.from_geojson(contour), lons, lats).all()
        assert population / len(lats) >= 500
        assert all(abs(lat / 0.01 % 1 - 0.5) < 1e-6 for lat in lats)
        assert all(abs(lon / 0.015 % 1 - 0.5) < 1e-6 for lon in lons)


class Commune:
    """As the registry holds it, and on a fine grid of points the number of the anchor that is nearest, on a plane
    tangent at the point (-1: outside the contour)."""

    def __init__(self, code: str, contour: str, population: int, rows: list[list[float]]) -> None:
        self.code, self.population = code, population
        self.contour = shapely.from_geojson(contour)
        self.anchors: list[Anchor] = [(lat, lon) for lat, lon, _, _ in rows]
        self.shown: list[Anchor] = [(lat, lon) for _, _, lat, lon in rows]
        west, south, east, north = self.contour.bounds
        self.lats, self.lons = np.arange(south, north, FINE), np.arange(west, east, FINE)
        lons, lats = np.meshgrid(self.lons, self.lats)
        shapely.prepare(self.contour)
        inside = shapely.contains_xy(self.contour, lons, lats)
        lons, lats = lons[inside], lats[inside]
        shrink = np.cos(np.radians(lats))
        apart = [(lat - lats) ** 2 + ((lon - lons) * shrink) ** 2 for lat, lon in self.anchors]
        self.nearest = np.full(inside.shape, -1)
        self.nearest[inside] = np.stack(apart).argmin(axis=0)

    def people(self) -> dict[int, tuple[float, float]]:
        """By anchor: population by area, and how far that may be off, for want of more points."""
        inside = self.nearest[self.nearest >= 0]
        # What a border cuts is counted whole or not at all: errors of a part's outline.
        return {
            number: (self.population * count / inside.size, self.population * 2 * math.sqrt(count) / inside.size)
            for number, count in Counter(inside.tolist()).items()
        }

    def touching(self) -> set[frozenset[int]]:
        """Pairs of anchors whose parts lie side by side, not in a corner only."""
        found: Counter[frozenset[int]] = Counter()
        for one, other in (
            (self.nearest[1:], self.nearest[:-1]),
            (self.nearest[:, 1:], self.nearest[:, :-1]),
        ):
            differ = (one != other) & (one >= 0) & (other >= 0)
            pairs = zip(one[differ].tolist(), other[differ].tolist(), strict=True)
            found.update(frozenset(pair) for pair in pairs)
        return set(found)

    def groups(self) -> dict[Anchor, list[int]]:
        """The anchors of each zone, by where it is shown."""
        found: dict[Anchor, list[int]] = {}
        for number, shown in enumerate(self.shown):
            found.setdefault(shown, []).append(number)
        return found


@pytest.fixture(scope="module")
def communes(servers: Urls, template: str) -> list[Commune]:
    with connect(make_conninfo(servers.database_url, dbname=template)) as conn:
        rows = conn.execute(
            "select c.code, c.contour::text, c.population,"
            " array_agg(array[z.lat, z.lon, z.shown_lat, z.shown_lon] order by z.lat, z.lon)"
            " from commune c join zone_anchor z on z.commune = c.code where c.department = any (%s)"
            # Paris is here once more, by its arrondissements.
            " and c.code <> '75056' group by c.code order by c.code",
            [DEPARTMENTS],
        ).fetchall()
    return [Commune(*row) for row in rows]


def test_no_zone_is_too_small_and_none_grows_without_need(communes: list[Commune]) -> None:
    grown = 0
    for commune in communes:
        people = commune.people()
        for shown, numbers in commune.groups().items():
            assert shown in {commune.anchors[number] for number in numbers}, "a zone is shown in itself"
            stands_for, off = (sum(parts) for parts in zip(*(people[number] for number in numbers), strict=True))
            assert stands_for + off >= LEAST_PEOPLE, (commune.code, shown, stands_for)
            if len(numbers) > 1:
                grown += 1
                least, off = min(people[number] for number in numbers)
                assert least - off < LEAST_PEOPLE, (commune.code, shown, least)
    assert grown > 100


def test_a_zone_grows_by_neighbours_inside_its_commune(communes: list[Commune]) -> None:
    for commune in communes:
        touching = commune.touching()
        for shown, numbers in commune.groups().items():
            reached, left = numbers[:1], numbers[1:]
            while found := [each for each in left if any(frozenset((each, one)) in touching for one in reached)]:
                reached += found
                left = [each for each in left if each not in found]
            alone = [each for each in left if not any(each in pair for pair in touching)]
            assert left == alone, (commune.code, shown)


def test_before_and_after_meet_in_the_zone_of_before(communes: list[Commune]) -> None:
    """Somebody who kept what was public before learns nothing from what is public now."""
    rng = np.random.default_rng(1)
    tried = 0
    for commune in communes:
        if len(commune.groups()) == len(commune.anchors):
            continue
        names = {shown: number for number, shown in enumerate(commune.groups())}
        after = np.array([names[shown] for shown in commune.shown] + [-1])[commune.nearest]
        inside = np.argwhere(commune.nearest >= 0)
        for row, column in rng.choice(inside, 40):
            old = commune.nearest == commune.nearest[row, column]
            new = after == after[row, column]
            assert (old & new).sum() == old.sum()
            tried += new.sum() > old.sum()
    assert tried > 100


def test_a_home_is_shown_where_its_zone_is(registry: Connection, communes: list[Commune]) -> None:
    rng = np.random.default_rng(1)
    for commune in communes:
        if len(commune.groups()) == len(commune.anchors):
            continue
        for row, column in rng.choice(np.argwhere(commune.nearest >= 0), 2):
            home = float(commune.lats[row]), float(commune.lons[column])
            offer = assistant(registry, home=home, commune=commune.code)
            shown = commune.shown[commune.nearest[row, column]]
            found = registry.execute("select lat, lon, position_precision from offer where id = %s", [offer])
            assert found.fetchall() == [(*shown, "zone")]


def test_moving_inside_a_merged_zone_changes_nothing_public(registry: Connection) -> None:
    offer = assistant(registry, home=SMALL, commune=COUERON)
    registry.commit()
    registry.execute("delete from outbox")
    before = registry.execute("select xmin, o from offer o").fetchall()
    for lat, lon in (SHOWN, (SHOWN[0] - 0.002, SHOWN[1] + 0.003), (SMALL[0] + 0.001, SMALL[1]), SMALL):
        registry.execute("update am_home set lat = %s, lon = %s where offer = %s", [lat, lon, offer])
        assert registry.execute("select xmin, o from offer o").fetchall() == before
    assert registry.execute("select * from outbox").fetchall() == []


# The rule itself, on communes that nobody has seen ---------------------------------------------------------


@st.composite
def contours(draw: st.DrawFn) -> shapely.Geometry:
    """A star of some kilometres around a point of the country, and sometimes an island beside it."""
    lat, lon = draw(st.sampled_from([(47.2, -1.55), (-21.1, 55.5), (14.6, -61.0), (50.6, 3.06)]))
    radii = draw(st.lists(st.floats(0.004, 0.05), min_size=5, max_size=12))
    angles = [2 * math.pi * number / len(radii) for number in range(len(radii))]
    star = shapely.Polygon(
        [(lon + far * math.cos(angle), lat + far * math.sin(angle)) for far, angle in zip(radii, angles, strict=True)]
    )
    if draw(st.booleans()):
        return star
    island = shapely.box(lon + 0.06, lat, lon + 0.06 + draw(st.floats(0.005, 0.03)), lat + draw(st.floats(0.005, 0.03)))
    return shapely.MultiPolygon([star, island])


@settings(max_examples=150, deadline=None)
@given(contour=contours(), each=st.integers(500, 2_000), rng=st.randoms(use_true_random=False))
def test_zones_are_of_500_people_and_only_ever_grow(contour: shapely.Geometry, each: int, rng: random.Random) -> None:
    found = anchors(contour, 10**9)
    assume(len(found) > 1)
    population = each * len(found)
    parts, borders = divided(contour, found)
    assert math.isclose(sum(part.share for part in parts), 1, abs_tol=1e-6)
    once = merged(parts, borders, population)
    assert once == zones(contour, population)
    assert sorted(anchor for zone in once for anchor in zone.anchors) == found, "each anchor in one zone"
    assert len(once) == 1 or min(zone.share * population for zone in once) >= LEAST_PEOPLE
    assert all(zone.shown in zone.anchors for zone in once)
    # Again, or in another order: the same.
    assert merged(once, borders, population) == once
    rng.shuffle(found)
    rng.shuffle(parts)
    assert divided(contour, found) == (sorted(parts, key=lambda part: part.anchors), borders)
    assert merged(parts, borders, population) == once
    # People leave, year after year: each zone is made of whole ones of the year before.
    years = [once]
    for left in (0.9, 0.6, 0.3):
        years.append(merged(years[-1], borders, int(population * left)))
    for earlier, later in pairwise(years):
        for zone in earlier:
            assert [whole for whole in later if set(zone.anchors) <= set(whole.anchors)]


# The move of an installation ---------------------------------------------------------------------------


@pytest.fixture
def old_registry(servers: Urls, template: str, run_id: str) -> Iterator[str]:
    """A registry as it was before zones were merged, with one department."""
    name = f"zones_{run_id}"
    url = make_conninfo(servers.database_url, dbname=name)
    with psycopg.connect(servers.database_url, autocommit=True) as admin:
        admin.execute(f"create database {name}")
        try:
            migrate(url, BEFORE)
            with connect(make_conninfo(servers.database_url, dbname=template)) as country, connect(url) as own:
                for table_name, columns, where in (
                    ("department", "code, name, region_code, region_name, bounds, contour", "code = '44'"),
                    ("epci", "*", "code in (select epci from commune where department = '44')"),
                    ("commune", "*", "department = '44'"),
                    (
                        "zone_anchor",
                        "commune, lat, lon",
                        "commune in (select code from commune where department = '44')",
                    ),
                ):
                    query = f"copy (select {columns} from {table_name} where {where}) to stdout"
                    with (
                        country.cursor().copy(query) as source,
                        own.cursor().copy(f"copy {table_name} from stdin") as target,
                    ):
                        for block in source:
                            target.write(block)
            yield url
        finally:
            admin.execute(f"drop database {name} with (force)")


# Written out, as the tables were: tests.records writes them as they are today.
AN_AM = """
insert into offer (id, kind, name, publication, fictitious)
    values (%(id)s, 'assistant_maternel', %(name)s, 'draft', true);
insert into am_home (offer, address, postcode, commune, lat, lon, show)
    values (%(id)s, '1 rue Introuvable', '44220', %(commune)s, %(lat)s, %(lon)s, %(show)s);
insert into agrement (offer, department, number, starts_on, capacity) values (%(id)s, '44', %(id)s, '2024-01-01', 3);
update offer set publication = %(publication)s where id = %(id)s;
"""


def test_the_migration_queues_what_it_changes_and_nothing_else(old_registry: str, template: str, servers: Urls) -> None:
    facts: dict[str, dict[str, Any]] = {
        "in the small part": {"lat": SMALL[0], "lon": SMALL[1]},
        "there, paused": {"lat": SMALL[0], "lon": SMALL[1], "publication": "paused"},
        "there, with her address": {"lat": SMALL[0], "lon": SMALL[1], "show": "address"},
        "where it is shown now": {"lat": SHOWN[0], "lon": SHOWN[1]},
        "elsewhere in the commune": {"lat": 47.215, "lon": -1.7225},
        "in Nantes": {"commune": "44109", "lat": 47.2173, "lon": -1.5534},
        "in a commune that is one zone": {"commune": "44001", "lat": 47.55, "lon": -1.53},
    }
    usual = {"commune": COUERON, "show": "zone", "publication": "published"}
    with psycopg.connect(old_registry, cursor_factory=psycopg.ClientCursor) as conn:
        for number, (name, own) in enumerate(facts.items()):
            conn.execute(AN_AM, {"id": f"{number:012}", "name": name, **usual, **own})
        conn.execute("delete from outbox")
        before = faces(conn)
        migrate(old_registry, AFTER)
        after = faces(conn)
        assert [name for name in facts if after[name] != before[name]] == ["in the small part", "there, paused"]
        assert before["in the small part"][2:] == (*SMALL, "zone")
        assert after["in the small part"][2:] == (*SHOWN, "zone")
        queued = conn.execute("select index, id from outbox").fetchall()
        assert queued == [("offers", after["in the small part"][0])], "nobody waits for one who is paused"
        # What a fresh installation holds, an older one now does too.
        stored = "select * from zone_anchor where commune like '44%' order by commune, lat, lon"
        with connect(make_conninfo(servers.database_url, dbname=template)) as country:
            assert conn.execute(stored).fetchall() == country.execute(stored).fetchall()


def faces(conn: Connection) -> dict[str, tuple[Any, ...]]:
    """By name: id, version of the row, place. Ends the transaction, which would keep a migration waiting."""
    rows = conn.execute("select name, id, xmin, lat, lon, position_precision from offer").fetchall()
    conn.commit()
    return {row[0]: row[1:] for row in rows}


def test_the_figures_of_the_country_stand_in_the_docs(servers: Urls, template: str) -> None:
    data = (ROOT / "docs" / "data.md").read_text("utf-8")
    with connect(make_conninfo(servers.database_url, dbname=template)) as conn:
        assert table(conn) in data
        drawn = conn.execute(
            "select count(*), count(distinct (commune, shown_lat, shown_lon)) from zone_anchor"
        ).fetchall()
    assert [int(figure.replace(",", "")) for figure in re.findall(r"\| zones \| (\S+) \| (\S+) \|", data)[0]] == list(
        drawn[0]
    )
