"""What a relais petite enfance sees of the assistants maternels of its territory. Private facts: callers audit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg.rows import namedtuple_row

from domain.scales import Scales
from registry.accounts import Account
from registry.database import Connection
from registry.offers import duties, minding
from registry.scales import current_scales
from registry.territory import scope

_ITS_OWN = scope.covers("%(relais)s", "h.commune")
"""SQL, of a row `h` of `minding.PLACES`."""

_PLACED = f"""exists (select from commune p where p.code = o.commune
    and {scope.within("p")} and {scope.covers("%(relais)s", "p.code")})"""
"""SQL, of an offer `o`: whether parents find it in these communes, which is not always where she minds children."""

_TERRITORY = f"""
    select o.id, o.name, c.name as commune, a.status, o.publication, is_public(o) as public, {_PLACED} as placed,
        o.confirmed_on, o.fresh_until, o.employed, {duties.FIRST_PUBLISHED} as since, now.declared, now.free,
        exists (select from timetable t where t.offer = o.id
            and coalesce(upper(t.period) > %(start)s::date, true)) as declares,
        exists (select from account k where k.offer = o.id and k.role = 'am' and k.closed_at is null) as has_account
    from {minding.PLACES} h
    join offer o on o.id = h.offer
    join commune c on c.code = h.commune
    left join agrement a on a.offer = o.id
    left join lateral (
        select true as declared, coalesce(max(r.places), 0) as free
        from timetable t left join timetable_range r on r.timetable = t.id
        where t.offer = o.id and t.period @> %(today)s::date group by t.id
    ) now on true
    where {_ITS_OWN} and o.publication <> 'closed' and {scope.within("c")}
    order by c.name, o.name, o.id
"""

_REACHED = f"""
    select h.offer, concat_ws(' ', i.first_name, i.last_name) as name, k.phone, k.mail
    from {minding.PLACES} h
    join offer o on o.id = h.offer
    left join am_identity i on i.offer = o.id
    left join am_contact k on k.offer = o.id
    where h.offer = any(%(offers)s) and {_ITS_OWN} and o.publication <> 'closed'
"""


@dataclass(frozen=True)
class Seen:
    """`public`: parents find her now, and `placed`: in these communes; `declared`: a period of hers holds today;
    `free`: the most places of any of its ranges; `declares`: a period of hers is not over on the day that is asked for;
    `standing`: how she stands with her duty to declare, empty where she is not public."""

    offer: str
    name: str
    commune: str
    status: str | None
    publication: str
    public: bool
    placed: bool
    confirmed_on: date | None
    standing: tuple[duties.Standing, ...]
    declared: bool
    free: int
    declares: bool
    has_account: bool


@dataclass(frozen=True)
class PrivateContact:
    """How to ring up an assistant maternel, by her civil name. All of it is private; what she has not given is
    empty."""

    name: str
    phone: str
    mail: str


def territory(
    conn: Connection, relais: Account, today: date, *, commune: str = "", start: date | None = None
) -> list[Seen]:
    """Those who mind children there, by commune and name shown, without those who are closed. `start`: the day from
    which somebody looks for a place, today by default."""
    scales = current_scales(conn)
    with conn.cursor(row_factory=namedtuple_row) as cursor:
        cursor.execute(
            _TERRITORY.encode(),
            {"relais": relais.id, "today": today, "commune": commune, "start": start or today},
        )
        return [_seen(row, scales, today) for row in cursor]


def private_contacts(conn: Connection, relais: Account, offers: Sequence[str]) -> dict[str, PrivateContact]:
    """Of these offers those of its territory, each with how to reach her."""
    rows = conn.execute(_REACHED.encode(), {"relais": relais.id, "offers": list(offers)})
    return {offer: PrivateContact(name, phone or "", mail or "") for offer, name, phone, mail in rows}


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
        row.placed,
        row.confirmed_on,
        standing,
        bool(row.declared),
        row.free or 0,
        row.declares,
        row.has_account,
    )


def is_in_territory(conn: Connection, relais: Account, offer: str) -> bool:
    row = conn.execute(
        f"select exists (select from {minding.PLACES} h join offer o on o.id = h.offer"
        f" where h.offer = %(offer)s and o.publication <> 'closed' and {_ITS_OWN})",
        {"offer": offer, "relais": relais.id},
    ).fetchone()
    return bool(row and row[0])
