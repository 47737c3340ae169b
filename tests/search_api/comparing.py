"""What an answer of the API must have in common with the oracle's."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from tests.search_api import oracle
from tests.search_api.oracle import Found, Request
from tests.search_api.oracle_globe import nearness
from tests.search_api.oracle_offers import Offer, folded
from tests.search_api.oracle_weeks import DAY, DAYS, Availability, Best, Period, Week, free_parts
from tests.search_api.random_requests import CLOSE_M

MINDER = "assistant_maternel"
NO_PERIOD = Period(date.min, None, b"")
FRENCH_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


def branches(request: Request, found: Found) -> Iterator[str]:
    """The rarer things that a request and its answer show, for statistics."""
    yield f"sort {request.order}" + ("" if found.offers else ", nothing found")
    if request.route and found.offers:
        yield "route"
    if (request.opens_before is not None or request.closes_after is not None) and found.offers:
        yield "opening hours"
    seen = {each.status for each in found.shown.values() if each}
    if request.need:
        yield from (f"status {each}" for each in seen)
        if any(each and each.status == "partial" and each.free_from for each in found.shown.values()):
            yield "partial, later"
        for offer in found.offers:
            periods = [each for each in offer.periods if each.last is None or each.last >= request.day]
            shares = [share(request, each.week, request.wanted.places) for each in periods]
            if len(shares) > 1 and max(shares) and shares.count(max(shares)) > 1:
                yield "equal shares"
                break
        best = [each.best for each in found.shown.values() if each and each.best]
        enough = [each for each in best if each.suffices] if request.leniency else []
        yield from {f"minutes may be missing, {'none are' if each.is_whole else 'some are'}" for each in enough}
        yield from {f"places {each.places} of {each.asked}" for each in best if each.places < each.asked}
        yield from {f"a day less {minutes} min" for each in best for minutes in each.days.values() if minutes}
        if any(ends_apart(request, offer, found) for offer in found.offers):
            yield "a place that ends after its period, or is known to end"
        if len(set(request.child_birthdate)) > 1 and best:
            yield "children of several ages"
    if "day" in request.facets and any(found.facets["day"].values()):
        yield "day facet"
        if any(line.end <= line.start for line in request.need):
            yield "day facet, night"
        if any(line.places for line in request.need):
            yield "day facet, siblings"
    for facet, counts in found.facets.items():
        if request.chosen[facet] and set(map(bool, counts.values())) == {True, False}:
            yield f"facet {facet} with chosen values, some at 0"
        if request.chosen[facet] and found.offers:
            yield f"facet {facet} with chosen values"


def share(request: Request, free: Week, places: int) -> int:
    """Of what a week has of the need at so many places, in tenths of days."""
    return Best(NO_PERIOD, places, places, request.wanted.shortenings(free, places), now=False).tenths


def ends_apart(request: Request, offer: Offer, found: Found) -> bool:
    shown = found.shown[offer.id]
    return bool(shown and shown.best and (shown.until or shown.declared_until != shown.best.period.last))


# Order ----------------------------------------------------------------------------------------------------


def compare_order(request: Request, ids: Sequence[str], found: Found) -> None:
    """`ids` are the first ones of the list, in its order."""
    known = {offer.id: offer for offer in found.offers}
    assert set(ids) <= set(known)
    assert len(set(ids)) == len(ids)
    expected = [offer.id for offer in found.offers[: len(ids)]]
    match request.order:
        case "name" | "updated":
            assert ids == expected
        case "availability" if not request.measures:
            assert ids == expected
        case "availability" | "distance":
            compare_nearly(request, ids, expected, found)
        case "recommended":
            compare_recommended(request, [known[each] for each in ids], found)


def compare_nearly(request: Request, ids: Sequence[str], expected: Sequence[str], found: Found) -> None:
    """As `ids == expected`, but for offers that are equally far to some centimetres."""
    known = {offer.id: offer for offer in found.offers}

    def worth(id: str) -> float:
        return oracle.worth(found.shown[id]) if request.order == "availability" else 0

    for mine, theirs in zip(ids, expected, strict=True):
        assert worth(mine) == worth(theirs)
        assert is_located(known[mine]) == is_located(known[theirs])
        assert abs(found.far[mine] - found.far[theirs]) < CLOSE_M
    for one, after in pairwise(ids):
        same_place = (known[one].lat, known[one].lon) == (known[after].lat, known[after].lon)
        if same_place and worth(one) == worth(after) and is_located(known[one]) == is_located(known[after]):
            assert one < after, "equal distances are in the order of their ids"


def is_located(offer: Offer) -> bool:
    return offer.known_within_km is None


def compare_recommended(request: Request, offers: Sequence[Offer], found: Found) -> None:
    """Nobody stands behind an offer that is worse in one respect and better in none, what is free for the whole need
    comes before what one must ask for, and an assistant maternel whose word counts before those who are to confirm."""
    standings = [standing(request, offer, found) for offer in offers]
    for number, before in enumerate(standings):
        for after in standings[number + 1 :]:
            assert not is_better(after, before), (before, after)
    if request.need:
        statuses = [each["status"] for each in standings]
        asked = [number for number, status in enumerate(statuses) if status in ("to_ask", "unknown", "to_confirm")]
        assert "free" not in statuses[min(asked, default=len(statuses)) :]
    counting = [each["up_to_date"] for each, offer in zip(standings, offers, strict=True) if offer.kind == MINDER]
    assert counting == sorted(counting, reverse=True)


def standing(request: Request, offer: Offer, found: Found) -> Mapping[str, Any]:
    shown = found.shown[offer.id]
    said = shown.declared or shown if shown else None
    return {
        "id": offer.id,
        "status": shown.status if shown else None,
        "worth": oracle.worth(said),
        "confirmed_on": offer.confirmed_on and offer.confirmed_on.toordinal(),
        "up_to_date": oracle.is_up_to_date(offer, request.today),
        "lapsed": offer.kind == MINDER and not oracle.is_up_to_date(offer, request.today),
        "far": found.far.get(offer.id, 0.0),
        # Where nothing is measured, nobody is nearer for an address.
        "located": is_located(offer) or not request.measures,
        # Along a route, and without a point, no distance counts but among equals.
        "near": nearness(found.far.get(offer.id, 0.0), offer.known_within_km) if request.near else 1.0,
        "reachable": offer.reachable,
    }


def is_better(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether one must come first, being as good in all and better in something. An assistant maternel whose word
    counts no more, whatever it was, goes after those whose word counts; nothing is said of her beside what is to be
    asked."""
    if one["lapsed"] and not other["lapsed"]:
        return False
    fresh = (one["confirmed_on"] or 0) >= (other["confirmed_on"] or 0) and one["up_to_date"] >= other["up_to_date"]
    # A commune's radius is rounded in the index.
    exact = (one["located"] and other["located"]) or one["near"] == other["near"]
    slack = 0.0 if exact else 0.005
    near = one["near"] >= other["near"] + slack
    near = near and (one["located"], -one["far"]) >= (other["located"], -other["far"])
    strictly = (
        one["worth"] > other["worth"]
        or one["up_to_date"] > other["up_to_date"]
        or one["reachable"] > other["reachable"]
        or one["located"] > other["located"]
        or one["far"] < other["far"] - max(10.0, other["far"] * 0.01)
    )
    as_good = one["worth"] >= other["worth"] and one["reachable"] >= other["reachable"]
    return bool(as_good and fresh and near and strictly)


# Cards ----------------------------------------------------------------------------------------------------


def compare_card(request: Request, card: Mapping[str, Any], offer: Offer, found: Found) -> None:
    assert (card["kind"], card["name"], card["fictitious"]) == (offer.kind, offer.name, offer.fictitious)
    assert (card["position"]["lat"], card["position"]["lon"]) == (offer.lat, offer.lon)
    assert card["fresh_until"] == (offer.fresh_until and offer.fresh_until.isoformat())
    assert card["confirmed_on"] == (offer.confirmed_on and offer.confirmed_on.isoformat())
    assert card["capacity"] == offer.capacity
    measured = {"detour_m": request.route, "distance_m": request.near}
    for name, asked in measured.items():
        assert (name in card) == bool(asked)
        if asked:
            assert isinstance(card[name], int)
            assert abs(card[name] - found.far[offer.id]) <= 1
    compare_availability(request, card["availability"], found.shown[offer.id])


def compare_availability(request: Request, told: Mapping[str, Any] | None, expected: Availability | None) -> None:
    if expected is None or told is None:
        assert (expected, told) == (None, None)
        return
    assert {name: told[name] for name in ("status", "places", "free_from", "until", "declared_until")} == {
        "status": expected.status,
        "places": expected.places,
        "free_from": expected.free_from and expected.free_from.isoformat(),
        "until": expected.until and expected.until.isoformat(),
        "declared_until": expected.declared_until and expected.declared_until.isoformat(),
    }
    coverage = told["coverage"]
    if expected.status != "partial":
        assert coverage is None
        return
    best = expected.best
    assert best
    at_places = request.wanted.eased[best.places, 0]
    days = {
        day: {
            "day": DAYS[day],
            "covered": shortened == 0,
            "shortened": shortened,
            "free": free_parts(best.period.week, day, at_places[day] or ()),
        }
        for day, shortened in best.days.items()
    }
    assert {name: value for name, value in coverage.items() if name not in ("share", "summary")} == {
        "covered": best.covered,
        "asked": len(days),
        "places": best.places,
        "asked_places": best.asked,
        "days": list(days.values()),
    }
    assert abs(coverage["share"] - best.share) < 1e-4
    compare_summary(request, coverage["summary"], best, days)


def compare_summary(request: Request, told: str, best: Best, asked: Mapping[int, Mapping[str, Any]]) -> None:
    """It begins with the places, then the days that are covered. In the simple case, one day that is free from its
    first hour on, but not to its last, word by word."""
    assert not re.search(r"[^\u202f][;!?]|[^\u00a0]:", told), "a narrow space before ;, a space that holds before :"
    plain = re.sub(r"[\u00a0\u202f]", " ", told)
    assert plain.count(" ; ") <= 4, "the places, what is free, two facts at most, how many days more"
    if best.places < best.asked:
        places = f"{best.places} {'place' if best.places == 1 else 'places'} sur {best.asked}"
        assert plain.startswith(places), told
        plain = re.sub(r"^(, selon l’âge des enfants)?( ; |, )?", "", plain.removeprefix(places))
    if by_day(request):
        count = f"libre {best.covered} {'jour' if best.covered == 1 else 'jours'} sur {len(asked)} ("
        assert plain.lower().startswith(count) == (0 < best.covered < len(asked)), told
    lacking = [day for day, each in asked.items() if not each["covered"]]
    if len(lacking) != 1 or len(request.demand[lacking[0]]) != 1 or not by_day(request):
        return
    (first, last, _) = request.demand[lacking[0]][0]
    parts, start = asked[lacking[0]]["free"], first % DAY
    if len(parts) == 1 and parts[0]["start"] == f"{start // 60:02}:{start % 60:02}":
        hour, minute = map(int, parts[0]["end"].split(":"))
        free = hour * 60 + minute - start
        lost, name = last - first - free, FRENCH_DAYS[lacking[0]]
        until = "minuit" if hour == 24 else f"{hour} h {minute:02}" if minute else f"{hour} h"
        when = "le soir" if last - lacking[0] * DAY >= 16 * 60 else "à la fin"
        few = lost <= 60 and lost <= free
        missing = f"il manque {'1 h' if lost == 60 else f'{lost} min'} {when}, {name}"
        fact = missing if few else f"libre jusqu’à {until} le {name}"
        assert plain.lower().split(" ; ")[-1] == fact, told


def by_day(request: Request) -> bool:
    """Whether no hour that is asked for is after midnight of its day."""
    return all(end <= (day + 1) * DAY for day, spans in request.demand.items() for _, end, _ in spans)


# Facets ---------------------------------------------------------------------------------------------------


def compare_facets(request: Request, facets: Mapping[str, Sequence[Mapping[str, Any]]], found: Found) -> None:
    assert set(facets) == set(request.facets)
    for facet, values in facets.items():
        keys = [folded(each["value"]) if facet == "school" else each["value"] for each in values]
        assert len(set(keys)) == len(keys), facet
        told = {key: each["count"] for key, each in zip(keys, values, strict=True)}
        compare_counts(facet, told, found.facets[facet], set(request.chosen[facet]))
        selected = {key for key, each in zip(keys, values, strict=True) if each["selected"]}
        assert selected == set(request.chosen[facet]), facet


def compare_counts(facet: str, told: Mapping[str, int], expected: Mapping[str, int], chosen: set[str]) -> None:
    """All of them, or, where there are too many, those chosen and the most frequent ones."""
    if len(expected) <= oracle.MOST_VALUES:
        assert told == expected, facet
        return
    ranked = sorted(set(expected) - chosen, key=lambda value: (-expected[value], value))
    others = len(set(told) - chosen)
    assert oracle.MOST_VALUES - len(chosen) <= others <= oracle.MOST_VALUES
    assert told == {value: expected[value] for value in [*ranked[:others], *chosen]}, facet
