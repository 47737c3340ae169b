"""What an offer is worth to who asked: the conditions of queries.toml, read from its document in plain Python.

`name`, `commune`: equal but for case, accents, punctuation. `name_has`: these words in a row. `project`: one of these
texts is in it. `kind`, `subkind`, `manager_type`, `feature`, `language`: this value, or one of them. `within_km`: of
the request's point, or of the point `of`; one that is known by its commune alone is no nearer than the radius of a
circle as large as that. `located`: more is known of where it is than its commune. `fresh`: its last word counts.
`reachable`: its fiche shows a telephone, a mail or a site (none of the judged offers has an account, so that nobody can
be written to through the site). `some_free`: any place on that day.

Of the period that contains the request's day: `free`: the whole need; `share`: at least this part of its weekdays;
`within_minutes`: every weekday, where at most so many minutes may be missing at each end of its hours; `at_places`: the
whole need at this number of places; `score`: at least this share, by the definitions of docs/design.md ("Availability":
weekdays by their least shortening, k of P places). `free_within_days`: the whole need in a period that begins so soon.
`night`: free at three in the morning.

What the request itself rules out (another kind or commune, beyond its radius) is not judged: it can't be shown.
An offer that takes none of the children, or with `match=all` not all of them, is worth nothing; where it takes some,
only `at_places` and `score` hold of it, up to their number.
"""

import csv
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from tests.conftest import ROOT

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEK = 10_080
TIMETABLE = ("free", "share", "within_minutes", "at_places", "score", "free_within_days", "night", "some_free")
WORTH = {0: 1.0, 15: 0.9, 30: 0.8, 60: 0.6}
"""Minutes by which both ends of a day's hours are shortened → what a day so covered counts."""

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
    radius_km: float
    kinds: tuple[str, ...]
    communes: tuple[str, ...]
    children: tuple[date, ...]
    best: bool
    demand: Demand

    @classmethod
    def of(cls, ask: Mapping[str, Any], today: date) -> "Request":
        lat_lon = [float(each) for each in ask["near"].split(",")] if "near" in ask else None
        children = tuple(date.fromisoformat(each) for each in several(ask, "child_birthdate"))
        places = int(ask.get("places", max(len(children), 1)))
        return cls(
            today=today,
            start=date.fromisoformat(ask["from"]) if "from" in ask else today,
            near=(lat_lon[0], lat_lon[1]) if lat_lon else None,
            radius_km=float(ask.get("radius_km", 10)),
            kinds=several(ask, "kind"),
            communes=several(ask, "commune"),
            children=children,
            best=ask.get("match") == "best",
            demand=[piece for line in ask.get("need", ()) for piece in pieces(line, places)],
        )


def several(ask: Mapping[str, Any], name: str) -> tuple[str, ...]:
    values = ask.get(name, ())
    return (values,) if isinstance(values, str) else tuple(values)


def pieces(line: str, places: int) -> Iterator[tuple[int, int, int, int]]:
    """ "mon-tue@08:00-18:00*2" day by day; at `places` where the line names no number."""
    days, hours = line.split("@")
    hours, _, own = hours.partition("*")
    first, _, last = days.partition("-")
    start, end = (int(each[:2]) * 60 + int(each[3:]) for each in hours.split("-"))
    for day in range(DAYS.index(first), DAYS.index(last or first) + 1):
        midnight = day * 1_440
        yield day, midnight + start, midnight + (end if end > start else end + 1_440), int(own or places)


def grade(offer: Document, rules: Sequence[Rule], request: Request) -> int | None:
    """0 to 3; None where no rule speaks of such an offer, which then counts as 0. `rules` come with the highest grade
    first (`in_order`)."""
    if not is_asked_for(offer, request):
        return None
    taken = len(taken_by(offer, request))
    if request.children and (not taken or (taken < len(request.children) and not request.best)):
        return 0
    return next((int(rule["grade"]) for rule in rules if meets(offer, rule, request)), None)


def is_asked_for(offer: Document, request: Request) -> bool:
    return (
        (not request.kinds or offer["kind"] in request.kinds)
        and (not request.communes or bool(set(offer["commune"]["codes"]) & set(request.communes)))
        and (request.near is None or km(request.near, offer["position"]) <= request.radius_km)
    )


def in_order(rules: list[Rule]) -> tuple[Rule, ...]:
    """The highest grade first, and in each rule what takes longest to look at last."""
    highest_first = sorted(rules, key=lambda rule: -int(rule["grade"]))
    return tuple(dict(sorted(rule.items(), key=lambda item: item[0] in TIMETABLE)) for rule in highest_first)


def meets(offer: Document, rule: Rule, request: Request) -> bool:
    return all(
        holds(offer, name, wanted, rule, request) for name, wanted in rule.items() if name not in ("grade", "of")
    )


def holds(offer: Document, name: str, wanted: Any, rule: Rule, request: Request) -> bool:
    if name in TIMETABLE:
        return has_time(offer, name, wanted, request)
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
            away = km(point, offer["position"])
            if offer["precision"] == "commune":
                away = max(away, radius_km(offer["commune"]["code"]))
            return away <= float(wanted)
        case "located":
            return bool(offer["precision"] != "commune") is wanted
        case "reachable":
            return any((offer.get("contact") or {}).values()) is wanted
        case "fresh":
            return bool(offer.get("fresh_until", "") >= request.today.isoformat()) is wanted
    raise ValueError(f"unknown condition {name}")


def has_time(offer: Document, name: str, wanted: Any, request: Request) -> bool:
    """The conditions of TIMETABLE."""
    if name in ("free", "share", "within_minutes", "free_within_days") and not takes_all(offer, request):
        return False
    match name:
        case "some_free":
            return any(period["ranges"] for period in now(offer, request)) is wanted
        case "free":
            return bool(request.demand) and any(share(p, request.demand) == 1 for p in now(offer, request)) is wanted
        case "share":
            return any(share(period, request.demand) >= wanted for period in now(offer, request))
        case "within_minutes":
            most = most_places(request.demand)
            return any(
                all(
                    (least := shortening(period, day, request.demand, most)) is not None and least <= wanted
                    for day in weekdays(request.demand)
                )
                for period in now(offer, request)
            )
        case "at_places":
            asked = [(day, start, end, min(places, wanted)) for day, start, end, places in request.demand]
            enough = len(taken_by(offer, request)) >= min(wanted, len(request.children))
            return enough and any(share(period, asked) == 1 for period in now(offer, request))
        case "score":
            return any(score(offer, period, request) >= wanted - 1e-9 for period in now(offer, request))
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


def taken_by(offer: Document, request: Request) -> list[date]:
    """The children whose age the offer takes."""
    return [born for born in request.children if takes(offer, born, request.start)]


def takes_all(offer: Document, request: Request) -> bool:
    return len(taken_by(offer, request)) == len(request.children)


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


def weekdays(demand: Demand) -> set[int]:
    return {day for day, *_ in demand}


def most_places(demand: Demand) -> int:
    return max((places for *_, places in demand), default=1)


def score(offer: Document, period: Mapping[str, Any], request: Request) -> float:
    """The best over k of P places of k ÷ P × the mean of the weekdays' worth."""
    most, taken, children = most_places(request.demand), len(taken_by(offer, request)), len(request.children)
    found = [0.0]
    for k in range(1, most + 1):
        if taken >= min(k, children):
            least = [shortening(period, day, request.demand, k) for day in weekdays(request.demand)]
            found.append(k / most * sum(WORTH[each] for each in least if each is not None) / len(least))
    return max(found)


def shortening(period: Mapping[str, Any], day: int, demand: Demand, places: int) -> int | None:
    """The least one by which the period covers the weekday at so many places; None where none does."""
    lines = [(start, end, min(asked, places)) for of, start, end, asked in demand if of == day]
    return next(
        (
            minutes
            for minutes in WORTH
            if (left := shortened(lines, minutes)) is not None and all(covered(period, *line) for line in left)
        ),
        None,
    )


def shortened(lines: Sequence[tuple[int, int, int]], minutes: int) -> list[tuple[int, int, int]] | None:
    """The lines of a day without the first and last minutes of its spans; None where less than half of one remains."""
    spans: list[tuple[int, int]] = []
    for start, end, _ in sorted(lines):
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end))
        else:
            spans.append((start, end))
    if any(end - start < 4 * minutes for start, end in spans):
        return None
    left = []
    for start, end, places in lines:
        first, last = next(span for span in spans if span[0] <= start and end <= span[1])
        opens, closes = max(start, first + minutes), min(end, last - minutes)
        if opens < closes:
            left.append((opens, closes, places))
    return left


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


@lru_cache
def radii() -> Mapping[str, float]:
    """Commune → the radius of a circle as large; where no area is told, that of the mean commune."""
    path = ROOT / "registry" / "data" / "geo" / "communes.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {row["code"]: math.sqrt(float(row["area_km2"] or 15) / math.pi) for row in csv.DictReader(file)}


def radius_km(commune: str) -> float:
    return radii().get(commune, math.sqrt(15 / math.pi))


@lru_cache(20_000)
def plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe"))
    return " ".join(re.findall(r"[a-z0-9]+", "".join(each for each in letters if not unicodedata.combining(each))))
