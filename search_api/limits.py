"""How many fiches of assistants maternels one client may read in a window of time (DESIGN.md, never break 1).

The counts live in Valkey, shared by all processes. Without it, or while it is away, each process counts for
itself: the limit is then one for each process, and its counts are lost with it. No address is kept: only a
keyed hash of it, under a key that changes every day.
"""

import hashlib
import hmac
import ipaddress
import time
from dataclasses import dataclass, field

from redis.asyncio import Redis
from redis.exceptions import RedisError
from starlette.requests import Request

from settings import Settings

MOST_CLIENTS = 10_000
"""Of one process's own counts; when there are more, all are forgotten."""

TIMEOUT_S = 0.2
DAY_S = 86_400


@dataclass(frozen=True)
class Limiter:
    settings: Settings
    valkey: Redis | None
    own: dict[str, int] = field(default_factory=dict)


def connect(settings: Settings) -> Limiter:
    """Opens no connection yet. The caller closes `valkey`."""
    valkey: Redis | None = None
    if settings.redis_url:
        valkey = Redis.from_url(settings.redis_url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S)
    return Limiter(settings, valkey)


async def retry_after(limiter: Limiter, request: Request) -> int | None:
    """Count one fiche for the client of the request. None when it may have it, else the seconds to wait."""
    window = limiter.settings.fiche_window_s
    now = int(time.time())
    key = f"{limiter.settings.index_prefix}:fiche:{now // window}:{client_hash(limiter.settings, request, now)}"
    if await count(limiter, key, window) <= limiter.settings.fiche_limit:
        return None
    return window - now % window


async def count(limiter: Limiter, key: str, window: int) -> int:
    if limiter.valkey is not None:
        try:
            async with limiter.valkey.pipeline() as pipe:
                pipe.incr(key)
                pipe.expire(key, window)
                counted, _ = await pipe.execute()
            return int(counted)
        except (RedisError, OSError):
            pass  # counted below: a limit that weakens for a while is better than no fiche at all
    if len(limiter.own) >= MOST_CLIENTS:
        limiter.own.clear()
    limiter.own[key] = limiter.own.get(key, 0) + 1
    return limiter.own[key]


def client_hash(settings: Settings, request: Request, now: int) -> str:
    secret = f"{settings.secret_key}:{now // DAY_S}".encode()
    return hmac.new(secret, client(settings, request).encode(), hashlib.sha256).hexdigest()[:32]


def client(settings: Settings, request: Request) -> str:
    """The client's address: of IPv6 the /64, which one subscriber has to himself.

    X-Forwarded-For is read from the right, as far as the addresses are proxies of ours: what stands further
    left was written by whoever asked.
    """
    trusted = {proxy.strip() for proxy in settings.trusted_proxies.split(",")} - {""}
    address = request.client.host if request.client else ""
    forwarded = [part.strip() for part in ",".join(request.headers.getlist("x-forwarded-for")).split(",")]
    while address in trusted and forwarded and forwarded[-1]:
        address = forwarded.pop()
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network(f"{parsed}/64", strict=False)) if parsed.version == 6 else address
