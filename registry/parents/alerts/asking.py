"""Saving a need and confirming it. Until its mail is confirmed nothing is told, so nobody fills another's mailbox."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from psycopg.types.json import Jsonb

from domain import civil
from domain.scales import Scales
from registry import database, letters
from registry.accounts import addresses, throttle
from registry.accounts.throttle import Limit
from registry.database import Connection
from registry.parents.alerts import telling, tokens
from registry.scales import current_scales
from settings import Settings

Rhythm = Literal["at_once", "weekly"]

A_DAY = timedelta(days=1)
ASKED_BY_MAIL = Limit(20, A_DAY)
"""Mails that ask one mailbox to confirm: nobody's is filled by others."""

ASKED_BY_MAIL_AND_CLIENT = Limit(8, A_DAY)
"""Of these, by one client: it keeps nobody else from asking."""

ASKED_BY_CLIENT = Limit(20, timedelta(hours=1))

MOST_LIVE = 5
"""Confirmed needs of one address."""


@dataclass(frozen=True)
class Reach:
    """Where an offer must be so that it is worth a search: in `area` (west, south, east, north, in degrees), or in one
    of the `territories` (`commune:44109`, `epci:…`, `department:…`); one of the two is given."""

    area: tuple[float, float, float, float] | None = None
    territories: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wanted:
    """What a parent saves. `parameters` are those of the search API; `search` the address of the same search on the
    site; `title` says it in words. `starts_on`: the first day of the place; `week`: (start, end) in minutes from Monday
    00:00, never past the week's end, of the hours that must be free."""

    mail: str = field(repr=False)
    rhythm: Rhythm
    parameters: dict[str, Any] = field(repr=False)
    search: str = field(repr=False)
    title: str = field(repr=False)
    starts_on: date
    week: tuple[tuple[int, int], ...]
    reach: Reach


@dataclass(frozen=True)
class Saved:
    """A saved need as its pages show it; `confirmed` or not."""

    id: UUID
    title: str
    rhythm: Rhythm
    search: str
    confirmed: bool
    ends_on: date


class TooManyLive(Exception):
    """This mailbox has as many as it may; `live` are those of the very address that was proved, maybe none: what was
    asked for under another +tag is not shown to it."""

    def __init__(self, live: list[Saved]) -> None:
        super().__init__("too many saved needs")
        self.live = live


def ask(conn: Connection, settings: Settings, wanted: Wanted, now: datetime) -> None:
    """Save it and queue the mail that asks to confirm it. Raises throttle.TooMany.

    It is followed from now on, confirmed or not: what opens meanwhile is told once it is confirmed. How many needs an
    address has is not said here, where anybody may give any address.
    """
    recipient = tokens.recipients_of(settings.keys, wanted.mail)[0]
    throttle.count(conn, settings.keys, "alert asked", recipient.hex(), ASKED_BY_MAIL, now)
    hours = current_scales(conn).number("alert_confirm_hours", _day(now))
    expires_at = now + timedelta(hours=hours)
    area = wanted.reach.area
    id: UUID = conn.execute(
        "insert into alert (mail, recipient, parameters, search, title, rhythm, starts_on, week, area, territory,"
        " created_at, ends_at, due_at) values (%s, %s, %s, %s, %s, %s, %s, %s::int4multirange,"
        " box(point(%s, %s), point(%s, %s)), %s, %s, %s, %s) returning id",
        [
            *(wanted.mail, recipient, Jsonb(wanted.parameters), wanted.search, wanted.title, wanted.rhythm),
            *(wanted.starts_on, database.int_multirange(wanted.week)),
            *(area or (None,) * 4),
            *(list(wanted.reach.territories), now, expires_at, now),
        ],
    ).fetchall()[0][0]
    token = tokens.token(settings.keys, "confirm", id)
    values = {
        "title": wanted.title,
        "weekly": wanted.rhythm == "weekly",
        "demo": settings.demo,
        "hours": hours,
        "link": f"{settings.site_url}/alertes/confirmer/{token}",
    }
    letters.queue(conn, wanted.mail, "alerts/confirm", values, key=f"alert {id} asked", expires_at=expires_at)


def saved(conn: Connection, id: UUID, now: datetime) -> Saved | None:
    """None when it has ended, or was not confirmed in time."""
    rows = _saved(conn, "id = %s and ends_at > %s", [id, now])
    return rows[0] if rows else None


def confirm(conn: Connection, settings: Settings, id: UUID, now: datetime) -> Saved | None:
    """From now on its openings are told; the same again when it was confirmed before; None when it is over.

    The same search of the same address, saved before, is replaced. Raises TooManyLive.
    """
    row = conn.execute(
        "select mail, starts_on, confirmed_at is not null from alert where id = %s and ends_at > %s for update",
        [id, now],
    ).fetchone()
    if row is None:
        return None
    mail, starts_on, confirmed = row
    if confirmed:
        return saved(conn, id, now)
    # One after the other: two confirmed at once would each find room.
    conn.execute("select pg_advisory_xact_lock(hashtextextended('alert ' || %s, 0))", [addresses.mailbox(mail)])
    conn.execute(
        "delete from alert a using alert n where n.id = %s and a.id <> n.id and a.mail = n.mail"
        " and a.search = n.search and a.confirmed_at is not null",
        [id],
    )
    (count,) = conn.execute(
        "select count(*) from alert where recipient = any (%s) and confirmed_at is not null and ends_at > %s",
        [tokens.recipients_of(settings.keys, mail), now],
    ).fetchall()[0]
    if count >= MOST_LIVE:
        raise TooManyLive(_saved(conn, "mail = %s and confirmed_at is not null and ends_at > %s", [mail, now]))
    conn.execute(
        "update alert set confirmed_at = %s, ends_at = %s, quiet_until = case when rhythm = 'weekly' then %s end"
        " where id = %s",
        [now, end_of(starts_on, now, current_scales(conn)), telling.next_week(now), id],
    )
    return saved(conn, id, now)


def end_of(starts_on: date, now: datetime, scales: Scales) -> datetime:
    """When a need that is confirmed now ends: after some months; sooner where the place is wanted soon."""
    today = _day(now)
    lasts = scales.duration("alert_days", today)
    if starts_on > today:
        lasts = min(lasts, starts_on - today + scales.duration("alert_after_wanted_days", today))
    return now + lasts


def _saved(conn: Connection, condition: str, values: list[Any]) -> list[Saved]:
    rows = conn.execute(
        "select id, title, rhythm, search, confirmed_at is not null, ends_at from alert where"
        f" {condition} order by created_at",
        values,
    )
    return [
        Saved(id, title, rhythm, search, confirmed, _day(ends_at))
        for id, title, rhythm, search, confirmed, ends_at in rows
    ]


def _day(moment: datetime) -> date:
    return civil.day(moment)
