"""The duty to declare one's availability before each deadline: dates, states, reminders, breaches.

The rule (the scale `declaration_deadlines`: loi ASAP of 7 December 2020, article 100, and decree of 30 August
2021): an assistant maternel tells it at least before 1 June and before 1 December, for the six months that follow. A
deadline is met by a declaration made in the term that it ends, from the deadline before (included) to its own day (not
included). Those whom a legal entity employs are exempt. A first breach leads to nothing but a written, dated warning.

Days are civil days in France. Only profiles that parents may see have the duty here: a pause or an agrément that is not
in force suspends it, which is this product's reading, as the texts do not say.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal
from uuid import UUID

from domain import civil
from domain.scales import Scales
from registry import letters
from registry.accounts import links, notices
from registry.database import Connection
from registry.scales import current_scales
from settings import Settings

State = Literal["met", "due", "overdue", "exempt"]

Standing = Literal["up_to_date", "to_confirm", "due", "overdue", "exempt"]

DUE_DAYS = 30
"""So many days before a deadline it is said to be due."""

LINK_DAYS = 60
"""How long a link in a reminder works."""

AFTERWARDS_DAYS = 14
"""What follows a deadline is made up for so long, should the jobs have stood still."""

FIRST_PUBLISHED = """(select civil_clock(min(k.closed_at))::date from agrement_request r
    join case_file k on k.id = r.id where r.offer = o.id and r.kind = 'registration' and k.outcome = 'validated')"""
"""SQL, of an offer `o`: the day parents first saw her profile; null for those who were there before this product."""

_SQL_DUTY = "is_public(o) and o.kind = 'assistant_maternel' and not o.employed"


# Dates ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Term:
    """`last` <= today < `next`; `previous` is the deadline before `last`. Both are None before the rule was."""

    previous: date | None
    last: date | None
    next: date


def term(today: date, scales: Scales) -> Term:
    """The term that a day lies in. Raises KeyError for a day long before the rule."""
    known = [each for year in range(today.year - 2, today.year + 2) for each in deadlines(year, scales)]
    at = bisect_right(known, today)
    return Term(known[at - 2] if at > 1 else None, known[at - 1] if at else None, known[at])


@lru_cache
def deadlines(year: int, scales: Scales) -> tuple[date, ...]:
    """Those of a year, in order, each by the rule that holds on its own day."""
    found = set()
    for held in (date(year, 1, 1), date(year, 12, 31)):
        for text in _days(held, scales):
            day = date.fromisoformat(f"{year}-{text}")
            if text in _days(day, scales):
                found.add(day)
    return tuple(sorted(found))


def horizon(today: date, scales: Scales) -> date:
    """The last day that a declaration made today must speak of: six months from the next deadline on."""
    return term(term(today, scales).next, scales).next - timedelta(days=1)


def state(confirmed_on: date | None, employed: bool, today: date, scales: Scales, since: date | None = None) -> State:
    """How she stands with her duty.

    `confirmed_on`: her last declaration; `since`: the day her profile was first public, None if it always was. A
    deadline that passed before she was there is none of hers.
    """
    if employed:
        return "exempt"
    now = term(today, scales)
    if confirmed_on is not None and (now.last is None or confirmed_on >= now.last):
        return "met"
    if not _met(now, confirmed_on) and _concerned(now.last, since):
        return "overdue"
    return "due" if (now.next - today).days <= DUE_DAYS else "met"


def standing(owed: State, fresh_until: date | None, today: date) -> tuple[Standing, ...]:
    """How she stands, in the words that staff read: whether her word counts, and what she owes, if anything.

    `fresh_until` is the public column (registry/offers/freshness.py) that parents' pages read too. The two are not one:
    a period may end long before a deadline, and who is exempt may have said nothing for a year.
    """
    word: Standing = "up_to_date" if fresh_until is not None and fresh_until >= today else "to_confirm"
    return (word,) if owed == "met" else (word, owed)


def unmet(confirmed_on: date | None, today: date, scales: Scales) -> date:
    """The first deadline to come that her word does not meet: she has to declare before it."""
    now = term(today, scales)
    declared = confirmed_on is not None and (now.last is None or confirmed_on >= now.last)
    return term(now.next, scales).next if declared else now.next


def _met(now: Term, confirmed_on: date | None) -> bool:
    """Whether the last deadline was, by one who declared nothing after it."""
    if now.last is None:
        return True
    return confirmed_on is not None and (now.previous is None or confirmed_on >= now.previous)


def _concerned(deadline: date | None, since: date | None) -> bool:
    return deadline is not None and (since is None or since < deadline)


def _days(on: date, scales: Scales) -> tuple[str, ...]:
    try:
        return scales.days_of_year("declaration_deadlines", on)
    except KeyError:
        return ()


# Hers ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Duty:
    """`state` and `standing` as above; `next`: the first deadline that her word does not meet; `fresh_until`: the
    last day on which her word counts; `breaches`: deadlines missed; `warned_on`: day of the warning."""

    state: State
    standing: tuple[Standing, ...]
    next: date
    confirmed_on: date | None
    fresh_until: date | None
    breaches: tuple[date, ...]
    warned_on: date | None


def of_offer(conn: Connection, offer: str, today: date) -> Duty:
    """Where one assistant maternel stands. Raises LookupError when there is no such offer."""
    row = conn.execute(
        # A profile that nobody has validated yet begins to owe today at the earliest.
        "select o.confirmed_on, o.fresh_until, o.employed,"
        f" case when o.publication = 'draft' then %s else {FIRST_PUBLISHED} end,"
        " array(select deadline from breach b where b.offer = o.id order by deadline),"
        " (select civil_clock(min(warned_at))::date from breach b where b.offer = o.id)"
        " from offer o where o.id = %s",
        [today, offer],
    ).fetchone()
    if row is None:
        raise LookupError("no such offer")
    confirmed_on, fresh_until, employed, since, breaches, warned_on = row
    scales = current_scales(conn)
    owed = state(confirmed_on, employed, today, scales, since)
    words = standing(owed, fresh_until, today)
    return Duty(owed, words, unmet(confirmed_on, today, scales), confirmed_on, fresh_until, tuple(breaches), warned_on)


# The jobs' ------------------------------------------------------------------------------------------------


def remind(conn: Connection, settings: Settings, now: datetime, most: int = 2_000) -> int:
    """Queue the reminders of the day for at most so many; returns how many, 0 when none is left. The caller commits.

    30, 7 and 1 days before a deadline, to those who have not declared in this term; the day after, to those who missed
    it and are still silent (`declaration_reminder_days`); never to those who want no reminders. Whatever was missed
    meanwhile is one mail, the latest that is due; none is queued twice.
    """
    today = civil.day(now)
    scales = current_scales(conn)
    dates = term(today, scales)
    queued = 0
    for deadline, days in _reminders(today, scales):
        silent_since = dates.last if days > 0 else dates.previous
        for recipient in _silent(conn, deadline, days, silent_since, most - queued):
            taps = {
                purpose: f"{settings.site_url}/d/"
                + links.create(
                    conn,
                    settings.keys,
                    purpose,
                    now + timedelta(days=LINK_DAYS),
                    account=recipient.account,
                    offer=recipient.offer,
                )
                for purpose in (("unchanged", "full") if recipient.declared else ("full",))
            }
            stop = notices.link(settings.keys, settings.site_url, recipient.account, recipient.mail, "reminders")
            values = {
                "days": days,
                "deadline": deadline,
                "until": horizon(today, scales),
                "site": settings.site_url,
                "unchanged": taps.get("unchanged"),
                "full": taps["full"],
                "stop": stop,
            }
            key = _key(recipient.offer, deadline, days)
            letters.queue(conn, recipient.mail, "duties/reminder", values, key=key, unsubscribe=stop)
            queued += 1
    return queued


def note_breaches(conn: Connection, settings: Settings, now: datetime) -> int:
    """Note who let the last deadline pass; returns how many were new. The caller commits.

    The first one of an assistant maternel is answered by a warning, written and dated; later ones are only noted. Only
    those with an account are noted: nobody else could have been told. And only within AFTERWARDS_DAYS, so that one
    whose agrément comes back months later does not answer for a day on which she was not there.
    """
    today = civil.day(now)
    dates = term(today, current_scales(conn))
    if dates.last is None or (today - dates.last).days > AFTERWARDS_DAYS:
        return 0
    noted = conn.execute(
        "insert into breach (offer, deadline, noted_at) select o.id, %(last)s, %(now)s from offer o"
        " join account a on a.offer = o.id and a.role = 'am' and a.closed_at is null"
        f" where {_SQL_DUTY} and coalesce({FIRST_PUBLISHED} < %(last)s, true)"
        # What she told after the deadline does not undo the breach, if her declarations are known here at all.
        " and (o.confirmed_on is null or o.confirmed_on < %(previous)s"
        "   or o.confirmed_on >= %(last)s and exists (select from declaration d where d.offer = o.id))"
        " and not exists (select from declaration d where d.offer = o.id"
        "   and d.at >= civil_moment(%(previous)s)"
        "   and d.at < civil_moment(%(last)s))"
        " on conflict do nothing returning offer",
        {"last": dates.last, "previous": dates.previous or date.min, "now": now},
    ).fetchall()
    offers = [offer for (offer,) in noted]
    first = conn.execute(
        "update breach b set warned_at = %s from account a"
        " where b.offer = any (%s) and b.deadline = %s and a.offer = b.offer and a.role = 'am' and a.closed_at is null"
        " and not exists (select from breach e where e.offer = b.offer and e.deadline <> b.deadline)"
        " returning b.offer, a.mail",
        [now, offers, dates.last],
    ).fetchall()
    for offer, recipient in first:
        values = {"deadline": dates.last, "today": today, "site": settings.site_url}
        letters.queue(conn, recipient, "duties/warning", values, key=f"duty warning {offer}")
    return len(offers)


@dataclass(frozen=True)
class _Recipient:
    offer: str
    account: UUID
    mail: str
    declared: bool


def _reminders(today: date, scales: Scales) -> list[tuple[date, int]]:
    """The deadlines that there is something to say of today, each with the stage that was reached last."""
    dates = term(today, scales)
    stages = scales.numbers("declaration_reminder_days", today)
    due: list[tuple[date, int]] = []
    before = [days for days in stages if days > 0 and today >= dates.next - timedelta(days=days)]
    if before:
        due.append((dates.next, min(before)))
    if dates.last is not None and (today - dates.last).days <= AFTERWARDS_DAYS:
        after = [days for days in stages if days < 0 and today >= dates.last - timedelta(days=days)]
        if after:
            due.append((dates.last, min(after)))
    return due


def _silent(conn: Connection, deadline: date, days: int, since: date | None, most: int) -> list[_Recipient]:
    """Who declared nothing since that day and was not told yet."""
    return [
        _Recipient(*row)
        for row in conn.execute(
            "select o.id, a.id, a.mail, exists (select from timetable t where t.offer = o.id) from offer o"
            " join account a on a.offer = o.id and a.role = 'am' and a.closed_at is null"
            f" where {_SQL_DUTY} and (o.confirmed_on is null or o.confirmed_on < %s)"
            f" and (%s or coalesce({FIRST_PUBLISHED} < %s, true))"
            f" and {notices.wanted('reminders')}"
            " and not exists (select from mail_outbox m where m.key = 'duty ' || o.id || %s)"
            " order by o.id limit %s",
            [since or date.min, days > 0, deadline, _key("", deadline, days).removeprefix("duty "), max(most, 0)],
        )
    ]


def _key(offer: str, deadline: date, days: int) -> str:
    return f"duty {offer} {deadline} {days}"


# The département's -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Overdue:
    """One line of the département's list: private facts. `breaches`: how many deadlines were noted as missed."""

    offer: str
    last_name: str
    first_name: str
    number: str
    commune: str
    confirmed_on: date | None
    breaches: int
    warned_on: date | None


def overdue(conn: Connection, department: str, today: date) -> list[Overdue]:
    """The assistants maternels of a département who missed the last deadline and are still silent, by name."""
    scales = current_scales(conn)
    rows = conn.execute(
        "select o.id, coalesce(i.last_name, ''), coalesce(i.first_name, ''), g.number, c.name, o.confirmed_on,"
        " (select count(*) from breach b where b.offer = o.id),"
        " (select civil_clock(min(b.warned_at))::date from breach b where b.offer = o.id),"
        f" {FIRST_PUBLISHED}"
        " from agrement g join offer o on o.id = g.offer join am_home h on h.offer = o.id"
        " join commune c on c.code = h.commune left join am_identity i on i.offer = o.id"
        f" where g.department = %s and {_SQL_DUTY} and (o.confirmed_on is null or o.confirmed_on < %s)"
        " order by i.last_name, i.first_name, o.id",
        [department, term(today, scales).last or date.min],
    )
    return [Overdue(*facts) for *facts, since in rows if state(facts[5], False, today, scales, since) == "overdue"]


def figures(conn: Connection, department: str, today: date) -> dict[Standing, int]:
    """How many of a département stand how: everybody is up to date or to confirm, and may owe something as well."""
    counted: dict[Standing, int] = {"up_to_date": 0, "to_confirm": 0, "due": 0, "overdue": 0, "exempt": 0}
    rows = conn.execute(
        f"select o.confirmed_on, o.fresh_until, o.employed, {FIRST_PUBLISHED} as since, count(*)"
        " from agrement g join offer o on o.id = g.offer"
        " where g.department = %s and is_public(o) and o.kind = 'assistant_maternel' group by 1, 2, 3, 4",
        [department],
    )
    scales = current_scales(conn)
    for confirmed_on, fresh_until, employed, since, count in rows:
        for word in standing(state(confirmed_on, employed, today, scales, since), fresh_until, today):
            counted[word] += count
    return counted
