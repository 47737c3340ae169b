"""Documents from rows: the one generator that the rebuild, the change loop and the check share.

PostgreSQL builds the JSON and merges the time ranges; here it only passes through, as bytes.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import orjson

from mappings.vocabulary import KINDS, SUBKINDS, search_words
from registry.database import Connection

Built = tuple[str, bytes]
"""An id and its document."""

FEW = 100

_HERE = Path(__file__).parent
_SQL = {index: (_HERE / f"{index}.sql").read_text(encoding="utf-8") for index in ("offers", "places")}
_ONLY = re.compile(r"\bonly\(([\w.]+), (\w+)\)")
_ALL_OF_IT = {index: _ONLY.sub("true", sql) for index, sql in _SQL.items()}
_SOME_OF_IT = {index: _ONLY.sub(r"\1 = any (%(\2)s)", sql) for index, sql in _SQL.items()}

_ORDER = {"offers": "o.id", "places": 'p.id collate "C"'}
"""By bytes. An offer's id has twelve digits and small letters, which every collation orders as their bytes; without
a collation of its own the primary key's index serves, and nothing is sorted."""

_WORDS = orjson.dumps(
    {kind: search_words(kind, None) for kind in KINDS}
    | {f"eaje/{subkind}": search_words("eaje", subkind) for subkind in SUBKINDS}
).decode()


def fingerprint(index: str) -> str:
    """Another one means that the same rows may give other documents."""
    return hashlib.sha256((_SQL[index] + _WORDS).encode()).hexdigest()[:16]


def all_documents(conn: Connection, index: str, *, batch: int = 2_000) -> Iterator[Built]:
    """Every document of an index in the order of its id's bytes, streamed from a server-side cursor.

    The connection must be inside a transaction, which then also fixes what is seen.
    """
    conn.execute("set local cursor_tuple_fraction = 1")  # it is read to its end
    with conn.cursor(name=f"documents_{index}", binary=True) as cursor:
        cursor.itersize = batch
        yield from cursor.execute(f"{_ALL_OF_IT[index]} order by {_ORDER[index]}", {"words": _WORDS})


def some_documents(conn: Connection, index: str, ids: Sequence[str]) -> dict[str, bytes]:
    """The documents of some ids as they are now. One that is missing must not be in the index."""
    parameters = {"words": _WORDS, "ids": list(ids), "codes": [each.rpartition(":")[2] for each in ids]}
    # Few are read faster by a prepared statement. Many need a plan of their own, which is little beside the reading:
    # with the one that is made for any number they take half as long again.
    return dict(conn.execute(_SOME_OF_IT[index], parameters, prepare=len(ids) <= FEW, binary=True))
