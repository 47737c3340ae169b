"""What a relais petite enfance sees of the assistants maternels of its territory. Private facts: callers audit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg.rows import namedtuple_row

from domain import week
from domain.scales import Scales
from registry import database
from registry.accounts import Account
from registry.database import Connection
from registry.offers import duties, minding
from registry.scales import current_scales
from registry.territory import scope

_ITS_OWN = scope.covers("%(relais)s", "h.commune")
"""SQL, of a row `h` of `minding.PLACES`."""

_TERRITORY = f"""
    select o.id, o.name, c.name as commune, a.status, o.publication, is_public(o) as public, o.confirmed_on,
        o.fresh_until, o.employed, {duties.FIRST_PUBLISHED} as since, now.declared, now.free,
        exists (select from account k where k.offer = o.id and k.role = 'am' and k.closed_at is null) as has_account
    from {minding.PLACES} h
    join offer o on o.id = h.offer
    join commune c on c.code = h.commune
    left join agrement a on a.offer = o.id
    left join lateral (
        select true as declared, coalesce(max(r.places), 0) as free,
            range_agg(r.week) filter (where r.places >= %(places)s) as week
        from timetable t left join timetable_range r on r.timetable = t.id
        where t.offer = o.id and t.period @> %(today)s::date group by t.id
    ) now on true
    where {_ITS_OWN} and o.publication <> 'closed'
        and (%(commune)s = '' or %(commune)s in (c.code, c.parent))
        and (%(need)s::int4multirange is null or (is_public(o) and now.week @> %(need)s::int4multirange))
    -- Who has a place by a word that counts, then who is to be asked whether she still has one.
    order by %(need)s::int4multirange is not null and coalesce(o.fresh_until < %(today)s, true), c.name, o.name, o.id
"""


@dataclass(frozen=True)
class Need:
    """Weekdays (0 is Monday), `start` < `end` in minutes of each (`end` up to 2,880: past midnight), places."""

    weekdays: Sequence[int]
    start: int
    end: int
    places: int = 1


@dataclass(frozen=True)
class Seen:
    """`public`: parents find her now; `declared`: a period of hers holds today; `free`: the most places of any of its
    ranges; `standing`: how she stands with her duty to declare, empty where she is not public."""

    offer: str
    name: str
    commune: str
    status: str | None
    publication: str
    public: bool
    confirmed_on: date | None
    standing: tuple[duties.Standing, ...]
    declared: bool
    free: int
    has_account: bool


def territory(
    conn: Connection, relais: Account, today: date, *, commune: str = "", need: Need | None = None
) -> list[Seen]:
    """Those who mind children there, by commune and name shown; with a need, those whose week of today covers all of
    it, and of them those first whose word counts.

    Who is closed is left out, and with a need also those whom parents do not find.
    """
    scales = current_scales(conn)
    with conn.cursor(row_factory=namedtuple_row) as cursor:
        cursor.execute(
            _TERRITORY.encode(),
            {
                "relais": relais.id,
                "today": today,
                "commune": commune,
                "places": need.places if need else 1,
                "need": _multirange(need) if need else None,
            },
        )
        return [_seen(row, scales, today) for row in cursor]


def _seen(row: Any, scales: Scales, today: date) -> Seen:
    standing: tuple[duties.Standing, ...] = ()
    if row.public:
        state = duties.state(row.confirmed_on, row.employed, today, scales, row.since)
        standing = duties.standing(state, row.fresh_until, today)
    return Seen(
        row.id,
        row.name,
        row.commune,
        row.status,
        row.publication,
        row.public,
        row.confirmed_on,
        standing,
        bool(row.declared),
        row.free or 0,
        row.has_account,
    )


def is_in_territory(conn: Connection, relais: Account, offer: str) -> bool:
    row = conn.execute(
        f"select exists (select from {minding.PLACES} h join offer o on o.id = h.offer"
        f" where h.offer = %(offer)s and o.publication <> 'closed' and {_ITS_OWN})",
        {"offer": offer, "relais": relais.id},
    ).fetchone()
    return bool(row and row[0])


def _multirange(need: Need) -> str:
    """The minutes of the week that it asks for, as PostgreSQL reads them."""
    pieces = week.pieces((weekday, need.start, need.end) for weekday in need.weekdays)
    return database.int_multirange(pieces)
