"""Documents from rows: the one generator that the rebuild, the change loop and the check share.

The functions of the database in registry/functions build the JSON; here it only passes through, as bytes.
"""

import hashlib
from collections.abc import Iterator, Sequence

from mappings.indexes import INDEXES, Index
from registry.database import Connection

Built = tuple[str, bytes]
"""An id and its document."""

FEW = 100
"""Ids that are asked for by the prepared statement; more take a plan of their own."""


def fingerprint(conn: Connection, index: str) -> str:
    """Another one means that the same rows may give other documents."""
    rows = conn.execute(
        "select pg_get_functiondef(oid) from pg_proc where pronamespace = current_schema()::regnamespace"
        " and proname = any (%s) order by proname",
        [[INDEXES[index].generator, *INDEXES[index].calls]],
    ).fetchall()
    return hashlib.sha256("".join(text for (text,) in rows).encode()).hexdigest()[:16]


def look_at_tables(conn: Connection) -> None:
    """Give the planner a fresh picture of what all offers' documents are read from; before they are streamed.

    Tables that were filled a moment ago look as they did before, maybe empty: gathering all children anew for each
    offer then seems to cost nothing, and five thousand offers take minutes. It reads a sample, and needs a connection
    that may write; whoever does not own the tables is warned, and the picture stays as it is.
    """
    conn.execute("analyze offer, opening, timetable, timetable_range, leave")


def all_documents(conn: Connection, index: str, *, batch: int = 2_000) -> Iterator[Built]:
    """Every document of an index in the order of its id's bytes, streamed from a server-side cursor.

    The connection must be inside a transaction, which then also fixes what is seen.
    """
    conn.execute("set local cursor_tuple_fraction = 1")  # it is read to its end
    with conn.cursor(name=f"documents_{index}", binary=True) as cursor:
        cursor.itersize = batch
        yield from cursor.execute(everything(INDEXES[index]).encode())


def some_documents(conn: Connection, index: str, ids: Sequence[str]) -> dict[str, bytes]:
    """The documents of some ids as they are now. One that is missing must not be in the index."""
    # Few are read faster by a prepared statement. Many need a plan of their own, which is little beside the reading:
    # with the one that is made for any number they take half as long again.
    few = len(ids) <= FEW
    query = f"select id, document from {'few_' if few else ''}{INDEXES[index].generator}(%(ids)s)"
    return dict(conn.execute(query.encode(), {"ids": list(ids)}, prepare=few, binary=True))


def count(conn: Connection, index: str) -> int:
    """How many documents there are, without building one."""
    return int(conn.execute(f"select count(*) from {INDEXES[index].generator}(null)".encode()).fetchall()[0][0])


def everything(index: Index) -> str:
    """The query of all its documents in the order of their ids' bytes.

    That is the order of the function itself, so that nothing is sorted again. Plain ids go without a collation of their
    own: so the primary key's index serves.
    """
    order = "id" if index.plain_ids else 'id collate "C"'
    return f"select id, document from {index.generator}(null) order by {order}"
