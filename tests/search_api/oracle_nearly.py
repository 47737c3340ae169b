"""What a need would find that asked for a little less, minute by minute, from the definitions of docs/api.md."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from tests.search_api import oracle
from tests.search_api.oracle import Request
from tests.search_api.oracle_offers import Offer, Offers
from tests.search_api.oracle_weeks import DAY, DAYS, WEEK, Demand, Spans, covers, spans

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
        needed = enough(asked, leniency)
        return sum(is_free(request, offer, needed, ages) for offer in some)

    yield ("as it stands", 0), total(here, demand)
    for minutes in (15, 30, 60):
        left = {day: less(each, minutes) for day, each in enough(demand, request.leniency or 0).items()}
        if all(each is not None for each in left.values()):
            yield ("shorter", minutes), total(here, {day: each or () for day, each in left.items()}, leniency=0)
    if len(demand) > 1:
        for day in demand:
            yield ("fewer_days", DAYS[day]), total(here, {other: demand[other] for other in demand if other != day})
    most = max(places for each in demand.values() for _, _, places in each)
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


def enough(demand: Demand, leniency: int) -> Demand:
    """Each day less as many minutes, of 0, 15, 30 and 60 up to those that may be missing, as it admits."""
    found: dict[int, Spans] = {}
    for day, asked in demand.items():
        left = [less(asked, minutes) for minutes in (0, 15, 30, 60) if minutes <= leniency]
        found[day] = [each for each in left if each is not None][-1]
    return found


def less(asked: Spans, minutes: int) -> Spans | None:
    """A day without the first and the last minutes of each stretch in which anything is asked; None where more than
    half of a stretch would be gone."""
    places = bytearray(WEEK + DAY)
    for start, end, wanted in asked:
        for minute in range(start, end):
            places[minute] = wanted
    kept = bytearray(places)
    edges = [at for at in range(1, len(places)) if bool(places[at]) != bool(places[at - 1])]
    bounds = [*([0] if places[0] else []), *edges]
    for start, end in zip(bounds[::2], bounds[1::2], strict=True):
        if 2 * (end - start - 2 * minutes) < end - start:
            return None
        for lost in (*range(start, start + minutes), *range(end - minutes, end)):
            kept[lost] = 0
    return tuple(spans(kept))


def told(item: Mapping[str, str | int | float]) -> Told:
    """An item of the answer, by what tells it from the others."""
    name = {"shorter": "minutes", "fewer_days": "day", "fewer_places": "places", "farther": "km"}[str(item["change"])]
    return str(item["change"]), item[name]
