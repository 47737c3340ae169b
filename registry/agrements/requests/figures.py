"""Figures of the moderation: whether decisions come in time, how much comes and goes, where each département stands."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from domain import civil
from registry.database import Connection

ANSWERS = ("validated", "asked_more", "refused")
"""What ends the moderators' turn, and is measured; a refusal that waits for its second look is no answer yet."""

SERVICE_DAYS = 30
"""Over which `service` counts."""


@dataclass(frozen=True)
class Service:
    """Of the answers given since a day: `in_time` before their due time, and the half that took longer than `median_h`
    hours. `came`: requests and answers of assistants maternels that came to the moderators."""

    came: int
    validated: int
    asked_more: int
    refused: int
    in_time: int
    median_h: float | None

    @property
    def answers(self) -> int:
        return self.validated + self.asked_more + self.refused


@dataclass(frozen=True)
class Day:
    day: date
    came: int
    answered: int


@dataclass(frozen=True)
class Department:
    """`listed`: assistants maternels whom parents find, by the département of their agrément; `pending`: those whom
    they don't find yet, with an open request."""

    code: str
    name: str
    listed: int
    pending: int


_EVENTS = "case_event e join agrement_request r on r.id = e.case_file"

# Each answer with the moment that the clock had started: the last time before it that the request came to them.
_ANSWERED = (
    "select e.action, e.at, e.due_at, (select max(s.at) from case_event s where s.case_file = e.case_file"
    " and s.action in ('submitted', 'answered', 'identity_settled') and s.due_at is not null and s.id < e.id) as since"
    f" from {_EVENTS} where e.action = any(%(answers)s) and e.at >= %(start)s"
)
_CAME = "e.action in ('submitted', 'answered', 'identity_settled') and e.due_at is not null"


def service(conn: Connection, today: date, days: int = SERVICE_DAYS) -> Service:
    """Over the last so many civil days (Europe/Paris), today with them."""
    start = _start(today, days)
    *counts, median = conn.execute(
        f"select (select count(*) from {_EVENTS} where {_CAME} and e.at >= %(start)s),"
        " count(*) filter (where action = 'validated'), count(*) filter (where action = 'asked_more'),"
        " count(*) filter (where action = 'refused'), count(*) filter (where at <= due_at),"
        " percentile_cont(0.5) within group (order by extract(epoch from at - since)) / 3600"
        f" from ({_ANSWERED}) answered",
        {"answers": list(ANSWERS), "start": start},
    ).fetchall()[0]
    came, validated, asked_more, refused, in_time = counts
    return Service(came, validated, asked_more, refused, in_time, None if median is None else float(median))


def by_day(conn: Connection, today: date, days: int = 14) -> list[Day]:
    """What came and what was answered, for each of the last days, none left out."""
    found = {
        row[0]: (row[1], row[2])
        for row in conn.execute(
            f"select civil_clock(e.at)::date, count(*) filter (where {_CAME}),"
            " count(*) filter (where e.action = any(%(answers)s))"
            f" from {_EVENTS} where e.at >= %(start)s group by 1",
            {"answers": list(ANSWERS), "start": _start(today, days)},
        )
    }
    all_days = (today - timedelta(days=back) for back in range(days - 1, -1, -1))
    return [Day(day, *found.get(day, (0, 0))) for day in all_days]


def departments(conn: Connection) -> list[Department]:
    """Those that have any, by code. An assistant maternel counts once: listed, or pending."""
    return [
        Department(*row)
        for row in conn.execute(
            "select d.code, d.name, coalesce(l.n, 0), coalesce(p.n, 0) from department d"
            " left join (select a.department, count(*) as n from agrement a join offer o on o.id = a.offer"
            "  where is_public(o) group by 1) l on l.department = d.code"
            " left join (select r.department, count(*) as n from agrement_request r join offer o on o.id = r.offer"
            "  join case_file k on k.id = r.id where k.state <> 'closed' and not is_public(o)"
            "  group by 1) p on p.department = d.code"
            " where coalesce(l.n, p.n) is not null order by d.code",
        )
    ]


def _start(today: date, days: int) -> datetime:
    """The first moment of the first of these civil days."""
    return civil.moment(today - timedelta(days=days - 1))
