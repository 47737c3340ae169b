"""The change loop (`ribambelle index run`, as a process): what it can bear, and how soon a search shows a change."""

import math
import random
import re
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import orjson

from bench.engine import Plain
from bench.floor import bulk_body, index_name
from bench.processes import alongside
from bench.setup import PROGRAM, environment
from bench.writers import TOGETHER, offers, queued_ever, ten, wait_until_applied, waiting, write, writing
from indexer.documents import some_documents
from registry.database import connect
from settings import Settings

MOST_WAITING = 5_000
"""The writers run ahead of the worker by this much, five of its batches, and no more."""

SETTLE_S = 5.0
"""Sustained means after this: caches, statistics and the engine's compiler have seen the load."""

TRANSACTIONS_PER_S = 25
POLL_EVERY_S = 0.01
LEAST_VALUE = 1_000_000_000
"""A changed offer that is looked for gets an hourly tariff from here on, which no other has."""

PATIENCE_S = 30.0


@dataclass(frozen=True)
class Sustained:
    """Changes a second taken off the queue, with all of what happened meanwhile."""

    per_s: float
    written_per_s: float
    waiting: int
    deadlocks: int
    stages: dict[str, float]


@dataclass(frozen=True)
class Visible:
    """Seconds until a search shows a change, over the changes that were looked for, and the pace that was kept."""

    p50_s: float
    p99_s: float
    worst_s: float
    samples: int
    per_s: float


@contextmanager
def worker(settings: Settings, log: Path) -> Iterator[int]:
    """The change loop as a process, once it has taken up its work; yields its id."""
    with alongside([PROGRAM, "index", "run"], environment(settings), log) as pid:
        with connect(settings.database_url, autocommit=True) as conn:
            deadline = time.monotonic() + PATIENCE_S
            while not conn.execute("select 1 from living_workers()").fetchone():
                if time.monotonic() > deadline:
                    raise TimeoutError(f"the worker does not begin (see {log})")
                time.sleep(0.05)
            wait_until_applied(conn, at_most_s=600)
        yield pid


def capacity_to_write(settings: Settings, seconds: float) -> float:
    """Changes a second that the writers commit when nobody applies them; they stay on the queue."""
    with connect(settings.database_url, autocommit=True) as conn, writing(settings.database_url, most_waiting=None):
        time.sleep(SETTLE_S / 2)
        before, begun = queued_ever(conn), time.perf_counter()
        time.sleep(seconds)
        return (queued_ever(conn) - before) / (time.perf_counter() - begun)


def sustained(settings: Settings, log: Path, seconds: float, *, at_once: bool = False) -> Sustained:
    """Writers and one worker for `seconds`. What counts is what left the queue, which is after Elasticsearch's
    acknowledgement. A queue that is shorter at the end than the writers may let it grow says that they were the
    limit. `at_once`: see `writers.write`."""
    with worker(settings, log), connect(settings.database_url, autocommit=True) as conn:
        with writing(settings.database_url, most_waiting=MOST_WAITING, at_once=at_once) as written:
            time.sleep(SETTLE_S)
            logged = log.stat().st_size
            ever, left, begun = queued_ever(conn), waiting(conn), time.perf_counter()
            time.sleep(seconds)
            ever_then, left_then, spent = queued_ever(conn), waiting(conn), time.perf_counter() - begun
            share = stages(log.read_bytes()[logged:].decode(), spent)
        wait_until_applied(conn, at_most_s=600)
    queued = ever_then - ever
    return Sustained((queued - (left_then - left)) / spent, queued / spent, left_then, written.deadlocks, share)


def stages(lines: str, spent: float) -> dict[str, float]:
    """The share of the time that the worker was at each stage, by its log's own account."""
    total: Counter[str] = Counter()
    for line in lines.splitlines():
        if " batch " in line:
            for name, milliseconds in re.findall(r"(\w+)_ms=(\d+)", line):
                total[name] += int(milliseconds)
    return {name: each / 1000 / spent for name, each in total.items()}


def visible(settings: Settings, log: Path, seconds: float) -> Visible:
    """Ten offers a transaction, 25 transactions a second, one change of each looked for: from commit to search."""
    found = offers(settings.database_url)
    rng = random.Random(2)
    of_columns, of_timetables = cycle(found.any), cycle(found.with_places)
    with worker(settings, log), connect(settings.database_url, autocommit=True) as conn:

        def commit(value: int) -> float:
            with conn.transaction():
                columns, ranges = ten(of_columns, of_timetables)
                write(conn, columns[1:], ranges, rng)
                conn.execute("update offer set hourly_cents = %s where id = %s", [value, columns[0]])
            return time.perf_counter()

        measured = follow(settings.elasticsearch_url, f"{settings.index_prefix}-offers", commit, seconds)
        # No offer keeps a number that a later run may look for.
        conn.execute("update offer set hourly_cents = 400 where hourly_cents >= %s", [LEAST_VALUE])
        wait_until_applied(conn, at_most_s=600)
    return measured


def visible_floor(settings: Settings, seconds: float) -> Visible:
    """The same pace and sizes, prebuilt, sent straight to the floor's index: from the request to the search."""
    name = index_name(settings.index_prefix, "offers")
    with connect(settings.database_url) as conn:
        ids = random.Random(2).sample(offers(settings.database_url).any, k=1_000)
        documents = cycle(sorted(some_documents(conn, "offers", ids).items()))
    plain = Plain(settings.elasticsearch_url)

    def prebuilt(value: int) -> bytes:
        batch = [next(documents) for _ in range(TOGETHER)]
        sought = orjson.loads(batch[0][1]) | {"tariff": {"hourly_cents": value}}
        return bulk_body(name, [(batch[0][0], orjson.dumps(sought)), *batch[1:]], 2)

    def send(value: int) -> float:
        content = prebuilt(value)
        begun = time.perf_counter()
        plain.bulk(content)
        return begun

    return follow(settings.elasticsearch_url, name, send, seconds)


def follow(url: str, index: str, write_one: Callable[[int], float], seconds: float) -> Visible:
    """Write at the pace, look all the time. `write_one` writes a given, unused `tariff.hourly_cents` with nine other
    changes and returns the moment from which its time counts."""
    first = LEAST_VALUE + int(time.time() * 100) % LEAST_VALUE
    since: dict[int, float] = {}
    took: list[float] = []
    ended = threading.Event()
    failures: list[BaseException] = []
    pace: list[float] = []

    def write_all() -> None:
        try:
            begun = time.perf_counter()
            number = 0
            while (due := number / TRANSACTIONS_PER_S) < seconds:
                time.sleep(max(0.0, begun + due - time.perf_counter()))
                since[first + number] = write_one(first + number)
                number += 1
            pace.append(number * TOGETHER / (time.perf_counter() - begun))
        except BaseException as error:
            failures.append(error)
        finally:
            ended.set()

    plain = Plain(url)
    thread = threading.Thread(target=write_all)
    thread.start()
    deadline = math.inf
    while (since or not ended.is_set()) and time.perf_counter() < deadline:
        looked = time.perf_counter()
        if sought := list(since):
            shown = _shown(plain, index, sought)
            now = time.perf_counter()
            took += [now - since.pop(value) for value in shown]
        if ended.is_set() and deadline == math.inf:
            deadline = time.perf_counter() + PATIENCE_S
        time.sleep(max(0.0, looked + POLL_EVERY_S - time.perf_counter()))
    thread.join()
    if failures:
        raise failures[0]
    if since:
        raise TimeoutError(f"{len(since)} of {len(since) + len(took)} changes were not shown in {PATIENCE_S:.0f} s")
    cuts = statistics.quantiles(took, n=100, method="inclusive")
    return Visible(statistics.median(took), cuts[98], max(took), len(took), pace[0])


def _shown(plain: Plain, index: str, values: list[int]) -> list[int]:
    """Which of these a search finds now: one small search for all, so that looking costs the engine little."""
    query = {
        "size": len(values),
        "query": {"terms": {"tariff.hourly_cents": values}},
        "docvalue_fields": ["tariff.hourly_cents"],
        "_source": False,
        "track_total_hits": False,
    }
    answer = plain.ask("POST", f"/{index}/_search?request_cache=false", query)
    return [value for hit in answer["hits"]["hits"] for value in hit["fields"]["tariff.hourly_cents"]]
