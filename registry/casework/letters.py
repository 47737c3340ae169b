"""The letters of a case: queued in the transaction of what they tell, one at most for each line of its history."""

from typing import Any
from uuid import UUID

from registry import letters
from registry.database import Connection


def send(conn: Connection, case: UUID, recipient: str, name: str, values: dict[str, Any]) -> bool:
    """Queue the letter `name` ("area/name") for the last line of the history; False when one was queued for it."""
    (line,) = conn.execute("select max(id) from case_event where case_file = %s", [case]).fetchall()[0]
    return letters.queue(conn, recipient, name, values, key=f"case {case} {line}")
