"""How often each assistant maternel's fiche was opened: counted here, written now and then, nothing about by whom.

A counter that is lost with its process costs a few seconds of figures; a write for each reading would cost every
parent's page.
"""

import logging
import threading
from collections import Counter
from datetime import date

import psycopg

from registry.database import Connection, Pool

log = logging.getLogger(__name__)

EVERY_S = 10.0
"""Between the first reading that waits and the writing of all that do."""

MOST_WAITING = 20_000
"""Fiches and days that wait at most, when the registry is away: further ones are not counted."""


class Views:
    """The readings that this process has counted and not written yet. `seen` never waits for the registry."""

    def __init__(self, connections: Pool, every_s: float = EVERY_S) -> None:
        self._connections = connections
        self._every_s = every_s
        self._waiting: Counter[tuple[str, date]] = Counter()
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._closed = False

    def seen(self, offer: str, day: date) -> None:
        """Count one opening of a fiche on that civil day."""
        with self._lock:
            if len(self._waiting) < MOST_WAITING or (offer, day) in self._waiting:
                self._waiting[offer, day] += 1
            self._start()

    def flush(self) -> None:
        """Write what waits. When the registry is away it goes on waiting."""
        with self._lock:
            self._timer = None
            counted, self._waiting = self._waiting, Counter()
        if not counted:
            return
        try:
            with self._connections.connection() as conn:
                add(conn, counted)
        except psycopg.OperationalError as error:
            log.warning("views wait: %s", type(error).__name__)
            with self._lock:
                self._waiting.update(counted)
                self._start()

    def close(self) -> None:
        """Write the rest; before the connections are closed."""
        with self._lock:
            self._closed = True
            if self._timer is not None:
                self._timer.cancel()
        self.flush()

    def _start(self) -> None:
        if self._timer is None and not self._closed:
            self._timer = threading.Timer(self._every_s, self.flush)
            self._timer.daemon = True
            self._timer.start()


def add(conn: Connection, counted: Counter[tuple[str, date]]) -> None:
    """Add openings to the days' counts; those of offers that are gone are dropped. The caller commits."""
    lines = sorted(counted.items())  # in one order everywhere, so that two writers do not meet in a ring
    conn.execute(
        "insert into offer_view (offer, day, count)"
        " select o.id, n.day, n.count from unnest(%s::text[], %s::date[], %s::int[]) as n (offer, day, count)"
        " join offer o on o.id = n.offer and o.kind = 'assistant_maternel' and o.publication <> 'closed'"
        " order by o.id, n.day"
        " on conflict (offer, day) do update set count = offer_view.count + excluded.count",
        [
            [offer for (offer, _), _ in lines],
            [day for (_, day), _ in lines],
            [count for _, count in lines],
        ],
    )


def between(conn: Connection, offer: str, first: date, last: date) -> int:
    """How often a fiche was opened from `first` to `last`, both included."""
    row = conn.execute(
        "select coalesce(sum(count), 0) from offer_view where offer = %s and day between %s and %s",
        [offer, first, last],
    ).fetchall()[0]
    return int(row[0])
