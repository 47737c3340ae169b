"""What a partial match covers and lacks, in one short French sentence.

« Libre 3 jours sur 4 (lundi, mardi et jeudi) ; pas de place le vendredi », « Il manque 15 min le matin, mardi et
jeudi », « 1 place sur 2, du lundi au vendredi »: what is free, then two facts at most, of what lacks most, then how
many days are left.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from domain import french
from domain.week import DAY, NAMES, Span
from search_api.request.need import Day

ENDS = 60
"""Minutes that are told as missing at an end; of a day that lacks more, the free hours are told."""

MOST_FACTS = 2
MOST_PARTS = 3
"""Of a sentence, with its places and what is free, before the days that are left."""

MOST_HOURS = 2
"""Stretches of one day that are told."""

NOON = 12 * 60
MORNING, EVENING = 4 * 60, 16 * 60
"""A start from the one on, and before noon, is « le matin »; an end at the other or later is « le soir »."""

LATE = 3 * 60
"""What ends after midnight, by this hour, is an evening; later, a night."""

_DAYS, _NIGHTS = french.Plural("jour", "jours"), french.Plural("nuit", "nuits")
_PLACES = french.Plural("place", "places")
_MORE = french.Plural("autre jour incomplet", "autres jours incomplets")


class DayOrNight(NamedTuple):
    """A weekday, or the night that begins on it: what is asked, and what of it is free, in minutes of the week."""

    weekday: int
    kind: str
    asked: Sequence[Span]
    free: Sequence[Span]


def kind_of(weekday: int, start: int, end: int) -> str:
    """What hours are that begin on a weekday: "day", "evening", "night", or "day and night" at one stretch."""
    midnight = (weekday + 1) * DAY
    if end <= midnight:
        return "day"
    if start < midnight - DAY + NOON:
        return "day and night"
    return "evening" if end <= midnight + LATE else "night"


def pieces(day: Day, free: Sequence[Span]) -> list[DayOrNight]:
    """A day of the need and its night, apart where it has both."""
    midnight = (day.weekday + 1) * DAY
    late = [span for span in day.spans if span[1] > midnight]  # one at most: two would touch at midnight
    if not late:
        return [DayOrNight(day.weekday, "day", day.spans, free)]
    start, end = late[0]
    kind = kind_of(day.weekday, start, end)
    if kind == "day and night":
        return [DayOrNight(day.weekday, kind, day.spans, free)]
    night = DayOrNight(day.weekday, kind, late, [part for part in free if part[0] >= start])
    rest = [span for span in day.spans if span != late[0]]
    return [
        *([DayOrNight(day.weekday, "day", rest, [part for part in free if part[1] <= start])] if rest else []),
        night,
    ]


def places(count: int, asked: int, *, by_age: bool) -> str:
    """« 1 place sur 2 »; nothing where there are as many as are asked for."""
    if count == asked:
        return ""
    return f"{_PLACES.of(count)} sur {asked}" + (", selon l’âge des enfants" if by_age else "")


def summary(asked: Sequence[DayOrNight], of_places: str) -> str:
    """`of_places`: as `places` gives it."""
    covered = [each for each in asked if list(each.free) == list(each.asked)]
    if len(covered) == len(asked):
        return f"{of_places}, {days_of(covered)}"
    lacking: dict[tuple[bool, str], list[DayOrNight]] = {}
    for each in asked:
        if each not in covered:
            lacking.setdefault((bool(each.free), lack(each)), []).append(each)
    groups = sorted(lacking.items(), key=lambda group: group[0][0])  # nothing at all goes before what lacks a part
    told = [*([of_places] if of_places else []), *([free(covered, asked)] if covered else [])]
    most = min(MOST_FACTS, MOST_PARTS - len(told))
    largest = sorted(lacking.values(), key=gap, reverse=True)[:most]
    told += [fact.format(days=days_of(group), names=named(group)) for (_, fact), group in groups if group in largest]
    if more := sum(len(group) for _, group in groups if group not in largest):
        told.append(_MORE.of(more))
    text = "\u202f; ".join(told)
    return text[:1].upper() + text[1:]


def free(covered: Sequence[DayOrNight], asked: Sequence[DayOrNight]) -> str:
    """« libre 3 jours sur 4 (lundi, mardi et jeudi) »; without the count where a day has its night apart."""
    if any_night(asked) != all_night(asked) or len({each.weekday for each in asked}) < len(asked):
        return f"libre {days_of(covered)}"
    noun, names = (_NIGHTS, nights) if all_night(asked) else (_DAYS, named)
    return f"libre {noun.of(len(covered))} sur {len(asked)} ({names(covered)})"


def lack(piece: DayOrNight) -> str:
    """What a day that is not covered lacks, or what of it is free: a sentence with {days} or, after a comma,
    {names}."""
    if not piece.free:
        return "pas de place {days}"
    missing = without(piece.asked, piece.free)
    if len(piece.asked) == 1 and (found := at_the_ends(piece, missing)):
        return found
    if sum(end - start for start, end in missing) <= ENDS and len(missing) <= MOST_HOURS:
        return f"il manque {stretches(missing)}, {{names}}"
    if len(piece.free) > MOST_HOURS:
        return "libre en partie {days}"
    if piece.kind == "day and night":
        return f"libre {french.listed([stretch_and_day(span) for span in piece.free])}"
    return f"libre {stretches(piece.free)} {{days}}"


def at_the_ends(piece: DayOrNight, missing: Sequence[Span]) -> str:
    """Of one stretch of hours that is free but for its ends; nothing where something lacks in between."""
    (start, end), (first, last) = piece.asked[0], (piece.free[0][0], piece.free[-1][1])
    if len(piece.free) > 1:
        return ""
    if first - start <= ENDS and end - last <= ENDS and (last - first) * 2 >= end - start:
        ends = [(first - start, beginning(piece, start)), (end - last, ending(piece, end))]
        return f"il manque {french.listed([f'{minutes(lost)} {when}' for lost, when in ends if lost])}, {{names}}"
    if piece.kind == "day and night":
        return ""
    if start == first:
        return f"libre jusqu’à {ends_at(last)} {{days}}"
    return f"libre à partir de {begins_at(first)} {{days}}" if end == last else ""


def beginning(piece: DayOrNight, start: int) -> str:
    return "le matin" if piece.kind != "night" and MORNING <= start % DAY < NOON else "au début"


def ending(piece: DayOrNight, end: int) -> str:
    return "le soir" if piece.kind == "day" and end - piece.weekday * DAY >= EVENING else "à la fin"


def gap(group: Iterable[DayOrNight]) -> int:
    """Minutes of all these that are not free."""
    return sum(end - start for each in group for start, end in without(each.asked, each.free))


def without(asked: Iterable[Span], free: Sequence[Span]) -> list[Span]:
    """What of the hours is not free; both in order, the free ones within the others."""
    found: list[Span] = []
    for start, end in asked:
        at = start
        for first, last in free:
            if start <= first < end:
                found += [(at, first)] if at < first else []
                at = last
        found += [(at, end)] if at < end else []
    return found


def stretches(spans: Iterable[Span]) -> str:
    return french.listed([f"de {begins_at(start)} à {ends_at(end)}" for start, end in spans])


def stretch_and_day(span: Span) -> str:
    """« le mercredi de 7 h à 7 h 15 »: of a day and its night, the weekday on which each stretch begins."""
    return f"le {NAMES[span[0] // DAY % 7]} {stretches([span])}"


def minutes(count: int) -> str:
    return f"1{french.NBSP}h" if count == ENDS else f"{count}{french.NBSP}min"


def begins_at(minute: int) -> str:
    return french.clock(minute % DAY)


def ends_at(minute: int) -> str:
    return french.clock(minute % DAY or DAY)


# Names of days and nights ---------------------------------------------------------------------------------


def days_of(group: Sequence[DayOrNight]) -> str:
    """« le vendredi », « mardi et jeudi », « la nuit du mardi au mercredi »."""
    alone = len(group) == 1 and group[0].kind != "night"
    return f"le {named(group)}" if alone else named(group)


def named(group: Sequence[DayOrNight]) -> str:
    """« vendredi », « du lundi au mercredi, vendredi et la nuit du samedi au dimanche »."""
    days = french.week_day_runs(each.weekday for each in group if each.kind == "day")
    others = [f"{NAMES[each.weekday]} soir" for each in group if each.kind == "evening"]
    whole = french.week_day_runs(each.weekday for each in group if each.kind == "day and night")
    others += [f"{days} avec {'les nuits' if days.startswith('du ') else 'la nuit'}" for days in whole]
    night = [each for each in group if each.kind == "night"]
    others += [f"{'les nuits' if len(night) > 1 else 'la nuit'} {nights(night)}"] if night else []
    return french.listed([*days, *others])


def nights(group: Sequence[DayOrNight]) -> str:
    """« du mardi au mercredi et du samedi au dimanche »; of three in a row « du lundi soir au jeudi matin »."""
    found = []
    for run in in_a_row(group):
        if len(run) > 2:
            found.append(f"du {NAMES[run[0]]} soir au {NAMES[(run[-1] + 1) % 7]} matin")
        else:
            found += [f"du {NAMES[each]} au {NAMES[(each + 1) % 7]}" for each in run]
    return french.listed(found)


def in_a_row(group: Sequence[DayOrNight]) -> list[list[int]]:
    """The weekdays, those together that follow one another."""
    runs = groupby(enumerate(each.weekday for each in group), key=lambda each: each[1] - each[0])
    return [[weekday for _, weekday in run] for _, run in runs]


def any_night(group: Iterable[DayOrNight]) -> bool:
    return any(each.kind == "night" for each in group)


def all_night(group: Iterable[DayOrNight]) -> bool:
    return all(each.kind == "night" for each in group)
