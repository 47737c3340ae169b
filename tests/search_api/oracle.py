"""What the search must answer, in plain Python over the registry's rows.

Written from the definitions of DESIGN.md and issue 3, not from the queries, and as simply as they allow: a week is
its 10,080 minutes, every offer is looked at, a sort is `sorted`. `mappings.vocabulary` only says which kinds mind
children.
"""

import math
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby

from mappings.vocabulary import CARE_KINDS
from registry.database import Connection

EARTH_RADIUS_M = 6_371_008.7714
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEK = 7 * 1_440
FACETS = ("kind", "subkind", "feature", "funding", "language")

Week = bytes
"""For each minute of the week from Monday 00:00, the places that are free (of a structure: 1 when it is open)."""

Demand = Sequence[tuple[int, int, int]]
"""(start, end, places): minutes of the week in a row that ask for the same places."""


@dataclass(frozen=True)
class Period:
    first: date
    last: date | None
    week: Week = field(repr=False)

    def contains(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class Offer:
    """`communes`: its own code and, in an arrondissement, the city's. `opening` is None where it is not known."""

    id: str
    kind: str
    subkind: str | None
    name: str
    lat: float
    lon: float
    communes: tuple[str, ...]
    epci: str | None
    department: str
    ages: tuple[int, int | None] | None
    funding: str | None
    features: tuple[str, ...]
    languages: tuple[str, ...]
    confirmed_on: date | None
    fictitious: bool
    opening: Week | None = field(repr=False)
    periods: tuple[Period, ...]

    def values(self, facet: str) -> tuple[str, ...]:
        """What it counts for in a facet."""
        match facet:
            case "kind":
                return (self.kind,)
            case "subkind":
                return (self.subkind,) if self.subkind else ()
            case "feature":
                return self.features
            case "funding":
                return (self.funding,) if self.funding else ()
            case "language":
                return self.languages
            case "commune":
                return (self.communes[0],)
            case "epci":
                return (self.epci,) if self.epci else ()
            case "department":
                return (self.department,)
        raise ValueError(facet)


@dataclass(frozen=True)
class Line:
    """One line of a need: from day `first` to day `last` (0 is Monday; the last may come before the first, past
    Sunday), minutes of the day; an end at or before the start is the next day's."""

    first: int
    last: int
    start: int
    end: int
    places: int | None = None

    def __str__(self) -> str:
        days = DAYS[self.first] if self.first == self.last else f"{DAYS[self.first]}-{DAYS[self.last]}"
        start, end = (f"{minute // 60:02}:{minute % 60:02}" for minute in (self.start, self.end))
        return f"{days}@{start}-{end}" + (f"*{self.places}" if self.places else "")

    def minutes(self) -> Iterable[int]:
        """Every minute of the week that it asks for."""
        length = (self.end - self.start) if self.end > self.start else (self.end + 1_440 - self.start)
        for step in range((self.last - self.first) % 7 + 1):
            begin = (self.first + step) % 7 * 1_440 + self.start
            yield from (minute % WEEK for minute in range(begin, begin + length))


@dataclass(frozen=True)
class Request:
    """A request of `/api/v1/offers`; `today` is the day on which it is made. None and empty are not sent."""

    today: date
    near: tuple[float, float] | None = None
    radius_km: float | None = None
    any_distance: bool = False
    communes: tuple[str, ...] = ()
    epci: str | None = None
    department: str | None = None
    bbox: tuple[float, float, float, float] | None = None
    kind: tuple[str, ...] = ()
    subkind: tuple[str, ...] = ()
    feature: tuple[str, ...] = ()
    funding: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    child_birthdate: date | None = None
    need: tuple[Line, ...] = ()
    start: date | None = None
    places: int | None = None
    to_ask: bool = False
    sort: str | None = None
    facets: tuple[str, ...] = ()

    @property
    def day(self) -> date:
        return self.start or self.today

    @property
    def order(self) -> str:
        """The sort, or the default one."""
        return self.sort or ("recommended" if self.need else "distance" if self.near else "name")

    def filters(self) -> list[tuple[str, str]]:
        """The query string without what only lists know (sort, facets)."""
        found: list[tuple[str, str]] = []
        if self.near:
            found.append(("near", f"{self.near[0]},{self.near[1]}"))
        if self.radius_km is not None or self.any_distance:
            found.append(("radius_km", "any" if self.any_distance else str(self.radius_km)))
        found += [("commune", code) for code in self.communes]
        found += [(name, value) for name in ("epci", "department") if (value := getattr(self, name))]
        if self.bbox:
            found.append(("bbox", ",".join(map(str, self.bbox))))
        found += [(name, value) for name in FACETS for value in getattr(self, name)]
        if self.child_birthdate:
            found.append(("child_birthdate", self.child_birthdate.isoformat()))
        found += [("need", str(line)) for line in self.need]
        if self.start:
            found.append(("from", self.start.isoformat()))
        if self.places is not None:
            found.append(("places", str(self.places)))
        if self.to_ask:
            found.append(("include", "to_ask"))
        return found

    def parameters(self) -> list[tuple[str, str]]:
        found = self.filters()
        if self.sort:
            found.append(("sort", self.sort))
        if self.facets:
            found.append(("facets", ",".join(self.facets)))
        return found


def read(conn: Connection) -> list[Offer]:
    """Every offer that is public: published and, of an assistant maternel, with an agrément in force."""
    communes = {
        code: (tuple(filter(None, (code, parent))), epci, department)
        for code, parent, epci, department in conn.execute("select code, parent, epci, department from commune")
    }
    openings: dict[str, list[tuple[int, int, int, int]]] = {}
    for offer, *hours in conn.execute("select offer, weekday, start_minute, end_minute, 1 from opening"):
        openings.setdefault(offer, []).append((hours[0], hours[1], hours[2], hours[3]))
    ranges: dict[int, list[tuple[int, int, int, int]]] = {}
    for timetable, *hours in conn.execute(
        "select timetable, weekday, start_minute, end_minute, places from timetable_range"
    ):
        ranges.setdefault(timetable, []).append((hours[0], hours[1], hours[2], hours[3]))
    periods: dict[str, list[Period]] = {}
    for timetable, offer, first, end in conn.execute(
        "select id, offer, lower(period), upper(period) from timetable order by period"
    ):
        last = end - timedelta(days=1) if end else None
        periods.setdefault(offer, []).append(Period(first, last, week(ranges.get(timetable, []))))
    found = []
    for row in conn.execute(
        "select id, kind, subkind, name, lat, lon, commune, age_from_months, age_to_months, funding, features,"
        " languages, confirmed_on, fictitious from offer where publication = 'published' and licensed"
    ):
        identifier, kind, subkind, name, lat, lon, commune, age_from, age_to = row[:9]
        funding, features, languages, confirmed_on, fictitious = row[9:]
        found.append(
            Offer(
                identifier,
                kind,
                subkind,
                name,
                lat,
                lon,
                *communes[commune],
                (age_from, age_to) if age_from is not None else None,
                funding,
                tuple(features),
                tuple(languages),
                confirmed_on,
                fictitious,
                week(openings[identifier]) if identifier in openings else None,
                tuple(periods.get(identifier, ())),
            )
        )
    return found


def week(ranges: Iterable[tuple[int, int, int, int]]) -> Week:
    """From (weekday, start, end, places): the places of each minute. Ranges never overlap."""
    minutes = bytearray(WEEK)
    for weekday, start, end, places in ranges:
        for minute in range(weekday * 1_440 + start, weekday * 1_440 + end):
            minutes[minute % WEEK] = places
    return bytes(minutes)


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Along the great circle (haversine)."""
    lat1, lon1, lat2, lon2 = (math.radians(each) for each in (*a, *b))
    chord = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(chord))


def months_old(born: date, day: date) -> int:
    """Whole months; 0 before birth. A month is whole when its day of the month has come."""
    if day < born:
        return 0
    months = 12 * (day.year - born.year) + day.month - born.month
    return months if day.day >= born.day else months - 1


def folded(name: str) -> str:
    """Lower case without accents, typographic signs as on a typewriter."""
    for sign, plain in (("œ", "oe"), ("æ", "ae"), ("’", "'"), ("–", "-"), ("«", '"'), ("»", '"')):
        name = name.lower().replace(sign, plain)
    return "".join(each for each in unicodedata.normalize("NFD", name) if not unicodedata.combining(each))


def demand(request: Request) -> Demand:
    """What the need asks for in the week: on each line its own places, else those of the request."""
    asked = bytearray(WEEK)
    for line in request.need:
        for minute in line.minutes():
            asked[minute] = max(asked[minute], line.places or request.places or 1)
    runs = groupby(range(WEEK), key=lambda minute: asked[minute])
    return [(minutes[0], minutes[-1] + 1, places) for places, run in runs if places and (minutes := list(run))]


def covers(free: Week, wanted: Demand) -> bool:
    return all(min(free[start:end]) >= places for start, end, places in wanted)


def free_places(free: Week, wanted: Demand) -> int:
    """The most places free during the whole need (0 when it is not covered); without one, the most at once."""
    if not wanted:
        return max(free)
    return min(min(free[start:end]) for start, end, _ in wanted) if covers(free, wanted) else 0


@dataclass(frozen=True)
class Availability:
    status: str
    places: int | None = None
    free_from: date | None = None
    until: date | None = None


def availability(offer: Offer, day: date, wanted: Demand) -> Availability | None:
    """What is free at an offer on a day; None for the kinds that mind no children."""
    if offer.kind != "assistant_maternel":
        return Availability("to_ask") if offer.kind in CARE_KINDS else None
    now = next((each for each in offer.periods if each.contains(day)), None)
    if now and free_places(now.week, wanted):
        return Availability("free", free_places(now.week, wanted), until=now.last)
    for later in offer.periods:
        if later.first > day and free_places(later.week, wanted):
            return Availability("later", free_places(later.week, wanted), later.first, later.last)
    if any(each.last is None or each.last >= day for each in offer.periods):
        return Availability("full", until=now.last if now else None)
    return Availability("unknown")


def is_free(offer: Offer, day: date, wanted: Demand) -> bool:
    """One period that contains the day has the places in every minute that is asked for."""
    return any(each.contains(day) and covers(each.week, wanted) for each in offer.periods)


def to_ask(offer: Offer, wanted: Demand) -> bool:
    """A structure that minds children, open at all the hours of the need or at hours unknown."""
    hours = [(start, end, 1) for start, end, _ in wanted]
    return offer.kind in CARE_KINDS and (offer.opening is None or covers(offer.opening, hours))


def distance(request: Request, offer: Offer) -> float:
    assert request.near
    return metres(request.near, (offer.lat, offer.lon))


def is_there(request: Request, offer: Offer) -> bool:
    if request.near and not request.any_distance:
        return distance(request, offer) <= (10 if request.radius_km is None else request.radius_km) * 1_000
    if request.communes:
        return any(code in offer.communes for code in request.communes)
    if request.epci:
        return offer.epci == request.epci
    if request.department:
        return offer.department == request.department
    if request.bbox:
        return is_inside(request.bbox, offer)
    return True


def is_inside(bbox: tuple[float, float, float, float], offer: Offer) -> bool:
    west, south, east, north = bbox
    return west <= offer.lon <= east and south <= offer.lat <= north


def takes_age(request: Request, offer: Offer) -> bool:
    if request.child_birthdate is None or offer.ages is None:
        return True
    start, end = offer.ages
    age = months_old(request.child_birthdate, request.day)
    return start <= age and (end is None or age < end)


def is_chosen(request: Request, offer: Offer, facet: str) -> bool:
    """The values chosen in one facet: any of them, of features all."""
    chosen = getattr(request, facet)
    if facet == "feature":
        return set(chosen) <= set(offer.features)
    return not chosen or any(value in chosen for value in offer.values(facet))


@dataclass(frozen=True)
class Found:
    """`offers` in the order of the request, where the order is defined without scores; else by id.

    `facets`: facet → value → count.
    """

    offers: Sequence[Offer]
    facets: Mapping[str, Mapping[str, int]]


def search(offers: Iterable[Offer], request: Request) -> Found:
    wanted = demand(request)
    candidates = [
        offer
        for offer in offers
        if is_there(request, offer)
        and takes_age(request, offer)
        and (not wanted or is_free(offer, request.day, wanted) or (request.to_ask and to_ask(offer, wanted)))
    ]
    found = [offer for offer in candidates if all(is_chosen(request, offer, facet) for facet in FACETS)]
    facets: dict[str, dict[str, int]] = {}
    for facet in request.facets:
        others = [each for each in FACETS if each != facet]
        counted = [offer for offer in candidates if all(is_chosen(request, offer, each) for each in others)]
        counts = count(counted, facet)
        facets[facet] = dict.fromkeys(getattr(request, facet), 0) | counts
    return Found(ordered(request, found), facets)


def count(offers: Iterable[Offer], by: str) -> dict[str, int]:
    return Counter(value for offer in offers for value in offer.values(by))


def ordered(request: Request, offers: Iterable[Offer]) -> list[Offer]:
    by_id = sorted(offers, key=lambda offer: offer.id)
    match request.order:
        case "distance":
            return sorted(by_id, key=lambda offer: distance(request, offer))
        case "updated":
            return sorted(by_id, key=lambda offer: offer.confirmed_on or date.min, reverse=True)
        case "name":
            return sorted(by_id, key=lambda offer: folded(offer.name))
    return by_id
