"""One client asks only so much, and the contacts of assistants maternels cannot be harvested fiche by fiche."""

import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redis

from local import valkey
from local.children import stopping, wait_until
from search_api.http import costs, limits
from settings import Settings
from tests.conftest import wait_for
from tests.search_api.conftest import Client
from tests.search_api.conftest import client as running

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp()
"""When these tests begin and end: no window turns, and no client has another name."""

NOWHERE = "/api/v1/nowhere"
"""Counts as a request, and needs no engine."""


@pytest.fixture
def few(settings: Settings) -> Settings:
    """Three fiches in a window, counted from zero: another key hashes to other clients."""
    return settings.model_copy(
        update={"fiche_limit": 3, "fiche_window_s": 86_400, "secret_key": secrets.token_hex(), "rate_limit": 1_000}
    )


@pytest.fixture
def five(few: Settings) -> Settings:
    """Five units in a window."""
    return few.model_copy(update={"rate_limit": 5, "rate_window_s": 86_400})


def client(settings: Settings, address: str = "192.0.2.1") -> AbstractContextManager[Client]:
    return running(settings, address=address, clock=lambda: NOON)


def asking(settings: Settings) -> Callable[..., limits.Counted]:
    """What a process without Valkey says to requests from an address."""
    limiter = limits.connect(settings.model_copy(update={"redis_url": ""}), clock=lambda: NOON)
    return lambda address, cost=1: limits.count_request(limiter, {"client": (address, 1), "headers": []}, cost)


def statuses(settings: Settings, id: str, count: int, address: str = "192.0.2.1") -> list[int]:
    with client(settings, address=address) as api:
        return [api.get(f"/api/v1/offers/{id}").status_code for _ in range(count)]


def left(api: Client, path: str = NOWHERE) -> int:
    return int(api.get(path).headers["ratelimit-remaining"])


def requests_of(api: Client) -> limits.Requests:
    limiter: limits.Limiter = api.app.state.limiter
    return limiter.requests


def told(url: str, settings: Settings) -> list[int]:
    """What the processes have told Valkey of the requests of a test's clients."""
    with redis.Redis.from_url(url) as shared:
        keys = list(shared.scan_iter(f"{settings.index_prefix}:rate:*"))
        return sorted(int(count) for key in keys for count in shared.hvals(key))


@contextmanager
def own_valkey(directory: Path, port: int) -> Iterator[None]:
    with (directory / "lock").open("w") as lock:
        child = valkey.launch(directory / "valkey", port, lock.fileno())
        with stopping([child]):
            wait_until(child, lambda: valkey.is_ready(f"redis://127.0.0.1:{port}/0"), 20)
            yield


def test_each_answer_tells_the_limit_and_the_last_is_a_429(five: Settings) -> None:
    with client(five) as api:
        answers = [api.get(path) for path in ("/api/v1/suggest?q=nantes", NOWHERE)]
        answers += [api.portal.call(lambda: api.http.request("POST", NOWHERE)), api.get("/api/v1/offers/lutins")]
        assert [each.status_code for each in answers] == [200, 404, 404, 200]
        assert [each.headers["ratelimit-remaining"] for each in answers] == ["4", "3", "2", "1"]
        dear = api.get("/api/v1/offers?near=x")  # 422, were it not refused
        assert (dear.status_code, dear.headers["ratelimit-remaining"]) == (429, "1")
        last = api.get(NOWHERE)
        assert (last.status_code, last.headers["ratelimit-remaining"]) == (404, "0")
        refused = api.get("/api/v1/offers/lutins")
        free = [api.get(path) for path in ("/healthz", "/jardin")]  # the site's to count
    assert refused.status_code == 429
    assert refused.json()["type"] == "/problems/too-many-requests"
    assert refused.headers["ratelimit-limit"] == "5"
    assert 0 < int(refused.headers["retry-after"]) <= 86_400
    assert refused.headers["ratelimit-reset"] == refused.headers["retry-after"]
    assert [each.status_code for each in free] == [200, 404]
    assert not any("ratelimit-limit" in each.headers for each in free)


def test_clients_are_counted_apart_and_windows_begin_anew(five: Settings) -> None:
    now = 1_000_000.0
    limiter = limits.connect(
        five.model_copy(update={"redis_url": "", "rate_window_s": 60, "rate_limit": 2}), clock=lambda: now
    )

    def count(address: str, cost: int = 1) -> tuple[bool, int, int]:
        return limits.count_request(limiter, {"client": (address, 1), "headers": []}, cost)

    assert [count("192.0.2.1") for _ in range(3)] == [(True, 1, 20), (True, 0, 20), (False, 0, 20)]
    assert count("192.0.2.2") == (True, 1, 20)
    now += 19.9
    assert count("192.0.2.1") == (False, 0, 1)
    now += 0.1
    assert count("192.0.2.1") == (True, 1, 60)
    # What costs more than a window has is the whole of one, and not refused for ever.
    assert count("192.0.2.1", 5) == (False, 1, 60)
    assert count("192.0.2.3", 5) == (True, 0, 60)


def test_who_asks_from_ever_new_addresses_buys_nobody_a_second_budget(
    five: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MOST_CLIENTS", 10)
    count = asking(five)
    assert count("192.0.2.1", 5).allowed
    for number in range(100):
        assert count(f"198.51.100.{number}", 1).allowed
    assert not count("192.0.2.1", 1).allowed


@pytest.mark.parametrize(
    ("wide", "times"),
    [("2001:db8:1:2::", 1), ("2001:db8:1:02{:02x}::", 4), ("2001:db8:1:{:02x}00::", 16), ("198.51.100.{}", 50)],
)
def test_who_has_many_networks_of_ipv6_has_not_as_many_budgets(five: Settings, wide: str, times: int) -> None:
    count = asking(five)
    allowed = [address for address in map(wide.format, range(50)) for _ in range(10) if count(f"{address}").allowed]
    assert len(allowed) == 5 * times


def test_what_is_left_is_the_least_of_all_networks(five: Settings) -> None:
    count = asking(five)
    for network in range(3):
        assert count(f"2001:db8:1:20{network}::1", 5) == (True, 0, 43_200)
    assert count("2001:db8:1:203::1") == (True, 4, 43_200)
    assert count("2001:db8:1:204::1") == (True, 3, 43_200)  # of the twenty of its /56
    assert count("2001:db8:1:300::1") == (True, 4, 43_200)


def test_what_is_refused_takes_nothing_from_those_around(five: Settings) -> None:
    count = asking(five)
    for _ in range(100):
        count("2001:db8:1:200::1")
    assert [count(f"2001:db8:1:20{network}::1", 5).allowed for network in (1, 2, 3, 4)] == [True, True, True, False]


LONG_WAY = "47.2186,-1.5541;47.2736,-2.2137"
"""From Nantes to Saint-Nazaire, 50 km."""


@pytest.mark.parametrize(
    ("dear", "cheap"),
    [
        ("/api/v1/offers?near=1,2", "/api/v1/suggest?q=nantes"),
        ("/api/v1/offers?route=1,2;3,4", "/api/v1/offers?near=1,2"),
        ("/api/v1/offers?%72oute=1,2;3,4", "/api/v1/offers?near=1,2"),
        (f"/api/v1/offers?route={LONG_WAY}", "/api/v1/offers?route=47.2186,-1.5541;47.2,-1.5"),
        ("/api/v1/offers?%72oute=47.2,-1.5;47.21,-1.5", f"/api/v1/offers?route={LONG_WAY}"),
        (f"/api/v1/nearly?route={LONG_WAY}", f"/api/v1/pairs?route={LONG_WAY}"),
        ("/api/v1/map?bbox=-5,42,8,51&zoom=6", "/api/v1/map?bbox=-1.6,47.1,-1.4,47.3&zoom=12"),
        ("/api/v1/map?bbox=-5%2C42%2C8%2C51&zoom=12", "/api/v1/map?bbox=-1.6%2C47.1%2C-1.4%2C47.3&zoom=12"),
        ("/api/v1/map?bbox=-5e0,42,8,51&zoom=12", "/api/v1/map?bbox=-1.6,47.1,-1.4,47.3&zoom=12"),
        ("/api/v1/exports/structures", "/api/v1/exports/structures?department=44"),
        ("/api/v1/exports/structures?department=44", "/api/v1/offers?near=1,2"),
        ("/api/v1/exports/structures?department=44&format=xlsx", "/api/v1/exports/structures?department=44&format=csv"),
        ("/api/v1/exports/structures?department=44&format=%78lsx", "/api/v1/exports/structures?department=44"),
    ],
)
def test_what_is_dear_for_the_servers_costs_more(dear: str, cheap: str) -> None:
    assert units(dear) > units(cheap) > 0


@pytest.mark.parametrize(
    "route",
    [
        "",
        "x",
        "1,2",
        "1;2",
        "1,2;3",
        "nan,0;1,1",
        "inf,0;1,1",
        "1e999,0;0,0",
        "95,0;-80,9",
        "1,2;" * 30,
        "%ff,1;2,%00",
    ],
)
def test_a_way_that_does_not_tell_its_length_costs_as_the_longest(route: str) -> None:
    longest = units("/api/v1/offers?route=46,0;48,0")
    assert units(f"/api/v1/offers?route={route}") == (longest if route else units("/api/v1/offers?near=1,2"))
    assert units("/api/v1/offers?route=47.2%2C-1.5%3B47.21%2C-1.5") < longest


def test_a_way_costs_by_its_length_wherever_it_is_put() -> None:
    def added(path: str) -> int:
        return units(f"/api/v1/{path}?route={LONG_WAY}") - units(f"/api/v1/{path}?need=mon@08:00-12:00")

    once = added("offers")
    assert 27 <= once <= 53, "80 to 160 ms of the engine, in units of 3"
    assert (added("pairs"), added("nearly")) == (once, 2 * once)


WEEK = "need=mon-fri@08:00-18:00&child_birthdate=2025-01-15"
LARGE = "&".join(f"need=mon-sun@08:{late:02}-16:00*{late % 6 + 1}" for late in range(14))


def test_an_ordinary_need_costs_what_its_search_does() -> None:
    twins = "need=mon-tue@08:00-17:30&need=thu-fri@08:00-17:30&child_birthdate=2025-01-15&child_birthdate=2025-01-15"
    for path in ("offers", "nearly", "pairs", "map"):
        usual = units(f"/api/v1/{path}?bbox=-1.6,47.1,-1.4,47.3")
        for need in (WEEK, twins):
            assert units(f"/api/v1/{path}?bbox=-1.6,47.1,-1.4,47.3&match=best&{need}") == usual


@pytest.mark.parametrize("path", ["offers", "nearly", "pairs", "map"])
def test_a_large_need_costs_by_its_hours_however_it_is_written(path: str) -> None:
    asked = f"/api/v1/{path}?bbox=-1.6,47.1,-1.4,47.3&match=best"
    large = units(f"{asked}&{LARGE}")
    assert large > units(f"{asked}&{LARGE.partition('&')[0]}") >= units(f"{asked}&{WEEK}")
    for other in (
        LARGE.replace("@", "%40"),
        LARGE.replace("need", "%6Eeed"),
        "need=x",
        LARGE + "&places=" + 5_000 * "9",
    ):
        assert units(f"{asked}&{other}") >= large


def test_many_cards_of_partial_matches_cost_more() -> None:
    asked = f"/api/v1/offers?match=best&{WEEK}"
    assert units(f"{asked}&limit=100") > units(asked) == units(f"{asked}&limit=20") == units(f"{asked}&limit=1")
    for written in ("limit=%31%30%30", "l%69mit=100", "limit=" + 5_000 * "9"):
        assert units(f"{asked}&{written}") >= units(f"{asked}&limit=100")
    assert units(f"/api/v1/offers?limit=100&{WEEK}") == units(f"/api/v1/offers?{WEEK}")


def units(address: str, method: str = "GET") -> int:
    path, _, query = address.partition("?")
    return costs.of({"path": path, "method": method, "query_string": query.encode(), "headers": []})


def test_many_clients_take_little_memory(five: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_CLIENTS", 10)
    limiter = limits.connect(five.model_copy(update={"redis_url": ""}), clock=lambda: NOON)
    for number in range(100):
        limits.count_request(limiter, {"client": (f"192.0.2.{number}", 1), "headers": []}, 1)
        assert len(limiter.requests.own) <= 10


def test_processes_hear_of_each_others_requests(five: Settings) -> None:
    with client(five) as one, client(five) as other:
        assert [left(one) for _ in range(3)] == [4, 3, 2]
        wait_for(lambda: requests_of(one).telling is None, what="the first process's word")
        assert left(other) == 4
        wait_for(lambda: list(requests_of(other).others.values()) == [3], what="the other's ear")
        assert left(other) == 0
        assert other.get(NOWHERE).status_code == 429


def test_without_valkey_a_process_counts_alone_and_tells_it_when_valkey_is_back(
    five: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "RETRY_S", 0.05)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"redis://127.0.0.1:{port}/0"
    with client(five.model_copy(update={"redis_url": url})) as api:
        with own_valkey(tmp_path, port):
            assert left(api) == 4
            wait_for(lambda: told(url, five) == [1])
        assert [left(api) for _ in range(4)] == [3, 2, 1, 0]
        assert api.get(NOWHERE).status_code == 429
        with own_valkey(tmp_path, port):  # with an empty memory
            wait_for(lambda: told(url, five) == [5])
            assert api.get(NOWHERE).status_code == 429


@pytest.mark.parametrize("valkey", ["shared", "away", "none"])
def test_fiches_with_a_contact_are_limited_for_each_client(few: Settings, valkey: str) -> None:
    url = {"shared": few.redis_url, "away": "redis://127.0.0.1:1/0", "none": ""}[valkey]
    assert statuses(few.model_copy(update={"redis_url": url}), "anne", 5) == [200, 200, 200, 429, 429]


def test_the_answer_says_when_to_come_back(few: Settings) -> None:
    with client(few.model_copy(update={"fiche_limit": 1})) as api:
        api.get("/api/v1/offers/anne")
        response = api.get("/api/v1/offers/anne")
    assert response.status_code == 429
    assert response.headers["content-type"] == "application/problem+json"
    assert 0 < int(response.headers["retry-after"]) <= 86_400
    assert "example.org" not in response.text


def test_processes_count_fiches_together_and_clients_apart(few: Settings) -> None:
    assert statuses(few, "anne", 3) == [200, 200, 200]
    assert statuses(few, "anne", 1) == [429]
    assert statuses(few, "anne", 1, address="192.0.2.2") == [200]


@pytest.mark.parametrize("valkey", ["shared", "none"])
@pytest.mark.parametrize(
    ("wide", "times"),
    [("2001:db8:1:2::", 1), ("2001:db8:1:02{:02x}::", 4), ("2001:db8:1:{:02x}00::", 16)],
)
def test_who_has_many_networks_of_ipv6_reads_not_as_many_fiches(
    few: Settings, valkey: str, wide: str, times: int
) -> None:
    one = few.model_copy(update={"fiche_limit": 1, "redis_url": few.redis_url if valkey == "shared" else ""})

    async def read(api: Client) -> int:
        waits = [
            await limits.wait_for_contact(api.app.state.limiter, {"client": (wide.format(n), 1), "headers": []})
            for n in range(20)
            for _ in range(2)
        ]
        return waits.count(None)

    with client(one) as api:
        assert api.portal.call(read, api) == times


def test_a_fiche_that_is_refused_is_not_counted(few: Settings) -> None:
    with client(few) as api:
        assert [api.get("/api/v1/offers/anne").status_code for _ in range(9)].count(200) == 3
        with redis.Redis.from_url(few.redis_url) as shared:
            [hashed] = limits.client_hashes(
                api.app.state.limiter, {"client": ("192.0.2.1", 1), "headers": []}, int(NOON)
            )
            [key] = shared.scan_iter(f"{few.index_prefix}:fiche:*:{hashed}")
            assert shared.get(key) == b"3"


@pytest.mark.parametrize("id", ["lutins", "berthe"])
def test_structures_and_those_who_show_no_contact_are_not_limited(few: Settings, id: str) -> None:
    assert statuses(few, id, 5) == [200] * 5


def test_no_address_is_kept(few: Settings) -> None:
    with client(few, address="192.0.2.77") as api:
        api.get("/api/v1/offers/anne")
        wait_for(lambda: requests_of(api).telling is None)
        assert "192.0.2.77" not in repr(api.app.state.limiter)
    with redis.Redis.from_url(few.redis_url) as shared:
        keys = [key for kind in ("fiche", "rate") for key in shared.scan_iter(f"{few.index_prefix}:{kind}:*")]
        assert {key.split(b":")[1] for key in keys} == {b"fiche", b"rate"}
        assert not any(b"192.0.2.77" in key for key in keys)
        lives = [shared.pttl(key) for key in keys]
        assert -1 not in lives, "a key without an end"  # -2: its end has come since


def test_a_client_has_another_name_every_day_and_under_another_key(few: Settings) -> None:
    scope = {"client": ("192.0.2.1", 1), "headers": []}
    limiter, elsewhere = (
        limits.connect(few),
        limits.connect(few.model_copy(update={"secret_key": "another one as long as one has to be"})),
    )
    names = {limits.client_hashes(each, scope, day * 86_400)[0] for each in (limiter, elsewhere) for day in (1, 2)}
    assert len(names) == 4
    assert limits.client_hashes(limiter, scope, 86_400) == limits.client_hashes(limiter, scope, 2 * 86_400 - 1)


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "expected"),
    [
        ("", "192.0.2.1", "203.0.113.9", "192.0.2.1"),  # nobody is believed
        ("10.0.0.1", "10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "10.0.0.1", "6.6.6.6, 203.0.113.9", "203.0.113.9"),  # the left part is the client's own word
        ("10.0.0.1, 10.0.0.2", "10.0.0.1", "203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("10.0.0.1", "10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.1", "nonsense", "10.0.0.1"),  # nobody’s word: no client for each that is made up
        ("", "2001:db8:1:2:3::4", "", "20010db800010002"),
        ("10.0.0.1", "10.0.0.1", "2001:db8:1:2:3::4", "20010db800010002"),
        ("", "::ffff:192.0.2.1", "", "192.0.2.1"),  # not the /64 of all who come by IPv4
        ("", "fe80::1%eth0", "", "fe80000000000000"),
        ("", "a:b", "", "a:b"),
    ],
)
def test_the_client_is_the_last_address_that_is_no_proxy_of_ours(
    settings: Settings, proxies: str, peer: str, forwarded: str, expected: str
) -> None:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    limiter = limits.connect(settings.model_copy(update={"trusted_proxies": proxies}))
    assert limits.client(limiter, {"client": (peer, 1), "headers": headers}) == expected
