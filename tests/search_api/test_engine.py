"""The way to Elasticsearch when nodes close, cut, hang, refuse or are overtaken: no request fails that need not."""

import asyncio
from typing import Any

import orjson
import pytest

from search_api.engine import engine
from search_api.engine.engine import MOST_CONNECTIONS, Answer, connect
from search_api.problems import EngineUnavailable
from settings import Settings
from tests.search_api.nodes import (
    Replies,
    Run,
    answer,
    asking,
    becomes,
    closed_port,
    echo,
    hang,
    post,
    serving,
    unavailable,
)


def test_one_connection_serves_one_request_after_the_other(run: Run) -> None:
    async def test() -> None:
        async with serving(echo) as node, asking(f"{node.url.replace('//', '//us%40er:p%3Aw@')}/es/") as elastic:
            for body in (b"one", b"two", b"three"):
                assert await post(elastic, body) == Answer(200, body)
            assert node.connections == 1
            head = node.requests[0].decode()
            assert head.startswith("POST /es/x/_search?a=b HTTP/1.1\r\n")
            assert "authorization: basic dxnazxi6cdp3\r\n" in head.lower()  # us@er:p:w
            assert f"host: {node.url.removeprefix('http://')}\r\n" in head.lower()

    run(test())


def test_concurrent_requests_get_each_its_own_answer(run: Run) -> None:
    async def after_a_while(request: bytes, connection: int, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(int(request[-2:]) % 7 / 1000)
        await echo(request, connection, writer)

    async def test() -> None:
        async with serving(after_a_while) as node, asking(node.url) as elastic:
            bodies = [b"request %02d" % number for number in range(90)]
            answers = await asyncio.gather(*(post(elastic, body) for body in bodies))
            assert [each.body for each in answers] == bodies
            assert node.connections <= MOST_CONNECTIONS

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
        async with serving(second_request_closes) as node, asking(node.url) as elastic:
            await post(elastic, b"first")
            if noticed:
                for writer in node.open:
                    writer.close()
                await becomes(lambda: not node.open)
            assert await post(elastic, b"second") == Answer(200, b"second")
            assert node.connections == 2

    run(test())


@pytest.mark.parametrize("cut", [b"HTTP/1.1 200 OK\r\nconte", answer(b"half of it")[:-3], b"SSH-2.0-x\r\n"])
def test_half_an_answer_is_none(run: Run, cut: bytes) -> None:
    async def cuts(request: bytes, connection: int, writer: asyncio.StreamWriter) -> None:
        writer.write(cut)
        await writer.drain()
        writer.close()

    async def test() -> None:
        async with serving(cuts) as node, serving(echo) as other:
            async with asking(node.url, other.url) as elastic:
                for _ in range(3):
                    assert await post(elastic, b"whole") == Answer(200, b"whole")
            async with asking(node.url) as elastic:
                with pytest.raises(EngineUnavailable):
                    await post(elastic, b"whole")

    run(test())


def test_what_one_node_refuses_or_cannot_do_another_does(run: Run) -> None:
    async def test() -> None:
        with closed_port() as closed:
            async with serving(unavailable) as broken, serving(echo) as node:
                async with asking(closed, broken.url, node.url) as elastic:
                    answers = await asyncio.gather(*(post(elastic, b"%d" % n) for n in range(20)))
                    assert [each.body for each in answers] == [b"%d" % n for n in range(20)]
                    before = len(broken.requests)
                    for _ in range(5):
                        await post(elastic, b"x")
                    assert len(broken.requests) == before  # it is left out
                async with asking(closed) as elastic:
                    with pytest.raises(EngineUnavailable):
                        await post(elastic, b"x")
                async with asking(broken.url) as elastic:
                    assert (await post(elastic, b"x")).status == 503

    run(test())


def test_a_node_that_failed_is_asked_again_when_it_is_well(run: Run) -> None:
    well = False

    async def recovers(request: bytes, connection: int, writer: asyncio.StreamWriter) -> None:
        await (echo if well else unavailable)(request, connection, writer)

    async def test() -> None:
        nonlocal well
        async with serving(recovers) as node, serving(echo) as other, asking(node.url, other.url) as elastic:
            for _ in range(3):
                await post(elastic, b"x")
            failed, well = len(node.requests), True
            assert failed > 0
            async with asyncio.timeout(5):  # it is left out for a second
                while len(node.requests) < failed + 3:
                    assert (await post(elastic, b"x")).body == b"x"

    run(test())


def test_a_node_that_hangs_costs_one_try_and_alone_no_second_one(run: Run) -> None:
    async def test() -> None:
        loop = asyncio.get_running_loop()
        async with serving(hang) as mute, serving(echo) as node:
            async with asking(mute.url, node.url, timeout_s=1) as elastic:
                for _ in range(3):
                    assert await post(elastic, b"x") == Answer(200, b"x")
                assert len(mute.requests) == 1
            async with asking(mute.url, timeout_s=0.5) as elastic:
                begun = loop.time()
                with pytest.raises(EngineUnavailable):
                    await post(elastic, b"x")
                assert loop.time() - begun < 0.95
                assert len(mute.requests) == 2

    run(test())


def test_all_tries_together_have_the_time_of_one_request(run: Run) -> None:
    async def test() -> None:
        loop = asyncio.get_running_loop()
        async with serving(hang) as one, serving(hang) as two, asking(one.url, two.url, timeout_s=0.5) as elastic:
            begun = loop.time()
            with pytest.raises(EngineUnavailable):
                await post(elastic, b"x")
            assert loop.time() - begun < 0.95

    run(test())


def test_the_answer_to_a_request_that_was_given_up_is_not_taken_for_that_of_the_next(run: Run) -> None:
    release = asyncio.Event()

    async def late(request: bytes, connection: int, writer: asyncio.StreamWriter) -> None:
        if request.endswith(b"given up"):
            await release.wait()
        await echo(request, connection, writer)

    async def test() -> None:
        async with serving(late) as node, asking(node.url) as elastic:
            await post(elastic, b"first")
            given_up = asyncio.create_task(post(elastic, b"given up"))
            await becomes(lambda: len(node.requests) == 2)
            given_up.cancel()
            with pytest.raises(asyncio.CancelledError):
                await given_up
            following = asyncio.create_task(post(elastic, b"next"))
            await becomes(lambda: len(node.requests) == 3)
            release.set()
            assert await following == Answer(200, b"next")

    run(test())


def test_a_proxy_that_answers_with_a_page_is_no_answer(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    """Neither with a 502, which another node may do better, nor as if it were a result. The operator mends it."""

    def page(status: int) -> Replies:
        async def replies(request: bytes, connection: int, writer: asyncio.StreamWriter) -> None:
            writer.write(answer(b"<html>", status, "content-type: text/html\r\n"))

        return replies

    async def test() -> None:
        async with serving(page(502)) as away, serving(page(200)) as stranger, serving(echo) as node:
            async with asking(away.url, node.url) as elastic:
                for _ in range(3):
                    assert await post(elastic, b"x") == Answer(200, b"x")
            for alone in (away, stranger):
                async with asking(alone.url) as elastic:
                    with pytest.raises(EngineUnavailable):
                        await engine.search(elastic, "x", {})

    run(test())
    logged = [each.getMessage() for each in caplog.records if each.name == "ribambelle.engine"]
    assert len(logged) == 1
    assert "n’est pas Elasticsearch\u00a0: vérifiez ELASTICSEARCH_URL" in logged[0]


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
@pytest.mark.parametrize("location", ["location: /elsewhere\r\n", ""], ids=["with location", "without"])
def test_a_redirect_is_no_answer_and_is_not_followed(
    run: Run, caplog: pytest.LogCaptureFixture, status: int, location: str
) -> None:
    """Many clients would ask there with GET and without the query, whose answer counts everything there is."""

    async def replies(request: bytes, connection: int, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(b"", status, location))

    async def test() -> None:
        async with serving(replies) as moved, serving(echo) as node:
            async with asking(moved.url) as elastic:
                with pytest.raises(EngineUnavailable):
                    await engine.search(elastic, "x", {})
            assert {each.split(b" ")[0] for each in moved.requests} == {b"POST"}
            assert not [each for each in moved.requests if b"elsewhere" in each]
            async with asking(moved.url, node.url) as elastic:  # another node may be right
                for _ in range(3):
                    assert await post(elastic, b"x") == Answer(200, b"x")

    run(test())
    logged = [each.getMessage() for each in caplog.records if each.name == "ribambelle.engine"]
    assert [each.partition(" (")[0] for each in logged] == ["L’adresse d’Elasticsearch renvoie ailleurs"]
    assert "vérifiez ELASTICSEARCH_URL" in logged[0]


def test_ids_reach_elasticsearch_as_they_are(run: Run, settings: Settings) -> None:
    async def test() -> None:
        elastic = connect(settings)
        anne = await engine.document(elastic, elastic.offers, "anne")
        assert anne
        assert anne["id"] == "anne"
        for id in ("..", ".", "a/b", "a?b", "a b", "é", "%61nne", "a\r\nb: c", "_search", "*"):
            assert await engine.document(elastic, elastic.offers, id) is None
        assert await engine.documents(elastic, elastic.offers, ["anne", "../x"], ["id"]) == {"anne": {"id": "anne"}}
        await elastic.client.close()

    run(test())


def test_a_query_that_is_refused_is_our_fault_and_is_not_told(run: Run, settings: Settings) -> None:
    body: dict[str, Any] = {"query": {"47.2173,-1.5534": {}}}

    async def test() -> None:
        elastic = connect(settings)
        several: list[tuple[str, dict[str, Any]]] = [(elastic.offers, {"size": 0}), (elastic.offers, body)]
        for call in (engine.search(elastic, elastic.offers, body), engine.searches(elastic, several)):
            with pytest.raises(RuntimeError, match="status 400") as told:
                await call
            assert "47.2" not in str(told.value)
        await elastic.client.close()

    run(test())


def test_a_search_that_one_node_cannot_do_now_is_asked_of_the_next_one(run: Run, settings: Settings) -> None:
    """In a multiple search its status is told inside an answer that is itself a success."""

    async def overtaken(request: bytes, connection: int, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(orjson.dumps({"responses": [{"status": 503, "error": {}}]})))

    async def test() -> None:
        async with serving(overtaken) as node:
            urls = f"{node.url},{settings.elasticsearch_url}"
            elastic = connect(settings.model_copy(update={"elasticsearch_url": urls}))
            for _ in range(3):
                [answered] = await engine.searches(elastic, [(elastic.offers, {"size": 0})])
                assert answered["hits"]["total"]["value"] > 0
            assert node.requests
            await elastic.client.close()
            alone = connect(settings.model_copy(update={"elasticsearch_url": node.url}))
            with pytest.raises(EngineUnavailable):
                await engine.searches(alone, [(alone.offers, {"size": 0})])
            await alone.client.close()

    run(test())
