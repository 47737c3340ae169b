"""What must hold of any two needs of which one asks for less than the other, whatever is free."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from hypothesis import assume, event, given, note
from hypothesis import strategies as st

from tests.loire import Loire, examples
from tests.search_api.oracle import Request
from tests.search_api.oracle_offers import Offers
from tests.search_api.oracle_weeks import DAY, Line
from tests.search_api.random_requests import requests

HOUR = 60
MAX_PLACES, MAX_LINES = 6, 14


def total(loire: Loire, request: Request) -> int:
    found = loire.ask("/api/v1/offers", [*request.parameters(), ("limit", "1")])["total"]
    assert found["relation"] == "eq"
    return int(found["value"])


def minutes(line: Line) -> int:
    return (line.end - line.start) % DAY or DAY


def fewer_hours(line: Line) -> Iterable[Line]:
    """An hour less at either end."""
    if minutes(line) > HOUR:
        yield replace(line, start=(line.start + HOUR) % DAY)
        yield replace(line, end=(line.end - HOUR) % DAY)


def more_hours(line: Line) -> Iterable[Line]:
    if minutes(line) + HOUR < DAY:
        yield replace(line, end=(line.end + HOUR) % DAY)


def less(request: Request) -> Iterable[Request]:
    lines = request.need
    if len(lines) > 1:
        yield replace(request, need=lines[1:])
    for shorter in fewer_hours(lines[0]):
        # An hour that begins on another day would be that day's.
        if shorter.start >= lines[0].start:
            yield replace(request, need=(shorter, *lines[1:]))
    if len(lines[0].days) > 1:
        yield replace(request, need=(replace(lines[0], last=lines[0].days[-2]), *lines[1:]))
    if request.seats > max(1, len(request.child_birthdate)):
        yield replace(request, places=request.seats - 1)
    if lines[0].places and lines[0].places > 1:
        yield replace(request, need=(replace(lines[0], places=lines[0].places - 1), *lines[1:]))
    if len(request.child_birthdate) > 1:
        yield replace(request, child_birthdate=request.child_birthdate[1:], places=request.seats)


def more(request: Request) -> Iterable[Request]:
    lines = request.need
    for longer in more_hours(lines[0]):
        yield replace(request, need=(longer, *lines[1:]))
    if request.seats < MAX_PLACES:
        yield replace(request, places=request.seats + 1)
    if lines[0].places and lines[0].places < MAX_PLACES:
        yield replace(request, need=(replace(lines[0], places=lines[0].places + 1), *lines[1:]))
    if len(lines) < MAX_LINES:
        next_day = (lines[0].last + 1) % 7
        yield replace(request, need=(*lines, replace(lines[0], first=next_day, last=next_day)))


@given(st.data())
@examples(60)
def test_asking_less_finds_no_fewer_and_asking_more_no_more(loire: Loire, offers: Offers, data: st.DataObject) -> None:
    lenient = replace(data.draw(requests(offers)), match="all", facets=())
    assume(lenient.need)
    # Of hours that may be shorter a long day lacks more minutes than a short one: an hour more may find more.
    request = replace(lenient, leniency=None)
    found = total(loire, request)
    assert total(loire, lenient) >= found
    event("something found" if found else "nothing found")
    note(f"{request.parameters()}")
    for easier in less(request):
        assert total(loire, easier) >= found, easier.parameters()
    for harder in more(request):
        assert total(loire, harder) <= found, harder.parameters()
    assert total(loire, replace(request, match="best")) >= found, "a part of the need besides"


def worths(items: Sequence[Any], leniency: int) -> list[float]:
    """What each card's match is worth: three times its share, 1 more where it need not be waited for, and 1 more where
    it lacks no more than the minutes that may be missing. Those of whom nothing is known come last."""
    return [worth(told, leniency) for told in (each["availability"] for each in items) if told]


def worth(told: dict[str, Any], leniency: int) -> float:
    whole = {"free": 1.0, "later": 1.0}
    share = whole.get(told["status"]) or (told["coverage"] or {"share": 0.0})["share"]
    days = (told["coverage"] or {"days": []})["days"]
    part = told["coverage"] or {"places": 1, "asked_places": 1}
    lacks = any(day["shortened"] is None or day["shortened"] > leniency for day in days)
    enough = part["places"] == part["asked_places"] and not lacks
    return 3 * share + (told["free_from"] is None) * (1 + enough) if share else 0.0


@given(st.data())
@examples(60)
def test_the_order_by_availability_respects_what_a_match_is_worth(
    loire: Loire, offers: Offers, data: st.DataObject
) -> None:
    request = replace(data.draw(requests(offers)), match="best", sort="availability", any_distance=False, facets=())
    assume(request.need)
    note(f"{request.parameters()}")
    answer = loire.ask("/api/v1/offers", [*request.parameters(), ("limit", "100")])
    found = worths(answer["items"], request.leniency or 0)
    event("several of them" if len(set(found)) > 1 else "one worth or none")
    # Shares are rounded to four digits; two that differ are 1 ÷ 420 apart at least.
    assert all(before > after - 0.001 for before, after in pairwise(found))
