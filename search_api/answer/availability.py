"""What is free at an offer for a need, read from the indexed periods (docs/design.md, "Availability")."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple, TypedDict

from domain import week as weeks
from domain.freshness import is_up_to_date
from domain.vocabulary import CARE_KINDS
from search_api.answer.coverage import Coverage, Match, Parts, coverage, covers, parts_of
from search_api.request.need import BEGUN, SUFFICES, WHOLE, Day, admitted, most_places, tenths

Period = dict[str, Any]
"""`period` {gte, lte?} in ISO days, the last one included, and `week`, as indexed (mappings/documents.py)."""


class Status(TypedDict):
    """`places`: free for the whole need, or at once at some hour without one, in every period up to the day that is
    told. Days are ISO 8601. `until`: the last day of the place, where it is known what comes after it;
    `declared_until`: the last day that is declared. `coverage` of a partial match."""

    status: str
    places: int | None
    free_from: str | None
    until: str | None
    declared_until: str | None
    coverage: Coverage | None


class Best(NamedTuple):
    """The best of the periods: its number, and how it meets the need."""

    number: int
    match: Match


class Chain(NamedTuple):
    """Periods that adjoin, one at least. Their last day, where another adjoins that does not go on with them (`until`),
    or where nothing is declared to follow (`declared_until`); both None where the last one is open."""

    periods: Sequence[Period]
    until: str | None
    declared_until: str | None


def status_of(
    offer: dict[str, Any],
    start: date,
    days: Sequence[Day],
    today: date,
    ages: Sequence[int] = (),
    leniency: int = 0,
) -> Status | None:
    """The availability of an offer at `start` for the days of a need, if any, and for children of these ages in months;
    None for kinds that mind no children.

    `today` is the day of the request: what was declared by a word that does not count any more is `to_confirm`,
    whatever it was. `leniency` as for `best_of`.
    """
    if offer["kind"] != "assistant_maternel":
        return status("to_ask") if offer["kind"] in CARE_KINDS else None
    found = timetable_status(offer.get("availability") or [], start.isoformat(), days, taken(offer, ages), leniency)
    if found["status"] == "unknown" or is_up_to_date(offer, today):
        return found
    return status("to_confirm")


def taken(offer: dict[str, Any], ages: Sequence[int]) -> int | None:
    """How many of the children the offer takes by their ages, where that is not all of them."""
    count = children_taken(offer.get("ages"), ages).bit_count()
    return count if count < len(ages) else None


def children_taken(ages: dict[str, int] | None, children: Sequence[int]) -> int:
    """Those of the children, by their months, whose age is taken, one bit each; who does not say which ages are taken
    takes all."""
    if not ages:
        return (1 << len(children)) - 1
    first, end = ages["gte"], ages.get("lt")
    return sum(1 << at for at, age in enumerate(children) if first <= age and (end is None or age < end))


def timetable_status(
    periods: list[Period], day: str, days: Sequence[Day], children: int | None = None, leniency: int = 0
) -> Status:
    """`free`, `later`, `partial`, `full` or `unknown`: as the best of the periods that are not over on that day.
    `children`: so many places at most can be taken, as no more children have an age that is taken. `leniency` as for
    `best_of`."""
    ahead = not_over(periods, day)
    if not ahead:
        return status("unknown")
    if not days:
        return without_need(ahead, day)
    best = best_of(ahead, day, days, children, leniency)
    return matched(ahead[best.number :], day, days, best.match) if best else nothing_free(ahead, day)


def together_status(
    offer: dict[str, Any], start: date, days: Sequence[Day], places: int, ages: Sequence[int] = ()
) -> Status:
    """The availability of one of two who do it together: what it covers at so many places in the period under way,
    whatever another period covers. The offer has such a period, and its word counts."""
    day = start.isoformat()
    ahead = not_over(offer["availability"], day)
    shortenings = shortenings_of(parts_of(ahead[0]["week"]), days, places)
    by_age = taken(offer, ages) is not None
    return matched(ahead, day, days, Match(places, most_places(days), shortenings, by_age))


def matched(ahead: Sequence[Period], day: str, days: Sequence[Day], match: Match) -> Status:
    """How the first of these periods meets the need, and to when the others go on with it."""
    period = ahead[0]
    begins = first_day(period) if first_day(period) > day else None
    found = chain(ahead, lambda each: as_well(each, days, match))
    if match.is_whole:
        places = min(free_places(each["week"], days) for each in found.periods)
        return free_status(places, begins, found)
    told = coverage(period["week"], days, match)
    return status("partial", free_from=begins, until=found.until, declared_until=found.declared_until, coverage=told)


def without_need(ahead: Sequence[Period], day: str) -> Status:
    """What is free at some hour, from the first of these periods on in which something is."""
    number = next((number for number, each in enumerate(ahead) if each["week"]), None)
    if number is None:
        return nothing_free(ahead, day)
    begins = first_day(ahead[number]) if first_day(ahead[number]) > day else None
    found = chain(ahead[number:], lambda each: bool(each["week"]))
    places = min(parts_of(each["week"]).starts[-1] // weeks.WEEK for each in found.periods)
    return free_status(places, begins, found)


def nothing_free(ahead: Sequence[Period], day: str) -> Status:
    """Nothing in any of these periods; to be told until when only where one is under way."""
    declared = chain(ahead, lambda _: True).declared_until
    return status("full", declared_until=declared if under_way(ahead, day) else None)


def suffices(told: Status, leniency: int) -> bool:
    """Whether all of the need is covered at all of its places from the day on, but for so many minutes at most at
    either end of its hours."""
    if told["coverage"] is None:
        return told["status"] == "free"
    part = told["coverage"]
    fits = all(day["shortened"] is not None and day["shortened"] <= leniency for day in part["days"])
    return fits and part["places"] == part["asked_places"] and not told["free_from"]


def best_of(
    ahead: Sequence[Period], day: str, days: Sequence[Day], children: int | None, leniency: int = 0
) -> Best | None:
    """The period, of these in their order, and the number of places that are worth most, as the orders count it: the
    share that they cover, more where the period holds the day, and more where it then covers the need but for
    `leniency` minutes at either end of its hours.

    Of those that are worth the same the first period: periods do not overlap, so that the one under way, if any, comes
    before the others. Then the most places.
    """
    asked = most_places(days)
    most = asked if children is None else min(asked, children)
    best: Best | None = None
    worth = 0
    for number, each in enumerate(ahead):
        parts = parts_of(each["week"])
        unit = 10 * asked * len(days) if first_day(each) <= day else 0
        for places in range(most, 0, -1):
            enough = SUFFICES * unit if leniency and places == asked else 0
            if WHOLE * places * 10 * len(days) + BEGUN * unit + enough <= worth:
                break
            match = Match(places, asked, shortenings_of(parts, days, places), by_age=children is not None)
            share = tenths(places, match.shortenings)
            here = WHOLE * share + BEGUN * unit + (enough if match.lacks_no_more_than(leniency) else 0)
            if share and here > worth:
                best, worth = Best(number, match), here
    return best


def shortenings_of(parts: Parts, days: Sequence[Day], places: int) -> tuple[int | None, ...]:
    """Of each day the least shortening that is covered at so many places; None where none is."""
    return tuple(
        next((minutes for minutes, bounds in steps if covers(parts, bounds)), None)
        for steps in admitted(tuple(days), places)
    )


def as_well(period: Period, days: Sequence[Day], match: Match) -> bool:
    """Whether a period covers every day at least as well, at the same number of places."""
    found = shortenings_of(parts_of(period["week"]), days, match.places)
    return all(
        before is None or (here is not None and here <= before)
        for here, before in zip(found, match.shortenings, strict=True)
    )


def chain(ahead: Sequence[Period], goes_on: Callable[[Period], bool]) -> Chain:
    """The first period and those that adjoin it one after the other, as long as each goes on with it."""
    periods = [ahead[0]]
    for each in ahead[1:]:
        if not adjoins(periods[-1], each):
            break
        if not goes_on(each):
            return Chain(periods, periods[-1]["period"]["lte"], None)
        periods.append(each)
    return Chain(periods, None, periods[-1]["period"].get("lte"))


def adjoins(one: Period, other: Period) -> bool:
    """Whether the other begins on the day after the one ends."""
    end = one["period"].get("lte")
    return end is not None and (date.fromisoformat(end) + timedelta(days=1)).isoformat() == first_day(other)


def free_places(week: list[dict[str, int]], days: Sequence[Day]) -> int:
    """The most places free for all the days, which are covered."""
    parts = parts_of(week)
    most, places = parts.starts[-1] // weeks.WEEK, 1
    while places < most and covers(parts, at_least(places + 1, days)):
        places += 1
    return places


def at_least(places: int, days: Sequence[Day]) -> list[weeks.Span]:
    return [weeks.at_level((start, end), max(least, places)) for day in days for start, end, least in day.pieces]


def not_over(periods: Iterable[Period], day: str) -> list[Period]:
    """The periods that are not over on that day, in order."""
    return sorted((each for each in periods if end_of(each) >= day), key=first_day)  # ISO days compare as text


def under_way(ahead: Sequence[Period], day: str) -> Period | None:
    """Of periods that are not over on that day, in order, the one that holds it: as none overlap, the first or none."""
    return ahead[0] if ahead and first_day(ahead[0]) <= day else None


def first_day(period: Period) -> str:
    day: str = period["period"]["gte"]
    return day


def end_of(period: Period) -> str:
    return period["period"].get("lte") or "9999-12-31"


def free_status(places: int, begins: str | None, found: Chain) -> Status:
    name = "later" if begins else "free"
    return status(name, places=places, free_from=begins, until=found.until, declared_until=found.declared_until)


def status(
    name: str,
    *,
    places: int | None = None,
    free_from: str | None = None,
    until: str | None = None,
    declared_until: str | None = None,
    coverage: Coverage | None = None,
) -> Status:
    return {
        "status": name,
        "places": places,
        "free_from": free_from,
        "until": until,
        "declared_until": declared_until,
        "coverage": coverage,
    }
