"""Rebuilds: nothing lost, nothing half done, the search up all along; and what the check tells."""

from collections.abc import Callable

import pytest
from elasticsearch import Elasticsearch

from indexer import generations, worker
from indexer.check import Difference, compare
from indexer.rebuild import RebuildRunning, rebuild
from mappings.indexes import alias
from registry.database import Connection, connect
from settings import Settings
from tests.records import structure

Found = Callable[[], dict[str, str]]


def again(settings: Settings, engine: Elasticsearch, report: Callable[[str, int, int], None] | None = None) -> None:
    rebuild(settings, engine, report or (lambda index, done, total: None), ["offers"])


def versions(settings: Settings, engine: Elasticsearch) -> list[str]:
    """The indexes of offers that exist."""
    return sorted(engine.indices.get(index=f"{alias(settings.index_prefix, 'offers')}-*").body)


def differences(settings: Settings, engine: Elasticsearch) -> list[Difference]:
    with connect(settings.database_url, autocommit=True) as conn:
        return list(compare(conn, engine, settings.index_prefix, ["offers"]))


def test_it_switches_to_a_new_index_and_drops_the_old(
    registry: Connection, built: Settings, engine: Elasticsearch, found: Found
) -> None:
    before = versions(built, engine)
    offer = structure(registry, "Les Lutins")
    registry.commit()
    again(built, engine)
    assert found() == {offer: "Les Lutins"}
    assert len(versions(built, engine)) == 1
    assert versions(built, engine) != before
    assert registry.execute("select count(*) from outbox where index = 'offers'").fetchall() == [(0,)], (
        "what the snapshot saw needs no second write"
    )


def test_a_change_made_while_it_runs_is_in_the_new_index(
    registry: Connection, built: Settings, engine: Elasticsearch, found: Found
) -> None:
    kept, gone = structure(registry, "Avant"), structure(registry, "Fermée")
    registry.commit()

    def change_meanwhile(index: str, done: int, total: int) -> None:
        registry.execute("update offer set name = 'Pendant' where id = %s", [kept])
        registry.execute("update offer set publication = 'closed' where id = %s", [gone])
        registry.commit()
        with connect(built.database_url, autocommit=True) as conn:
            worker.apply_batch(conn, engine)

    again(built, engine, change_meanwhile)
    assert found() == {kept: "Pendant"}
    assert differences(built, engine) == []


def test_a_transaction_older_than_the_rebuild_that_commits_after_it_is_not_lost(
    registry: Connection, built: Settings, engine: Elasticsearch, found: Found
) -> None:
    offer = structure(registry, "Commencé avant")
    again(built, engine)
    registry.commit()
    with connect(built.database_url, autocommit=True) as conn:
        assert worker.apply_batch(conn, engine).read == 1
    engine.indices.refresh(index=alias(built.index_prefix, "offers"))
    assert found() == {offer: "Commencé avant"}


def test_one_that_dies_leaves_the_search_up_and_the_next_one_cleans_up(
    registry: Connection, built: Settings, engine: Elasticsearch, found: Found
) -> None:
    offer = structure(registry, "Les Lutins")
    registry.commit()
    again(built, engine)

    def die(index: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        again(built, engine, die)
    assert found() == {offer: "Les Lutins"}
    assert len(versions(built, engine)) == 2
    again(built, engine)
    assert len(versions(built, engine)) == 1
    assert found() == {offer: "Les Lutins"}


def test_one_that_dies_between_switch_and_record_is_finished_by_the_next(
    registry: Connection, built: Settings, engine: Elasticsearch, found: Found
) -> None:
    structure(registry, "Les Lutins")
    registry.commit()
    again(built, engine)
    (old,) = versions(built, engine)
    name = f"{old}9"
    engine.indices.create(index=name)
    generations.record_building(registry, "offers", name)
    registry.commit()
    generations.switch(engine, built.index_prefix, {"offers": name})
    with connect(built.database_url, autocommit=True) as conn:
        generations.tidy(conn, engine, built.index_prefix)
        assert generations.live(conn) == {"offers": name}
    assert versions(built, engine) == [name], "the alias still points to what it pointed to"


def test_two_at_once_are_refused(built: Settings, engine: Elasticsearch) -> None:
    with connect(built.database_url, autocommit=True) as conn:
        conn.execute("select pg_advisory_lock(hashtext('ribambelle rebuild'))")
        with pytest.raises(RebuildRunning):
            again(built, engine)


def test_the_check_tells_what_is_missing_in_excess_and_different(
    registry: Connection, built: Settings, engine: Elasticsearch
) -> None:
    missing, different, equal = (structure(registry, name) for name in ("Absente", "Changée", "Égale"))
    registry.commit()
    again(built, engine)
    assert differences(built, engine) == []
    name = alias(built.index_prefix, "offers")
    engine.delete(index=name, id=missing)
    body = engine.get(index=name, id=different).body["_source"]
    engine.index(index=name, id=different, document=body | {"name": "Autre"})
    engine.index(index=name, id="00ghost00000", document=body | {"id": "00ghost00000"})
    assert sorted(differences(built, engine), key=lambda each: each.kind) == [
        Difference("offers", different, "different"),
        Difference("offers", "00ghost00000", "ghost"),
        Difference("offers", missing, "missing"),
    ]
    assert equal not in {each.id for each in differences(built, engine)}
