"""uvicorn's protocol over httptools, which has no bounds of its own, within those of bounds.py.

It leans on attributes of uvicorn's class that are not documented: `reading`, `unshown` and the rest are ours, but
`cycle`, `pipeline`, `flow`, `parser`, `headers`, `url` and `_unset_keepalive_if_required` are uvicorn's.
tests/product/security/test_server_uvicorn.py names them all and fails when one is gone.
"""

import asyncio
from collections.abc import Callable
from enum import Enum
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from web.core.headers import Line
from web.server import refusals
from web.server.watch import Watch


class Reading(Enum):
    """What a connection is in the middle of sending."""

    NOTHING = 0
    HEAD = 1
    BODY = 2


NOTHING, HEAD, BODY = Reading


class Refused(Exception):
    """Raised out of a callback, so that the parser stops there; httptools hands it on as the context of its own."""

    def __init__(self, status: int) -> None:
        self.status = status


def bounded(watch: Watch, headers_of: Callable[[str], list[Line]]) -> type[asyncio.Protocol]:
    """The protocol of one process, for uvicorn's `http`. `headers_of`: what a refusal says too, by its address."""
    return type("Bounded", (BoundedProtocol,), {"watch": watch, "headers_of": staticmethod(headers_of)})


class BoundedProtocol(HttpToolsProtocol):
    """One connection.

    `reading` and `since` (the loop's seconds): what is awaited, and from when on; `now`: when the last bytes came.
    `unshown`: bytes that the parser was fed and has not shown yet, as a header of which the end has not come is kept
    inside of it. `received`: bytes of the body. `leaving`: a refusal was sent, what comes now is thrown away.
    """

    watch: Watch
    headers_of: Callable[[str], list[Line]]

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.bounds = self.watch.bounds
        self.holders: tuple[str, ...] = ()
        self.admitted = False
        self.reading = NOTHING
        self.now = self.since = self.progressed = self.loop.time()
        self.url = b""
        self.unshown = self.received = self.thrown_away = self.unsent = 0
        self.leaving = False

    # What comes

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.holders = self.watch.holders(self.client[0] if self.client else "")
        self.admitted = self.watch.enter(self, self.holders)
        if not self.admitted:
            if self.watch.is_crowded():
                self.watch.refused[503] += 1
                transport.abort()
            else:
                self.refuse(503)

    def connection_lost(self, exc: Exception | None) -> None:
        self.watch.leave(self, self.holders, self.admitted)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self.now = self.loop.time()
        if self.reading is NOTHING and not self.leaving:
            self.reading, self.since = HEAD, self.now
        self._unset_keepalive_if_required()
        while data and not self.leaving:
            room = self.bounds.head_bytes - self.unshown
            if room <= 0:
                self.refuse(431)
                break
            piece, data = (data, b"") if len(data) <= room else (data[:room], data[room:])
            self.unshown += len(piece)
            self.feed(piece)
        if data:
            self.throw_away(data)

    def feed(self, piece: bytes) -> None:
        try:
            self.parser.feed_data(piece)
        except httptools.HttpParserUpgrade:
            pass  # to what we do not speak: the request itself is answered
        except httptools.HttpParserError as error:
            reason = error.__context__
            self.refuse(reason.status if isinstance(reason, Refused) else 400)
        else:
            # Of a head that has no end yet, or of what follows a chunked body.
            if self.reading is not NOTHING and (status := self.excess()):
                self.refuse(status)

    def excess(self) -> int:
        """The status that refuses the request line and headers so far, 0 when there is none.

        Not looked at line by line, which an ordinary request would pay for: a piece has at most `head_bytes`.
        """
        if len(self.url) > self.bounds.url_bytes:
            return 414
        return 431 if self.headers and len(self.headers) > self.bounds.headers else 0

    def throw_away(self, data: bytes) -> None:
        self.thrown_away += len(data)
        if self.thrown_away > self.bounds.linger_bytes:
            self.transport.abort()

    # What the parser shows, while it is fed

    def on_headers_complete(self) -> None:
        if status := self.excess():
            raise Refused(status)
        if len(self.pipeline) >= self.bounds.pipelined:
            raise Refused(503)
        if self.parser.get_method() != b"GET":  # which has no body, or one that is counted as it comes
            for name, value in self.headers:
                # The parser has refused what is no number.
                if name == b"content-length" and int(value) > self.bounds.body_bytes:
                    raise Refused(413)
        self.unshown = self.received = 0
        self.reading, self.since = BODY, self.now
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self.unshown = 0
        self.received += len(body)
        if self.received > self.bounds.body_bytes:
            raise Refused(413)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self.unshown = 0
        self.reading, self.since = NOTHING, self.now
        super().on_message_complete()

    # What goes

    def resume_writing(self) -> None:
        self.progressed = self.loop.time()
        super().resume_writing()

    # Time

    def check(self, now: float, passed: float) -> None:
        """End the connection if its time is up. `passed`: seconds since the last look."""
        bounds = self.bounds
        unsent = self.transport.get_write_buffer_size()
        if not unsent or unsent <= self.unsent - bounds.least_rate * passed:
            self.progressed = now
        elif not self.unsent:
            self.progressed = max(self.progressed, now - passed)
        self.unsent = unsent
        if unsent and now - self.progressed > bounds.answer_s:
            self.transport.abort()  # to close would wait for the reader
        elif self.transport.is_closing():
            return
        elif self.leaving:
            if now - self.since > bounds.linger_s:
                self.transport.close()
        elif self.reading is NOTHING:
            if self.is_answering():
                self.since = now
            elif now - self.since > bounds.idle_s:
                self.transport.close()
        elif self.flow.read_paused:
            self.since += passed  # it is we who do not read
        elif self.reading is HEAD:
            if now - self.since > bounds.head_s:
                self.refuse(408)
        elif now - self.since > bounds.body_allowed_s(self.received):
            self.refuse(408)

    # The end

    def is_answering(self) -> bool:
        return bool(self.pipeline) or (self.cycle is not None and not self.cycle.response_complete)

    def is_for_reader(self) -> bool:
        """Whether a person reads the answer. Where a head was refused before it told what is accepted, its address
        says it: a program asks the API."""
        accepted = [value for name, value in self.headers or [] if name == b"accept"]
        return any(b"text/html" in value for value in accepted) if accepted else not self.url.startswith(b"/api/")

    def refuse(self, status: int) -> None:
        """Answer what is being read with this status, as far as that can be said, and end the connection."""
        if self.transport.is_closing():
            return
        self.watch.refused[status] += 1
        self._unset_keepalive_if_required()
        answered = self.reading is BODY and self.cycle.response_complete  # before all of its body had come
        of_this_request = self.reading is BODY and not self.pipeline and not self.cycle.response_started
        if self.is_answering() and not of_this_request:
            self.transport.abort()  # the refusal would stand in the middle of another answer
            return
        if of_this_request:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.leaving, self.since = True, self.loop.time()
        self.flow.resume_reading()
        if not answered:
            for_reader = self.is_for_reader()
            headers = [*self.server_state.default_headers, *self.headers_of(self.url.decode("latin-1"))]
            self.transport.write(refusals.answer(status, headers, for_reader))
        self.headers = []
        if self.transport.can_write_eof():
            self.transport.write_eof()
