"""A stream of changes against saved needs, with the change loop and the jobs beside it (bench/alerts.py)."""

import random
import statistics
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from typing import Any, cast

from bench.changes import TRANSACTIONS_PER_S, worker
from bench.command import say
from bench.setup import TODAY
from bench.writers import TOGETHER, offers, wait_until_applied
from bench.writers import write as write_offers
from domain import civil
from jobs import alerts
from jobs.schedule import SCHEDULE
from registry.database import Connection, connect
from settings import Settings

NOW = civil.moment(TODAY) + timedelta(hours=12)
EVERY_S = cast(timedelta, SCHEDULE["follow_alerts"]["schedule"]).total_seconds()
OPENING = 3
"""Of the ten offers of a transaction, those whose week becomes 7:30 to 18:30, or goes back to a morning."""

_FLIP = (
    "update timetable_range set start_minute = 450, end_minute = case when end_minute = 1110 then 700 else 1110 end"
    " where timetable = %s"
)

Figures = dict[str, float]


@dataclass
class Stream:
    """Transactions at a steady pace for so many `seconds`: other `columns` of some offers, and other `weeks` (offer and
    timetable) of some. At its end `pace` is what was reached, in offers a second."""

    database_url: str
    seconds: float
    columns: Iterator[str]
    weeks: Iterator[tuple[str, int]]
    pace: float = 0.0
    over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        rng = random.Random(3)
        begun, number = time.perf_counter(), 0
        with connect(self.database_url, autocommit=True) as conn:
            while (due := number / TRANSACTIONS_PER_S) < self.seconds:
                time.sleep(max(0.0, begun + due - time.perf_counter()))
                self._change(conn, rng)
                number += 1
        self.pace = number * TOGETHER / (time.perf_counter() - begun)
        self.over.set()

    def _change(self, conn: Connection, rng: random.Random) -> None:
        some = [next(self.weeks) for _ in range(OPENING)]
        with conn.transaction():
            write_offers(conn, [next(self.columns) for _ in range(TOGETHER - OPENING)], [], rng)
            conn.cursor().executemany(_FLIP, [[timetable] for _, timetable in some])
            conn.cursor().executemany(
                "insert into written values (%s, clock_timestamp()) on conflict (offer) do update set at = excluded.at",
                [[offer] for offer, _ in some],
            )


def under_load(conn: Connection, settings: Settings, folder: Path, seconds: float) -> Figures:
    """Changes at their pace, each offer once, with the change loop and the jobs beside; lags in seconds from a change's
    commit until the needs were tried on it, and until the mail about it was queued."""
    found = offers(settings.database_url)
    flipped = conn.execute(
        "select t.offer, min(t.id) from timetable t join timetable_range r on r.timetable = t.id"
        " where t.period @> %s::date group by t.offer having max(r.slot) = 1 order by md5(t.offer)",
        [TODAY],
    ).fetchall()
    flipping = {offer for offer, _ in flipped}
    unflipped = [each for each in found.any if each not in flipping]
    stream = Stream(settings.database_url, seconds, cycle(unflipped), cycle(flipped))
    with worker(settings, folder / "index-run.log"):
        begun = time.perf_counter()
        changing = threading.Thread(target=stream.run)
        changing.start()
        total, busy = _followed(conn, settings, stream.over, begun)
        changing.join()
        spent = time.perf_counter() - begun
    return {
        "per_s": stream.pace,
        "changes": total.changes,
        "searches": total.searches,
        "openings": total.openings,
        "mails": total.mails,
        "busy": busy / spent,
        **_lags_of_both(conn),
    }


def _followed(conn: Connection, settings: Settings, over: threading.Event, begun: float) -> tuple[alerts.Done, float]:
    """Run the jobs as the beat starts them, until nothing is left after the stream's end; what they did, and how many
    seconds they took."""
    total, busy, turns = alerts.Done(), 0.0, 0
    while True:
        last = over.is_set()
        if last:
            wait_until_applied(conn, at_most_s=600)
        started = time.perf_counter()
        done = alerts.follow(settings, NOW + timedelta(seconds=started - begun))
        took = time.perf_counter() - started
        busy += took
        total.searches += done.searches
        total.openings += done.openings
        total.mails += done.mails
        total.changes += done.changes
        say(f"  {done}, {took:.1f} s")
        if last and not conn.execute("select 1 from indexed_change").fetchone():
            return total, busy
        turns += 1
        time.sleep(max(0.0, begun + turns * EVERY_S - time.perf_counter()))


def _lags_of_both(conn: Connection) -> Figures:
    tried = _lags(conn, "select extract(epoch from t.at - w.at)::float8 from tried t join written w using (offer)")
    told = _lags(
        conn,
        "select extract(epoch from min(o.queued_at) - w.at)::float8 from alert_match m join written w using (offer)"
        " join mail_outbox o on starts_with(o.key, 'alert ' || m.alert || ' told ') and o.queued_at >= w.at"
        " where m.told_at is not null and m.opened_at > %s group by m.alert, m.offer, w.at",
        [NOW],
    )
    return {f"tried_{name}": each for name, each in tried.items()} | {
        f"told_{name}": each for name, each in told.items()
    }


def _lags(conn: Connection, query: str, values: list[Any] | None = None) -> Figures:
    found = [row[0] for row in conn.execute(query, values)] or [0.0, 0.0]
    cuts = statistics.quantiles(found, n=100, method="inclusive")
    return {"p50_s": statistics.median(found), "p99_s": cuts[98], "worst_s": max(found)}
