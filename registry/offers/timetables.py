"""An assistant maternel's availability: periods, each with its week, and her leave (docs/design.md, "Availability").

Whatever writes here is a declaration: it is dated, it says who made it, and `offer.confirmed_on` becomes that day. Days
are civil days in France; minutes are those of the weekday a range starts on, so that an end beyond 1,440 is the next
morning. Callers commit.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal
from uuid import UUID

from domain import week
from registry.database import Connection
from registry.offers import duties
from registry.scales import current_scales

RANGES_A_DAY = 2

How = Literal["saved", "unchanged", "full"]

A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Range:
    """`weekday` 0 is Monday; `start` < `end` <= `start` + 1,440, in minutes; `places` free, 1 to 6."""

    weekday: int
    start: int
    end: int
    places: int


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` to `end`, both included, or without end; no range at all means that she is full. `id` None: new."""

    start: date
    end: date | None
    ranges: tuple[Range, ...] = ()
    id: int | None = None


class Overlaps(Exception):
    """The period that is `wanted` reaches into `other`, a later one."""

    def __init__(self, wanted: Period, other: Period) -> None:
        super().__init__("two periods overlap")
        self.wanted = wanted
        self.other = other


class Stale(Exception):
    """The period is no more what whoever changes it has seen; `now` is what stands, None when it is gone."""

    def __init__(self, now: Period | None) -> None:
        super().__init__("the period has changed")
        self.now = now


class Changed(Exception):
    """Something was declared since: it cannot be undone without losing that."""


# Reading -----------------------------------------------------------------------------------------------


def periods(conn: Connection, offer: str) -> list[Period]:
    """All of them, in order."""
    found = conn.execute(
        "select t.id, lower(t.period), upper(t.period) - 1, r.weekday, r.start_minute, r.end_minute, r.places"
        " from timetable t left join timetable_range r on r.timetable = t.id where t.offer = %s"
        " order by lower(t.period), r.weekday, r.start_minute",
        [offer],
    ).fetchall()
    made: dict[int, Period] = {}
    for id, start, end, *of_range in found:
        known = made.get(id) or Period(start, end, (), id)
        made[id] = known if of_range[0] is None else replace(known, ranges=(*known.ranges, Range(*of_range)))
    return list(made.values())


def capacity(conn: Connection, offer: str, today: date) -> int:
    """Most places she may tell: as her agrément says, before that as the one she has sent says, or else as is usual."""
    usual = current_scales(conn).number("agrement_usual_children", today)
    row = conn.execute(
        "select coalesce(o.capacity, (select r.capacity from agrement_request r join case_file k on k.id = r.id"
        " where r.offer = o.id and k.state <> 'closed'), %s) from offer o where o.id = %s",
        [usual, offer],
    ).fetchone()
    return int(row[0]) if row else 0


def leave(conn: Connection, offer: str, since: date) -> list[tuple[date, date]]:
    """Days off from `since` on, as stretches of days: first and last."""
    days = conn.execute("select day from leave where offer = %s and day >= %s order by day", [offer, since])
    stretches: list[tuple[date, date]] = []
    for (day,) in days:
        if stretches and stretches[-1][1] + A_DAY == day:
            stretches[-1] = (stretches[-1][0], day)
        else:
            stretches.append((day, day))
    return stretches


def overlapping(ranges: Sequence[Range]) -> list[tuple[Range, Range]]:
    """Pairs of ranges that overlap in the week, over midnights and from Sunday to Monday; to touch is fine."""
    return [
        (one, other)
        for number, one in enumerate(ranges)
        for other in ranges[:number]
        if any(a < d and c < b for a, b in _pieces(one) for c, d in _pieces(other))
    ]


def current(declared: Sequence[Period], today: date) -> Period | None:
    """The period under way."""
    return next((each for each in declared if each.start <= today and (each.end is None or each.end >= today)), None)


def next_after(declared: Sequence[Period], day: date) -> Period | None:
    """The first period that begins after that day."""
    return next((each for each in declared if each.start > day), None)


# Writing -----------------------------------------------------------------------------------------------


def lock(conn: Connection, offer: str) -> None:
    """One after the other, until the transaction ends: what two taps read of a timetable is then what they change, and
    the agrément that allows its places does not change meanwhile (a change of it writes the offer's capacity)."""
    conn.execute("select from offer where id = %s for no key update", [offer])


def version(period: Period) -> str:
    """Names what a period says, so that a form can tell what it was opened with."""
    said = (period.start.isoformat(), period.end and period.end.isoformat(), sorted(map(astuple, period.ranges)))
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


def save_period(conn: Connection, offer: str, period: Period, today: date, by: UUID | None, *, seen: str = "") -> int:
    """Write a new period, or with an `id` change that one, which keeps its id; returns the id. `seen`: the version that
    is changed; without one, whichever stands.

    What an earlier period says for those days gives way: it ends the day before and, where it lasted longer, goes on
    afterwards. Raises Overlaps when a period that begins within this one would be touched, and Stale when the `id` is
    none of hers, or another version than the one that was seen, and not what is written anyway. The caller has checked
    the ranges; what is left is refused by the tables.
    """
    lock(conn, offer)
    if period.id is not None and seen:
        now = next((each for each in periods(conn, offer) if each.id == period.id), None)
        if now is not None and version(now) not in (seen, version(period)):
            raise Stale(now)
    id = _write(conn, offer, period)
    _declared(conn, offer, "saved", today, by)
    return id


def delete_period(conn: Connection, offer: str, id: int, today: date, by: UUID | None) -> bool:
    """False when it is none of hers (any more)."""
    lock(conn, offer)
    gone = conn.execute("delete from timetable where offer = %s and id = %s", [offer, id]).rowcount == 1
    if gone:
        _declared(conn, offer, "saved", today, by)
    return gone


def declare_full(conn: Connection, offer: str, today: date, by: UUID | None) -> dict[str, Any]:
    """« Je suis complète »: no place from today until the next period that she has announced.

    Without such a one it lasts as long as what was declared, and at least as long as a declaration made today must
    (`duties.horizon`). Returns what `undo` needs.
    """
    lock(conn, offer)
    before = _snapshot(conn, offer)
    declared = periods(conn, offer)
    now, later = current(declared, today), next_after(declared, today)
    horizon = duties.horizon(today, current_scales(conn))
    end: date | None = horizon
    if later:
        end = later.start - A_DAY
    elif now:
        end = None if now.end is None else max(now.end, horizon)
    _write(conn, offer, Period(today, end, (), now.id if now and now.start == today else None))
    return before | {"declaration": _declared(conn, offer, "full", today, by)}


def confirm_unchanged(conn: Connection, offer: str, today: date, by: UUID | None) -> dict[str, Any] | None:
    """« Rien n’a changé »: what she declared last goes on as it is, for as long as a declaration made today must last.

    Returns what `undo` needs; None, and nothing is written, when she never declared anything that could go on.
    """
    lock(conn, offer)
    before = _snapshot(conn, offer)
    declared = periods(conn, offer)
    if not declared:
        return None
    last = declared[-1]
    horizon = duties.horizon(today, current_scales(conn))
    if last.end is not None and last.end < horizon:
        conn.execute(
            "update timetable set period = daterange(%s, %s, '[]') where id = %s",
            [last.start, horizon, last.id],
        )
    return before | {"declaration": _declared(conn, offer, "unchanged", today, by)}


def undo(conn: Connection, offer: str, before: dict[str, Any], today: date) -> None:
    """Put back what stood before a declaration that was made in one tap. Raises Changed when another one followed."""
    lock(conn, offer)
    last = conn.execute("select max(id) from declaration where offer = %s", [offer]).fetchall()[0][0]
    if last != before["declaration"]:
        raise Changed
    conn.execute("delete from declaration where id = %s", [last])
    conn.execute("delete from timetable where offer = %s", [offer])
    most = capacity(conn, offer, today)
    for each in before["periods"]:
        ranges = (Range(weekday, start, end, min(places, most)) for weekday, start, end, places in each["ranges"])
        # Undoings that were mailed before periods kept their ids have none.
        start, end = _day(each["start"]), each["end"] and _day(each["end"])
        _insert(conn, offer, Period(start, end, tuple(ranges), each.get("id")))
    confirmed = before["confirmed_on"] and _day(before["confirmed_on"])
    conn.execute("update offer set confirmed_on = %s where id = %s", [confirmed, offer])


def add_leave(conn: Connection, offer: str, first: date, last: date, today: date, by: UUID | None) -> None:
    """Days off, both included."""
    lock(conn, offer)
    conn.execute(
        "insert into leave (offer, day) select %s, day::date from generate_series(%s::date, %s::date, '1 day') as day"
        " on conflict do nothing",
        [offer, first, last],
    )
    _declared(conn, offer, "saved", today, by)


def remove_leave(conn: Connection, offer: str, first: date, last: date, today: date, by: UUID | None) -> None:
    lock(conn, offer)
    gone = conn.execute("delete from leave where offer = %s and day between %s and %s", [offer, first, last])
    if gone.rowcount:
        _declared(conn, offer, "saved", today, by)


# Parts -------------------------------------------------------------------------------------------------


def _write(conn: Connection, offer: str, period: Period) -> int:
    """Make room and put the period there; returns its id."""
    declared = periods(conn, offer)
    others = [each for each in declared if each.id != period.id]
    if period.id is not None and len(others) == len(declared):
        raise Stale(None)
    for other in others:
        if _overlap(other, period) and other.start >= period.start:
            raise Overlaps(period, other)
    for other in others:
        if not _overlap(other, period):
            continue
        conn.execute(
            "update timetable set period = daterange(%s, %s, '[]') where id = %s",
            [other.start, period.start - A_DAY, other.id],
        )
        if period.end is not None and (other.end is None or other.end > period.end):
            _insert(conn, offer, Period(period.end + A_DAY, other.end, other.ranges))
    if period.id is None:
        return _insert(conn, offer, period)
    conn.execute(
        "update timetable set period = daterange(%s, %s, '[]') where id = %s", [period.start, period.end, period.id]
    )
    conn.execute("delete from timetable_range where timetable = %s", [period.id])
    _insert_ranges(conn, period.id, period)
    return period.id


def _insert(conn: Connection, offer: str, period: Period) -> int:
    """With the id of the period, where it has one that nobody has; returns its id."""
    own = "%s" if period.id is not None else "default"
    timetable = conn.execute(
        f"insert into timetable (id, offer, period) overriding system value values ({own}, %s, daterange(%s, %s, '[]'))"
        " returning id",
        [*([] if period.id is None else [period.id]), offer, period.start, period.end],
    ).fetchall()[0][0]
    _insert_ranges(conn, timetable, period)
    return int(timetable)


def _insert_ranges(conn: Connection, timetable: int, period: Period) -> None:
    if not period.ranges:
        return
    rows = list(_with_slots(period.ranges))
    # In one statement: each of them is looked at by the triggers once.
    conn.execute(
        "insert into timetable_range (timetable, weekday, slot, start_minute, end_minute, places)"
        " select %s, * from unnest(%s::int[], %s::int[], %s::int[], %s::int[], %s::int[])",
        [timetable, *([row[column] for row in rows] for column in range(5))],
    )


def _with_slots(ranges: Iterable[Range]) -> Iterable[tuple[int, int, int, int, int]]:
    of_day: dict[int, int] = {}
    for each in sorted(ranges):
        of_day[each.weekday] = slot = of_day.get(each.weekday, 0) + 1
        yield each.weekday, slot, each.start, each.end, each.places


def _declared(conn: Connection, offer: str, how: How, today: date, by: UUID | None) -> int:
    """Note the declaration, and the day that everyone sees."""
    # The first one noted here takes the place of a date that only the offer held; duties still need that one.
    conn.execute(
        "insert into declaration (offer, at, how)"
        " select id, civil_moment(confirmed_on + time '12:00'), 'saved' from offer o where id = %s"
        " and confirmed_on < %s and not exists (select from declaration d where d.offer = o.id)",
        [offer, today],
    )
    noted = conn.execute(
        "insert into declaration (offer, at, how, account)"
        # On the day it is told to be, wherever the clock of the database stands.
        " values (%s, civil_moment(%s::date + civil_clock(clock_timestamp())::time),"
        " %s, %s) returning id",
        [offer, today, how, by],
    ).fetchall()[0][0]
    conn.execute(
        "update offer set confirmed_on = %s where id = %s and confirmed_on is distinct from %s", [today, offer, today]
    )
    return int(noted)


def _snapshot(conn: Connection, offer: str) -> dict[str, Any]:
    """As JSON holds it."""
    (confirmed,) = conn.execute("select confirmed_on from offer where id = %s", [offer]).fetchall()[0]
    return {
        "confirmed_on": confirmed and confirmed.isoformat(),
        "periods": [
            {
                "id": each.id,
                "start": each.start.isoformat(),
                "end": each.end and each.end.isoformat(),
                "ranges": [[part.weekday, part.start, part.end, part.places] for part in each.ranges],
            }
            for each in periods(conn, offer)
        ],
    }


def _overlap(one: Period, other: Period) -> bool:
    return (one.end is None or one.end >= other.start) and (other.end is None or other.end >= one.start)


def _pieces(each: Range) -> list[week.Span]:
    return week.split(*week.of_day(each.weekday, each.start, each.end))


def _day(text: str) -> date:
    return date.fromisoformat(text)
