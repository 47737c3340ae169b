"""The grid of the zones where hidden homes are shown (registry.territory.zones; docs/design.md, "Position")."""

LAT_STEP = 0.01
LON_STEP = 0.015
"""Degrees, of a cell. Some 1,110 m by 1,130 in France."""

HALF_CELL = (LAT_STEP / 2, LON_STEP / 2)
"""From a cell's centre to its sides."""

HALF_ZONE_M = round(LAT_STEP / 2 * 110_000)
"""The same in metres, about."""
