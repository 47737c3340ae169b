"""The real servers, started once for a run on free ports, and what of it several processes share.

`make test` runs two processes (`pytest -n 2`). The one that hands out the tests starts the servers while the others
collect, and stops them after the last. Each of the others has databases, indexes and a Valkey database of its own, so
that no test sees another process's. A run in one process starts the servers when a test first asks for them.
"""

import fcntl
import secrets
import shutil
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from local.servers import Urls, discover, running
from registry import database, territory
from settings import Settings
from tests.conftest import LOCAL, wait_for

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.scheduler import LoadScopeScheduling
    from xdist.workermanage import WorkerController

A_DAY_S = 86_400

START_S = 300
"""How long a process waits for the servers, of which parts may have to be fetched and built first."""

LOGS = ("elasticsearch/logs", "postgresql/postgresql.log", "valkey/valkey.log")

OF_LOIRE = ("tests/search_api", "tests/product/privacy", "tests/product/families", "tests/product/relevance")
"""Folders over `tests.loire`, which takes half a minute to make: in one process."""

HEAVY = (
    "loire",
    "tests/product/security",
    "tests/product/faults",
    "tests/web/site",
    "tests/product/accessibility",
    "tests/product/way",
    "tests/demo",
)
"""What takes longest, and so is handed out first: the last to end should not be one that began last."""


def group(test: str) -> str:
    """What stays in one process, as its tests share what takes long to make: a folder of tests, or several."""
    folder = test.split("::", 1)[0].rsplit("/", 1)[0]
    return "loire" if folder in OF_LOIRE else folder


# The process that hands out the tests --------------------------------------------------------------------


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: "WorkerController") -> None:
    """Tell each process where the servers are going to be."""
    node.workerinput["servers"] = str(LOCAL / f"test-{node.workerinput['testrunuid'][:8]}")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> Iterator[None]:
    """Once the processes have begun to collect, start the servers, until the run ends. What goes wrong is told to those
    who wait for them."""
    yield
    distributing = session.config.pluginmanager.get_plugin("dsession")
    if distributing is None:
        return
    directory = LOCAL / f"test-{distributing.nodemanager.testrunuid[:8]}"
    stack = ExitStack()
    session.config.add_cleanup(stack.close)
    try:
        stack.enter_context(started(directory, session))
    except Exception:
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "failure").write_text(traceback.format_exc(), "utf-8")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: "Producer") -> "LoadScopeScheduling":
    from xdist.scheduler import LoadScopeScheduling

    class Groups(LoadScopeScheduling):  # type: ignore[misc]  # it comes without types
        """Gives a process a whole group at a time, the heavy ones first."""

        def _split_scope(self, nodeid: str) -> str:
            return group(nodeid)

        def _assign_work_unit(self, node: "WorkerController") -> None:
            if heavy := next(filter(self.workqueue.__contains__, HEAVY), None):
                self.workqueue.move_to_end(heavy, last=False)
            super()._assign_work_unit(node)

    return Groups(config, log)


@contextmanager
def started(directory: Path, session: pytest.Session) -> Iterator[Urls]:
    """The servers, with their data under `directory`. When a test failed their logs are kept, for a day."""
    for left in LOCAL.glob("test-*"):
        if discover(left) is None and time.time() - left.stat().st_mtime > A_DAY_S:
            shutil.rmtree(left, ignore_errors=True)
    with running(Settings(), directory, print, heap_mb=1024) as urls:
        hurry(urls.database_url)
        yield urls
    if session.testsfailed:
        aside = directory.with_name(f"{directory.name}-logs")
        for name in LOGS:
            (aside / name).parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):
                (directory / name).rename(aside / name)
        print(f"\nThe servers' logs are in {aside}.")
    shutil.rmtree(directory, ignore_errors=True)


def hurry(database_url: str) -> None:
    """Let PostgreSQL not wait for the disk: what a test kills is a process, never the machine."""
    with psycopg.connect(database_url, autocommit=True) as conn:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            conn.execute(f"alter system set {name} = off")
        conn.execute("select pg_reload_conf()")


# The processes that run tests ----------------------------------------------------------------------------


@pytest.fixture(scope="session")
def servers_directory(request: pytest.FixtureRequest, run_id: str) -> Path:
    """Where Elasticsearch, PostgreSQL and Valkey have their data and logs."""
    given: dict[str, Any] = getattr(request.config, "workerinput", {})
    return Path(given.get("servers", LOCAL / f"test-{run_id}"))


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest, servers_directory: Path) -> Iterator[Urls]:
    """Elasticsearch, PostgreSQL and Valkey of this run."""
    given: dict[str, Any] = getattr(request.config, "workerinput", {})
    if not given:
        with started(servers_directory, request.session) as urls:
            yield urls
        return
    failure = servers_directory / "failure"
    wait_for(
        lambda: failure.exists() or discover(servers_directory) is not None, seconds=START_S, what="the run's servers"
    )
    found = discover(servers_directory)
    assert found, failure.read_text("utf-8")
    own = given["workerid"].removeprefix("gw")
    yield Urls(found.elasticsearch_url, found.database_url, found.redis_url.removesuffix("0") + own)


@pytest.fixture(scope="session")
def template(servers: Urls, servers_directory: Path) -> str:
    """The name of a database with the tables and the whole territory, to clone from. No connection to it may stay open:
    PostgreSQL clones only what nobody uses."""

    def made() -> str:
        name = f"template_{secrets.token_hex(4)}"
        with psycopg.connect(servers.database_url, autocommit=True) as conn:
            conn.execute(f"create database {name}")
        url = make_conninfo(servers.database_url, dbname=name)
        database.migrate(url)
        with database.connect(url) as conn:
            territory.load(conn, lambda done, total: None)
            conn.execute("delete from outbox")
        return name

    return once(servers_directory / "template", made)


def once(path: Path, made: Callable[[], str]) -> str:
    """What `made` gives: made by the first process that comes, read from `path` by the others."""
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            path.write_text(made(), "utf-8")
        return path.read_text("utf-8")
