"""Who covers a need together with somebody else: two offers of those that were found, neither of which does it alone.

Pure. What an offer covers is a set of bits, one for each piece of the need (a line on a day), so that 200 offers are
tried on each other in a few milliseconds. Only the period that is under way on the first day counts.
"""

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations_with_replacement
from typing import Any, Literal, NamedTuple

from domain import week as weeks
from search_api.answer.availability import children_taken, not_over, under_way
from search_api.answer.coverage import covers, parts_of
from search_api.geo import EARTH_RADIUS_M, Vector, detour_m, haversine_m, vector
from search_api.request.need import SHORTENINGS, Day, as_short, at_most, most_places
from search_api.request.offer_query import OfferQuery


class LineOnDay(NamedTuple):
    """A line on a day: the weekday (0 is Monday), minutes of the week (`end` past it where Sunday night goes on), the
    places."""

    weekday: int
    start: int
    end: int
    places: int


@dataclass(frozen=True)
class Task:
    """What is to be shared out. `pieces` in the order of the week; a set of them has bit n for `pieces[n]`."""

    days: tuple[Day, ...]
    ages_months: tuple[int, ...]

    @cached_property
    def pieces(self) -> tuple[LineOnDay, ...]:
        return tuple(sorted({LineOnDay(day.weekday, *hours) for day in self.days for hours in day.hours}))

    @cached_property
    def bounds(self) -> tuple[tuple[weeks.Span, ...], ...]:
        """What a week must hold for each of the pieces, as the index has it."""
        return tuple(
            tuple(weeks.at_level(part, piece.places) for part in weeks.split(piece.start, piece.end))
            for piece in self.pieces
        )

    @cached_property
    def places(self) -> int:
        return most_places(self.days)

    @cached_property
    def every(self) -> int:
        """All of the pieces."""
        return (1 << len(self.pieces)) - 1

    @cached_property
    def by_day(self) -> tuple[int, ...]:
        """The pieces of each day."""
        return tuple(
            sum(1 << at for at, piece in enumerate(self.pieces) if piece.weekday == day.weekday) for day in self.days
        )

    @cached_property
    def children(self) -> int:
        """All of the children, one bit each."""
        return (1 << len(self.ages_months)) - 1

    @cached_property
    def with_places(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """What a week must hold for all hours at 1, 2, … places, one less than are asked for, as the index has it."""
        found = ({bound for day in self.days for bound in at_most(day, k).bounds} for k in range(1, self.places))
        return tuple(tuple(sorted(each)) for each in found)


class Ability(NamedTuple):
    """`does`: the pieces that are covered at their places; `most`: the most places at which all hours are, less than
    are asked for; `takes`: the children whose age is taken."""

    does: int
    most: int
    takes: int


@dataclass(frozen=True)
class Candidate:
    """`number`: its place among what was found. `house`: its MAM's id, or else its own. `is_placed`: whether its
    position says more than its commune. `away_m`: from the point or the route, None without either."""

    number: int
    house: str
    at: Vector
    is_placed: bool
    away_m: float | None
    ability: Ability

    @property
    def rank(self) -> tuple[bool, float]:
        """A lower bound of the sort key of every couple with this candidate."""
        return not self.is_placed, self.away_m or 0.0


Partners = dict[Ability, list[Ability]]
"""Of each ability those with which it covers all of the need."""


class Together(NamedTuple):
    """How two offers do it: `children`, `places` of them at the first and the rest at the second; or `times`, with so
    many days `split` between the two."""

    way: Literal["children", "times"]
    split: int
    places: int


@dataclass(frozen=True)
class Pair:
    """Numbers of the two offers among what was found, the first before the second; `task`: what they do together, the
    need or what suffices of it, less as few `minutes` at either end of its hours as can be; `does`: the pieces of it
    that each covers. Distances in metres."""

    first: int
    second: int
    task: Task
    minutes: int
    together: Together
    does: tuple[int, int]
    between_m: float
    farthest_m: float | None


def pairs(found: Sequence[dict[str, Any]], query: OfferQuery, limit: int) -> list[Pair]:
    """The best pairs of these documents (`query.sources.LISTED`), which come in their order: those that split fewest
    days first; then those of which both positions are known, by the distance between the two and that of the farther
    one from the point or the route; equal ones as they were found. Two houses are proposed together once."""
    task = Task(query.sufficient_days, query.ages_months)
    candidates = [each for number, offer in enumerate(found) if (each := candidate(number, offer, query, task))]
    partners: dict[int, Partners] = {}
    for one, other in combinations_with_replacement(dict.fromkeys(each.ability for each in candidates), 2):
        if together := best_way(task, one, other):
            for mine, theirs in {(one, other), (other, one)}:
                partners.setdefault(together.split, {}).setdefault(mine, []).append(theirs)
    best: list[Choice] = []
    for split in sorted(partners):
        if len(best) < limit:
            best += nearest(candidates, partners[split], limit - len(best), {each.houses for each in best})
    couples = [couple for each in best if (couple := pair(task, *each.couple))]
    return (
        [least_missing(each, [found[each.first], found[each.second]], query) for each in couples]
        if query.leniency
        else couples
    )


def least_missing(pair: Pair, couple: Sequence[dict[str, Any]], query: OfferQuery) -> Pair:
    """The same pair in the same way, by the most hours: what may be missing need not be."""
    way = by_children if pair.together.way == "children" else by_times
    for minutes in SHORTENINGS:
        task = Task(tuple(as_short(day, minutes) for day in query.days), query.ages_months)
        first, second = (of_day(offer, query, task) for offer in couple)
        together = way(task, first, second) if first and second else None
        if first and second and together and together.split == pair.together.split:
            return replace(pair, task=task, minutes=minutes, together=together, does=(first.does, second.does))
    return pair


class Choice(NamedTuple):
    """Two candidates. Of two choices that split as many days the lesser one comes first, by `is_unplaced`, `metres` and
    `numbers`."""

    is_unplaced: bool
    metres: float
    numbers: tuple[int, int]
    houses: tuple[str, str]
    couple: tuple[Candidate, Candidate]


def nearest(
    candidates: Iterable[Candidate], partners: Partners, limit: int, taken_houses: Collection[tuple[str, str]]
) -> list[Choice]:
    """The first ones of couples that split as many days, two houses once; without those of `taken_houses`."""
    best: list[Choice] = []
    reach = math.inf  # the longest chord between two that may still be among the best
    sooner: dict[Ability, list[Candidate]] = {}
    for each in sorted(candidates, key=lambda each: (each.rank, each.number)):
        # Candidates come by rank: once one's is beyond the last of the best, no later couple can be among them.
        if len(best) == limit and each.rank > best[-1][:2]:
            break
        for ability in partners.get(each.ability, ()):
            for other in sooner.get(ability, ()):
                if math.dist(each.at, other.at) <= reach:
                    best = better(best, each, other, limit, taken_houses)
                    if len(best) == limit and not best[-1].is_unplaced:
                        reach = best[-1].metres / EARTH_RADIUS_M  # a chord is shorter than its arc
        sooner.setdefault(each.ability, []).append(each)
    return best


def better(
    best: list[Choice], one: Candidate, other: Candidate, limit: int, taken_houses: Collection[tuple[str, str]]
) -> list[Choice]:
    """The best with one more couple, if it is among them; in their order."""
    metres = apart_m(one, other) + max(one.away_m or 0.0, other.away_m or 0.0)
    is_unplaced = not (one.is_placed and other.is_placed)
    if len(best) == limit and (is_unplaced, metres) > best[-1][:2]:
        return best
    couple = (one, other) if one.number < other.number else (other, one)
    houses = (one.house, other.house) if one.house < other.house else (other.house, one.house)
    choice = Choice(is_unplaced, metres, (couple[0].number, couple[1].number), houses, couple)
    before = next((each for each in best if each.houses == houses), None)
    if houses in taken_houses or (before and before[:3] < choice[:3]):
        return best
    return sorted([choice, *(each for each in best if each is not before)], key=lambda each: each[:3])[:limit]


def apart_m(one: Candidate, other: Candidate) -> float:
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.dist(one.at, other.at) / 2))


def pair(task: Task, one: Candidate, other: Candidate) -> Pair | None:
    """None where they do not cover all of it."""
    together = best_way(task, one.ability, other.ability)
    if together is None:
        return None
    away = [each.away_m for each in (one, other) if each.away_m is not None]
    does = (one.ability.does, other.ability.does)
    return Pair(one.number, other.number, task, 0, together, does, apart_m(one, other), max(away) if away else None)


# What one offer can do --------------------------------------------------------------------------------------


def candidate(number: int, offer: dict[str, Any], query: OfferQuery, task: Task) -> Candidate | None:
    """None for who can do nothing on the day, and for who does all of it alone."""
    ability = of_day(offer, query, task)
    if ability is None or not (ability.does or ability.most):
        return None
    if ability.does == task.every and ability.takes == task.children:
        return None
    lat, lon = offer["position"]["lat"], offer["position"]["lon"]
    house = offer["mam"]["id"] if offer.get("mam") else offer["id"]
    placed = offer["precision"] != "commune"
    return Candidate(number, house, vector(lat, lon), placed, away_m(query, lat, lon), ability)


def of_day(offer: dict[str, Any], query: OfferQuery, task: Task) -> Ability | None:
    """What an offer can do of a task on the day; None for who has declared nothing for it."""
    day = query.start.isoformat()
    period = under_way(not_over(offer.get("availability") or [], day), day)
    return able(period["week"], children_taken(offer.get("ages"), task.ages_months), task) if period else None


def able(week: Iterable[dict[str, int]], takes: int, task: Task) -> Ability:
    """`week`: of the period, as indexed."""
    parts = parts_of(week)
    does = sum(1 << at for at, bounds in enumerate(task.bounds) if covers(parts, bounds))
    most = 0
    while most < len(task.with_places) and covers(parts, task.with_places[most]):
        most += 1
    return Ability(does, most, takes)


def away_m(query: OfferQuery, lat: float, lon: float) -> float | None:
    if query.near is not None:
        return haversine_m(query.near.lat, query.near.lon, lat, lon)
    return detour_m(query.route, lat, lon) if query.route is not None else None


# What two can do --------------------------------------------------------------------------------------------


def best_way(task: Task, one: Ability, other: Ability) -> Together | None:
    """How the two cover all of it; each child in one place all week before days that are shared out."""
    return by_children(task, one, other) or by_times(task, one, other)


def by_children(task: Task, one: Ability, other: Ability) -> Together | None:
    """Each covers all hours, the first for as many children as it can: the ages of its children are taken by each."""
    if one.takes | other.takes != task.children or len(task.ages_months) > task.places:
        return None
    least = max(1, task.places - other.most, (one.takes & ~other.takes).bit_count())
    most = min(one.most, task.places - 1, task.places - (other.takes & ~one.takes).bit_count())
    return Together("children", 0, most) if least <= most else None


def by_times(task: Task, one: Ability, other: Ability) -> Together | None:
    """Each piece is covered by one or the other, all children together; days that neither covers alone are split."""
    if one.does | other.does != task.every or one.takes & other.takes != task.children:
        return None
    split = sum(bool(day & ~one.does and day & ~other.does) for day in task.by_day)
    return Together("times", split, task.places)
