"""HTTP/1.1 towards a few equal nodes, and no more of it than the searches need: kept connections, time-outs, retries.

Our own because a general client costs more CPU than all the rest of a search. Requests must be safe to repeat, as
searches are. An answer must tell its length or come in chunks: one that ends with its connection cannot be told from
one that was cut.
"""

import asyncio
import ssl
import time
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import SplitResult, unquote, urlsplit

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

AGAIN = frozenset({502, 503, 504})
"""What another node may answer better. Not 429, an overload: to ask again at once is to add to it."""

MOST_CONNECTIONS = 64
"""To one node; further requests wait for theirs within their time."""

MOST_BYTES = 100_000_000
"""Of one answer. A full view of contours, the largest of ours, has less than a tenth."""

KEPT_S = 60
"""A connection that nobody used for so long is not used again: what stands between may have forgotten it without
a word, and then the request would hang."""

SHORTEST_TRY_S = 0.01
"""Less than that is no time left: timers may be a little early."""

SHORTEST_OUT_S, LONGEST_OUT_S = 1, 30
"""How long a node that failed is left out: twice as long after each new failure, up to the longest."""


class NoAnswer(Exception):
    """No node gave a whole answer in time."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes


class Connection(asyncio.Protocol):
    """One connection. It carries one request at a time, and is closed by whatever it did not expect."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.lost: asyncio.Future[None] = loop.create_future()
        self.used_at = 0.0
        self._awaited: asyncio.Future[Answer] | None = None
        self._body: list[bytes] = []
        self._size = 0
        self._parser = HttpResponseParser(self)

    async def ask(self, request: bytes) -> Answer:
        """Raises OSError, or NoAnswer for an answer that is too long, and is closed then."""
        if not self.is_open():  # its end was told before there was anyone to tell
            raise ConnectionResetError("closed before the request")
        self._awaited = self.loop.create_future()
        self._transport.write(request)
        try:
            return await self._awaited
        except BaseException:
            # Also when the caller gives up: the answer that is still to come must not be taken for the next one's.
            self._transport.abort()
            raise
        finally:
            self._awaited = None

    def is_open(self) -> bool:
        return not self._transport.is_closing()

    def abort(self) -> None:
        self._transport.abort()

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if self._awaited is None:  # nobody asked
            self._transport.abort()
            return
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade):
            self._fail(ConnectionAbortedError("the answer is not HTTP"))

    def connection_lost(self, error: Exception | None) -> None:
        self._fail(ConnectionResetError("closed before the end of the answer"))
        self.lost.set_result(None)

    # What the parser calls.

    def on_message_begin(self) -> None:
        if self._awaited is None or self._awaited.done():  # a second answer
            self._transport.abort()
        self._body, self._size = [], 0

    def on_body(self, part: bytes) -> None:
        self._body.append(part)
        self._size += len(part)
        if self._size > MOST_BYTES:
            self._fail(NoAnswer("the answer is too long"))  # which no other node would change

    def on_message_complete(self) -> None:
        status = self._parser.get_status_code()
        if status < 200 or self._awaited is None or self._awaited.done():
            return
        if not self._parser.should_keep_alive():
            self._transport.close()
        parts = self._body
        self._awaited.set_result(Answer(status, parts[0] if len(parts) == 1 else b"".join(parts)))
        self._body = []

    def _fail(self, error: Exception) -> None:
        if self._awaited is not None and not self._awaited.done():
            self._awaited.set_exception(error)  # upon which `ask` closes


@dataclass
class Node:
    """One address, its connections, and what is known of its health. Moments are those of time.monotonic."""

    host: str
    port: int
    tls: ssl.SSLContext | None
    prefix: str
    headers: str
    room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_CONNECTIONS))
    kept: list[Connection] = field(default_factory=list)
    connections: set[Connection] = field(default_factory=set)
    failures: int = 0
    failed_at: float = 0.0
    out_until: float = 0.0


class Client:
    """Asks the nodes at `urls` (http or https; a path before every other and user:password may stand in them).

    The nodes take turns. One that fails is left out for a while, then one request at a time tries it. A request has
    `timeout_s` in all, within which it is tried once more than there are nodes. Connections belong to the event loop
    of the first request. Raises ValueError on a bad URL.
    """

    def __init__(self, urls: Sequence[str], *, timeout_s: float) -> None:
        self.nodes = [_node(url) for url in urls]
        self.timeout_s = timeout_s
        # A node that hangs takes half of the time and leaves the rest to another one. One alone takes all of it: a
        # second try would double the wait of someone who is told to come back anyway.
        self.try_s = timeout_s / min(len(self.nodes), 2)
        self._turn = 0

    async def request(self, method: str, path: str, body: bytes = b"", media_type: str = "application/json") -> Answer:
        """The answer, whatever its status. `path` is percent-encoded, with its query. Raises NoAnswer."""
        answer: Answer | None = None
        reason: Exception | None = None
        started = time.monotonic()
        deadline = started + self.timeout_s
        for _ in range(len(self.nodes) + 1):
            node = self._chosen()
            head = f"{method} {node.prefix}{path} HTTP/1.1\r\n{node.headers}Content-Type: {media_type}\r\n"
            request = b"%bContent-Length: %d\r\n\r\n%b" % (head.encode("ascii"), len(body), body)
            try:
                async with asyncio.timeout(min(self.try_s, deadline - started)):
                    answer = await _exchange(node, request)
            except OSError as error:  # TimeoutError is one
                answer, reason = None, error
            if answer and answer.status not in AGAIN:
                node.failures, node.out_until = 0, 0.0
                return answer
            _leave_out(node, started)
            started = time.monotonic()
            if deadline - started < SHORTEST_TRY_S:
                break
        if answer is None:
            raise NoAnswer from reason
        return answer

    async def close(self) -> None:
        """Close every connection. For when no request is under way."""
        connections = [connection for node in self.nodes for connection in node.connections]
        for connection in connections:
            connection.abort()
        # Until they are: else the end of the loop would find them.
        await asyncio.gather(*(connection.lost for connection in connections))

    def _chosen(self) -> Node:
        now = time.monotonic()
        for _ in self.nodes:
            self._turn = (self._turn + 1) % len(self.nodes)
            node = self.nodes[self._turn]
            if node.out_until <= now:
                if node.failures:
                    node.out_until = now + self.try_s  # for all others, until this request knows better
                return node
        return min(self.nodes, key=lambda node: node.out_until)


async def _exchange(node: Node, request: bytes) -> Answer:
    async with node.room:
        if connection := _kept(node):
            try:
                answer = await connection.ask(request)
            except OSError:
                pass  # the node may close it at any moment, and so when this was on its way: no fault of the node
            else:
                _keep(node, connection)
                return answer
        connection = await _opened(node)
        answer = await connection.ask(request)
        _keep(node, connection)
        return answer


def _kept(node: Node) -> Connection | None:
    """The connection that was used last, if it is still good."""
    while node.kept:
        connection = node.kept.pop()
        if connection.is_open():
            if time.monotonic() - connection.used_at < KEPT_S:
                return connection
            connection.abort()
    return None


def _keep(node: Node, connection: Connection) -> None:
    if connection.is_open():
        connection.used_at = time.monotonic()
        node.kept.append(connection)


async def _opened(node: Node) -> Connection:
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(lambda: Connection(loop), node.host, node.port, ssl=node.tls)
    node.connections.add(connection)
    connection.lost.add_done_callback(lambda _: node.connections.discard(connection))
    return connection


def _leave_out(node: Node, started: float) -> None:
    """After a try that `started` then: the many that one fault fails at once count as one failure."""
    if started < node.failed_at:
        return
    node.failed_at = time.monotonic()
    node.out_until = node.failed_at + min(SHORTEST_OUT_S * 2 ** min(node.failures, 10), LONGEST_OUT_S)
    node.failures += 1


def _node(url: str) -> Node:
    parts = _split(url.strip())
    secure = parts.scheme == "https"
    headers = f"Host: {parts.netloc.rpartition('@')[2]}\r\nAccept: application/json\r\n"
    if parts.username is not None:
        user = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers += f"Authorization: Basic {b64encode(user.encode()).decode()}\r\n"
    return Node(
        host=parts.hostname or "",
        port=parts.port or (443 if secure else 80),
        tls=ssl.create_default_context() if secure else None,
        prefix=parts.path.rstrip("/"),
        headers=headers,
    )


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 (raises on a bad one)
    except ValueError:
        parts = SplitResult("", "", "", "", "")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        # Without the URL: a password may stand in it.
        raise ValueError("an address of Elasticsearch is not like http://host:port")
    return parts
