"""A node as elastic_transport asks it, by an exchange of our own: the transport keeps addresses, second tries and nodes
that are left out; here are connections that are kept, and HTTP/1.1 no further than a search needs.

Our own because the library's node over aiohttp cost 7 % of the searches that two cores can do (bench/RESULTS.md,
"elastic_transport's node beside our own"). Requests must be safe to repeat, as searches are. An answer must give its
length or come in chunks: one that ends with its connection cannot be distinguished from one that was cut.
"""

import asyncio
import ssl
import time
from typing import Any, cast

from elastic_transport import (
    ApiResponseMeta,
    BaseAsyncNode,
    ConnectionError,
    ConnectionTimeout,
    HttpHeaders,
    NodeConfig,
    TlsError,
    TransportApiResponse,
    TransportError,
)
from elastic_transport.client_utils import DEFAULT, DefaultType
from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from settings.engine import require_elasticsearch

MOST_BYTES = 100_000_000
"""Of one answer. A full view of contours, the largest of ours, has less than a tenth."""

KEPT_S = 60
"""A connection that nobody used for so long is not used again: what stands between may have forgotten it without
a word, and then the request would hang."""

Answer = tuple[int, str, bytes]
"""Status, media type with its parameters ("" where the answer names none), body."""


class Connection(asyncio.Protocol):
    """One connection. It carries one request at a time, and is closed by whatever it did not expect."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.lost: asyncio.Future[None] = loop.create_future()
        self.used_at = 0.0
        self._awaited: asyncio.Future[Answer] | None = None
        self._media_type = ""
        self._body: list[bytes] = []
        self._size = 0
        self._parser = HttpResponseParser(self)

    async def ask(self, request: bytes) -> Answer:
        """Raises OSError, or TransportError for an answer that is too long; the connection is closed then."""
        if not self.is_open():  # it ended while no request waited for an answer
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
        if self._awaited is None:  # no request waits for an answer
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
        self._media_type, self._body, self._size = "", [], 0

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"content-type":
            self._media_type = value.decode("latin-1")

    def on_body(self, part: bytes) -> None:
        self._body.append(part)
        self._size += len(part)
        if self._size > MOST_BYTES:
            self._fail(TransportError("the answer is too long"))  # which no other node would change

    def on_message_complete(self) -> None:
        status = self._parser.get_status_code()
        if status < 200 or self._awaited is None or self._awaited.done():
            return
        if not self._parser.should_keep_alive():
            self._transport.close()
        parts = self._body
        self._awaited.set_result((status, self._media_type, parts[0] if len(parts) == 1 else b"".join(parts)))
        self._body = []

    def _fail(self, error: Exception) -> None:
        if self._awaited is not None and not self._awaited.done():
            self._awaited.set_exception(error)  # upon which `ask` closes


class Node(BaseAsyncNode):
    """One address and its connections, which belong to the event loop of the first request."""

    def __init__(self, config: NodeConfig) -> None:
        super().__init__(config)
        usual = 443 if config.scheme == "https" else 80
        host = f"[{config.host}]" if ":" in config.host else config.host
        own = {"host": host if config.port == usual else f"{host}:{config.port}", **config.headers}
        self._own_headers = _lines(own)
        self._tls = config.ssl_context if config.scheme == "https" else None
        self._room = asyncio.Semaphore(config.connections_per_node)
        self._kept: list[Connection] = []
        self._connections: set[Connection] = set()

    async def perform_request(  # type: ignore[override]  # as the library's own asynchronous nodes
        self,
        method: str,
        target: str,
        body: bytes | None = None,
        headers: HttpHeaders | None = None,
        request_timeout: DefaultType | float | None = DEFAULT,
    ) -> TransportApiResponse:
        """The answer, whatever its status. `target` is percent-encoded, with its query; `request_timeout`: seconds.
        Raises elastic_transport's ConnectionTimeout, TlsError and ConnectionError, and settings.engine.Misaddressed."""
        started = time.monotonic()
        content = body or b""
        head = f"{method} {self.path_prefix}{target} HTTP/1.1\r\n{self._own_headers}{_lines(headers or {})}"
        request = b"%bcontent-length: %d\r\n\r\n%b" % (head.encode("ascii"), len(content), content)
        limit = self.config.request_timeout if isinstance(request_timeout, DefaultType) else request_timeout
        try:
            async with asyncio.timeout(limit):
                status, media_type, content = await self._exchanged(request)
        except TimeoutError as error:
            raise ConnectionTimeout("no answer in time", errors=(error,)) from error
        except ssl.SSLError as error:
            raise TlsError("TLS failed", errors=(error,)) from error
        except OSError as error:
            raise ConnectionError("no answer", errors=(error,)) from error
        meta = ApiResponseMeta(
            node=self.config,
            duration=time.monotonic() - started,
            http_version="1.1",
            status=status,
            headers=HttpHeaders({"content-type": media_type} if media_type else {}),
        )
        require_elasticsearch(meta, content)
        return TransportApiResponse(meta, content)

    async def close(self) -> None:  # type: ignore[override]  # as above
        """Close every connection. For when no request is under way."""
        connections = list(self._connections)
        for connection in connections:
            connection.abort()
        # Wait until they are closed: else the event loop would end before them, and complain.
        await asyncio.gather(*(connection.lost for connection in connections))

    async def _exchanged(self, request: bytes) -> Answer:
        async with self._room:
            if connection := self._last_kept():
                try:
                    answer = await connection.ask(request)
                except OSError:
                    pass  # the node may close it at any moment, so when this was on its way too: no fault of the node
                else:
                    self._keep(connection)
                    return answer
            connection = await self._opened()
            answer = await connection.ask(request)
            self._keep(connection)
            return answer

    def _last_kept(self) -> Connection | None:
        """The connection that was used last, if it is still good."""
        while self._kept:
            connection = self._kept.pop()
            if connection.is_open():
                if time.monotonic() - connection.used_at < KEPT_S:
                    return connection
                connection.abort()
        return None

    def _keep(self, connection: Connection) -> None:
        if connection.is_open():
            connection.used_at = time.monotonic()
            self._kept.append(connection)

    async def _opened(self) -> Connection:
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(lambda: Connection(loop), self.host, self.port, ssl=self._tls)
        self._connections.add(connection)
        connection.lost.add_done_callback(lambda _: self._connections.discard(connection))
        return connection


def _lines(headers: Any) -> str:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items())
