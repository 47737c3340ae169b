"""What an offer is worth to who asked: the conditions of queries.toml, read from its document in plain Python.

`name`, `commune`: equal but for case, accents, punctuation. `name_has`: these words in a row. `project`: one of these
texts is in it. `kind`, `subkind`, `manager_type`, `feature`, `language`: this value, or one of them. `within_km`: of
the request's point, or of the point `of`. `fresh`: confirmed in the last six months. `some_free`: any place on that
day. `free`: the whole need in the period that contains its day; `share`: at least this part of its weekdays in such a
period; `free_within_days`: the whole need in a period that begins so soon. `night`: free at three in the morning.
An offer that does not take the child's age is worth nothing.
"""

import math
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEK = 10_080
TIMETABLE = ("free", "share", "free_within_days", "night", "some_free")

Document = Mapping[str, Any]
Rule = Mapping[str, Any]
Demand = list[tuple[int, int, int, int]]
"""(weekday, start, end, places): minutes of the week, the end past its last one for a night of Sunday."""


@dataclass(frozen=True)
class Request:
    """What of a request a judge must know."""

    today: date
    start: date
    near: tuple[float, float] | None
    born: date | None
    demand: Demand

    @classmethod
    def of(cls, ask: Mapping[str, Any], today: date) -> "Request":
        lat_lon = [float(each) for each in ask["near"].split(",")] if "near" in ask else None
        return cls(
            today=today,
            start=date.fromisoformat(ask["from"]) if "from" in ask else today,
            near=(lat_lon[0], lat_lon[1]) if lat_lon else None,
            born=date.fromisoformat(ask["child_birthdate"]) if "child_birthdate" in ask else None,
            demand=[piece for line in ask.get("need", ()) for piece in pieces(line)],
        )


def pieces(line: str) -> Iterator[tuple[int, int, int, int]]:
    """ "mon-tue@08:00-18:00*2" day by day."""
    days, hours = line.split("@")
    hours, _, places = hours.partition("*")
    first, _, last = days.partition("-")
    start, end = (int(each[:2]) * 60 + int(each[3:]) for each in hours.split("-"))
    for day in range(DAYS.index(first), DAYS.index(last or first) + 1):
        midnight = day * 1_440
        yield day, midnight + start, midnight + (end if end > start else end + 1_440), int(places or 1)


def grade(offer: Document, rules: Sequence[Rule], request: Request) -> int:
    """0 to 3. `rules` come with the highest grade first (`in_order`)."""
    if request.born and not takes(offer, request.born, request.start):
        return 0
    return next((int(rule["grade"]) for rule in rules if meets(offer, rule, request)), 0)


def in_order(rules: list[Rule]) -> tuple[Rule, ...]:
    """The highest grade first, and in each rule what takes longest to look at last."""
    highest_first = sorted(rules, key=lambda rule: -int(rule["grade"]))
    return tuple(dict(sorted(rule.items(), key=lambda item: item[0] in TIMETABLE)) for rule in highest_first)


def meets(offer: Document, rule: Rule, request: Request) -> bool:
    return all(
        holds(offer, name, wanted, rule, request) for name, wanted in rule.items() if name not in ("grade", "of")
    )


def holds(offer: Document, name: str, wanted: Any, rule: Rule, request: Request) -> bool:
    match name:
        case "name":
            return plain(offer["name"]) == plain(wanted)
        case "name_has":
            return f" {plain(wanted)} " in f" {plain(offer['name'])} "
        case "commune":
            return plain(offer["commune"]["name"]) == plain(wanted)
        case "project":
            return any(text in (offer.get("project") or "").lower() for text in wanted)
        case "kind" | "subkind":
            return offer.get(name) in ([wanted] if isinstance(wanted, str) else wanted)
        case "manager_type":
            return bool((offer.get("manager") or {}).get("type") == wanted)
        case "feature":
            return wanted in offer.get("features", ())
        case "language":
            return wanted in offer.get("languages", ())
        case "within_km":
            point = rule.get("of") or request.near
            assert point is not None
            return km(point, offer["position"]) <= float(wanted)
        case "fresh":
            return bool(offer.get("fresh_until", "") >= request.today.isoformat()) is wanted
        case "some_free":
            return any(period["ranges"] for period in now(offer, request)) is wanted
        case "free":
            return bool(request.demand) and any(share(p, request.demand) == 1 for p in now(offer, request)) is wanted
        case "share":
            return any(share(period, request.demand) >= wanted for period in now(offer, request))
        case "free_within_days":
            last = (request.start + timedelta(days=wanted)).isoformat()
            begins = [
                p for p in offer.get("availability", ()) if request.start.isoformat() < p["period"]["gte"] <= last
            ]
            return any(share(period, request.demand) == 1 for period in begins)
        case "night":
            return any(
                covered(p, day * 1_440 + 180, day * 1_440 + 240, 1) for p in now(offer, request) for day in range(7)
            )
    raise ValueError(f"unknown condition {name}")


def takes(offer: Document, born: date, start: date) -> bool:
    months = max((start.year - born.year) * 12 + start.month - born.month - (start.day < born.day), 0)
    ages = offer.get("ages")
    return ages is None or bool(ages["gte"] <= months < ages.get("lt", math.inf))


def now(offer: Document, request: Request) -> list[Any]:
    """The period that contains the day, if any."""
    day = request.start.isoformat()
    periods = offer.get("availability", ())
    return [each for each in periods if each["period"]["gte"] <= day <= each["period"].get("lte", "9999-12-31")]


def share(period: Mapping[str, Any], demand: Demand) -> float:
    """The part of the weekdays asked for on which every hour has its places."""
    days = {day for day, *_ in demand}
    missed = {day for day, start, end, places in demand if not covered(period, start, end, places)}
    return 1 - len(missed) / len(days) if days else 0.0


def covered(period: Mapping[str, Any], start: int, end: int, places: int) -> bool:
    """Whether the ranges with that many places, one after the other, reach from `start` to `end`."""
    ranges = []
    for each in period["ranges"]:
        midnight = DAYS.index(each["day"]) * 1_440
        opens, closes = (int(each[clock][:2]) * 60 + int(each[clock][3:]) for clock in ("start", "end"))
        closes += 1_440 if closes <= opens else 0
        if each["places"] >= places:
            ranges += [(midnight + opens + turn, midnight + closes + turn) for turn in (-WEEK, 0, WEEK)]
    while start < end:
        reached = max((closes for opens, closes in ranges if opens <= start < closes), default=None)
        if reached is None:
            return False
        start = reached
    return True


def km(point: tuple[float, float], position: Mapping[str, float]) -> float:
    """In the plane at that latitude: a thousandth off within a department."""
    north = (position["lat"] - point[0]) * 111.2
    east = (position["lon"] - point[1]) * 111.2 * math.cos(math.radians(point[0]))
    return math.hypot(north, east)


@lru_cache(20_000)
def plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe"))
    return " ".join(re.findall(r"[a-z0-9]+", "".join(each for each in letters if not unicodedata.combining(each))))
