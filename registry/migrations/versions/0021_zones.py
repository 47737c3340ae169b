"""No zone is too small: those that stand for fewer than 500 people are merged with a neighbour."""

from pathlib import Path
from typing import Any

import shapely
from alembic import op

from registry.territory.zones import Anchor, divided, merged

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    # The driver's own connection: SQLAlchemy would read the percent signs as parameters.
    connection = op.get_bind().connection
    cursor = connection.cursor()
    # First of all, as everybody who changes the territory: homes that are written meanwhile wait.
    cursor.execute("select pg_advisory_xact_lock(hashtext('ribambelle territory'))")
    cursor.execute(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
    # One statement, and of what moves alone: its trigger derives the homes of these communes, and what that changes
    # of a public offer is queued.
    cursor.execute(
        "update zone_anchor z set shown_lat = v.shown_lat, shown_lon = v.shown_lon"
        " from unnest(%s::text[], %s::float8[], %s::float8[], %s::float8[], %s::float8[])"
        " as v (commune, lat, lon, shown_lat, shown_lon)"
        " where (z.commune, z.lat, z.lon) = (v.commune, v.lat, v.lon)",
        [list(column) for column in zip(*_shown_elsewhere(connection), strict=True)] or [[]] * 5,
    )


def _shown_elsewhere(connection: Any) -> list[tuple[str, float, float, float, float]]:
    """The commune and the point of each anchor whose zone is shown at another one, and the point of that one."""
    found = []
    # Row by row: the contours of the country are not held at once.
    with connection.cursor(name="contours") as communes:
        communes.itersize = 100
        communes.execute(
            "select c.code, c.population, c.contour::text,"
            " array(select array[z.lat, z.lon] from zone_anchor z where z.commune = c.code)"
            " from commune c where c.contour is not null"
            " and exists (select from zone_anchor z where z.commune = c.code)"
        )
        for code, population, contour, stored in communes:
            anchors: list[Anchor] = [(lat, lon) for lat, lon in stored]
            for zone in merged(*divided(shapely.from_geojson(contour), anchors), population):
                found += [(code, *anchor, *zone.shown) for anchor in zone.anchors if anchor != zone.shown]
    return found
