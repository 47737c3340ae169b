"""An installation that has its communes gets what a new one loads."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from local.servers import Urls
from registry import database
from registry.database import Connection

BEFORE = "0038"
DEPARTMENTS = ("13", "14", "15", "69", "75", "971", "975", "977", "978")
CITIES = {"75056": "75000", "69123": "69000", "13055": "13000"}


@pytest.fixture
def old_registry(servers: Urls, run_id: str) -> Iterator[str]:
    name = f"names_{run_id}"
    with psycopg.connect(servers.database_url, autocommit=True) as conn:
        conn.execute(f"create database {name}")
        try:
            url = make_conninfo(servers.database_url, dbname=name)
            database.migrate(url, BEFORE)
            yield url
        finally:
            conn.execute(f"drop database {name} with (force)")


def added(conn: Connection) -> list[tuple[object, ...]]:
    return conn.execute(
        "select code, name, parent, department, epci, postcodes, population, area_km2, lat, lon, bounds, contour::jsonb"
        " from commune where code = '14581' or code in ('15031', '15035', '15047', '15171') or code like '97_0_'"
        "  and department in ('975', '977', '978') order by code"
    ).fetchall()


def test_it_has_the_same_communes_and_names_composed(old_registry: str, registry: Connection) -> None:
    with database.connect(old_registry) as conn:
        conn.execute(
            "insert into department (code, name, region_code, region_name)"
            " select c, c, '1', 'R' from unnest(%s::text[]) c",
            [list(DEPARTMENTS)],
        )
        conn.execute("insert into epci (code, name, type) values ('200069524', 'P', 'CC'), ('200066637', 'H', 'CC')")
        for city, whole in CITIES.items():
            conn.execute(
                "insert into commune (code, name, department, postcodes, population, lat, lon)"
                " values (%s, 'Ville', %s, %s, 1, 45, 4)",
                [city, whole[:2], [f"{whole[:2]}001"]],
            )
        conn.execute(
            "insert into offer (id, kind, name, fictitious, licensed) values"
            " ('cr0000000001', 'assistant_maternel', %s, true, false)",
            ["Cre\u0300che E\u0301toile"],
        )
        conn.execute(
            "insert into am_home (offer, address, street, postcode, commune, lat, lon)"
            " values ('cr0000000001', %s, %s, '75001', '75056', 45, 4)",
            ["3 rue de l\u2019E\u0301glise", "rue de l\u2019E\u0301glise"],
        )
    database.migrate(old_registry)
    with database.connect(old_registry) as conn:
        assert len(added(conn)) == 9
        assert added(conn) == added(registry)
        postcodes = conn.execute("select code, postcodes from commune where code = any (%s)", [list(CITIES)])
        assert dict(postcodes.fetchall()) == {city: [whole, f"{whole[:2]}001"] for city, whole in CITIES.items()}
        retired = "select code, current_code from retired_commune where current_code = '14581' order by 1"
        assert conn.execute(retired).fetchall() == registry.execute(retired).fetchall() != []
        cafs = "select code, caf from department where caf is not null order by 1"
        assert conn.execute(cafs).fetchall() == registry.execute(cafs).fetchall() == [("977", "971"), ("978", "971")]
        assert conn.execute("select name from offer").fetchall() == [("Crèche Étoile",)]
        homes = conn.execute("select address, street from am_home").fetchall()
        assert homes == [("3 rue de l’Église", "rue de l’Église")]
        queued = conn.execute("select id from outbox where index = 'places'").fetchall()
        assert {("commune:97801",), ("department:977",), ("commune:75056",)} <= set(queued)


def test_a_registry_without_communes_stays_without(old_registry: str) -> None:
    database.migrate(old_registry)
    with database.connect(old_registry) as conn:
        assert conn.execute("select count(*) from commune").fetchone() == (0,)
