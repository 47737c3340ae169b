"""The whole registry as it stands, to be compared with itself."""

from typing import Any

from psycopg import sql

from registry.database import Connection

APART = frozenset(
    {
        # Queues, whose numbers only grow, and what is kept of the runs themselves.
        *("outbox", "fan_out", "intake_run", "intake_row", "alembic_version"),
        # Large, and no file of these tests changes them.
        *("commune", "retired_commune", "former_name", "zone_anchor", "epci", "department"),
    }
)


def tables(conn: Connection) -> dict[str, list[Any]]:
    """Every row of every table but those APART, also of tables that come with later features."""
    names = [
        name
        for (name,) in conn.execute("select tablename from pg_tables where schemaname = 'public' order by 1").fetchall()
        if name not in APART
    ]
    return {
        name: conn.execute(
            sql.SQL("select to_jsonb(t)::text from {} t order by 1").format(sql.Identifier(name))
        ).fetchall()
        for name in names
    }
