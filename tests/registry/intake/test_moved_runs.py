"""An installation from before: its files of movements and its takeover go on under the one life of a file."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from local.servers import Urls
from registry import database
from registry.agrements.movements import files
from registry.intake import runs
from registry.legacy import migrating

BEFORE = "0021"

OLD = """
insert into department (code, name, region_code, region_name)
    values ('44', 'Loire-Atlantique', '52', 'Pays de la Loire');
insert into movement_file (id, department, name, sha256, via, state, notices, applied_at) values
    ('00000000-0000-0000-0000-000000000001', '44', 'a.csv', '\\x01', 'file', 'applied', '{Une feuille.}', now()),
    ('00000000-0000-0000-0000-000000000002', '44', 'b.csv', '\\x02', 'file', 'previewed', '{}', null),
    ('00000000-0000-0000-0000-000000000003', '44', 'c.csv', '\\x03', 'api', 'dropped', '{}', null);
insert into movement (file, line, department, number, last_name, first_name, action, effective_on, row_hash, state)
    values ('00000000-0000-0000-0000-000000000001', 2, '44', '1', 'N', 'N', 'retrait', '2026-11-01', 'x', 'unmatched');
insert into movement_refusal values ('00000000-0000-0000-0000-000000000001', 3, 'Le nom manque.');
insert into legacy_run (id, sha256, name, state, done_lines, ended_at) values
    ('00000000-0000-0000-0000-000000000004', '\\x04', 'alt.csv', 'reverted', 0, now()),
    ('00000000-0000-0000-0000-000000000005', '\\x05', 'legacy.csv', 'done', 2, now());
insert into legacy_row values
    ('00000000-0000-0000-0000-000000000005', 2, 'removed', '{adresse absente}', 'lea@example.org', null, null, null),
    ('00000000-0000-0000-0000-000000000005', 3, 'closed', '{}', null, null, '000000000000', 'published');
"""


@pytest.fixture
def old_registry(servers: Urls, run_id: str) -> Iterator[str]:
    """A registry as it was when each kind of file had tables of its own."""
    name = f"intake_{run_id}"
    url = make_conninfo(servers.database_url, dbname=name)
    with psycopg.connect(servers.database_url, autocommit=True) as admin:
        admin.execute(f"create database {name}")
        try:
            database.migrate(url, BEFORE)
            with psycopg.connect(url, autocommit=True) as conn:
                conn.execute(OLD)
            yield url
        finally:
            admin.execute(f"drop database {name} with (force)")


def test_what_was_begun_before_goes_on(old_registry: str) -> None:
    database.migrate(old_registry)
    with database.connect(old_registry) as conn:
        assert {each.name: each.state for each in runs.select(conn, "true", {})} == {
            "a.csv": "applied",
            "b.csv": "previewed",
            "c.csv": "dropped",
            "alt.csv": "undone",
            "legacy.csv": "applied",
        }
        found = {run.name: (run, counts) for run, counts in files.history(conn, "44")}
        assert set(found) == {"a.csv", "b.csv"}
        applied, counts = found["a.csv"]
        assert counts == {"unmatched": 1, "unreadable": 1}
        assert applied.notices == ["Une feuille."]
        assert [(each.line, each.reason) for each in files.refusals(conn, applied)] == [(3, "Le nom manque.")]
        assert [each.row.number for each in files.report(conn, None, applied)] == ["1"]
        run = migrating.last_run(conn)
        assert run is not None
        assert list(migrating.rows_of(conn, run)) == [
            (2, "removed", ["adresse absente"], True),
            (3, "closed", [], False),
        ]
        assert runs.find(conn, run).rows_done == 2
    # It was not confirmed yet: it can be, as before.
    assert migrating.confirm(old_registry, "https://ribambelle.example") == 1
