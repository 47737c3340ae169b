"""The connections of one process: how many there are, whose they are, and whose time is up."""

import asyncio
import logging
from collections import Counter
from typing import Protocol

from search_api.http import limits, proxies
from web.server.bounds import Bounds

LOG = logging.getLogger("ribambelle.server")

TOLD_EVERY_S = 60

Holders = tuple[str, ...]

SHARES = (1, 4)
"""How many shares of the connections the holders of one may have: the narrow network, and the wide one around it."""


class Connection(Protocol):
    """What a watch knows of a connection."""

    def check(self, now: float, passed: float) -> None: ...


class Watch:
    """Counts connections, and looks at all of them every `tick_s` while there are any.

    One look at all costs less than a timer for each: a request starts and cancels none. Belongs to one event loop.
    """

    def __init__(self, bounds: Bounds, trusted: tuple[proxies.Network, ...]) -> None:
        self.bounds, self.trusted = bounds, trusted
        self.connections: set[Connection] = set()
        self.admitted = 0
        self.held: Counter[str] = Counter()
        self.refused: Counter[int] = Counter()
        self.looked = 0.0
        self.told = float("-inf")
        self.timer: asyncio.TimerHandle | None = None

    def holders(self, peer: str) -> Holders:
        """Who holds a connection from there: an IPv4 address, or the /56 and the /48 of an IPv6 address; nobody for a
        proxy of ours, which holds it for others."""
        if proxies.believed(self.trusted, proxies.read(peer)):
            return ()
        return limits.networks(peer)[-2:]

    def enter(self, connection: Connection, holders: Holders) -> bool:
        """Whether a new connection may ask anything. One that may not is watched until it has read why; it takes
        nobody's place meanwhile, or one client could keep all others out by being refused."""
        if self.timer is None:
            loop = asyncio.get_running_loop()
            self.looked = loop.time()
            self.timer = loop.call_later(self.bounds.tick_s, self.look, loop)
        self.connections.add(connection)
        bounds = (times * self.bounds.share for times in SHARES)
        full = any(self.held[each] >= most for each, most in zip(holders, bounds, strict=False))
        if full or self.admitted >= self.bounds.connections:
            return False
        self.admitted += 1
        self.held.update(holders)
        return True

    def is_crowded(self) -> bool:
        """So many are being told that they may not enter that the next one is not told."""
        return len(self.connections) - self.admitted > self.bounds.share

    def leave(self, connection: Connection, holders: Holders, admitted: bool) -> None:
        self.connections.discard(connection)
        if admitted:
            self.admitted -= 1
            for each in holders:
                self.held[each] -= 1
                if not self.held[each]:
                    del self.held[each]

    def look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        passed, self.looked = now - self.looked, now
        for connection in list(self.connections):
            connection.check(now, passed)
        if self.refused and now - self.told >= TOLD_EVERY_S:
            self.told = now
            by_status = ", ".join(f"{status}: {count}" for status, count in sorted(self.refused.items()))
            LOG.warning("requests refused, by status: %s; connections open: %d", by_status, len(self.connections))
            self.refused.clear()
        more = self.connections or self.refused
        self.timer = loop.call_later(self.bounds.tick_s, self.look, loop) if more else None
