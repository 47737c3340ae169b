"""A full rebuild beside the live indexes, which go on being searched and changed until the aliases switch.

Each step is a function of its own, and after each of them the process may die: searches see what they saw before,
and the next rebuild clears away what this one left (generations.tidy).
"""

import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from elasticsearch import Elasticsearch

from indexer import backoff, dead_letters, generations, queue
from indexer.bulk import Refused, fill
from indexer.check import Difference, compare
from indexer.documents import Built, all_documents, count, look_at_tables
from mappings.indexes import INDEXES, body, meta, versioned_name
from registry.database import Connection, connect
from settings import Settings

BATCH = 1_000
"""Documents a bulk: between 1,000 and 3,000 nothing is gained or lost (docs/indexer.md, "How fast")."""

IN_FLIGHT = 2
READ_AHEAD = 2
"""Batches that PostgreSQL has built before Elasticsearch can take them; with those in flight, all that is in memory."""

PATIENCE_S = 300.0
"""How long a backfill waits for an engine that is away; meanwhile its snapshot keeps PostgreSQL from vacuuming."""

SWITCH_S = 15.0
"""How long an index that was replaced may still be read by searches that began before."""

GREEN_S = 600.0
"""How long the replicas of a new index may take to be filled."""

Progress = Callable[[str, int, int], None]
"""Told (what is being done, documents done, documents in all)."""


class RebuildRunning(Exception):
    """Another rebuild or rollback holds the lock."""


class RebuildDiffers(Exception):
    """The new indexes are not what the registry says, so the old ones stay. Tells the first differences."""

    def __init__(self, differences: list[Difference]) -> None:
        super().__init__(", ".join(f"{each.index} {each.id} {each.kind}" for each in differences))
        self.differences = differences


class RollbackRefused(Exception):
    """There is nothing to go back to, or it is behind; the message is French, for the user."""


@dataclass(frozen=True)
class Rebuilt:
    """Documents of each index, and the seconds that it took: until ready to switch, and of the comparison."""

    counts: dict[str, int]
    refused: int
    backfill_s: float
    compare_s: float


@dataclass(frozen=True)
class Backfill:
    """What was loaded and refused, the snapshot of the registry that it shows, and what each index was `built` to."""

    counts: dict[str, int]
    refused: int
    snapshot: str
    seen_at: datetime
    built: dict[str, dict[str, str]]


def rebuild(
    settings: Settings,
    engine: Elasticsearch,
    report: Progress,
    indexes: Collection[str] = INDEXES,
    *,
    keep: bool = False,
) -> Rebuilt:
    """Build indexes anew from the registry, compare, switch; drop the old ones or `keep` them for a rollback.

    Documents that Elasticsearch refuses become dead letters and do not stop the rest. Raises RebuildRunning when
    another one is under way, RebuildDiffers when the comparison finds what no waiting change explains.
    """
    with alone(settings) as conn:
        generations.tidy(conn, engine, settings.index_prefix)
        begun = time.monotonic()
        names = create(conn, engine, settings, indexes)
        loaded = backfill(settings, engine, names, report)
        restore(engine, settings, names, loaded)
        filled = time.monotonic()
        wrong = (each for each in compare(conn, engine, names) if each.kind != "stale")
        if first := list(islice(wrong, 20)):
            raise RebuildDiffers(first)
        compared = time.monotonic()
        generations.switch(engine, settings.index_prefix, names)
        replaced = generations.record_live(conn, names, keep=keep)
        generations.wait_until_unused(engine, replaced, at_most_s=SWITCH_S)
        generations.drop(engine, replaced)
        if not keep:
            retire(conn, loaded.snapshot, list(names))
    return Rebuilt(loaded.counts, loaded.refused, filled - begun, compared - filled)


def rollback(settings: Settings, engine: Elasticsearch) -> dict[str, str]:
    """Go back to the kept generation, and keep the one that was live; returns the names that are live now.

    Raises RebuildRunning, and RollbackRefused when there is no kept generation or when it is behind the live one:
    it refused a change that the other has, or does not hold as many documents.
    """
    with alone(settings) as conn:
        kept, live = generations.recorded(conn, "kept"), generations.recorded(conn, "live")
        if not kept:
            raise RollbackRefused("Aucun index n’a été gardé\u00a0: reconstruisez avec --keep la prochaine fois.")
        for index, name in kept.items():
            _refuse_behind(conn, engine, live[index], name)
        generations.switch(engine, settings.index_prefix, kept)
        generations.record_live(conn, kept, keep=True)
        generations.note(conn, engine, queue.current_to(conn))
    return kept


@contextmanager
def alone(settings: Settings) -> Iterator[Connection]:
    """A connection that holds the lock of rebuilds, in autocommit. Raises RebuildRunning."""
    with connect(settings.database_url, autocommit=True) as conn:
        row = conn.execute("select pg_try_advisory_lock(hashtext('ribambelle rebuild'))").fetchone()
        if not row or not row[0]:
            raise RebuildRunning
        yield conn


def create(conn: Connection, engine: Elasticsearch, settings: Settings, indexes: Iterable[str]) -> dict[str, str]:
    """New indexes, tuned for loading: no refresh, no replicas. On record, and so given every change, from here on."""
    generations.forbid_automatic(engine, settings.index_prefix)
    names = {index: versioned_name(settings.index_prefix, index, datetime.now(UTC)) for index in indexes}
    for index, name in names.items():
        content = body(index, shards=settings.index_shards if INDEXES[index].sharded else 1)
        content["settings"]["refresh_interval"] = "-1"
        engine.indices.create(index=name, settings=content["settings"], mappings=content["mappings"])
        generations.record_building(conn, index, name)
    return names


def backfill(settings: Settings, engine: Elasticsearch, names: dict[str, str], report: Progress) -> Backfill:
    """Load everything at version 0, so that a live change always wins."""
    counts: dict[str, int] = {}
    refused = 0
    with connect(settings.database_url) as reader, connect(settings.database_url, autocommit=True) as writer:
        look_at_tables(writer)
        reader.execute("set transaction isolation level repeatable read read only")
        snapshot, seen_at = reader.execute("select pg_current_snapshot()::text, now()").fetchall()[0]
        # Before the first is read: of functions that are replaced meanwhile, the index says that it has the older ones.
        built = {index: generations.built_to(reader, index) for index in names}
        for index, name in names.items():
            total = count(reader, index)
            counts[index] = 0
            for size, letters in _load(engine, name, all_documents(reader, index, batch=BATCH)):
                dead_letters.keep(writer, letters)
                refused += len(letters)
                counts[index] += size
                report(f"index {index}", counts[index], total)
    return Backfill(counts, refused, snapshot, seen_at, built)


def restore(engine: Elasticsearch, settings: Settings, names: dict[str, str], loaded: Backfill) -> None:
    """Back to what a live index needs: refresh, replicas, and how current it is. Waits until the replicas stand."""
    for index, name in names.items():
        tuned = body(index, replicas=settings.index_replicas)["settings"]
        restored = {key: tuned[key] for key in ("refresh_interval", "number_of_replicas")}
        engine.indices.put_settings(index=name, settings={"index": restored})
        engine.indices.put_mapping(index=name, meta=loaded.built[index] | meta(loaded.seen_at))
        engine.indices.refresh(index=name)
    if settings.index_replicas:
        engine.options(request_timeout=GREEN_S + 10).cluster.health(
            index=",".join(names.values()), wait_for_status="green", timeout=f"{GREEN_S:.0f}s"
        )


def retire(conn: Connection, snapshot: str, indexes: list[str]) -> None:
    """Take off the queue what the snapshot saw: it stands in the new indexes, and no other is left to be given it."""
    conn.execute(
        "delete from outbox o where o.index = any (%s) and pg_visible_in_snapshot(o.xid, %s::pg_snapshot)"
        " and not exists (select from index_generation g where g.index = o.index and g.state <> 'live')",
        [indexes, snapshot],
    )


def _load(engine: Elasticsearch, name: str, documents: Iterator[Built]) -> Iterator[tuple[int, list[Refused]]]:
    """Send batches, some at once; yields the size of each and what was refused of it."""
    pending: deque[tuple[int, Future[list[Refused]]]] = deque()
    with ThreadPoolExecutor(IN_FLIGHT) as pool:
        while batch := list(islice(documents, BATCH)):
            pending.append((len(batch), pool.submit(_fill_patiently, engine, name, batch)))
            if len(pending) == IN_FLIGHT + READ_AHEAD:
                size, future = pending.popleft()
                yield size, future.result()
        for size, future in pending:
            yield size, future.result()


def _fill_patiently(engine: Elasticsearch, name: str, documents: list[Built]) -> list[Refused]:
    deadline = time.monotonic() + PATIENCE_S
    for pause in backoff.pauses():
        try:
            outcome = fill(engine, name, documents)
            # What a 429 or 5xx is about goes again with all the rest, which the index then passes over.
            if not outcome.again:
                return outcome.refused
        except backoff.ENGINE_ABSENCES:
            if time.monotonic() > deadline:
                raise
        if time.monotonic() > deadline:
            raise TimeoutError(f"Elasticsearch has not taken a batch of documents for {PATIENCE_S:.0f} s")
        time.sleep(pause)
    raise AssertionError("unreachable")


def _refuse_behind(conn: Connection, engine: Elasticsearch, live: str, kept: str) -> None:
    if not engine.indices.exists(index=kept):
        raise RollbackRefused(f"L’index gardé {kept} n’existe plus.")
    (refused,) = conn.execute("select count(*) from dead_letter where generation = %s", [kept]).fetchall()[0]
    if refused:
        raise RollbackRefused(f"L’index gardé {kept} est en retard\u00a0: il a refusé {refused} changements.")
    engine.indices.refresh(index=[live, kept])
    # A change on its way may make them differ for a moment; three looks tell a moment from a gap.
    counts = [(engine.count(index=live).body["count"], engine.count(index=kept).body["count"]) for _ in range(3)]
    if all(one != other for one, other in counts):
        raise RollbackRefused(
            f"L’index gardé {kept} est en retard\u00a0: {counts[-1][1]} documents,"
            f" et {counts[-1][0]} dans l’index en service."
        )
