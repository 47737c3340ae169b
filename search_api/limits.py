"""How much one client may ask: requests by what they cost, and fiches of assistants maternels (never break 1).

There is one budget for the API, the pages, the widget and files. Each request takes units of it (costs.py tells those
of the API, web/costs.py those of the pages); one that costs more than is left is refused and takes nothing.

Both count in fixed windows of the clock, and a client is known by a keyed hash of its address alone, under a key that
changes every day: no address is kept or sent anywhere.

Fiches are counted in Valkey one by one, before each answer, so that the limit is exact over all processes. Requests
are too many for that, as the wait for Valkey would double what a search costs: each process counts their units in its
memory and trades counts with the others, through Valkey, every `SYNC_S` while there is something to tell. So a limit is
exact within a process. Over several, each may let through what the client asks of it in about `SYNC_S` before it hears
of the others: a client that spreads r units a second over n processes gets at most about r × `SYNC_S` × (n − 1) / n
more than its limit, and never more than n limits.

Without Valkey, or while it is away, each process counts both for itself: a limit is then one for each process. What a
process has counted of the requests meanwhile it tells when Valkey is back.
"""

import asyncio
import contextlib
import hashlib
import ipaddress
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from operator import itemgetter
from typing import NamedTuple

from redis.asyncio import Redis
from redis.exceptions import RedisError
from starlette.types import Scope

from search_api import contacts, proxies
from search_api.contacts import Contacts
from settings import Settings
from settings.keys import Keys

MOST_CLIENTS = 50_000
"""In one process's memory, about 20 MB. When there are more, the half that has asked the least is forgotten: so who
asks from ever new addresses buys nobody a second budget, and each of these has one anyway."""

SYNC_S = 0.25
RETRY_S = 1.0
TOLD_AT_ONCE = 50
"""Clients in one message to Valkey: it takes 2 ms to write and read, during which no search is answered."""

TIMEOUT_S = 0.2
DAY_S = 86_400


@dataclass
class Requests:
    """What one process knows of a window, in units by client. `others`: what the other processes last said that they
    had counted.

    Each process writes its own count into a field of its own in Valkey, so that to say it twice does no harm, and a
    Valkey that lost everything learns it anew.
    """

    window: int = -1
    process: str = ""
    own: dict[str, int] = field(default_factory=dict)
    others: dict[str, int] = field(default_factory=dict)
    untold: set[str] = field(default_factory=set)
    telling: "asyncio.Task[None] | None" = None

    def begin(self, window: int) -> None:
        """Forget everything. Under a new name in Valkey, where what this process has told so far goes on counting."""
        self.window, self.process = window, secrets.token_hex(4)
        self.own, self.others, self.untold = {}, {}, set()

    def make_room(self) -> None:
        """Forget the lighter half of the clients. What Valkey was told of them goes on counting there."""
        self.own = heaviest(self.own)
        self.others = {key: count for key, count in self.others.items() if key in self.own}
        self.untold.intersection_update(self.own)


class Counted(NamedTuple):
    """`left`: the units that the client still has, after this request if it was allowed; `reset_s`: the seconds until
    its next window."""

    allowed: bool
    left: int
    reset_s: int


@dataclass(frozen=True)
class Limiter:
    """`clock` gives seconds since 1970. `trusted`: who is believed about others. `contacts`: the sum over all clients.
    `fiches`: this process's own counts, for want of Valkey."""

    settings: Settings
    valkey: Redis | None
    trusted: tuple[proxies.Network, ...]
    advice: proxies.Advice
    contacts: Contacts
    clock: Callable[[], float] = time.time
    fiches: dict[str, int] = field(default_factory=dict)
    requests: Requests = field(default_factory=Requests)


def connect(settings: Settings, *, clock: Callable[[], float] = time.time) -> Limiter:
    """Opens no connection yet. The caller closes it. Raises proxies.BadProxy."""
    valkey: Redis | None = None
    if settings.redis_url:
        valkey = Redis.from_url(settings.redis_url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S)
    advice = proxies.Advice(https=settings.site_url.startswith("https://"))
    trusted = proxies.parse(settings.trusted_proxies)
    return Limiter(settings, valkey, trusted, advice, Contacts(settings, valkey, clock), clock)


async def close(limiter: Limiter) -> None:
    for telling in (limiter.requests.telling, limiter.contacts.telling):
        if telling is not None:
            telling.cancel()
    if limiter.valkey is not None:
        await limiter.valkey.aclose()


def count_request(limiter: Limiter, scope: Scope, cost: int) -> Counted:
    """Take the units of one request from what its client has left, if they are there. A request that costs more than
    a whole window has is counted as that. Must run in an event loop when there is a Valkey."""
    requests, settings = limiter.requests, limiter.settings
    now = int(limiter.clock())
    window, into = divmod(now, settings.rate_window_s)
    if window != requests.window:
        requests.begin(window)
    elif len(requests.own) >= MOST_CLIENTS:
        requests.make_room()
    key = client_hash(limiter, scope, now)
    own = requests.own.get(key, 0)
    had = settings.rate_limit - own - requests.others.get(key, 0)
    left = had - min(cost, settings.rate_limit)
    reset_s = settings.rate_window_s - into
    if left < 0:
        return Counted(False, max(had, 0), reset_s)
    requests.own[key] = own + min(cost, settings.rate_limit)
    if limiter.valkey is not None:
        requests.untold.add(key)
        if requests.telling is None:
            requests.telling = asyncio.create_task(keep_telling(limiter))
    return Counted(True, left, reset_s)


def heaviest(counts: dict[str, int]) -> dict[str, int]:
    """The half of the clients with the highest counts. Of 50,000 it takes 15 ms, once for every 25,000 new ones."""
    return dict(sorted(counts.items(), key=itemgetter(1), reverse=True)[: MOST_CLIENTS // 2])


async def keep_telling(limiter: Limiter) -> None:
    """Trade counts while there are some to tell; ends with the window at the latest."""
    requests = limiter.requests
    pause = SYNC_S
    try:
        while requests.untold:
            await asyncio.sleep(pause)
            if int(limiter.clock()) // limiter.settings.rate_window_s != requests.window:
                requests.untold.clear()
            try:
                await trade_counts(limiter)
                pause = SYNC_S
            except (RedisError, OSError):
                pause = RETRY_S
    finally:
        requests.telling = None


async def trade_counts(limiter: Limiter) -> None:
    """Tell Valkey the counts that have changed, and learn those of the other processes for the same clients.

    Raises RedisError or OSError, and then has still to tell them.
    """
    requests, settings = limiter.requests, limiter.settings
    if limiter.valkey is None:
        return
    while told := {key: requests.own[key] for key in islice(requests.untold, TOLD_AT_ONCE)}:
        window, process = requests.window, requests.process
        requests.untold.difference_update(told)
        try:
            async with limiter.valkey.pipeline(transaction=False) as pipe:
                for key, own in told.items():
                    place = f"{settings.index_prefix}:rate:{window}:{key}"
                    pipe.hset(place, process, str(own))
                    pipe.expire(place, settings.rate_window_s)
                    pipe.hvals(place)
                answers = await pipe.execute()
        except (RedisError, OSError):
            if requests.process == process:
                requests.untold.update(told.keys() & requests.own.keys())
            raise
        if requests.process != process:
            return  # a new window has begun meanwhile
        for (key, own), counts in zip(told.items(), answers[2::3], strict=True):
            learn(requests, key, own, counts)


def learn(requests: Requests, key: str, own: int, counts: Iterable[bytes]) -> None:
    """Within a window no count goes down: less than before means that Valkey has lost what the others said."""
    others = sum(map(int, counts)) - own
    requests.others[key] = max(others, requests.others.get(key, 0))


async def wait_for_contact(limiter: Limiter, scope: Scope) -> int | None:
    """Count one fiche with a contact, for the client of the request and then in the sum of all clients; while that is
    far above the usual, this takes some seconds. None when it may be shown, else the seconds to come back after."""
    wait = await count_fiche(limiter, scope)
    return await contacts.read(limiter.contacts) if wait is None else wait


async def count_fiche(limiter: Limiter, scope: Scope) -> int | None:
    """Count one fiche for the client of the request. None when it may have it, else the seconds to wait."""
    settings = limiter.settings
    now = int(limiter.clock())
    window, into = divmod(now, settings.fiche_window_s)
    key = f"{settings.index_prefix}:fiche:{window}:{client_hash(limiter, scope, now)}"
    if await one_more_fiche(limiter, key) <= settings.fiche_limit:
        return None
    return settings.fiche_window_s - into


async def one_more_fiche(limiter: Limiter, key: str) -> int:
    """How many this makes, in all processes as far as Valkey answers."""
    if limiter.valkey is not None:
        with contextlib.suppress(RedisError, OSError):
            async with limiter.valkey.pipeline() as pipe:
                pipe.incr(key)
                pipe.expire(key, limiter.settings.fiche_window_s)
                counted, _ = await pipe.execute()
            return int(counted)
    # A limit that weakens for a while is better than no fiche at all.
    fiches = limiter.fiches
    if len(fiches) >= MOST_CLIENTS:
        # Of the windows that are over, few are heavy: they go with the light ones.
        kept = heaviest(fiches)
        fiches.clear()
        fiches.update(kept)
    fiches[key] = fiches.get(key, 0) + 1
    return fiches[key]


def client_hash(limiter: Limiter, scope: Scope, now: int) -> str:
    salt = daily_salt(limiter.settings.keys, now // DAY_S)
    return hashlib.blake2b(client(limiter, scope).encode(), key=salt, digest_size=16).hexdigest()


@lru_cache(maxsize=8)
def daily_salt(keys: Keys, day: int) -> bytes:
    return keys.digest("client", str(day))


def client(limiter: Limiter, scope: Scope) -> str:
    """The client's address, behind the proxies of ours (proxies.visitor): of IPv6 the /64, which one subscriber has to
    himself. It runs on every request: what advice it gives to the operator costs a microsecond at most."""
    peer = scope["client"][0] if scope["client"] else ""
    address = proxies.visitor(limiter.trusted, peer, scope["headers"]) if limiter.trusted else None
    if address is None:
        address = peer
        limiter.advice.note_foreign(peer, scope["headers"])
    found = subscriber(address) if ":" in address else address
    limiter.advice.note_client(found, limiter.clock())
    return found


def subscriber(address: str) -> str:
    try:
        parsed = ipaddress.IPv6Address(address)
    except ValueError:
        return address
    if parsed.ipv4_mapped:  # as a server that listens on both sees those who come by IPv4
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network(f"{parsed}/64", strict=False))
