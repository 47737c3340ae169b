"""The API against the oracle, over the real structures, the generated offers and the odd ones of `tests.loire`."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, event, given, note
from hypothesis import strategies as st

from mappings.vocabulary import CARE_KINDS, FEATURES, FUNDINGS, KINDS, LANGUAGES, SUBKINDS
from registry.database import connect
from tests.conftest import TODAY
from tests.loire import Loire, examples
from tests.search_api import oracle
from tests.search_api.oracle import Line, Offer, Request

NANTES, SAINT_NAZAIRE = (47.2186, -1.5541), (47.2735, -2.2138)
CLOSE_M = 0.1
"""Elasticsearch keeps positions to about a centimetre: nearer than this to a limit or to each other, offers may
fall on either side."""

CLOSE_DEGREES = 1e-6


class Offers(list[Offer]):
    """Hypothesis prints what a strategy is made of, and thousands of offers take long and tell nothing."""

    def __repr__(self) -> str:
        return f"<{len(self)} offers>"


@pytest.fixture(scope="session")
def offers(loire: Loire) -> list[Offer]:
    with connect(loire.settings.database_url) as conn:
        return Offers(oracle.read(conn))


# Requests ----------------------------------------------------------------------------------------------
# Each is drawn about some offer, so that most of them find something.


def chosen(draw: st.DrawFn, own: Sequence[str], values: Iterable[str], times: int) -> tuple[str, ...]:
    """Values of a filter: mostly none, else some of the offer's own, or any."""
    if draw(st.integers(1, times)) != 1:
        return ()
    pool = st.sampled_from(list(own)) | st.sampled_from(list(values)) if own else st.sampled_from(list(values))
    return tuple(draw(st.lists(pool, min_size=1, max_size=2, unique=True)))


def points(offer: Offer) -> st.SearchStrategy[tuple[float, float]]:
    """Around the offer and the two cities, at the offer, anywhere in the department and beyond its borders."""

    def around(centre: tuple[float, float]) -> st.SearchStrategy[tuple[float, float]]:
        return st.tuples(st.floats(centre[0] - 0.06, centre[0] + 0.06), st.floats(centre[1] - 0.09, centre[1] + 0.09))

    return st.one_of(
        around((offer.lat, offer.lon)),
        around(NANTES),
        around(SAINT_NAZAIRE),
        st.just((offer.lat, offer.lon)),
        st.tuples(st.floats(46.7, 47.9), st.floats(-2.7, -0.8)),
        st.just((47.2, 0.0)),
    ).map(lambda point: (round(point[0], 6), round(point[1], 6)))


def boxes(offer: Offer) -> st.SearchStrategy[tuple[float, float, float, float]]:
    sizes = st.floats(0.001, 1.2)
    return st.tuples(points(offer), sizes, sizes).map(
        lambda drawn: (
            drawn[0][1] - drawn[1] * 0.43,
            drawn[0][0] - drawn[2] * 0.31,
            drawn[0][1] + drawn[1] * 0.57,
            drawn[0][0] + drawn[2] * 0.69,
        )
    )


def territories(offer: Offer) -> st.SearchStrategy[dict[str, Any]]:
    communes = st.lists(st.sampled_from([*offer.communes, "44109", "44184", "75118"]), min_size=1, unique=True)
    return st.one_of(
        communes.map(lambda codes: {"communes": tuple(codes)}),
        st.just({"epci": offer.epci} if offer.epci else {}),
        st.sampled_from([offer.department, "44", "01"]).map(lambda code: {"department": code}),
        st.just({}),
    )


def places_to_search(offer: Offer) -> st.SearchStrategy[dict[str, Any]]:
    radius = st.none() | st.floats(0.2, 50).map(lambda km: round(km, 3))
    return st.one_of(
        st.builds(lambda near, km: {"near": near, "radius_km": km}, points(offer), radius),
        points(offer).map(lambda near: {"near": near, "any_distance": True, "sort": "distance"}),
        boxes(offer).map(lambda box: {"bbox": box}),
        territories(offer),
    )


@st.composite
def usual_lines(draw: st.DrawFn) -> Line:
    start, length = draw(st.integers(14, 34)) * 30, draw(st.integers(1, 16)) * 30
    first = draw(st.integers(0, 4))
    return Line(first, draw(st.integers(first, 4)), start, min(start + length, 1_440))


@st.composite
def odd_lines(draw: st.DrawFn) -> Line:
    start, end = draw(st.integers(0, 1_439)), draw(st.integers(0, 1_440))
    assume(start != end)
    first = draw(st.integers(0, 6))
    return Line(first, draw(st.just(first) | st.integers(0, 6)), start, end)


@st.composite
def edges(draw: st.DrawFn, week: oracle.Week) -> Line:
    """A free stretch of a week, or a minute more or less of it."""
    minute = draw(st.sampled_from([minute for minute, places in enumerate(week) if places]))
    begin = end = minute
    # At most a day, which is the longest that a line can ask for.
    while week[begin - 1] and minute - begin < 700:
        begin -= 1
    while week[end % oracle.WEEK] and end - begin < 1_430:
        end += 1
    begin, end = begin + draw(st.integers(-1, 1)), end + draw(st.integers(-1, 1))
    assume(begin < end)
    day = begin // 1_440 % 7
    return Line(day, day, begin % 1_440, end % 1_440)


def needs(offer: Offer) -> st.SearchStrategy[tuple[Line, ...]]:
    lines = usual_lines() | odd_lines()
    weeks = [each.week for each in offer.periods if any(each.week)]
    if weeks:
        lines = st.one_of(lines, edges(weeks[0]), edges(weeks[-1]))
    starred = st.builds(lambda line, places: replace(line, places=places), lines, st.integers(1, 3))
    return st.lists(lines, min_size=1, max_size=2).map(tuple) | st.lists(starred, min_size=1, max_size=3).map(tuple)


def days(offer: Offer) -> st.SearchStrategy[date]:
    """About today, and the first and last days of the offer's periods with their neighbours."""
    borders = [border for each in offer.periods for border in (each.first, each.last) if border]
    near = st.integers(0, 300).map(lambda count: TODAY + timedelta(days=count))
    if not borders:
        return near
    beside = st.builds(lambda day, step: day + timedelta(days=step), st.sampled_from(borders), st.integers(-1, 1))
    return near | beside | st.just(date(2040, 1, 1))


@st.composite
def requests(draw: st.DrawFn, offers: Sequence[Offer]) -> Request:
    offer = draw(st.sampled_from(offers))
    where = draw(places_to_search(offer))
    need = draw(st.just(()) | needs(offer))
    start = draw(st.none() | days(offer))
    age = st.integers(-300, 16 * 365).map(lambda count: (start or TODAY) - timedelta(days=count))
    places = draw(st.none() | st.integers(1, 6)) if need else None
    sorts = ["name", "updated", "recommended", *(["distance"] if "near" in where else []), None]
    return Request(
        TODAY,
        kind=chosen(draw, offer.values("kind"), KINDS, 3),
        subkind=chosen(draw, offer.values("subkind"), SUBKINDS, 8),
        feature=chosen(draw, offer.features, FEATURES, 4),
        funding=chosen(draw, offer.values("funding"), FUNDINGS, 8),
        language=chosen(draw, offer.languages, LANGUAGES, 8),
        child_birthdate=draw(st.none() | st.none() | age),
        need=need,
        start=start,
        places=places,
        to_ask=draw(st.booleans()),
        facets=tuple(draw(st.lists(st.sampled_from(oracle.FACETS), unique=True))),
        **({"sort": draw(st.sampled_from(sorts))} | where),
    )


def assume_clear(request: Request, offers: Iterable[Offer]) -> None:
    """No offer stands on the very limit of the place that is searched."""
    if request.near and not request.any_distance:
        limit = (request.radius_km or 10) * 1_000
        assume(all(abs(oracle.distance(request, offer) - limit) > CLOSE_M for offer in offers))
    if request.bbox:
        assume_clear_of(request.bbox, offers)


def assume_clear_of(bbox: tuple[float, float, float, float], offers: Iterable[Offer]) -> None:
    west, south, east, north = bbox
    for offer in offers:
        assume(min(abs(offer.lon - west), abs(offer.lon - east)) > CLOSE_DEGREES)
        assume(min(abs(offer.lat - south), abs(offer.lat - north)) > CLOSE_DEGREES)


# Comparisons -------------------------------------------------------------------------------------------


def compare_order(request: Request, ids: Sequence[str], found: oracle.Found) -> None:
    """`ids` are the first ones of the list, in its order."""
    known = {offer.id: offer for offer in found.offers}
    assert set(ids) <= set(known)
    assert len(set(ids)) == len(ids)
    expected = [offer.id for offer in found.offers[: len(ids)]]
    match request.order:
        case "name" | "updated":
            assert ids == expected
        case "distance":
            far = {offer.id: oracle.distance(request, offer) for offer in found.offers}
            for mine, theirs in zip(ids, expected, strict=True):
                assert abs(far[mine] - far[theirs]) < CLOSE_M
            for one, next_one in pairwise(ids):
                if (known[one].lat, known[one].lon) == (known[next_one].lat, known[next_one].lon):
                    assert one < next_one, "equal distances are in the order of their ids"
        case "recommended":
            wanted = oracle.demand(request)
            free = [oracle.is_free(known[each], request.day, wanted) for each in ids]
            if wanted:
                assert free == sorted(free, reverse=True), "free places come before those to ask for"


def compare_card(request: Request, card: dict[str, Any], offer: Offer) -> None:
    assert (card["kind"], card["name"], card["fictitious"]) == (offer.kind, offer.name, offer.fictitious)
    assert (card["position"]["lat"], card["position"]["lon"]) == (offer.lat, offer.lon)
    assert card["confirmed_on"] == (offer.confirmed_on and offer.confirmed_on.isoformat())
    if request.near:
        assert abs(card["distance_m"] - oracle.distance(request, offer)) <= 1
    else:
        assert "distance_m" not in card
    expected = oracle.availability(offer, request.day, oracle.demand(request))
    assert card["availability"] == (
        expected
        and {
            "status": expected.status,
            "places": expected.places,
            "free_from": expected.free_from and expected.free_from.isoformat(),
            "until": expected.until and expected.until.isoformat(),
        }
    )


@given(st.data())
@examples(300)
def test_a_search_answers_what_the_oracle_answers(loire: Loire, offers: list[Offer], data: st.DataObject) -> None:
    request = data.draw(requests(offers))
    limit = data.draw(st.sampled_from((1, 7, 20, 100)))
    assume_clear(request, offers)
    found = oracle.search(offers, request)
    event(f"{request.order}, {'some' if found.offers else 'none'}")
    note(f"{request.parameters()}")
    answer = loire.ask("/api/v1/offers", [*request.parameters(), ("limit", str(limit))])
    assert answer["total"] == {"value": len(found.offers), "relation": "eq"}
    ids = [card["id"] for card in answer["items"]]
    assert len(ids) == min(limit, len(found.offers))
    assert (answer["next"] is None) == (len(found.offers) <= limit)
    compare_order(request, ids, found)
    known = {offer.id: offer for offer in found.offers}
    for card in answer["items"]:
        compare_card(request, card, known[card["id"]])
    told = {name: {each["value"]: each["count"] for each in values} for name, values in answer["facets"].items()}
    assert told == found.facets
    for name, values in answer["facets"].items():
        assert {each["value"] for each in values if each["selected"]} == set(getattr(request, name))


@given(st.data())
@examples(60)
def test_its_pages_put_together_are_the_whole_list(loire: Loire, offers: list[Offer], data: st.DataObject) -> None:
    request = data.draw(requests(offers))
    assume_clear(request, offers)
    found = oracle.search(offers, request)
    limit = max(data.draw(st.integers(1, 100)), len(found.offers) // 8 + 1)
    assume(limit <= 100)
    parameters = [*request.parameters(), ("limit", str(limit))]
    note(f"{parameters}")
    pages = [[card["id"] for card in page["items"]] for page in loire.pages("/api/v1/offers", parameters)]
    assert len(pages) == max(1, -(-len(found.offers) // limit))
    ids = [each for page in pages for each in page]
    assert len(ids) == len(found.offers)
    compare_order(request, ids, found)


@given(st.data())
@examples(30)
def test_geojson_holds_the_same_offers(loire: Loire, offers: list[Offer], data: st.DataObject) -> None:
    request = data.draw(requests(offers))
    listed = loire.ask("/api/v1/offers", request.parameters())
    answer = loire.get("/api/v1/offers", request.parameters(), accept="application/geo+json")
    assert answer.headers["content-type"].startswith("application/geo+json")
    collection = answer.json()
    assert loire.ask("/api/v1/offers", [*request.parameters(), ("format", "geojson")]) == collection
    assert collection["type"] == "FeatureCollection"
    assert [feature["properties"] for feature in collection["features"]] == listed["items"]
    for feature in collection["features"]:
        position = feature["properties"]["position"]
        assert feature["geometry"] == {"type": "Point", "coordinates": [position["lon"], position["lat"]]}
    assert [collection[name] for name in ("total", "facets", "next")] == [
        listed[name] for name in ("total", "facets", "next")
    ]


@given(st.data())
@examples(80)
def test_the_map_shows_every_offer_of_its_view(loire: Loire, offers: list[Offer], data: st.DataObject) -> None:
    # A distance of `any` is for lists alone.
    request = replace(data.draw(requests(offers)), bbox=None, any_distance=False)
    view = data.draw(boxes(data.draw(st.sampled_from(offers))))
    zoom = data.draw(st.integers(0, 20))
    assume_clear(request, offers)
    assume_clear_of(view, offers)
    found = [offer for offer in oracle.search(offers, request).offers if oracle.is_inside(view, offer)]
    parameters = [*request.filters(), ("bbox", ",".join(map(str, view))), ("zoom", str(zoom))]
    note(f"{parameters}")
    answer = loire.ask("/api/v1/map", parameters)
    event("clusters" if len(found) > 200 else "points" if found else "none")
    assert answer["total"] == {"value": len(found), "relation": "eq"}
    assert len(answer["features"]) <= 200
    counted: dict[str, int] = {}
    for feature in answer["features"]:
        shown = feature["properties"]
        for kind, number in (shown["kinds"] if shown["cluster"] else {shown["kind"]: 1}).items():
            counted[kind] = counted.get(kind, 0) + number
        if shown["cluster"]:
            assert shown["count"] == sum(shown["kinds"].values())
    assert counted == oracle.count(found, "kind")
    points = {each["properties"]["id"]: each for each in answer["features"] if not each["properties"]["cluster"]}
    wanted = oracle.demand(request)
    for offer in found if points else ():
        expected = oracle.availability(offer, request.day, wanted)
        assert points[offer.id]["geometry"]["coordinates"] == [offer.lon, offer.lat]
        assert points[offer.id]["properties"]["availability"] == (expected and expected.status)


@given(st.data())
@examples(60)
def test_counts_are_the_oracles(loire: Loire, offers: list[Offer], data: st.DataObject) -> None:
    request = replace(data.draw(requests(offers)), any_distance=False)
    by = data.draw(st.sampled_from([*oracle.FACETS, "commune", "epci", "department"]))
    assume_clear(request, offers)
    found = oracle.search(offers, request).offers
    note(f"{request.filters()}")
    answer = loire.ask("/api/v1/counts", [*request.filters(), ("by", by)])
    assert answer["total"] == {"value": len(found), "relation": "eq"}
    counts = {each["value"]: each["count"] for each in answer["counts"]}
    expected = oracle.count(found, by)
    assert len(counts) == min(200, len(expected))
    assert counts == {value: expected[value] for value in counts}
    assert sum(counts.values()) == sum(sorted(expected.values(), reverse=True)[:200]), "the largest ones are told"


# The examples of issue 3, "It is done when" ----------------------------------------------------------------


def test_the_creches_around_the_centre_of_nantes_in_order_of_distance(loire: Loire) -> None:
    answer = loire.ask("/api/v1/offers", [("near", "47.2186,-1.5541"), ("radius_km", "5"), ("kind", "eaje")])
    assert answer["query"]["sort"] == "distance"
    distances = [card["distance_m"] for card in answer["items"]]
    assert distances == sorted(distances)
    assert distances[-1] <= 5_000
    assert answer["total"]["value"] > 80
    assert {card["kind"] for card in answer["items"]} == {"eaje"}
    assert not any(card["fictitious"] for card in answer["items"]), "Loire-Atlantique's crèches are real"
    assert "Les Bambins de Talensac" in [card["name"] for card in answer["items"]]


@pytest.mark.parametrize("start", ["2026-11-23", "2027-01-11", "2027-09-06"])
def test_a_need_finds_only_those_who_have_that_time_free(loire: Loire, offers: list[Offer], start: str) -> None:
    request = [("need", "mon-fri@08:00-18:00"), ("places", "1"), ("from", start), ("limit", "100")]
    found = {card["id"]: card for page in loire.pages("/api/v1/offers", request) for card in page["items"]}
    day = date.fromisoformat(start)

    def has_time(offer: Offer) -> bool:
        return any(
            period.first <= day
            and (period.last is None or day <= period.last)
            and all(period.week[weekday * 1_440 + minute] for weekday in range(5) for minute in range(480, 1_080))
            for period in offer.periods
        )

    assert len(found) > 20
    assert set(found) == {offer.id for offer in offers if has_time(offer)}
    assert {(card["kind"], card["availability"]["status"]) for card in found.values()} == {
        ("assistant_maternel", "free")
    }


def test_structures_come_only_when_asked_for_and_marked_so(loire: Loire) -> None:
    request = [("need", "mon-fri@08:00-18:00"), ("from", "2027-01-11"), ("limit", "100")]
    alone = {card["id"] for page in loire.pages("/api/v1/offers", request) for card in page["items"]}
    pages = loire.pages("/api/v1/offers", [*request, ("include", "to_ask")])
    cards = [card for page in pages for card in page["items"]]
    added = [card for card in cards if card["id"] not in alone]
    assert alone <= {card["id"] for card in cards}
    assert {card["availability"]["status"] for card in added} == {"to_ask"}
    assert {card["kind"] for card in added} == set(CARE_KINDS)


def test_those_who_are_not_public_are_found_nowhere(loire: Loire) -> None:
    hidden = [
        identifier
        for name, identifier in loire.extra.items()
        if name.removeprefix("AM ") in ("draft", "paused", "closed", "suspended", "withdrawn", "ceased", "lapsed")
    ]
    assert len(hidden) == 10
    pages = loire.pages("/api/v1/offers", [("commune", "44109"), ("limit", "100")])
    assert not {card["id"] for page in pages for card in page["items"]} & set(hidden)
    for identifier in hidden:
        assert loire.get(f"/api/v1/offers/{identifier}").status_code == 404


# Orders by score ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["Les Bambins de Talensac", "crèche nantes", "nounou", "44600"])
def test_relevance_orders_what_the_words_find_and_loses_none(loire: Loire, words: str) -> None:
    by_name = loire.pages("/api/v1/offers", [("q", words), ("sort", "name"), ("limit", "100")])
    expected = [card["id"] for page in by_name for card in page["items"]]
    pages = list(loire.pages("/api/v1/offers", [("q", words), ("limit", "100")]))
    ids = [card["id"] for page in pages for card in page["items"]]
    assert pages[0]["query"]["sort"] == "relevance"
    assert len(set(ids)) == len(ids) > 0
    assert sorted(ids) == sorted(expected)


def test_an_offers_own_name_finds_it_first(loire: Loire, offers: list[Offer]) -> None:
    for offer in sorted((offer for offer in offers if not offer.fictitious), key=lambda offer: offer.name):
        first = loire.ask("/api/v1/offers", [("q", offer.name), ("limit", "1")])["items"][0]
        assert oracle.folded(first["name"]) == oracle.folded(offer.name), offer.name
