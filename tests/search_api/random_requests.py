"""Random requests for the oracle. Each is drawn about some offer, so that most of them find something."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from domain.vocabulary import Feature, Funding, Kind, Language, Subkind
from tests.conftest import TODAY
from tests.search_api import oracle
from tests.search_api.oracle import Request
from tests.search_api.oracle_globe import Place, metres
from tests.search_api.oracle_offers import CAPACITIES, Offer, Offers
from tests.search_api.oracle_weeks import DAY, WEEK, Line, Week

NANTES, SAINT_NAZAIRE = (47.2186, -1.5541), (47.2735, -2.2138)
LONGEST_ROUTE_M = 99_000

CLOSE_M = 0.1
"""Elasticsearch keeps positions to about a centimetre: nearer than this to a limit or to each other, offers may
fall on either side."""

CLOSE_DEGREES = 1e-6

WORDS = ("semaine", "nounou", "crèche nantes", "mme", "jardin", "Éclats", "école", "44600")


# Strategies are made once: to make them anew for each request takes longer than to draw from them.
INDEX = st.integers(0, 1_000_000)
DICE = st.integers(0, 11)
DELTA = st.floats(-1, 1)
SIZE = st.floats(0.001, 1.2)
SHORT, LONG = st.integers(1, 2), st.integers(1, 6)
MINUTE = st.integers(0, DAY - 1)
WEEKDAY = st.integers(0, 6)
SIDE = st.integers(-1, 1)
SHIFT = st.sampled_from((0, 0, 1, -1, 14, 15, 16, -15, 30, 31, -30, 60, 61, -60))
"""Minutes about an edge: as far as a day is shortened, and a minute more or less."""
TO_FACETS = st.lists(st.sampled_from(oracle.FACETS), unique=True, max_size=5)
INCLUDES = st.lists(st.sampled_from(("to_ask", "unknown")), unique=True).map(tuple)
LENIENCIES = st.sampled_from((None, None, 0, 15, 15, 30, 60))
MATCHES = st.sampled_from((None, "all", "best", "best", "best"))

VALUES: dict[str, Sequence[str]] = {
    "kind": Kind.codes(),
    "subkind": Subkind.codes(),
    "feature": Feature.codes(),
    "funding": Funding.codes(),
    "language": Language.codes(),
    "workplace": ("home", "mam"),
    "capacity": tuple(CAPACITIES),
    "school": ("école Jules-Ferry", "Sacré-Cœur", "l’ile-aux-enfants", "Nulle part"),
}
OTHER_FILTERS = ("hourly_cents_max", "up_to_date", "opens_before", "closes_after", "child_birthdate", "q")
SOME_FILTERS = st.lists(st.sampled_from((*VALUES, "kind", *OTHER_FILTERS)), unique=True, max_size=3)
CENTS = (1, 299, 300, 349, 350, 355, 400, 450, 601, 10_000)

T = TypeVar("T")


def one(draw: st.DrawFn, values: Sequence[T]) -> T:
    return values[draw(INDEX) % len(values)]


def chosen(draw: st.DrawFn, own: Sequence[str], values: Sequence[str]) -> tuple[str, ...]:
    """Values of a filter: mostly the offer's own and perhaps another, or any."""
    rarely = not draw(DICE)
    theirs = values if rarely or not own else own
    found = [one(draw, theirs)]
    if not draw(DICE) % 4:
        found.append(one(draw, values))
    return tuple(dict.fromkeys(found))


# Places ---------------------------------------------------------------------------------------------------


def around(draw: st.DrawFn, centre: Place, lat: float = 0.06, lon: float = 0.09) -> Place:
    return round(centre[0] + draw(DELTA) * lat, 6), round(centre[1] + draw(DELTA) * lon, 6)


def point(draw: st.DrawFn, offer: Offer) -> Place:
    """Around the offer and the two cities, at the offer, anywhere in the department and beyond its borders."""
    here = (offer.lat, offer.lon)
    match draw(DICE):
        case 0 | 1:
            return around(draw, NANTES)
        case 2:
            return around(draw, SAINT_NAZAIRE)
        case 3:
            return around(draw, (47.3, -1.75), 0.6, 0.95)
        case 4:
            return 47.2, 0.0
        case 5 | 6:
            return round(here[0], 6), round(here[1], 6)
    return around(draw, here)


def box(draw: st.DrawFn, offer: Offer) -> tuple[float, float, float, float]:
    (lat, lon), height, width = point(draw, offer), draw(SIZE), draw(SIZE)
    return lon - width * 0.43, lat - height * 0.31, lon + width * 0.57, lat + height * 0.69


@st.composite
def boxes(draw: st.DrawFn, offers: Offers) -> tuple[float, float, float, float]:
    return box(draw, one(draw, offers))


def route(draw: st.DrawFn, offer: Offer) -> tuple[Place, ...]:
    """From a place about the offer in steps of up to 30 km, some of none at all; never longer than may be asked."""
    found = [around(draw, (offer.lat, offer.lon), 0.03, 0.045) if draw(DICE) else point(draw, offer)]
    for _ in range(draw(LONG)):
        found.append(around(draw, found[-1], 0.2, 0.3) if draw(DICE) else found[-1])
    lengths = np.cumsum([metres(*leg) for leg in pairwise(found)])
    return tuple(found[: max(2, 1 + int((lengths < LONGEST_ROUTE_M).sum()))])


def place_to_search(draw: st.DrawFn, offer: Offer) -> dict[str, Any]:
    match draw(DICE):
        case 0 | 1 | 2:
            return {"near": point(draw, offer), "radius_km": kilometres(draw, 0.2, 50)}
        case 3:
            return {"near": point(draw, offer), "any_distance": True, "sort": "distance"}
        case 4 | 5 | 6:
            return {"route": route(draw, offer), "detour_km": kilometres(draw, 0.05, 10)}
        case 7:
            return {"bbox": box(draw, offer)}
        case 8 | 9:
            codes = [one(draw, (*offer.communes, "44109", "44184", "75118")) for _ in range(draw(SHORT))]
            return {"commune": tuple(dict.fromkeys(codes))}
        case 10:
            return {"epci": offer.epci} if offer.epci else {"department": offer.department}
    return {"department": one(draw, (offer.department, "44", "01"))} if draw(DICE) % 2 else {}


def kilometres(draw: st.DrawFn, least: float, most: float) -> float | None:
    part = abs(draw(DELTA))
    return round(least + part * part * (most - least), 3) if draw(DICE) % 3 else None


# Needs ----------------------------------------------------------------------------------------------------


def usual_line(draw: st.DrawFn) -> Line:
    start, length = 420 + draw(INDEX) % 21 * 30, draw(INDEX) % 16 * 30 + 30
    first = draw(WEEKDAY) % 5
    return Line(first, first + draw(WEEKDAY) % (5 - first), start, min(start + length, DAY))


def odd_line(draw: st.DrawFn) -> Line:
    start, end = draw(MINUTE), draw(MINUTE) + 1
    assume(start != end)
    first = draw(WEEKDAY)
    return Line(first, draw(WEEKDAY) if draw(DICE) % 2 else first, start, end)


def edge(draw: st.DrawFn, week: Week) -> Line:
    """A free stretch of a week, or some minutes more or less of it; on its day, or on others too."""
    minute = one(draw, [minute for minute in range(0, WEEK, 15) if week[minute]])
    begin = end = minute
    # Less than a day or so, as no line can ask for more.
    while week[(begin - 1) % WEEK] and minute - begin < 700:
        begin -= 1
    while week[end % WEEK] and end - begin < 1_430:
        end += 1
    begin, end = begin - draw(SHIFT), end + draw(SHIFT)
    assume(begin < end and (end - begin) % DAY)
    day = begin // DAY % 7
    return Line(day, draw(WEEKDAY) if draw(DICE) % 2 else day, begin % DAY, end % DAY)


def night_line(draw: st.DrawFn) -> Line:
    """From an evening on, mostly that of Sunday, for some hours or until the next day's evening."""
    first = draw(WEEKDAY) if draw(DICE) % 2 else 6
    start, length = 1_080 + draw(INDEX) % 12 * 30, 120 + draw(INDEX) % 22 * 60
    return Line(first, first + draw(DICE) % 2 * (first < 6), start, (start + length) % DAY)


def line(draw: st.DrawFn, offer: Offer) -> Line:
    kind = draw(DICE)
    weeks = [each.week for each in offer.periods if any(each.week[0:WEEK:15])]
    if weeks and kind > 6:
        return edge(draw, one(draw, weeks))
    if kind == 6:
        return night_line(draw)
    return usual_line(draw) if kind > 2 else odd_line(draw)


def need(draw: st.DrawFn, offer: Offer) -> tuple[Line, ...]:
    """One line or two, or several of a day; or siblings': up to three, each with its own places."""
    kind = draw(DICE)
    if kind == 1:
        first, several = draw(WEEKDAY), (usual_line(draw), usual_line(draw), line(draw, offer))
        last = min(first + draw(SHORT), 6)
        return tuple(replace(each, first=first, last=last) for each in several)
    if kind % 3:
        return tuple(line(draw, offer) for _ in range(draw(SHORT)))
    return tuple(replace(line(draw, offer), places=draw(SIDE) + 2) for _ in range(1 + draw(SHORT)))


def start(draw: st.DrawFn, offer: Offer) -> date | None:
    """Today, some day, or the first and last days of the offer's periods with their neighbours."""
    borders = [border for each in offer.periods for border in (each.first, each.last) if border]
    match draw(DICE):
        case 0:
            return date(2040, 1, 1)
        case 1 | 2 | 3:
            return TODAY + timedelta(days=draw(INDEX) % 300)
        case 4 | 5 | 6:
            return None
    return one(draw, borders) + timedelta(days=draw(SIDE)) if borders else None


def opening_or_closing(draw: st.DrawFn, offer: Offer) -> int:
    """A minute of the day: mostly one at which it opens or closes on some weekday, or the one before or after."""
    hours = offer.opening
    edges = [at % DAY for at in range(5 * DAY) if hours and hours[at] != hours[at - 1]]
    if not edges or not draw(DICE):
        return draw(MINUTE)
    return (one(draw, edges) + draw(SIDE)) % DAY


def children(draw: st.DrawFn, offer: Offer, day: date) -> tuple[date, ...]:
    """One child, twins, or siblings of other ages."""
    found = [birthdate(draw, offer, day)]
    for _ in range(draw(DICE) % 3):
        found.append(birthdate(draw, offer, day) if draw(DICE) % 3 else found[-1])
    return tuple(found)


def birthdate(draw: st.DrawFn, offer: Offer, day: date) -> date:
    """Of a child whose age is near the border of those that the offer takes, well within, or any."""
    age = draw(INDEX) % (16 * 365) - 300
    if offer.ages and draw(DICE):
        age = offer.ages[draw(DICE) % 2] or 30
        age = int(age * 30.44) + 100 * draw(SIDE) + draw(SIDE)
    return day - timedelta(days=min(age, 17 * 365))


def places(draw: st.DrawFn, least: int) -> int | None:
    """For the lines that do not say theirs; never less than there are children."""
    return max(least, 1 + draw(INDEX) % (6 if draw(DICE) % 3 == 0 else 2)) if draw(DICE) % 2 else None


# Requests -------------------------------------------------------------------------------------------------


@st.composite
def requests(draw: st.DrawFn, offers: Offers) -> Request:
    # Every other one about the odd offers, which have most to tell.
    offer = one(draw, offers.odd if draw(DICE) % 2 else offers)
    asked = draw(SOME_FILTERS)
    where = place_to_search(draw, offer)
    from_day = start(draw, offer)
    lines = need(draw, offer) if draw(DICE) < (8 if offer.periods else 4) else ()
    other: dict[str, Any] = {}
    for name, values in VALUES.items():
        # What the offer has no value of would mostly find nothing.
        own = offer.schools if name == "school" else offer.values[name]
        if name in asked and (own or not draw(DICE)):
            other[name] = chosen(draw, own, values)
    if "hourly_cents_max" in asked and (offer.hourly_cents or not draw(DICE)):
        other["hourly_cents_max"] = min(offer.hourly_cents or 350, 10_000) if draw(DICE) % 2 else one(draw, CENTS)
    if "up_to_date" in asked:
        other["up_to_date"] = oracle.is_up_to_date(offer, TODAY) == bool(draw(DICE))
    if "opens_before" in asked and (offer.opening or not draw(DICE)):
        other["opens_before"] = opening_or_closing(draw, offer)
    if "closes_after" in asked and (offer.opening or not draw(DICE)):
        other["closes_after"] = opening_or_closing(draw, offer) or DAY
    if "child_birthdate" in asked:
        other["child_birthdate"] = children(draw, offer, from_day or TODAY)
    if "q" in asked:
        other["q"] = one(draw, WORDS)
    facets = draw(TO_FACETS)
    if draw(DICE) % 2:
        # Those in which something is chosen have most to tell.
        facets = [*{*facets, *({*asked, *where} & {*oracle.FACETS}), *(["day"] if lines else [])}]
    sorts = ["name", "updated", "recommended", None]
    sorts += ["distance"] * 2 if "near" in where or "route" in where else []
    sorts += ["availability"] * 3 if lines else []
    sorts += ["relevance"] * 3 if "q" in other else []
    return Request(
        TODAY,
        need=lines,
        start=from_day,
        places=places(draw, len(other.get("child_birthdate", ()))) if lines else None,
        leniency=draw(LENIENCIES) if lines else None,
        match=draw(MATCHES),
        include=draw(INCLUDES),
        facets=tuple(sorted(facets)),
        **({"sort": one(draw, sorts)} | where | other),
    )


def for_views(request: Request) -> Request:
    """The same as maps and counts can be asked it: a distance of `any` is for lists alone."""
    return replace(request, any_distance=False, sort=None) if request.any_distance else request


def assume_clear(request: Request, offers: Offers) -> None:
    """No offer stands on the very limit of the place that is searched."""
    far = oracle.distances(offers, request)
    limit = oracle.limit_m(request)
    if far is not None and limit < math.inf:
        assume(bool((abs(far - limit) > CLOSE_M).all()))
    if request.bbox:
        assume_clear_of(request.bbox, offers)


def assume_clear_of(bbox: tuple[float, float, float, float], offers: Offers) -> None:
    west, south, east, north = bbox
    for values, borders in ((offers.lons, (west, east)), (offers.lats, (south, north))):
        for border in borders:
            assume(bool((abs(values - border) > CLOSE_DEGREES).all()))
