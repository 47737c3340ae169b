"""Rebuilds: nothing lost, nothing half done, the search up all along; and what the check tells."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from elasticsearch import Elasticsearch

from indexer import dead_letters, generations, worker
from indexer import rebuild as rebuilding
from indexer.check import Difference, compare
from indexer.rebuild import (
    Backfill,
    Progress,
    RebuildDiffers,
    RebuildRunning,
    RollbackRefused,
    rebuild,
    rollback,
)
from mappings.indexes import alias
from registry.database import Connection, connect
from settings import Settings
from tests.records import structure

Found = Callable[[], dict[str, str]]


def quietly(label: str, done: int, total: int) -> None:
    pass


def again(settings: Settings, engine: Elasticsearch, report: Progress = quietly) -> None:
    rebuild(settings, engine, report, ["offers"])


def versions(settings: Settings, engine: Elasticsearch) -> list[str]:
    """The indexes of offers that exist."""
    return sorted(engine.indices.get(index=f"{alias(settings.index_prefix, 'offers')}-*").body)


def differences(settings: Settings, engine: Elasticsearch) -> list[Difference]:
    with connect(settings.database_url, autocommit=True) as conn:
        return list(compare(conn, engine, {"offers": alias(settings.index_prefix, "offers")}))


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
        worker.drain(built, engine)

    again(built, engine, change_meanwhile)
    assert found() == {kept: "Pendant"}
    assert differences(built, engine) == []


def test_a_transaction_older_than_the_rebuild_that_commits_after_it_is_not_lost(
    registry: Connection, built: Settings, engine: Elasticsearch, found: Found
) -> None:
    offer = structure(registry, "Commencé avant")
    again(built, engine)
    registry.commit()
    assert worker.drain(built, engine) == 1
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
        assert generations.recorded(conn, "live") == {"offers": name}
        assert generations.recorded(conn, "kept") == {"offers": old}, "the one before still gets every change"
    assert versions(built, engine) == [old, name]


def test_an_index_of_another_mapping_or_of_other_documents_is_not_current_until_it_is_rebuilt(
    registry: Connection, configured: Settings, engine: Elasticsearch
) -> None:
    prefix = configured.index_prefix
    rebuild(configured, engine, quietly)
    for fact in ("contract", "documents"):
        assert generations.is_current(registry, engine, prefix)
        engine.indices.put_mapping(
            index=alias(prefix, "offers"), meta=generations.built_to(registry, "offers") | {fact: "of an older version"}
        )
        generations.note(registry, engine, datetime.now(UTC))
        assert not generations.is_current(registry, engine, prefix), "a worker's heartbeat does not make it so"
        again(configured, engine)
    assert generations.is_current(registry, engine, prefix)


def test_two_at_once_are_refused(built: Settings, engine: Elasticsearch) -> None:
    with connect(built.database_url, autocommit=True) as conn:
        conn.execute("select pg_advisory_lock(hashtext('ribambelle rebuild'))")
        with pytest.raises(RebuildRunning):
            again(built, engine)


def test_a_kept_index_goes_on_receiving_changes_and_can_be_gone_back_to(
    registry: Connection, built: Settings, engine: Elasticsearch, found: Found
) -> None:
    offer = structure(registry, "Avant")
    registry.commit()
    again(built, engine)
    (old,) = versions(built, engine)
    rebuild(built, engine, quietly, ["offers"], keep=True)
    registry.execute("update offer set name = 'Après'")
    registry.commit()
    worker.drain(built, engine)
    assert rollback(built, engine) == {"offers": old}
    assert generations.aliased(engine, built.index_prefix) == {"offers": old}
    assert found() == {offer: "Après"}
    assert differences(built, engine) == []
    assert len(versions(built, engine)) == 2, "what was live is kept now, to go forward again"
    generations.drop_kept(registry, engine)
    registry.commit()
    assert versions(built, engine) == [old]


def test_only_the_last_index_is_kept(registry: Connection, built: Settings, engine: Elasticsearch) -> None:
    for _ in range(3):
        rebuild(built, engine, quietly, ["offers"], keep=True)
    assert len(versions(built, engine)) == 2
    again(built, engine)
    assert len(versions(built, engine)) == 1


def test_what_waits_for_a_kept_index_stays_on_the_queue(
    registry: Connection, built: Settings, engine: Elasticsearch
) -> None:
    offer = structure(registry, "Les Lutins")
    registry.commit()
    (old,) = versions(built, engine)
    rebuild(built, engine, quietly, ["offers"], keep=True)
    worker.drain(built, engine)
    assert engine.get(index=old, id=offer).body["_source"]["name"] == "Les Lutins"


def test_going_back_is_refused_when_the_kept_index_is_behind_or_there_is_none(
    registry: Connection, built: Settings, engine: Elasticsearch
) -> None:
    with pytest.raises(RollbackRefused, match="gardé"):
        rollback(built, engine)
    offer = structure(registry, "Les Lutins")
    registry.commit()
    again(built, engine)
    (old,) = versions(built, engine)
    rebuild(built, engine, quietly, ["offers"], keep=True)
    engine.delete(index=old, id=offer, refresh=True)
    with pytest.raises(RollbackRefused, match="en retard"):
        rollback(built, engine)
    registry.execute("update offer set name = 'Les Farfadets'")
    registry.commit()
    worker.drain(built, engine)
    rollback(built, engine)


def test_a_new_index_that_is_not_what_the_registry_says_never_goes_live(
    registry: Connection, built: Settings, engine: Elasticsearch, found: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    structure(registry, "Les Lutins")
    registry.commit()
    again(built, engine)
    load = rebuilding.backfill

    def forgetful(settings: Settings, client: Elasticsearch, names: dict[str, str], report: Progress) -> Backfill:
        loaded = load(settings, client, names, report)
        client.indices.refresh(index=names["offers"])
        for each in found():
            client.delete(index=names["offers"], id=each)
        return loaded

    monkeypatch.setattr(rebuilding, "backfill", forgetful)
    before = generations.aliased(engine, built.index_prefix)
    with pytest.raises(RebuildDiffers, match="missing"):
        again(built, engine)
    assert generations.aliased(engine, built.index_prefix) == before
    assert len(found()) == 1


def test_what_a_new_index_refuses_is_a_dead_letter_of_that_index(
    registry: Connection, built: Settings, engine: Elasticsearch
) -> None:
    structure(registry, "Les Lutins", confirmed_on="12026-11-01")
    registry.commit()
    assert rebuild(built, engine, quietly, ["offers"]).refused == 1
    (letter,) = dead_letters.listing(registry)
    assert letter.generation == generations.aliased(engine, built.index_prefix)["offers"]


def test_a_live_index_has_its_refresh_and_its_replicas_back(built: Settings, engine: Elasticsearch) -> None:
    (name,) = versions(built, engine)
    settings = engine.indices.get_settings(index=name, flat_settings=True).body[name]["settings"]
    assert (settings["index.refresh_interval"], settings["index.number_of_replicas"]) == ("200ms", "0")
