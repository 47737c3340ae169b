"""What the indexer tells of itself, to people's commands and to Prometheus."""

import socket
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from elasticsearch import Elasticsearch
from prometheus_client.parser import text_string_to_metric_families

from cli.metrics import CannotServe, serving
from indexer import bulk, metrics
from indexer.status import status
from mappings import indexes
from registry import database
from registry.database import Connection
from settings import Settings
from tests.records import structure

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def conn(configured: Settings) -> Iterator[Connection]:
    with database.connect(configured.database_url, autocommit=True) as connected:
        yield connected


@pytest.fixture
def live(configured: Settings, conn: Connection, engine: Elasticsearch) -> str:
    """The name of a live index of two crèches and a MAM, put there by hand."""
    alias = indexes.alias(configured.index_prefix, "offers")
    name = indexes.versioned_name(configured.index_prefix, "offers", datetime.now(UTC))
    body = indexes.body("offers")
    body["mappings"]["_meta"] = {"indexed_at": "2026-11-23T09:00:00+00:00"}
    engine.indices.create(index=name, aliases={alias: {}}, **body)
    for id, kind in (("a", "eaje"), ("b", "eaje"), ("c", "mam")):
        engine.index(index=name, id=id, document={"id": id, "kind": kind}, refresh=True)
    conn.execute("insert into index_generation (name, index, state) values (%s, 'offers', 'live')", [name])
    return name


def test_the_registry_and_the_index_tell_their_parts(
    configured: Settings, conn: Connection, engine: Elasticsearch, live: str
) -> None:
    structure(conn, "Les Lutins")
    conn.execute("insert into fan_out (field, value, at) values ('commune', '44109', now() - interval '90 s')")
    conn.execute("insert into index_generation (name, index, state) values ('old', 'offers', 'kept')")
    conn.execute(
        "insert into dead_letter (generation, id, seq, reason) values (%s, 'x', 1, ''), ('old', 'x', 1, '')", [live]
    )
    conn.execute("insert into index_check values ('offers', '2026-11-23 02:00Z', 4.5, 3, 1, 0, 0, 2)")
    # Two workers that reported a rate; the first has lost its session since.
    conn.execute("insert into indexer_worker (rate) values (40), (250.04)")
    conn.execute("select pg_advisory_lock(worker_lock(), max(number)::int) from indexer_worker")

    found = status(conn, engine, configured.index_prefix)
    assert found["oldest_change_s"]
    assert 90 <= found["oldest_change_s"] < 120
    assert {**found, "oldest_change_s": None} == {
        "queue": 2,
        "oldest_change_s": None,
        "rate_per_s": 250.0,
        "workers": 1,
        "dead_letters": {"live": 1, "kept": 1, "building": 0},
        "live": {"offers": live},
        "kept": {"offers": "old"},
        "building": {},
        "checks": {
            "offers": {
                "at": "2026-11-23T02:00:00+00:00",
                "seconds": 4.5,
                "documents": 3,
                "missing": 1,
                "ghost": 0,
                "stale": 0,
                "different": 2,
            }
        },
        "elasticsearch": "ok",
        "refusal": None,
        "indexed_at": "2026-11-23T09:00:00+00:00",
        "documents": {"offers": {"eaje": 2, "mam": 1}, "places": {}},
        "kinds": {"eaje": 2, "mam": 1},
        "types": {},
    }


def test_without_an_index_it_still_tells_what_the_registry_knows(
    configured: Settings, conn: Connection, engine: Elasticsearch, live: str
) -> None:
    structure(conn, "Les Lutins")
    with bulk.client(Settings(elasticsearch_url=NOWHERE), timeout_s=1) as nobody:
        away = status(conn, nobody, configured.index_prefix)
    assert (away["elasticsearch"], away["queue"], away["live"]) == ("away", 1, {"offers": live})
    engine.indices.delete(index=live)
    missing = status(conn, engine, configured.index_prefix)
    assert (missing["elasticsearch"], missing["queue"], missing["indexed_at"]) == ("missing", 1, None)
    conn.execute("delete from index_generation")
    nothing_yet = status(conn, engine, configured.index_prefix)
    assert (nothing_yet["elasticsearch"], nothing_yet["live"], nothing_yet["kinds"]) == ("ok", {}, {})


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def scraped(settings: Settings) -> dict[str, float]:
    """What Prometheus reads, by name and labels."""
    with urllib.request.urlopen(f"http://127.0.0.1:{settings.metrics_port}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    return {
        each.name + "".join(f" {label}={value}" for label, value in sorted(each.labels.items())): each.value
        for family in text_string_to_metric_families(text)
        for each in family.samples
    }


def test_prometheus_is_told_the_same_and_what_this_process_did(
    configured: Settings, conn: Connection, live: str
) -> None:
    structure(conn, "Les Lutins")
    served = configured.model_copy(update={"metrics_port": free_port()})
    with serving(served, metrics.told(served)):
        before = scraped(served)
        metrics.observe({"claim": 0.002, "bulk": 0.3}, changes=3, writes=5, refused=1, again=2, ages_s=[0.1, 0.2, -9])
        after = scraped(served)
    assert before["ribambelle_indexer_up"] == before["ribambelle_indexer_elasticsearch_up"] == 1
    assert before["ribambelle_indexer_queue"] == 1
    assert before["ribambelle_indexer_documents index=offers kind=eaje"] == 2
    assert before["ribambelle_indexer_dead_letters state=live"] == 0
    did = {name: value - before.get(name, 0) for name, value in after.items()}
    assert did["ribambelle_indexer_changes_total"] == 3
    assert did["ribambelle_indexer_writes_total"] == 5
    assert did["ribambelle_indexer_refused_total"] == 1
    assert did["ribambelle_indexer_retries_total"] == 2
    assert did["ribambelle_indexer_batch_seconds_sum stage=bulk"] == pytest.approx(0.3)
    # The refresh interval is added to each; clocks that disagree count as no time at all.
    assert did["ribambelle_change_visible_seconds_sum"] == pytest.approx(0.3 + 3 * 0.2)
    assert did["ribambelle_change_visible_seconds_bucket le=0.25"] == 1


def test_a_scrape_is_answered_while_a_server_is_away(configured: Settings, conn: Connection, live: str) -> None:
    structure(conn, "Les Lutins")
    no_engine = configured.model_copy(update={"metrics_port": free_port(), "elasticsearch_url": NOWHERE})
    with serving(no_engine, metrics.told(no_engine)):
        found = scraped(no_engine)
    assert (found["ribambelle_indexer_up"], found["ribambelle_indexer_elasticsearch_up"]) == (1, 0)
    assert found["ribambelle_indexer_queue"] == 1
    no_registry = configured.model_copy(
        update={"metrics_port": free_port(), "database_url": "postgresql://127.0.0.1:9/x"}
    )
    with serving(no_registry, metrics.told(no_registry)):
        found = scraped(no_registry)
    assert found["ribambelle_indexer_up"] == 0
    assert "ribambelle_indexer_changes_total" in found
    assert "ribambelle_indexer_queue" not in found


def test_a_port_that_is_taken_is_said_in_one_sentence(configured: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        settings = configured.model_copy(update={"metrics_port": port})
        with pytest.raises(CannotServe, match=f"127.0.0.1:{port}"), serving(settings, metrics.OWN):
            pass
