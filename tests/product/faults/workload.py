"""What the fault cases share: offers, writers, searches, the indexer's processes, and the proof at the end."""

import asyncio
import itertools
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TypeVar

import httpx
import psycopg
from elasticsearch import Elasticsearch
from psycopg import errors

from indexer import dead_letters
from indexer.check import Difference, compare
from mappings.indexes import alias
from registry.database import Connection, connect, expect_many, retried
from registry.ids import new_id
from search_api.http.app import close, create_app
from settings import Settings
from tests.conftest import ROOT, TODAY, wait_for
from tests.records import assistant, structure

LONG = os.environ.get("FAULTS") == "long"
"""`make faults`: the counts of the issue instead of those that a CI run has time for."""

T = TypeVar("T")


def short_or_long(short: T, long: T) -> T:
    return long if LONG else short


# Writers ------------------------------------------------------------------------------------------------

SOURCE = "faults"
"""Of every second offer: a change of it fans out to all of them."""


def insert(conn: Connection, identifier: str) -> None:
    """A structure, or for every second id an assistant maternel with two periods."""
    if int(identifier[-1], 36) % 2:
        structure(conn, f"Crèche {identifier}", id=identifier, source=SOURCE)
        return
    week = [(day, 480, 1_080, 2) for day in range(5)]
    periods = [(TODAY, TODAY + timedelta(days=30), week), (TODAY + timedelta(days=60), None, week)]
    assistant(conn, f"Crèche à la maison {identifier}", id=identifier, periods=periods)


def populate(database_url: str, count: int) -> list[str]:
    """So many public offers; returns their ids."""
    ids = [new_id() for _ in range(count)]
    with connect(database_url) as conn:
        expect_many(conn)
        conn.execute("insert into source values (%s, 'Essai', '', '') on conflict do nothing", [SOURCE])
        for each in ids:
            insert(conn, each)
    return ids


def change(conn: Connection, rng: random.Random, ids: Sequence[str]) -> None:
    """One change, of every kind that a document can show: the offer, its children, what is private behind it."""
    offer, other = rng.choice(ids), rng.choice(ids)
    if rng.random() < 0.01:
        conn.execute("update source set label = %s where code = %s", [f"Essai {rng.random()}", SOURCE])
    match rng.randrange(9):
        case 0:
            conn.execute("update offer set name = %s where id = %s", [f"Nom {rng.random()}", offer])
        case 1:
            ten = rng.choices(ids, k=10)
            conn.execute("update offer set project = %s where id = any (%s)", [f"Projet {rng.random()}", ten])
        case 2:
            conn.execute("delete from offer where id = %s", [offer])
            insert(conn, offer)
        case 3:
            conn.execute("delete from offer where id = %s", [offer])
        case 4:
            state = rng.choice(("published", "published", "paused"))
            conn.execute("update offer set publication = %s where id = %s", [state, offer])
        case 5:
            day, start = rng.randrange(7), rng.randrange(0, 1_200, 30)
            conn.execute("delete from opening where offer = %s and weekday = %s", [offer, day])
            conn.execute(
                "insert into opening (offer, weekday, start_minute, end_minute)"
                " select id, %s, %s, %s from offer where id = %s on conflict do nothing",
                [day, start, start + 60, offer],
            )
        case 6:
            conn.execute(
                "update timetable_range set places = %s from timetable t where t.id = timetable and t.offer = %s",
                [rng.randrange(1, 4), offer],
            )
        case 7:
            status = rng.choice(("valid", "valid", "suspended"))
            conn.execute("update agrement set status = %s where offer in (%s, %s)", [status, offer, other])
        case 8:
            conn.execute(
                "update timetable set offer = (select offer from am_home where offer = %s)"
                " where id = (select min(id) from timetable where offer = %s)"
                " and exists (select from am_home where offer = %s)",
                [other, offer, other],
            )


def change_for_good(conn: Connection, rng: random.Random, passing: list[str]) -> None:
    """Insert an offer, and change one that was inserted before for the last time: of offers that are written again and
    again, a later change would hide that one was lost."""
    passing.append(structure(conn, "Crèche de passage"))
    if len(passing) < 10:
        return
    last = passing.pop(rng.randrange(len(passing)))
    match rng.randrange(4):
        case 0:
            conn.execute("delete from offer where id = %s", [last])
        case 1:
            conn.execute("update offer set publication = 'closed' where id = %s", [last])
        case 2:
            conn.execute("update offer set name = 'Crèche qui reste' where id = %s", [last])
        case 3:
            conn.execute("insert into leave select id, %s from offer where id = %s", [TODAY, last])


@dataclass
class Written:
    """Transactions that were committed, and what ended the others."""

    commits: int = 0
    ends: Counter[str] = field(default_factory=Counter)


@contextmanager
def writing(
    database_url: str, ids: Sequence[str], *, seed: int, writers: int = 2, every_s: float = 0.03, statements: int = 3
) -> Iterator[Written]:
    """Writers of transactions of up to so many changes of these offers, until the block ends; some are rolled back."""

    def work(rng: random.Random, passing: list[str], conn: Connection) -> None:
        for _ in range(rng.randrange(1, statements + 1)):
            change(conn, rng, ids)
        change_for_good(conn, rng, passing)
        if rng.random() < 0.05:
            conn.rollback()

    works = [partial(work, random.Random(f"{seed}/{each}"), []) for each in range(writers)]
    with _repeating(database_url, works, every_s) as written:
        yield written


@contextmanager
def pouring(database_url: str, ids: Sequence[str], *, per_s: int) -> Iterator[Written]:
    """So many changes a second, in transactions of 25 offers, until the block ends."""
    rng = random.Random(per_s)

    def work(conn: Connection) -> None:
        some = rng.sample(ids, 25)
        conn.execute("update offer set project = %s where id = any (%s)", [f"Projet {rng.random()}", some])

    with _repeating(database_url, [work] * 2, 2 * 25 / per_s) as written:
        yield written


@contextmanager
def _repeating(database_url: str, works: Sequence[Callable[[Connection], None]], every_s: float) -> Iterator[Written]:
    """Each of them in a thread, again and again. What ends a transaction is told, and the thread goes on: a registry
    may be away, constraints may refuse."""
    written = Written()
    stop = threading.Event()
    begun = time.monotonic()

    def repeat(work: Callable[[Connection], None]) -> None:
        due = begun
        while not stop.wait(due - time.monotonic()):
            due = max(due, time.monotonic() - 1) + every_s
            try:
                retried(database_url, work)
                written.commits += 1
            except (psycopg.OperationalError, errors.IntegrityError) as error:
                written.ends[type(error).__name__] += 1

    threads = [threading.Thread(target=repeat, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield written
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        per_s = written.commits / (time.monotonic() - begun)
        print(f"{written.commits} transactions committed, {per_s:.0f} a second; others: {dict(written.ends)}")


# Searches -----------------------------------------------------------------------------------------------

WAYS: list[tuple[str, dict[str, str]]] = [
    ("/api/v1/offers", {"near": "47.2173,-1.5534", "facets": "kind"}),
    ("/api/v1/offers", {"q": "crèche"}),
    ("/api/v1/map", {"bbox": "-2,47,-1,48", "zoom": "9"}),
    ("/api/v1/counts", {"by": "kind"}),
]


@dataclass
class Seen:
    """Good answers, and every other one."""

    good: int = 0
    bad: list[str] = field(default_factory=list)


@contextmanager
def searching(settings: Settings, staying: Sequence[str]) -> Iterator[Seen]:
    """A client of the API that asks for lists, maps, counts and a fiche until the block ends; an answer that knows
    fewer offers than those that stay all along is not good."""
    seen = Seen()
    stop = threading.Event()

    async def ask() -> None:
        app = create_app(settings, today=lambda: TODAY)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ribambelle.test") as api:
            for path, parameters in itertools.cycle([*WAYS, (f"/api/v1/offers/{staying[0]}", {})]):
                if stop.is_set():
                    break
                answer = await api.get(path, params=parameters)
                content = answer.json()
                known = content.get("total", {}).get("value", len(staying))
                if answer.status_code == 200 and known >= len(staying):
                    seen.good += 1
                else:
                    seen.bad.append(f"{path} {parameters} {answer.status_code} {answer.text[:300]}")
                await asyncio.sleep(0.01)
        await close(app)

    thread = threading.Thread(target=asyncio.run, args=(ask(),))
    thread.start()
    try:
        yield seen
    finally:
        stop.set()
        thread.join()
        print(f"{seen.good} good answers")


# The indexer --------------------------------------------------------------------------------------------


@contextmanager
def process(settings: Settings, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the indexer (see doomed.py), killed at the latest when the block ends."""
    environment = {
        "DATABASE_URL": settings.database_url,
        "ELASTICSEARCH_URL": settings.elasticsearch_url,
        "INDEX_PREFIX": settings.index_prefix,
        "INDEXER_TIMEOUT_S": str(settings.indexer_timeout_s),
    }
    with subprocess.Popen(
        [sys.executable, "-m", "tests.product.faults.doomed", *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        stdin=subprocess.PIPE,
    ) as started:
        try:
            yield started
        finally:
            started.kill()


@contextmanager
def indexing(settings: Settings, workers: int = 1) -> Iterator[None]:
    """So many workers, at their work when the block begins, which end in order when it ends."""
    with ExitStack() as stack:
        started = [stack.enter_context(process(settings, "index")) for _ in range(workers)]
        wait_for(lambda: living(settings) == workers, seconds=60, what=f"{workers} workers")
        yield
        for each in started:
            each.send_signal(signal.SIGTERM)
        assert [each.wait(30) for each in started] == [0] * workers


def killed(settings: Settings, program: str, step: str, nth: int = 1) -> None:
    """Run it until it dies at a step."""
    with process(settings, program, "SIGKILL", step, str(nth)) as doomed:
        assert doomed.wait(60) == -signal.SIGKILL, step


# The proof ----------------------------------------------------------------------------------------------


def one(settings: Settings, query: str) -> int:
    """A number of the registry."""
    with connect(settings.database_url, autocommit=True) as conn:
        return int(conn.execute(query).fetchall()[0][0])


def living(settings: Settings) -> int:
    return one(settings, "select count(*) from living_workers()")


def queued(settings: Settings) -> int:
    return one(settings, "select (select count(*) from outbox) + (select count(*) from fan_out)")


def differences(settings: Settings, engine: Elasticsearch, name: str | None = None) -> list[Difference]:
    """Between the registry and what stands behind the alias, or the index of this name."""
    with connect(settings.database_url, autocommit=True) as conn:
        return list(compare(conn, engine, {"offers": name or alias(settings.index_prefix, "offers")}))


def prove(settings: Settings, engine: Elasticsearch, *, seconds: float = 60) -> None:
    """Within `seconds` the queue is empty; then registry and index are equal body by body, and nothing was refused."""
    begun = time.monotonic()
    wait_for(lambda: queued(settings) == 0, seconds=seconds, what="an empty queue")
    print(f"queue empty after {time.monotonic() - begun:.1f} s")
    with connect(settings.database_url, autocommit=True) as conn:
        assert dead_letters.listing(conn) == []
    assert differences(settings, engine) == []
