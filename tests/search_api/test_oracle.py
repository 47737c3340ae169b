"""The API against the oracle, over the real structures, the generated offers and the odd ones of `tests.loire`."""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date
from functools import cache

import pytest
from hypothesis import assume, event, given, note
from hypothesis import strategies as st

from domain.vocabulary import CARE_KINDS
from tests.conftest import TODAY
from tests.loire import Loire, examples
from tests.search_api import oracle
from tests.search_api.comparing import branches, compare_card, compare_counts, compare_facets, compare_order
from tests.search_api.oracle import is_up_to_date
from tests.search_api.oracle_offers import Offer, Offers, folded
from tests.search_api.random_requests import assume_clear, assume_clear_of, boxes, for_views, requests


@pytest.fixture(scope="session")
def words(loire: Loire) -> Callable[[str], Collection[str]]:
    """The ids that a text alone finds: the oracle knows no French."""

    @cache
    def find(text: str) -> Collection[str]:
        pages = loire.pages("/api/v1/offers", [("q", text), ("sort", "name"), ("limit", "100")])
        return {card["id"] for page in pages for card in page["items"]}

    return find


Words = Callable[[str], Collection[str]]


def test_there_is_enough_to_find(offers: Offers) -> None:
    assert len(offers) >= 5_000


@given(st.data())
@examples(2_000)
def test_a_search_answers_what_the_oracle_answers(
    loire: Loire, offers: Offers, words: Words, data: st.DataObject
) -> None:
    request = data.draw(requests(offers))
    limit = data.draw(st.sampled_from((1, 7, 20, 100)))
    assume_clear(request, offers)
    found = oracle.search(offers, request, words)
    for branch in branches(request, found):
        event(branch)
    note(f"{request.parameters()}")
    answer = loire.ask("/api/v1/offers", [*request.parameters(), ("limit", str(limit))])
    assert answer["total"] == {"value": len(found.offers), "relation": "eq"}
    ids = [card["id"] for card in answer["items"]]
    assert len(ids) == min(limit, len(found.offers))
    assert (answer["next"] is None) == (len(found.offers) <= limit)
    compare_order(request, ids, found)
    known = {offer.id: offer for offer in found.offers}
    for card in answer["items"]:
        compare_card(request, card, known[card["id"]], found)
    compare_facets(request, answer["facets"], found)


@given(st.data())
@examples(120)
def test_its_pages_put_together_are_the_whole_list(
    loire: Loire, offers: Offers, words: Words, data: st.DataObject
) -> None:
    request = replace(data.draw(requests(offers)), facets=())
    assume_clear(request, offers)
    found = oracle.search(offers, request, words)
    limit = max(data.draw(st.integers(1, 100)), len(found.offers) // 8 + 1)
    assume(limit <= 100)
    parameters = [*request.parameters(), ("limit", str(limit))]
    event(f"{request.order}, {'pages' if len(found.offers) > limit else 'one page'}")
    note(f"{parameters}")
    pages = [[card["id"] for card in page["items"]] for page in loire.pages("/api/v1/offers", parameters)]
    assert len(pages) == max(1, -(-len(found.offers) // limit))
    ids = [each for page in pages for each in page]
    assert len(ids) == len(found.offers)
    compare_order(request, ids, found)


@given(st.data())
@examples(40)
def test_geojson_holds_the_same_offers(loire: Loire, offers: Offers, data: st.DataObject) -> None:
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
@examples(200)
def test_the_map_shows_every_offer_of_its_view(loire: Loire, offers: Offers, words: Words, data: st.DataObject) -> None:
    request = replace(for_views(data.draw(requests(offers))), bbox=None)
    view = data.draw(boxes(offers))
    zoom = data.draw(st.integers(0, 20))
    assume_clear(request, offers)
    assume_clear_of(view, offers)
    everywhere = oracle.search(offers, request, words)
    found = [offer for offer in everywhere.offers if oracle.is_inside(view, offer)]
    corners = ",".join(map(str, view))
    note(f"{request.filters()} {corners} {zoom}")
    answer = loire.ask("/api/v1/map", [*request.filters(), ("bbox", corners), ("zoom", str(zoom))])
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
    assert counted == Counter(offer.kind for offer in found)
    points = {each["properties"]["id"]: each for each in answer["features"] if not each["properties"]["cluster"]}
    inside = {offer.id: offer for offer in found}
    # Of too many, those that are alone where they stand.
    assert points.keys() <= inside.keys() if len(found) > 200 else points.keys() == inside.keys()
    for id, point in points.items():
        expected = everywhere.shown[id]
        assert point["geometry"]["coordinates"] == [inside[id].lon, inside[id].lat]
        assert point["properties"]["availability"] == (expected and expected.status)
    # The same in one call with the list.
    both = loire.ask("/api/v1/offers", [*request.parameters(), ("view", corners), ("zoom", str(zoom)), ("limit", "5")])
    alone = loire.ask("/api/v1/offers", [*request.parameters(), ("limit", "5")])
    assert both.pop("map") == answer
    assert [both[name] for name in ("total", "items", "facets")] == [
        alone[name] for name in ("total", "items", "facets")
    ]


@given(st.data())
@examples(350)
def test_counts_are_the_oracles(loire: Loire, offers: Offers, words: Words, data: st.DataObject) -> None:
    request = for_views(data.draw(requests(offers)))
    by = data.draw(st.sampled_from([facet for facet in oracle.FACETS if facet not in ("hourly_cents_max", "day")]))
    assume_clear(request, offers)
    found = oracle.search(offers, request, words).offers
    note(f"{request.filters()} {by}")
    event(by)
    answer = loire.ask("/api/v1/counts", [*request.filters(), ("by", by)])
    assert answer["total"] == {"value": len(found), "relation": "eq"}
    fold = folded if by == "school" else str
    told = {fold(each["value"]): each["count"] for each in answer["counts"]}
    # Counts share the offers out: those of an arrondissement are not the city's once more, as they are in the facet.
    own = by == "commune"
    expected = Counter(offer.communes[0] for offer in found) if own else oracle.count(request, found, by)
    compare_counts(by, told, {value: number for value, number in expected.items() if number or value in told}, set())


# Real places of Loire-Atlantique, as somebody would check them by hand -----------------------------------------------


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
def test_a_need_finds_only_those_who_have_that_time_free(loire: Loire, offers: Offers, start: str) -> None:
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
    # The day of the request, not that of the need, decides whether a word counts.
    assert set(found) == {offer.id for offer in offers if has_time(offer) and is_up_to_date(offer, TODAY)}
    assert {(card["kind"], card["availability"]["status"]) for card in found.values()} == {
        ("assistant_maternel", "free")
    }


def test_those_to_ask_come_only_when_asked_for_and_marked_so(loire: Loire) -> None:
    request = [("need", "mon-fri@08:00-18:00"), ("from", "2027-01-11"), ("limit", "100")]
    alone = {card["id"] for page in loire.pages("/api/v1/offers", request) for card in page["items"]}
    pages = loire.pages("/api/v1/offers", [*request, ("include", "to_ask")])
    cards = [card for page in pages for card in page["items"]]
    added = [card for card in cards if card["id"] not in alone]
    assert alone <= {card["id"] for card in cards}
    marks = {"assistant_maternel": "to_confirm"}
    assert all(card["availability"]["status"] == marks.get(card["kind"], "to_ask") for card in added)
    assert {card["kind"] for card in added} == {*CARE_KINDS, "assistant_maternel"}


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


def test_an_offers_own_name_finds_it_first(loire: Loire, offers: Offers) -> None:
    for offer in sorted((offer for offer in offers if not offer.fictitious), key=lambda offer: offer.name):
        first = loire.ask("/api/v1/offers", [("q", offer.name), ("limit", "1")])["items"][0]
        assert folded(first["name"]) == folded(offer.name), offer.name
