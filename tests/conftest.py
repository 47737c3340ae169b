"""What every test may ask for: databases and indexes carry the run's id. tests/processes.py starts the servers."""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from local.servers import Urls
from registry import database
from registry.database import Connection

pytest_plugins = ["tests.loire", "tests.processes", "tests.rooms"]

ROOT = Path(__file__).parent.parent
LOCAL = ROOT / ".local"

TODAY = date(2026, 11, 23)
"""The day that generated data and requests of the tests are told."""


@pytest.fixture(scope="session")
def run_id() -> str:
    """Of this process, where a run has several."""
    return secrets.token_hex(4)


@contextmanager
def cloned(servers: Urls, template: str, name: str) -> Iterator[str]:
    """The URL of a fresh copy of the template, dropped at the end."""
    with psycopg.connect(servers.database_url, autocommit=True) as conn:
        conn.execute(f"create database {name} template {template} strategy file_copy")
        yield make_conninfo(servers.database_url, dbname=name)
        conn.execute(f"drop database {name} with (force)")


@pytest.fixture(scope="session")
def shared_registry(servers: Urls, template: str, run_id: str) -> Iterator[str]:
    with cloned(servers, template, f"registry_{run_id}") as url:
        yield url


@pytest.fixture
def registry_url(shared_registry: str) -> str:
    """A registry with tables and territory and nothing else. Emptied, not cloned: that takes 10 ms, not 500."""
    with database.connect(shared_registry) as conn:
        empty(conn)
    return shared_registry


KEPT = [
    "alembic_version",
    "commune",
    "department",
    "epci",
    "retired_commune",
    "former_name",
    "zone_anchor",
    "word_term",
    "search_index",
]
"""What a fresh registry holds: its version, the territory, the terms of words, the indexes."""


def empty(conn: Connection) -> None:
    """Delete the rows that tests have left, in the transaction of the caller.

    Row by row, as a test leaves a handful in a few tables: to truncate all sixty makes as many files anew, which took
    a third of a second before every test. Without triggers and foreign keys: nothing is queued, and the audit log,
    which only grows, is emptied too.
    """
    conn.execute("set local session_replication_role = replica")
    for (name,) in conn.execute(
        "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
        " and not relname = any(%s) and pg_relation_size(oid) > 0",
        [KEPT],
    ).fetchall():
        conn.execute(sql.SQL("delete from {}").format(sql.Identifier(name)))
    conn.execute("set local session_replication_role = origin")


@pytest.fixture
def registry(registry_url: str) -> Iterator[Connection]:
    """A connection to it. What a test does not commit is rolled back; none commits a change of the territory."""
    with database.connect(registry_url) as conn:
        yield conn
        conn.rollback()


def wait_for(condition: Callable[[], bool], *, seconds: float = 10, what: str = "the condition") -> None:
    """Return as soon as it holds; fail when it does not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come within {seconds} s"
        time.sleep(0.02)
