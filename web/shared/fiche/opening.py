"""When a structure is open: now, this week, and the days on which its usual hours do not hold. Pure functions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from domain import french
from domain.week import DAY, DAYS, minutes
from registry.territory import calendars
from web import texts
from web.shared import cards

AHEAD = 7
"""Days in which the next opening is looked for."""

t = texts.fiche


def now_sentence(
    ranges: Sequence[Mapping[str, Any]], moment: datetime, closed: Iterable[str], department: str
) -> str | None:
    """Whether it is open at that moment (by its own clocks) by its usual hours, and until or from when.

    `closed`: announced days of closing, as ISO days. On a public holiday nothing is claimed but that it is one. None
    where no hours are known.
    """
    if not ranges:
        return None
    today = moment.date()
    if name := calendars.public_holiday(today, department):
        return t.PUBLIC_HOLIDAY_TODAY.format(name=name)
    away = {date.fromisoformat(day) for day in closed}
    for start, end in sorted(_spans(ranges, today, away)):
        if start <= moment.replace(tzinfo=None) < end:
            return t.OPEN_NOW.format(until=_clock(end))
        if start > moment.replace(tzinfo=None):
            return t.CLOSED_NOW.format(when=_when(start, today, department))
    return t.CLOSED_TODAY if today in away else None


def week(ranges: Sequence[Mapping[str, Any]], today: date) -> list[dict[str, Any]]:
    """The usual week as `web.shared.cards.week` has it, with `today` on one of its days."""
    days = cards.week(list(ranges))
    for index, each in enumerate(days):
        each["today"] = index == today.weekday()
    return days


def exceptions(document: Mapping[str, Any], today: date) -> list[str]:
    """Days to come on which the week above does not hold, in sentences: public holidays within a week, announced
    closings, school holidays."""
    department = document["department"]
    told = []
    for ahead in range(1, AHEAD + 1):
        if name := calendars.public_holiday(today + timedelta(ahead), department):
            told.append(t.PUBLIC_HOLIDAY.format(day=_weekday(today + timedelta(ahead)), name=name))
    if closed := closings(document, today):
        told.append(t.CLOSING.format(days=french.listed(closed)))
    told += _school(document["kind"], department, today)
    return told


def closings(document: Mapping[str, Any], today: date) -> list[str]:
    """The announced days of closing, or of an assistant maternel's leave, from today on: « du … au … »."""
    days = [date.fromisoformat(day) for day in sorted(document.get("leave") or []) if day >= today.isoformat()]
    return [_span(*run) for run in runs(days)]


def runs(days: Sequence[date]) -> list[tuple[date, date]]:
    """Days in order, joined where one follows the other: first and last of each run."""
    found: list[tuple[date, date]] = []
    for each in days:
        if found and each - found[-1][1] == timedelta(1):
            found[-1] = (found[-1][0], each)
        else:
            found.append((each, each))
    return found


def _school(kind: str, department: str, today: date) -> list[str]:
    """Before and during the school holidays: an accueil de loisirs keeps other hours then, crèches often close."""
    coming = calendars.next_school_holidays(today, department)
    sentence = t.SCHOOL.get(kind)
    if coming is None or sentence is None:
        return []
    dates = t.SCHOOL_FROM.format(start=french.day(coming.start))
    if coming.back is not None:
        dates = t.SCHOOL_DATES.format(start=french.day(coming.start), end=french.day(coming.back - timedelta(days=1)))
    return [sentence.format(name=coming.name, zone=coming.zone, dates=dates)]


def _spans(ranges: Sequence[Mapping[str, Any]], today: date, away: set[date]) -> Iterator[tuple[datetime, datetime]]:
    """Naive civil times; a range that ends at or before its start ends on the next day, « 24:00 » at midnight."""
    for ahead in range(-1, AHEAD + 1):
        day = today + timedelta(days=ahead)
        if day in away:
            continue
        for each in ranges:
            if each["day"] == DAYS[day.weekday()]:
                start, end = minutes(each["start"], each["end"])
                midnight = datetime.combine(day, time.min)
                yield midnight + timedelta(minutes=start), midnight + timedelta(minutes=end)


def _when(start: datetime, today: date, department: str) -> str:
    day = start.date()
    known = {today: t.TODAY, today + timedelta(1): t.TOMORROW}
    told = t.AT.format(day=known.get(day) or french.weekday(day), clock=_clock(start))
    holiday = calendars.public_holiday(day, department)
    return told + t.UNLESS_HOLIDAY.format(name=holiday) if holiday else told


def _clock(at: datetime) -> str:
    return french.clock(at.hour * 60 + at.minute or DAY)


def _weekday(day: date) -> str:
    return f"{french.weekday(day)} {french.day(day)}"


def _span(first: date, last: date) -> str:
    if first == last:
        return t.ON_DAY.format(day=french.day(first))
    return t.DAYS_SPAN.format(start=french.day(first), end=french.day(last))
