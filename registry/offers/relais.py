"""What a relais petite enfance sees of the assistants maternels of its territory. Private facts: callers audit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from domain import week
from registry import database
from registry.accounts import Account
from registry.database import Connection
from registry.offers import duties
from registry.scales import current_scales
from registry.territory import scope

_ITS_OWN = scope.covers("%(relais)s", "h.commune")
"""SQL, of an `am_home h`."""


@dataclass(frozen=True)
class Need:
    """Weekdays (0 is Monday), `start` < `end` in minutes of each (`end` up to 2,880: past midnight), places."""

    weekdays: Sequence[int]
    start: int
    end: int
    places: int = 1


@dataclass(frozen=True)
class Seen:
    """`public`: parents find her now; `week`: the ranges of the period that holds today, None when there is none;
    `free`: the most places that any of them has; `standing`: how she stands with her duty to tell it, empty where she
    is not public."""

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
    """Those who live there, by commune and name shown; with a need, those whose week of today covers all of it, and of
    them those first whose word counts.

    Who is closed, or has never been validated and is not being so, is left out only when a need is asked for.
    """
    scales = current_scales(conn)
    rows = conn.execute(
        "select o.id, o.name, c.name, a.status, o.publication, is_public(o), o.confirmed_on, o.fresh_until, o.employed,"
        f" {duties.FIRST_PUBLISHED}, now.declared, now.free,"
        " exists (select from account k where k.offer = o.id and k.role = 'am' and k.closed_at is null)"
        " from am_home h join offer o on o.id = h.offer join commune c on c.code = h.commune"
        " left join agrement a on a.offer = o.id"
        " left join lateral (select true as declared, coalesce(max(r.places), 0) as free,"
        "   range_agg(r.week) filter (where r.places >= %(places)s) as week"
        "   from timetable t left join timetable_range r on r.timetable = t.id"
        "   where t.offer = o.id and t.period @> %(today)s::date group by t.id) now on true"
        f" where {_ITS_OWN} and o.publication <> 'closed'"
        " and (%(commune)s = '' or %(commune)s in (c.code, c.parent))"
        " and (%(need)s::int4multirange is null or (is_public(o) and now.week @> %(need)s::int4multirange))"
        # Who has a place by a word that counts, then who is to be asked whether she still has one.
        " order by %(need)s::int4multirange is not null and coalesce(o.fresh_until < %(today)s, true),"
        " c.name, o.name, o.id",
        {
            "relais": relais.id,
            "today": today,
            "commune": commune,
            "places": need.places if need else 1,
            "need": _multirange(need) if need else None,
        },
    )
    return [
        Seen(
            offer,
            name,
            commune_name,
            status,
            publication,
            public,
            confirmed_on,
            duties.standing(duties.state(confirmed_on, employed, today, scales, since), fresh_until, today)
            if public
            else (),
            bool(declared),
            free or 0,
            has_account,
        )
        for (
            offer,
            name,
            commune_name,
            status,
            publication,
            public,
            confirmed_on,
            fresh_until,
            employed,
            since,
            declared,
            free,
            has_account,
        ) in rows
    ]


def is_in_territory(conn: Connection, relais: Account, offer: str) -> bool:
    row = conn.execute(
        "select exists (select from am_home h join offer o on o.id = h.offer"
        f" where h.offer = %(offer)s and o.publication <> 'closed' and {_ITS_OWN})",
        {"offer": offer, "relais": relais.id},
    ).fetchone()
    return bool(row and row[0])


def _multirange(need: Need) -> str:
    """The minutes of the week that it asks for, as PostgreSQL reads them."""
    pieces = week.pieces((weekday, need.start, need.end) for weekday in need.weekdays)
    return database.int_multirange(pieces)
