"""The registry's public offers, as the oracle sees them: rows made into plain values."""

import math
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from registry.database import Connection
from tests.product.freshness.rule import Life, counts_until
from tests.search_api.oracle_globe import on_sphere
from tests.search_api.oracle_weeks import (
    Period,
    Week,
    week,
)

CAPACITIES = {
    "1-2": (1, 2),
    "3-4": (3, 4),
    "5-12": (5, 12),
    "13-24": (13, 24),
    "25-39": (25, 39),
    "40-59": (40, 59),
    "60-": (60, 9_999),
}


@dataclass(frozen=True, eq=False)
class Offer:
    """`communes`: its own code and, in an arrondissement, the city's. `opening` is None where it is not known.

    `known_within_km`: of one that is known by its commune alone, the radius of a circle as large as that. `reachable`:
    its fiche shows a telephone, a mail or a site; or she has an account and takes messages.
    """

    id: str
    kind: str
    subkind: str | None
    name: str
    lat: float
    lon: float
    known_within_km: float | None
    reachable: bool
    communes: tuple[str, ...]
    epci: str | None
    department: str
    capacity: int | None
    ages: tuple[int, int | None] | None
    funding: str | None
    features: tuple[str, ...]
    languages: tuple[str, ...]
    hourly_cents: int | None
    schools: tuple[str, ...]
    in_mam: bool
    confirmed_on: date | None
    employed: bool
    fictitious: bool
    opening: Week | None = field(repr=False)
    periods: tuple[Period, ...]

    @cached_property
    def fresh_until(self) -> date | None:
        """The last day on which its word counts."""
        periods = tuple((each.first, each.last) for each in self.periods)
        return counts_until(Life(self.kind, self.employed, self.confirmed_on, periods))

    @property
    def workplace(self) -> str | None:
        if self.kind == "assistant_maternel":
            return "mam" if self.in_mam else "home"
        return "mam" if self.kind == "mam" else None

    @cached_property
    def values(self) -> Mapping[str, tuple[str, ...]]:
        """What it counts for in each facet that depends on nothing else."""
        held = self.capacity
        bands = [band for band, (least, most) in CAPACITIES.items() if held is not None and least <= held <= most]
        found: dict[str, Iterable[str | None]] = {
            "kind": [self.kind],
            "subkind": [self.subkind],
            "feature": self.features,
            "funding": [self.funding],
            "language": self.languages,
            "workplace": [self.workplace],
            "capacity": bands,
            "school": {folded(school) for school in self.schools},
            "commune": self.communes,
            "epci": [self.epci],
            "department": [self.department],
        }
        return {facet: tuple(filter(None, values)) for facet, values in found.items()}


class Offers(list[Offer]):
    """All of them, and where they are: latitudes and longitudes in degrees, and points of the unit sphere.

    `odd` are those that `tests.loire` adds to what is imported and generated.
    """

    def __init__(self, offers: Iterable[Offer], odd: Collection[str] = ()) -> None:
        super().__init__(offers)
        self.odd = [offer for offer in self if offer.id in odd]
        self.lats = np.array([offer.lat for offer in self])
        self.lons = np.array([offer.lon for offer in self])
        self.sphere = on_sphere([(offer.lat, offer.lon) for offer in self])

    def __repr__(self) -> str:
        """Hypothesis prints what a strategy is made of, and thousands of offers take long and tell nothing."""
        return f"<{len(self)} offers>"


def declared(conn: Connection) -> dict[str, list[Period]]:
    """The periods of each timetable, in order."""
    ranges: dict[int, list[tuple[int, int, int, int]]] = {}
    for number, *hours in conn.execute(
        "select timetable, weekday, start_minute, end_minute, places from timetable_range"
    ):
        ranges.setdefault(number, []).append((hours[0], hours[1], hours[2], hours[3]))
    weeks: dict[Week, Week] = {}
    periods: dict[str, list[Period]] = {}
    for number, offer, first, end in conn.execute(
        "select id, offer, lower(period), upper(period) from timetable order by period"
    ):
        last = end - timedelta(days=1) if end else None
        free = week(ranges.get(number, []))
        # Many weeks are the same: held once, they are looked at once in a search.
        periods.setdefault(offer, []).append(Period(first, last, weeks.setdefault(free, free)))
    return periods


def read(conn: Connection, odd: Collection[str] = ()) -> Offers:
    """Every offer that is public: published and, of an assistant maternel, with an agrément in force."""
    communes = {
        code: (tuple(filter(None, (code, parent))), epci, department)
        for code, parent, epci, department in conn.execute("select code, parent, epci, department from commune")
    }
    areas: dict[str, float] = dict(conn.execute("select code, coalesce(area_km2, 15) from commune").fetchall())
    openings: dict[str, list[tuple[int, int, int, int]]] = {}
    for offer, *hours in conn.execute("select offer, weekday, start_minute, end_minute, 1 from opening"):
        openings.setdefault(offer, []).append((hours[0], hours[1], hours[2], hours[3]))
    periods = declared(conn)
    found = []
    for row in conn.execute(
        "select o.id, o.kind, o.subkind, o.name, o.lat, o.lon, o.commune, o.capacity, o.age_from_months,"
        " o.age_to_months, o.funding, o.features, o.languages, o.hourly_cents, o.schools, o.confirmed_on,"
        " o.employed, o.fictitious,"
        " exists (select from am_mam w join offer m on m.id = w.mam"
        "  where w.offer = o.id and w.show and m.publication = 'published'),"
        " o.position_precision, o.phone is not null or o.mail is not null or o.site is not null or ("
        "  o.kind = 'assistant_maternel' and exists (select from account where offer = o.id and closed_at is null)"
        "  and o.id not in (select offer from contact_off))"
        " from offer o where o.publication = 'published' and o.licensed"
    ):
        identifier, kind, subkind, name, lat, lon, commune, capacity, age_from, age_to = row[:10]
        funding, features, languages, hourly_cents, schools, confirmed_on, employed, fictitious, in_mam = row[10:19]
        precision, reachable = row[19:]
        found.append(
            Offer(
                identifier,
                kind,
                subkind,
                name,
                lat,
                lon,
                math.sqrt(areas[commune] / math.pi) if precision == "commune" else None,
                reachable,
                *communes[commune],
                capacity,
                (age_from, age_to) if age_from is not None else None,
                funding,
                tuple(features),
                tuple(languages),
                hourly_cents,
                tuple(schools),
                in_mam,
                confirmed_on,
                employed,
                fictitious,
                week(openings[identifier]) if identifier in openings else None,
                tuple(periods.get(identifier, ())),
            )
        )
    return Offers(found, odd)


def folded(name: str) -> str:
    """Lower case without accents, typographic signs as on a typewriter."""
    for sign, plain in (("œ", "oe"), ("æ", "ae"), ("’", "'"), ("–", "-"), ("«", '"'), ("»", '"')):
        name = name.lower().replace(sign, plain)
    return "".join(each for each in unicodedata.normalize("NFD", name) if not unicodedata.combining(each))
