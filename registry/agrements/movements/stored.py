"""Movements as the tables hold them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain import civil
from domain.french import day
from registry.agrements.movements.rows import Row
from registry.agrements.movements.timeline import Entry
from registry.database import Connection


@dataclass(frozen=True)
class Stored:
    """A movement of a file; private. `offer` and `matched_key` once it is matched; `status_before` is the agrément's,
    once it took effect."""

    row: Row
    id: int
    file: UUID
    file_name: str
    via: str
    received_at: datetime
    department: str
    row_hash: bytes
    key: str
    offer: str | None
    matched_key: str | None
    state: str
    reason: str | None
    status_before: str | None

    def where(self, file: UUID | None = None) -> str:
        """How its line is named, seen from that file."""
        if file == self.file:
            return f"ligne {self.row.line}"
        on = day(civil.day(self.received_at))
        if self.via == "api":
            return f"ligne {self.row.line} de l’envoi du {on}"
        if self.via == "form":
            return f"saisie du {on}"
        return f"ligne {self.row.line} du fichier «\u00a0{self.file_name}\u00a0» reçu le {on}"

    def entry(self, file: UUID | None = None, *, new: bool = False) -> Entry:
        return Entry(self.row.action, self.row.effective_on, self.where(file), self.id if new else None)


_COLUMNS = (
    "m.id, m.file, f.name, f.via, f.received_at, m.department, m.row_hash, m.key, m.offer, m.matched_key, m.state,"
    " m.reason, m.status_before, m.line, m.number, m.last_name, m.first_name, m.birth_date, m.action, m.effective_on"
)


def select(conn: Connection, condition: str, values: Sequence[Any] = ()) -> list[Stored]:
    """The movements of which a condition of ours holds (`m` the movement), by the day they take effect."""
    found = conn.execute(
        f"select {_COLUMNS} from movement m join intake_run f on f.id = m.file where {condition}"
        " order by m.effective_on, m.id",
        values,
    )
    return [Stored(Row(*row[13:]), *row[:13]) for row in found]
