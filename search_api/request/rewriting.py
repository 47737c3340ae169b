"""A request written as a query string again, and the days of a need as lines: what was changed of a request can be
asked for. Pure."""

from collections.abc import Iterable, Sequence

from domain import week
from domain.week import DAY, DAYS
from search_api.filter_table import text
from search_api.request import need
from search_api.request.need import Day, Line
from search_api.request.offer_query import OfferQuery

Hours = tuple[int, int, int]
"""(start, end, places): minutes of a day, the end past 24 hours where it is the next day's."""


def parameters(query: OfferQuery) -> dict[str, list[str]]:
    """What finds the same offers when `GET /api/v1/offers` is asked for it: each name with its values as text, without
    what says how the offers are shown. What a request means without saying it (today, one place for each child) is
    left out."""
    near, route, box = query.near, query.route, query.bbox
    found = {
        "near": [str(near)] if near else [],
        "radius_km": [kilometres(query.radius_km)] if query.radius_km is not None else [],
        "route": [";".join(map(str, route.points))] if route else [],
        "detour_km": [kilometres(route.detour_km)] if route else [],
        "commune": list(query.communes),
        "epci": [query.epci] if query.epci else [],
        "department": [query.department] if query.department else [],
        "bbox": [str(box)] if box else [],
        "q": [query.q] if query.q else [],
        **{name: list(map(text, values)) for name, values in query.selected},
        "child_birthdate": [born.isoformat() for born in query.children],
        "need": [line.text for line in query.need],
        "from": [query.start.isoformat()] if query.start != query.today else [],
        "places": [str(query.places)] if query.places != (len(query.children) or 1) else [],
        "leniency": [str(query.leniency)] if query.leniency else [],
        "match": ["best"] if query.best else [],
        "include": [*(["to_ask"] if query.to_ask else []), *(["unknown"] if query.undeclared else [])],
    }
    return {name: values for name, values in found.items() if values}


def kilometres(km: float) -> str:
    return f"{km:.12g}"


def lines(days: Iterable[Day], places: int) -> tuple[Line, ...]:
    """The lines that ask for these days, the same hours of several days in one; `places` need not be said. What begins
    after midnight is asked of the next day."""
    weekdays: dict[Hours, list[int]] = {}
    for day in days:
        for start, end, wanted in day.hours:
            of, begin = divmod(start, DAY)
            weekdays.setdefault((begin, end - of * DAY, wanted), []).append(of % 7)
    return tuple(
        line(run, hours, places) for hours, found in weekdays.items() for run in runs(sorted(dict.fromkeys(found)))
    )


def line(run: Sequence[int], hours: Hours, places: int) -> Line:
    start, end, wanted = hours
    named = DAYS[run[0]] + (f"-{DAYS[run[-1]]}" if len(run) > 1 else "")
    own = f"*{wanted}" if wanted != places else ""
    return need.parse(f"{named}@{week.clock(start)}-{week.clock(end, closing=True)}{own}")


def runs(weekdays: Sequence[int]) -> list[list[int]]:
    """Days in their order, those that follow each other together, Sunday and Monday too."""
    found: list[list[int]] = []
    for weekday in weekdays:
        if found and weekday == found[-1][-1] + 1:
            found[-1].append(weekday)
        else:
            found.append([weekday])
    if len(found) > 1 and found[0][0] == 0 and found[-1][-1] == len(DAYS) - 1:
        found[0] = found.pop() + found[0]
    return found
