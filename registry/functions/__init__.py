"""The generators of documents: functions of the database, whose text stands in the `.sql` files here.

A migration is frozen once it has run; these go on changing, with each field that a document gets. So they are no
migrations: `ribambelle migrate` puts them into the database as they stand here, after the last of those, and what
changed of one is a diff of its file. They see public columns alone and write nothing.

A file `<one>_documents.sql` is the generator of the index `<one>s`; `migrate` enters that index in `search_index`.
"""

import re
from pathlib import Path

import psycopg
from psycopg.rows import TupleRow

_HERE = Path(__file__).parent
GROUND = ("search_words",)
"""Functions that generators call, in the order in which they are defined."""

_GENERATOR = re.compile(r"(?P<index>[a-z]+)_documents")
_OR_ALL = re.compile(r"\(ids is null or ([\w.]+ = any \((?:ids|place_codes\(ids\))\))\)")


def generators() -> dict[str, str]:
    """Index → its generator: `<generator>(ids)`, of these ids or (null) of all; and `few_<generator>(ids)`, the same
    without the null."""
    names = (path.stem for path in sorted(_HERE.glob("*_documents.sql")))
    return {f"{found['index']}s": name for name in names if (found := _GENERATOR.fullmatch(name))}


def text(name: str) -> str:
    return (_HERE / f"{name}.sql").read_text(encoding="utf-8")


def few(name: str, text: str) -> str:
    """The text of a generator made into that of its twin for a few ids.

    A plan for any ids must read everything where null may stand for all. Without that there is one plan for all calls,
    made once: a plan of its own would cost more than a few documents do.
    """
    return _OR_ALL.sub(r"\1", text).replace(f"function {name}(", f"function few_{name}(")


def define(conn: psycopg.Connection[TupleRow]) -> None:
    """Bring the functions to what the files say. The caller commits, and keeps others from doing it at once."""
    for name in GROUND:
        conn.execute(text(name).encode())
    for index, name in generators().items():
        enter(conn, index, name, text(name))


def enter(conn: psycopg.Connection[TupleRow], index: str, name: str, text: str) -> None:
    """Define a generator and its twin, and enter the index whose documents it builds. The caller commits."""
    for each in (text, few(name, text)):
        conn.execute(each.encode())
    conn.execute(
        """
        insert into search_index as known (name, generator) values (%(index)s, %(generator)s)
        on conflict (name) do update set generator = excluded.generator where known.generator <> excluded.generator
        """,
        {"index": index, "generator": name},
    )
