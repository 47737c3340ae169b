"""A request as it was understood: every default filled in, every code known."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from search_api.need import Line


@dataclass(frozen=True)
class Point:
    """Degrees, WGS 84."""

    lat: float
    lon: float


@dataclass(frozen=True)
class Box:
    """Degrees; `west` < `east`, `south` < `north`."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True)
class Named:
    """A territory: its INSEE code and its name."""

    code: str
    name: str


@dataclass(frozen=True)
class OfferQuery:
    """`today` is the day of the request, which a cursor keeps; `after` are the sort values of the last page.

    `radius_km` is None where distance has no limit. `selected` holds the values chosen in each facet's field.
    """

    today: date
    start: date
    sort: str
    limit: int = 20
    near: Point | None = None
    radius_km: float | None = None
    communes: tuple[Named, ...] = ()
    epci: Named | None = None
    department: Named | None = None
    bbox: Box | None = None
    q: str | None = None
    selected: tuple[tuple[str, tuple[str, ...]], ...] = ()
    child_birthdate: date | None = None
    need: tuple[Line, ...] = ()
    places: int = 1
    to_ask: bool = False
    facets: tuple[str, ...] = ()
    after: tuple[Any, ...] | None = None

    @property
    def age_months(self) -> int | None:
        """The child's age at `start` in whole months; 0 for one who is not born by then."""
        if self.child_birthdate is None:
            return None
        born, start = self.child_birthdate, self.start
        months = (start.year - born.year) * 12 + start.month - born.month - (start.day < born.day)
        return max(months, 0)

    @property
    def pieces(self) -> tuple[tuple[int, int, int], ...]:
        """(start, end, places) of every piece of the need, in minutes of the week; a line's own places go before
        those of the request."""
        return tuple(
            dict.fromkeys((start, end, line.places or self.places) for line in self.need for start, end in line.pieces)
        )


def echo(query: OfferQuery) -> dict[str, Any]:
    """The answer's `query`: what was understood, in the words of the parameters."""

    def named(place: Named | None) -> dict[str, str] | None:
        return {"code": place.code, "name": place.name} if place else None

    near, box = query.near, query.bbox
    selected = dict(query.selected)
    return {
        "near": {"lat": near.lat, "lon": near.lon} if near else None,
        "radius_km": (query.radius_km or "any") if near else None,
        "commune": [named(commune) for commune in query.communes],
        "epci": named(query.epci),
        "department": named(query.department),
        "bbox": [box.west, box.south, box.east, box.north] if box else None,
        "q": query.q,
        **{name: list(selected.get(name, ())) for name in ("kind", "subkind", "feature", "funding", "language")},
        "child_birthdate": query.child_birthdate.isoformat() if query.child_birthdate else None,
        "age_months": query.age_months,
        "need": [line.text for line in query.need],
        "from": query.start.isoformat(),
        "places": query.places,
        "match": "all",
        "include": ["to_ask"] if query.to_ask else [],
        "sort": query.sort,
        "limit": query.limit,
        "facets": list(query.facets),
    }
