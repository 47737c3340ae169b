"""A département's file, opened in a process of its own (registry.parsing): what is in it is a stranger's."""

from datetime import date

import msgspec

from registry.movements.reading import Read
from registry.movements.tables import MOST_BYTES, MOST_LINES, Unreadable
from registry.parsing import children
from registry.parsing.children import MIB, Bounds
from registry.parsing.refusals import Refused

READER = "registry.movements.reading:answer"

BROKEN = "Ce fichier est abîmé."
MOST_OF_A_TEXT = 1_000
"""Letters of a name, or of all sentences against a line."""

MOST_PARTS = 200

BOUNDS = Bounds(memory_bytes=768 * MIB, cpu_s=10, wall_s=45, answer_bytes=16 * MIB)
"""5,000 movements take 2 seconds as a workbook, half of one as CSV, and come back as 1 MB."""

BUSY = "D’autres fichiers sont en cours de lecture\u00a0: le vôtre n’a pas été lu. Renvoyez-le dans une minute."


def opened(data: bytes, department: str, today: date, owner: str) -> Read:
    """The movements of a CSV or XLSX file that `owner` has sent. Takes up to a minute, during which the caller may
    hold no connection. Raises Unreadable."""
    if len(data) > MOST_BYTES:
        raise Unreadable("Ce fichier est trop lourd\u00a0: 5\u00a0Mo maximum.")
    try:
        answer = children.read(READER, data, [department, today.isoformat()], BOUNDS, owner)
        read = msgspec.json.decode(answer, type=Read)
    except children.OwnFault as fault:
        raise Unreadable(fault.sentence) from None
    except children.Busy:
        raise Unreadable(BUSY) from None
    except Refused as refused:
        raise Unreadable(refused.reason) from None
    except children.Failed as failed:
        if failed.out_of_bounds:
            raise Unreadable(
                "Ce fichier est trop compliqué à lire\u00a0: copiez les mouvements dans un fichier neuf."
            ) from None
        raise Unreadable(BROKEN) from None
    except msgspec.DecodeError:
        raise Unreadable(BROKEN) from None
    if not is_plausible(read):
        raise Unreadable(BROKEN)
    return read


def is_plausible(read: Read) -> bool:
    """Whether the reading function may have said this: what it is itself made of came from a stranger's file."""
    texts = [
        *(text for row in read.rows for text in (row.number, row.last_name, row.first_name)),
        *(refusal.reason for refusal in read.refusals),
        *read.notices,
    ]
    return (
        len(read.rows) + len(read.refusals) <= MOST_LINES
        and len(read.notices) <= MOST_PARTS
        and all(len(text) <= MOST_OF_A_TEXT and text.isprintable() for text in texts)
        and all(row.line > 0 for row in read.rows)
        and all(refusal.line > 0 for refusal in read.refusals)
    )
