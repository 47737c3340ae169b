"""The queue of changes in the registry (table `outbox`), as several workers share it.

A worker claims rows instead of holding them locked, because no transaction may be open while Elasticsearch is waited
for. Its claims are void when its session is gone, and when LEASE is over. Ages and leases are told by PostgreSQL's
clock, whatever that of this machine says. Connections are in autocommit: each call is a transaction.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from registry.database import Connection

BATCH = 1_000

FAN_OUT = 5_000
"""Offers that one transaction queues when a commune or a source changed."""

LEASE = "5 minutes"
"""A worker whose session lives but that has not finished by then is frozen, or cut off from Elasticsearch."""


@dataclass(frozen=True, slots=True)
class Change:
    """At `seq` something changed that the document `id` of `index` shows, `age_s` before it was claimed."""

    seq: int
    index: str
    id: str
    age_s: float


def enlist(conn: Connection) -> int:
    """A number for this worker, which lives as long as the connection's session; forgets those that are gone."""
    ((number,),) = conn.execute("select nextval(pg_get_serial_sequence('indexer_worker', 'number'))::int").fetchall()
    conn.execute("select pg_advisory_lock(worker_lock(), %s)", [number])
    conn.execute("insert into indexer_worker (number) overriding system value values (%s)", [number])
    conn.execute("delete from indexer_worker where number not in (select number from living_workers())")
    return int(number)


def expand(conn: Connection) -> bool:
    """Queue some more of the offers that a change of many concerns; False when there is no such change."""
    return bool(conn.execute("select expand_fan_out(%s)", [FAN_OUT]).fetchall()[0][0])


def claim(conn: Connection, number: int) -> list[Change]:
    """The oldest changes, at most BATCH, that no other worker is at; from now on they are this one's."""
    # By an array and not by a join: to statistics of a queue that was empty, one that reads all of it for each row of
    # the batch looks as good.
    rows = conn.execute(
        """
        with living as materialized (select number from living_workers()),
        free as (
            select seq from outbox
            where claimed_by is null or claimed_until < clock_timestamp()
               or claimed_by not in (select number from living)
            order by seq limit %(most)s for update skip locked
        )
        update outbox o set claimed_by = %(number)s, claimed_until = clock_timestamp() + %(lease)s::interval
        where o.seq = any (array(select seq from free))
        returning o.seq, o.index, o.id, extract(epoch from clock_timestamp() - o.at)::float8
        """,
        {"number": number, "lease": LEASE, "most": BATCH},
    ).fetchall()
    return [Change(*row) for row in rows]


def release(conn: Connection, number: int) -> None:
    """Give up this worker's claims."""
    conn.execute("update outbox set claimed_by = null, claimed_until = null where claimed_by = %s", [number])


def forget(conn: Connection, changes: Iterable[Change]) -> None:
    conn.execute("delete from outbox where seq = any (%s)", [[each.seq for each in changes]])


def current_to(conn: Connection) -> datetime:
    """The moment up to which Elasticsearch has acknowledged every committed change."""
    # The clock first: all that was committed before it is seen by the next statement.
    ((now,),) = conn.execute("select clock_timestamp()").fetchall()
    oldest = conn.execute("(select at from outbox order by seq limit 1) union all (select min(at) from fan_out)")
    moments: list[datetime] = [now, *(at for (at,) in oldest if at)]
    return min(moments)
