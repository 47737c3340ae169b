"""Assistants maternels with agréments that files can name, and files that name them."""

import hashlib
from datetime import date
from typing import Any
from uuid import UUID

from domain import civil
from registry.accounts import Account
from registry.agrements.movements import files, mapping
from registry.agrements.movements.reading import read
from registry.database import Connection
from registry.intake import runs
from tests.records import assistant

TITLES = ["N° d'agrément", "Nom", "Prénom", "Né(e) le", "Mouvement", "Date d'effet"]
BORN = date(1980, 1, 31)


def person(
    conn: Connection,
    number: str = "044-001",
    last_name: str = "Le Goff",
    first_name: str = "Anaïs",
    *,
    birth_date: date | None = BORN,
    status: str = "valid",
    ends_on: date | None = date(2028, 12, 31),
    **more: Any,
) -> str:
    """A published assistant maternel; returns her offer."""
    offer = assistant(conn, f"{first_name} {last_name[0]}.", **more)
    conn.execute(
        "update am_identity set last_name = %s, first_name = %s, birth_date = %s where offer = %s",
        [last_name, first_name, birth_date, offer],
    )
    conn.execute(
        "update agrement set number = %s, status = %s, ends_on = %s where offer = %s", [number, status, ends_on, offer]
    )
    return offer


def line(
    action: str,
    on: str,
    number: str = "044-001",
    last_name: str = "LE GOFF",
    first_name: str = "Anais",
    birth_date: str = "31/01/1980",
) -> list[str]:
    return [number, last_name, first_name, birth_date, action, on]


def as_csv(*lines: list[str]) -> bytes:
    return "\r\n".join(";".join(cells) for cells in [TITLES, *lines]).encode()


def status(conn: Connection, offer: str) -> str:
    return str(conn.execute("select status from agrement where offer = %s", [offer]).fetchall()[0][0])


def public(conn: Connection, offer: str) -> bool:
    return bool(conn.execute("select is_public(o) from offer o where id = %s", [offer]).fetchall()[0][0])


def preview(conn: Connection, caf: Account, data: bytes, today: date, name: str = "mouvements.csv") -> UUID:
    """As the Caf's page does, without a process of its own for what is read."""
    found = read(data, mapping.of("44"), "44", today)
    return files.preview(conn, caf, "44", name, hashlib.sha256(data).digest(), found)


def send(conn: Connection, caf: Account, data: bytes, now: Any) -> list[tuple[int, str, str | None]]:
    """Preview and apply a file; its lines with what became of each."""
    id = preview(conn, caf, data, civil.day(now))
    files.apply(conn, id, caf, now)
    rows = files.report(conn, caf, runs.find(conn, id))
    return [(each.row.line, each.state, each.reason) for each in rows]
