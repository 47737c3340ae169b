"""What a worker's process tells Prometheus: what it did itself, and how the whole indexer stands.

Counters and histograms are of this process alone: with several workers, sum them over the instances. The gauges
are read from the registry and the index at each scrape, and the same whichever worker tells them: take one of them
(`max`), not the sum. docs/alerts.yml does both.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

import psycopg
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from psycopg.conninfo import make_conninfo

from indexer import bulk
from indexer.check import KINDS
from indexer.status import Status, status
from mappings.indexes import OFFERS, body
from registry import database
from settings import Settings

log = logging.getLogger(__name__)

REFRESH_S = float(body(OFFERS)["settings"]["refresh_interval"].removesuffix("ms")) / 1000
"""The longest that Elasticsearch waits after an acknowledgement before it begins to show a change."""

SCRAPE_TIMEOUT_S = 3
"""For each call to a server that is asked during a scrape; Prometheus gives up a scrape after 10 s."""

OWN = CollectorRegistry()
"""What this process counts itself; not prometheus_client's default, to which any library may add."""

ProcessCollector(registry=OWN)

_changes = Counter("ribambelle_indexer_changes", "Changes applied and taken off the queue", registry=OWN)
_writes = Counter("ribambelle_indexer_writes", "Documents written or deleted, for each index one", registry=OWN)
_refused = Counter("ribambelle_indexer_refused", "Documents that Elasticsearch refused for good", registry=OWN)
_again = Counter("ribambelle_indexer_retries", "Documents to be sent again, after a 429 or 5xx", registry=OWN)
_stages = Histogram(
    "ribambelle_indexer_batch_seconds",
    "Time that a batch spent in each stage: claim, build, bulk, finish",
    ["stage"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=OWN,
)
_visible = Histogram(
    "ribambelle_change_visible_seconds",
    "From the statement that queued a change to the latest moment by which a search shows it: the acknowledgement"
    " plus the refresh interval. An upper bound, but for the time that the refresh itself takes",
    buckets=(0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.8, 1, 1.5, 2, 3, 5, 10, 30, 60, 300, 900, 3600),
    registry=OWN,
)


def observe(
    stages: Mapping[str, float], *, changes: int, writes: int, refused: int, again: int, ages_s: Sequence[float]
) -> None:
    """Note one batch.

    `stages`: seconds by stage. `changes`: rows taken off the queue. `writes`: operations that Elasticsearch took,
    `refused` for good, or wants `again`. `ages_s`: for each change taken off, the seconds since its statement
    (`outbox.at`), by the registry's clock.
    """
    _changes.inc(changes)
    _writes.inc(writes)
    _refused.inc(refused)
    _again.inc(again)
    for stage, seconds in stages.items():
        _stages.labels(stage).observe(max(0.0, seconds))
    for age in ages_s:
        _visible.observe(max(0.0, age) + REFRESH_S)


def told(settings: Settings) -> CollectorRegistry:
    """What a scrape of this process is answered: what it did itself, and the standing of the whole indexer."""
    registry = CollectorRegistry()
    registry.register(OWN)
    registry.register(Standing(settings))
    return registry


class Standing:
    """A collector, as prometheus_client wants one, that reads `status` at each scrape by connections of its own."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def collect(self) -> Iterable[Metric]:
        found = self._read()
        yield _one("up", "Whether the registry could be read for this scrape", found is not None)
        if found is not None:
            yield from families(found)

    def _read(self) -> Status | None:
        url = make_conninfo(self.settings.database_url, connect_timeout=SCRAPE_TIMEOUT_S)
        try:
            with (
                database.connect(url, autocommit=True) as conn,
                bulk.client(self.settings, timeout_s=SCRAPE_TIMEOUT_S) as engine,
            ):
                conn.execute(f"set statement_timeout = '{SCRAPE_TIMEOUT_S}s'")
                return status(conn, engine, self.settings.index_prefix)
        except psycopg.Error as error:
            log.warning("metrics without the registry: %s", type(error).__name__)
            return None


def families(found: Status) -> Iterator[Metric]:
    """A status as gauges."""
    yield _one("elasticsearch_up", "Whether every live index answers", found["elasticsearch"] == "ok")
    yield _one("queue", "Changes that wait, or that a worker is at", found["queue"])
    yield _one(
        "oldest_change_seconds", "Age of the oldest of them; 0 when there is none", found["oldest_change_s"] or 0
    )
    yield _one("changes_per_second", "Changes applied, as the living workers report", found["rate_per_s"])
    yield _one("workers", "Workers that are alive", found["workers"])
    yield _many(
        "dead_letters",
        "Documents that stand refused, by the state of their index",
        ["state"],
        (((state,), count) for state, count in found["dead_letters"].items()),
    )
    generations = {"live": found["live"], "kept": found["kept"], "building": found["building"]}
    yield _many(
        "index",
        "The indexes that receive changes; always 1",
        ["index", "name", "state"],
        (((index, name, state), 1) for state, names in generations.items() for index, name in names.items()),
    )
    yield _many(
        "documents",
        "Documents that a search finds, by index and kind of offer, type of place and so on",
        ["index", "kind"],
        (((index, kind), count) for index, kinds in found["documents"].items() for kind, count in kinds.items()),
    )
    yield _many(
        "indexed_at_timestamp_seconds",
        "Up to when a search shows every change",
        [],
        [((), _seconds(found["indexed_at"]))] if found["indexed_at"] else [],
    )
    yield _many(
        "check_differences",
        "Documents that were not as the registry has them, at the last check",
        ["index", "difference"],
        (((index, kind), check[kind]) for index, check in found["checks"].items() for kind in KINDS),
    )
    yield _many(
        "check_timestamp_seconds",
        "When the last check was made",
        ["index"],
        (((index,), _seconds(check["at"])) for index, check in found["checks"].items()),
    )


def _one(name: str, text: str, value: float) -> Metric:
    return _many(name, text, [], [((), value)])


def _many(name: str, text: str, labels: Sequence[str], values: Iterable[tuple[tuple[str, ...], float]]) -> Metric:
    family = GaugeMetricFamily(f"ribambelle_indexer_{name}", text, labels=labels)
    for key, value in values:
        family.add_metric(key, float(value))
    return family


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()
