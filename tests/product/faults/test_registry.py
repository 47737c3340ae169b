"""PostgreSQL killed and started again in the middle of a batch."""

import itertools
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil
import psycopg
import pytest
from elasticsearch import Elasticsearch

from local import postgresql
from local.children import Child, server_pid, stopping
from local.servers import chosen_port, exclusive
from registry.database import connect, migrate
from settings import Settings
from tests.conftest import LOCAL, wait_for
from tests.product.faults.doomed import OF_CHANGES
from tests.product.faults.workload import indexing, one, populate, process, prove, short_or_long, writing


@dataclass
class Server:
    """A PostgreSQL that a test may kill; `launch` starts it over the same data, on the same port."""

    url: str
    folder: Path
    port: int
    children: list[Child]
    launch: Callable[[], Child]


def start(server: Server) -> None:
    """Until it takes connections. It may have to wait for what the killed one left, and then ends itself at once."""

    def is_ready() -> bool:
        if not server.children or server.children[-1].guard.poll() is not None:
            server.children.append(server.launch())
        return postgresql.is_ready(server.folder, server.port)

    wait_for(is_ready, seconds=60, what="PostgreSQL")


@pytest.fixture(scope="module")
def server(run_id: str, shared_registry: str) -> Iterator[Server]:
    """With the tables and one commune."""
    directory = LOCAL / f"test-{run_id}-postgresql"
    directory.mkdir(parents=True)
    folder, port = directory / "postgresql", chosen_port("PostgreSQL", None)
    children: list[Child] = []
    with exclusive(directory, print) as lock, stopping(children):
        server = Server("", folder, port, children, partial(postgresql.launch, folder, port, lock))
        start(server)
        server.url = postgresql.url(folder, port)
        migrate(server.url)
        with connect(shared_registry) as country, connect(server.url) as own:
            for table, where in (
                ("department", "code = '44'"),
                ("epci", "code = (select epci from commune where code = '44109')"),
                ("commune", "code = '44109'"),
                ("zone_anchor", "commune = '44109'"),
            ):
                with (
                    country.cursor().copy(f"copy (select * from {table} where {where}) to stdout") as source,
                    own.cursor().copy(f"copy {table} from stdin") as target,
                ):
                    for block in source:
                        target.write(block)
            own.execute("delete from outbox")
        yield server
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
def database_url(server: Server) -> str:
    with connect(server.url) as conn:
        conn.execute("truncate offer, source, index_generation, index_check, indexer_worker cascade")
        conn.execute("truncate outbox, fan_out")
    return server.url


def backend(settings: Settings) -> int:
    """The process of PostgreSQL that serves the worker."""
    with connect(settings.database_url, autocommit=True) as conn:
        query = "select pid from pg_locks where locktype = 'advisory' and classid = worker_lock()::oid"
        return int(conn.execute(query).fetchall()[0][0])


def newest(settings: Settings) -> int:
    return one(settings, "select coalesce(max(number), 0) from living_workers()")


def is_back(settings: Settings, number: int) -> bool:
    """Whether a worker lives that came after this one."""
    try:
        return newest(settings) > number
    except psycopg.OperationalError:
        return False


def is_stopped(pid: int) -> bool:
    return psutil.Process(pid).status() == psutil.STATUS_STOPPED


VICTIMS = ("server", "backend")
CASES = short_or_long(list(zip(OF_CHANGES, itertools.cycle(VICTIMS))), list(itertools.product(OF_CHANGES, VICTIMS)))


def test_killed_in_the_middle_of_a_batch(settings: Settings, engine: Elasticsearch, server: Server) -> None:
    """The worker is stopped at each step of a batch, until PostgreSQL is there again."""
    ids = populate(settings.database_url, 60)
    for step, victim in CASES:
        with writing(settings.database_url, ids, seed=3), process(settings, "index", "SIGSTOP", step, "2") as worker:
            wait_for(partial(is_stopped, worker.pid), seconds=60, what=f"a worker that stopped {step}")
            before = newest(settings)
            os.kill(server_pid(server.children[-1]) if victim == "server" else backend(settings), signal.SIGKILL)
            start(server)
            os.kill(worker.pid, signal.SIGCONT)
            wait_for(partial(is_back, settings, before), seconds=30, what="the same worker, on a new connection")
            assert worker.poll() is None
    with indexing(settings):
        prove(settings, engine)
