"""Communes, EPCI and departments: loaded from the files in `data/geo`, looked up by code, postcode or name, also by the
codes and names of before.

Who answers for which of them is `scope`. The lowest house: it knows no other.
"""

import csv
import gzip
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from heapq import nsmallest
from pathlib import Path
from typing import Any

import psycopg
import shapely
from psycopg.rows import TupleRow

from domain import spelling
from registry.database import Connection, expect_many
from registry.territory import names
from registry.territory.names import Commune as Commune
from registry.territory.names import Named
from registry.territory.zones import zones

GEO = Path(__file__).parents[1] / "data" / "geo"


def load(conn: Connection, report: Callable[[int, int], None]) -> None:
    """Fill the empty tables of the territory with all of France. `report` is told (done, total) communes.

    The files' sources and licences stand in docs/data.md. The caller commits.
    """
    expect_many(conn)
    shapes = {
        feature["properties"]["code"]: json.dumps(feature["geometry"], separators=(",", ":"))
        for feature in json.loads((GEO / "departments.geojson").read_text(encoding="utf-8"))["features"]
    }
    cafs = {row["department"]: row["caf_department"] or None for row in _rows("collectivities.csv")}
    with conn.cursor() as cur:
        with cur.copy(
            "copy department (code, name, region_code, region_name, caf, bounds, contour) from stdin"
        ) as copy:
            for row in _rows("departments.csv"):
                shape, caf = shapes.get(row["code"]), cafs.get(row["code"])
                bounds = list(shapely.from_geojson(shape).bounds) if shape else None
                copy.write_row((row["code"], row["name"], row["region"], row["region_name"], caf, bounds, shape))
        with cur.copy("copy epci (code, name, type) from stdin") as copy:
            for row in _rows("epci.csv"):
                copy.write_row((row["code"], row["name"], row["type"]))
        communes = [*_rows("communes.csv"), *_rows("added_communes.csv"), *_collectivities()]
        anchors = _load_communes(cur, communes, report)
        with cur.copy("copy zone_anchor (commune, lat, lon, shown_lat, shown_lon) from stdin") as copy:
            for anchor in anchors:
                copy.write_row(anchor)
    renew_names(conn)


def renew_names(conn: Connection) -> int:
    """Bring names and codes of before to what the files say, of the communes that there are; returns how many names
    changed.

    Reference data of a version, as the communes are: no migration brings them. The caller commits.
    """
    known = {code for (code,) in conn.execute("select code from commune").fetchall()}
    retired = [row for row in _rows("retired_codes.csv") if row["current_code"] in known]
    conn.execute(
        "insert into retired_commune as known (code, current_code) select * from unnest(%s::text[], %s::text[])"
        " on conflict (code) do update set current_code = excluded.current_code where known is distinct from excluded",
        [[row[column] for row in retired] for column in ("code", "current_code")],
    )
    rows: dict[str, tuple[str, ...]] = {}
    for row in (*_rows("former_names.csv"), *_rows("added_names.csv"), *_rows("renumbered.csv")):
        if row["current_code"] in known:
            id = f"{row['code']}:{spelling.fold(row['name']).replace(' ', '-')}"
            # Of two, parts went to different communes.
            id = f"{id}:{row['current_code']}" if id in rows else id
            rows[id] = (id, row["name"], row["code"], row["current_code"], row["ended_on"], row["was"])
    gone = conn.execute("delete from former_name where not id = any (%s)", [list(rows)])
    fresh = conn.execute(
        "insert into former_name as known select id, name, code, current_code, nullif(ended_on, '')::date, was"
        " from unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])"
        " as t (id, name, code, current_code, ended_on, was)"
        " on conflict (id) do update set name = excluded.name, code = excluded.code,"
        " current_code = excluded.current_code, ended_on = excluded.ended_on, was = excluded.was"
        " where known is distinct from excluded",
        [list(column) for column in zip(*rows.values(), strict=True)] or [[]] * 6,
    )
    return gone.rowcount + fresh.rowcount


def _collectivities() -> Iterator[dict[str, str]]:
    """The communes of the collectivities, as rows of communes.csv."""
    for row in _rows("collectivities.csv"):
        yield {**row, "parent": "", "epci": "", "area_km2": ""}


def _load_communes(
    cur: psycopg.Cursor[TupleRow], communes: list[dict[str, str]], report: Callable[[int, int], None]
) -> list[tuple[str, float, float, float, float]]:
    """Copy the communes in; returns the rows of their anchors: commune, the anchor, and where its zone is shown."""
    shapes = contours()
    anchors: list[tuple[str, float, float, float, float]] = []
    with cur.copy(
        "copy commune (code, name, parent, department, epci, postcodes, population, area_km2, lat, lon, bounds,"
        " contour) from stdin"
    ) as copy:
        # Cities before their arrondissements, which refer to them.
        for done, row in enumerate(sorted(communes, key=lambda row: bool(row["parent"])), start=1):
            contour, bounds = shapes.get(row["code"]), None
            if contour:
                shape = shapely.from_geojson(contour)
                bounds = list(shape.bounds)
                anchors += (
                    (row["code"], *anchor, *zone.shown)
                    for zone in zones(shape, int(row["population"]))
                    for anchor in zone.anchors
                )
            copy.write_row(
                (
                    row["code"],
                    row["name"],
                    row["parent"] or None,
                    row["department"],
                    row["epci"] or None,
                    row["postcodes"].split("|"),
                    int(row["population"]),
                    float(row["area_km2"]) if row["area_km2"] else None,
                    float(row["lat"]),
                    float(row["lon"]),
                    bounds,
                    contour,
                )
            )
            if done % 500 == 0 or done == len(communes):
                report(done, len(communes))
    return anchors


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (GEO / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def contours() -> dict[str, str]:
    """Contours as GeoJSON geometries by INSEE code."""
    with gzip.open(GEO / "communes.geojson.gz") as file:
        features: list[dict[str, Any]] = json.load(file)["features"]
    features += json.loads((GEO / "added_communes.geojson").read_text(encoding="utf-8"))["features"]
    return {
        feature["properties"]["code"]: json.dumps(feature["geometry"], separators=(",", ":")) for feature in features
    }


@dataclass
class Territory:
    """The communes in memory, with the look-ups of an import. Names and contours are read when they are asked for."""

    conn: Connection
    communes: dict[str, Commune]
    retired: dict[str, str]
    by_name: dict[str, Iterable[Named]] = field(default_factory=dict)
    arrondissements: dict[str, list[Commune]] = field(default_factory=dict)
    contours: dict[str, shapely.Geometry | None] = field(default_factory=dict)

    def by_code(self, written: str) -> Commune | None:
        """The commune of an INSEE code as a file has it, also of one that a merger has retired."""
        code = names.code_of_file(written)
        return self.communes.get(self.retired.get(code, code))

    def meant(self, code: str, postcode: str, name: str) -> list[Named]:
        """The communes that a row of a file may mean, each with the name or code (`code`) by which it is: that of a
        known INSEE code, else those of the postal address (`names.addressed`). One, where all is well.

        Of Paris, Lyon and Marseille the arrondissement that the address tells, else the city (`names.parts`).
        """
        if commune := self.by_code(code):
            code = names.code_of_file(code)
            found = [Named(commune.name, code, code != commune.code, commune)]
        else:
            found = names.addressed(self._names_of, postcode, name)
        return [replace(each, commune=part) for each in found for part in self._parts(each.commune, postcode, name)]

    def _parts(self, commune: Commune, postcode: str, name: str) -> list[Commune]:
        arrondissements = self.arrondissements.get(commune.code, [])
        parts = names.parts(commune, arrondissements, postcode, name)
        return [commune] if parts == arrondissements else parts

    def _names_of(self, key: str) -> Iterable[Named]:
        if key not in self.by_name:
            self.by_name[key] = names_of(self.conn, [key])(key)
        return self.by_name[key]

    def contour(self, code: str) -> shapely.Geometry | None:
        """The commune's contour, or None for the few that have none."""
        if code not in self.contours:
            row = self.conn.execute("select contour::text from commune where code = %s", [code]).fetchone()
            self.contours[code] = shapely.from_geojson(row[0]) if row and row[0] else None
        return self.contours[code]

    def at(self, lat: float, lon: float) -> Commune | None:
        """The commune whose contour holds the point. Arrondissements come before their city."""
        near = nsmallest(40, self.communes.values(), key=lambda c: (c.lat - lat) ** 2 + (c.lon - lon) ** 2)
        for commune in sorted(near, key=lambda c: c.parent is None):
            contour = self.contour(commune.code)
            if contour is not None and contour.intersects(shapely.Point(lon, lat)):
                return commune
        return None


_COLUMNS = "code, name, parent, department, postcodes, population, lat, lon"


def _commune(row: tuple[Any, ...]) -> Commune:
    """Of a row of _COLUMNS."""
    code, name, parent, department, postcodes, *rest = row
    return Commune(code, name, parent, department, tuple(postcodes), *rest)


def arrondissements(conn: Connection, city: str) -> list[Commune]:
    """Of a commune, by its INSEE code; none but of Paris, Lyon and Marseille."""
    rows = conn.execute(f"select {_COLUMNS} from commune where parent = %s order by code", [city])
    return [_commune(row) for row in rows]


def read(conn: Connection) -> Territory:
    """The territory as the registry holds it."""
    communes = {row[0]: _commune(row) for row in conn.execute(f"select {_COLUMNS} from commune order by code")}
    retired: dict[str, str] = dict(conn.execute("select code, current_code from retired_commune").fetchall())
    territory = Territory(conn, communes, retired)
    for commune in communes.values():
        if commune.parent:
            territory.arrondissements.setdefault(commune.parent, []).append(commune)
    return territory


def names_of(conn: Connection, keys: Iterable[str]) -> names.NamesOf:
    """The names of these keys (`names.keys`): of communes by population, then of those of before."""
    rows = conn.execute(
        "select place_key(n.name), n.name, n.code, n.former,"
        " c.code, c.name, c.parent, c.department, c.postcodes, c.population, c.lat, c.lon"
        " from (select name, code, false as former, code as current from commune where place_key(name) = any (%(keys)s)"
        "  union all"
        "  select name, code, true, current_code from former_name where place_key(name) = any (%(keys)s)) n"
        " join commune c on c.code = n.current order by n.former, c.population desc, n.code",
        {"keys": list(keys)},
    )
    found: dict[str, list[Named]] = {}
    for key, name, code, former, *commune in rows:
        found.setdefault(key, []).append(Named(name, code, former, _commune(tuple(commune))))
    return lambda key: found.get(key, [])


def current_codes(conn: Connection, codes: Iterable[str]) -> dict[str, str]:
    """Of INSEE codes, those that a commune has, or had before a merger or a new département: the commune's of today."""
    rows = conn.execute(
        "select code, current_commune(code) from unnest(%s::text[]) code where current_commune(code) is not null",
        [list(codes)],
    )
    return dict(rows.fetchall())
