"""Connections to the registry and its migrations."""

from pathlib import Path

import alembic.command
import psycopg
import sqlalchemy
from alembic.config import Config
from psycopg.rows import TupleRow

Connection = psycopg.Connection[TupleRow]


def connect(database_url: str, *, autocommit: bool = False) -> Connection:
    """A connection that speaks UTC. Raises psycopg.OperationalError when the server cannot be reached."""
    return psycopg.connect(database_url, autocommit=autocommit, options="-c timezone=UTC")


def migrate(database_url: str) -> None:
    """Bring the tables to the newest version; nothing happens when they are there already."""
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
