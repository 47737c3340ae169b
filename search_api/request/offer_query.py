"""A request as it was understood: every default filled in. Codes of territories stand as they were given."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from search_api.filter_table import FILTERS, Value, echoed
from search_api.geo import Box, Point, Route, around
from search_api.request import need
from search_api.request.need import Day, Line


@dataclass(frozen=True)
class View:
    """A map's box and zoom."""

    box: Box
    zoom: int


@dataclass(frozen=True)
class Scope:
    """What a search of staff is limited to, besides all that it asks: the offers of these communes (INSEE codes; that
    of a city holds its arrondissements), and of them those of `ids` alone, where these are given. It is no parameter:
    who searches for somebody knows what that person answers for."""

    communes: tuple[str, ...]
    ids: tuple[str, ...] | None = None


@dataclass(frozen=True)
class OfferQuery:
    """`today` is the day of the request, which a cursor keeps; `after` are the sort values of the last page.

    `radius_km` is None where distance has no limit. `selected` holds the values that are chosen of each filter of the
    table. `children`: their birth dates, of twins the same. `places`: for each line of the need that does not say its
    own. `leniency`: minutes that may be missing at either end of each stretch of a day's hours, for all of the need to
    be covered. `best`: partial matches of the need too; `by_line`: each line of a day counts as a day of its own.
    `view`: the map to answer with the list. `scope`: None for the public's search.
    """

    today: date
    start: date
    sort: str
    limit: int = 20
    near: Point | None = None
    radius_km: float | None = None
    route: Route | None = None
    communes: tuple[str, ...] = ()
    epci: str | None = None
    department: str | None = None
    bbox: Box | None = None
    q: str | None = None
    selected: tuple[tuple[str, tuple[Value, ...]], ...] = ()
    children: tuple[date, ...] = ()
    need: tuple[Line, ...] = ()
    places: int = 1
    leniency: int = 0
    best: bool = False
    by_line: bool = False
    to_ask: bool = False
    undeclared: bool = False
    facets: tuple[str, ...] = ()
    after: tuple[Any, ...] | None = None
    view: View | None = None
    scope: Scope | None = None

    @property
    def territories(self) -> dict[str, tuple[str, ...]]:
        """Type of territory → the codes that were given of it, which may be nobody's (`places.resolved`)."""
        return {
            "commune": self.communes,
            "epci": (self.epci,) if self.epci is not None else (),
            "department": (self.department,) if self.department is not None else (),
        }

    @cached_property
    def surroundings(self) -> Box | None:
        """A box that holds all that is near enough to the point or to the way; None without, or without a limit."""
        if self.near is not None:
            return around([self.near], self.radius_km) if self.radius_km is not None else None
        # The stops, as a leg bends out of the box of its ends.
        return around(self.route.stops, self.route.detour_km) if self.route is not None else None

    @cached_property
    def ages_months(self) -> tuple[int, ...]:
        """The children's ages at `start` in whole months; 0 for one who is not born by then."""
        return tuple(max(self.months_old(born), 0) for born in self.children)

    def months_old(self, born: date) -> int:
        """Whole months from a birth to `start`, rounded down; negative before the birth."""
        start = self.start
        return (start.year - born.year) * 12 + start.month - born.month - (start.day < born.day)

    @cached_property
    def days(self) -> tuple[Day, ...]:
        """The weekdays of the need with their hours; a line's own places go before those of the request."""
        found = need.days(self.need, self.places)
        return need.line_by_line(found) if self.by_line else found

    @cached_property
    def sufficient_days(self) -> tuple[Day, ...]:
        """The same, less what may be missing of them: who covers these covers the need. Of a short day less may be
        missing: as much as leaves half of it."""
        return tuple(need.as_short(day, self.leniency) for day in self.days)

    @cached_property
    def most_places(self) -> int:
        """The most places that a line of the need asks for."""
        return need.most_places(self.days)

    @cached_property
    def echo(self) -> dict[str, Any]:
        """What was understood, in the words of the parameters; of territories the codes alone."""
        near, route, box = self.near, self.route, self.bbox
        selected = dict(self.selected)
        return {
            "near": {"lat": near.lat, "lon": near.lon} if near else None,
            "radius_km": (self.radius_km or "any") if near else None,
            "route": [{"lat": point.lat, "lon": point.lon} for point in route.points] if route else None,
            "detour_km": route.detour_km if route else None,
            "commune": list(self.communes),
            "epci": self.epci,
            "department": self.department,
            "bbox": list(box.corners) if box else None,
            "q": self.q,
            **{row.name: echoed(row, selected.get(row.name, ())) for row in FILTERS},
            "child_birthdate": [born.isoformat() for born in self.children],
            "age_months": list(self.ages_months),
            "need": [line.text for line in self.need],
            "from": self.start.isoformat(),
            "places": self.places,
            "leniency": self.leniency,
            "match": "best" if self.best else "all",
            "include": [*(["to_ask"] if self.to_ask else []), *(["unknown"] if self.undeclared else [])],
            "sort": self.sort,
            "limit": self.limit,
            "facets": list(self.facets),
        }
