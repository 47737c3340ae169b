"""Civil time in France: what is stored is UTC, while days, deadlines and "today" are those of Europe/Paris."""

import re
from calendar import monthrange
from datetime import date, datetime, time, timedelta

from settings import PARIS

MIDNIGHT = time()

MAJORITY_YEARS = 18
"""Code civil, article 388: a minor is younger. Children of searches are, assistants maternels are not."""

_SENT = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_TYPED = re.compile(r"(\d{1,2})\s?[/. -]\s?(\d{1,2})\s?[/. -]\s?(\d{4})|(\d\d)(\d\d)(\d{4})", re.ASCII)


def day(moment: datetime) -> date:
    """The day that a moment falls on in France."""
    return clock(moment).date()


def clock(moment: datetime) -> datetime:
    """The same moment as the clocks of France show it."""
    return moment.astimezone(PARIS)


def now() -> datetime:
    """This moment, as the clocks of France show it. Rules take a moment from their callers instead."""
    return datetime.now(PARIS)


def today() -> date:
    """The day it is in France."""
    return now().date()


def typed_day(text: str) -> date | None:
    """The day that a date field sends, « 2026-08-31 », or that a person types: « 31/08/2026 », « 31.8.2026 », and
    « 31082026 » on the digits of a telephone; None where it is none."""
    typed = text.strip()
    if found := _SENT.fullmatch(typed):
        parts = found.groups()
    elif found := _TYPED.fullmatch(typed):
        parts = tuple(reversed([part for part in found.groups() if part]))
    else:
        return None
    try:
        return date(*map(int, parts))
    except ValueError:
        return None


def moment(day: date, at: time = MIDNIGHT) -> datetime:
    """When clocks in France show that time of that day; by default when the day begins.

    Of the hour that comes twice in October the first one; a time that the change of March leaves out is the one an
    hour later.
    """
    return datetime.combine(day, at, PARIS)


def months_after(day: date, months: int) -> date:
    """The same day of the month so many months later (earlier where it is negative), or that month's last one."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def of_age(born: date, on: date) -> bool:
    """Whether somebody born that day has reached majority on the other one."""
    return born <= months_after(on, -12 * MAJORITY_YEARS)


def monday(day: date) -> date:
    """The Monday of that day's week."""
    return day - timedelta(days=day.weekday())
