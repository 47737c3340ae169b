"""Rebuilds during writes and searches, killed at each of their steps."""

from elasticsearch import Elasticsearch

from indexer import generations
from indexer.rebuild import rollback
from registry.database import connect
from settings import Settings
from tests.conftest import wait_for
from tests.product.faults.doomed import OF_REBUILD
from tests.product.faults.workload import (
    differences,
    indexing,
    killed,
    populate,
    pouring,
    process,
    prove,
    searching,
    short_or_long,
    writing,
)

OFFERS = short_or_long(300, 5_000)
PER_S = short_or_long(100, 500)


def test_killed_at_each_step_during_writes_and_searches(settings: Settings, engine: Elasticsearch) -> None:
    staying = populate(settings.database_url, OFFERS)
    hot = populate(settings.database_url, 100)
    with indexing(settings):
        with process(settings, "rebuild") as first:
            assert first.wait(120) == 0
        prove(settings, engine)
        with searching(settings, staying) as seen:
            with (
                pouring(settings.database_url, [*staying, *hot], per_s=PER_S),
                writing(settings.database_url, hot, seed=6, writers=1, every_s=0.1),
            ):
                for step in OF_REBUILD:
                    killed(settings, "rebuild", step, 3 if step == "midway" else 1)
                with process(settings, "rebuild-keep") as last:
                    assert last.wait(120) == 0
                answers = seen.good
                wait_for(
                    lambda: seen.good > answers + 50 or seen.bad != [], seconds=60, what="searches of the new index"
                )
            prove(settings, engine)
            with connect(settings.database_url, autocommit=True) as conn:
                (live,), (kept,) = (generations.recorded(conn, state).values() for state in ("live", "kept"))
            assert rollback(settings, engine) == {"offers": kept}
            assert differences(settings, engine, live) == differences(settings, engine, kept) == []
        assert seen.bad == []
        assert set(engine.indices.get(index=f"{settings.index_prefix}-offers-*").body) == {live, kept}
