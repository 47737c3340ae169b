"""What a request to the API takes from its client's budget (limits.py), told by its address alone, before the routing.

A unit is what a suggestion takes: about 3 ms of the processors, the site's and the engine's together. The figures are
those of bench/RESULTS.md on the whole country, and of a process that was asked each thing twenty times.
"""

import math
import re
from urllib.parse import unquote, unquote_plus

from starlette.types import Scope

from search_api.geo import Point, length_m
from search_api.request import need
from search_api.request.need import MAX_LINES, MAX_PLACES
from search_api.request.parameter_types import DEFAULT_LIMIT, MAX_LIMIT, MAX_ROUTE_KM, MAX_ROUTE_POINTS

PREFIX = "/api/v1"

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

USUAL = 30
"""Of a need's hours (`hours`) those that are in the prices: a week for six children, or four days of two lines for
three."""

MOST_HOURS = MAX_LINES * 7 * MAX_PLACES

BY_HOURS = {f"{PREFIX}/offers": 0.025, f"{PREFIX}/map": 0.025, f"{PREFIX}/nearly": 0.025, f"{PREFIX}/pairs": 0.25}
"""For each further one. Of 420, fourteen lines from Monday to Friday for six children, a list of partial matches takes
the engine 30 ms instead of 5, and pairs take 325 ms in all."""

OF_BEST = (f"{PREFIX}/offers", f"{PREFIX}/map")
"""Where only partial matches are dear: they are tried at each number of places and shortening."""

CARDS = DEFAULT_LIMIT
"""Cards of partial matches that are in the price of a list."""

BY_CARD = 0.1
"""For each further one: eighty take 14 to 24 ms here, where so many cards of a search without a need take 4."""

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

NEED = re.compile(rb"(?:^|&)need=([^&]*)")

BIRTH = re.compile(rb"(?:^|&)child_birthdate=[^&]")

PLACES = re.compile(rb"(?:^|&)places=([^&]*)")

LIMIT = re.compile(rb"(?:^|&)limit=([^&]*)")

BEST = re.compile(rb"(?:^|&)(?:match=(?:best|[^&]*%)|[^=&]*%)")
"""Or written in a way that does not tell, as above."""

ESCAPED_NAME = re.compile(rb"(?:^|&)[^=&%]*%[^=&]*=")

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
    cost += of_need(scope["path"], query)
    if COSTS[scope["path"]] < EXPORT and ALONG_A_WAY.search(query):
        cost += WAYS.get(scope["path"], 1) * of_way(kilometres(query))
    return cost


def of_need(path: str, query: bytes) -> int:
    """What a need adds to its search that is larger than usual, or tells of many partial matches."""
    if path not in BY_HOURS or (path in OF_BEST and not BEST.search(query)):
        return 0
    units = BY_HOURS[path] * max(0, hours(query) - USUAL)
    if path == f"{PREFIX}/offers" and (NEED.search(query) or ESCAPED_NAME.search(query)):
        units += BY_CARD * max(0, cards(query) - CARDS)
    return math.ceil(units)


def hours(query: bytes) -> int:
    """How much a need asks for: its lines on each of their weekdays, times the most places that are asked for. The most
    that a need may have where it is none, or written in a way that does not tell."""
    if ESCAPED_NAME.search(query):
        return MOST_HOURS
    lines = NEED.findall(query)
    if len(lines) > MAX_LINES:
        return MOST_HOURS
    try:
        read = [need.parse(unquote_plus(line.decode("latin-1"))) for line in lines]
        seats = max((int(text) for text in PLACES.findall(query)), default=0)
    except ValueError:
        return MOST_HOURS
    places = max(1, seats, len(BIRTH.findall(query)), *(line.places or 1 for line in read))
    return sum(len(line.weekdays) for line in read) * min(places, MAX_PLACES)


def cards(query: bytes) -> int:
    """How many a list may have."""
    found = LIMIT.findall(query)
    if ESCAPED_NAME.search(query) or not all(len(text) <= 3 and text.isdigit() for text in found):
        return MAX_LIMIT
    return min(MAX_LIMIT, max(map(int, found), default=CARDS))


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
