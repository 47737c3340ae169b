"""Changes that Elasticsearch refused for good: kept with their document and the reason, so that none is lost.

A letter belongs to one index of one generation. It goes when a later write of the same document is accepted, when
its index is dropped, or when somebody decides so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import class_row

from indexer.bulk import Refused, Write
from registry.database import Connection


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """`index` is offers or places, `generation` the index that refused; `document` is None for a deletion."""

    index: str
    generation: str
    id: str
    seq: int
    reason: str
    document: Any
    at: datetime


def keep(conn: Connection, refused: Iterable[Refused]) -> None:
    """Record the refusals; a newer one of the same document takes the older one's place."""
    for each in refused:
        conn.execute(
            # Nothing is kept for an index that was dropped meanwhile; the lock keeps that from happening just now.
            "with still as (select name from index_generation where name = %(name)s for key share)"
            " insert into dead_letter (generation, id, seq, reason, document)"
            " select name, %(id)s, %(seq)s, %(reason)s, %(document)s from still"
            " on conflict (generation, id) do update set seq = excluded.seq, reason = excluded.reason,"
            " document = excluded.document, at = excluded.at where dead_letter.seq <= excluded.seq",
            {
                "id": each.write.id,
                "seq": each.write.version,
                "reason": each.reason,
                "document": each.write.document and each.write.document.decode(),
                "name": each.write.target,
            },
        )


def settle(conn: Connection, accepted: Sequence[Write]) -> None:
    """Forget older refusals of what has been accepted now."""
    if not accepted or not conn.execute("select exists (select from dead_letter)").fetchall()[0][0]:
        return
    conn.execute(
        "delete from dead_letter d using unnest(%s::text[], %s::text[], %s::bigint[]) as a (generation, id, seq)"
        " where d.generation = a.generation and d.id = a.id and d.seq <= a.seq",
        [[each.target for each in accepted], [each.id for each in accepted], [each.version for each in accepted]],
    )


def listing(conn: Connection, ids: Sequence[str] | None = None) -> list[DeadLetter]:
    """All of them, or those of some ids, oldest first."""
    with conn.cursor(row_factory=class_row(DeadLetter)) as cursor:
        return cursor.execute(
            "select g.index, d.generation, d.id, d.seq, d.reason, d.document, d.at"
            " from dead_letter d join index_generation g on g.name = d.generation"
            " where %(ids)s::text[] is null or d.id = any (%(ids)s) order by d.at, d.generation, d.id",
            {"ids": None if ids is None else list(ids)},
        ).fetchall()


def retry(conn: Connection, letters: Sequence[DeadLetter]) -> None:
    """Queue their documents again, as they are now. Each letter stays until its document is accepted."""
    with conn.transaction():
        for index in sorted({each.index for each in letters}):
            conn.execute("select queue_again(%s, %s)", [index, [each.id for each in letters if each.index == index]])


def drop(conn: Connection, letters: Sequence[DeadLetter]) -> None:
    """Forget them: the index goes on without these changes, until their documents change again."""
    with conn.transaction():
        for each in letters:
            conn.execute("delete from dead_letter where generation = %s and id = %s", [each.generation, each.id])
