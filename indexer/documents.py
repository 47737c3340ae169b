"""Documents from rows: the one generator that the rebuild, the change loop and the check share.

PostgreSQL builds the JSON and merges the time ranges; here it only passes through, as bytes.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import orjson

from mappings.documents import search_words
from mappings.vocabulary import KINDS, SUBKINDS
from registry.database import Connection

Built = tuple[str, bytes]
"""An id and its document."""

_HERE = Path(__file__).parent
_SQL = {index: (_HERE / f"{index}.sql").read_text(encoding="utf-8") for index in ("offers", "places")}
_ID = {"offers": "o.id", "places": "p.id"}
_WORDS = orjson.dumps(
    {kind: search_words(kind, None) for kind in KINDS}
    | {f"eaje/{subkind}": search_words("eaje", subkind) for subkind in SUBKINDS}
).decode()


def all_documents(conn: Connection, index: str, *, batch: int = 2_000) -> Iterator[Built]:
    """Every document of an index in the order of its id's bytes, streamed from a server-side cursor.

    The connection must be inside a transaction, which then also fixes what is seen.
    """
    query = f'{_SQL[index]} order by {_ID[index]} collate "C"'
    with conn.cursor(name=f"documents_{index}") as cursor:
        cursor.itersize = batch
        cursor.execute(query, {"words": _WORDS})
        for identifier, document in cursor:
            yield identifier, document.encode()


def some_documents(conn: Connection, index: str, ids: Sequence[str]) -> dict[str, bytes]:
    """The documents of some ids as they are now. One that is missing must not be in the index."""
    query = f"{_SQL[index]} and {_ID[index]} = any (%(ids)s)"
    rows = conn.execute(query, {"words": _WORDS, "ids": list(ids)}).fetchall()
    return {identifier: document.encode() for identifier, document in rows}
