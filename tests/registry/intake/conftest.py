"""A source of structures, over a territory that is read once."""

from dataclasses import replace
from pathlib import Path

import pytest
from psycopg.conninfo import make_conninfo

from local.servers import Urls
from registry import database, territory
from registry.imports import mapping as mappings
from registry.imports import planning
from registry.territory import Territory
from tests.registry.intake.lieux import mapping


@pytest.fixture(scope="package")
def nantes(template: str, servers: Urls) -> Territory:
    """The territory, read once: no test here changes it, and it takes longer than all the rest."""
    with database.connect(make_conninfo(servers.database_url, dbname=template)) as conn:
        return territory.read(conn)


@pytest.fixture
def read_once(nantes: Territory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "read_territory", lambda conn: replace(nantes, conn=conn))


@pytest.fixture
def source(tmp_path: Path) -> mappings.Mapping:
    return mapping(tmp_path)
