"""What every test may ask for: databases and indexes carry the run's id. tests/processes.py starts the servers."""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import psycopg
import pytest
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
        conn.execute(
            "truncate offer, source, index_generation, index_check, indexer_worker, account, mail_outbox, sign_in_code,"
            " throttle, intake_run, alert, indexed_change, scale, case_file cascade"
        )
        # It only grows: for the next test its guard is not asked.
        conn.execute("set local session_replication_role = replica")
        conn.execute("truncate audit")
        conn.execute("set local session_replication_role = origin")
        # Last: truncating the rest fills it.
        conn.execute("truncate outbox, fan_out, word_rederivation")
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
