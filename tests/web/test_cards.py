"""What a card says of an assistant maternel's declared availability."""

from datetime import date
from typing import Any

import pytest

from web import cards

TODAY = date(2026, 11, 23)
"""Eight days before a deadline."""


@pytest.mark.parametrize(
    ("confirmed_on", "employed", "end"),
    [
        ("2026-06-01", False, ", à jour"),
        ("2026-05-31", False, ", à renouveler avant le 1er\u00a0décembre\u00a02026"),
        ("2025-11-30", False, ", échéance du 1er\u00a0juin\u00a02026 passée"),
        ("2025-11-30", True, "il y a 11\u00a0mois"),
    ],
)
def test_a_card_tells_where_she_stands_with_her_deadlines(confirmed_on: str, employed: bool, end: str) -> None:
    item: dict[str, Any] = {"kind": "assistant_maternel", "confirmed_on": confirmed_on, "employed": employed}
    told = cards.freshness(item, TODAY)
    assert told is not None
    assert told.startswith("disponibilités confirmées")
    assert told.endswith(end), told


def test_nothing_is_said_of_deadlines_where_nothing_was_declared() -> None:
    item = {"kind": "assistant_maternel", "confirmed_on": None, "employed": False}
    assert cards.freshness(item, TODAY) == "disponibilités jamais confirmées"
