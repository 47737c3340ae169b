"""Many clients, each within its own limit, who together read far more contacts than on a usual day."""

import asyncio
import logging
import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import httpx
import pytest
import redis

from search_api.http import contacts, limits
from settings import PARIS, Settings
from tests.conftest import wait_for
from tests.search_api.conftest import Client, client

FICHE, CARD, STRUCTURE = "/api/v1/offers/anne", "/api/v1/suggest?q=nantes", "/api/v1/offers/lutins"
PAUSE_S = 0.5
NOWHERE = "redis://127.0.0.1:1/0"


@dataclass
class Clock:
    """A moment of November 2026 in France; a test moves it."""

    day: int = 23
    hour: int = 10

    def __call__(self) -> float:
        return datetime(2026, 11, self.day, self.hour, tzinfo=PARIS).timestamp()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def watched(settings: Settings) -> Iterator[Settings]:
    """Nine contacts are three usual days; no client may read more than six; nothing is counted yet."""

    def forget() -> None:
        with redis.Redis.from_url(settings.redis_url) as shared:
            for key in shared.scan_iter(f"{settings.index_prefix}:contacts:*"):
                shared.delete(key)

    forget()
    yield settings.model_copy(
        update={
            "contacts_floor": 3,
            "contacts_pause_s": PAUSE_S,
            "fiche_limit": 6,
            "secret_key": secrets.token_hex(),  # other clients in each test
        }
    )
    forget()


def watch(settings: Settings, clock: Clock) -> contacts.Contacts:
    return limits.connect(settings, clock=clock).contacts


def of(api: Client, clock: Clock) -> contacts.Contacts:
    """What a process knows, by the test's clock from now on."""
    found: contacts.Contacts = api.app.state.limiter.contacts
    api.app.state.limiter.clock = found.clock = clock
    return found


async def asked(api: Client, path: str, by: str) -> tuple[int, float]:
    transport = httpx.ASGITransport(api.app, client=(by, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as http:
        begun = time.monotonic()
        answer = await http.get(path)
        return answer.status_code, time.monotonic() - begun


def ask(api: Client, path: str, by: int) -> tuple[int, float]:
    """The status of an answer to one of many clients, and the seconds it took."""
    return api.portal.call(asked, api, path, f"198.51.100.{by}")


def harvest(api: Client, count: int, start: int = 0) -> None:
    """One fiche for each of so many clients."""
    for by in range(start, start + count):
        assert ask(api, FICHE, by)[0] == 200


def readers(api: Client, *numbers: int) -> None:
    """Clients who have read as many fiches as nobody waits for."""
    for by in numbers:
        for _ in range(3):
            status, took_s = ask(api, FICHE, by)
            assert (status, took_s < PAUSE_S) == (200, True)


def figure(api: Client, name: str) -> float | None:
    found: float | None = api.app.state.metrics.get_sample_value(f"ribambelle_contacts_{name}")
    return found


@pytest.mark.parametrize("kind", ["shared", "away", "none"])
def test_far_above_the_usual_the_contacts_are_answered_later_until_the_next_day(
    watched: Settings, clock: Clock, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    url = {"shared": watched.redis_url, "away": NOWHERE, "none": ""}[kind]
    with client(watched.model_copy(update={"redis_url": url})) as api:
        known = of(api, clock)
        harvest(api, 9)
        assert figure(api, "slowed") == 0
        harvest(api, 1, start=9)
        assert (figure(api, "read_today"), figure(api, "usual_day"), figure(api, "slowed")) == (10, 3, 1)
        with caplog.at_level(logging.WARNING, "ribambelle.contacts"):
            readers(api, 20, 21)
            for by in (20, 21):
                status, took_s = ask(api, FICHE, by)
                assert status == 200  # a family has her answer
                assert took_s >= PAUSE_S
        assert len(caplog.records) == 1  # not one for each
        assert "198.51.100" not in caplog.text
        clock.day += 1
        assert (figure(api, "read_today"), figure(api, "slowed")) == (0, 0)
        harvest(api, 1, start=30)
        assert not known.waiting


def test_nothing_else_waits(watched: Settings, clock: Clock) -> None:
    with client(watched.model_copy(update={"redis_url": "", "contacts_pause_s": 3})) as api:
        of(api, clock)
        for path in (CARD, STRUCTURE):
            ask(api, path, 1)
        harvest(api, 10)
        readers(api, 20, 21)
        assert api.portal.call(in_order, api)[-2:] == [FICHE, FICHE]


async def in_order(api: Client) -> list[str]:
    """What was asked at once, as the answers came."""
    done = []

    async def one(path: str, by: int) -> None:
        assert (await asked(api, path, f"198.51.100.{by}"))[0] == 200
        done.append(path)

    await asyncio.gather(*(one(path, 20 + by) for by, path in enumerate((FICHE, FICHE, CARD, STRUCTURE))))
    return done


def test_so_many_may_wait_and_the_next_is_told_when_to_come_back(
    watched: Settings, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contacts, "MOST_WAITING", 1)
    with client(watched.model_copy(update={"redis_url": ""})) as api:
        of(api, clock)
        harvest(api, 4)
        readers(api, 20, 21)
        assert sorted(api.portal.call(at_once, api, ["198.51.100.20", "198.51.100.21"])) == [200, 429]
        assert figure(api, "read_today") == 11  # what was not shown is not counted
        harvest(api, 1, start=30)


async def at_once(api: Client, addresses: Sequence[str]) -> list[int]:
    """The statuses that clients get who ask together."""
    found = await asyncio.gather(*(asked(api, FICHE, each) for each in addresses))
    return [status for status, _ in found]


def test_a_family_reads_her_first_fiches_at_once_though_all_places_to_wait_are_taken(
    watched: Settings, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contacts, "MOST_WAITING", 0)
    with client(watched) as api:
        of(api, clock)
        harvest(api, 10)
        readers(api, 20)
        assert ask(api, FICHE, 20)[0] == 429


def test_one_client_takes_two_of_the_places_to_wait(watched: Settings, clock: Clock) -> None:
    with client(watched.model_copy(update={"fiche_limit": 40, "redis_url": ""})) as api:
        of(api, clock)
        harvest(api, 7)
        readers(api, 20)
        one, other = "198.51.100.20", "198.51.100.21"
        assert sorted(api.portal.call(at_once, api, [one] * 30)) == [200] * 2 + [429] * 28
        readers(api, 21)
        assert sorted(api.portal.call(at_once, api, [*[one] * 30, other])) == [200] * 3 + [429] * 28


def test_a_house_with_many_networks_of_ipv6_is_one_of_those_who_wait(watched: Settings, clock: Clock) -> None:
    house = [f"2001:db8:1:2{network:02x}::1" for network in range(12)]
    with client(watched.model_copy(update={"redis_url": ""})) as api:
        of(api, clock)
        harvest(api, 10)
        assert api.portal.call(at_once, api, house) == [200] * 12  # four times the first three
        assert sorted(api.portal.call(at_once, api, house)) == [200] * 2 + [429] * 10
        for network in range(3, 7):  # as many houses in a /48 have theirs
            assert api.portal.call(at_once, api, [f"2001:db8:1:{network}00::1"] * 3) == [200] * 3


def test_who_is_told_to_come_back_has_not_spent_a_fiche(
    watched: Settings, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with client(watched) as api:
        of(api, clock)
        harvest(api, 7)
        readers(api, 20)
        with monkeypatch.context() as crowded:
            crowded.setattr(contacts, "MOST_WAITING", 0)
            assert [ask(api, FICHE, 20)[0] for _ in range(9)] == [429] * 9
        assert [ask(api, FICHE, 20)[0] for _ in range(4)] == [200, 200, 200, 429]


def test_processes_share_the_sum(watched: Settings, clock: Clock) -> None:
    with client(watched) as one, client(watched) as other:
        known, heard = of(one, clock), of(other, clock)
        harvest(one, 9)
        wait_for(lambda: known.telling is None, what="the first process's word")
        harvest(other, 1, start=9)
        wait_for(lambda: heard.telling is None, what="the other's ear")
        assert (figure(one, "slowed"), figure(other, "slowed")) == (0, 1)
        readers(other, 40)
        assert ask(other, FICHE, 40)[1] >= PAUSE_S
        with redis.Redis.from_url(watched.redis_url) as shared:
            [key] = shared.scan_iter(f"{watched.index_prefix}:contacts:*")
            assert key.endswith(b":contacts:2026-11-23")
            assert shared.ttl(key) > contacts.PAST_DAYS * 86_400


def test_a_usual_day_is_in_the_middle_of_the_last_fourteen(watched: Settings, clock: Clock) -> None:
    with redis.Redis.from_url(watched.redis_url) as shared:
        # Of ten days, one with a harvest and one before the fourteen.
        for day, count in zip(range(13, 23), [50, 40, 45, 60, 55, 10, 12, 900, 52, 48], strict=True):
            shared.set(f"{watched.index_prefix}:contacts:2026-11-{day}", count)
        shared.set(f"{watched.index_prefix}:contacts:2026-11-08", 1_000_000)
    with client(watched) as api:
        known = of(api, clock)
        harvest(api, 1)
        wait_for(lambda: known.telling is None)
        assert figure(api, "usual_day") == 49
        harvest(api, 20, start=50)
        assert figure(api, "slowed") == 0


def test_the_day_is_that_of_france(watched: Settings, clock: Clock) -> None:
    clock.hour = 23  # 22:00 in UTC
    known = watch(watched.model_copy(update={"redis_url": ""}), clock)
    contacts.count(known)
    assert known.read_today() == 1
    clock.day, clock.hour = 24, 0
    assert known.read_today() == 0
    contacts.count(known)
    assert (known.read_today(), known.usual) == (1, 1)
