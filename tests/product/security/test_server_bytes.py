"""The real server within its bounds of bytes and connections: what is too much is refused, and others are served."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Any

import psutil
import pytest

from search_api.http import proxies
from tests.conftest import wait_for
from tests.product.security.serving import (
    Port,
    as_process,
    connect,
    get,
    in_thread,
    rest,
    send_until_closed,
    status,
)
from web.core import posted
from web.server import Bounds
from web.server.watch import Watch

MIB = 1024 * 1024
AT_ONCE_S = 2.0
"""An ordinary request takes some milliseconds; a machine that is busy with other tests, more."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Port, psutil.Process]]:
    with as_process(tmp_path_factory.mktemp("site") / "log") as running:
        yield running


@pytest.fixture(scope="module")
def port(site: tuple[Port, psutil.Process]) -> Port:
    return site[0]


def head_of(total: int) -> bytes:
    """A request whose line and headers have so many bytes."""
    start, end = b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX: ", b"\r\n\r\n"
    return start + b"x" * (total - len(start) - len(end)) + end


async def reading(scope: Any, receive: Any, send: Any) -> None:
    """Takes the whole body and says how long it was."""
    length, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        length, more = length + len(message["body"]), message["more_body"]
    told = b"%d" % length
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(told))]})
    await send({"type": "http.response.body", "body": told})


@pytest.fixture(scope="module")
def reader() -> Iterator[Port]:
    with in_thread(reading, bounds=Bounds(tick_s=0.1)) as port:
        yield port


def test_150_mb_of_headers_are_cut_off_and_take_no_memory(site: tuple[Port, psutil.Process]) -> None:
    port, process = site
    assert get(port)[0] == 200
    before = process.memory_info().rss
    for start in (b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: ", b"GET /", b"GET /healthz HTTP/1.1\r\nX: y\r\n"):
        piece = b"X-Header: value\r\n" * 4_000 if start.endswith(b"\n") else b"x" * 65_536
        with connect(port) as flood:
            flood.sendall(start)
            # What the kernels of both sides hold is sent too, without having been read.
            assert send_until_closed(flood, piece, 150 * MIB) < 20 * MIB
    assert process.memory_info().rss - before < 20 * MIB
    assert get(port)[0] == 200


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (head_of(32 * 1024), 200),
        (head_of(32 * 1024 + 1), 431),
        (b"GET /healthz HTTP/1.1\r\nConnection: close\r\n" + b"A: b\r\n" * 99 + b"\r\n", 200),
        (b"GET /healthz HTTP/1.1\r\nConnection: close\r\n" + b"A: b\r\n" * 100 + b"\r\n", 431),
        (b"GET /healthz?" + b"q" * 8_100 + b" HTTP/1.1\r\nConnection: close\r\n\r\n", 200),
        (b"GET /healthz?" + b"q" * 8_192 + b" HTTP/1.1\r\nConnection: close\r\n\r\n", 414),
        (b"nonsense\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nConnection: close, Upgrade\r\nUpgrade: websocket\r\n\r\n", 200),
    ],
)
def test_a_head_is_taken_up_to_its_bounds(port: Port, request_: bytes, expected: int) -> None:
    with connect(port) as connected:
        connected.sendall(request_)
        answer = rest(connected)
    assert status(answer) == expected, answer[:200]
    if expected != 200:
        assert b"connection: close" in answer
        assert answer.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize("size", [1, 1_000, 32 * 1024])
def test_a_head_that_comes_in_pieces_is_counted_whole(port: Port, size: int) -> None:
    for total, expected in ((30_000 if size > 1 else 2_000, 200), (40_000, 431)):
        if size == 1 and expected == 431:
            continue
        whole = head_of(total)
        with connect(port) as connected:
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with contextlib.suppress(ConnectionError):
                for at in range(0, total, size):
                    connected.sendall(whole[at : at + size])
            assert status(rest(connected)) == expected


def test_the_refusal_arrives_though_more_is_on_its_way(port: Port) -> None:
    """Without lingering the connection is reset, and the sender never reads why."""
    with connect(port) as connected:
        connected.sendall(b"GET /healthz HTTP/1.1\r\nX: " + b"x" * 500_000)
        assert status(rest(connected)) == 431


def test_a_body_is_taken_up_to_its_bound_and_forms_fit_into_it(reader: Port) -> None:
    most = Bounds().body_bytes
    assert most > posted.MOST_BYTES_WITH_FILE
    for length, expected in ((posted.MOST_BYTES_WITH_FILE, 200), (most, 200), (most + 1, 413), (10**18, 413)):
        with connect(reader) as connected:
            connected.sendall(b"POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % length)
            if expected == 200:
                connected.sendall(b"x" * length)
            answer = rest(connected)  # a refusal comes before any of the body
            assert status(answer) == expected
            assert expected != 200 or answer.endswith(b"%d" % length)


def test_a_person_who_sends_too_much_reads_a_french_page(reader: Port) -> None:
    with connect(reader) as connected:
        connected.sendall(b"POST / HTTP/1.1\r\nAccept: text/html\r\nContent-Length: 99999999\r\n\r\n")
        answer = rest(connected).decode()
    assert status(answer.encode()) == 413
    assert "content-type: text/html" in answer
    assert "choisissez un fichier plus léger" in answer


def test_chunks_without_a_length_are_counted(reader: Port) -> None:
    chunk = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    with connect(reader) as connected:
        connected.sendall(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")
        sent = send_until_closed(connected, chunk, 100 * MIB)
    assert Bounds().body_bytes <= sent < Bounds().body_bytes + 20 * MIB
    with connect(reader) as connected:
        connected.sendall(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n")
        connected.sendall(chunk * 16 + b"0\r\nTrailer: value\r\n\r\n")
        assert rest(connected).endswith(b"%d" % MIB)


@pytest.mark.parametrize("start", [b"1;", b"0\r\nTrailer: "])
def test_what_stands_around_chunks_is_bounded_too(reader: Port, start: bytes) -> None:
    with connect(reader) as connected:
        connected.sendall(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + start + b"x" * 100_000)
        assert status(rest(connected)) == 431


def test_requests_in_one_piece_are_answered_in_order_and_not_by_the_thousand(reader: Port) -> None:
    one = b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"
    with connect(reader) as connected:
        connected.sendall(one * 9 + one.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        assert rest(connected).count(b"200 OK") == 10
    with connect(reader) as connected:
        connected.sendall(one * 5_000)
        assert rest(connected).count(b"200 OK") < 5_000


def test_one_client_takes_only_his_share_of_connections_and_others_are_served_at_once(port: Port) -> None:
    share = Bounds().share
    with contextlib.ExitStack() as held:
        for _ in range(share):
            held.enter_context(connect(port, "127.0.0.2")).sendall(b"GET / HTTP/1.1\r\nX: ")
        with connect(port, "127.0.0.2") as one_more:
            answer = rest(one_more)
        assert status(answer) == 503
        assert b"retry-after: 10\r\n" in answer
        found, took = get(port, source="127.0.0.1")
        assert found == 200
        assert took < AT_ONCE_S
    wait_for(lambda: get(port, source="127.0.0.2")[0] == 200, what="room for the client who let go")


class Silent:
    """A connection that nobody looks at."""

    def check(self, now: float, passed: float) -> None: ...


@pytest.mark.parametrize(
    ("wide", "admitted"),
    [
        ("192.0.2.1", 10),
        ("192.0.2.{}", 80),
        ("2001:db8:1:2{:02x}::1", 10),  # of a /56, as an operator gives to a house
        ("2001:db8:1:{:02x}00::1", 40),  # of a /48, as a rented server has
        ("2001:db8:{}::1", 80),
        ("10.0.0.1", 80),  # a proxy of ours
    ],
)
def test_who_has_many_networks_of_ipv6_holds_not_as_many_connections(wide: str, admitted: int) -> None:
    async def held() -> int:
        watch = Watch(Bounds(connections=80), proxies.parse("10.0.0.1"))
        entered = []
        for network in range(100):
            connection, holders = Silent(), watch.holders(wide.format(network))
            entered.append((connection, holders, watch.enter(connection, holders)))
        count = watch.admitted
        for each in entered:
            watch.leave(*each)
        assert (watch.admitted, watch.held) == (0, {})
        return count

    assert asyncio.run(held()) == admitted


def test_there_are_only_so_many_connections_in_all_and_a_trusted_proxy_may_have_them(tmp_path: Any) -> None:
    environment = {"MOST_CONNECTIONS": "16", "TRUSTED_PROXIES": "127.0.0.9"}
    with as_process(tmp_path / "log", **environment) as (port, _), contextlib.ExitStack() as held:
        for _ in range(16):
            held.enter_context(connect(port, "127.0.0.9"))
        wait_for(lambda: get(port)[0] == 503, what="a refusal above the bound")
        refused = [held.enter_context(connect(port, f"127.0.1.{number}")) for number in range(1, 40)]
        # Far above it there is not even an answer, for that would hold connections too.
        assert {status(rest(each)) for each in refused} <= {503, 0}
        held.close()
        wait_for(lambda: get(port)[0] == 200, what="room again")
        log = tmp_path / "log"
        wait_for(lambda: "requests refused, by status: 503: " in log.read_text("utf-8"), what="a word in the log")
        assert "127.0.1." not in log.read_text("utf-8")


def test_who_is_refused_takes_nobodys_place(tmp_path: Any) -> None:
    with as_process(tmp_path / "log", MOST_CONNECTIONS="16") as (port, _), contextlib.ExitStack() as held:
        for _ in range(60):
            held.enter_context(connect(port, "127.0.0.2"))
        assert [get(port, source=f"127.0.0.{number}")[0] for number in range(3, 9)] == [200] * 6


@pytest.mark.parametrize(
    "lengths",
    [
        b"Content-Length: 5\r\nContent-Length: 6",
        b"Content-Length: 5\r\nTransfer-Encoding: chunked",
        b"Transfer-Encoding: chunked\r\nContent-Length: 5",
        b"Transfer-Encoding: chunked, identity",
        b"Content-Length: -1",
        b"Content-Length: 5x",
    ],
)
def test_a_message_that_ends_at_two_places_is_refused(port: Port, lengths: bytes) -> None:
    """Or a proxy and the site would not agree on which request comes next."""
    with connect(port) as connected:
        connected.sendall(
            b"POST /healthz HTTP/1.1\r\nHost: a\r\n%s\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\n" % lengths
        )
        connected.shutdown(socket.SHUT_WR)
        answer = rest(connected)
    assert status(answer) == 400
    assert answer.count(b"HTTP/1.1 ") == 1


def test_nothing_is_told_of_a_request_itself(port: Port) -> None:
    for path in (b"/healthz", b"/static/"):
        with connect(port) as connected:
            connected.sendall(b"TRACE %s HTTP/1.1\r\nHost: a\r\nX-Secret: b\r\nConnection: close\r\n\r\n" % path)
            answer = rest(connected)
        assert status(answer) in (404, 405)
        assert b"X-Secret" not in answer
