"""Connections to the registry and its migrations."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import psycopg
from psycopg.rows import TupleRow

Connection = psycopg.Connection[TupleRow]
Result = TypeVar("Result")

ATTEMPTS = 5


def connect(database_url: str, *, autocommit: bool = False) -> Connection:
    """A connection that speaks UTC. Raises psycopg.OperationalError when the server cannot be reached."""
    # Queries here are short, or streamed from their first row: to compile them only costs time.
    return psycopg.connect(database_url, autocommit=autocommit, options="-c timezone=UTC -c jit=off")


def retried(database_url: str, work: Callable[[Connection], Result]) -> Result:
    """Run `work` in one transaction and commit; again from the start when PostgreSQL ended it in favour of another.

    Triggers lock offers in the order of their ids, but a transaction of several statements may still meet another one
    in a ring. Raises what `work` raises, and psycopg's error after ATTEMPTS such ends.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with connect(database_url) as conn:
                return work(conn)
        except (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure):
            if attempt == ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def migrate(database_url: str) -> None:
    """Bring the tables to the newest version; nothing happens when they are there already."""
    # Here, because every other process would carry them: 20 MB, for the one that migrates.
    import alembic.command
    import sqlalchemy
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    engine = sqlalchemy.create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(database_url), poolclass=sqlalchemy.NullPool
    )
    with engine.connect() as connection:
        # Two starts at once would both create the tables; the lock ends with the connection.
        connection.execute(sqlalchemy.text("select pg_advisory_lock(hashtext('ribambelle migrations'))"))
        connection.commit()
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, "head")
