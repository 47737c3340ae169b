"""Connections to the registry and its migrations."""

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool

Connection = psycopg.Connection[TupleRow]
Pool = ConnectionPool[Connection]
Result = TypeVar("Result")

ATTEMPTS = 5


OPTIONS = "-c timezone=UTC -c jit=off"
"""Queries here are short, or streamed from their first row: to compile them only costs time."""


def connect(database_url: str, *, autocommit: bool = False) -> Connection:
    """A connection that speaks UTC. Raises psycopg.OperationalError when the server cannot be reached."""
    return psycopg.connect(database_url, autocommit=autocommit, options=OPTIONS)


def pool(database_url: str, *, most: int = 8, patience_s: float = 5) -> Pool:
    """Connections for the pages; opened by the first that is asked for. The caller closes it.

    `pool.connection()` is one transaction, and raises psycopg.OperationalError (PoolTimeout is one) after `patience_s`.
    """
    return ConnectionPool(
        database_url,
        min_size=0,
        max_size=most,
        timeout=patience_s,
        kwargs={"options": OPTIONS},
        check=ConnectionPool.check_connection,
        open=True,
    )


def retried(database_url: str, work: Callable[[Connection], Result]) -> Result:
    """Run `work` in one transaction and commit; again from the start when PostgreSQL ended it in favour of another.

    Triggers lock offers in the order of their ids, but a transaction of several statements may still meet another one
    in a ring. Raises what `work` raises, and psycopg's error after ATTEMPTS such ends.
    """
    return _retried(lambda: connect(database_url), work)


def run(connections: Pool, work: Callable[[Connection], Result]) -> Result:
    """The same over a connection of the pool."""
    return _retried(connections.connection, work)


def _retried(opened: Callable[[], AbstractContextManager[Connection]], work: Callable[[Connection], Result]) -> Result:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with opened() as conn:
                return work(conn)
        except (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure):
            if attempt == ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def expect_many(conn: Connection) -> None:
    """For whoever is going to write many rows in this transaction: the planner looks up by keys until its end.

    The statistics are those of before. Tables that were empty then look as if reading all of them cost nothing, for
    each row that is written, and plans so made are kept for the session: those of the checks of foreign keys too, to
    which no other setting reaches. What triggers run takes care of itself (migration 0028).
    """
    conn.execute("set local enable_seqscan = off")
    conn.execute("discard plans")


def copy(conn: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """COPY rows into a table, the fastest way in."""
    statement = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with conn.cursor() as cur, cur.copy(statement) as writer:
        for row in rows:
            writer.write_row(row)


LOCK_WAIT_S = 2
MIGRATION_TRIES = 30
"""Two minutes in all: longer than a dump of a table, or a job, holds one."""


def migrate(database_url: str, revision: str = "head") -> None:
    """Bring the tables to the newest version, and with them the functions that build documents; or the tables alone up
    to an older version. What is there already stays.

    It may run while the site serves: what a migration waits for, whoever comes after it waits for too, so it waits
    LOCK_WAIT_S at most, lets the others go on and tries again. Raises psycopg.errors.LockNotAvailable, or
    DeadlockDetected, after MIGRATION_TRIES.
    """
    # Here, because every other process would carry them: 20 MB, for the one that migrates.
    import alembic.command
    import sqlalchemy
    from alembic.config import Config

    from registry import functions

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    engine = sqlalchemy.create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(database_url), poolclass=sqlalchemy.NullPool
    )
    with engine.connect() as connection:
        # Two starts at once would both create the tables; the lock ends with the connection.
        connection.execute(sqlalchemy.text("select pg_advisory_lock(hashtext('ribambelle migrations'))"))
        connection.commit()
        connection.execute(sqlalchemy.text(f"set lock_timeout = '{LOCK_WAIT_S}s'"))
        connection.commit()
        config.attributes["connection"] = connection
        for left in reversed(range(MIGRATION_TRIES)):
            try:
                alembic.command.upgrade(config, revision)
                break
            except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
                connection.rollback()
                if not left:
                    raise
                time.sleep(LOCK_WAIT_S)
        if revision == "head":
            driver: Any = connection.connection.driver_connection
            functions.define(driver)
            driver.commit()


def int_multirange(spans: Iterable[tuple[int, int]]) -> str:
    """Half-open spans as PostgreSQL reads an int4multirange."""
    return "{" + ",".join(f"[{start},{end})" for start, end in spans) + "}"
