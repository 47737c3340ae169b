"""Names that communes had: of a fresh registry, and of one that had its communes before them."""

import csv
import re
from collections.abc import Iterator

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from local.servers import Urls
from registry.database import Connection, migrate
from registry.territory import GEO
from tests.conftest import ROOT

MIGRATION = ROOT / "registry" / "migrations" / "versions" / "0038_former_names.py"


def revision(name: str) -> str:
    found = re.search(rf'^{name} = "(\w+)"', MIGRATION.read_text("utf-8"), re.MULTILINE)
    assert found
    return found[1]


@pytest.fixture
def old_registry(servers: Urls, run_id: str) -> Iterator[str]:
    name = f"former_{run_id}"
    url = make_conninfo(servers.database_url, dbname=name)
    with psycopg.connect(servers.database_url, autocommit=True) as admin:
        admin.execute(f"create database {name}")
        try:
            migrate(url, revision("down_revision"))
            yield url
        finally:
            admin.execute(f"drop database {name} with (force)")


def test_a_fresh_registry_has_all_of_the_file(registry: Connection) -> None:
    with (GEO / "former_names.csv").open(encoding="utf-8", newline="") as file:
        given = {(row["name"], row["code"], row["current_code"]) for row in csv.DictReader(file)}
    assert set(registry.execute("select name, code, current_code from former_name").fetchall()) == given
    assert len(given) > 6_000
    assert registry.execute(
        "select code, current_code, ended_on, was from former_name where name = 'Lomme'"
    ).fetchall() == [("59355", "59350", None, "associated")]


def test_an_installation_that_has_its_communes_gets_them_with_the_migration(old_registry: str) -> None:
    with psycopg.connect(old_registry) as conn:
        conn.execute("insert into department values ('44', 'Loire-Atlantique', '52', 'Pays de la Loire')")
        conn.execute(
            "insert into commune (code, name, department, postcodes, population, lat, lon)"
            " values ('44213', 'Loireauxence', '44', '{44370}', 7000, 47.4, -1)"
        )
        conn.execute("delete from outbox")
        conn.commit()
        migrate(old_registry, revision("revision"))
        names = [name for (name,) in conn.execute("select name from former_name order by name").fetchall()]
        assert names == ["Belligné", "La Chapelle-Saint-Sauveur", "La Rouxière", "Varades"]
        assert conn.execute("select from outbox").fetchall() == [], "an index of before could not take them"
