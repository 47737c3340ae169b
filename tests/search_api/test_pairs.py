"""Two offers that cover a need together: against every couple tried minute by minute, and by hand."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from time import process_time
from typing import Any

import pytest
from hypothesis import assume, event, given, note, target
from hypothesis import strategies as st

from search_api.answer import pair_parts, pairing
from search_api.parameters import PairParameters, meaning, read
from tests.loire import Loire, examples
from tests.search_api import documents, oracle_pairs
from tests.search_api.documents import TODAY, period
from tests.search_api.oracle import Request
from tests.search_api.oracle_offers import Offer, Offers
from tests.search_api.oracle_weeks import DAYS, TENTHS, Line, Week, clock, covers
from tests.search_api.random_requests import assume_clear, for_views, requests

MOST = 200
LIMIT = 5

KM = st.sampled_from((0.5, 1.0, 2.0, 4.0))

AROUND = {"near": "47.2186,-1.5541", "radius_km": "5"}


# Against the oracle -------------------------------------------------------------------------------------------


@given(st.data())
@examples(150)
def test_pairs_are_those_that_the_oracle_finds(loire: Loire, offers: Offers, data: st.DataObject) -> None:
    request = nearby(for_views(data.draw(requests(offers))), data.draw(st.sampled_from(offers)), data.draw(KM))
    assume(request.need)
    assume_clear(request, offers)
    note(f"{request.filters()}")
    cards = tried(loire, request)
    assume(len(cards) <= MOST)
    expected = as_expected(loire, offers, request, cards)
    event(f"{len(expected)} pairs")
    target(float(len(expected)))  # without it most requests have none
    for way in {way for couple in expected for way in couple.ways}:
        event(way)


@pytest.mark.parametrize(
    ("lines", "way"),
    [
        ((Line(0, 4, 480, 1_080, 2),), "children"),
        ((Line(0, 4, 450, 1_110), Line(5, 5, 480, 720)), "times"),
    ],
)
def test_a_town_has_pairs_and_they_are_those_of_the_oracle(
    loire: Loire, offers: Offers, lines: tuple[Line, ...], way: str
) -> None:
    """Whatever is drawn above: two places at once, and a week that few have whole."""
    centre = Request(TODAY, near=(47.2186, -1.5541), need=lines, match="best")
    # As far around as all are tried who are there.
    around = [replace(centre, radius_km=km) for km in (1.2, 0.9, 0.6, 0.4, 0.3)]
    request, cards = next((each, cards) for each in around if len(cards := tried(loire, each)) <= MOST)
    expected = as_expected(loire, offers, request, cards)
    assert any(way in couple.ways for couple in expected)


def tried(loire: Loire, request: Request) -> list[dict[str, Any]]:
    """Everybody there is in the place, as far as needed: the best 200 are all of those who can do anything."""
    anything = replace(request, need=(), child_birthdate=(), places=None, leniency=None, match=None)
    place = replace(anything, kind=("assistant_maternel",))
    pages = loire.pages(
        "/api/v1/offers", [*place.filters(), ("up_to_date", "true"), ("sort", "name"), ("limit", "100")]
    )
    return [card for _, page in zip(range(3), pages, strict=False) for card in page["items"]]


def as_expected(
    loire: Loire, offers: Offers, request: Request, cards: Sequence[Mapping[str, Any]]
) -> list[oracle_pairs.Couple]:
    """The pairs of the oracle, which are those of the answer."""
    known = {offer.id: offer for offer in offers}
    expected = oracle_pairs.couples(request, cards, known)[:LIMIT]
    answer = loire.ask("/api/v1/pairs", request.filters())
    assert len(answer["items"]) == len(expected)
    for item, couple in zip(answer["items"], expected, strict=True):
        compare(request, item, couple, known)
    return expected


def nearby(request: Request, offer: Offer, km: float) -> Request:
    """The same so near a point, a route or a commune that few enough are there, and of assistants maternels."""
    request = replace(request, q=None, include=(), match="best", sort=None, facets=(), kind=(), up_to_date=None)
    if request.route:
        return replace(request, detour_km=km / 4)
    if request.near:
        return replace(request, radius_km=km)
    return replace(request, bbox=None, epci=None, department=None, commune=offer.communes[:1])


def compare(
    request: Request,
    item: Mapping[str, Any],
    couple: oracle_pairs.Couple,
    known: Mapping[str, Offer],
) -> None:
    """Of couples that are as good to the metre either may come."""
    ids = tuple(card["id"] for card in item["offers"])
    two = [(known[id], oracle_pairs.under_way(request, known[id]) or b"") for id in ids]
    ways = dict(oracle_pairs.can(request, two, request.leniency or 0))
    assert ways[item["way"]] == min(couple.ways.values()), "never a day more split than the best of them"
    metres = oracle_pairs.far(request, known, *ids)
    assert abs(metres - couple.metres) < 1
    assert abs(item["between_m"] + (item["farthest_m"] or 0) - metres) <= 2
    assert (item["farthest_m"] is None) == (not request.measures)
    # As little is missing as can be, and the sentence says it.
    as_told = (item["way"], ways[item["way"]])
    missing = next(each for each in TENTHS if as_told in oracle_pairs.can(request, two, each))
    said = re.findall(r"à (?:(\d+)\xa0min|1\xa0h) près", item["summary"])
    assert said == ([{15: "15", 30: "30", 60: ""}[missing]] if missing else [])
    compare_parts(request, item, [week for _, week in two], ways[item["way"]], missing)
    compare_cards(request, item, missing)


def compare_cards(request: Request, item: Mapping[str, Any], missing: int) -> None:
    """Each card tells what its offer does in the pair, from the period that is under way: all its parts are free."""
    for card, parts in zip(item["offers"], item["parts"], strict=True):
        told = card["availability"]
        assert (told["status"], told["free_from"], told["places"]) == ("partial", None, None)
        coverage = told["coverage"]
        assert coverage["asked_places"] == request.wanted.places
        if item["way"] == "children":
            assert missing or coverage["covered"] == coverage["asked"], "all hours, at its places"
            assert coverage["places"] == max(each["places"] for each in parts)
        else:
            assert coverage["places"] == request.wanted.places
        if missing:
            free = {day["day"] for day in coverage["days"] if day["free"]}
            assert {each["day"] for each in parts} <= free
            continue
        covered = [(day["day"], part) for day in coverage["days"] if day["covered"] for part in day["free"]]
        assert {(each["day"], each["start"], each["end"]) for each in parts} <= {
            (day, part["start"], part["end"]) for day, part in covered
        }


def compare_parts(request: Request, item: Mapping[str, Any], weeks: Sequence[Week], split: int, missing: int) -> None:
    """Who does a part can, and all that is asked for is done."""
    asked = {
        (DAYS[day], clock(start % 1_440), closing(end)): (day, start, end, places)
        for day, spans in oracle_pairs.lines(request, missing).items()
        for start, end, places in spans
    }
    done: dict[tuple[str, str, str], int] = {}
    days: list[set[str]] = []
    for part, week in zip(item["parts"], weeks, strict=True):
        assert part, "each does something"
        for each in part:
            name = each["day"], each["start"], each["end"]
            _, start, end, _ = asked[name]
            assert covers(week, [(start, end, each["places"])])
            done[name] = done.get(name, 0) + each["places"]
        days.append({each["day"] for each in part})
    assert done.keys() == asked.keys()
    if item["way"] == "times":
        assert len(days[0] & days[1]) == split
    else:
        assert all(done[name] >= places for name, (_, _, _, places) in asked.items())


def closing(minute: int) -> str:
    return "24:00" if minute % 1_440 == 0 else clock(minute % 1_440)


# By hand ------------------------------------------------------------------------------------------------------


def minder(
    id: str,
    *hours: documents.Hours,
    lat: float = 47.2186,
    before: Sequence[documents.Hours] = (),
    after: Sequence[documents.Hours] = (),
    **more: Any,
) -> dict[str, Any]:
    """Free at these hours until the end of the year, on TODAY; at those before until August, and at those after from
    January on. 0.001 of latitude is 111 m."""
    periods = [
        period("2027-01-01", None, *after),
        period("2026-09-01", "2026-12-31", *hours),
        period("2025-09-01", "2026-08-31", *before),
    ]
    made = documents.offer(
        id, "assistant_maternel", f"{id.capitalize()} M.", lat, -1.5541, availability=periods, **more
    )
    return made.model_dump(mode="json", exclude_none=True)


def told(found: list[dict[str, Any]], **asked: Any) -> list[dict[str, Any]]:
    query = meaning(read(PairParameters, {**AROUND, **asked}), TODAY)
    return [pair_parts.item(each, found, query) for each in pairing.pairs(found, query, LIMIT)]


def ids(pairs: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    return [tuple(card["id"] for card in pair["offers"]) for pair in pairs]


def test_twins_with_one_place_each_at_two_neighbours() -> None:
    found = [minder(id, ("mon-fri", "08:00", "18:00", 1), lat=lat) for id, lat in (("lea", 47.219), ("anne", 47.2226))]
    [pair] = told(found, need=["tue@08:00-18:00"], child_birthdate=["2026-05-04", "2026-05-04"])
    assert pair["way"] == "children"
    assert pair["summary"] == (
        "Lea M.\u00a0: 1\u00a0place, à toutes les heures demandées."
        " Anne M.\u00a0: 1\u00a0place, à 400\u00a0m de chez Lea M."
    )
    assert pair["parts"] == [[{"day": "tue", "start": "08:00", "end": "18:00", "places": 1}]] * 2
    assert (pair["between_m"], pair["farthest_m"]) == (400, 445)


def test_what_is_missing_of_hours_that_may_be_shorter_is_told_of_two_too() -> None:
    """Each is free from a quarter past eight to half past five; half an hour may be missing at either end."""
    need = {"need": ["mon-tue@08:00-18:00"], "leniency": "30"}
    hours = ("08:15", "17:30", 1)
    [pair] = told([minder(id, ("mon-tue", *hours)) for id in ("lea", "anne")], places="2", **need)
    assert pair["summary"].startswith("Lea M.\u00a0: 1\u00a0place, à toutes les heures demandées, à 30\u00a0min près.")
    [pair] = told([minder(id, (id, *hours)) for id in ("mon", "tue")], **need)
    assert pair["summary"].endswith("Le tout à 30\u00a0min près.")
    assert pair["parts"][0] == [{"day": "mon", "start": "08:30", "end": "17:30", "places": 1}]
    first = pair["offers"][0]["availability"]["coverage"]["summary"]
    assert "il manque 15\u00a0min le matin et 30\u00a0min le soir, lundi" in first
    # What may be missing is not said where nothing is.
    [pair] = told([minder(id, (id, "08:00", "18:00", 1)) for id in ("mon", "tue")], **need)
    assert "près" not in pair["summary"]
    assert pair["parts"][0] == [{"day": "mon", "start": "08:00", "end": "18:00", "places": 1}]


def test_the_cards_of_twins_tell_the_places_of_the_pair_and_not_of_a_later_period() -> None:
    """Each has two places in January; what the sentence tells is of today."""
    week = ("mon-fri", "08:00", "18:00", 2)
    found = [minder(id, ("mon-fri", "08:00", "18:00", 1), before=[week], after=[week]) for id in ("lea", "anne")]
    [pair] = told(found, need=["tue@08:00-18:00*2", "thu@08:00-18:00"])
    for card in pair["offers"]:
        shown = card["availability"]
        assert (shown["status"], shown["free_from"]) == ("partial", None)
        assert (shown["coverage"]["places"], shown["coverage"]["asked_places"]) == (1, 2)
        assert shown["coverage"]["summary"] == "1\u00a0place sur 2, mardi et jeudi"
        assert (shown["until"], shown["declared_until"]) == (None, None), "the place goes on"


def test_the_cards_of_shared_out_days_tell_those_of_today_and_until_when() -> None:
    """One has all of it from January on, and then not what she has today; the other has one place fewer days a week."""
    one = minder("lea", ("mon-tue", "08:00", "18:00", 2), after=[("tue-fri", "08:00", "18:00", 2)])
    other = minder("anne", ("wed-thu", "08:00", "18:00", 2), ("mon", "08:00", "18:00", 1), after=[])
    [pair] = told([one, other], need=["mon-thu@08:00-18:00*2"])
    first, second = (card["availability"] for card in pair["offers"])
    assert pair["way"] == "times"
    assert (first["status"], first["free_from"], first["until"]) == ("partial", None, "2026-12-31")
    assert first["coverage"]["summary"] == (
        "Libre 2\u00a0jours sur 4 (lundi et mardi)\u202f; pas de place mercredi et jeudi"
    )
    assert [day["day"] for day in second["coverage"]["days"] if day["covered"]] == ["wed", "thu"]
    assert (second["coverage"]["places"], second["until"]) == (2, "2026-12-31")


def test_days_of_one_and_nights_of_the_other() -> None:
    day = minder("lea", ("tue", "07:00", "19:30", 1), ("thu", "07:00", "19:30", 1))
    night = minder("anne", ("tue", "19:00", "08:00", 1), precision="zone", lat=47.2258)
    need = ["tue@07:15-19:15", "thu@07:15-19:15", "tue@19:15-07:15"]
    [pair] = told([day, night], need=need)
    assert pair["way"] == "times"
    assert pair["summary"] == (
        "Lea M.\u00a0: mardi et jeudi. Anne M.\u00a0: la nuit du mardi au mercredi, à environ 800\u00a0m de chez Lea M."
    )
    assert pair["parts"][1] == [{"day": "tue", "start": "19:15", "end": "07:15", "places": 1}]


def test_a_day_with_its_night_is_said_with_it() -> None:
    round_the_clock = minder("lea", ("tue", "07:00", "06:45", 1))
    other = minder("anne", ("thu", "07:00", "19:00", 1))
    [pair] = told([round_the_clock, other], need=["tue@07:00-06:45", "thu@07:00-19:00"])
    assert pair["summary"].startswith("Lea M.\u00a0: mardi avec la nuit. Anne M.\u00a0: jeudi, ")


def test_whole_days_come_before_days_that_are_split_however_near() -> None:
    morning = minder("matin", ("mon-tue", "08:00", "12:00", 1))
    afternoon = minder("midi", ("mon-tue", "12:00", "18:00", 1))
    monday, tuesday = (minder(day, (day, "08:00", "18:00", 1), lat=47.25) for day in ("mon", "tue"))
    need = ["mon-tue@08:00-12:00", "mon-tue@12:00-18:00"]
    pairs = told([morning, afternoon, monday, tuesday], need=need)
    assert ids(pairs)[0] == ("mon", "tue")
    assert ids(pairs)[-1] == ("matin", "midi")
    assert pairs[-1]["summary"].startswith(
        "Matin M.\u00a0: lundi de 8\u00a0h à 12\u00a0h, mardi de 8\u00a0h à 12\u00a0h."
    )


def test_a_child_goes_from_one_to_the_other_as_rarely_as_can_be() -> None:
    """Both are free on Wednesday; who has Tuesday goes on, and Monday with them."""
    one = minder("lea", ("mon-wed", "08:00", "18:00", 1))
    other = minder("anne", ("mon", "08:00", "18:00", 1), ("wed", "08:00", "18:00", 1), ("thu-fri", "08:00", "18:00", 1))
    [pair] = told([one, other], need=["mon-fri@08:00-18:00"])
    assert pair["summary"].startswith("Lea M.\u00a0: du lundi au mercredi. Anne M.\u00a0: jeudi et vendredi")


def test_siblings_go_where_their_ages_are_taken() -> None:
    week = ("mon-fri", "08:00", "18:00", 2)
    baby, elder = "2026-05-04", "2021-05-04"
    small = minder("petits", week, ages={"gte": 0, "lt": 36})
    big = minder("grands", week, ages={"gte": 36, "lt": 132}, lat=47.22)
    smaller = minder("bebes", week, ages={"gte": 0, "lt": 36}, lat=47.22)
    asked = {"need": ["mon-fri@08:00-18:00"], "child_birthdate": [baby, elder]}
    assert ids(told([small, smaller, big], **asked)) == [("bebes", "grands"), ("petits", "grands")]
    assert told([small, smaller], **asked) == []
    # Who takes both has the whole of it, and needs nobody.
    assert told([minder("tous", week), big], **asked) == []


def test_what_is_known_by_its_commune_alone_claims_no_distance() -> None:
    week = ("mon-fri", "08:00", "18:00", 1)
    found = [
        minder("pres", week, precision="commune"),
        minder("lea", week, lat=47.24),
        minder("anne", week, lat=47.245),
    ]
    pairs = told(found, need=["mon@08:00-18:00*2"])
    assert ids(pairs)[0] == ("lea", "anne")
    assert "de chez" not in pairs[-1]["summary"]


def test_two_houses_are_proposed_together_once() -> None:
    week, mam = ("mon-fri", "08:00", "18:00", 1), {"id": "mam", "name": "MAM Stram Gram"}
    found = [minder(f"mam{n}", week, mam=mam) for n in range(3)] + [minder("lea", week, lat=47.22)]
    pairs = told(found, need=["mon@08:00-18:00*2"])
    assert ids(pairs) == [("mam0", "mam1"), ("mam0", "lea")]
    assert "dans la même MAM" in pairs[0]["summary"]


@pytest.mark.parametrize(
    "availability",
    [
        [period("2027-01-01", None, ("mon-fri", "08:00", "18:00", 1))],
        [period("2025-01-01", "2026-11-22", ("mon-fri", "08:00", "18:00", 1))],
    ],
    ids=["later", "over"],
)
def test_only_what_is_under_way_on_the_day_counts(availability: list[Any]) -> None:
    other = documents.offer("b", "assistant_maternel", "B", 47.2, -1.5, availability=availability)
    found = [minder("a", ("mon-fri", "08:00", "18:00", 1)), other.model_dump(mode="json", exclude_none=True)]
    assert told(found, need=["mon@08:00-18:00*2"]) == []


def test_two_hundred_are_tried_on_each_other_in_milliseconds() -> None:
    """Each lacks one day of five, so that every two of different days cover the week."""
    days = DAYS[:5]
    found = [
        minder(f"m{n:03}", *((day, "08:00", "18:00", 1) for day in days if day != days[n % 5]), lat=47.2 + n / 10_000)
        for n in range(MOST)
    ]
    query = meaning(read(PairParameters, {**AROUND, "need": ["mon-fri@08:00-18:00"]}), TODAY)
    took = []
    for _ in range(3):
        started = process_time()
        assert len(pairing.pairs(found, query, LIMIT)) == LIMIT
        took.append(process_time() - started)
    assert min(took) < 0.1, "a tenth of what a page may take, on a slow machine"


def test_the_worst_need_is_answered_too() -> None:
    lines = [f"mon-sun@{hour:02}:00-{hour:02}:45*6" for hour in range(8, 22)]
    day = ("mon-sun", "08:00", "22:00", 3)
    born = [date(2026 - age, 5, 4).isoformat() for age in range(6)]
    pairs = told([minder("lea", day), minder("anne", day)], need=lines, child_birthdate=born)
    assert [pair["way"] for pair in pairs] == ["children"]
