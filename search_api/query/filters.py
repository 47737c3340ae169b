"""The clauses that decide which offers are found: one function for each kind of condition."""

from collections.abc import Callable
from datetime import date
from typing import Any

from domain import week
from domain.vocabulary import CARE_KINDS
from search_api.filter_table import FILTERS, Codes, Value, find
from search_api.geo import Box, Point
from search_api.request import need
from search_api.request.need import Day, Stretch
from search_api.request.offer_query import OfferQuery, Scope

Clause = dict[str, Any]

WEEKDAYS = 5
"""Monday to Friday."""

FIELDS = {row.name: row.field for row in FILTERS if row.field} | {
    "commune": "commune.codes",
    "epci": "epci",
    "department": "department",
}
"""Parameter → field of the index, of the filters by exact value that are facets too."""


def always(query: OfferQuery) -> list[Clause]:
    """The conditions that no facet has for its own."""
    return [*somewhere(query), *of_children_and_scope(query)]


def of_children_and_scope(query: OfferQuery) -> list[Clause]:
    """Those of them that are no place: the children's ages, the scope of who searches."""
    return [*age(query), *(answered_for(query.scope) if query.scope is not None else [])]


def chosen(query: OfferQuery) -> dict[str, list[Clause]]:
    """Facet → the clauses of what is chosen in it. Values of one field OR, save where the table says all. The need is
    apart (`needed`): its periods may score as well."""
    asked: dict[str, tuple[Value, ...]] = {**query.territories, **dict(query.selected)}
    return {name: _chosen(query, name, values) for name, values in asked.items() if values}


def _chosen(query: OfferQuery, name: str, values: tuple[Value, ...]) -> list[Clause]:
    row = find(name)
    if row and isinstance(row.takes, Codes) and row.takes.every:
        return [having(query, name, value) for value in values]
    if name in FIELDS:
        return [{"terms": {FIELDS[name]: list(values)}}]
    return [any_of(*(having(query, name, value) for value in values))]


def having(query: OfferQuery, name: str, value: Value) -> Clause:
    """One value of a filter."""
    return {"term": {FIELDS[name]: value}} if name in FIELDS else CLAUSES[name](query, value)


def in_band(query: OfferQuery, band: str) -> Clause:
    """Offers with so many places, free or not, as « 5-12 » or « 60- »."""
    least, most = (int(end) if end else None for end in band.split("-"))
    return within("capacity", gte=least, lte=most)


def at_most(query: OfferQuery, cents: int) -> Clause:
    """Offers that cost no more an hour. Who does not tell is not among them."""
    return within("tariff.hourly_cents", lte=cents)


def fresh_or_not(query: OfferQuery, yes: bool) -> Clause:
    """Offers whose word counts on the day of the request, or the others."""
    return up_to_date(query) if yes else {"bool": {"must_not": [up_to_date(query)]}}


def opens_before(query: OfferQuery, time: str) -> Clause:
    return open_on_weekdays(week.minute(time) or 0)


def closes_after(query: OfferQuery, time: str) -> Clause:
    return open_on_weekdays((week.minute(time) or week.DAY) - 1)


def open_on_weekdays(minute: int) -> Clause:
    """Structures that are open in this minute of each day from Monday to Friday, by opening hours that are known."""
    days = [week.of_day(weekday, minute, minute + 1) for weekday in range(WEEKDAYS)]
    return {"bool": {"filter": [contains("opening", gte=start, lt=end) for start, end in days]}}


def somewhere(query: OfferQuery) -> list[Clause]:
    """Around a point, along a route, in a box; nothing for a territory, which is a facet."""
    clauses: list[Clause] = []
    if query.near is not None and query.radius_km is not None:
        clauses.append(around(query.near, query.radius_km))
    if query.route is not None:
        # One circle for each stop. A corridor as one polygon would be drawn otherwise than `detour_m` is defined.
        clauses.append(any_of(*(around(stop, query.route.detour_km) for stop in query.route.stops)))
    if query.bbox:
        clauses.append(inside(query.bbox))
    return clauses


def answered_for(scope: Scope) -> list[Clause]:
    """What a search of staff may find at all; nothing where nobody has given them a commune yet."""
    communes: Clause = {"terms": {FIELDS["commune"]: list(scope.communes)}}
    return [communes, *([{"terms": {"id": list(scope.ids)}}] if scope.ids is not None else [])]


def around(centre: Point, radius_km: float) -> Clause:
    return {"geo_distance": {"distance": f"{radius_km}km", "position": point(centre)}}


def inside(box: Box) -> Clause:
    corners = {"top": box.north, "left": box.west, "bottom": box.south, "right": box.east}
    return {"geo_bounding_box": {"position": corners}}


def point(at: Point) -> dict[str, float]:
    """As Elasticsearch takes it."""
    return {"lat": at.lat, "lon": at.lon}


def age(query: OfferQuery) -> list[Clause]:
    """Offers that take the age of every child, or, where a part of the need is enough, of one at least."""
    return takes(query, 1 if query.best else len(query.children))


def takes(query: OfferQuery, children: int) -> list[Clause]:
    """Offers that take the ages of so many of the children, at most all, or do not say which ages they take."""
    if not query.children:
        return []
    ages = {"should": [{"term": {"ages": age}} for age in query.ages_months], "minimum_should_match": children}
    return [any_of({"bool": ages}, missing("ages"))]


def up_to_date(query: OfferQuery) -> Clause:
    """Offers whose word counts on the day of the request (`offer.fresh_until`, registry/offers/freshness.py)."""
    return within("fresh_until", gte=query.today.isoformat())


def to_confirm(query: OfferQuery) -> Clause:
    """Assistants maternels whose word does not count any more."""
    return {"bool": {"filter": [{"term": {"kind": "assistant_maternel"}}], "must_not": [up_to_date(query)]}}


def needed(query: OfferQuery) -> Clause:
    """Offers that answer the need, in any of the ways that the request admits."""
    ways = [declared(query, partly(query) if query.best else wholly(query)), *others(query)]
    return any_of(*ways) if len(ways) > 1 else ways[0]


def declared(query: OfferQuery, inside: list[Clause], score: Clause | None = None) -> Clause:
    """Offers of which one period meets all these clauses: known to be free, or else, where those to ask are wanted too,
    also by a word that is to be confirmed."""
    period = timetable(inside, score)
    return period if query.to_ask else known(query, period)


def known(query: OfferQuery, period: Clause) -> Clause:
    """The same of those alone whose word counts."""
    return {"bool": {"filter": [up_to_date(query)], "must": [period]}}


def others(query: OfferQuery) -> list[Clause]:
    """The offers of which nothing is known to be free, where they are asked for."""
    return [*([to_ask(query)] if query.to_ask else []), *([undeclared(query.start)] if query.undeclared else [])]


def timetable(inside: list[Clause], score: Clause | None = None) -> Clause:
    """One period of a timetable meets all these clauses. With `score` the best of its periods by that clause's sum."""
    found: Clause = {"bool": {"filter": inside, **({"must": [score]} if score else {})}}
    return {"nested": {"path": "availability", "query": found, "score_mode": "max" if score else "none"}}


def wholly(query: OfferQuery) -> list[Clause]:
    """Of a period: it holds the day, and its week holds every piece that suffices at its number of places."""
    pieces = dict.fromkeys(piece for day in query.sufficient_days for piece in day.pieces)
    return [under_way(query.start), *(holds(piece) for piece in pieces)]


def partly(query: OfferQuery) -> list[Clause]:
    """Of a period: it is not over on the day, and covers a day of the need at least, by one place and the largest
    shortening: who covers it by more, or by less missing, covers it so too."""
    return [not_over(query.start), any_of(*(whole_day(need.least_that_counts(day)) for day in query.days))]


def under_way(start: date) -> Clause:
    day = start.isoformat()
    return contains("availability.period", gte=day, lte=day)


def not_over(start: date) -> Clause:
    return {"range": {"availability.period": {"gte": start.isoformat(), "relation": "intersects"}}}


def whole_day(day: Day) -> Clause:
    """Of a period: all the hours that are asked of the day."""
    return {"bool": {"filter": [holds(piece) for piece in day.pieces]}}


def holds(piece: Stretch) -> Clause:
    start, end, places = piece
    start, end = week.at_level((start, end), places)
    return contains("availability.week", gte=start, lt=end)


def on_weekday(query: OfferQuery, weekday: int) -> Clause:
    """Offers known to be free on a weekday, for the hours that the need asks of it, or else those of its first line;
    without a need, at some time of the day. Known: by a word that counts."""
    if not query.need:
        first, last = week.at_level(week.of_day(weekday, 0, week.DAY), query.places)
        some_time = {"gte": first, "lt": last, "relation": "intersects"}
        return known(query, timetable([under_way(query.start), {"range": {"availability.week": some_time}}]))
    moved = Day(weekday, (need.on(query.need[0], weekday, query.places),))
    asked = next((day for day in query.days if day.weekday == weekday), moved)
    return known(query, timetable([under_way(query.start), whole_day(need.as_short(asked, query.leniency))]))


def to_ask(query: OfferQuery) -> Clause:
    """Structures that mind children whose opening hours hold what suffices of the need, or are unknown."""
    pieces = dict.fromkeys((start, end) for day in query.sufficient_days for start, end, _ in day.pieces)
    hours = {"bool": {"filter": [contains("opening", gte=start, lt=end) for start, end in pieces]}}
    return {"bool": {"filter": [{"terms": {"kind": list(CARE_KINDS)}}, any_of(hours, missing("opening"))]}}


def undeclared(start: date) -> Clause:
    """Assistants maternels whose declared periods are all over by that day, or who declared none."""
    return {"bool": {"filter": [{"term": {"kind": "assistant_maternel"}}], "must_not": [timetable([not_over(start)])]}}


def contains(field: str, **bounds: Any) -> Clause:
    """One of the field's ranges contains the whole of these bounds."""
    return {"range": {field: {**bounds, "relation": "contains"}}}


def within(field: str, **bounds: Any) -> Clause:
    return {"range": {field: {name: bound for name, bound in bounds.items() if bound is not None}}}


def missing(field: str) -> Clause:
    return {"bool": {"must_not": [{"exists": {"field": field}}]}}


def any_of(*clauses: Clause) -> Clause:
    return {"bool": {"should": list(clauses), "minimum_should_match": 1}}


def worth(boost: float, clause: Clause) -> Clause:
    """The clause, which adds so much to the score of what meets it, however well it does."""
    return {"constant_score": {"filter": clause, "boost": boost}}


CLAUSES: dict[str, Callable[[OfferQuery, Any], Clause]] = {
    "capacity": in_band,
    "hourly_cents_max": at_most,
    "up_to_date": fresh_or_not,
    "opens_before": opens_before,
    "closes_after": closes_after,
}
"""Filter → the clause of one of its values, of those that have no field of their own in the index."""

if odd := CLAUSES.keys() ^ {row.name for row in FILTERS if row.field is None}:
    raise ImportError(f"{', '.join(sorted(odd))}: a filter without a clause, or a clause without a filter")
