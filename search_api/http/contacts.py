"""How often the contacts of assistants maternels are read, by all clients together (never break 1).

Each client's own limit (limits.py) stops who reads many fiches from one address. Who reads a few from each of a
thousand addresses shows only in the sum. So every process counts, for each civil day in France, the fiches that showed
a phone or a mail, and Valkey holds the sum of all: a number for each day, and nothing of who read or what.

A usual day is the median of those of the last `PAST_DAYS` that were counted, a weekend among them as rare as it is, and
at least `contacts_floor`, as the first days of an installation tell nothing. A day with more than `contacts_factor`
usual ones is slow from then on until midnight: a fiche with a contact is answered `contacts_pause_s` later. The first
three of a client in its window (limits.UNHURRIED_FICHES) never wait. Who waits holds no thread and no connection of the
registry; `MOST_WAITING` may, and `MOST_WAITING_OF_ONE` for one client. All else is as fast as ever.

What it does not do, and somebody has to look at the alarm for:

- to stop who has many addresses. Each gives three contacts in each of its windows at once, by default 432 a day; a /48
  of IPv6 sixteen times that. Whoever stays below `contacts_factor` usual days is not even slowed;
- to tell him from a rush. Fifty clients who read sixty fiches each make a day slow for everybody, on an installation
  whose usual days are below the floor. A family feels of it some seconds from her fourth fiche in ten minutes on;
- to keep a place for everybody. Twenty-five clients who ask twice at once fill those where one waits, and then a family
  who has read three fiches is told to come back a little later. That is not counted against her.

Who harvests for eight days of fourteen has made his days the usual ones; by then it has been told eight times.

Without Valkey each process counts for itself, and adds what it has counted when Valkey is back.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from statistics import median

from prometheus_client import CollectorRegistry, Gauge
from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain import civil
from settings import Settings

LOG = logging.getLogger("ribambelle.contacts")

PAST_DAYS = 14
KEPT_S = (PAST_DAYS + 2) * 86_400
MOST_WAITING = 50
"""In one process: with a pause of 5 s, 10 a second, some times what all families of the country ask of it at noon."""

MOST_WAITING_OF_ONE = 2
"""Of an IPv4 address or a /56: a family with two fiches open."""

TELL_S = 0.5
RETRY_S = 5.0


@dataclass
class Contacts:
    """What one process knows. `clock` gives seconds since 1970.

    `shared`: the day's sum as Valkey last told it; `untold`: what this process has counted since; `usual`: of the days
    before, None until they are known; `own_days`: what this process counted itself, for want of Valkey; `waiting`: how
    many fiches wait for each client, by its hash.
    """

    settings: Settings
    valkey: Redis | None
    clock: Callable[[], float]
    day: date = date.min
    shared: int = 0
    untold: int = 0
    usual: int | None = None
    own_days: dict[date, int] = field(default_factory=dict)
    waiting: Counter[str] = field(default_factory=Counter)
    warned: bool = False
    telling: "asyncio.Task[None] | None" = None

    def today(self) -> date:
        return civil.day(datetime.fromtimestamp(self.clock(), UTC))

    def read_today(self) -> int:
        return self.shared + self.untold if self.day == self.today() else 0

    def usual_day(self) -> int:
        return max(self.settings.contacts_floor, self.usual or 0)

    def is_slow(self) -> bool:
        return self.read_today() > self.settings.contacts_factor * self.usual_day()


async def pause_and_count(contacts: Contacts, client: str) -> int | None:
    """Count one fiche that shows a contact to this client; on a slow day after a pause. None when it may be shown,
    else, where too many wait already, the seconds after which to come back: that one is not counted."""
    if contacts.is_slow():
        warn(contacts)
        pause_s, waiting = contacts.settings.contacts_pause_s, contacts.waiting
        if waiting[client] >= MOST_WAITING_OF_ONE or waiting.total() >= MOST_WAITING:
            return max(1, round(2 * pause_s))
        waiting[client] += 1
        try:
            await asyncio.sleep(pause_s)
        finally:
            waiting[client] -= 1
            if not waiting[client]:
                del waiting[client]
    count(contacts)
    return None


def count(contacts: Contacts) -> None:
    if (today := contacts.today()) != contacts.day:
        begin(contacts, today)
    contacts.untold += 1
    own = contacts.own_days
    own[today] = own.get(today, 0) + 1
    if contacts.valkey is not None and contacts.telling is None:
        contacts.telling = asyncio.create_task(keep_telling(contacts))


def begin(contacts: Contacts, today: date) -> None:
    """A new day. What yesterday's last half second was not told is lost to the sum."""
    own = contacts.own_days
    for day in [day for day in own if day < today - timedelta(days=PAST_DAYS)]:
        del own[day]
    contacts.day, contacts.shared, contacts.untold, contacts.warned = today, 0, 0, False
    contacts.usual = middle([own.get(day) for day in past(today)])


def past(today: date) -> list[date]:
    return [today - timedelta(days=days) for days in range(1, PAST_DAYS + 1)]


def middle(counts: list[int | None]) -> int | None:
    """The median of the days that were counted; None where none was."""
    known = [count for count in counts if count is not None]
    return round(median(known)) if known else None


def warn(contacts: Contacts) -> None:
    """Once a day and process, and without a word of who reads."""
    if contacts.warned:
        return
    contacts.warned = True
    LOG.warning(
        "%d contacts of assistants maternels were read today, more than %g usual days of %d: until midnight they are"
        " answered %g s later. Somebody may be harvesting them from many addresses.",
        contacts.read_today(),
        contacts.settings.contacts_factor,
        contacts.usual_day(),
        contacts.settings.contacts_pause_s,
    )


async def keep_telling(contacts: Contacts) -> None:
    """Trade counts while there are some to tell."""
    pause = TELL_S
    try:
        while contacts.untold:
            await asyncio.sleep(pause)
            try:
                await trade(contacts)
                pause = TELL_S
            except (RedisError, OSError):
                pause = RETRY_S
    finally:
        contacts.telling = None


async def trade(contacts: Contacts) -> None:
    """Add to Valkey's sum what it was not told, and learn the sum; with the day's first, what is usual.

    Raises RedisError or OSError, and then has still to tell it: what Valkey had taken of it counts twice, which does
    no harm here.
    """
    if contacts.valkey is None:
        return
    day, untold, prefix = contacts.day, contacts.untold, f"{contacts.settings.index_prefix}:contacts"
    async with contacts.valkey.pipeline() as pipe:
        pipe.incrby(f"{prefix}:{day}", untold)
        pipe.expire(f"{prefix}:{day}", KEPT_S)
        pipe.mget([f"{prefix}:{each}" for each in past(day)])
        shared, _, counts = await pipe.execute()
    if contacts.day != day:
        return
    contacts.shared, contacts.untold = int(shared), contacts.untold - untold
    contacts.usual = middle([int(count) if count is not None else None for count in counts])


def tell(contacts: Contacts, registry: CollectorRegistry) -> None:
    """Three figures for /metrics, of all processes as far as this one has heard of them: take the highest."""
    for name, text, figure in (
        (
            "read_today",
            "Fiches with a contact of an assistant maternel shown today, to all clients",
            contacts.read_today,
        ),
        ("usual_day", "What is usual for a whole day", contacts.usual_day),
        ("slowed", "1 while these fiches are answered later, as far more were shown", contacts.is_slow),
    ):
        Gauge(f"ribambelle_contacts_{name}", text, registry=registry).set_function(figure)
