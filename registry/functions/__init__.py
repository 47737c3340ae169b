"""The generators of documents: functions of the database, whose text stands in the `.sql` files here.

A migration is frozen once it has run; these go on changing, with each field that a document gets. So they are no
migrations: `ribambelle migrate` puts them into the database as they stand here, after the last of those, and what
changed of one is a diff of its file. They see public columns alone and write nothing.
"""

import re
from pathlib import Path

from registry.database import Connection

_HERE = Path(__file__).parent
FILES = ("search_words", "offer_documents", "place_documents")
"""Ground first: each may call those before it."""

GENERATORS = ("offer_documents", "place_documents")
"""`<name>(ids)`, of these ids or (null) of all; and `few_<name>(ids)`, the same without the null."""

_OR_ALL = re.compile(r"\(ids is null or ([\w.]+ = any \((?:ids|place_codes\(ids\))\))\)")


def texts() -> list[str]:
    """The statements that define them all, in order."""
    found = {name: (_HERE / f"{name}.sql").read_text(encoding="utf-8") for name in FILES}
    return [*found.values(), *(few(name, found[name]) for name in GENERATORS)]


def few(name: str, text: str) -> str:
    """The text of a generator made into that of its twin for a few ids.

    A plan for any ids must read everything where null may stand for all. Without that there is one plan for all calls,
    made once: a plan of its own would cost more than a few documents do.
    """
    return _OR_ALL.sub(r"\1", text).replace(f"function {name}(", f"function few_{name}(")


def define(conn: Connection) -> None:
    """Bring the functions to what the files say. The caller commits, and keeps others from doing it at once."""
    for text in texts():
        conn.execute(text.encode())
