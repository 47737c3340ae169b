"""A row of a file of movements, as every way in gives it: CSV, XLSX or the API."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from domain.spelling import fold

Action = Literal["retrait", "suspension", "levee_suspension", "cessation"]
ACTIONS: tuple[Action, ...] = get_args(Action)

LABELS: dict[Action, str] = {
    "retrait": "retrait d’agrément",
    "suspension": "suspension d’agrément",
    "levee_suspension": "levée de suspension",
    "cessation": "cessation d’activité",
}
"""As people read them."""


@dataclass(frozen=True)
class Row:
    """`line` as the sender counts: of the file, from 1 and with its header; of the API, the place in the list."""

    line: int
    number: str
    last_name: str
    first_name: str
    birth_date: date | None
    action: Action
    effective_on: date


@dataclass(frozen=True)
class Refusal:
    """A line that is no movement; `reason` is a French sentence that quotes the refused value, and never a name."""

    line: int
    reason: str


def key(number: str) -> str:
    """A number without what its spellings differ in; the same as `agrement_key` in the database."""
    return re.sub(r"[^0-9A-Za-z]", "", number).upper()


def row_hash(department: str, row: Row) -> bytes:
    """Equal for two rows that say the same, wherever they stand and however they are written."""
    facts: Iterable[str] = (
        department,
        key(row.number),
        fold(row.last_name),
        fold(row.first_name),
        row.birth_date.isoformat() if row.birth_date else "",
        row.action,
        row.effective_on.isoformat(),
    )
    return hashlib.sha256("\0".join(facts).encode()).digest()
