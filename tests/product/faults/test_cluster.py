"""Three nodes, each document on two of them: the elected master killed during writes and searches."""

import asyncio
import itertools
import os
import shutil
import signal
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from elasticsearch import Elasticsearch

from indexer import bulk
from indexer.check import compare
from indexer.rebuild import rebuild
from local import cluster
from local.children import server_pid
from local.cluster import Node
from local.servers import Urls
from mappings.documents import RetiredPlace
from mappings.indexes import alias, body
from registry.database import connect
from search_api.engine import engine as search_engine
from search_api.http.app import close, create_app
from settings import Settings
from tests.conftest import LOCAL, TODAY, wait_for
from tests.indexer.conftest import following
from tests.records import structure
from tests.search_api.documents import places

STAYING = 200
"""Offers that stay all along: a search that tells fewer is not whole."""

GO_ON_S = 10
CLIENTS = 3

WAYS: list[tuple[str, dict[str, str]]] = [
    ("/api/v1/offers", {"near": "47.2173,-1.5534", "facets": "kind"}),
    ("/api/v1/offers", {"q": "crèche"}),
    ("/api/v1/map", {"bbox": "-2,47,-1,48", "zoom": "9"}),
    ("/api/v1/counts", {"by": "kind"}),
    ("/api/v1/suggest", {"q": "nant"}),
]


@dataclass
class Seen:
    """What searches met: when the good answers came and how long they took (both in s), and every other answer."""

    good: list[tuple[float, float]] = field(default_factory=list)
    bad: list[str] = field(default_factory=list)


@pytest.fixture
def nodes(run_id: str) -> Iterator[list[Node]]:
    directory = LOCAL / f"test-{run_id}-cluster"
    with cluster.running(directory, print) as members:
        yield members
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
def staying(registry_url: str) -> list[str]:
    with connect(registry_url) as conn:
        return [structure(conn, f"Crèche nantaise {number}") for number in range(STAYING)]


@pytest.fixture
def settings(nodes: list[Node], registry_url: str, run_id: str) -> Settings:
    """With one copy of each shard. The time of a search is long: this machine carries three nodes and all the rest,
    and what is asked here is whether every search is answered, not how fast."""
    return Settings(
        database_url=registry_url,
        elasticsearch_url=",".join(node.url for node in nodes),
        redis_url="",
        index_prefix=f"cluster-{run_id}",
        index_replicas=1,
        secret_key="a secret of the tests as long as one has to be",  # noqa: S106
        request_timeout_s=30,
        rate_limit=1_000_000,
    )


@pytest.fixture
def engine(settings: Settings) -> Iterator[Elasticsearch]:
    with bulk.client(settings) as client:
        yield client


def test_the_elected_master_is_killed_and_nobody_notices(
    nodes: list[Node], settings: Settings, staying: list[str], engine: Elasticsearch
) -> None:
    rebuild(settings, engine, lambda what, done, total: None, ["offers"])
    some_places(settings, engine)
    offers = alias(settings.index_prefix, "offers")
    assert engine.cluster.health(index=offers).body["active_shards"] == 2 * settings.index_shards
    with following(settings, engine), searching(settings, staying[0]) as seen:
        with writing(settings, staying) as written:
            wait_for(lambda: len(seen.good) > 50 and len(written) > 50, seconds=30, what="load")
            master = elected(nodes)
            assert master
            others = [node for node in nodes if node is not master]
            os.kill(server_pid(master.child), signal.SIGKILL)
            killed = time.monotonic()
            wait_for(lambda: elected(others) is not None, seconds=30, what="a new master")
            print(f"elected after {time.monotonic() - killed:.2f} s")
            before = len(written)
            wait_for(lambda: time.monotonic() > killed + GO_ON_S, seconds=GO_ON_S + 1)
            assert len(written) > before + 20
        wait_for(lambda: queued(settings) == 0, seconds=30, what="an empty queue")
        print(f"drained {time.monotonic() - killed - GO_ON_S:.2f} s after the last write")
    assert seen.bad == []
    after = [took for at, took in seen.good if at > killed]
    assert len(after) > 20
    print(f"{len(written)} writes, {len(seen.good)} searches, {len(after)} after the kill, slowest {max(after):.2f} s")
    with connect(settings.database_url, autocommit=True) as conn:
        assert list(compare(conn, engine, {"offers": offers})) == []
        assert conn.execute("select count(*) from dead_letter").fetchall() == [(0,)]


def test_addresses_that_refuse_or_hang_cost_no_search(servers: Urls) -> None:
    """Two of three addresses are useless; every answer comes within the time of one search."""
    with socket.create_server(("127.0.0.1", 0)) as mute, socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        useless = [f"http://127.0.0.1:{each.getsockname()[1]}" for each in (mute, closed)]
        settings = Settings(
            elasticsearch_url=",".join([*useless, servers.elasticsearch_url]), request_timeout_s=3, index_prefix="none"
        )

        async def ask() -> None:
            engine = search_engine.connect(settings)
            try:
                for _ in range(6):
                    await search_engine.search(engine, "*,-*", {})  # of no index: whether it is answered is all
            finally:
                await engine.client.close()

        asyncio.run(ask())


def some_places(settings: Settings, engine: Elasticsearch) -> None:
    """Nantes and its like to suggest: to build all 37,000 places would take most of this test's time."""
    name = alias(settings.index_prefix, "places")
    engine.indices.create(index=name, **body("places", replicas=1), wait_for_active_shards="all")
    for place in places():
        if isinstance(place, RetiredPlace) or not place.name.startswith("Nant"):
            continue
        engine.index(index=name, id=place.id, document=place.model_dump(mode="json", exclude_none=True), refresh=True)


def elected(nodes: list[Node]) -> Node | None:
    """The master, as the first of these nodes knows it; None while it knows none of them."""
    with Elasticsearch(nodes[0].url) as client:
        state = client.cluster.state(metric=["master_node", "nodes"], local=True).body
    name = state["nodes"].get(state["master_node"], {}).get("name")
    return next((node for node in nodes if node.name == name), None)


def queued(settings: Settings) -> int:
    with connect(settings.database_url, autocommit=True) as conn:
        return int(conn.execute("select count(*) from outbox").fetchall()[0][0])


def is_whole(content: dict[str, Any], known: str) -> bool:
    """Whether a fiche is that of the `known` offer, suggestions are of both indexes, and the others lack no offer."""
    if "total" in content:
        return bool(content["total"]["value"] >= STAYING)
    return content.get("id") == known or {"commune", "offer"} <= {item["type"] for item in content["items"]}


@contextmanager
def writing(settings: Settings, staying: list[str]) -> Iterator[list[str]]:
    """At most fifty small transactions a second until the block ends; each adds an offer, closes one that was added
    before, and renames one of those that stay. Yields the ids of the added ones, each as it is committed."""
    written: list[str] = []
    stop = threading.Event()

    def write() -> None:
        with connect(settings.database_url) as conn:
            for turn, renamed in enumerate(itertools.cycle(staying)):
                if stop.wait(0.02):
                    return
                added = structure(conn, f"Crèche passagère {turn}")
                conn.execute("update offer set publication = 'closed' where id = any (%s)", [written[-5:-4]])
                conn.execute("update offer set name = %s where id = %s", [f"Crèche nantaise {turn}", renamed])
                conn.commit()
                written.append(added)

    with ThreadPoolExecutor(1) as pool:
        writer = pool.submit(write)
        try:
            yield written
        finally:
            stop.set()
        writer.result()


@contextmanager
def searching(settings: Settings, known: str) -> Iterator[Seen]:
    """Clients of the API that ask for lists, maps, counts and the fiche of a `known` offer until the block ends."""
    seen = Seen()
    stop = threading.Event()

    async def client(api: httpx.AsyncClient) -> None:
        for path, parameters in itertools.cycle([*WAYS, (f"/api/v1/offers/{known}", {})]):
            if stop.is_set():
                return
            begun = time.monotonic()
            answer = await api.get(path, params=parameters)
            content = answer.json()
            if answer.status_code == 200 and is_whole(content, known):
                seen.good.append((begun, time.monotonic() - begun))
            else:
                seen.bad.append(f"{path} {answer.status_code} {answer.text[:200]}")
            await asyncio.sleep(0.01)

    async def clients() -> None:
        app = create_app(settings, today=lambda: TODAY)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ribambelle.test") as api:
            await asyncio.gather(*(client(api) for _ in range(CLIENTS)))
        await close(app)

    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(asyncio.run, clients())
        try:
            yield seen
        finally:
            stop.set()
        asking.result()
