"""How long a word counts, as docs/design.md ("Up to date") and décret n° 2021-1131 say it, day by day and as simply as
that allows: written from the definitions, not from the code."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

A_DAY = timedelta(days=1)
FIRST_DEADLINE = date(2021, 12, 1)


@dataclass(frozen=True)
class Life:
    """What an offer has said: the day of its last word, and the first and last days of its periods (None: open)."""

    kind: str
    employed: bool = False
    word: date | None = None
    periods: tuple[tuple[date, date | None], ...] = ()


def is_deadline(day: date) -> bool:
    return day >= FIRST_DEADLINE and (day.month, day.day) in ((6, 1), (12, 1))


def counts_until(life: Life) -> date | None:
    """The last day on which the word counts."""
    if life.word is None:
        return None
    if life.kind == "assistant_maternel" and not life.employed:
        until = day_before_the_first_unmet(life.word)
    else:
        until = six_months_after(life.word)
    ends = [last for _, last in life.periods]
    if ends and None not in ends:
        until = min([until, max(end for end in ends if end)])
    return until


def counts(life: Life, day: date) -> bool:
    until = counts_until(life)
    return until is not None and day <= until


def day_before_the_first_unmet(word: date) -> date:
    """She tells it before each deadline, in the half year before it: the first deadline after the word is met, and the
    one that follows is not."""
    deadlines = 0
    day = word
    while deadlines < 2:
        day += A_DAY
        deadlines += is_deadline(day)
    return day - A_DAY


def six_months_after(word: date) -> date:
    """The same day of the month, or the month's last one."""
    year, month = (word.year, word.month + 6) if word.month <= 6 else (word.year + 1, word.month - 6)
    return date(year, month, min(word.day, monthrange(year, month)[1]))
