"""Clocks that jump, and days that pass while nothing runs."""

import itertools
import threading
from datetime import date, datetime, timedelta

from elasticsearch import Elasticsearch

from indexer import worker
from mappings.indexes import alias
from registry.agrements import expiry
from registry.database import Connection, retried
from settings import Settings
from tests.conftest import TODAY, wait_for
from tests.product.faults.workload import indexing, prove
from tests.records import assistant, structure

HOUR_S = 3_600.0


def test_the_indexers_clock_is_set_back_an_hour(
    registry: Connection, settings: Settings, engine: Elasticsearch
) -> None:
    """Changes go on being applied and both heartbeats go on beating: the worker's row, and what the index tells."""
    name = alias(settings.index_prefix, "offers")
    offer = structure(registry, "Avant")
    registry.commit()
    ahead = itertools.count(0, 6)  # each look at the clock is due for a heartbeat
    set_back = threading.Event()

    def clock() -> float:
        return next(ahead) - (HOUR_S if set_back.is_set() else 0)

    def beats() -> tuple[datetime, datetime]:
        ((seen_at,),) = registry.execute("select seen_at from indexer_worker").fetchall()
        registry.commit()
        (found,) = engine.indices.get_mapping(index=name).body.values()
        return seen_at, datetime.fromisoformat(found["mappings"]["_meta"]["indexed_at"])

    def both_go_on() -> None:
        before = beats()
        wait_for(lambda: all(now > then for now, then in zip(beats(), before, strict=True)), what="both heartbeats")

    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(settings, engine, stop), kwargs={"clock": clock})
    thread.start()
    try:
        prove(settings, engine)
        both_go_on()
        set_back.set()
        registry.execute("update offer set name = 'Après' where id = %s", [offer])
        registry.commit()
        prove(settings, engine)
        both_go_on()
    finally:
        stop.set()
        thread.join(20)
    assert not thread.is_alive()


def test_midnights_that_pass_while_nothing_runs_are_caught_up_with(
    registry: Connection, settings: Settings, engine: Elasticsearch
) -> None:
    ends = {name: assistant(registry, name) for name in ("hier", "avant-hier", "aujourd’hui", "sans fin")}
    for days, name in enumerate(("aujourd’hui", "hier", "avant-hier")):
        registry.execute("update agrement set ends_on = %s where offer = %s", [TODAY - timedelta(days), ends[name]])
    registry.commit()
    with indexing(settings):
        prove(settings, engine)
        assert found(engine, settings) == set(ends)
        assert expire(settings, TODAY) == 2
        prove(settings, engine)
        assert found(engine, settings) == {"aujourd’hui", "sans fin"}
        assert expire(settings, TODAY) == 0, "run twice, it changes nothing"
        assert expire(settings, TODAY + timedelta(days=30)) == 1
        prove(settings, engine)
        assert found(engine, settings) == {"sans fin"}


def expire(settings: Settings, today: date) -> int:
    return retried(settings.database_url, lambda conn: expiry.expire(conn, today))


def found(engine: Elasticsearch, settings: Settings) -> set[str]:
    """Names, as a search finds them."""
    hits = engine.search(index=alias(settings.index_prefix, "offers"), size=100).body["hits"]["hits"]
    return {hit["_source"]["name"] for hit in hits}
