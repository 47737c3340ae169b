"""What a request to the API takes from its client's budget (limits.py), told by its address alone, before the routing.

A unit is what a suggestion takes: about 3 ms of the processors, the site's and the engine's together. The figures are
those of bench/RESULTS.md on the whole country, and of a process that was asked each thing twenty times.
"""

import math
import re
from urllib.parse import unquote

from starlette.types import Scope

from search_api.geo import Point, length_m
from search_api.request.parameter_types import MAX_ROUTE_KM, MAX_ROUTE_POINTS

LEAST = 1
"""A suggestion, a fiche, an answer to a preflight, an address that is none: who scans for those pays too."""

SEARCH = 2
"""4 to 7 ms."""

WAY = 7
"""What a way of up to 10 km adds to a search: it takes 20 ms, nearly all of it for the circles around the stops."""

WAY_BY_KM = 0.7
"""For each kilometre of a longer one, of four circles: one of 53 km takes 80 to 160 ms."""

NEARLY = 10
"""Up to 18 counts in one round trip, in which a way is put twice: as wide as it is, and wider."""

PAIRS = 15
"""Two hundred offers, read and tried on each other."""

MAP = 5
"""14 ms, most of it for up to 200 points as JSON."""

WIDE_MAP = 14
"""42 ms, for the whole country."""

WIDE_DEGREES = 3.0
"""A map that shows more from west to east is wide; a département is one or two."""

EXPORT = 30
"""A département: 0.1 s."""

WHOLE_EXPORT = 500
"""The whole country: as long as fifty of them, but each page of it waits for the reader."""

WORKBOOK = 2
"""Times that an export takes as a workbook: 45 ms a page of it, where a CSV takes 22."""

PREFIX = "/api/v1"
COSTS = {
    f"{PREFIX}/offers": SEARCH,
    f"{PREFIX}/counts": SEARCH,
    f"{PREFIX}/map": MAP,
    f"{PREFIX}/nearly": NEARLY,
    f"{PREFIX}/pairs": PAIRS,
    f"{PREFIX}/exports/structures": EXPORT,
    f"{PREFIX}/exports/assistants": EXPORT,
    "/openapi.json": 2,
}

WAYS = {f"{PREFIX}/nearly": 2}
"""How many times a request puts its way, where it is not once."""

ALONG_A_WAY = re.compile(rb"(?:^|&)(?:route=[^&]|[^=&]*%)")
"""A name with an escaped letter may be any name, and no client of good faith writes one."""

ROUTE = re.compile(rb"(?:^|&)route=([^&]+)")

PLACED = re.compile(rb"(?:^|&)(?:department|epci|commune)=[^&]")

AS_WORKBOOK = re.compile(rb"(?:^|&)(?:format=(?:xlsx|[^&%]*%)|[^=&%]*%)")
"""Or written in a way that does not tell."""

BOX = re.compile(rb"(?:^|&)bbox=(-?\d+(?:\.\d+)?)(?:,|%2[Cc])[^,%&]+(?:,|%2[Cc])(-?\d+(?:\.\d+)?)(?:,|%2[Cc])")


def of(scope: Scope) -> int:
    """Units. A request that will be refused for what it asks costs the same."""
    cost = COSTS.get(scope["path"], LEAST)
    if cost == LEAST or scope["method"] == "OPTIONS":
        return LEAST
    query: bytes = scope["query_string"]
    if cost == MAP and is_wide(query):
        cost = WIDE_MAP
    elif cost == EXPORT and not PLACED.search(query):
        cost = WHOLE_EXPORT
    if cost >= EXPORT and AS_WORKBOOK.search(query):
        cost *= WORKBOOK
    if cost < EXPORT and ALONG_A_WAY.search(query):
        cost += WAYS.get(scope["path"], 1) * of_way(kilometres(query))
    return cost


def of_way(km: float) -> int:
    """What a way adds to a search that puts it once."""
    return max(WAY, math.ceil(WAY_BY_KM * min(km, MAX_ROUTE_KM)))


def kilometres(query: bytes) -> float:
    """The length of the way of a query string; that of the longest where it is none, or written in a way that does not
    tell."""
    found = ROUTE.search(query)
    parts = unquote(found[1].decode("latin-1")).split(";") if found else []
    if not 1 < len(parts) <= MAX_ROUTE_POINTS:
        return MAX_ROUTE_KM
    try:
        points = tuple(Point(float(lat), float(lon)) for lat, lon in (part.split(",") for part in parts))
        return length_m(points) / 1_000
    except ValueError:
        return MAX_ROUTE_KM


def is_wide(query: bytes) -> bool:
    """Whether the view is wide, or written in a way that does not tell."""
    found = BOX.search(query)
    return found is None or float(found[2]) - float(found[1]) > WIDE_DEGREES
