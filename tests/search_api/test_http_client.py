"""The way to Elasticsearch when nodes close, cut, hang, refuse or are overtaken: no request fails that need not."""

import asyncio
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
import uvloop

from search_api.engine import engine, http_client
from search_api.engine.http_client import Answer, Client, NoAnswer
from search_api.problems import EngineUnavailable
from settings import Settings

Replies = Callable[[bytes, int, asyncio.StreamWriter], Awaitable[None]]
"""Answers a request: its head and body, the number of the connection it came on (from 1), and where to write."""

Run = Callable[[Coroutine[Any, Any, None]], None]


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
async def serving(replies: Replies, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    server = Server(replies)
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.create_task(server.serve(reader, writer)))

    listener = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls)
    server.url = f"http{'s' if tls else ''}://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        listener.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def asking(*urls: str, timeout_s: float = 5) -> AsyncIterator[Client]:
    client = Client(urls, timeout_s=timeout_s)
    try:
        yield client
    finally:
        await client.close()


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


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    """Runs a test under the loop of the standard library, which the tests of the API use, and under the server's."""

    def on_loop(test: Coroutine[Any, Any, None]) -> None:
        with asyncio.Runner(loop_factory=request.param) as runner:
            runner.run(test)

    return on_loop


def test_one_connection_serves_one_request_after_the_other(run: Run) -> None:
    async def test() -> None:
        async with serving(echo) as node, asking(f"{node.url.replace('//', '//us%40er:p%3Aw@')}/es/") as client:
            for body in (b"one", b"", b"three"):
                assert await client.request("POST", "/x/_search?a=b", body) == Answer(200, body)
            assert node.connections == 1
            head = node.requests[0].decode()
            assert head.startswith("POST /es/x/_search?a=b HTTP/1.1\r\n")
            assert "Authorization: Basic dXNAZXI6cDp3\r\n" in head  # us@er:p:w
            assert f"Host: {node.url.removeprefix('http://')}\r\n" in head

    run(test())


def test_an_answer_may_come_in_chunks_and_in_any_pieces(run: Run) -> None:
    async def byte_by_byte(request: bytes, connection: int, writer: asyncio.StreamWriter) -> None:
        chunks = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        for part in chunks + b"5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nTrailer: x\r\n\r\n":
            writer.write(bytes([part]))
            await asyncio.sleep(0)

    async def test() -> None:
        async with serving(byte_by_byte) as node, asking(node.url) as client:
            for _ in range(2):
                assert await client.request("GET", "/") == Answer(200, b"hello world")
            assert node.connections == 1

    run(test())


def test_concurrent_requests_get_each_its_own_answer_and_wait_for_a_connection(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_client, "MOST_CONNECTIONS", 3)

    async def after_a_while(request: bytes, connection: int, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(int(request[-2:]) % 7 / 1000)
        await echo(request, connection, writer)

    async def test() -> None:
        async with serving(after_a_while) as node, asking(node.url) as client:
            bodies = [b"request %02d" % number for number in range(60)]
            answers = await asyncio.gather(*(client.request("POST", "/", body) for body in bodies))
            assert [each.body for each in answers] == bodies
            assert node.connections == 3

    run(test())


@pytest.mark.parametrize("noticed", [True, False], ids=["noticed", "with the request"])
def test_a_kept_connection_that_the_server_closes_fails_nothing(run: Run, noticed: bool) -> None:
    """Either the end is seen before the next request, or it comes instead of the answer's first byte."""

    async def second_request_closes(request: bytes, connection: int, writer: asyncio.StreamWriter) -> None:
        if request.endswith(b"second") and connection == 1:
            writer.transport.abort()
        else:
            await echo(request, connection, writer)

    async def test() -> None:
        async with serving(second_request_closes) as node, asking(node.url) as client:
            await client.request("POST", "/", b"first")
            if noticed:
                for writer in node.open:
                    writer.close()
                await becomes(lambda: not client.nodes[0].connections)
            assert await client.request("POST", "/", b"second") == Answer(200, b"second")
            assert node.connections == 2
            assert len(node.requests) == (2 if noticed else 3)
            assert client.nodes[0].failed_at == 0  # nor is the node blamed

    run(test())


@pytest.mark.parametrize("what", ["connection: close", "more than was asked", "noise", "idle for long"])
def test_a_connection_that_is_no_longer_good_is_left(run: Run, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    async def replies(request: bytes, connection: int, writer: asyncio.StreamWriter) -> None:
        own = answer(b"own", more=f"{what}\r\n" if what == "connection: close" else "")
        writer.write(own + answer(b"of nobody") if what == "more than was asked" else own)

    if what == "idle for long":
        monkeypatch.setattr(http_client, "KEPT_S", 0)

    async def test() -> None:
        async with serving(replies) as node, asking(node.url) as client:
            for number in (1, 2):
                assert await client.request("GET", "/") == Answer(200, b"own")
                if what == "noise":
                    for writer in node.open:
                        writer.write(b"noise")
                    await becomes(lambda: not client.nodes[0].connections)
                assert node.connections == len(node.requests) == number

    run(test())


@pytest.mark.parametrize("cut", [b"HTTP/1.1 200 OK\r\nconte", answer(b"half of it")[:-3], b"SSH-2.0-x\r\n"])
def test_half_an_answer_is_none(run: Run, cut: bytes) -> None:
    async def cuts(request: bytes, connection: int, writer: asyncio.StreamWriter) -> None:
        writer.write(cut)
        await writer.drain()
        writer.close()

    async def test() -> None:
        async with serving(cuts) as node, serving(echo) as other:
            async with asking(node.url, other.url) as client:
                for _ in range(3):
                    assert await client.request("POST", "/", b"whole") == Answer(200, b"whole")
                assert len(node.requests) == 1  # and then it is left out
            async with asking(node.url) as client:
                with pytest.raises(NoAnswer):
                    await client.request("POST", "/", b"whole")

    run(test())


def test_what_one_node_refuses_or_cannot_do_another_does(run: Run) -> None:
    async def test() -> None:
        with closed_port() as closed:
            async with serving(unavailable) as broken, serving(echo) as node:
                async with asking(closed, broken.url, node.url) as client:
                    answers = await asyncio.gather(*(client.request("POST", "/", b"%d" % n) for n in range(20)))
                    assert [each.body for each in answers] == [b"%d" % n for n in range(20)]
                    assert [each.failures for each in client.nodes] == [1, 1, 0]  # of twenty at once
                    before = len(broken.requests)
                    for _ in range(5):
                        await client.request("POST", "/", b"x")
                    assert len(broken.requests) == before
                async with asking(closed) as client:
                    with pytest.raises(NoAnswer):
                        await client.request("GET", "/")
                async with asking(broken.url) as client:
                    assert (await client.request("GET", "/")).status == 503

    run(test())


def test_a_node_that_failed_comes_back_by_one_request(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_client, "SHORTEST_OUT_S", 0)
    release = asyncio.Event()
    well = False

    async def recovers(request: bytes, connection: int, writer: asyncio.StreamWriter) -> None:
        if well:
            await release.wait()
            await echo(request, connection, writer)
        else:
            await unavailable(request, connection, writer)

    async def test() -> None:
        nonlocal well
        async with serving(recovers) as node, serving(echo) as other, asking(node.url, other.url) as client:
            for _ in range(3):
                await client.request("POST", "/", b"x")
            failed, well = len(node.requests), True
            assert failed > 0
            first = asyncio.gather(*(client.request("POST", "/", b"x") for _ in range(10)))
            await becomes(lambda: len(other.requests) >= 3 + 9)
            assert len(node.requests) == failed + 1
            release.set()
            await first
            await asyncio.gather(*(client.request("POST", "/", b"x") for _ in range(10)))
            assert len(node.requests) == failed + 1 + 5  # it takes turns again

    run(test())


def test_a_node_that_hangs_costs_one_try_and_alone_no_second_one(run: Run) -> None:
    async def test() -> None:
        loop = asyncio.get_running_loop()
        async with serving(hang) as mute, serving(echo) as node:
            async with asking(mute.url, node.url, timeout_s=0.2) as client:
                for _ in range(3):
                    assert await client.request("POST", "/", b"x") == Answer(200, b"x")
                assert len(mute.requests) == 1
            async with asking(mute.url, timeout_s=0.2) as client:
                begun = loop.time()
                with pytest.raises(NoAnswer):
                    await client.request("POST", "/", b"x")
                assert loop.time() - begun < 0.39
                assert len(mute.requests) == 2

    run(test())


def test_the_connection_of_a_request_that_was_given_up_is_not_used_again(run: Run) -> None:
    """Its answer is still to come, and would be taken for that of the next request."""
    release = asyncio.Event()

    async def late(request: bytes, connection: int, writer: asyncio.StreamWriter) -> None:
        if request.endswith(b"given up"):
            await release.wait()
        await echo(request, connection, writer)

    async def test() -> None:
        async with serving(late) as node, asking(node.url) as client:
            await client.request("POST", "/", b"first")
            given_up = asyncio.create_task(client.request("POST", "/", b"given up"))
            await becomes(lambda: len(node.requests) == 2)
            given_up.cancel()
            with pytest.raises(asyncio.CancelledError):
                await given_up
            following = asyncio.create_task(client.request("POST", "/", b"next"))
            await becomes(lambda: len(node.requests) == 3)
            release.set()
            assert await following == Answer(200, b"next")
            assert node.connections == 2
            assert len(client.nodes[0].connections) == 1  # closed, not forgotten

    run(test())


def test_an_answer_has_a_largest_size(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_client, "MOST_BYTES", 1_000)

    async def test() -> None:
        async with serving(echo) as node, serving(echo) as other, asking(node.url, other.url) as client:
            assert (await client.request("POST", "/", b"x" * 1_000)).status == 200
            with pytest.raises(NoAnswer):
                await client.request("POST", "/", b"x" * 1_001)
            assert len(node.requests) + len(other.requests) == 2

    run(test())


def test_tls_is_spoken_with_who_can_prove_its_name(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    new = "req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -subj /CN=x -addext subjectAltName=IP:127.0.0.1"
    subprocess.run(["openssl", *new.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate, key)

    async def test() -> None:
        async with serving(echo, tls) as node:
            async with asking(node.url) as client:
                with pytest.raises(NoAnswer):
                    await client.request("POST", "/", b"secret")
            assert node.requests == []
            monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
            async with asking(node.url) as client:
                for _ in range(2):
                    assert await client.request("POST", "/", b"x" * 100_000) == Answer(200, b"x" * 100_000)
            assert len(node.requests) == 2

    run(test())


@pytest.mark.parametrize(
    "url", ["", "localhost:9200", "ftp://host", "http://", "http://u:secret@host:x", "http://u:secret@h?x"]
)
def test_a_bad_address_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ValueError, match="address") as refused:
        Client([url], timeout_s=1)
    assert "secret" not in str(refused.value)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


def test_ids_reach_elasticsearch_as_they_are(run: Run, settings: Settings) -> None:
    async def test() -> None:
        asked = engine.connect(settings)
        found = await engine.document(asked, asked.offers, "anne")
        assert found
        assert found["id"] == "anne"
        for id in ("..", ".", "a/b", "a?b", "a b", "é", "%61nne", "a\r\nb: c", "_search", "*"):
            assert await engine.document(asked, asked.offers, id) is None
        assert await engine.documents(asked, asked.offers, ["anne", "../x"], ["id"]) == {"anne": {"id": "anne"}}
        await asked.client.close()

    run(test())


def test_a_query_that_is_refused_is_our_fault_and_is_not_told(run: Run, settings: Settings) -> None:
    body: dict[str, Any] = {"query": {"47.2173,-1.5534": {}}}

    async def test() -> None:
        asked = engine.connect(settings)
        several: list[tuple[str, dict[str, Any]]] = [(asked.offers, {"size": 0}), (asked.offers, body)]
        for asking in (engine.search(asked, asked.offers, body), engine.searches(asked, several)):
            with pytest.raises(RuntimeError, match="status 400") as told:
                await asking
            assert "47.2" not in str(told.value)
        await asked.client.close()

    run(test())


def test_a_search_that_one_node_cannot_do_now_is_asked_of_the_next_one(run: Run, settings: Settings) -> None:
    """In a multiple search its status is told inside an answer that is itself a success."""

    async def overtaken(request: bytes, connection: int, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(orjson.dumps({"responses": [{"status": 503, "error": {}}]})))

    async def test() -> None:
        async with serving(overtaken) as node:
            urls = f"{node.url},{settings.elasticsearch_url}"
            asked = engine.connect(settings.model_copy(update={"elasticsearch_url": urls}))
            for _ in range(3):
                [found] = await engine.searches(asked, [(asked.offers, {"size": 0})])
                assert found["hits"]["total"]["value"] > 0
            assert node.requests
            await asked.client.close()
            alone = engine.connect(settings.model_copy(update={"elasticsearch_url": node.url}))
            with pytest.raises(EngineUnavailable):
                await engine.searches(alone, [(alone.offers, {"size": 0})])
            await alone.client.close()

    run(test())
