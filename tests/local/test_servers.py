"""Real servers started, refused, killed and started again. Those that need no Elasticsearch name another."""

import json
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest
import redis
from elasticsearch import Elasticsearch

from local import servers
from local.errors import LocalError
from local.servers import Ports, Urls, discover, running
from settings import Settings

ROOT = Path(__file__).parents[2]
ELSEWHERE = "http://elasticsearch.invalid:9200"
WITHOUT_ELASTICSEARCH = Settings(elasticsearch_url=ELSEWHERE, database_url="", redis_url="")

Hold = Callable[..., subprocess.Popen[str]]


def silent(_: str) -> None:
    pass


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "servers"


@pytest.fixture
def beside_the_shared_home() -> Iterator[Path]:
    """Under .local, where the home folder of Elasticsearch is shared with every other run."""
    directory = ROOT / ".local" / f"test-local-{time.time_ns()}"
    yield directory
    shutil.rmtree(directory)


@pytest.fixture
def hold() -> Iterator[Hold]:
    """Start a program that holds servers, and return once they are ready."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.local.hold", *map(str, arguments)]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in started:
        process.terminate()
        process.communicate()


def found(directory: Path) -> Urls:
    urls = discover(directory)
    assert urls
    return urls


def children_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def new_children(before: list[psutil.Process]) -> list[psutil.Process]:
    return [child for child in psutil.Process().children(recursive=True) if child not in before]


def lives(process: psutil.Process) -> bool:
    """Whether it still runs: an orphan that has ended may wait a while for process 1 to take note."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def assert_gone(processes: list[psutil.Process], within_s: float) -> None:
    deadline = time.monotonic() + within_s
    while any(map(lives, processes)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [process for process in processes if lives(process)] == []


def write_row(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept (name text)")
        connection.execute("INSERT INTO kept VALUES ('crèche')")


def read_rows(url: str) -> list[tuple[str]]:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT name FROM kept").fetchall()


def test_all_three_survive_the_kill_of_their_program(beside_the_shared_home: Path, hold: Hold) -> None:
    directory = beside_the_shared_home
    first = hold(directory)
    urls = found(directory)
    write_row(urls.database_url)
    with Elasticsearch(urls.elasticsearch_url) as client:
        client.index(index="kept", id="1", document={"name": "crèche"}, refresh=True)
    children = children_of(first)
    assert {"java", "postgres", "valkey-server"} <= {child.name() for child in children}
    first.kill()
    assert_gone(children, within_s=30)
    assert discover(directory) is None

    second = hold(directory)
    urls = found(directory)
    assert read_rows(urls.database_url) == [("crèche",)]
    with Elasticsearch(urls.elasticsearch_url) as client:
        assert client.get(index="kept", id="1")["_source"] == {"name": "crèche"}
    children = children_of(second)
    second.send_signal(signal.SIGTERM)
    assert second.wait(30) == 128 + signal.SIGTERM
    assert_gone(children, within_s=0)
    assert not (directory / "run.json").exists()


def test_starts_again_after_everything_was_killed_at_once(hold: Hold, directory: Path) -> None:
    first = hold(directory, ELSEWHERE)
    write_row(found(directory).database_url)
    children = children_of(first)
    first.kill()
    for child in children:
        with suppress(psutil.NoSuchProcess):  # PostgreSQL's own end with the first of them
            child.kill()
    assert_gone(children, within_s=30)
    # As after a crash of the machine: the number in the lock file now belongs to some other program.
    pid_file = directory / "postgresql" / "data" / "postmaster.pid"
    lines = pid_file.read_text("utf-8").splitlines()
    pid_file.write_text("\n".join(["1", *lines[1:]]) + "\n", "utf-8")
    with running(WITHOUT_ELASTICSEARCH, directory, silent) as urls:
        assert read_rows(urls.database_url) == [("crèche",)]


def test_starts_again_while_the_killed_program_is_still_being_stopped(hold: Hold, directory: Path) -> None:
    program = hold(directory, ELSEWHERE)
    children = children_of(program)
    program.kill()
    program.wait()
    with running(WITHOUT_ELASTICSEARCH, directory, silent) as urls:
        assert redis.Redis.from_url(urls.redis_url).ping()
        assert_gone(children, within_s=0)


def test_what_the_settings_name_is_used_and_not_started(directory: Path) -> None:
    before = psutil.Process().children(recursive=True)
    with running(WITHOUT_ELASTICSEARCH, directory, silent) as urls:
        assert urls.elasticsearch_url == ELSEWHERE
        assert discover(directory) == urls
        assert "java" not in {child.name() for child in new_children(before)}


def test_the_registry_asks_for_its_password(directory: Path) -> None:
    with running(WITHOUT_ELASTICSEARCH, directory, silent) as urls:
        assert stat.S_IMODE((directory / "run.json").stat().st_mode) == 0o600
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(urls.database_url, password="guess", connect_timeout=5)  # noqa: S106


def test_a_second_start_over_the_same_data_is_refused(directory: Path) -> None:
    with running(WITHOUT_ELASTICSEARCH, directory, silent) as urls:
        with (
            pytest.raises(LocalError, match="tournent déjà"),
            running(WITHOUT_ELASTICSEARCH, directory, silent),
        ):
            pass
        assert discover(directory) == urls


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, ValueError])
def test_an_exception_stops_everything(directory: Path, error: type[BaseException]) -> None:
    before = psutil.Process().children(recursive=True)
    started: list[psutil.Process] = []
    names: set[str] = set()

    def interrupted() -> None:
        with running(WITHOUT_ELASTICSEARCH, directory, silent):
            started.extend(new_children(before))
            names.update(child.name() for child in started)
            raise error

    with pytest.raises(error):
        interrupted()
    assert {"postgres", "valkey-server"} <= names
    assert_gone(started, within_s=0)
    assert discover(directory) is None


def test_a_taken_port_is_told(directory: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            pytest.raises(LocalError, match=f"port {port}.*PostgreSQL.*déjà pris"),
            running(WITHOUT_ELASTICSEARCH, directory, silent, ports=Ports(postgresql=port)),
        ):
            pass
    assert discover(directory) is None


def test_a_full_disk_is_told_before_anything_starts(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "LEAST_FREE_GB", 10**9)
    with pytest.raises(LocalError, match="Disque plein"), running(WITHOUT_ELASTICSEARCH, directory, silent):
        pass
    assert list(directory.iterdir()) == []


def test_discover_ignores_a_process_that_is_gone_even_when_its_number_is_used_again(tmp_path: Path) -> None:
    urls = {"elasticsearch_url": "a", "database_url": "b", "redis_url": "c"}
    process = psutil.Process()

    def write(started: float) -> None:
        owner = {"pid": process.pid, "started": started}
        (tmp_path / "run.json").write_text(json.dumps({"owner": owner, "urls": urls}), "utf-8")

    assert discover(tmp_path) is None
    write(process.create_time())
    assert discover(tmp_path) == Urls("a", "b", "c")
    write(process.create_time() - 3600)
    assert discover(tmp_path) is None
