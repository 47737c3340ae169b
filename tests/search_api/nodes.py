"""Nodes on loopback that close, cut, hang, refuse or answer late, as a test asks; and the way to ask them."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from search_api.engine.engine import Answer, Engine, asked, connect
from settings import Settings

Run = Callable[[Coroutine[Any, Any, None]], None]

Replies = Callable[[bytes, int, asyncio.StreamWriter], Awaitable[None]]
"""Answers a request: its head and body, the number of the connection it came on (from 1), and where to write."""


def answer(body: bytes, status: int = 200, more: str = "") -> bytes:
    return f"HTTP/1.1 {status} X\r\n{more}content-length: {len(body)}\r\n\r\n".encode() + body


async def echo(request: bytes, connection: int, writer: asyncio.StreamWriter) -> None:
    writer.write(answer(request.partition(b"\r\n\r\n")[2]))


async def unavailable(request: bytes, connection: int, writer: asyncio.StreamWriter) -> None:
    writer.write(answer(b"", 503))


async def hang(request: bytes, connection: int, writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


class Server:
    """A node on loopback that answers as it is told; `requests` and `connections` are what it has seen."""

    def __init__(self, replies: Replies) -> None:
        self.replies = replies
        self.requests: list[bytes] = []
        self.connections = 0
        self.open: set[asyncio.StreamWriter] = set()
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open.add(writer)
        number = self.connections
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
                self.requests.append(head + await reader.readexactly(length))
                await self.replies(self.requests[-1], number, writer)
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            self.open.discard(writer)
            writer.close()


@asynccontextmanager
async def serving(replies: Replies) -> AsyncIterator[Server]:
    server = Server(replies)
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.create_task(server.serve(reader, writer)))

    listener = await asyncio.start_server(accept, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        listener.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def asking(*urls: str, timeout_s: float = 5) -> AsyncIterator[Engine]:
    found = connect(Settings(elasticsearch_url=",".join(urls), request_timeout_s=timeout_s))
    try:
        yield found
    finally:
        await found.client.close()


async def post(elastic: Engine, body: bytes) -> Answer:
    return await asked(elastic, "POST", "/x/_search?a=b", body)


@contextmanager
def closed_port() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{probe.getsockname()[1]}"


async def becomes(condition: Callable[[], bool]) -> None:
    """Return when it holds; other tasks run meanwhile."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 (what it waits for sets no event)
            await asyncio.sleep(0.001)
