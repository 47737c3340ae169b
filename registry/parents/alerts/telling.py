"""The mails about openings: which are to be told, and queueing them."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from domain import civil
from registry import letters
from registry.accounts import throttle
from registry.accounts.throttle import Limit
from registry.database import Connection
from registry.parents.alerts import tokens
from settings import Settings

TOLD_AT_ONCE = Limit(10, timedelta(days=1))
"""Mails of one need; what opens after that is told together a day later."""

WEEKLY_HOUR = 8
"""On Monday: when the week begins one can telephone."""

SHOWN = 20
"""Offers in one mail; it says how many more there are."""


@dataclass(frozen=True)
class Untold:
    """A confirmed need and the offers, still open, that it was not told of; the newest openings first."""

    alert: UUID
    parameters: dict[str, Any] = field(repr=False)
    offers: list[str]


def untold(conn: Connection, now: datetime, most: int, after: UUID | None = None) -> list[Untold]:
    """At most so many, in the order of their ids, `after` this one; of those who want a mail a week on its day only."""
    rows = conn.execute(
        "select a.id, a.parameters, array_agg(m.offer order by m.opened_at desc, m.offer) from alert a"
        " join alert_match m on m.alert = a.id and m.closed_at is null and m.told_at is null"
        " where a.confirmed_at is not null and a.ends_at > %s"
        " and (a.quiet_until is null or a.quiet_until <= %s) and (%s::uuid is null or a.id > %s)"
        " group by a.id order by a.id limit %s",
        [now, now, after, after, most],
    )
    return [Untold(*row) for row in rows]


def week_is_told(conn: Connection, now: datetime) -> None:
    """All that was to be told is: those who want a mail a week are left in peace until the next one, told or not."""
    conn.execute(
        "update alert set quiet_until = %s where rhythm = 'weekly' and quiet_until <= %s", [next_week(now), now]
    )


def next_week(now: datetime) -> datetime:
    """The next Monday at WEEKLY_HOUR, civil time of France."""
    monday = civil.monday(civil.day(now))
    found = civil.moment(monday, time(WEEKLY_HOUR))
    return found if found > now else civil.moment(monday + timedelta(days=7), time(WEEKLY_HOUR))


def tell(
    conn: Connection, settings: Settings, need: Untold, places: Sequence[Mapping[str, Any]], now: datetime
) -> bool:
    """Queue the mail about these places (`offer`: the id, and what the template reads); False when it must wait, or the
    need was stopped meanwhile."""
    row = conn.execute(
        "select mail, title, search, rhythm from alert where id = %s for update", [need.alert]
    ).fetchone()
    if row is None:
        return False
    mail, title, search, rhythm = row
    try:
        throttle.count(conn, settings.keys, "alert told", need.alert.hex, TOLD_AT_ONCE, now)
    except throttle.TooMany as error:
        conn.execute("update alert set quiet_until = %s where id = %s", [now + error.wait, need.alert])
        return False
    offers = [place["offer"] for place in places]
    openings = conn.execute(
        "update alert_match set told_at = %s where alert = %s and offer = any (%s) and told_at is null"
        " and closed_at is null returning offer, opened_at",
        [now, need.alert, offers],
    ).fetchall()
    if not openings:
        return False
    stop = f"{settings.site_url}/alertes/arreter/{tokens.token(settings.keys, 'stop', need.alert)}"
    told = {offer for offer, _ in openings}
    shown = [place for place in places if place["offer"] in told]
    values = {
        "title": title,
        "weekly": rhythm == "weekly",
        "count": len(shown),
        "places": [{**place, "link": f"{settings.site_url}/offre/{place['offer']}"} for place in shown[:SHOWN]],
        "more": max(0, len(shown) - SHOWN),
        "fictitious": any(place["fictitious"] for place in shown),
        "search": f"{settings.site_url}{search}",
        "stop": stop,
    }
    # The same openings make the same key: whatever went wrong, they are mailed once.
    mark = hashlib.sha256(repr(sorted((offer, at.isoformat()) for offer, at in openings)).encode()).hexdigest()
    return letters.queue(
        conn, mail, "alerts/openings", values, key=f"alert {need.alert} told {mark[:32]}", unsubscribe=stop
    )
