"""A change of the registry, on its way to a search."""

import threading
from collections.abc import Callable

import pytest
from elasticsearch import Elasticsearch

from indexer import bulk, dead_letters, queue, worker
from indexer.check import compare
from local.servers import Urls
from mappings.indexes import alias
from registry.database import Connection, connect
from settings import Settings
from tests.conftest import wait_for
from tests.indexer.conftest import following
from tests.records import assistant, structure

Found = Callable[[], dict[str, str]]

TOO_FAR = "12026-11-01"
"""A day that PostgreSQL takes, with one digit too many for Elasticsearch's strict_date."""


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
    assert worker.drain(built, engine) == 0
    with connect(built.database_url, autocommit=True) as conn:
        assert list(compare(conn, engine, {"offers": alias(built.index_prefix, "offers")})) == []


def test_the_newest_of_several_changes_wins_and_the_queue_ends_empty(
    registry: Connection, built: Settings, engine: Elasticsearch, found: Found
) -> None:
    offer = structure(registry, "Premier")
    for name in ("Deuxième", "Troisième"):
        registry.commit()
        registry.execute("update offer set name = %s", [name])
    registry.commit()
    assert worker.drain(built, engine) == 3
    with connect(built.database_url, autocommit=True) as conn:
        assert conn.execute("select count(*) from outbox").fetchall() == [(0,)]
    engine.indices.refresh(index=alias(built.index_prefix, "offers"))
    assert found() == {offer: "Troisième"}


def test_an_older_version_cannot_come_after_a_newer_one(
    registry: Connection, built: Settings, engine: Elasticsearch, found: Found
) -> None:
    offer = structure(registry, "Maintenant")
    registry.commit()
    worker.drain(built, engine)
    name = alias(built.index_prefix, "offers")
    assert bulk.send(engine, [bulk.Write(name, offer, 1, b'{"id": "x", "name": "Avant"}')]) == bulk.Outcome()
    assert bulk.send(engine, [bulk.Write(name, offer, 1, None)]) == bulk.Outcome()
    engine.indices.refresh(index=name)
    assert found() == {offer: "Maintenant"}


def test_what_elasticsearch_refuses_becomes_a_dead_letter_and_the_rest_goes_on(
    registry: Connection, built: Settings, engine: Elasticsearch, found: Found
) -> None:
    bad = structure(registry, "Les Farfadets", confirmed_on=TOO_FAR)
    good = structure(registry, "Les Lutins")
    registry.commit()
    assert worker.drain(built, engine) == 2
    assert registry.execute("select count(*) from outbox").fetchall() == [(0,)]
    (letter,) = dead_letters.listing(registry)
    assert (letter.index, letter.id, letter.document["id"]) == ("offers", bad, bad)
    assert "confirmed_on" in letter.reason
    engine.indices.refresh(index=alias(built.index_prefix, "offers"))
    assert list(found()) == [good]


def test_a_dead_letter_goes_when_its_document_is_accepted(
    registry: Connection, built: Settings, engine: Elasticsearch
) -> None:
    structure(registry, "Les Farfadets", confirmed_on=TOO_FAR)
    registry.commit()
    worker.drain(built, engine)
    dead_letters.retry(registry, dead_letters.listing(registry))
    registry.commit()
    assert worker.drain(built, engine) == 1
    assert len(dead_letters.listing(registry)) == 1, "refused again"
    registry.execute("update offer set confirmed_on = '2026-11-01'")
    registry.commit()
    worker.drain(built, engine)
    assert dead_letters.listing(registry) == []


def test_a_dropped_dead_letter_is_forgotten(registry: Connection, built: Settings, engine: Elasticsearch) -> None:
    structure(registry, "Les Farfadets", confirmed_on=TOO_FAR)
    registry.commit()
    worker.drain(built, engine)
    dead_letters.drop(registry, dead_letters.listing(registry))
    registry.commit()
    assert worker.drain(built, engine) == 0
    assert dead_letters.listing(registry) == []


def test_with_elasticsearch_away_changes_wait(registry: Connection, built: Settings, servers: Urls) -> None:
    structure(registry, "Les Lutins")
    registry.commit()
    nobody = bulk.client(Settings(elasticsearch_url="http://127.0.0.1:9"), timeout_s=1)
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(built, nobody, stop))
    thread.start()
    stop.wait(1)
    stop.set()
    thread.join(timeout=10)
    assert not thread.is_alive(), "it outlives the absence and still ends when told"
    assert registry.execute("select count(*) from outbox").fetchall() == [(1,)]


def test_two_workers_share_the_queue(
    registry: Connection, built: Settings, engine: Elasticsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "BATCH", 2)
    for number in range(4):
        structure(registry, f"Les Lutins {number}")
    registry.commit()
    with (
        connect(built.database_url, autocommit=True) as one,
        connect(built.database_url, autocommit=True) as other,
    ):
        mine, theirs = queue.claim(one, queue.enlist(one)), queue.claim(other, queue.enlist(other))
        assert len({each.seq for each in mine + theirs}) == 4
        assert queue.claim(one, 0) == []


def test_the_claims_of_a_worker_that_is_gone_are_void(
    registry: Connection, built: Settings, engine: Elasticsearch
) -> None:
    structure(registry, "Les Lutins")
    registry.commit()
    with connect(built.database_url, autocommit=True) as conn:
        assert len(queue.claim(conn, queue.enlist(conn))) == 1
    assert worker.drain(built, engine) == 1


def test_a_claim_that_is_too_old_is_void(registry: Connection, built: Settings, engine: Elasticsearch) -> None:
    structure(registry, "Les Lutins")
    registry.commit()
    with connect(built.database_url, autocommit=True) as frozen:
        queue.claim(frozen, queue.enlist(frozen))
        assert worker.drain(built, engine) == 0
        registry.execute("update outbox set claimed_until = clock_timestamp() - interval '1 second'")
        registry.commit()
        assert worker.drain(built, engine) == 1


def test_a_late_write_does_not_bring_a_dropped_index_back(
    registry: Connection, built: Settings, engine: Elasticsearch
) -> None:
    gone = f"{alias(built.index_prefix, 'offers')}-{'1' * 20}"
    write = bulk.Write(gone, "000000000000", 1, b'{"id": "000000000000"}')
    assert bulk.send(engine, [write]) == bulk.Outcome(again=[write])
    assert not engine.indices.exists(index=gone)


def test_a_write_for_which_a_whole_request_is_refused_is_refused_alone(
    built: Settings, engine: Elasticsearch, found: Found
) -> None:
    name = alias(built.index_prefix, "offers")
    ids = ["1", "2", "3" * 513, "4", "5"]  # an id has at most 512 bytes
    writes = [bulk.Write(name, id, 1, b'{"name": "Les Lutins"}') for id in ids]
    (refused,) = bulk.send(engine, writes).refused
    assert refused.write is writes[2]
    assert "too long" in refused.reason
    engine.indices.refresh(index=name)
    assert sorted(found()) == ["1", "2", "4", "5"]


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
