"""Stands in until tests/conftest.py gives `registry`."""

import itertools
from collections.abc import Iterator

import psycopg
import pytest

from registry.database import Connection, connect

SERVER = "postgresql://postgres:@/{}?host=/tmp/pgdata_lead"
counter = itertools.count()


@pytest.fixture
def registry() -> Iterator[Connection]:
    name = f"h2_test_{next(counter)}"
    with psycopg.connect(SERVER.format("postgres"), autocommit=True) as server:
        server.execute(f"drop database if exists {name}")
        server.execute(f"create database {name} template lead")
        with connect(SERVER.format(name)) as connection:
            yield connection
        server.execute(f"drop database {name}")
