"""`migrate` while the site serves: it holds nobody up for long, and gets there."""

import threading
import time
from collections.abc import Iterator

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from local.servers import Urls
from registry import database

BEFORE = "0030"
"""0031 changes `outbox`, into which every change of an offer writes."""


@pytest.fixture
def old_registry(servers: Urls, run_id: str) -> Iterator[str]:
    name = f"migrating_{run_id}"
    with psycopg.connect(servers.database_url, autocommit=True) as conn:
        conn.execute(f"create database {name}")
        try:
            url = make_conninfo(servers.database_url, dbname=name)
            database.migrate(url, BEFORE)
            yield url
        finally:
            conn.execute(f"drop database {name} with (force)")


def version(url: str) -> str:
    with database.connect(url) as conn:
        return str(conn.execute("select version_num from alembic_version").fetchall()[0][0])


def test_it_waits_for_a_reader_and_lets_writers_go_on(old_registry: str) -> None:
    begun = threading.Event()

    def migrating() -> None:
        begun.set()
        database.migrate(old_registry)

    thread = threading.Thread(target=migrating)
    with database.connect(old_registry) as reader, database.connect(old_registry, autocommit=True) as writer:
        reader.execute("select from outbox")
        thread.start()
        begun.wait()
        slowest = 0.0
        until = time.monotonic() + 3 * database.LOCK_WAIT_S
        while time.monotonic() < until:
            at = time.monotonic()
            writer.execute("insert into outbox (index, id) values ('offers', 'x')")
            slowest = max(slowest, time.monotonic() - at)
        assert thread.is_alive()
        assert version(old_registry) == BEFORE
        reader.rollback()
    thread.join(timeout=60)
    assert version(old_registry) > BEFORE
    # It did wait in front of a writer, and not for as long as the reader read.
    assert slowest < 2 * database.LOCK_WAIT_S


def test_it_says_so_when_a_table_is_held_for_too_long(old_registry: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "MIGRATION_TRIES", 2)
    monkeypatch.setattr(database, "LOCK_WAIT_S", 1)
    with database.connect(old_registry) as reader:
        reader.execute("select from outbox")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            database.migrate(old_registry)
    assert version(old_registry) == BEFORE
    database.migrate(old_registry)
    assert version(old_registry) > BEFORE
