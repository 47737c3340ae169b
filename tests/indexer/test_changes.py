"""A change of the registry, on its way to a search."""

import threading
from collections.abc import Callable

import pytest
from elasticsearch import Elasticsearch

from indexer import bulk, worker
from indexer.check import compare
from local.servers import Urls
from mappings.indexes import alias
from registry.database import Connection, connect
from settings import Settings
from tests.conftest import wait_for
from tests.indexer.conftest import following
from tests.records import assistant, structure

Found = Callable[[], dict[str, str]]


def test_a_change_is_soon_found(registry: Connection, built: Settings, engine: Elasticsearch, found: Found) -> None:
    with following(built, engine):
        offer = structure(registry, "Les Lutins")
        registry.commit()
        wait_for(lambda: found() == {offer: "Les Lutins"})
        registry.execute("update offer set name = 'Les Farfadets'")
        registry.commit()
        wait_for(lambda: found() == {offer: "Les Farfadets"})
        registry.execute("delete from offer")
        registry.commit()
        wait_for(lambda: found() == {})


def test_an_assistant_leaves_the_index_when_her_agrement_is_suspended_and_comes_back(
    registry: Connection, built: Settings, engine: Elasticsearch, found: Found
) -> None:
    with following(built, engine):
        offer = assistant(registry, "Nadia B.")
        registry.commit()
        wait_for(lambda: list(found()) == [offer])
        registry.execute("update agrement set status = 'suspended'")
        registry.commit()
        wait_for(lambda: found() == {})
        registry.execute("update agrement set status = 'valid'")
        registry.commit()
        wait_for(lambda: list(found()) == [offer])


def test_a_rolled_back_change_leaves_no_trace(registry: Connection, built: Settings, engine: Elasticsearch) -> None:
    structure(registry, "Les Lutins")
    registry.rollback()
    with connect(built.database_url, autocommit=True) as conn:
        assert worker.apply_batch(conn, engine).read == 0
        assert list(compare(conn, engine, built.index_prefix, ["offers"])) == []


def test_the_newest_of_several_changes_wins_and_the_queue_ends_empty(
    registry: Connection, built: Settings, engine: Elasticsearch, found: Found
) -> None:
    offer = structure(registry, "Premier")
    for name in ("Deuxième", "Troisième"):
        registry.commit()
        registry.execute("update offer set name = %s", [name])
    registry.commit()
    with connect(built.database_url, autocommit=True) as conn:
        assert worker.apply_batch(conn, engine).read == 3
        assert conn.execute("select count(*) from outbox").fetchall() == [(0,)]
    engine.indices.refresh(index=alias(built.index_prefix, "offers"))
    assert found() == {offer: "Troisième"}


def test_an_older_version_cannot_come_after_a_newer_one(
    registry: Connection, built: Settings, engine: Elasticsearch, found: Found
) -> None:
    offer = structure(registry, "Maintenant")
    registry.commit()
    with connect(built.database_url, autocommit=True) as conn:
        worker.apply_batch(conn, engine)
    name = alias(built.index_prefix, "offers")
    assert bulk.send(engine, [bulk.Write(name, offer, 1, b'{"id": "x", "name": "Avant"}')]) == []
    assert bulk.send(engine, [bulk.Write(name, offer, 1, None)]) == []
    engine.indices.refresh(index=name)
    assert found() == {offer: "Maintenant"}


def test_what_elasticsearch_refuses_becomes_a_dead_letter_and_the_rest_goes_on(
    registry: Connection, built: Settings, engine: Elasticsearch, found: Found
) -> None:
    # The registry's check does not know Lucene's limit of 32,766 bytes for one term of a sort key.
    registry.execute("alter table offer drop constraint offer_name_check")
    bad = structure(registry, "é" * 40_000)
    good = structure(registry, "Les Lutins")
    registry.commit()
    with connect(built.database_url, autocommit=True) as conn:
        assert worker.apply_batch(conn, engine).refused == 1
        assert conn.execute("select count(*) from outbox").fetchall() == [(0,)]
        ((index, identifier, reason, document),) = conn.execute(
            "select index, id, reason, document from dead_letter"
        ).fetchall()
    assert (index, identifier) == ("offers", bad)
    assert "immense term" in reason
    assert document["id"] == bad
    engine.indices.refresh(index=alias(built.index_prefix, "offers"))
    assert list(found()) == [good]


def test_with_elasticsearch_away_changes_wait(registry: Connection, built: Settings, servers: Urls) -> None:
    structure(registry, "Les Lutins")
    registry.commit()
    nobody = bulk.client("http://127.0.0.1:9", timeout_s=1)
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(built, nobody, stop))
    thread.start()
    stop.wait(1)
    stop.set()
    thread.join(timeout=10)
    assert not thread.is_alive(), "it outlives the absence and still ends when told"
    assert registry.execute("select count(*) from outbox").fetchall() == [(1,)]


def test_a_second_worker_is_refused(built: Settings, engine: Elasticsearch) -> None:
    with connect(built.database_url, autocommit=True) as conn:
        conn.execute("select pg_advisory_lock(hashtext('ribambelle indexer'))")
        with pytest.raises(worker.AlreadyRunning):
            worker.run(built, engine, threading.Event())


def test_the_live_index_tells_up_to_when_it_shows_every_change(
    registry: Connection, built: Settings, engine: Elasticsearch
) -> None:
    name = alias(built.index_prefix, "offers")

    def indexed_at() -> str:
        (mapping,) = engine.indices.get_mapping(index=name).body.values()
        return str(mapping["mappings"]["_meta"]["indexed_at"])

    before = indexed_at()
    with following(built, engine):
        wait_for(lambda: indexed_at() > before, what="a heartbeat")
