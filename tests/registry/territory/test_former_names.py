"""Names that communes had: of a fresh registry, and of one that had its communes before them."""

import ast
import csv
from collections.abc import Iterator

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from docs import former_names
from local.servers import Urls
from registry import territory
from registry.database import Connection, migrate
from registry.territory import GEO
from tests.conftest import ROOT

VERSIONS = ROOT / "registry" / "migrations" / "versions"
BEFORE = "0037"

LIVE = {"0021_zones.py": {"registry.territory.zones"}}
"""What migrations take of the living code. The zones are a promise: those of an installation never change."""


@pytest.fixture
def old_registry(servers: Urls, run_id: str) -> Iterator[str]:
    name = f"former_{run_id}"
    url = make_conninfo(servers.database_url, dbname=name)
    with psycopg.connect(servers.database_url, autocommit=True) as admin:
        admin.execute(f"create database {name}")
        try:
            migrate(url, BEFORE)
            yield url
        finally:
            admin.execute(f"drop database {name} with (force)")


def test_a_fresh_registry_has_all_of_the_files(registry: Connection) -> None:
    given = set()
    for name in ("former_names.csv", "added_names.csv", "renumbered.csv"):
        with (GEO / name).open(encoding="utf-8", newline="") as file:
            given |= {(row["name"], row["code"], row["current_code"]) for row in csv.DictReader(file)}
    assert set(registry.execute("select name, code, current_code from former_name").fetchall()) == given
    assert len(given) > 6_900
    assert registry.execute(
        "select code, current_code, ended_on, was from former_name where name = 'Lomme'"
    ).fetchall() == [("59355", "59350", None, "associated")]
    assert territory.renew_names(registry) == 0


def test_an_installation_that_has_its_communes_gets_them_after_the_migrations(old_registry: str) -> None:
    with psycopg.connect(old_registry) as conn:
        conn.execute("insert into department values ('44', 'Loire-Atlantique', '52', 'Pays de la Loire')")
        conn.execute(
            "insert into commune (code, name, department, postcodes, population, lat, lon)"
            " values ('44213', 'Loireauxence', '44', '{44370}', 7000, 47.4, -1)"
        )
        conn.execute("delete from outbox")
        conn.commit()
        migrate(old_registry)
        assert conn.execute("select from former_name").fetchall() == []
        assert territory.renew_names(conn) == 4
        names = [name for (name,) in conn.execute("select name from former_name order by name").fetchall()]
        assert names == ["Belligné", "La Chapelle-Saint-Sauveur", "La Rouxière", "Varades"]
        queued = conn.execute("select id from outbox where id = 'former:44213:varades'").fetchall()
        assert len(queued) == 1
        # Another release knows better.
        conn.execute("update former_name set name = 'Varade' where id = '44213:varades'")
        conn.execute("insert into former_name values ('44213:x', 'X', '44213', '44213', null, 'commune')")
        assert territory.renew_names(conn) == 2
        assert conn.execute("select name from former_name order by name").fetchall() == [(name,) for name in names]
        assert territory.renew_names(conn) == 0


def test_a_migration_is_frozen() -> None:
    """It imports nothing of ours that goes on changing, nor reads a file that does."""
    taken = {}
    for path in sorted(VERSIONS.glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        modules = {each.module or "" for each in ast.walk(tree) if isinstance(each, ast.ImportFrom)} | {
            alias.name for each in ast.walk(tree) if isinstance(each, ast.Import) for alias in each.names
        }
        if ours := {name for name in modules if (ROOT / name.split(".")[0]).is_dir()}:
            taken[path.name] = ours
    assert taken == LIVE


def test_names_under_other_codes_come_out_of_the_history() -> None:
    def commune(name: str, code: str, end: str | None, **more: str) -> dict[str, str]:
        return {"nom": name, "code": code, "type": "COM"} | ({"dateFin": end} if end else {}) | more

    history = [
        commune("Nanterre", "75050", "1968-01-01"),
        commune("Orbois", "14479", "1973-01-01"),
        commune("Quesnay-Guesnon", "14526", "1975-01-01"),
        # A name that stands in former_names.csv, one that had not ended, and a code between two times of another.
        commune("Varades", "44213", "2016-01-01"),
        commune("Porte des Pierres Dorées", "69159", "2018-01-01"),
        commune("Porte des Pierres Dorées", "69159", None),
        commune("Châteaufort", "91143", "1969-11-29", predecesseur="COM-78143@1943-01-01"),
        commune("Orbois", "14479", "2017-01-01") | {"type": "COMA"},
    ]
    today = [{"nom": "Orbois", "code": "14479", "type": "commune-deleguee"}]
    assert list(former_names.added(history, today)) == [
        ("Orbois", "14479", "14581", "", "delegated"),
        ("Quesnay-Guesnon", "14526", "14581", "1975-01-01", "commune"),
        ("Nanterre", "75050", "92050", "1968-01-01", "moved"),
    ]
