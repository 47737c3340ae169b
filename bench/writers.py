"""Those who change the registry: real updates of public columns, in transactions of ten offers each."""

import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle

import psycopg

from bench.setup import TODAY
from registry.database import Connection, connect

TOGETHER = 10
"""Offers in one transaction."""

OF_TIMETABLES = 3
"""Of these, how many change in their timetable and not in a column of their own."""

WRITERS = 2
LOOK_EVERY = 20
"""Transactions between two looks at the backlog."""

_COLUMNS = "update offer set confirmed_on = %(day)s, hourly_cents = %(cents)s, project = %(project)s where id = %(id)s"
_RANGES = (
    "update timetable_range r set places = 1 + r.places %% o.capacity from timetable t join offer o on o.id = t.offer"
    " where o.id = %(id)s and r.timetable = t.id"
    " and t.id = (select min(first.id) from timetable first where first.offer = o.id)"
)
_COLUMNS_AT_ONCE = (
    "update offer o set confirmed_on = %(day)s, hourly_cents = v.cents, project = %(project)s"
    " from unnest(%(ids)s::text[], %(cents)s::int[]) as v (id, cents) where o.id = v.id"
)
_RANGES_AT_ONCE = _RANGES.replace("o.id = %(id)s", "o.id = any (%(ids)s)")
_PROJECT = "Des promenades chaque jour, des repas cuisinés sur place, et un accueil tout en douceur. Avis du {day}."


@dataclass
class Offers:
    """Public offers in a random order: any of them, and those whose free places can change."""

    any: list[str]
    with_places: list[str]


@dataclass
class Written:
    """Offers written and transactions ended in favour of another one, over all writers."""

    offers: int = 0
    deadlocks: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


def offers(database_url: str) -> Offers:
    rng = random.Random(1)
    with connect(database_url) as conn:
        every = [row[0] for row in conn.execute("select id from offer o where is_public(o) order by id")]
        with_places = {
            row[0]
            for row in conn.execute(
                "select distinct t.offer from timetable t join timetable_range r on r.timetable = t.id"
                " join offer o on o.id = t.offer where o.capacity > 1 and is_public(o)"
            )
        }
    rng.shuffle(every)
    return Offers(
        [each for each in every if each not in with_places or rng.random() < 0.5],
        [each for each in every if each in with_places],
    )


def ten(of_columns: Iterator[str], of_timetables: Iterator[str]) -> tuple[list[str], list[str]]:
    """The ids of one transaction: changed in a column, changed in a timetable."""
    return (
        [next(of_columns) for _ in range(TOGETHER - OF_TIMETABLES)],
        [next(of_timetables) for _ in range(OF_TIMETABLES)],
    )


def write(
    conn: Connection, columns: Sequence[str], ranges: Sequence[str], rng: random.Random, *, at_once: bool = False
) -> None:
    """A statement for each offer, as ten people would write them, or `at_once`: one for the columns and one for the
    timetables, as an import would. The caller's transaction holds them together."""
    day = TODAY + timedelta(days=rng.randrange(400))
    cents, project = [rng.randrange(300, 600) for _ in columns], _PROJECT.format(day=day)
    with conn.cursor() as cursor:
        if at_once:
            cursor.execute(_COLUMNS_AT_ONCE, {"ids": list(columns), "day": day, "cents": cents, "project": project})
            cursor.execute(_RANGES_AT_ONCE, {"ids": list(ranges)})
            return
        rows = zip(columns, cents, strict=True)
        cursor.executemany(_COLUMNS, [{"id": id, "day": day, "cents": each, "project": project} for id, each in rows])
        cursor.executemany(_RANGES, [{"id": id} for id in ranges])


@contextmanager
def writing(database_url: str, *, most_waiting: int | None, at_once: bool = False) -> Iterator[Written]:
    """Writers as fast as they can while the block runs, pausing when more than `most_waiting` changes are queued."""
    found = offers(database_url)
    stop = threading.Event()
    written = Written()
    failures: list[BaseException] = []

    def work(number: int) -> None:
        rng = random.Random(number)
        of_columns, of_timetables = cycle(found.any[number::WRITERS]), cycle(found.with_places[number::WRITERS])
        try:
            with connect(database_url, autocommit=True) as conn:
                for turn in cycle(range(LOOK_EVERY)):
                    while turn == 0 and most_waiting is not None and waiting(conn) > most_waiting:
                        if stop.wait(0.02):
                            return
                    if stop.is_set():
                        return
                    ids = ten(of_columns, of_timetables)
                    try:
                        with conn.transaction():
                            write(conn, *ids, rng, at_once=at_once)
                    except psycopg.errors.DeadlockDetected:
                        with written.lock:
                            written.deadlocks += 1
                        continue
                    with written.lock:
                        written.offers += TOGETHER
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    try:
        yield written
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    if failures:
        raise failures[0]


def waiting(conn: Connection) -> int:
    return int(conn.execute("select count(*) from outbox").fetchall()[0][0])


def queued_ever(conn: Connection) -> int:
    """Rows that the queue has ever been given."""
    name = "pg_get_serial_sequence('outbox', 'seq')"
    ((last,),) = conn.execute(f"select coalesce(pg_sequence_last_value({name}::regclass), 0)").fetchall()
    return int(last)


def wait_until_applied(conn: Connection, *, at_most_s: float) -> None:
    deadline = time.monotonic() + at_most_s
    while waiting(conn):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{waiting(conn)} changes still wait after {at_most_s:.0f} s")
        time.sleep(0.05)
