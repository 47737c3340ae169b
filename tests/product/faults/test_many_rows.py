"""Many rows in one transaction, into tables that statistics call empty: each statement reads what it needs, not all
that was written before it. Told by rows read for each row written, as time depends on the machine."""

from elasticsearch import Elasticsearch
from psycopg import sql

from registry.database import Connection, connect, expect_many
from registry.ids import new_id
from settings import Settings
from tests.product.faults.workload import indexing, insert, populate, prove

OFFERS = 5_000

READ_FOR_A_ROW = 10
"""About three are. To read all of one table for each row that is written would be thousands."""

WRITTEN = (
    *("offer", "am_identity", "am_home", "am_contact", "am_mam", "agrement"),
    *("timetable", "timetable_range", "opening", "leave", "outbox"),
)


def test_an_emptied_registry_is_filled_again_beside_workers(settings: Settings, engine: Elasticsearch) -> None:
    populate(settings.database_url, 200)
    with connect(settings.database_url, autocommit=True) as conn:
        # As autovacuum leaves it within minutes.
        conn.execute("delete from offer")
        conn.execute("delete from outbox")
        conn.execute(sql.SQL("vacuum analyze {}").format(sql.SQL(", ").join(map(sql.Identifier, WRITTEN))))
    with indexing(settings, workers=2):
        with connect(settings.database_url) as conn:
            expect_many(conn)
            for _ in range(OFFERS):
                insert(conn, new_id())
            counts = counted(conn)
        prove(settings, engine, seconds=180)
    print(counts)
    written = sum(counts[name][1] for name in WRITTEN)
    assert written > 5 * OFFERS
    assert sum(counts[name][0] for name in WRITTEN) < READ_FOR_A_ROW * written


def counted(conn: Connection) -> dict[str, tuple[int, int]]:
    """Rows read and rows written in this transaction, for each table."""
    return {
        name: (read, written)
        for name, read, written in conn.execute(
            "select relname, seq_tup_read + coalesce(idx_tup_fetch, 0), n_tup_ins + n_tup_upd + n_tup_del"
            " from pg_stat_xact_user_tables"
        )
    }
