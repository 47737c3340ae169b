"""The change loop: claim changes, build what they name as it is now, write it, forget them.

Several workers may run at once: claims keep them from doing the same work, and the versions make it harmless when they
do. The queue's rows go only after Elasticsearch has acknowledged; of a worker that dies, the last batch is done again.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from elasticsearch import Elasticsearch

from indexer import backoff, dead_letters, generations, metrics, queue
from indexer.bulk import Outcome, Write, send
from indexer.documents import some_documents
from indexer.queue import Change
from mappings.indexes import OFFERS
from registry import indexed_changes
from registry.database import Connection, connect
from settings import Settings
from settings.engine import refusal

log = logging.getLogger(__name__)

POLL_S = 1.0
"""NOTIFY wakes the worker; a lost hint costs at most this long."""

GATHER_S = 0.1
"""After a hint, so that changes which come close together make one batch: each batch makes the index refresh, and at a
thousand changes a second refreshes cost more than the changes do."""

HEARTBEAT_S = 5.0

Clock = Callable[[], float]


@dataclass
class Turn:
    """What one turn of the loop did, and the seconds that each of its stages took."""

    expanded: bool = False
    changes: list[Change] = field(default_factory=list)
    writes: list[Write] = field(default_factory=list)
    outcome: Outcome = field(default_factory=Outcome)
    stages_s: dict[str, float] = field(default_factory=dict)

    @property
    def drained(self) -> bool:
        return len(self.changes) < queue.BATCH and not self.expanded

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        begun = time.monotonic()
        yield
        self.stages_s[name] = time.monotonic() - begun


@dataclass(frozen=True)
class Heartbeat:
    """The last one: when, how many changes this worker had applied by then, and whether it speaks for all."""

    at: float
    applied: int
    leads: bool


def run(settings: Settings, engine: Elasticsearch, stop: threading.Event, *, clock: Clock = time.monotonic) -> None:
    """Apply changes until `stop` is set; outlives both servers' absences. `clock` (seconds) spaces the heartbeats."""
    pauses = backoff.pauses()
    while not stop.is_set():
        try:
            with connect(settings.database_url, autocommit=True) as conn:
                number = queue.enlist(conn)
                conn.execute("listen outbox")
                pauses = backoff.pauses()
                _follow(conn, engine, number, stop, clock)
                conn.execute("delete from indexer_worker where number = %s", [number])
        except backoff.REGISTRY_ABSENCES as error:
            _pause(stop, next(pauses), error)


def drain(settings: Settings, engine: Elasticsearch) -> int:
    """Apply what is on the queue now and return how many changes that were. Where `run` would wait for a server,
    this raises its error."""
    applied = 0
    with connect(settings.database_url, autocommit=True) as conn:
        number = queue.enlist(conn)
        while True:
            turn = take_turn(conn, engine, number)
            applied += len(turn.changes)
            if turn.drained:
                return applied


def _follow(conn: Connection, engine: Elasticsearch, number: int, stop: threading.Event, clock: Clock) -> None:
    pauses = backoff.pauses()
    beat: Heartbeat | None = None
    applied = 0
    while not stop.is_set():
        try:
            turn = take_turn(conn, engine, number)
            applied += len(turn.changes)
            beat = heartbeat(conn, engine, number, applied, clock(), beat)
        except backoff.ENGINE_ABSENCES as error:
            _pause(stop, next(pauses), error)
            continue
        if turn.outcome.again:
            _pause(stop, next(pauses), turn.outcome)
            continue
        pauses = backoff.pauses()
        if turn.drained and list(conn.notifies(timeout=POLL_S, stop_after=1)):
            stop.wait(GATHER_S)
            list(conn.notifies(timeout=0))  # one look answers all the hints that came meanwhile


def take_turn(conn: Connection, engine: Elasticsearch, number: int) -> Turn:
    """One batch of changes, from claim to removal: one write for each document and index generation.

    The connection is in autocommit. Raises elasticsearch's own errors; the queue then stands as it stood.
    """
    turn = Turn()
    with turn.stage("claim"):
        turn.expanded = queue.expand(conn)
        turn.changes = queue.claim(conn, number)
    if not turn.changes:
        return turn
    try:
        with turn.stage("build"):
            turn.writes = build(conn, turn.changes)
        with turn.stage("bulk"):
            turn.outcome = send(engine, turn.writes)
    except backoff.ENGINE_ABSENCES:
        queue.release(conn, number)
        raise
    with turn.stage("finish"):
        finish(conn, number, turn)
    _tell(number, turn)
    return turn


def _tell(number: int, turn: Turn) -> None:
    """One line in the log and the figures of /metrics."""
    again, refused = turn.outcome.again, turn.outcome.refused
    waiting = {each.id for each in again}
    since = turn.stages_s["build"] + turn.stages_s["bulk"]
    ages_s = [each.age_s + since for each in turn.changes if each.id not in waiting]
    metrics.observe(
        turn.stages_s,
        changes=len(ages_s),
        writes=len(turn.writes) - len(again) - len(refused),
        refused=len(refused),
        again=len(again),
        ages_s=ages_s,
    )
    log.info(
        "batch worker=%d changes=%d writes=%d refused=%d again=%d oldest_s=%.3f %s",
        number, len(turn.changes), len(turn.writes), len(refused), len(again),
        max(each.age_s for each in turn.changes),
        " ".join(f"{stage}_ms={spent * 1000:.0f}" for stage, spent in turn.stages_s.items()),
    )  # fmt: skip


def build(conn: Connection, changes: Sequence[Change]) -> list[Write]:
    """What the changed documents are now, for every index on record; the newest change of each gives the version."""
    versions: dict[str, dict[str, int]] = {}
    for each in sorted(changes, key=lambda each: each.seq):
        versions.setdefault(each.index, {})[each.id] = each.seq
    writes: list[Write] = []
    for index, names in generations.targets(conn).items():
        wanted = versions.get(index, {})
        documents = some_documents(conn, index, list(wanted)) if wanted and names else {}
        writes += [Write(name, id, seq, documents.get(id)) for name in names for id, seq in wanted.items()]
    return writes


def finish(conn: Connection, number: int, turn: Turn) -> None:
    """Forget what was acknowledged, keep what was refused, and leave to any worker what is to be sent again.

    Offers that were written are left to the saved needs, in the same transaction: none is forgotten between the two.
    """
    again = {(each.target, each.id) for each in turn.outcome.again}
    refused = {(each.write.target, each.write.id) for each in turn.outcome.refused}
    waiting = {id for _, id in again}
    with conn.transaction():
        dead_letters.keep(conn, turn.outcome.refused)
        dead_letters.settle(conn, [each for each in turn.writes if (each.target, each.id) not in again | refused])
        queue.forget(conn, [each for each in turn.changes if each.id not in waiting])
        indexed_changes.note(conn, {each.id for each in turn.changes if each.index == OFFERS} - waiting)
        if waiting:
            queue.release(conn, number)


def heartbeat(
    conn: Connection, engine: Elasticsearch, number: int, applied: int, now: float, last: Heartbeat | None
) -> Heartbeat:
    """Every HEARTBEAT_S, tell the registry what this worker did. One of the workers also notes in the live indexes up
    to when every committed change can be found, and what the last check found: the API reads both there."""
    since = abs(now - last.at) if last else HEARTBEAT_S  # a clock that was set back is no reason to fall silent
    if since < HEARTBEAT_S:
        assert last  # noqa: S101
        return last
    conn.execute(
        "update indexer_worker set seen_at = clock_timestamp(), applied = %s, rate = %s where number = %s",
        [applied, (applied - last.applied) / since if last else 0.0, number],
    )
    leads = (last is not None and last.leads) or _lead(conn)
    if leads:
        generations.note(conn, engine, queue.current_to(conn))
    return Heartbeat(now, applied, leads)


def _lead(conn: Connection) -> bool:
    return bool(conn.execute("select pg_try_advisory_lock(hashtext('ribambelle heartbeat'))").fetchall()[0][0])


def _pause(stop: threading.Event, seconds: float, why: object) -> None:
    reason = refusal(why) if isinstance(why, Exception) else None
    log.warning("pause seconds=%.1f why=%s", seconds, reason or type(why).__name__)
    stop.wait(seconds)
