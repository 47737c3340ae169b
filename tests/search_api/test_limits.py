"""The contacts of assistants maternels cannot be harvested fiche by fiche."""

import pytest
import redis
from starlette.requests import Request

from search_api import limits
from settings import Settings
from tests.search_api.conftest import client


@pytest.fixture
def few(settings: Settings) -> Settings:
    """Three fiches in a window that no test outlives, counted from zero."""
    counter = redis.Redis.from_url(settings.redis_url)
    for key in counter.scan_iter(f"{settings.index_prefix}:fiche:*"):
        counter.delete(key)
    return settings.model_copy(update={"fiche_limit": 3, "fiche_window_s": 86_400})


def statuses(settings: Settings, id: str, count: int, address: str = "192.0.2.1") -> list[int]:
    with client(settings, address=address) as api:
        return [api.get(f"/api/v1/offers/{id}").status_code for _ in range(count)]


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


def test_processes_count_together_and_clients_apart(few: Settings) -> None:
    assert statuses(few, "anne", 3) == [200, 200, 200]
    assert statuses(few, "anne", 1) == [429]
    assert statuses(few, "anne", 1, address="192.0.2.2") == [200]


@pytest.mark.parametrize("id", ["lutins", "berthe"])
def test_structures_and_those_who_show_no_contact_are_not_limited(few: Settings, id: str) -> None:
    assert statuses(few, id, 5) == [200] * 5


def test_no_address_is_kept(few: Settings) -> None:
    statuses(few, "anne", 1, address="192.0.2.77")
    keys = list(redis.Redis.from_url(few.redis_url).scan_iter("*"))
    assert keys
    assert not any(b"192.0.2.77" in key for key in keys)
    assert all(redis.Redis.from_url(few.redis_url).ttl(key) > 0 for key in keys if b":fiche:" in key)


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "expected"),
    [
        ("", "192.0.2.1", "203.0.113.9", "192.0.2.1"),  # nobody is believed
        ("10.0.0.1", "10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "10.0.0.1", "6.6.6.6, 203.0.113.9", "203.0.113.9"),  # the left part is the client's own word
        ("10.0.0.1, 10.0.0.2", "10.0.0.1", "203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("10.0.0.1", "10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.1", "nonsense", "nonsense"),
        ("", "2001:db8:1:2:3::4", "", "2001:db8:1:2::/64"),
    ],
)
def test_the_client_is_the_last_address_that_is_no_proxy_of_ours(
    settings: Settings, proxies: str, peer: str, forwarded: str, expected: str
) -> None:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    request = Request({"type": "http", "client": (peer, 1), "headers": headers})
    assert limits.client(settings.model_copy(update={"trusted_proxies": proxies}), request) == expected
