"""What a need would find that asked for a little less, minute by minute, from the definitions of docs/api.md."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from tests.search_api import oracle
from tests.search_api.oracle import Request
from tests.search_api.oracle_offers import Offer, Offers
from tests.search_api.oracle_weeks import DAYS, Demand, Wanted, covers, shorter

Told = tuple[str, str | int | float]
"""A change, and what tells it from others of its name."""


def expected(offers: Offers, request: Request) -> Iterator[tuple[Told, int]]:
    """Each change that this request, which asks for no others than those known to be free, admits; its total."""
    anywhere = replace(
        request, need=(), child_birthdate=(), places=None, leniency=None, match=None, sort="name", facets=()
    )
    here = [offer for offer in oracle.search(offers, anywhere).offers if oracle.is_up_to_date(offer, request.today)]
    children, demand = request.child_birthdate, request.demand

    def total(
        some: Sequence[Offer], asked: Demand, ages: Sequence[date] = children, leniency: int = request.leniency or 0
    ) -> int:
        needed = Wanted(asked).sufficient(leniency)
        return sum(is_free(request, offer, needed, ages) for offer in some)

    most, sufficient = request.wanted.places, request.wanted.sufficient(request.leniency or 0)
    yield ("as it stands", 0), total(here, demand)
    for minutes in (15, 30, 60):
        left = {day: shorter(each, most, minutes) for day, each in sufficient.items()}
        if all(each is not None for each in left.values()):
            yield ("shorter", minutes), total(here, {day: each or () for day, each in left.items()}, leniency=0)
    if len(demand) > 1:
        for day in demand:
            yield ("fewer_days", DAYS[day]), total(here, {other: demand[other] for other in demand if other != day})
    if most > 1:
        fewer = {day: tuple((first, end, min(k, most - 1)) for first, end, k in each) for day, each in demand.items()}
        # With a place for each child, one child stays without: whichever it is.
        for born in sorted(set(children)) if len(children) == most else (None,):
            ages = list(children)
            if born:
                ages.remove(born)
            yield ("fewer_places", most - 1), total(here, fewer, ages)
    if (km := farther(request)) is not None:
        wider = reaching(anywhere, km)
        around = [offer for offer in oracle.search(offers, wider).offers if oracle.is_up_to_date(offer, request.today)]
        yield ("farther", km), total(around, demand)


def farther(request: Request) -> float | None:
    if request.near:
        now, most = 10 if request.radius_km is None else request.radius_km, 50
    elif request.route:
        now, most = 2 if request.detour_km is None else request.detour_km, 10
    else:
        return None
    return min(now + 5, most) if now < most else None


def reaching(request: Request, km: float) -> Request:
    """The same within so many kilometres of the point or the route."""
    return replace(request, detour_km=km) if request.route else replace(request, radius_km=km)


def is_free(request: Request, offer: Offer, asked: Demand, children: Sequence[date]) -> bool:
    """One period that holds the day covers all of it, and every child's age is taken."""
    if offer.kind != "assistant_maternel" or not all(takes(request, offer, born) for born in children):
        return False
    now = [each for each in offer.periods if each.contains(request.day)]
    return any(all(covers(each.week, day) for day in asked.values()) for each in now)


def takes(request: Request, offer: Offer, born: date) -> bool:
    if offer.ages is None:
        return True
    start, end = offer.ages
    age = oracle.months_old(born, request.day)
    return start <= age and (end is None or age < end)


def told(item: Mapping[str, str | int | float]) -> Told:
    """An item of the answer, by what tells it from the others."""
    name = {"shorter": "minutes", "fewer_days": "day", "fewer_places": "places", "farther": "km"}[str(item["change"])]
    return str(item["change"]), item[name]
