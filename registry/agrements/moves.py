"""Moves to another département: an assistant maternel declares hers, a moderator looks at it, and only then is the new
place public.

The law (CASF L421-7, R421-41): her agrément remains valid if she has told the new département before, some days ahead
(`agrement_move_notice_days`), which looks at the new home within `agrement_move_check_months`. So the agrément of
before stays hers meanwhile, and that of the new département is asked for. Each move is the subject of a case
(`registry.casework`). Callers commit.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from psycopg.types.json import Jsonb

from domain import civil
from registry import accounts, letters
from registry.accounts import audit
from registry.casework import NotPossible, cases, claims, history, queue
from registry.casework import letters as case_letters
from registry.casework.history import Line
from registry.casework.kinds import AGREMENT_MOVE
from registry.casework.queue import Waiting
from registry.database import Connection
from registry.offers import profiles
from registry.offers.profiles import Home
from registry.scales import current_scales
from settings import get_settings

Outcome = Literal["validated", "refused"]

PAGE = 20

MOST_OF_A_COMMENT = 1000
"""Characters of what a moderator answers."""


@dataclass(frozen=True)
class Move:
    """`department`: the new one, `commune`: where she will mind children, by INSEE code. `outcome`: None while a
    moderator has not decided. `told_on`: when she told the new département; `moves_on`: the first day there."""

    id: UUID
    offer: str
    department: str
    department_name: str
    commune: str
    place: Mapping[str, Any] = field(repr=False)
    told_on: date
    moves_on: date
    taken_at: datetime | None
    outcome: str | None


@dataclass(frozen=True)
class Asked:
    """A move as a moderator reads it; private. `before`: département and commune of the place that she has now;
    `held`: département and number of her agrément; `notice`: days between her word to the new one and the move."""

    move: Move
    name: str
    before: tuple[str, str]
    held: tuple[str, str]
    case: Waiting

    @property
    def notice(self) -> int:
        return (self.move.moves_on - self.move.told_on).days


def elsewhere(conn: Connection, offer: str, *, commune: str = "", mam: str = "") -> tuple[str, str] | None:
    """Code and name of the département of a new place, a home's commune or a MAM, where it is neither that of her
    agrément nor one that she minds children in already; None for a place that changes nothing, and before the first
    agrément, which a moderator compares with her place anyway."""
    row = conn.execute(
        """
        select d.code, d.name from commune c join department d on d.code = c.department
        where c.code = coalesce((select w.commune from offer w where w.id = %(mam)s), nullif(%(commune)s, ''))
            and exists (select from agrement a where a.offer = %(offer)s and a.department <> d.code)
            and not exists (select from am_home h join commune k on k.code = h.commune
                where h.offer = %(offer)s and k.department = d.code)
            and not exists (select from am_mam m join offer w on w.id = m.mam join commune k on k.code = w.commune
                where m.offer = %(offer)s and k.department = d.code)
        """,
        {"offer": offer, "commune": commune, "mam": mam or None},
    ).fetchone()
    return (row[0], row[1]) if row else None


def of_home(home: Home) -> dict[str, Any]:
    """What `declare` keeps of a new home."""
    return {"home": asdict(home)}


def of_mam(mam: str, *, show: bool) -> dict[str, Any]:
    """The same of a MAM."""
    return {"mam": mam, "show": show}


def declare(
    conn: Connection, offer: str, place: Mapping[str, Any], told_on: date, moves_on: date, now: datetime
) -> UUID:
    """A moderator is to look at it; the place of before stays hers. A move that she declared before is off."""
    withdraw(conn, offer, now)
    commune, department = conn.execute(
        "select c.code, c.department from commune c where c.code = coalesce(%s,"
        " (select w.commune from offer w where w.id = %s))",
        [place.get("home", {}).get("commune"), place.get("mam")],
    ).fetchall()[0]
    author = accounts.of_offer(conn, offer)
    due = now + current_scales(conn).duration("agrement_decision_hours", civil.day(now))
    line = Line("declared", author.id if author else None)
    id = cases.begin(conn, AGREMENT_MOVE, line, now, due=due, about=offer, department=department)
    conn.execute(
        "insert into agrement_move (id, offer, department, commune, place, told_on, moves_on)"
        " values (%s, %s, %s, %s, %s, %s, %s)",
        [id, offer, department, commune, Jsonb(place), told_on, moves_on],
    )
    _write_to_her(conn, _read(conn, "m.id = %s", id)[0], "moves/declared", due=due)
    return id


def withdraw(conn: Connection, offer: str, now: datetime) -> bool:
    """She takes back what no moderator has decided, or what waits for its day; False when there is nothing."""
    found = open_move(conn, offer)
    if found is None:
        return False
    if found.outcome is None:
        author = accounts.of_offer(conn, offer)
        cases.close(conn, found.id, Line("withdrawn", author.id if author else None), now)
    else:
        conn.execute("delete from agrement_move where id = %s", [found.id])
    return True


def open_move(conn: Connection, offer: str) -> Move | None:
    """The move that is not decided, or waits for its day."""
    waits = "(k.state <> 'closed' or k.outcome = 'validated') and m.taken_at is null"
    found = _read(conn, f"m.offer = %s and {waits} order by k.opened_at desc for update of k", offer)
    return found[0] if found else None


def missing_agrement(conn: Connection, offer: str) -> tuple[str, str] | None:
    """The names of the département of her agrément and of the one where she minds children, where they differ: the
    agrément of the latter is asked for."""
    row = conn.execute(
        """
        select h.name, d.name from agrement a join department h on h.code = a.department
        join am_home r on r.offer = a.offer left join am_mam m on m.offer = a.offer left join offer w on w.id = m.mam
        join commune c on c.code = coalesce(w.commune, r.commune) join department d on d.code = c.department
        where a.offer = %s and d.code <> a.department
        """,
        [offer],
    ).fetchone()
    return (row[0], row[1]) if row else None


def listing(conn: Connection, reader: accounts.Account, now: datetime, *, page: int) -> list[Asked]:
    """What waits for moderators: one page, from 1, and one more than fits where there are more. Each is audited."""
    waiting = queue.waiting(conn, AGREMENT_MOVE, reader, now, offset=(page - 1) * PAGE, limit=PAGE + 1)
    moves = {each.id: each for each in _read(conn, "m.id = any(%s)", [case.id for case in waiting])}
    return [_asked(conn, reader, moves[case.id], case) for case in waiting if case.id in moves]


def settle(conn: Connection, reader: accounts.Account, id: UUID, outcome: Outcome, comment: str, now: datetime) -> str:
    """A moderator decides; returns the offer. Validated, the new place is hers on the day of the move. Who decides
    takes it first: raises NotPossible when another moderator is at it, and when it is decided or gone."""
    claims.claim(conn, AGREMENT_MOVE, id, reader, now)
    found = _read(conn, "m.id = %s", id)
    if not found:
        raise NotPossible(AGREMENT_MOVE.gone)
    (move,) = found
    cases.close(conn, id, Line(outcome, reader.id, comment=comment), now)
    audit.note(conn, reader, f"move.{outcome}", move.offer, ["am_home"], case=str(id))
    if outcome == "refused":
        _write_to_her(conn, move, "moves/refused", comment=comment)
    elif move.moves_on <= civil.day(now):
        _take(conn, move, now)
    else:
        _write_to_her(conn, move, "moves/validated")
    return move.offer


def take_due(conn: Connection, now: datetime) -> int:
    """Let the new places of validated moves be theirs whose day has come (Europe/Paris); returns how many. A job: late,
    twice or often, it catches up and does nothing twice."""
    due = _read(
        conn,
        "k.outcome = 'validated' and m.taken_at is null and m.moves_on <= %s order by m.moves_on, m.id"
        " for update of k skip locked",
        civil.day(now),
    )
    for move in due:
        history.write(conn, move.id, Line("taken"), now)
        _take(conn, move, now)
    return len(due)


def _take(conn: Connection, move: Move, now: datetime) -> None:
    """The new place is hers, and public as she shows it; both relais are told."""
    row = conn.execute(
        "select c.code, c.name from am_home h join commune c on c.code = h.commune where h.offer = %s", [move.offer]
    ).fetchone()
    if "home" in move.place:
        profiles.save_home(conn, move.offer, Home(**move.place["home"]))
    elif conn.execute("select from offer where id = %s", [move.place["mam"]]).fetchone() is not None:
        # One that is gone leaves her where she was.
        profiles.save_mam(conn, move.offer, move.place["mam"], show=move.place["show"])
    conn.execute("update agrement_move set taken_at = %s where id = %s", [now, move.id])
    audit.note(conn, None, "move.taken", move.offer, ["am_home"], case=str(move.id))
    _write_to_her(conn, move, "moves/taken")
    here = conn.execute("select code, name from commune where code = %s", [move.commune]).fetchall()[0]
    for (code, name), letter in ((row or here, "moves/relais_from"), (here, "moves/relais_to")):
        for relais in accounts.relais_of(conn, code):
            letters.queue(conn, relais.mail, letter, {"commune": name}, key=f"{letter} {move.id} {relais.id}")


def _write_to_her(conn: Connection, move: Move, letter: str, **values: Any) -> None:
    account = accounts.of_offer(conn, move.offer)
    if account is None:
        return
    scales = current_scales(conn)
    told = {
        "department": move.department_name,
        "moves_on": move.moves_on,
        "notice_days": scales.number("agrement_move_notice_days", move.told_on),
        "check_months": scales.number("agrement_move_check_months", move.told_on),
        "site": get_settings().site_url.rstrip("/"),
    }
    case_letters.send(conn, move.id, account.mail, letter, told | values)


def _asked(conn: Connection, reader: accounts.Account, move: Move, case: Waiting) -> Asked:
    name, held, number, before, town = conn.execute(
        "select o.name, a.department, a.number, c.department, c.name from offer o"
        " left join agrement a on a.offer = o.id left join am_home h on h.offer = o.id"
        " left join commune c on c.code = h.commune where o.id = %s",
        [move.offer],
    ).fetchall()[0]
    fields = ("am_home.address", "agrement.number")
    audit.note(conn, reader, "move.read", move.offer, fields, case=str(move.id))
    return Asked(move, name, (before or "", town or ""), (held or "", number or ""), case)


def _read(conn: Connection, condition: str, *values: object) -> list[Move]:
    rows = conn.execute(
        "select m.id, m.offer, m.department, d.name, m.commune, m.place, m.told_on, m.moves_on, m.taken_at, k.outcome"
        " from agrement_move m join case_file k on k.id = m.id join department d on d.code = m.department"
        f" where {condition}",
        values,
    )
    return [Move(*row) for row in rows]
