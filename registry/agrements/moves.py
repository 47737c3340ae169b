"""Moves to another département: an assistant maternel declares hers, a moderator looks at it, and only then is the new
place public.

The law (CASF L421-7, R421-41): her agrément remains valid if she has told the new département before, some days ahead
(`agrement_move_notice_days`), which looks at the new home within `agrement_move_check_months`. So the agrément of
before stays hers meanwhile, and that of the new département is asked for. Each move is the subject of a case
(`registry.casework`). Its `place` is kept while it may still become hers, and is `{}` from then on. Callers commit.
"""

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

import psycopg
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
from registry.offers import minding, profiles
from registry.offers.profiles import Home
from registry.scales import current_scales
from settings import get_settings

log = logging.getLogger(__name__)

Outcome = Literal["validated", "refused"]

PAGE = 20

_TO_COME = "(k.outcome = 'validated' and m.taken_at is null and m.place <> '{}')"
"""SQL, of `agrement_move m` with its `case_file k`: a moderator has validated it, and its day is to come."""

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
    """A move as a moderator reads it; private. `before`: département and commune where she minds children now;
    `held`: département and number of her agrément; `notice`: days between her word to the new one and the move."""

    move: Move
    name: str
    before: tuple[str, str]
    held: tuple[str, str]
    case: Waiting

    @property
    def notice(self) -> int:
        return (self.move.moves_on - self.move.told_on).days


def elsewhere(
    conn: Connection, offer: str, *, commune: str = "", mam: str = "", new_home: bool = False
) -> tuple[str, str] | None:
    """Code and name of the département of a new place, a home's commune or a MAM, where it is neither that of her
    agrément nor the one where she minds children already; None for a place that changes nothing, and before the first
    agrément, which a moderator compares with her place anyway. `new_home`: it is her home that changes, where parents
    may see her although she works in a MAM; within its département it changes nothing."""
    row = conn.execute(
        f"""
        select d.code, d.name from commune c join department d on d.code = c.department
        where c.code = coalesce((select w.commune from offer w where w.id = %(mam)s), nullif(%(commune)s, ''))
            and exists (select from agrement a where a.offer = %(offer)s and a.department <> d.code)
            and not exists (select from {minding.PLACES} p join commune k on k.code = p.commune
                where p.offer = %(offer)s and k.department = d.code)
            and not (%(new_home)s and exists (select from am_home h join commune k on k.code = h.commune
                where h.offer = %(offer)s and k.department = d.code))
        """,
        {"offer": offer, "commune": commune, "mam": mam or None, "new_home": new_home},
    ).fetchone()
    return (row[0], row[1]) if row else None


def of_home(home: Home) -> dict[str, Any]:
    """What `declare` keeps of a new home."""
    return {"home": asdict(home)}


def of_mam(mam: str, *, show: bool) -> dict[str, Any]:
    """The same of a MAM."""
    return {"mam": mam, "show": show}


def of_own_home(home: Home) -> dict[str, Any]:
    """The same of the home that she has, for which she leaves her MAM."""
    return of_home(home) | {"leaves_mam": True}


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
    found = open_move(conn, offer, lock=True)
    if found is None:
        return False
    author = accounts.of_offer(conn, offer)
    line = Line("withdrawn", author.id if author else None)
    if found.outcome is None:
        cases.close(conn, found.id, line, now)
    else:
        history.write(conn, found.id, line, now)
    audit.note(conn, author, "move.withdrawn", offer, ["am_home"], case=str(found.id))
    _forget_place(conn, found)
    return True


def open_move(conn: Connection, offer: str, *, lock: bool = False) -> Move | None:
    """The move that is not decided, or waits for its day. `lock`: nobody decides or takes it until the end of the
    transaction."""
    waits = f"(k.state <> 'closed' or {_TO_COME})"
    # The move too: what another transaction has just taken is looked at as it stands now.
    locked = "for update of k, m" if lock else ""
    found = _read(conn, f"m.offer = %s and {waits} order by k.opened_at desc {locked}", offer)
    return found[0] if found else None


def missing_agrement(conn: Connection, offer: str) -> tuple[str, str] | None:
    """The names of the département of her agrément and of the one where she minds children, where they differ: the
    agrément of the latter is asked for."""
    row = conn.execute(
        f"""
        select h.name, d.name from agrement a join department h on h.code = a.department
        join {minding.PLACES} p on p.offer = a.offer
        join commune c on c.code = p.commune join department d on d.code = c.department
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
        _forget_place(conn, move)
    elif move.moves_on <= civil.day(now):
        _take(conn, move, now)
    else:
        _write_to_her(conn, move, "moves/validated")
    return move.offer


def take_due(conn: Connection, now: datetime) -> int:
    """Let the new places of validated moves be theirs whose day has come (Europe/Paris); returns how many came to an
    end. A job: late, twice or often, it catches up and does nothing twice. One that fails stays for the next time, is
    logged, and stops no other."""
    due = _read(
        conn,
        f"{_TO_COME} and m.moves_on <= %s order by m.moves_on, m.id for update of k, m skip locked",
        civil.day(now),
    )
    count = 0
    for move in due:
        try:
            with conn.transaction():
                _take(conn, move, now)
        except psycopg.OperationalError:
            # The transaction is over, with all that stands in it: the whole job is tried again.
            raise
        except Exception as error:
            log.error("move %s is not taken: %s", move.id, type(error).__name__)
        else:
            count += 1
    return count


def _take(conn: Connection, move: Move, now: datetime) -> None:
    """The new place is hers, and public as she shows it. The relais of where she minded children and of where she does
    now are told, where these differ. Of a MAM that is gone nothing becomes hers: she alone is told."""
    before = minding.of_offer(conn, move.offer)
    if not _settle_in(conn, move):
        history.write(conn, move.id, Line("place_gone"), now)
        audit.note(conn, None, "move.place_gone", move.offer, ["am_home"], case=str(move.id))
        _write_to_her(conn, move, "moves/place_gone")
        _forget_place(conn, move)
        return
    conn.execute("update agrement_move set taken_at = %s where id = %s", [now, move.id])
    _forget_place(conn, move)
    history.write(conn, move.id, Line("taken"), now)
    audit.note(conn, None, "move.taken", move.offer, ["am_home"], case=str(move.id))
    after = minding.of_offer(conn, move.offer)
    told = ((before, "moves/relais_from"), (after, "moves/relais_to")) if before and after and before != after else ()
    both = bool(told) and all(accounts.relais_of(conn, place.commune) for place, _ in told)
    _write_to_her(conn, move, "moves/taken", relais=both)
    for place, letter in told:
        for relais in accounts.relais_of(conn, place.commune):
            letters.queue(conn, relais.mail, letter, {"commune": place.name}, key=f"{letter} {move.id} {relais.id}")


def _settle_in(conn: Connection, move: Move) -> bool:
    """Write the new place; False where it is gone, with nothing written."""
    if "mam" in move.place:
        if conn.execute("select from offer where id = %s for key share", [move.place["mam"]]).fetchone() is None:
            return False
        profiles.save_mam(conn, move.offer, move.place["mam"], show=move.place["show"])
    elif move.place.get("leaves_mam"):
        # Her home is as it stands now: she may have mended it since.
        profiles.leave_mam(conn, move.offer)
    else:
        profiles.save_home(conn, move.offer, _home(conn, move))
    return True


def _home(conn: Connection, move: Move) -> Home:
    """The new home as it was kept, perhaps by another version of the program: what that did not know yet is as in the
    home of before. Raises TypeError where even that does not say it."""
    known = profiles.read(conn, move.offer).home
    names = {each.name for each in fields(Home)}
    kept = {name: value for name, value in move.place["home"].items() if name in names}
    return Home(**(asdict(known) if known else {}) | kept)


def _forget_place(conn: Connection, move: Move) -> None:
    """It was hers to show or not: nothing of it stays once it cannot become hers any more, or has."""
    conn.execute("update agrement_move set place = '{}' where id = %s", [move.id])


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
    name, held, number = conn.execute(
        "select o.name, a.department, a.number from offer o left join agrement a on a.offer = o.id where o.id = %s",
        [move.offer],
    ).fetchall()[0]
    before = minding.of_offer(conn, move.offer)
    audit.note(conn, reader, "move.read", move.offer, ("am_home.address", "agrement.number"), case=str(move.id))
    return Asked(move, name, (before.department, before.name) if before else ("", ""), (held or "", number or ""), case)


def _read(conn: Connection, condition: str, *values: object) -> list[Move]:
    rows = conn.execute(
        "select m.id, m.offer, m.department, d.name, m.commune, m.place, m.told_on, m.moves_on, m.taken_at, k.outcome"
        " from agrement_move m join case_file k on k.id = m.id join department d on d.code = m.department"
        f" where {condition}",
        values,
    )
    return [Move(*row) for row in rows]
