"""Offers whose documents changed, from the change loop to the saved needs that are tried on them."""

from collections.abc import Iterable
from dataclasses import dataclass

from registry.database import Connection


@dataclass(frozen=True)
class Taken:
    """Changes as they stood when they were taken: their numbers, and the offers, each once."""

    seqs: list[int]
    offers: list[str]


def note(conn: Connection, offers: Iterable[str]) -> None:
    """These documents were just written. Costs a look at an empty table where nobody saved a need.

    Every change is a row of its own: one that joined a row which a run has already tried would be forgotten with it.
    """
    ids = list(offers)
    if ids:
        conn.execute(
            "insert into alert_change (offer) select unnest(%s::text[]) where exists (select from alert)", [ids]
        )


def take(conn: Connection, most: int) -> Taken:
    """The oldest changes of so many; they stay until they are forgotten."""
    rows = conn.execute("select seq, offer from alert_change order by seq limit %s", [most]).fetchall()
    return Taken([seq for seq, _ in rows], list(dict.fromkeys(offer for _, offer in rows)))


def forget(conn: Connection, taken: Taken) -> None:
    conn.execute("delete from alert_change where seq = any (%s)", [taken.seqs])
