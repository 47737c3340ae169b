"""A saved need is told of what a search finds: random needs over random timetables, before and after changes."""

import random
from datetime import date, timedelta
from typing import Any

from registry import database
from registry.parents.alerts import asking
from search_api import saved_searches
from search_api.engine.engine import connect
from search_api.parameters import FilterParameters, meaning, read
from tests.conftest import TODAY
from tests.records import Range
from tests.registry.parents.alerts.conftest import World

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FEATURES = ("garden", "meals", "pets")
NEAR = (47.2173, -1.5534)
PLACES: list[dict[str, Any]] = [
    {"commune": ["44109"]},
    {"commune": ["44143", "44162"]},
    {"epci": "244400404"},
    {"department": "44"},
    {"near": "47.2173,-1.5534", "radius_km": "5"},
    {"near": "47.19,-1.55", "radius_km": "2"},
    {"route": "47.19,-1.60;47.25,-1.50", "detour_km": "1"},
]


def ranges(chance: random.Random) -> list[Range]:
    found: list[Range] = []
    for day in range(7):
        if chance.random() < (0.85 if day < 5 else 0.2):
            start = chance.choice((7, 8, 9)) * 60
            end = start + chance.choice((4, 9, 10, 11, 14)) * 60
            found.append((day, start, end, chance.choice((1, 1, 2, 3))))
    return found


declared: dict[str, list[tuple[date, date | None, list[Range]]]] = {}
"""Of each offer its periods, as they were declared last."""


def most_at_once(offer: str, day: date) -> int:
    """The most places that are free at once on some day of the week, in the period that holds the day."""
    under_way = [hours for start, end, hours in declared[offer] if start <= day and (end is None or day <= end)]
    return max((places for hours in under_way for *_, places in hours), default=0)


def timetable(world: World, chance: random.Random, offer: str) -> None:
    begins = TODAY + timedelta(days=chance.choice((-60, -1, 0, 1, 30)))
    middle = begins + timedelta(days=chance.choice((1, 31, 200)))
    periods: list[tuple[date, date | None, list[Range]]] = [(begins, middle, ranges(chance))]
    if chance.random() < 0.5:
        periods.append((middle + timedelta(days=1), None, ranges(chance)))
    declared[offer] = periods if chance.random() < 0.9 else []
    world.periods(offer, *declared[offer])


def need(chance: random.Random) -> dict[str, Any]:
    found = dict(chance.choice(PLACES))
    if chance.random() < 0.7:
        first = chance.randrange(6)
        days = f"{DAYS[first]}-{DAYS[chance.randrange(first, 7)]}" if chance.random() < 0.5 else DAYS[first]
        hours = chance.choice(("08:00-12:00", "09:00-17:00", "08:30-18:00", "20:00-02:00"))
        found["need"] = [f"{days}@{hours}" + chance.choice(("", "", "*2"))]
        found["places"] = chance.choice(("1", "1", "2"))
        if chance.random() < 0.5:
            found["leniency"] = chance.choice(("15", "30", "60"))
    if chance.random() < 0.5:
        found["from"] = (TODAY + timedelta(days=chance.choice((-5, 0, 1, 40)))).isoformat()
    if chance.random() < 0.3:
        found["feature"] = [chance.choice(FEATURES)]
    if chance.random() < 0.4:
        # One child, as saved before they could be several, or siblings.
        ages = [chance.choice((10, 900, 3000)) for _ in range(chance.choice((1, 2)))]
        born = [(TODAY - timedelta(days=days)).isoformat() for days in ages]
        found["child_birthdate"] = born if len(born) > 1 or chance.random() < 0.5 else born[0]
        if "places" in found:
            found["places"] = max(found["places"], str(len(born)))
    return found


def save(world: World, parameters: dict[str, Any]) -> None:
    """As the page does."""
    settings = world.settings

    async def wanted() -> asking.Wanted:
        engine = connect(settings)
        kept = saved_searches.kept(parameters)
        query = meaning(read(FilterParameters, kept), TODAY)
        await engine.client.close()
        reach = asking.Reach(*saved_searches.reach(query))
        return asking.Wanted("x@example.org", "weekly", kept, "/?", "t", query.start, saved_searches.week(query), reach)

    made = world.rooms.portal.call(wanted)
    with database.connect(settings.database_url) as conn:
        conn.execute("delete from throttle")
        asking.ask(conn, settings, made, world.rooms.clock.now)


def searched(world: World, parameters: dict[str, Any], today: date) -> set[str]:
    """What the public API finds that is free for all of the need; without days a place for each child."""
    asked = {**parameters, "kind": "assistant_maternel", "match": "all", "limit": "100"}
    if asked.get("from", "") < today.isoformat():
        asked.pop("from", None)
    query = "&".join(
        f"{name}={each}" for name, value in asked.items() for each in (value if isinstance(value, list) else [value])
    )
    answer = world.rooms.visit().get(f"/api/v1/offers?{query.replace('+', '%2B')}")
    assert answer.status_code == 200, answer.text
    items = answer.json()["items"]
    if "need" in asked:
        return {each["id"] for each in items}
    found = {each["id"] for each in items if each["availability"]["status"] == "free"}
    day = max(date.fromisoformat(asked.get("from", today.isoformat())), today)
    born = parameters.get("child_birthdate", [])
    places = len(born) if isinstance(born, list) else 1
    return {each for each in found if most_at_once(each, day) >= places}


def differences(world: World) -> list[Any]:
    today = world.rooms.clock.now.date()
    wrong, some = [], 0
    for id, parameters in world.sql("select id, parameters from alert"):
        known = {offer for (offer,) in world.sql(
            "select offer from alert_match where alert = %s and closed_at is null", id
        )}  # fmt: skip
        found = searched(world, parameters, today)
        some += len(found)
        if known != found:
            wrong.append((parameters, known - found, found - known))
    assert some > 40, "too few matches to mean anything"
    return wrong


def test_saved_needs_find_what_a_search_finds(world: World) -> None:
    chance = random.Random(7)
    offers = []
    for number in range(50):
        at = (NEAR[0] + chance.uniform(-0.06, 0.06), NEAR[1] + chance.uniform(-0.08, 0.08))
        features = [each for each in FEATURES if chance.random() < 0.6]
        commune = chance.choice(("44109", "44143", "44162"))
        offers.append(world.assistant(f"Offre {number}", home=at, show="address", commune=commune, features=features))
    for offer in offers:
        timetable(world, chance, offer)
    world.index()
    for _ in range(60):
        save(world, need(chance))
    world.follow()
    assert differences(world) == [], "all offers searched"
    for offer in chance.sample(offers, 25):
        timetable(world, chance, offer)
    world.sql("update offer set publication = 'paused' where id = any (%s)", offers[:3])
    done = world.follow()
    assert done.openings > 10
    assert differences(world) == [], "those that changed alone"
    world.rooms.clock.now += timedelta(days=1)
    world.follow()
    assert differences(world) == [], "a day later"
