"""Which saved needs are worth a search after a change, and what the searches found: openings and closings.

One run at a time (`alone`): two would write down what they saw in the wrong order.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from domain import civil
from registry.database import Connection

FULL_HOUR = 5
"""The civil hour after which all offers are searched again each day: a date that has come opens places too."""


@dataclass(frozen=True)
class Group:
    """Saved needs that ask the same, and the changed offers that may answer them."""

    parameters: dict[str, Any]
    alerts: list[UUID]
    offers: list[str]


@dataclass(frozen=True)
class Due:
    """A saved need for which all offers are to be searched; `first`: what is found was free before."""

    id: UUID
    parameters: dict[str, Any]
    first: bool


@contextmanager
def alone(conn: Connection) -> Iterator[bool]:
    """Whether no other run is under way; then none begins before the block ends. The connection is in autocommit."""
    (won,) = conn.execute("select pg_try_advisory_lock(hashtext('ribambelle alerts'))").fetchall()[0]
    try:
        yield bool(won)
    finally:
        if won and not conn.closed:
            conn.execute("select pg_advisory_unlock(hashtext('ribambelle alerts'))")


def candidates(conn: Connection, offers: Sequence[str], today: date) -> list[Group]:
    """The needs that one of these offers may answer, by place, day and hours as the registry has them now.

    Where the registry is ahead of the index, another change of the offer is on its way and is tried later. A place is
    wanted from its day on, or from today when that has passed.
    """
    rows = conn.execute(
        """
        with free as materialized (
            select o.id, box(point(o.lon, o.lat), point(o.lon, o.lat)) as at,
                   place_ids(c.code, c.epci, c.department) || coalesce('commune:' || c.parent, '') as places,
                   t.period,
                   (select range_agg(r.week) from timetable_range r where r.timetable = t.id) as week
            from offer o join commune c on c.code = o.commune join timetable t on t.offer = o.id
            where o.id = any (%(offers)s) and o.kind = 'assistant_maternel' and is_public(o)
              and o.fresh_until >= %(today)s
              and not t.period << daterange(%(today)s, null)
        )
        select a.parameters, array_agg(distinct a.id), array_agg(distinct f.id)
        from free f join alert a on a.area @> f.at
        where a.known_at is not null and f.period @> greatest(a.starts_on, %(today)s) and f.week @> a.week
        group by a.parameters
        union all
        select a.parameters, array_agg(distinct a.id), array_agg(distinct f.id)
        from free f join alert a on a.territory && f.places
        where a.known_at is not null and f.period @> greatest(a.starts_on, %(today)s) and f.week @> a.week
        group by a.parameters
        """,
        {"offers": list(offers), "today": today},
    )
    return [Group(*row) for row in rows]


def due(conn: Connection, now: datetime, most: int) -> list[Due]:
    """Needs for which all offers are to be searched, those first that were just saved."""
    rows = conn.execute(
        "select id, parameters, known_at is null from alert where due_at <= %s order by known_at is not null, due_at"
        " limit %s",
        [now, most],
    )
    return [Due(*row) for row in rows]


def record_changed(conn: Connection, offers: Sequence[str], found: Iterable[tuple[UUID, str]], now: datetime) -> int:
    """These offers were tried on every need, and answer those of `found`; returns how many openings that makes."""
    pairs = list(found)
    alerts, matched = [alert for alert, _ in pairs], [offer for _, offer in pairs]
    conn.execute(
        "update alert_match m set closed_at = %s where m.offer = any (%s) and m.closed_at is null and not exists ("
        " select from unnest(%s::uuid[], %s::text[]) as f (alert, offer)"
        " where f.alert = m.alert and f.offer = m.offer)",
        [now, list(offers), alerts, matched],
    )
    return _open(conn, alerts, matched, now)


def record_all(conn: Connection, need: Due, found: Sequence[str], now: datetime, *, whole: bool = True) -> int:
    """All offers were searched for this need; returns how many openings that makes. Not `whole`: there may be more than
    were found, so that nothing is known to be closed."""
    if whole:
        conn.execute(
            "update alert_match set closed_at = %s where alert = %s and closed_at is null and offer <> all (%s)",
            [now, need.id, list(found)],
        )
    opened = _open(conn, [need.id] * len(found), list(found), now, told=need.first)
    conn.execute(
        "update alert set known_at = coalesce(known_at, %s), due_at = %s where id = %s",
        [now, next_full(now), need.id],
    )
    return 0 if need.first else opened


def next_full(now: datetime) -> datetime:
    """The next FULL_HOUR."""
    local = civil.clock(now)
    day = local.date() + timedelta(days=local.hour >= FULL_HOUR)
    return civil.moment(day, time(FULL_HOUR))


def _open(conn: Connection, alerts: list[UUID], offers: list[str], now: datetime, *, told: bool = False) -> int:
    """Note these pairs as open; those that were not are openings, told already or still to be."""
    # Joined with the needs, as one may have been stopped meanwhile; locked in order, as that deletes its rows.
    return conn.execute(
        "insert into alert_match as m (alert, offer, opened_at, told_at)"
        " select a.id, f.offer, %(now)s, %(told)s"
        " from unnest(%(alerts)s::uuid[], %(offers)s::text[]) as f (alert, offer)"
        " join (select id from alert where id = any (%(alerts)s) order by id for key share) a on a.id = f.alert"
        " on conflict (alert, offer) do update"
        " set opened_at = excluded.opened_at, told_at = excluded.told_at, closed_at = null"
        " where m.closed_at is not null",
        {"now": now, "told": now if told else None, "alerts": alerts, "offers": offers},
    ).rowcount
