"""The change loop: read the queue, build what it names as it is now, write it, forget it.

One worker at a time (an advisory lock). The queue's rows are removed only after Elasticsearch has acknowledged,
and no transaction is open while it is waited for; a worker that dies repeats at most one batch, which the
versions make harmless.
"""

import logging
import random
import threading
import time
from dataclasses import dataclass
from datetime import datetime

import elasticsearch
import psycopg
from elasticsearch import Elasticsearch

from indexer import dead_letters, generations
from indexer.bulk import TryAgain, Write, send
from indexer.documents import some_documents
from mappings.indexes import meta
from registry.database import Connection, connect
from settings import Settings

log = logging.getLogger(__name__)

BATCH = 1_000
POLL_S = 1.0
"""NOTIFY wakes the worker; a lost hint costs at most this long."""

HEARTBEAT_S = 5.0
LONGEST_PAUSE_S = 30.0


ABSENCES = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    elasticsearch.TransportError,
    elasticsearch.ApiError,
    TryAgain,
)
"""What a server that is away, restarting or overloaded looks like from here."""


class AlreadyRunning(Exception):
    """Another worker holds the lock."""


@dataclass(frozen=True)
class Batch:
    """What one turn of the loop did. `seen_at` is the registry's clock when the queue was read."""

    read: int
    refused: int
    seen_at: datetime

    @property
    def drained(self) -> bool:
        return self.read < BATCH


def run(settings: Settings, engine: Elasticsearch, stop: threading.Event) -> None:
    """Apply changes until `stop` is set. Raises AlreadyRunning; outlives both servers' absences."""
    pause = 0.0
    while not stop.is_set():
        try:
            with connect(settings.database_url, autocommit=True) as conn:
                _lock(conn)
                conn.execute("listen outbox")
                last_heartbeat = 0.0
                while not stop.is_set():
                    batch = apply_batch(conn, engine)
                    pause = 0.0
                    if batch.drained and time.monotonic() - last_heartbeat >= HEARTBEAT_S:
                        heartbeat(conn, engine, batch.seen_at)
                        last_heartbeat = time.monotonic()
                    if batch.drained:
                        for _ in conn.notifies(timeout=POLL_S, stop_after=1):
                            pass
        except ABSENCES as error:
            # Doubled each time, with jitter, so that several processes do not knock together.
            pause = min(LONGEST_PAUSE_S, max(0.2, pause * 2))
            log.warning("indexer pauses %.1f s: %s", pause, type(error).__name__)
            stop.wait(pause * random.uniform(0.5, 1))  # noqa: S311


def apply_batch(conn: Connection, engine: Elasticsearch) -> Batch:
    """One turn: at most BATCH changes, oldest first, one write for each offer or place and index generation.

    The connection is in autocommit. Raises what `bulk.send` raises; the queue then stands as it stood.
    """
    started = time.monotonic()
    # The clock first: all that was committed before it is read below.
    seen_at = conn.execute("select clock_timestamp()").fetchall()[0][0]
    rows = conn.execute("select seq, index, id from outbox order by seq limit %s", [BATCH]).fetchall()
    if not rows:
        return Batch(0, 0, seen_at)
    versions: dict[tuple[str, str], int] = {(index, identifier): seq for seq, index, identifier in rows}
    writes: list[Write] = []
    for index, names in generations.targets(conn).items():
        wanted = {identifier: seq for (of, identifier), seq in versions.items() if of == index}
        documents = some_documents(conn, index, list(wanted)) if wanted and names else {}
        writes += (
            Write(name, identifier, seq, documents.get(identifier))
            for name in names
            for identifier, seq in wanted.items()
        )
    refused = send(engine, writes)
    with conn.transaction():
        dead_letters.keep(conn, refused)
        conn.execute("delete from outbox where seq = any (%s)", [[seq for seq, _, _ in rows]])
    log.info(
        "applied changes=%d writes=%d refused=%d ms=%d",
        len(rows), len(writes), len(refused), (time.monotonic() - started) * 1000,
    )  # fmt: skip
    return Batch(len(rows), len(refused), seen_at)


def heartbeat(conn: Connection, engine: Elasticsearch, seen_at: datetime) -> None:
    """Note in the live indexes up to when every committed change can be found; readiness is read from there."""
    for index, name in generations.live(conn).items():
        engine.indices.put_mapping(index=name, meta=meta(index, seen_at))


def _lock(conn: Connection) -> None:
    row = conn.execute("select pg_try_advisory_lock(hashtext('ribambelle indexer'))").fetchone()
    if not row or not row[0]:
        raise AlreadyRunning
