"""A département's file, opened in a process of its own (registry.intake.opening): what is in it is a stranger's."""

from datetime import date

import msgspec

from registry.agrements.movements.reading import LIMITS, Read
from registry.intake import texts
from registry.intake.opening import BROKEN, answered
from registry.intake.tables import Unreadable, check_size
from registry.parsing.children import MIB, Bounds

READER = "registry.agrements.movements.reading:answer"

MOST_OF_A_TEXT = 1_000
"""Letters of a name, or of all sentences against a line."""

NO_BREAK = str.maketrans("\u00a0\u202f", "  ")
"""The spaces of our own sentences, which Python does not count as printable."""

MOST_PARTS = 200

BOUNDS = Bounds(memory_bytes=768 * MIB, cpu_s=10, wall_s=45, answer_bytes=16 * MIB)
"""5,000 movements take 2 seconds as a workbook, half of one as CSV, and come back as 1 MB."""


def opened(data: bytes, department: str, today: date, owner: str) -> Read:
    """The movements of a CSV or XLSX file that `owner` has sent. Takes up to a minute, during which the caller may
    hold no connection. Raises Unreadable."""
    check_size(data, LIMITS)
    try:
        read = msgspec.json.decode(answered(READER, data, [department, today.isoformat()], BOUNDS, owner), type=Read)
    except msgspec.DecodeError:
        raise Unreadable(BROKEN) from None
    if not is_plausible(read):
        raise Unreadable(BROKEN)
    return read


def is_plausible(read: Read) -> bool:
    """Whether the reading function may have said this: what it is itself made of came from a stranger's file."""
    told = [
        *(text for row in read.rows for text in (row.number, row.last_name, row.first_name)),
        *(refusal.reason for refusal in read.refusals),
        *read.notices,
    ]
    return (
        len(read.rows) + len(read.refusals) <= LIMITS.lines
        and len(read.notices) <= MOST_PARTS
        and all(len(text) <= MOST_OF_A_TEXT and texts.printable(text) == text for text in told)
        and all(row.line > 0 for row in read.rows)
        and all(refusal.line > 0 for refusal in read.refusals)
    )
