"""What a search could ask for instead of all of its need: a little less time, a day or a place less, a few kilometres
more. Pure: each change is a query of its own, which can be asked as it stands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from domain import french
from domain.week import DAYS, NAMES
from search_api.request import rewriting
from search_api.request.need import MAX_LINES, SHORTENINGS, Day, at_most, most_places, shortened
from search_api.request.offer_query import OfferQuery
from search_api.request.parameter_types import MAX_DETOUR_KM, MAX_RADIUS_KM

FARTHER_KM = 5

_MINUTES = {15: "15\u00a0minutes", 30: "30\u00a0minutes", 60: "1\u00a0heure"}
_PLACES = french.Plural("place", "places")


@dataclass(frozen=True)
class Change:
    """`change`: shorter (`minutes` less at both ends of every span), fewer_days (without the weekday `day`, 0 is
    Monday), fewer_places (`places` at most) or farther (`km` at most, from the point or the route). `query` asks for
    the rest."""

    change: str
    label: str
    query: OfferQuery
    minutes: int | None = None
    day: int | None = None
    places: int | None = None
    km: float | None = None

    @property
    def day_code(self) -> str | None:
        """`mon` … `sun`."""
        return None if self.day is None else DAYS[self.day]


def changes(query: OfferQuery, km: float | None = None) -> tuple[Change, ...]:
    """Every change that this search admits, of a query with a need; without those that would need more lines than may
    be asked. `km`: as `farther` takes it."""
    found = (*shorter(query), *fewer_days(query), *fewer_places(query), *farther(query, km))
    return tuple(each for each in found if len(each.query.need) <= MAX_LINES)


def shorter(query: OfferQuery) -> Iterator[Change]:
    """Where at least half of every span is left; of what suffices already, where the need may be shorter."""
    for minutes in filter(None, SHORTENINGS):
        days = [left for day in query.sufficient_days if (left := shortened(day, minutes))]
        if len(days) == len(query.days):
            label = f"Début {_MINUTES[minutes]} plus tard, fin {_MINUTES[minutes]} plus tôt"
            yield Change("shorter", label, replace(of_days(query, days), leniency=0), minutes=minutes)


def fewer_days(query: OfferQuery) -> Iterator[Change]:
    if len(query.days) < 2:
        return
    for day in query.days:
        rest = [other for other in query.days if other != day]
        yield Change("fewer_days", f"Sans le {NAMES[day.weekday]}", of_days(query, rest), day=day.weekday)


def fewer_places(query: OfferQuery) -> Iterator[Change]:
    """A place less. Where each child has a place, one of them stays without: one change for each birth date."""
    most = most_places(query.days)
    places = most - 1
    if not places:
        return
    days = [at_most(day, places) for day in query.days]
    for left_out in dict.fromkeys(query.children) if len(query.children) == most else (None,):
        children = without(query.children, left_out)
        usual = max(min(query.places, places), len(children))
        label = f"{_PLACES.of(places)} au lieu de {most}"
        if len(dict.fromkeys(query.children)) > 1 and left_out:
            label += f", sans l’enfant né ou attendu le {french.day(left_out)}"
        asked = replace(query, children=children, places=usual, need=rewriting.lines(days, usual))
        yield Change("fewer_places", label, asked, places=places)


def without(children: Sequence[date], left_out: date | None) -> tuple[date, ...]:
    """All but one who was born that day."""
    rest = list(children)
    if left_out:
        rest.remove(left_out)
    return tuple(rest)


def farther(query: OfferQuery, km: float | None = None) -> Iterator[Change]:
    """As far as `km`, where who asks has steps of their own, otherwise FARTHER_KM more."""
    if query.radius_km is not None and query.radius_km < MAX_RADIUS_KM:
        most = min(km or query.radius_km + FARTHER_KM, MAX_RADIUS_KM)
        yield Change("farther", f"Jusqu’à {distance_text(most)}", replace(query, radius_km=most), km=most)
    if query.route is not None and query.route.detour_km < MAX_DETOUR_KM:
        most = min(km or query.route.detour_km + FARTHER_KM, MAX_DETOUR_KM)
        route = replace(query.route, detour_km=most)
        yield Change("farther", f"Jusqu’à {distance_text(most)} du trajet", replace(query, route=route), km=most)


def distance_text(km: float) -> str:
    return french.distance(round(km * 1_000))


def of_days(query: OfferQuery, days: Sequence[Day]) -> OfferQuery:
    return replace(query, need=rewriting.lines(days, query.places))


def same_need(one: OfferQuery, other: OfferQuery) -> bool:
    """Whether the same time suffices for both at the same number of places, for the same children, however it is
    written."""
    return needed(one) == needed(other) and sorted(one.children) == sorted(other.children)


def needed(query: OfferQuery) -> set[tuple[int, int, int]]:
    return {piece for day in query.sufficient_days for piece in day.pieces}
