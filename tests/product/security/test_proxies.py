"""Who asked, when proxies stand between; and what the operator is told when nobody is believed who should be."""

import logging

import pytest
from typer.testing import CliRunner

import cli
from search_api.http import limits, proxies
from search_api.http.limits import Limiter
from settings import Settings, get_settings
from tests.product.security.serving import NO_ENGINES

PROXY = "10.0.0.1"


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def limiter(trusted: str = "", site_url: str = "http://127.0.0.1:8000", clock: Clock | None = None) -> Limiter:
    settings = Settings(trusted_proxies=trusted, site_url=site_url, redis_url="")
    return limits.connect(settings, clock=clock or Clock())


def client(found: Limiter, peer: str, *lines: bytes) -> str:
    return limits.client(found, {"client": (peer, 1), "headers": [(b"x-forwarded-for", line) for line in lines]})


@pytest.fixture(autouse=True)
def heard(caplog: pytest.LogCaptureFixture) -> None:
    """Other tests start a worker in this process, which leaves the root logger deaf to warnings."""
    caplog.set_level(logging.WARNING, logger="ribambelle.proxies")


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records if record.name == "ribambelle.proxies"]


@pytest.mark.parametrize(
    ("trusted", "peer", "lines", "expected"),
    [
        ("10.0.0.0/24", "10.0.0.77", [b"203.0.113.9"], "203.0.113.9"),
        ("10.0.0.0/24", "10.0.1.77", [b"203.0.113.9"], "10.0.1.77"),
        ("fd00:1::/64, 10.0.0.0/8", "fd00:1::5", [b"203.0.113.9, 10.1.1.1"], "203.0.113.9"),
        ("fd00:1::/64", "fd00:2::5", [b"203.0.113.9"], "fd00000200000000"),
        (PROXY, PROXY, [b"203.0.113.9:5678"], "203.0.113.9"),
        (PROXY, PROXY, [b"[2001:db8::1]:80"], "20010db800000000"),
        (PROXY, PROXY, [b'"[2001:db8::1]"'], "20010db800000000"),
        (PROXY, PROXY, [b"2001:db8::1%eth0"], "20010db800000000"),
        (PROXY, PROXY, [b"::ffff:203.0.113.9"], "203.0.113.9"),
        (PROXY, "::ffff:10.0.0.1", [b"203.0.113.9"], "203.0.113.9"),  # a server that listens on both
        ("::ffff:10.0.0.0/120", PROXY, [b"203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1,10.0.0.2", PROXY, [b"203.0.113.9, ::ffff:10.0.0.2"], "203.0.113.9"),
        (PROXY, PROXY, [b"6.6.6.6", b"203.0.113.9"], "203.0.113.9"),  # the proxy's own line comes last
        (PROXY, PROXY, [b"203.0.113.9", b"", b" , "], "203.0.113.9"),
        (PROXY, PROXY, [b"6.6.6.6,, 203.0.113.9,"], "203.0.113.9"),
        (PROXY, PROXY, [], PROXY),
        (PROXY, PROXY, [b"unknown"], PROXY),  # not a client for each word that somebody makes up
        (PROXY, PROXY, [b"203.0.113.9, _hidden"], PROXY),
        ("10.0.0.1,10.0.0.2", PROXY, [b"junk, 10.0.0.2"], "10.0.0.2"),
        (PROXY, PROXY, [b"\xff\xfe"], PROXY),
        (PROXY, PROXY, [b"999.1.1.1"], PROXY),
        (PROXY, PROXY, [b"6.6.6.6, " * 3_000 + b"203.0.113.9"], "203.0.113.9"),
        (PROXY, PROXY, [b"1" * 30_000], PROXY),
        (PROXY, PROXY, [b"," * 30_000], PROXY),
        (PROXY, PROXY, [b"10.0.0.1, " * 3_000], PROXY),
        ("10.0.0.0/8", PROXY, [b"10.9.9.9"], "10.9.9.9"),  # somebody of our own network
    ],
)
def test_the_client_is_found_behind_networks_of_proxies(
    trusted: str, peer: str, lines: list[bytes], expected: str
) -> None:
    assert client(limiter(trusted), peer, *lines) == expected


def test_made_up_words_do_not_make_new_clients() -> None:
    """A proxy that hands on what it was sent, and adds nothing: the setting is wrong, and yet the limit holds."""
    found = limiter(PROXY)
    assert {client(found, PROXY, b"word-%d" % number) for number in range(100)} == {PROXY}


def test_a_socket_without_an_address_is_one_client() -> None:
    assert limits.client(limiter(PROXY), {"client": None, "headers": []}) == ""


@pytest.mark.parametrize(
    "value", ["10.0.0.1/8", "proxy.example.org", "10.0.0.256", "10.0.0.0/33", "10.0.0.1 10.0.0.2", "0.0.0.0/0", "::/0"]
)
def test_serve_refuses_what_is_no_proxy_and_names_it(value: str) -> None:
    get_settings.cache_clear()
    try:
        done = CliRunner().invoke(cli.app, ["serve"], env=NO_ENGINES | {"TRUSTED_PROXIES": f"10.0.0.2, {value}"})
    finally:
        get_settings.cache_clear()
    assert done.exit_code == 1
    assert done.stderr.startswith(f"TRUSTED_PROXIES\u00a0: «\u00a0{value}\u00a0» ")
    assert done.stderr.count("\n") == 1
    with pytest.raises(proxies.BadProxy):
        limiter(value)


@pytest.mark.parametrize(
    ("peer", "named"),
    [
        ("172.18.0.1", "172.18.0.1"),
        ("127.0.0.1", "127.0.0.1"),
        ("fd00::1", "fd00::1"),
        ("::ffff:10.0.0.9", "10.0.0.9"),
        ("198.51.100.7", "another address"),
        ("2001:db8::1", "another address"),
    ],
)
def test_a_proxy_that_is_not_believed_is_told_once_without_the_address_of_a_visitor(
    peer: str, named: str, caplog: pytest.LogCaptureFixture
) -> None:
    found = limiter("10.0.0.1")
    client(found, peer)
    client(found, "10.0.0.1", b"203.0.113.9")
    client(found, "10.0.0.1", b"junk")  # believed, though it says nothing
    assert told(caplog) == []
    for _ in range(100):
        client(found, peer, b"203.0.113.9")
    (line,) = told(caplog)
    assert f"X-Forwarded-For from {named} is not believed" in line
    assert "TRUSTED_PROXIES" in line
    assert "203.0.113.9" not in line
    assert named != "another address" or peer not in line


def visits(found: Limiter, clock: Clock, clients: list[str], requests: int, seconds: float) -> None:
    for number in range(requests):
        client(found, clients[number % len(clients)])
        clock.now += seconds / requests


@pytest.mark.parametrize(
    ("site_url", "clients", "requests", "seconds", "warns"),
    [
        ("https://example.org", ["172.18.0.1"], 1_000, 4_000, True),
        ("https://example.org", ["172.18.0.1"], 1_000, 3_000, False),  # not yet an hour
        ("https://example.org", ["172.18.0.1"], 250, 9_000, False),  # a quiet site
        ("https://example.org", ["198.51.100.7", "198.51.100.8"], 1_000, 9_000, False),
        ("http://localhost:8000", ["172.18.0.1"], 1_000, 9_000, False),
    ],
)
def test_one_client_for_an_hour_behind_tls_is_told_once(
    site_url: str,
    clients: list[str],
    requests: int,
    seconds: float,
    warns: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    clock = Clock()
    found = limiter(site_url=site_url, clock=clock)
    visits(found, clock, clients, requests, seconds)
    assert len(told(caplog)) == warns
    visits(found, clock, clients, requests if warns else 0, seconds)
    assert len(told(caplog)) == warns
    for line in told(caplog):
        assert "TRUSTED_PROXIES" in line
        assert not any(each in line for each in clients)
    assert not any(each in repr(found) for each in clients)


def test_the_hour_begins_anew_with_another_visitor(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    found = limiter(site_url="https://example.org", clock=clock)
    visits(found, clock, ["198.51.100.7"], 500, 3_000)
    client(found, "198.51.100.8")
    visits(found, clock, ["198.51.100.7"], 500, 3_000)
    assert told(caplog) == []
