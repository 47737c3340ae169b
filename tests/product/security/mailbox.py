"""What a person finds in her mailbox, and nothing else: her tests know no code or link that was not mailed to her."""

import re

from registry import database
from tests.rooms import Rooms


def mails(rooms: Rooms, address: str) -> list[str]:
    """The texts of the mails to exactly this address, the oldest first."""
    with database.connect(rooms.settings.database_url) as conn:
        rows = conn.execute(
            "select body from mail_outbox where recipient = %s order by queued_at, subject", [address]
        ).fetchall()
    return [row[0] for row in rows]


def codes(rooms: Rooms, address: str) -> list[str]:
    """Every six digits in them, the oldest first."""
    return [code for body in mails(rooms, address) for code in re.findall(r"^ {4}(\d{6})$", body, re.MULTILINE)]


def links(rooms: Rooms, address: str, part: str) -> list[str]:
    """The paths with this part in them, the oldest first."""
    found = [path for body in mails(rooms, address) for path in re.findall(r"https?://[^/\s]+(/\S+)", body)]
    return [path for path in found if part in path]
