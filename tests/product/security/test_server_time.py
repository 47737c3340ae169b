"""The server within its bounds of time: who is slow is cut off, who is only far out is not, and others are served."""

import contextlib
import socket
import time
from collections.abc import Iterator
from select import select
from typing import Any

import pytest

from tests.conftest import wait_for
from tests.product.security.serving import Port, connect, drip, get, in_thread, rest, status
from tests.product.security.test_server_bytes import reading
from web.server import Bounds

QUICK = Bounds(
    head_s=1, body_s=3, grace_s=1, least_rate=1_000, good_rate=10_000, idle_s=1, answer_s=1, linger_s=0.5, tick_s=0.1
)
EVERY_S = 0.1
LONG_ANSWER = 64 * 1024 * 1024
"""More than the kernels of both sides keep."""

left: list[str] = []
"""How the long answers ended."""


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["path"] == "/unread":  # answers without a look at the body
        await send({"type": "http.response.start", "status": 404, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})
    elif scope["path"] == "/long":
        length = b"%d" % LONG_ANSWER
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
        piece = bytes(65_536)
        for at in range(0, LONG_ANSWER, len(piece)):
            await send({"type": "http.response.body", "body": piece, "more_body": at + len(piece) < LONG_ANSWER})
        left.append("done")
    else:
        await reading(scope, receive, send)


@pytest.fixture(scope="module")
def port() -> Iterator[Port]:
    with in_thread(app, bounds=QUICK) as port:
        yield port


def test_headers_that_drip_in_are_given_up_and_others_are_served(port: Port) -> None:
    with contextlib.ExitStack() as held:
        slow = [held.enter_context(connect(port, "127.0.0.2")) for _ in range(50)]
        for each in slow:
            each.sendall(b"GET / HTTP/1.1\r\nX-Slow: ")
        answer, took = drip(slow[0], b"x", EVERY_S)
        assert status(answer) == 408
        assert 0.8 < took < 5
        assert get(port)[0] == 200
        assert all(status(rest(each)) == 408 for each in slow[1:])


def test_the_time_for_headers_begins_with_their_first_byte(port: Port) -> None:
    """A browser opens connections before it needs them."""
    with connect(port) as connected:
        connected.settimeout(QUICK.idle_s * 0.6)
        with pytest.raises(TimeoutError):
            connected.recv(1)
        connected.sendall(b"GET / HTTP/1.1\r\n")
        with pytest.raises(TimeoutError):
            connected.recv(1)
        connected.settimeout(20)
        connected.sendall(b"Connection: close\r\n\r\n")
        assert status(rest(connected)) == 200


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b"POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\n", b"x"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n", b"A: b\r\n"),
    ],
)
def test_bodies_that_drip_in_are_given_up(port: Port, head: bytes, piece: bytes) -> None:
    with connect(port) as connected:
        connected.sendall(head)
        answer, took = drip(connected, piece, EVERY_S)
    assert status(answer) in (408, 431)
    assert took < 8


def test_bodies_that_stop_are_given_up(port: Port) -> None:
    for head in (b"Content-Length: 10\r\n\r\nhello", b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"):
        with connect(port) as connected:
            connected.sendall(b"POST / HTTP/1.1\r\n" + head)
            assert status(rest(connected)) == 408


def test_a_body_over_a_bad_line_that_keeps_coming_is_taken(port: Port) -> None:
    """Longer than `body_s`, at more than the good rate: 60 kB, 1,500 bytes each tenth of a second, takes 4 s."""
    with connect(port) as connected:
        connected.sendall(b"POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: 60000\r\n\r\n")
        began = time.monotonic()
        for _ in range(40):
            connected.settimeout(EVERY_S)
            with pytest.raises(TimeoutError):
                connected.recv(1)
            connected.sendall(b"x" * 1_500)
        connected.settimeout(20)
        assert rest(connected).endswith(b"60000")
        assert time.monotonic() - began > QUICK.body_s


def test_what_is_left_of_a_body_after_its_answer_is_not_awaited_for_ever(port: Port) -> None:
    with connect(port) as connected:
        connected.sendall(b"POST /unread HTTP/1.1\r\nContent-Length: 1000\r\n\r\n")
        answer, took = drip(connected, b"x", EVERY_S)
        assert status(answer) == 404
        assert answer.count(b"HTTP/1.1") == 1
        assert took < 8


def test_connections_that_ask_nothing_are_closed_without_a_word(port: Port) -> None:
    with contextlib.ExitStack() as held:
        silent = [held.enter_context(connect(port, "127.0.0.2")) for _ in range(80)]
        kept = held.enter_context(connect(port, "127.0.0.3"))
        kept.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert get(port)[0] == 200
        assert [rest(each) for each in silent] == [b""] * 80
        assert rest(kept).count(b"HTTP/1.1 200") == 1


def test_blank_lines_do_not_keep_a_connection(port: Port) -> None:
    with connect(port) as connected:
        answer, took = drip(connected, b"\r\n", EVERY_S)
        assert status(answer) in (0, 408)
        assert took < 5


def test_who_does_not_read_his_answer_is_left(port: Port) -> None:
    left.clear()
    with connect(port, receive_buffer=4_096) as connected:
        connected.sendall(b"GET /long HTTP/1.1\r\n\r\n")
        wait_for(lambda: left == ["done"], seconds=20, what="the end of the answer that nobody reads")
        assert get(port)[0] == 200
        # It did not end by being sent: only what the kernels kept is there.
        assert len(rest(connected)) < LONG_ANSWER


def test_who_reads_slowly_but_reads_gets_all(port: Port) -> None:
    with connect(port) as connected:
        connected.sendall(b"GET /long HTTP/1.1\r\nConnection: close\r\n\r\n")
        received, began = 0, time.monotonic()
        while more := connected.recv(1024 * 1024, socket.MSG_WAITALL):
            received += len(more)
            if time.monotonic() - began < 3 * QUICK.answer_s:
                pause(connected)
    assert received > LONG_ANSWER


def pause(connected: socket.socket) -> None:
    """A tenth of a second in which nothing is read."""
    select([], [], [connected], EVERY_S)


def test_a_server_that_is_told_to_stop_does_not_wait_for_a_slow_one() -> None:
    with in_thread(app, bounds=QUICK) as port:
        connected = connect(port)
        # Its request has begun: before that, to stop is to close.
        connected.sendall(b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\nhello")
        assert connected.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
    with connected:
        assert status(rest(connected)) == 408


def test_the_bounds_of_a_body_let_the_largest_form_through_a_poor_line() -> None:
    """11 MiB at half a megabit a second, and a form of 50 kB at 1 kB a second; not a byte a second for ever."""
    bounds = Bounds()
    largest = 11 * 1024 * 1024
    assert all(at / 62_500 < bounds.body_allowed_s(at) for at in range(0, largest, 10_000) if at > 700_000)
    assert bounds.body_allowed_s(50_000) >= 50
    assert bounds.body_allowed_s(60) < 11
