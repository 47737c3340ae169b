"""How much one client may ask: requests by what they cost, and fiches of assistants maternels (never break 1).

There is one budget for the API, the pages, the widget and files. Each request takes units of it (costs.py tells those
of the API, web/core/costs.py those of the pages); one that costs more than is left is refused and takes nothing.

Both count in fixed windows of the clock, and a client is known by a keyed hash of its address alone, under a key that
changes every day: no address is kept or sent anywhere.

An IPv4 address is a client. Of IPv6 a telephone has a /64, a house a /56, a rented server a /48, and whoever has many
narrow networks has the wide one around them. So a request counts for all three, each with a limit of its own
(`SHARES`), and is refused when any of them is reached. Who rents many servers, or a /32, still has many budgets; and
the telephones of an operator that share a /48 share sixteen.

Fiches are counted in Valkey one by one, before each answer, so that the limit is exact over all processes. One that is
refused is taken back. Requests are too many for that, as the wait for Valkey would double what a search costs: each
process counts their units in its memory and trades counts with the others, through Valkey, every `SYNC_S` while there
is something to tell. So a limit is exact within a process. Over several, each may let through what the client asks of
it in about `SYNC_S` before it hears of the others: a client that spreads r units a second over n processes gets at most
about r × `SYNC_S` × (n − 1) / n more than its limit, and never more than n limits.

Without Valkey, or while it is away, each process counts both for itself: a limit is then one for each process. What a
process has counted of the requests meanwhile it tells when Valkey is back.
"""

import asyncio
import contextlib
import hashlib
import secrets
import socket
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from operator import itemgetter
from typing import NamedTuple

from redis.asyncio import Redis
from redis.exceptions import RedisError
from starlette.types import Scope

from search_api.http import contacts, proxies
from search_api.http.contacts import Contacts
from settings import Settings

SHARES = (1, 4, 16)
"""How many times the limit of one client the networks around an address may take together: its /64, /56 and /48. An
IPv4 address has the first alone."""

BYTES = (8, 7, 6)
"""Of an IPv6 address, how many name these networks."""

MAPPED = bytes(10) + b"\xff\xff"
"""How an IPv6 address begins that is an IPv4 address, as a server that listens on both sees those who come by IPv4."""

UNHURRIED_FICHES = 3
"""The first ones of a client in its window, and as many times `SHARES` of the networks around: they are shown at once,
whatever others read (contacts.py). A family opens two or three before she calls."""

MOST_CLIENTS = 50_000
"""In one process's memory, about 20 MB; of IPv6 a client may be three of them. When there are more, the half that has
asked the least is forgotten: so who asks from ever new addresses buys nobody a second budget, and each of these has one
anyway."""

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


@dataclass
class Limiter:
    """`clock` gives seconds since 1970; a test sets its own. `trusted`: who is believed about others. `contacts`: the
    sum over all clients. `fiches`: this process's own counts, for want of Valkey. `salt`: what hashes clients on `day`,
    counted from 1970."""

    settings: Settings
    valkey: Redis | None
    trusted: tuple[proxies.Network, ...]
    advice: proxies.Advice
    contacts: Contacts
    clock: Callable[[], float] = time.time
    fiches: dict[str, int] = field(default_factory=dict)
    requests: Requests = field(default_factory=Requests)
    day: int = -1
    salt: bytes = field(default=b"", repr=False)


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
    """Take the units of one request from what its client has left, if they are there; of a client in IPv6, the least
    that it or a network around it has left. A request that costs more than a whole window has is counted as that. Must
    run in an event loop when there is a Valkey."""
    requests, settings = limiter.requests, limiter.settings
    now = int(limiter.clock())
    window, into = divmod(now, settings.rate_window_s)
    if window != requests.window:
        requests.begin(window)
    elif len(requests.own) >= MOST_CLIENTS:
        requests.make_room()
    keys = client_hashes(limiter, scope, now)
    own, others, limit = requests.own, requests.others, settings.rate_limit
    cost = min(cost, limit)
    had = limit
    for key, share in zip(keys, SHARES, strict=False):
        here = share * limit - own.get(key, 0) - others.get(key, 0)
        had = here if here < had else had
    reset_s = settings.rate_window_s - into
    if had < cost:
        return Counted(False, max(had, 0), reset_s)
    for key in keys:
        own[key] = own.get(key, 0) + cost
    if limiter.valkey is not None:
        requests.untold.update(keys)
        if requests.telling is None:
            requests.telling = asyncio.create_task(keep_telling(limiter))
    return Counted(True, had - cost, reset_s)


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
    """Count one fiche with a contact, for the client of the request and in the sum of all clients. While that sum is
    far above the usual, this takes some seconds, save for the first fiches of a client. None when the fiche may be
    shown, else the seconds to come back after, and then it is not counted."""
    settings = limiter.settings
    now = int(limiter.clock())
    window, into = divmod(now, settings.fiche_window_s)
    hashes = client_hashes(limiter, scope, now)
    keys = [f"{settings.index_prefix}:fiche:{window}:{each}" for each in hashes]
    counts = await add_fiches(limiter, keys, 1)
    if is_within(counts, UNHURRIED_FICHES) and is_within(counts, settings.fiche_limit):
        contacts.count(limiter.contacts)
        return None
    if is_within(counts, settings.fiche_limit):
        wait = await contacts.pause_and_count(limiter.contacts, hashes[:2][-1])  # of IPv6 the /56
    else:
        wait = settings.fiche_window_s - into
    if wait is not None:
        await add_fiches(limiter, keys, -1)
    return wait


def is_within(counts: Sequence[int], limit: int) -> bool:
    return all(count <= share * limit for count, share in zip(counts, SHARES, strict=False))


async def add_fiches(limiter: Limiter, keys: Sequence[str], more: int) -> list[int]:
    """How many this makes for each, in all processes as far as Valkey answers. What is added to the one count and taken
    back from the other, as Valkey went or came between, is one fiche more or less."""
    if limiter.valkey is not None:
        with contextlib.suppress(RedisError, OSError):
            async with limiter.valkey.pipeline() as pipe:
                for key in keys:
                    pipe.incrby(key, more)
                    pipe.expire(key, limiter.settings.fiche_window_s)
                answers = await pipe.execute()
            return [int(count) for count in answers[::2]]
    # A limit that weakens for a while is better than no fiche at all.
    fiches = limiter.fiches
    if len(fiches) >= MOST_CLIENTS:
        # Of the windows that are over, few are heavy: they go with the light ones.
        kept = heaviest(fiches)
        fiches.clear()
        fiches.update(kept)
    for key in keys:
        fiches[key] = max(0, fiches.get(key, 0) + more)
    return [fiches[key] for key in keys]


def client_hashes(limiter: Limiter, scope: Scope, now: int) -> list[str]:
    """What the client of a request and the networks around it are called today, in the order of `SHARES`."""
    if (day := now // DAY_S) != limiter.day:
        limiter.day, limiter.salt = day, limiter.settings.keys.digest("client", str(day))
    salt = limiter.salt
    return [hashlib.blake2b(name.encode(), key=salt, digest_size=16).hexdigest() for name in clients(limiter, scope)]


def client(limiter: Limiter, scope: Scope) -> str:
    """The client alone: an IPv4 address, or the /64 of an IPv6 address in hexadecimals."""
    return clients(limiter, scope)[0]


def clients(limiter: Limiter, scope: Scope) -> tuple[str, ...]:
    """The client by its address, behind the proxies of ours (proxies.visitor), and the networks around it. It runs on
    every request: what advice it gives to the operator costs a microsecond at most."""
    peer = scope["client"][0] if scope["client"] else ""
    address = proxies.visitor(limiter.trusted, peer, scope["headers"]) if limiter.trusted else None
    if address is None:
        address = peer
        limiter.advice.note_foreign(peer, scope["headers"])
    found = networks(address)
    limiter.advice.note_client(found[0], limiter.clock())
    return found


def networks(address: str) -> tuple[str, ...]:
    """The /64, /56 and /48 of an IPv6 address, in hexadecimals; an IPv4 address, or what is none, alone."""
    if ":" not in address:
        return (address,)
    try:
        # Not by the ipaddress module, which takes twenty times as long.
        packed = socket.inet_pton(socket.AF_INET6, address.partition("%")[0])
    except (OSError, ValueError):
        return (address,)
    if packed.startswith(MAPPED):
        return (socket.inet_ntoa(packed[len(MAPPED) :]),)
    return tuple(packed[:length].hex() for length in BYTES)
