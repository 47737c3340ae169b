"""Elasticsearch frozen, overloaded, out of disk, killed: changes wait, show as lag, and are applied afterwards."""

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from elasticsearch import ApiError, Elasticsearch

from indexer.status import Status, status
from local import cluster
from local.children import server_pid
from local.cluster import Node
from mappings.indexes import alias
from registry.database import connect
from settings import Settings
from tests.conftest import LOCAL, wait_for
from tests.product.faults.workload import indexing, populate, prove, short_or_long, writing

TIMEOUT_S = 1.0
"""The indexer gives up a call after this."""

AWAY_S = short_or_long(4.0, 60.0)
"""How far the index falls behind while Elasticsearch is away, at least."""

FAST_INFO = {"cluster.info.update.interval": "10s"}
"""The least that Elasticsearch allows: how often it looks at its disk."""

DISK = "cluster.routing.allocation.disk.watermark"


@pytest.fixture(scope="module")
def node(run_id: str) -> Iterator[Node]:
    directory = LOCAL / f"test-{run_id}-faults"
    with cluster.running(directory, print, nodes=1, settings=FAST_INFO) as (node,):
        yield node
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
def elasticsearch_url(node: Node) -> str:
    return node.url


@pytest.fixture
def impatient(settings: Settings) -> Settings:
    return settings.model_copy(update={"indexer_timeout_s": TIMEOUT_S})


@contextmanager
def behind(settings: Settings, engine: Elasticsearch) -> Iterator[None]:
    """Writes and a worker, before, during and after; the block makes Elasticsearch refuse and ends when it may go on.
    Then all of it is applied."""
    ids = populate(settings.database_url, 60)
    with indexing(settings):
        with writing(settings.database_url, ids, seed=2):
            wait_for(lambda: look(settings)["kinds"] != {}, seconds=30, what="documents")
            yield
        prove(settings, engine)


def look(settings: Settings) -> Status:
    with (
        connect(settings.database_url, autocommit=True) as conn,
        Elasticsearch(settings.elasticsearch_url, request_timeout=0.5, max_retries=0) as engine,
    ):
        return status(conn, engine, settings.index_prefix)


def falls_behind(settings: Settings) -> None:
    """Wait until the lag shows, while the worker that cannot do its work lives."""
    wait_for(lambda: (look(settings)["oldest_change_s"] or 0) > AWAY_S, seconds=AWAY_S + 30, what="lag")
    seen = look(settings)
    assert (seen["queue"] > 0, seen["workers"], sum(seen["dead_letters"].values())) == (True, 1, 0)


def test_frozen_for_longer_than_a_call_may_take(impatient: Settings, engine: Elasticsearch, node: Node) -> None:
    with behind(impatient, engine):
        pid = server_pid(node.child)
        os.kill(pid, signal.SIGSTOP)
        try:
            falls_behind(impatient)
            assert look(impatient)["elasticsearch"] == "away"
        finally:
            os.kill(pid, signal.SIGCONT)


def test_killed_and_started_again(impatient: Settings, engine: Elasticsearch, node: Node) -> None:
    with behind(impatient, engine):
        os.kill(server_pid(node.child), signal.SIGKILL)
        falls_behind(impatient)
        cluster.restart(node)


def test_overloaded(impatient: Settings, engine: Elasticsearch) -> None:
    """No memory is left for requests under way, so that it answers 429."""
    overload = {"network.breaker.inflight_requests.limit": "1b", "rest.incremental_bulk": False}
    with behind(impatient, engine):
        engine.cluster.put_settings(transient=overload)
        try:
            with pytest.raises(ApiError) as refusal:
                engine.bulk(operations=[{"delete": {"_index": "none", "_id": "1"}}])
            assert refusal.value.status_code == 429
            falls_behind(impatient)
        finally:
            engine.cluster.put_settings(transient=dict.fromkeys(overload))


def test_out_of_disk(impatient: Settings, engine: Elasticsearch) -> None:
    """Past the flood stage Elasticsearch makes every index read-only, and lifts that by itself when there is room."""
    offers = alias(impatient.index_prefix, "offers")

    def is_blocked() -> bool:
        (found,) = engine.indices.get_settings(index=offers, flat_settings=True).body.values()
        return "index.blocks.read_only_allow_delete" in found["settings"]

    with behind(impatient, engine):
        stages = ("low", "high", "flood_stage")
        engine.cluster.put_settings(transient={f"{DISK}.{stage}": "999tb" for stage in stages})
        try:
            wait_for(is_blocked, seconds=60, what="the flood stage")
            falls_behind(impatient)
        finally:
            engine.cluster.put_settings(transient={f"{DISK}.{stage}": None for stage in stages})
        wait_for(lambda: not is_blocked(), seconds=60, what="room again")
