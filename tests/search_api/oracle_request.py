"""A request as the oracle and the API are both asked it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from tests.search_api.oracle_globe import Place
from tests.search_api.oracle_offers import folded
from tests.search_api.oracle_weeks import DAYS, Demand, Line, Wanted, clock, demand

FACETS = (
    *("kind", "subkind", "feature", "funding", "language", "workplace", "capacity", "hourly_cents_max", "up_to_date"),
    *("school", "commune", "epci", "department", "day"),
)


@dataclass(frozen=True)
class Request:
    """A request of `/api/v1/offers`; `today` is the day on which it is made. None and empty are not sent. Times of day
    are minutes, 1,440 the end of the day."""

    today: date
    near: Place | None = None
    radius_km: float | None = None
    any_distance: bool = False
    route: tuple[Place, ...] = ()
    detour_km: float | None = None
    commune: tuple[str, ...] = ()
    epci: str | None = None
    department: str | None = None
    bbox: tuple[float, float, float, float] | None = None
    q: str | None = None
    kind: tuple[str, ...] = ()
    subkind: tuple[str, ...] = ()
    feature: tuple[str, ...] = ()
    funding: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    workplace: tuple[str, ...] = ()
    capacity: tuple[str, ...] = ()
    hourly_cents_max: int | None = None
    up_to_date: bool | None = None
    opens_before: int | None = None
    closes_after: int | None = None
    school: tuple[str, ...] = ()
    child_birthdate: tuple[date, ...] = ()
    need: tuple[Line, ...] = ()
    start: date | None = None
    places: int | None = None
    leniency: int | None = None
    match: str | None = None
    include: tuple[str, ...] = ()
    sort: str | None = None
    facets: tuple[str, ...] = ()

    @property
    def day(self) -> date:
        return self.start or self.today

    @property
    def measures(self) -> bool:
        """Whether offers have a distance."""
        return bool(self.near or self.route)

    @property
    def order(self) -> str:
        """The sort, or the default one."""
        if self.sort:
            return self.sort
        if self.q:
            return "relevance"
        return "recommended" if self.need else "distance" if self.measures else "name"

    @property
    def seats(self) -> int:
        """The places of a line that does not say its own."""
        return self.places or len(self.child_birthdate) or 1

    @cached_property
    def demand(self) -> Demand:
        return demand(self.need, self.seats)

    @cached_property
    def wanted(self) -> Wanted:
        return Wanted(self.demand)

    @cached_property
    def chosen(self) -> Mapping[str, Collection[str]]:
        """The values chosen in each facet, as the facet has them."""
        found: dict[str, Collection[str]] = {
            "day": {DAYS[day] for line in self.need for day in line.days},
            "school": {folded(school) for school in self.school},
        }
        for facet in FACETS:
            if facet not in found:
                value = getattr(self, facet)
                found[facet] = value if isinstance(value, tuple) else () if value is None else (said(value),)
        return found

    def filters(self) -> list[tuple[str, str]]:
        """The query string without what only lists know (sort, facets)."""
        found: list[tuple[str, str]] = []
        if self.near:
            found.append(("near", f"{self.near[0]},{self.near[1]}"))
        if self.radius_km is not None or self.any_distance:
            found.append(("radius_km", "any" if self.any_distance else str(self.radius_km)))
        if self.route:
            found.append(("route", ";".join(f"{lat},{lon}" for lat, lon in self.route)))
        if self.bbox:
            found.append(("bbox", ",".join(map(str, self.bbox))))
        for name in (
            *("detour_km", "epci", "department", "q", "hourly_cents_max", "up_to_date", "places", "leniency"),
            "match",
        ):
            if (value := getattr(self, name)) is not None:
                found.append((name, said(value)))
        for name in (
            *("commune", "kind", "subkind", "feature", "funding", "language", "workplace", "capacity", "school"),
            *("child_birthdate", "need", "include"),
        ):
            found += [(name, str(value)) for value in getattr(self, name)]
        for name in ("opens_before", "closes_after"):
            if (minute := getattr(self, name)) is not None:
                found.append((name, clock(minute)))
        if self.start:
            found.append(("from", self.start.isoformat()))
        return found

    def parameters(self) -> list[tuple[str, str]]:
        found = self.filters()
        if self.sort:
            found.append(("sort", self.sort))
        if self.facets:
            found.append(("facets", ",".join(self.facets)))
        return found


def said(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
