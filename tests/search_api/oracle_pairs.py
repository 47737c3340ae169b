"""Which two cover a need together, tried one by one and minute by minute, from the definitions of docs/api.md."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Any

from tests.search_api import oracle, oracle_nearly
from tests.search_api.oracle import Request
from tests.search_api.oracle_globe import metres, on_sphere, route_points, to_nearest
from tests.search_api.oracle_offers import Offer
from tests.search_api.oracle_weeks import Span, Week, covers


@dataclass(frozen=True)
class Couple:
    """`ways`: all that they can do, with the number of days that are split. `metres`: from one to the other, and from
    the farther one to what is searched around."""

    ids: tuple[str, str]
    houses: frozenset[str]
    ways: Mapping[str, int]
    is_unplaced: bool
    metres: float

    @property
    def key(self) -> tuple[int, bool, float]:
        return min(self.ways.values()), self.is_unplaced, self.metres


@lru_cache(16)
def lines(request: Request, leniency: int) -> Mapping[int, Sequence[Span]]:
    """By weekday, each line of the need on it, less what may be missing at both ends of the stretch that it is of."""
    kept = request.wanted.sufficient(leniency)
    found: dict[int, list[Span]] = {day: [] for day in request.demand}
    for line in request.need:
        for day in line.days:
            start, end, places = line.span(day, request.seats)
            left = [minute for first, last, _ in kept[day] for minute in range(max(start, first), min(end, last))]
            if left and (span := (min(left), max(left) + 1, places)) not in found[day]:
                found[day].append(span)
    return found


def couples(request: Request, cards: Sequence[Mapping[str, Any]], known: Mapping[str, Offer]) -> list[Couple]:
    """In their order, two houses once. `cards`: of all offers of the place, in their order; those are tried that take
    the age of one child at least."""
    weeks = {card["id"]: under_way(request, known[card["id"]]) for card in cards}
    enough, children = request.wanted.sufficient(request.leniency or 0), request.child_birthdate
    able = [
        card
        for card in cards
        if weeks[card["id"]]
        and oracle.takes_ages(request, known[card["id"]], 1)
        and not oracle_nearly.is_free(request, known[card["id"]], enough, children)
    ]
    best: dict[frozenset[str], Couple] = {}
    for one, other in combinations(able, 2):
        ways = dict(
            can(
                request, [(known[each["id"]], weeks[each["id"]] or b"") for each in (one, other)], request.leniency or 0
            )
        )
        if not ways:
            continue
        houses = frozenset(each["mam"]["id"] if each["mam"] else each["id"] for each in (one, other))
        unplaced = "commune" in {one["position"]["precision"], other["position"]["precision"]}
        couple = Couple((one["id"], other["id"]), houses, ways, unplaced, far(request, known, one["id"], other["id"]))
        if houses not in best or couple.key < best[houses].key:
            best[houses] = couple
    return sorted(best.values(), key=lambda each: each.key)


def under_way(request: Request, offer: Offer) -> Week | None:
    return next((each.week for each in offer.periods if each.contains(request.day)), None)


def can(request: Request, two: Sequence[tuple[Offer, Week]], leniency: int) -> Iterator[tuple[str, int]]:
    """Each way, with the days that it splits."""
    asked, children = lines(request, leniency), range(len(request.child_birthdate))
    most = max(places for spans in asked.values() for _, _, places in spans)
    taken = [
        {n for n in children if oracle_nearly.takes(request, offer, request.child_birthdate[n])} for offer, _ in two
    ]
    for first in range(1, most):
        seats = (first, most - first)
        whole = all(
            covers(week, [(start, end, min(places, k)) for start, end, places in spans])
            for (_, week), k in zip(two, seats, strict=True)
            for spans in asked.values()
        )
        if whole and any(
            set(some) <= taken[0] and {*children} - {*some} <= taken[1] and len(children) - size <= seats[1]
            for size in range(min(first, len(children)) + 1)
            for some in combinations(children, size)
        ):
            yield "children", 0
            break
    if all(len(each) == len(children) for each in taken):
        does = [
            {(day, span) for day, spans in asked.items() for span in spans if covers(week, [span])} for _, week in two
        ]
        every = {(day, span) for day, spans in asked.items() for span in spans}
        if does[0] | does[1] == every:
            whole_days = [
                {day for day, spans in asked.items() if all((day, s) in each for s in spans)} for each in does
            ]
            yield "times", len(asked) - len(whole_days[0] | whole_days[1])


def far(request: Request, known: Mapping[str, Offer], one: str, other: str) -> float:
    places = [(known[each].lat, known[each].lon) for each in (one, other)]
    between = metres(*places)
    if request.route:
        return between + float(max(to_nearest(on_sphere(places), route_points(request.route))))
    return between + (max(metres(request.near, place) for place in places) if request.near else 0.0)
