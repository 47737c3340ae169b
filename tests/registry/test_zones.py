"""The anchors of the zones, against the rule and figures of DESIGN.md."""

import pytest
import shapely

from registry.database import Connection


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
