"""The orders of a list, and the scores that three of them need. docs/recommended.md gives the reason of each weight;
those of the need are `need.WHOLE` and `need.BEGUN`."""

from datetime import timedelta
from typing import Any

from search_api.geo import Point
from search_api.query import filters
from search_api.query.filters import Clause, worth
from search_api.request import need
from search_api.request.need import Day
from search_api.request.offer_query import OfferQuery

NEAR = 2.0
"""At the point itself, half of it at HALF_WAY_KM, and so on: two offers a street apart hardly differ. Of one that is
known by its commune alone, no more than NEAR ÷ the commune's radius in km, which is what it would have at that radius
(just so at 2 and 4 km; a little less between, a little more beyond): the commune's centre is nobody's door."""

NO_BOUND_KM = 0.5
"""For a radius that is not there: below it the bound is more than the decay ever is."""

REACHABLE = 0.2
"""More where its fiche shows a telephone, a mail or a site, or offers to write: of two that are alike, the one who can
be asked at all. Less than what freshness and a day of the need are worth: who has no number has a door."""

FRESH = 1.0
"""An offer that is up to date comes before one that is not, unless that one is clearly nearer (by 2 km or so)."""

LATELY = ((91, 0.05), (183, 0.05))
"""Days since the offer was confirmed, and what each of them adds that has not passed: of two words that count, the
newer one is worth a little more, as much as some 150 m of the way at the door."""

TO_CONFIRM = {"recommended": 0.1, "availability": 0.0}
"""What is left of the score of an assistant maternel whose word does not count any more: less than any that counts has,
and among themselves in the same order. By availability nothing is known of her, as of a structure."""

HALF_WAY_KM = 2

UP_TO_DATE = 0.1
"""By relevance, among offers in which the words are found alike: less than any difference of words (text.py)."""


def sort(query: OfferQuery) -> list[dict[str, Any]]:
    """Sort clauses, always ended by the id, which is unique."""
    by_id = {"id": "asc"}
    by_name = {"name.sort": "asc"}
    if query.sort == "name":
        return [by_name, by_id]
    if query.sort == "updated":
        return [{"confirmed_on": {"order": "desc", "missing": "_last"}}, by_id]
    nearest = distance(query)
    if query.sort == "distance":
        return [*nearest, by_id]
    if query.sort == "availability":
        return [{"_score": "desc"}, *(nearest or [by_name]), by_id]
    return [{"_score": "desc"}, *nearest, by_id]


def distance(query: OfferQuery) -> list[dict[str, Any]]:
    """By the distance to the point, or the least one to a stop of the route; nothing where there is neither. Whoever is
    known by the commune alone comes after all others: the distance to its centre is nobody's."""
    points = [query.near] if query.near is not None else query.route.stops if query.route is not None else []
    if not points:
        return []
    origins = [filters.point(each) for each in points]
    by_distance = {"position": origins, "order": "asc", "unit": "m", "distance_type": "arc", "mode": "min"}
    return [{"located": "desc"}, {"_geo_distance": by_distance}]


def scored(query: OfferQuery, conditions: list[Clause], words: list[Clause], restricts: bool) -> Clause:
    """The whole query: conditions that offers must meet, and what scores them where the order needs it.

    `words`: what must be found of the free text. `restricts`: the need is not among the conditions, and must be met
    too. Every date is compared with the request's day, so that the next page is scored like the last one.
    """
    found = _scored(query, conditions, words, restricts)
    if query.sort not in TO_CONFIRM:
        return found
    return {
        "boosting": {
            "positive": found,
            "negative": filters.to_confirm(query),
            "negative_boost": TO_CONFIRM[query.sort],
        }
    }


def _scored(query: OfferQuery, conditions: list[Clause], words: list[Clause], restricts: bool) -> Clause:
    ranked = bool(query.need) and query.sort in ("recommended", "availability")
    required = [*conditions, *([filters.needed(query)] if restricts and not ranked else [])]
    if query.sort == "relevance":
        return {"bool": {"filter": required, "must": words, "should": [fresh(query, UP_TO_DATE)]}}
    required += words
    ways = [by_need(query)] if ranked else []
    scores = recommended(query) if query.sort == "recommended" else []
    if restricts:
        # What scores is also what restricts: the periods, which cost most, are looked at once.
        return {"bool": {"filter": required, "must": ways, "should": scores}}
    # Without any condition one of the clauses that only score would have to match.
    return {"bool": {"filter": required or [{"match_all": {}}], "should": [*ways, *scores]}}


def by_need(query: OfferQuery) -> Clause:
    """Offers that answer the need, scored by what their best period is worth (`need.WHOLE`, `need.BEGUN`), which is the
    one that a card tells; 0 where that is not known. By availability it is counted in tenths of a day's place: whole
    numbers, so that equal ones tie."""
    tenths = 10 * len(query.days) * query.most_places
    unit = 1.0 if query.sort == "recommended" else float(tenths)
    tenth = need.WHOLE * unit / tenths
    if query.best:
        known = by_share(query, tenth, need.BEGUN * unit, need.SUFFICES * unit)
    elif query.leniency:
        alike = worth((need.BEGUN + need.SUFFICES) * unit, filters.under_way(query.start))
        sums = {"bool": {"must": [by_days(query, query.most_places, tenth), alike]}}
        known = filters.declared(query, filters.wholly(query), sums)
    else:
        known = worth((need.WHOLE + need.BEGUN) * unit, filters.declared(query, filters.wholly(query)))
    unknown = [worth(0.0, clause) for clause in filters.others(query)]
    return filters.any_of(known, *unknown) if unknown else known


def by_share(query: OfferQuery, tenth: float, begun: float, enough: float) -> Clause:
    """Offers by the best share that one period has of the need at k places: k × the tenths of its days × `tenth`,
    `begun` where the period has begun, and `enough` where the need may be shorter and is covered so. At k places they
    take the ages of k children, or of all."""
    together: dict[int, list[int]] = {}
    for places in range(1, query.most_places + 1):
        together.setdefault(min(places, len(query.children)), []).append(places)
    days = {k: by_days(query, k, tenth) for k in range(1, query.most_places + 1)}
    if query.leniency:
        suffices = worth(enough, {"bool": {"filter": filters.wholly(query)}})
        days[query.most_places] = {"bool": {"must": [days[query.most_places]], "should": [suffices]}}
    return best_of(
        *(
            _by_share_of(query, children, best_of(*(days[k] for k in places)), begun)
            for children, places in together.items()
        )
    )


def _by_share_of(query: OfferQuery, children: int, days: Clause, begun: float) -> Clause:
    # The days' sum, and the rest where the period has begun: a `must` needs one of the days, not the bonus.
    sums = {"bool": {"must": [days], "should": [worth(begun, filters.under_way(query.start))]}}
    found = filters.declared(query, [filters.not_over(query.start)], sums)
    if children <= 1:  # what every offer of the search meets
        return found
    return {"bool": {"filter": filters.takes(query, children), "must": [found]}}


def by_days(query: OfferQuery, places: int, tenth: float) -> Clause:
    """A period that covers some of the days at so many places, by the sum of what it covers."""
    return filters.any_of(*(by_day(day, places, places * tenth) for day in query.days))


def by_day(day: Day, places: int, tenth: float) -> Clause:
    """A period that covers the day at so many places, or the day shortened, by the least shortening."""
    steps = need.steps(day, places)
    return best_of(*(worth(need.TENTHS[minutes] * tenth, filters.whole_day(left)) for minutes, left in steps))


def best_of(*clauses: Clause) -> Clause:
    """What meets one of the clauses, by the highest of their scores."""
    return {"dis_max": {"queries": list(clauses)}} if len(clauses) > 1 else clauses[0]


def recommended(query: OfferQuery) -> list[Clause]:
    """What adds to the score beside the need: near before far, fresh before stale, reachable before not.

    Along a route there is no decay (its hundreds of stops would cost more than the search): the least detour decides
    between offers of the same score.
    """
    since = [(query.today - timedelta(days=days), boost) for days, boost in LATELY]
    lately = [worth(boost, filters.within("confirmed_on", gte=day.isoformat())) for day, boost in since]
    nearness = [near(query.near)] if query.near is not None else []
    return [fresh(query, FRESH), *lately, worth(REACHABLE, {"term": {"reachable": True}}), *nearness]


def near(point: Point) -> Clause:
    """What nearness to the point adds: the lesser of what the distance gives and what its commune's size allows."""
    decay = {"position": {"origin": filters.point(point), "scale": f"{HALF_WAY_KM}km", "decay": 0.5}}
    bound = {"field": "spread_km", "modifier": "reciprocal", "missing": NO_BOUND_KM}
    return {
        "function_score": {
            "query": {"match_all": {}},
            "functions": [{"exp": decay}, {"field_value_factor": bound}],
            "score_mode": "min",
            "boost": NEAR,
            "boost_mode": "multiply",
        }
    }


def fresh(query: OfferQuery, boost: float) -> Clause:
    return worth(boost, filters.up_to_date(query))
