"""What a relais petite enfance sees of the assistants maternels of its territory. Private facts: callers audit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from registry import duties
from registry.accounts import Account
from registry.database import Connection

_TERRITORY = "exists (select from account_commune t where t.account = %(relais)s and t.commune in (c.code, c.parent))"


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
    `free`: the most places that any of them has; `duty`: None where she is not public."""

    offer: str
    name: str
    commune: str
    status: str | None
    publication: str
    public: bool
    confirmed_on: date | None
    duty: duties.State | None
    declared: bool
    free: int
    has_account: bool


def communes(conn: Connection, relais: Account) -> list[tuple[str, str]]:
    """Code and name of its territory, by name."""
    return [
        (code, name)
        for code, name in conn.execute(
            "select c.code, c.name from account_commune t join commune c on c.code = t.commune"
            " where t.account = %s order by c.name",
            [relais.id],
        )
    ]


def territory(
    conn: Connection, relais: Account, today: date, *, commune: str = "", need: Need | None = None
) -> list[Seen]:
    """Those who live there, by commune and name shown; with a need, those whose week of today covers all of it.

    Who is closed, or has never been validated and is not being so, is left out only when a need is asked for.
    """
    rows = conn.execute(
        "select o.id, o.name, c.name, a.status, o.publication, is_public(o), o.confirmed_on, o.employed,"
        f" {duties.FIRST_PUBLISHED}, now.declared, now.free,"
        " exists (select from account k where k.offer = o.id and k.role = 'am' and k.closed_at is null)"
        " from am_home h join offer o on o.id = h.offer join commune c on c.code = h.commune"
        " left join agrement a on a.offer = o.id"
        " left join lateral (select true as declared, coalesce(max(r.places), 0) as free,"
        "   range_agg(r.week) filter (where r.places >= %(places)s) as week"
        "   from timetable t left join timetable_range r on r.timetable = t.id"
        "   where t.offer = o.id and t.period @> %(today)s::date group by t.id) now on true"
        f" where {_TERRITORY} and o.publication <> 'closed'"
        " and (%(commune)s = '' or %(commune)s in (c.code, c.parent))"
        " and (%(need)s::int4multirange is null or (is_public(o) and now.week @> %(need)s::int4multirange))"
        " order by c.name, o.name, o.id",
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
            duties.state(confirmed_on, employed, today, since) if public else None,
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
            employed,
            since,
            declared,
            free,
            has_account,
        ) in rows
    ]


def is_in_territory(conn: Connection, relais: Account, offer: str) -> bool:
    row = conn.execute(
        "select exists (select from am_home h join commune c on c.code = h.commune join offer o on o.id = h.offer"
        f" where h.offer = %(offer)s and o.publication <> 'closed' and {_TERRITORY})",
        {"offer": offer, "relais": relais.id},
    ).fetchone()
    return bool(row and row[0])


def _multirange(need: Need) -> str:
    """The minutes of the week that it asks for, as PostgreSQL reads them; split where Sunday ends."""
    pieces = []
    for weekday in need.weekdays:
        start, end = weekday * 1440 + need.start, weekday * 1440 + need.end
        pieces.append((start, min(end, 10_080)))
        if end > 10_080:
            pieces.append((0, end - 10_080))
    return "{" + ",".join(f"[{start},{end})" for start, end in pieces) + "}"
