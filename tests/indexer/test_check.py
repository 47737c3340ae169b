"""The check: what it tells of registry and index, what it keeps of it, and what a repair mends."""

from collections.abc import Iterator, Sequence

import orjson
import pytest
from elasticsearch import Elasticsearch

from indexer import check as checking
from indexer import worker
from indexer.check import Checked, Difference, Kind, check, compare, repair
from indexer.documents import some_documents
from mappings.indexes import alias
from registry.database import Connection, connect
from settings import Settings
from tests.records import structure

GHOST = "00ghst000000"


@pytest.fixture
def conn(registry: Connection, built: Settings) -> Iterator[Connection]:
    """In autocommit, as the commands have it; what a test writes with it is there for all."""
    with connect(built.database_url, autocommit=True) as conn:
        yield conn


@pytest.fixture
def offers(built: Settings) -> str:
    return alias(built.index_prefix, "offers")


def told(conn: Connection, engine: Elasticsearch, offers: str) -> dict[str, str]:
    return {each.id: each.kind for each in compare(conn, engine, {"offers": offers})}


def spoil(engine: Elasticsearch, offers: str, missing: str, different: str) -> dict[str, str]:
    """Make a difference of each kind, behind the indexer's back; returns them."""
    body = engine.get(index=offers, id=different).body["_source"]
    engine.index(index=offers, id=different, document=body | {"name": "Autre"})
    engine.index(index=offers, id=GHOST, document=body | {"id": GHOST})
    engine.delete(index=offers, id=missing)
    return {missing: "missing", different: "different", GHOST: "ghost"}


def test_each_kind_of_difference_is_told_kept_and_mended(
    conn: Connection, built: Settings, engine: Elasticsearch, offers: str
) -> None:
    missing, different, _ = (structure(conn, name) for name in ("Absente", "Changée", "Égale"))
    worker.drain(built, engine)
    assert told(conn, engine, offers) == {}
    wrong = spoil(engine, offers, missing, different)

    found: list[Difference] = []
    (result,) = check(conn, engine, built.index_prefix, found.append, ["offers"])
    assert {each.id: each.kind for each in found} == wrong
    counts: dict[Kind, int] = {"missing": 1, "ghost": 1, "stale": 0, "different": 1}
    assert result == Checked("offers", 3, result.seconds, counts)
    kept = conn.execute("select index, seconds, documents, missing, ghost, stale, different from index_check")
    assert kept.fetchall() == [("offers", result.seconds, 3, 1, 1, 0, 1)]

    assert repair(conn, found) == 3
    assert set(told(conn, engine, offers).values()) == {"stale"}, "the repair waits in the queue"
    worker.drain(built, engine)
    check(conn, engine, built.index_prefix, found.append, ["offers"])
    assert len(found) == 3
    assert conn.execute("select missing + ghost + stale + different from index_check").fetchall() == [(0,)]


def test_what_a_known_change_will_mend_is_stale_and_not_queued_again(
    conn: Connection, built: Settings, engine: Elasticsearch, offers: str
) -> None:
    conn.execute("insert into source values ('essai', 'Ville de Nantes', 'ODbL', '2026-05')")
    renamed, sourced, _ = (
        structure(conn, "Avant"),
        structure(conn, "Importée", source="essai"),
        structure(conn, "Égale"),
    )
    worker.drain(built, engine)
    conn.execute("update offer set name = 'Après' where id = %s", [renamed])
    conn.execute("update source set label = 'Nantes Métropole'")
    assert conn.execute("select count(*) from fan_out").fetchall() == [(1,)]
    assert told(conn, engine, offers) == {renamed: "stale", sourced: "stale"}
    waiting = conn.execute("select seq from outbox").fetchall()
    assert repair(conn, compare(conn, engine, {"offers": offers})) == 0
    assert conn.execute("select seq from outbox").fetchall() == waiting
    worker.drain(built, engine)
    assert told(conn, engine, offers) == {}


def test_a_change_that_arrives_between_the_looks_at_either_side_is_no_difference(
    conn: Connection, built: Settings, engine: Elasticsearch, offers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    structure(conn, "Avant")
    worker.drain(built, engine)
    conn.execute("update offer set name = 'Après'")
    looks = []

    def after_the_worker(conn: Connection, index: str, ids: Sequence[str]) -> dict[str, bytes]:
        looks.append(worker.drain(built, engine))
        return some_documents(conn, index, ids)

    monkeypatch.setattr(checking, "some_documents", after_the_worker)
    assert told(conn, engine, offers) == {}
    assert looks == [1, 0]


def test_what_the_index_has_refused_is_stale(
    conn: Connection, built: Settings, engine: Elasticsearch, offers: str
) -> None:
    refused = structure(conn, "Les Lutins", confirmed_on="12026-11-01")
    worker.drain(built, engine)
    assert told(conn, engine, offers) == {refused: "stale"}
    conn.execute("delete from dead_letter")
    assert told(conn, engine, offers) == {refused: "missing"}


def test_differences_at_the_edges_of_pages_are_all_told(
    conn: Connection, built: Settings, engine: Elasticsearch, offers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "PAGE", 2)
    monkeypatch.setattr(checking, "AGAIN", 2)
    ids = sorted(structure(conn, f"Crèche {number}") for number in range(6))
    worker.drain(built, engine)
    assert told(conn, engine, offers) == {}
    wrong = spoil(engine, offers, ids[1], ids[2]) | spoil(engine, offers, ids[5], ids[4])
    assert told(conn, engine, offers) == wrong


def test_the_same_said_in_other_bytes_is_no_difference(
    conn: Connection, built: Settings, engine: Elasticsearch, offers: str
) -> None:
    offer = structure(conn, "Les Lutins")
    worker.drain(built, engine)
    body = engine.get(index=offers, id=offer).body["_source"]
    engine.index(index=offers, id=offer, document=dict(sorted(body.items())))
    assert orjson.dumps(engine.get(index=offers, id=offer).body["_source"]) != orjson.dumps(body)
    assert told(conn, engine, offers) == {}
