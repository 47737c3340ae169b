"""The old portal's file at its real size, migrated while parents search: `python -m bench.legacy`.

Takes the servers that the environment names (DATABASE_URL, ELASTICSEARCH_URL, REDIS_URL), in a database and under an
index prefix of its own, which it drops. Asks: how long does it take, is every search answered meanwhile, and how long
after the last batch is everything found?
"""

import argparse
import json
import statistics
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from bench.command import say
from bench.processes import alongside, measured
from bench.search_server import get, serving
from bench.setup import PROGRAM, TODAY, environment
from demo import generate, legacy
from indexer import bulk
from registry import database, territory
from registry.legacy import migrating
from settings import Settings

NAME = "bench_legacy"
REQUEST = "/api/v1/offers?commune=44109&need=mon-fri@08:00-18:00&limit=20"
EVERY_S = 0.05


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.legacy", description=__doc__)
    parser.add_argument("--rows", type=int, default=legacy.ROWS)
    parser.add_argument("--kept", type=int, default=legacy.KEPT)
    arguments = parser.parse_args()
    given = Settings()
    if not (given.database_url and given.elasticsearch_url):
        sys.exit("DATABASE_URL and ELASTICSEARCH_URL must name servers.")
    url = make_conninfo(given.database_url, dbname=NAME)
    settings = given.model_copy(update={"database_url": url, "index_prefix": NAME.replace("_", "-")})
    with psycopg.connect(given.database_url, autocommit=True) as conn:
        conn.execute(f"drop database if exists {NAME} with (force)")
        conn.execute(f"create database {NAME}")
        try:
            with tempfile.TemporaryDirectory() as folder:
                print(json.dumps(measure(settings, Path(folder), arguments.rows, arguments.kept), indent=1))
        finally:
            conn.execute(f"drop database if exists {NAME} with (force)")
            engine = bulk.client(settings, timeout_s=30)
            for index in list(engine.indices.get(index=f"{settings.index_prefix}-*")):
                engine.indices.delete(index=index)
            engine.close()


def measure(settings: Settings, folder: Path, rows: int, kept: int) -> dict[str, object]:
    """Figures of one dry run, one run and one revert; seconds, unless their name says otherwise."""
    say("Tables, territory, offers of Loire-Atlantique …")
    database.migrate(settings.database_url)
    file, log = folder / "legacy.csv", folder / "log"
    with database.connect(settings.database_url) as conn:
        territory.load(conn, lambda done, total: None)
        generate(conn, scale="demo", seed=1, today=TODAY, report=lambda label, done, total: None)
        conn.commit()
        say("The file …")
        legacy.write(file, conn, seed=1, today=TODAY, rows=rows, kept=kept)
    measured([PROGRAM, "index", "rebuild"], environment(settings), log)
    figures: dict[str, object] = {"rows": rows}
    with (
        alongside([PROGRAM, "index", "run"], environment(settings), folder / "index.log"),
        serving(settings, folder / "serve.log") as served,
    ):
        address = f"http://127.0.0.1:{served.port}{REQUEST}"
        say("Dry run …")
        begun = time.perf_counter()
        migrating.dry_run(settings.database_url, file, today=TODAY, report=quiet)
        figures["dry_run_s"] = round(time.perf_counter() - begun, 1)
        say("Run, with a search every 50 ms …")
        with Searching(address) as searching:
            begun = time.perf_counter()
            done = migrating.migrate(settings.database_url, file, today=TODAY, fictitious=True, report=quiet)
            figures["run_s"] = round(time.perf_counter() - begun, 1)
            figures["until_all_is_found_s"] = round(until_empty(settings), 1)
        figures |= {"kept": done.kept, "outcomes": dict(done.outcomes), "invited": done.invited}
        figures["searches_meanwhile"] = searching.told()
        found = json.loads(get(served.port, "/api/v1/counts?by=kind")[0])
        figures["found"] = {each["value"]: each["count"] for each in found["counts"]}["assistant_maternel"]
        say("Revert …")
        begun = time.perf_counter()
        migrating.revert(settings.database_url, quiet)
        figures["revert_s"] = round(time.perf_counter() - begun, 1)
    return figures


def until_empty(settings: Settings) -> float:
    """Seconds until the queue of changes is empty."""
    begun = time.perf_counter()
    with database.connect(settings.database_url, autocommit=True) as conn:
        while conn.execute("select exists (select from outbox)").fetchall()[0][0]:
            time.sleep(0.2)
    return time.perf_counter() - begun


def quiet(label: str, done: int, total: int) -> None:
    """Nobody reads it."""


class Searching:
    """Asks for one search again and again, in a thread; counts those that were not answered by 200."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.seconds: list[float] = []
        self.failed = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._ask)

    def __enter__(self) -> "Searching":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._ended.wait(EVERY_S):
            begun = time.perf_counter()
            try:
                with urllib.request.urlopen(self.address, timeout=10) as answer:  # noqa: S310 - our own server
                    answer.read()
            except (urllib.error.URLError, OSError):
                self.failed += 1
            self.seconds.append(time.perf_counter() - begun)

    def told(self) -> dict[str, float]:
        ordered = sorted(self.seconds)
        return {
            "asked": len(ordered),
            "failed": self.failed,
            "p50_ms": round(statistics.median(ordered) * 1000, 1),
            "p95_ms": round(ordered[int(len(ordered) * 0.95)] * 1000, 1),
            "worst_ms": round(ordered[-1] * 1000, 1),
        }


if __name__ == "__main__":
    main()
