"""Where an assistant maternel minds children: in the MAM where she works, shown to parents or not, else at home.

Everything that asks for it asks here. What parents see of it is another question, which the database's triggers answer.
"""

from dataclasses import dataclass

from registry.database import Connection

PLACES = (
    "(select h.offer, h.commune from am_home h where not exists (select from am_mam m where m.offer = h.offer)"
    " union all select h.offer, coalesce(w.commune, h.commune) from am_home h join am_mam m on m.offer = h.offer"
    " join offer w on w.id = m.mam)"
)
"""SQL, for a `from`: a row (offer, INSEE code of the commune) for each who has a place. Private."""


@dataclass(frozen=True)
class Place:
    """`commune`: INSEE code; `name`: the commune's; `department`: its code."""

    commune: str
    name: str
    department: str


def of_offer(conn: Connection, offer: str) -> Place | None:
    """Where she minds children; None before she has given her home. Private."""
    row = conn.execute(
        f"select c.code, c.name, c.department from {PLACES} p join commune c on c.code = p.commune where p.offer = %s",
        [offer],
    ).fetchone()
    return Place(*row) if row else None
