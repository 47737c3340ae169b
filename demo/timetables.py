"""Invented availability: periods with deadlines in spring and autumn, and weeks of the usual patterns."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from domain import civil
from domain.scales import shipped
from domain.week import DAY
from registry.offers import duties

Range = tuple[int, int, int, int, int]
"""weekday (0 is Monday), slot (1 or 2), start and end in minutes from its midnight, free places."""

PATTERNS = {
    "full": 30,
    "four_days": 13,
    "no_wednesday": 10,
    "part_time": 12,
    "half_days": 5,
    "school_hours": 8,
    "after_school": 10,
    "uneven": 7,
    "early_or_late": 3,
    "nights": 1,
    "weekends": 1,
}
ATYPICAL = frozenset({"early_or_late", "nights", "weekends"})


@dataclass(frozen=True, slots=True)
class Period:
    """Availability from a day to the day before `end`, or without end."""

    start: date
    end: date | None
    week: list[Range]

    def as_range(self) -> str:
        """As PostgreSQL reads a daterange."""
        return f"[{self.start},{self.end or ''})"


def pattern(rng: random.Random) -> str:
    (chosen,) = rng.choices(tuple(PATTERNS), tuple(PATTERNS.values()))
    return chosen


def week(rng: random.Random, shape: str, capacity: int) -> list[Range]:
    """The ranges of a week of this pattern; never more places than the capacity."""
    places = _places(rng, capacity)
    other = places - 1 or min(2, capacity)
    opens = rng.choice((420, 435, 450, 450, 465, 480, 480, 510))
    closes = rng.choice((1020, 1050, 1065, 1080, 1080, 1110, 1110, 1140))
    match shape:
        case "full":
            return [(day, 1, opens, closes, places) for day in range(5)]
        case "four_days":
            off = rng.choice((0, 4, 4, 2))
            return [(day, 1, opens, closes, places) for day in range(5) if day != off]
        case "no_wednesday":
            return [(day, 1, opens, closes, places) for day in (0, 1, 3, 4)]
        case "part_time":
            days = sorted(rng.sample(range(5), rng.choice((2, 2, 3))))
            return [(day, 1, opens, closes, places) for day in days]
        case "half_days":
            start, end = rng.choice(((opens, 750), (810, closes)))
            return [(day, 1, start, end, places) for day in range(5) if day != 2 or rng.random() < 0.5]
        case "school_hours":
            return [(day, 1, 495, 1005, places) for day in (0, 1, 3, 4)]
        case "after_school":
            ranges = [
                each
                for day in (0, 1, 3, 4)
                for each in ((day, 1, min(opens, 450), 510, places), (day, 2, 990, closes + 30, places))
            ]
            return sorted([*ranges, (2, 1, opens, closes, other)])
        case "uneven":
            return [
                each
                for day in range(5)
                for each in (
                    ((day, 1, opens, 750, places), (day, 2, 750, closes, other))
                    if day != 2
                    else ((day, 1, opens, closes, other),)
                )
            ]
        case "early_or_late":
            start, end = rng.choice(((300, 840), (330, 900), (780, 1320), (840, 1380)))
            return [(day, 1, start, end, places) for day in range(5)]
        case "nights":
            days = sorted(rng.sample(range(7), rng.choice((2, 3, 4))))
            return [(day, 1, 1200, DAY + 420, places) for day in days]
        case "weekends":
            return [(4, 1, opens, closes, places), (5, 1, 480, 1140, places), (6, 1, 480, 1140, places)]
    raise ValueError(shape)


def _places(rng: random.Random, capacity: int) -> int:
    (free,) = rng.choices((1, 2, 3, 4), (62, 25, 9, 4))
    return int(min(free, capacity))


def deadlines(today: date) -> list[date]:
    """The last days before the next two deadlines of the duty to declare, at least two weeks away."""
    years = (today.year, today.year + 1)
    days = (day - timedelta(days=1) for year in years for day in duties.deadlines(year, shipped()))
    return [day for day in days if day >= today + timedelta(days=14)][:2]


def current(rng: random.Random, today: date, shape: str, capacity: int) -> list[Period]:
    """What one who keeps it up to date declares: a period that holds today, or one to come, or both."""
    start = today - timedelta(days=rng.randrange(1, 183))
    later = _later(rng, today)
    ends = [day + timedelta(days=1) for day in deadlines(today)]
    chance = rng.random()
    if chance < 0.1:
        return [Period(later, None, week(rng, shape, capacity))]
    if chance < 0.25:
        until = rng.choice([later, *(end for end in ends if end <= later)])
        return [
            Period(start, until, week(rng, shape, capacity)),
            Period(later, None if rng.random() < 0.5 else civil.months_after(later, 12), week(rng, "full", capacity)),
        ]
    end = None if rng.random() < 0.3 else rng.choice((ends[0], ends[0], ends[1]))
    return [Period(start, end, week(rng, shape, capacity))]


def full(rng: random.Random, today: date) -> list[Period]:
    """A period without a free hour, until the next deadline."""
    start = today - timedelta(days=rng.randrange(1, 183))
    return [Period(start, deadlines(today)[0] + timedelta(days=1), [])]


def ended(rng: random.Random, today: date, shape: str, capacity: int) -> list[Period]:
    """A period that was not renewed."""
    end = today - timedelta(days=rng.randrange(1, 400))
    return [Period(end - timedelta(days=rng.randrange(60, 300)), end, week(rng, shape, capacity))]


def _later(rng: random.Random, today: date) -> date:
    """The next first of September or early January, when children change their mode of care."""
    days = (date(year, *day) for year in (today.year, today.year + 1) for day in ((1, 5), (9, 1)))
    return rng.choice([day for day in days if day > today][:2])


def leave(rng: random.Random, today: date) -> list[date]:
    """The weekdays of one or two weeks off within the coming months."""
    monday = civil.monday(today) + timedelta(days=7 * rng.randrange(1, 34))
    return [monday + timedelta(days=7 * each + day) for each in range(rng.choice((1, 1, 2))) for day in range(5)]
