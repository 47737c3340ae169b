"""The table of zones in docs/data.md: those of the whole country, before and after small ones are merged.

`python -m docs.zones` computes it from the communes of a running registry (`ribambelle up`), in some ten seconds.
"""

from collections.abc import Callable, Iterable
from statistics import median

import shapely
import typer

from cli.servers import found_settings
from registry.database import Connection, connect
from registry.territory.zones import LEAST_PEOPLE, Zone, anchors, divided, merged

Sized = list[tuple[Zone, float, float]]
"""Zones with their km² and their people."""

ROWS: dict[str, Callable[[Sized], str]] = {
    "zones": lambda zones: f"{len(zones):,}",
    "of several anchors": lambda zones: f"{sum(len(zone.anchors) > 1 for zone, _, _ in zones):,}",
    "median, km²": lambda zones: f"{median(km2 for _, km2, _ in zones):.2f}",
    "smallest, km²": lambda zones: f"{min(km2 for _, km2, _ in zones):.2f}",
    "largest, km²": lambda zones: f"{max(km2 for _, km2, _ in zones):.2f}",
    "fewest people": lambda zones: f"{min(people for _, _, people in zones):.0f}",
    f"with fewer than {LEAST_PEOPLE} people": lambda zones: f"{sum(people < LEAST_PEOPLE for _, _, people in zones):,}",
}


def table(conn: Connection) -> str:
    """In Markdown. Arrondissements count beside their cities: a home may be kept under either."""
    before: Sized = []
    after: Sized = []
    for contour, population, area_km2 in communes(conn):
        parts, borders = divided(contour, anchors(contour, population))
        before += sized(parts, population, area_km2)
        after += sized(merged(parts, borders, population), population, area_km2)
    rows = [f"| {name} | {figure(before)} | {figure(after)} |" for name, figure in ROWS.items()]
    return "\n".join(["| | one for each anchor | as they are |", "|---|---|---|", *rows])


def communes(conn: Connection) -> Iterable[tuple[shapely.Geometry, int, float]]:
    """Contour, population and km² of those that have zones of their own."""
    with conn.cursor(name="contours") as cursor:
        cursor.execute(
            "select contour::text, population, area_km2 from commune c"
            " where exists (select from zone_anchor z where z.commune = c.code)"
        )
        for contour, population, area_km2 in cursor:
            yield shapely.from_geojson(contour), population, area_km2


def sized(zones: Iterable[Zone], population: int, area_km2: float) -> Sized:
    return [(zone, zone.share * area_km2, zone.share * population) for zone in zones]


def main() -> None:
    with connect(found_settings().database_url) as conn:
        print(table(conn))


if __name__ == "__main__":
    # It ends in a sentence where no registry runs.
    typer.run(main)
