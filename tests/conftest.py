"""The real servers, started once for a run on free ports; databases and indexes carry the run's id."""

import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from local.servers import Urls, discover, running
from registry import database, territory
from registry.database import Connection
from settings import Settings

pytest_plugins = ["tests.loire", "tests.rooms"]

ROOT = Path(__file__).parent.parent
LOCAL = ROOT / ".local"

TODAY = date(2026, 11, 23)
"""The day that generated data and requests of the tests are told."""

A_DAY_S = 86_400


@pytest.fixture(scope="session")
def run_id() -> str:
    return secrets.token_hex(4)


@pytest.fixture(scope="session")
def servers(run_id: str) -> Iterator[Urls]:
    """Elasticsearch, PostgreSQL and Valkey of this run."""
    for left in LOCAL.glob("test-*"):
        if discover(left) is None and time.time() - left.stat().st_mtime > A_DAY_S:
            shutil.rmtree(left, ignore_errors=True)
    directory = LOCAL / f"test-{run_id}"
    with running(Settings(), directory, print, heap_mb=1024) as urls:
        yield urls
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def template(servers: Urls, run_id: str) -> str:
    """The name of a database with the tables and the whole territory, to clone from."""
    name = f"template_{run_id}"
    with psycopg.connect(servers.database_url, autocommit=True) as conn:
        conn.execute(f"create database {name}")
    url = make_conninfo(servers.database_url, dbname=name)
    database.migrate(url)
    with database.connect(url) as conn:
        territory.load(conn, lambda done, total: None)
        conn.execute("delete from outbox")
    return name


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
        conn.execute(
            "truncate offer, source, index_generation, index_check, indexer_worker, account, mail_outbox, sign_in_code,"
            " throttle, legacy_run, alert, alert_change cascade"
        )
        # It only grows: for the next test its guard is not asked.
        conn.execute("set local session_replication_role = replica")
        conn.execute("truncate audit")
        conn.execute("set local session_replication_role = origin")
        # Last: truncating the rest fills it.
        conn.execute("truncate outbox, fan_out")
    return shared_registry


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
