"""One node's connections: which are used again, and what counts as an answer."""

import asyncio

import pytest

from search_api.engine import node as nodes
from search_api.engine.engine import Answer
from search_api.problems import EngineUnavailable
from tests.search_api.nodes import Run, answer, asking, becomes, echo, post, serving


def test_an_answer_may_come_in_chunks_and_in_any_pieces(run: Run) -> None:
    async def byte_by_byte(request: bytes, connection: int, writer: asyncio.StreamWriter) -> None:
        chunks = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        for part in chunks + b"5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nTrailer: x\r\n\r\n":
            writer.write(bytes([part]))
            await asyncio.sleep(0)

    async def test() -> None:
        async with serving(byte_by_byte) as node, asking(node.url) as elastic:
            for _ in range(2):
                # What is no JSON and names no type passes here: `parsed` refuses it.
                assert await post(elastic, b"x") == Answer(200, b"hello world")
            assert node.connections == 1

    run(test())


@pytest.mark.parametrize("what", ["connection: close", "more than was asked", "noise", "idle for long"])
def test_a_connection_that_is_no_longer_good_is_left(run: Run, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    async def replies(request: bytes, connection: int, writer: asyncio.StreamWriter) -> None:
        own = answer(b"own", more=f"{what}\r\n" if what == "connection: close" else "")
        writer.write(own + answer(b"of nobody") if what == "more than was asked" else own)

    if what == "idle for long":
        monkeypatch.setattr(nodes, "KEPT_S", 0)

    async def test() -> None:
        async with serving(replies) as node, asking(node.url) as elastic:
            for number in (1, 2):
                assert await post(elastic, b"x") == Answer(200, b"own")
                if what == "noise":
                    for writer in node.open:
                        writer.write(b"noise")
                    await becomes(lambda: not node.open)
                assert node.connections == len(node.requests) == number

    run(test())


def test_an_answer_has_a_largest_size_and_no_other_node_is_asked_for_it(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nodes, "MOST_BYTES", 1_000)

    async def test() -> None:
        async with serving(echo) as node, serving(echo) as other, asking(node.url, other.url) as elastic:
            assert (await post(elastic, b"x" * 1_000)).status == 200
            with pytest.raises(EngineUnavailable):
                await post(elastic, b"x" * 1_001)
            assert len(node.requests) + len(other.requests) == 2

    run(test())
