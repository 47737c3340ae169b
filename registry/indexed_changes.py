"""Offers whose documents the indexer wrote, for whoever acts on what can now be searched (saved needs do).

The indexer notes them and knows no reader; the reader takes them and forgets what it has worked off. Every change is a
row of its own: one that joined a row which a reader has already taken would be forgotten with it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from registry.database import Connection


@dataclass(frozen=True)
class Taken:
    """Changes as they stood when they were taken: their numbers, and the offers without repetition."""

    seqs: list[int]
    offers: list[str]


def note(conn: Connection, offers: Iterable[str]) -> None:
    """The documents of these offers were just written, or deleted."""
    ids = list(offers)
    if ids:
        conn.execute("insert into indexed_change (offer) select unnest(%s::text[])", [ids])


def take(conn: Connection, most: int) -> Taken:
    """The oldest changes, at most so many; they stay until they are forgotten."""
    rows = conn.execute("select seq, offer from indexed_change order by seq limit %s", [most]).fetchall()
    return Taken([seq for seq, _ in rows], list(dict.fromkeys(offer for _, offer in rows)))


def forget(conn: Connection, taken: Taken) -> None:
    conn.execute("delete from indexed_change where seq = any (%s)", [taken.seqs])
