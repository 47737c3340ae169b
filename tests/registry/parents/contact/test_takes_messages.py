"""`offer.takes_messages` is derived of what was there before the column, too."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from local.servers import Urls
from registry import database

BEFORE = "0039"
"""The migration before `offer.takes_messages`."""

OPEN, OFF, CLOSED, WITHOUT, CRECHE = (f"{number:012}" for number in range(5))


@pytest.fixture
def old_registry(servers: Urls, run_id: str) -> Iterator[str]:
    name = f"messages_{run_id}"
    with psycopg.connect(servers.database_url, autocommit=True) as admin:
        admin.execute(f"create database {name}")
        try:
            url = make_conninfo(servers.database_url, dbname=name)
            database.migrate(url, BEFORE)
            yield url
        finally:
            admin.execute(f"drop database {name} with (force)")


def test_the_migration_derives_what_is_there_and_queues_nothing(old_registry: str) -> None:
    """The mapping is another one, so that all documents are built anew anyway."""
    with database.connect(old_registry) as conn:
        for id in (OPEN, OFF, CLOSED, WITHOUT, CRECHE):
            kind = "eaje" if id == CRECHE else "assistant_maternel"
            conn.execute("insert into offer (id, kind, name, fictitious) values (%s, %s, 'X', true)", [id, kind])
        for id, role, closed in ((OPEN, "am", None), (OFF, "am", None), (CLOSED, "am", "now"), (CRECHE, "rpe", None)):
            conn.execute(
                "insert into account (mail, role, offer, closed_at) values (%s, %s, %s, %s)",
                [f"{id}@example.org", role, id, closed],
            )
        conn.execute("insert into contact_off (offer) values (%s)", [OFF])
        conn.execute("delete from outbox")
    database.migrate(old_registry)
    with database.connect(old_registry) as conn:
        assert conn.execute("select id from offer where takes_messages").fetchall() == [(OPEN,)]
        assert conn.execute("select count(*) from outbox").fetchall() == [(0,)]
