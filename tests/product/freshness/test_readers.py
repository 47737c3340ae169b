"""Everything that says whether an offer is up to date says the same: the column, the card, the filter, the facet, the
order, the counts of free places, the map, saved needs, and what the staff read. On any day, of any life."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from elasticsearch import Elasticsearch
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from indexer import bulk, generations, worker
from indexer.rebuild import rebuild
from registry import accounts, database
from registry.accounts import Account
from registry.ids import new_id
from registry.offers import duties, relais
from registry.parents.alerts import asking, matching
from search_api import saved_searches
from search_api.engine import engine
from search_api.free_places import free as free_now
from search_api.parameters import FilterParameters, OfferParameters, read, understand
from search_api.request.offer_query import OfferQuery
from settings import Settings
from tests.conftest import TODAY
from tests.product.freshness.lives import lives
from tests.product.freshness.rule import Life, counts, counts_until
from tests.records import NANTES, assistant, structure
from tests.rooms import NOW
from tests.search_api import documents
from tests.search_api.conftest import Client, client, load
from web import texts
from web.shared import cards

MINDER = "assistant_maternel"
WEEK = [(weekday, 8 * 60, 18 * 60, 2) for weekday in range(7)]
NEAR = f"{NANTES[0]},{NANTES[1]}"
NEED = {"near": NEAR, "radius_km": "50", "need": ["mon-fri@09:00-17:00"], "limit": "100"}
SOME_DAYS = st.dates(date(2025, 1, 1), date(2028, 6, 30))
DEADLINES = [date(2026, 6, 1), date(2026, 12, 1), date(2027, 6, 1)]
REQUESTS = st.one_of(SOME_DAYS, st.sampled_from(DEADLINES))


@dataclass
class World:
    """A registry, its index and the API over it; `day`: the day of the requests."""

    settings: Settings
    engine: Elasticsearch
    api: Client
    relais: Account
    day: list[date] = field(default_factory=lambda: [TODAY])

    def become(self, found: Sequence[Life]) -> dict[str, Life]:
        """These offers and no others, indexed; by id."""
        with database.connect(self.settings.database_url) as conn:
            conn.execute("delete from offer")
            made = {}
            for number, life in enumerate(found):
                # The further on, the nearer: what is nearer is not what decides.
                at = (NANTES[0] + (len(found) - number) / 2_000, NANTES[1])
                facts: dict[str, Any] = {"confirmed_on": life.word, "employed": life.employed}
                if life.kind == MINDER:
                    periods = [(first, last, WEEK) for first, last in life.periods]
                    made[assistant(conn, f"Nadia {number}", home=at, periods=periods, **facts)] = life
                else:
                    made[structure(conn, f"Lieu {number}", kind=life.kind, at=at, confirmed_on=life.word)] = life
        worker.drain(self.settings, self.engine)
        self.engine.indices.refresh(index=f"{self.settings.index_prefix}-offers")
        return made

    def asked(self, call: Any, parameters: dict[str, Any], model: Any = FilterParameters) -> Any:
        """`call(engine, query)` in the loop of a connection of its own."""

        async def work() -> Any:
            connected = engine.connect(self.settings)
            try:
                return await call(connected, understand(read(model, parameters), self.day[0], connected.settings.keys))
            finally:
                await connected.client.close()

        return self.api.portal.call(work)


@pytest.fixture
def world(room_settings: Settings, run_id: str) -> Iterator[World]:
    changed = room_settings.model_copy(update={"index_prefix": f"fresh-{run_id}-{new_id()}"})
    day = [TODAY]
    with bulk.client(changed) as connected:
        rebuild(changed, connected, lambda index, done, total: None, ["offers"])
        load(connected, changed.index_prefix, "places", documents.places())
        with database.connect(changed.database_url) as conn:
            here = accounts.create(conn, "relais@example.org", "rpe", name="Relais")
            conn.execute("insert into account_commune (account, commune) values (%s, '44109')", [here.id])
        with client(changed, today=lambda: day[0]) as api:
            yield World(changed, connected, api, here, day)
        generations.drop(connected, connected.indices.get(index=f"{changed.index_prefix}-*").body)


KNOWN = Life(MINDER, False, date(2026, 6, 10), ((date(2026, 6, 1), None),))


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(lives(SOME_DAYS), min_size=10, max_size=25),
    st.lists(REQUESTS, min_size=2, max_size=4, unique=True),
)
@example([KNOWN, Life("eaje", False, date(2026, 6, 10))], [date(2026, 12, 15), date(2027, 5, 31), date(2027, 6, 1)])
def test_all_readers_agree(world: World, found: list[Life], days: list[date]) -> None:
    made = world.become(found)
    with database.connect(world.settings.database_url) as conn:
        rows = conn.execute("select id, fresh_until from offer").fetchall()
    assert dict(rows) == {id: counts_until(life) for id, life in made.items()}
    for day in days:
        world.day[0] = day
        current = {id for id, life in made.items() if counts(life, day)}
        minders = {id for id, life in made.items() if life.kind == MINDER}
        filter_and_facet(world, made, current)
        cards_and_map(world, made, day)
        need_and_order(world, made, day)
        free_places(world, made, day)
        saved_needs(world, made, day)
        staff(world, day, current & minders, minders)


def filter_and_facet(world: World, made: dict[str, Life], current: set[str]) -> None:
    assert set(world.api.ids(up_to_date="true", limit="100")) == current
    assert set(world.api.ids(up_to_date="false", limit="100")) == set(made) - current
    expected = {"true": len(current), "false": len(made) - len(current)}
    facet = world.api.offers(facets="up_to_date", limit="1")["facets"]["up_to_date"]
    assert {each["value"]: each["count"] for each in facet} == expected
    counted = world.api.get("/api/v1/counts", {"by": "up_to_date"}).json()["counts"]
    assert {each["value"]: each["count"] for each in counted} == expected


def cards_and_map(world: World, made: dict[str, Life], day: date) -> None:
    shown = {card["id"]: card for card in world.api.offers(limit="100")["items"]}
    pointed = world.api.get("/api/v1/map", {"bbox": "-2.5,46.5,-0.5,48.5", "zoom": "9"}).json()["features"]
    on_the_map = {each["properties"]["id"]: each["properties"]["availability"] for each in pointed}
    assert set(shown) == set(on_the_map) == set(made)
    for number, (id, life) in enumerate(made.items()):
        card = shown[id]
        until = counts_until(life)
        assert card["fresh_until"] == (until and until.isoformat())
        expected = status(life, day)
        assert (card["availability"] or {}).get("status") == on_the_map[id] == expected
        if number % 5 == day.day % 5:  # one round trip each
            fiche = world.api.get(f"/api/v1/offers/{id}").json()
            assert (fiche["availability"] or {}).get("status") == expected
        if life.kind == MINDER:
            words = (cards.freshness(card, day) or "").rpartition(", ")[2]
            word = "à jour" if counts(life, day) else "à confirmer"
            assert words == (word if life.word else texts.NEVER_DECLARED)


def status(life: Life, day: date) -> str | None:
    """Of a week that is free in each of her periods."""
    if life.kind != MINDER:
        return "to_ask" if life.kind == "eaje" else None
    ahead = [first for first, last in life.periods if last is None or last >= day]
    if not ahead:
        return "unknown"
    if not counts(life, day):
        return "to_confirm"
    return "free" if min(ahead) <= day else "later"


def free_on(life: Life, day: date) -> bool:
    return any(first <= day and (last is None or day <= last) for first, last in life.periods)


def need_and_order(world: World, made: dict[str, Life], day: date) -> None:
    """Sure places alone, unless those to ask are wanted too; then those whose word counts come first."""
    there = {id for id, life in made.items() if free_on(life, day)}
    sure = {id for id in there if counts(made[id], day)}
    assert set(world.api.ids(**NEED)) == sure
    for sort in ("recommended", "availability"):
        listed = world.api.ids(**NEED, include="to_ask", sort=sort)
        assert {id for id in listed if made[id].kind == MINDER} == there
        standings = [counts(made[id], day) for id in listed if made[id].kind == MINDER]
        assert standings == sorted(standings, reverse=True), sort
    # The same without a need.
    listed = world.api.ids(near=NEAR, radius_km="50", sort="recommended", kind=MINDER, limit="100")
    standings = [counts(made[id], day) for id in listed]
    assert standings == sorted(standings, reverse=True)
    days = world.api.offers(**NEED, facets="day")["facets"]["day"]
    assert {each["count"] for each in days} == {len(sure)}


def free_places(world: World, made: dict[str, Life], day: date) -> None:
    sure = [life for life in made.values() if free_on(life, day) and counts(life, day)]
    found = world.asked(free_now, {"near": NEAR, "radius_km": "50"}, OfferParameters)
    assert (found.assistants, found.places) == (len(sure), 2 * len(sure))


def saved_needs(world: World, made: dict[str, Life], day: date) -> None:
    sure = {id for id, life in made.items() if free_on(life, day) and counts(life, day)}
    for wanted in ({"commune": ["44109"]}, {"commune": ["44109"], "need": ["mon@09:00-12:00"]}):
        kept = saved_searches.kept(wanted)

        async def tried(connected: engine.Engine, query: OfferQuery) -> tuple[list[str], int, OfferQuery]:
            (ids,) = await saved_searches.matching(connected, [saved_searches.Asked(query)])
            return ids, await saved_searches.count(connected, query), query

        ids, number, query = world.asked(tried, kept)
        assert (set(ids), number) == (sure, len(sure))
        with database.connect(world.settings.database_url) as conn:
            conn.execute("delete from alert")
            conn.execute("delete from throttle")
            reach = asking.Reach(*saved_searches.reach(query))
            week = saved_searches.week(query)
            need = asking.Wanted("x@example.org", "weekly", kept, "/?", "t", query.start, week, reach)
            asking.ask(conn, world.settings, need, NOW)
            conn.execute("update alert set known_at = clock_timestamp()")
            tried_on = {id for group in matching.candidates(conn, list(made), day) for id in group.offers}
        # The registry's look is a coarse one, but who is to confirm is not even searched for.
        assert sure <= tried_on <= {id for id, life in made.items() if counts(life, day)}


def staff(world: World, day: date, current: set[str], minders: set[str]) -> None:
    with database.connect(world.settings.database_url) as conn:
        figures = duties.figures(conn, "44", day)
        seen = {each.offer: each for each in relais.territory(conn, world.relais, day)}
        known = {id: duties.of_offer(conn, id, day) for id in minders}
    assert (figures["up_to_date"], figures["to_confirm"]) == (len(current), len(minders - current))
    assert set(seen) == minders
    for id in minders:
        assert seen[id].standing == known[id].standing
        assert known[id].standing[0] == ("up_to_date" if id in current else "to_confirm")
        # Who has missed a deadline for good is never up to date: the law's notion is the stricter of the two.
        assert "overdue" not in known[id].standing or id not in current
