"""Documents from rows: the one generator that the rebuild, the change loop and the check share.

The functions of the database in registry/functions build the JSON; here it only passes through, as bytes.
"""

import hashlib
from collections.abc import Iterator, Sequence

from registry.database import Connection

Built = tuple[str, bytes]
"""An id and its document."""

FEW = 100

_ALL = {
    "offers": "select id, document from offer_documents(null) order by id",
    "places": 'select id, document from place_documents(null) order by id collate "C"',
}
"""Ordered by bytes, as the functions order them: nothing is sorted again. An offer's id has twelve digits and small
letters, which every collation orders as their bytes; without a collation of its own the primary key's index serves."""

_MANY = {
    "offers": "select id, document from offer_documents(%(ids)s)",
    "places": "select id, document from place_documents(%(ids)s)",
}
_FEW = {
    "offers": "select id, document from few_offer_documents(%(ids)s)",
    "places": "select id, document from few_place_documents(%(ids)s)",
}

_TEXTS = {
    "offers": ("offer_documents", "search_words", "is_public", "day_code", "hour_text"),
    "places": ("place_documents",),
}
"""The functions of the database whose text says what stands in a document."""


def fingerprint(conn: Connection, index: str) -> str:
    """Another one means that the same rows may give other documents."""
    rows = conn.execute(
        "select pg_get_functiondef(oid) from pg_proc where pronamespace = current_schema()::regnamespace"
        " and proname = any (%s) order by proname",
        [list(_TEXTS[index])],
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
        yield from cursor.execute(_ALL[index])


def some_documents(conn: Connection, index: str, ids: Sequence[str]) -> dict[str, bytes]:
    """The documents of some ids as they are now. One that is missing must not be in the index."""
    # Few are read faster by a prepared statement. Many need a plan of their own, which is little beside the reading:
    # with the one that is made for any number they take half as long again.
    few = len(ids) <= FEW
    return dict(conn.execute((_FEW if few else _MANY)[index], {"ids": list(ids)}, prepare=few, binary=True))
