"""What the search must answer, in plain Python over the registry's rows.

Written from the definitions of docs/design.md and docs/api.md, not from the queries, and as simply as they allow: every
offer is looked at, a sort is `sorted`; numpy only measures distances. `domain.vocabulary` only says which kinds mind
children.
"""

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from domain.vocabulary import CARE_KINDS
from tests.search_api.oracle_globe import on_sphere, route_points, to_nearest
from tests.search_api.oracle_offers import CAPACITIES, Offer, Offers, folded
from tests.search_api.oracle_request import FACETS as FACETS
from tests.search_api.oracle_request import Request as Request
from tests.search_api.oracle_request import said
from tests.search_api.oracle_weeks import (
    DAY,
    DAYS,
    Availability,
    Period,
    Wanted,
    Week,
    covers,
    most_by_day,
    timetable,
)

TARIFFS = range(300, 601, 50)
MOST_VALUES = 200


# Places and ages -------------------------------------------------------------------------------------------


def distances(offers: Offers, request: Request) -> np.ndarray | None:
    """Metres from the point, or from the nearest point of the route; None without either."""
    if request.route:
        return to_nearest(offers.sphere, route_points(request.route))
    return to_nearest(offers.sphere, on_sphere([request.near])) if request.near else None


def limit_m(request: Request) -> float:
    """How far an offer may be."""
    if request.any_distance:
        return math.inf
    km, default = (request.detour_km, 2) if request.route else (request.radius_km, 10)
    return (default if km is None else km) * 1_000


def months_old(born: date, day: date) -> int:
    """Whole months; 0 before birth. A month is whole when its day of the month has come."""
    if day < born:
        return 0
    months = 12 * (day.year - born.year) + day.month - born.month
    return months if day.day >= born.day else months - 1


# Conditions -----------------------------------------------------------------------------------------------


def is_inside(bbox: tuple[float, float, float, float], offer: Offer) -> bool:
    west, south, east, north = bbox
    return west <= offer.lon <= east and south <= offer.lat <= north


def ages_taken(request: Request, offer: Offer) -> int:
    """Of how many of the children."""
    if offer.ages is None:
        return len(request.child_birthdate)
    start, end = offer.ages
    ages = [months_old(born, request.day) for born in request.child_birthdate]
    return len([age for age in ages if start <= age and (end is None or age < end)])


def takes_ages(request: Request, offer: Offer, places: int) -> bool:
    """Whether at so many places enough of them: a child for each place, or all the children."""
    return ages_taken(request, offer) >= min(places, len(request.child_birthdate))


def may_take(request: Request, offer: Offer) -> bool:
    """The children's ages: of every one, or with match=best of so many as have a place, one at least."""
    return takes_ages(request, offer, 1 if request.match == "best" else len(request.child_birthdate))


def has_hours(request: Request, offer: Offer) -> bool:
    """Open on each day from Monday to Friday: in the minute that begins at `opens_before`, in the one that ends at
    `closes_after`. Who tells no opening hours is not known to be open."""
    minutes = [request.opens_before, None if request.closes_after is None else request.closes_after - 1]
    asked = [day * DAY + minute for minute in minutes if minute is not None for day in range(5)]
    return not asked or (offer.opening is not None and all(offer.opening[minute] for minute in asked))


def is_up_to_date(offer: Offer, today: date) -> bool:
    return offer.fresh_until is not None and offer.fresh_until >= today


def availability(request: Request, offer: Offer) -> Availability | None:
    """What is free at an offer; None for the kinds that mind no children."""
    if offer.kind == "assistant_maternel":
        declared = timetable(
            offer.periods, request.day, request.wanted, most_places(request, offer), request.leniency or 0
        )
        if declared.status == "unknown" or is_up_to_date(offer, request.today):
            return declared
        return Availability("to_confirm", declared=declared)
    return Availability("to_ask") if offer.kind in CARE_KINDS else None


def most_places(request: Request, offer: Offer) -> int:
    """Of the places that the need asks for, how many its ages admit."""
    if not request.need:
        return request.seats
    return max((each for each in range(1, request.wanted.places + 1) if takes_ages(request, offer, each)), default=0)


def is_open(offer: Offer, wanted: Wanted, leniency: int) -> bool:
    """At all the hours of the need but those that may be missing, or at hours unknown."""
    hours = [(start, end, 1) for spans in wanted.sufficient(leniency).values() for start, end, _ in spans]
    return offer.opening is None or covers(offer.opening, hours)


def answers_need(request: Request, offer: Offer, shown: Availability | None) -> bool:
    """`shown` is the offer's availability."""
    if not request.need:
        return True
    if shown is None:
        return False
    if shown.status == "to_ask":
        return "to_ask" in request.include and is_open(offer, request.wanted, request.leniency or 0)
    if shown.status == "unknown":
        return "unknown" in request.include
    if shown.declared:
        return "to_ask" in request.include and answers_need(request, offer, shown.declared)
    if request.match == "best":
        return shown.best is not None
    now = [each.week for each in offer.periods if each.contains(request.day)]
    return any(request.wanted.suffices(week, request.leniency or 0) for week in now)


def is_chosen(request: Request, offer: Offer, facet: str) -> bool:
    """Whether an offer has a value that is chosen in a facet (but `day`, the need's); of features, all of them."""
    match facet:
        case "feature":
            return set(request.feature) <= set(offer.features)
        case "hourly_cents_max":
            assert request.hourly_cents_max is not None
            return offer.hourly_cents is not None and offer.hourly_cents <= request.hourly_cents_max
        case "up_to_date":
            return is_up_to_date(offer, request.today) is request.up_to_date
    return any(value in request.chosen[facet] for value in offer.values[facet])


# Searches -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """`offers` in the order of the request, where the order is defined without scores; else by id.

    `facets`: facet → value → count. `far`: id → metres. `shown`: id → availability.
    """

    offers: Sequence[Offer]
    facets: Mapping[str, Mapping[str, int]]
    far: Mapping[str, float]
    shown: Mapping[str, Availability | None]


Words = Callable[[str], Collection[str]]
"""The ids that a text finds, which only the analysis can tell."""


def search(offers: Offers, request: Request, words: Words | None = None) -> Found:
    far = distances(offers, request)
    near = np.ones(len(offers), bool) if far is None else far <= limit_m(request)
    if request.bbox:
        west, south, east, north = request.bbox
        near &= (west <= offers.lons) & (offers.lons <= east) & (south <= offers.lats) & (offers.lats <= north)
    named = words(request.q) if request.q and words else None
    chosen = [facet for facet in FACETS if facet != "day" and request.chosen[facet]]
    shown = Memory(request)
    found: list[Offer] = []
    metres_to: dict[str, float] = {}
    but_for: dict[str, list[Offer]] = {facet: [] for facet in request.facets}
    """Those that only the choice in this facet keeps out."""
    for index in np.flatnonzero(near):
        offer = offers[index]
        if (
            not may_take(request, offer)
            or not has_hours(request, offer)
            or (named is not None and offer.id not in named)
        ):
            continue
        failed = [facet for facet in chosen if not is_chosen(request, offer, facet)]
        if len(failed) > 1 or (failed and failed[0] not in but_for):
            continue
        if not answers_need(request, offer, shown(offer)):
            failed.append("day")
        if not failed:
            found.append(offer)
            if far is not None:
                metres_to[offer.id] = float(far[index])
        elif len(failed) == 1 and failed[0] in but_for:
            but_for[failed[0]].append(offer)
    facets = {facet: count(request, [*found, *others], facet) for facet, others in but_for.items()}
    seen = {offer.id: shown(offer) for offer in found}
    return Found(ordered(request, found, metres_to, seen), facets, metres_to, seen)


class Memory:
    """Availability, worked out once for each timetable."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.known: dict[tuple[str, bool, int, tuple[Period, ...]], Availability | None] = {}

    def __call__(self, offer: Offer) -> Availability | None:
        current, children = is_up_to_date(offer, self.request.today), ages_taken(self.request, offer)
        key = (offer.kind, current, children, offer.periods)
        if key not in self.known:
            self.known[key] = availability(self.request, offer)
        return self.known[key]


def count(request: Request, offers: Iterable[Offer], facet: str) -> dict[str, int]:
    """Value → number of offers; the values that are always told are there, at 0 if need be."""
    counts: Counter[str] = Counter()
    always: Collection[str] = request.chosen[facet]
    match facet:
        case "hourly_cents_max":
            always = {*map(str, TARIFFS), *always}
            for offer in offers:
                counts.update(value for value in always if offer.hourly_cents and offer.hourly_cents <= int(value))
        case "up_to_date":
            always = ("true", "false")
            counts.update(said(is_up_to_date(offer, request.today)) for offer in offers)
        case "day":
            always = DAYS
            free: dict[Week, list[str]] = {}
            for offer in offers:
                for period in offer.periods if is_up_to_date(offer, request.today) else ():
                    if period.contains(request.day):
                        if period.week not in free:
                            free[period.week] = list(free_days(request, period.week))
                        counts.update(free[period.week])
        case _:
            always = CAPACITIES if facet == "capacity" else always
            for offer in offers:
                counts.update(offer.values[facet])
    return dict.fromkeys(always, 0) | counts


def free_days(request: Request, free: Week) -> Iterable[str]:
    """The days on which the hours of the need are free, but those that may be missing: its own on a day of the need,
    else those of the first line."""
    for day, name in enumerate(DAYS):
        if not request.need:
            if most_by_day(free)[day] >= request.seats:
                yield name
        else:
            asked = request.demand.get(day) or (request.need[0].span(day, request.seats),)
            if covers(free, request.wanted.less(asked, request.leniency or 0)):
                yield name


def worth(shown: Availability | None) -> int:
    """How much of a need an offer answers, by the period that is told of it."""
    return shown.best.worth if shown and shown.best else 0


def by_distance(offer: Offer, far: Mapping[str, float]) -> tuple[bool, float]:
    """Who is known by the commune alone comes last."""
    return (offer.known_within_km is not None, far[offer.id])


def ordered(
    request: Request,
    offers: Iterable[Offer],
    far: Mapping[str, float],
    shown: Mapping[str, Availability | None],
) -> list[Offer]:
    by_id = sorted(offers, key=lambda offer: offer.id)
    match request.order:
        case "distance":
            return sorted(by_id, key=lambda offer: by_distance(offer, far))
        case "updated":
            return sorted(by_id, key=lambda offer: offer.confirmed_on or date.min, reverse=True)
        case "name":
            return sorted(by_id, key=lambda offer: folded(offer.name))
        case "availability":
            if request.measures:
                by_id.sort(key=lambda offer: by_distance(offer, far))
            else:
                by_id.sort(key=lambda offer: folded(offer.name))
            return sorted(by_id, key=lambda offer: worth(shown[offer.id]), reverse=True)
    return by_id
