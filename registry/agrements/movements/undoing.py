"""Movements are taken back, of a whole file or one alone: what each changed is put back as it was, in one transaction.

Nothing is put back under what was built on it since: a later movement of that agrément, one that waits and could no
longer follow, the same said by another file, another status. Then nothing at all is done, and each obstacle is named.
Callers commit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from domain import civil
from domain.french import day
from domain.vocabulary import AgrementStatus
from registry.accounts import Account, audit
from registry.agrements.movements import letters
from registry.agrements.movements.applying import lock, lock_numbers, status_of, write
from registry.agrements.movements.files import KIND, PlanChanged
from registry.agrements.movements.queue import one
from registry.agrements.movements.stored import Stored, select
from registry.agrements.movements.timeline import AFTER, RESULT, STANDINGS, Standing, verdicts
from registry.database import Connection
from registry.intake import runs
from registry.intake.runs import Run, RunGone

LIVE = ("applied", "waiting", "unmatched")
"""States of movements that did something, or will."""


class NotUndoable(Exception):
    """Something was built on what is to be taken back. `obstacles`: French sentences."""

    def __init__(self, obstacles: Sequence[str]) -> None:
        super().__init__(" ".join(obstacles))
        self.obstacles = list(obstacles)


@dataclass(frozen=True)
class Undoing:
    """What taking a movement back does: it becomes `undone` (it had taken effect) or `dropped`. `status`: what its
    agrément's becomes with the last of them; None where none changes. `obstacle`: a French sentence that forbids it."""

    movement: Stored
    becomes: Literal["undone", "dropped"]
    status: str | None = None
    obstacle: str | None = None


def of_file(conn: Connection, file: Run, today: date) -> list[Undoing]:
    """What taking back an applied file would do, by its lines. Changes nothing."""
    return _plan(conn, file.scope, _live(conn, file.id), today, whole=file.id)


def of_one(conn: Connection, movement: Stored, today: date) -> Undoing:
    """The same of one movement alone."""
    return _plan(conn, movement.department, [movement], today)[0]


def told(planned: Iterable[Undoing]) -> str:
    """The mark of what was shown (runs.mark)."""
    return runs.mark((each.movement.id, each.becomes, each.status or "", each.obstacle or "") for each in planned)


def note_reading(conn: Connection, account: Account, planned: Sequence[Undoing]) -> None:
    """Somebody has looked at what would be taken back: private facts."""
    fields = ("agrement.number", "agrement.status", "identity.birth_date", "identity.first_name", "identity.last_name")
    for file in sorted({each.movement.file for each in planned}):
        audit.note(conn, account, "movement.read", None, fields, file=str(file), rows=len(planned))


def undo_file(conn: Connection, id: UUID, account: Account, why: str, now: datetime, seen: str) -> int:
    """Take a whole file back, once; returns how many movements had taken effect. `why` is a French sentence, `seen` the
    mark (`told`) of what was shown. Raises NotUndoable, PlanChanged, and RunGone for one that is not applied."""
    lock(conn, runs.find(conn, id, KIND).scope)
    file = runs.find(conn, id, KIND)
    if file.state != "applied":
        raise RunGone
    lock_numbers(conn, file.scope, _keys(_live(conn, id)))
    planned = of_file(conn, file, civil.day(now))
    _check(planned, seen)
    _carry_out(conn, planned, account, why, now)
    runs.move(conn, id, "undone")
    audit.note(conn, account, "movement.undo_file", None, ["agrement.status"], file=str(id), count=len(planned))
    return sum(each.becomes == "undone" for each in planned)


def undo_one(
    conn: Connection, department: str, id: int, account: Account, why: str, now: datetime, seen: str
) -> Stored:
    """Take one movement back that took effect, and leave the others of its file; returns it as it was. A file of which
    nothing is left is taken back with it, so that it can be sent again. Raises NotUndoable, PlanChanged, and
    MovementGone for one that is not in effect."""
    lock(conn, department)
    movement = one(conn, department, id, "applied")
    lock_numbers(conn, department, _keys([movement]))
    planned = [of_one(conn, movement, civil.day(now))]
    _check(planned, seen)
    _carry_out(conn, planned, account, why, now)
    if not select(conn, "m.file = %s and m.state not in ('undone', 'dropped')", [movement.file]):
        runs.move(conn, movement.file, "undone")
    return movement


def _live(conn: Connection, file: UUID) -> list[Stored]:
    return select(conn, "m.file = %s and m.state = any(%s)", [file, list(LIVE)])


def _keys(movements: Iterable[Stored]) -> set[str]:
    return {each.matched_key for each in movements if each.matched_key}


def _check(planned: Sequence[Undoing], seen: str) -> None:
    if obstacles := [each.obstacle for each in planned if each.obstacle]:
        raise NotUndoable(obstacles)
    if told(planned) != seen:
        raise PlanChanged


def _plan(
    conn: Connection, department: str, movements: Sequence[Stored], today: date, *, whole: UUID | None = None
) -> list[Undoing]:
    """`whole`: the file of which all is taken back, with the lines of it that changed nothing."""
    again = _said_again(conn, movements, whole)
    groups: dict[tuple[str | None, str | None], list[Stored]] = {}
    for each in movements:
        groups.setdefault((each.offer, each.matched_key), []).append(each)
    planned: dict[int, Undoing] = {}
    for (offer, key), group in groups.items():
        status, obstacle = _agrement(conn, department, offer, key, group, today) if key else (None, None)
        for each in group:
            if twin := again.get(each.id):
                obstacle = f"Le même mouvement est dans un autre envoi, {twin.where()}\u00a0: annulez-le d’abord."
            planned[each.id] = Undoing(
                each,
                "undone" if each.state == "applied" else "dropped",
                status if each.state == "applied" else None,
                obstacle,
            )
    return [planned[each.id] for each in sorted(movements, key=lambda each: (each.file, each.row.line))]


def _agrement(
    conn: Connection, department: str, offer: str | None, key: str, group: Sequence[Stored], today: date
) -> tuple[str | None, str | None]:
    """What the status of an agrément becomes without these movements, and what was built on them. `offer` is None of
    one whose holder has left."""
    row = conn.execute(
        "select status, ends_on from agrement where offer = %s and department = %s and agrement_key(number) = %s",
        [offer, department, key],
    ).fetchone()
    known = select(
        conn,
        "m.department = %s and m.offer is not distinct from %s and m.matched_key = %s"
        " and m.state in ('applied', 'waiting')",
        [department, offer, key],
    )
    gone = {each.id for each in group}
    applied = sorted((each for each in group if each.state == "applied"), key=_order)
    kept = sorted((each for each in known if each.id not in gone), key=_order)
    for each in kept:
        if each.state == "applied" and applied and _order(each) > _order(applied[0]):
            return None, f"Un mouvement plus récent s’appuie dessus\u00a0: {each.entry()}. Annulez-le d’abord."
    if row is None:
        return None, None
    status, ends_on = row
    standing: Standing = STANDINGS[status]
    if applied:
        if standing != RESULT[applied[-1].row.action]:
            label = AgrementStatus.label_of(status)
            return None, f"L’agrément a changé depuis\u00a0: il est {label}."
        standing = _before(applied[0], [each for each in kept if each.state == "applied"])
    past = [each.entry() for each in kept if each.state == "applied"]
    waiting = [each for each in kept if each.state == "waiting"]
    judged = verdicts(standing, past, [], [each.entry(new=True) for each in waiting])
    for each in waiting:
        if judged[each.id].outcome != "accepted":
            return None, f"Un mouvement à venir s’appuie dessus\u00a0: {each.entry()}. Annulez-le d’abord."
    return (status_of(standing, ends_on, today) if applied else None), None


def _before(first: Stored, applied: Iterable[Stored]) -> Standing:
    """How the agrément stood before; of a movement older than the column, by what was applied before it."""
    if first.status_before is not None:
        return STANDINGS[first.status_before]
    standing: Standing = "suspended" if first.row.action == "levee_suspension" else "active"
    for each in applied:
        standing = AFTER.get((standing, each.row.action), standing)
    return standing


def _order(movement: Stored) -> tuple[date, int]:
    return movement.row.effective_on, movement.id


def _said_again(conn: Connection, movements: Sequence[Stored], whole: UUID | None) -> dict[int, Stored]:
    """Lines of files in force that changed nothing because of one of these, by its id: with it, they would be lost."""
    lines = select(
        conn,
        "m.state = 'duplicate' and f.state = 'applied' and m.file is distinct from %s"
        " and (m.row_hash = any(%s) or m.offer = any(%s))",
        [whole, [each.row_hash for each in movements], [each.offer for each in movements if each.offer]],
    )
    return {
        each.id: line
        for each in movements
        for line in reversed(lines)
        if line.row_hash == each.row_hash
        or (
            line.offer is not None
            and (line.offer, line.matched_key, line.row.action) == (each.offer, each.matched_key, each.row.action)
            and line.row.effective_on >= each.row.effective_on
        )
    }


def _carry_out(conn: Connection, planned: Sequence[Undoing], account: Account, why: str, now: datetime) -> None:
    reason = f"Annulé le {day(civil.day(now))}\u00a0: {why}"
    for each in planned:
        movement = each.movement
        conn.execute("update movement set state = %s, reason = %s where id = %s", [each.becomes, reason, movement.id])
        audit.note(
            conn, account, "movement.undo", movement.offer, ["agrement.status"], movement=movement.id, to=each.becomes
        )
        if each.becomes == "undone" and movement.offer is not None:
            if each.status is not None:
                write(conn, movement.offer, each.status)
            letters.correct(conn, movement.offer, movement)
    # What these took the place of waits for a person again, unless the same was said anew.
    conn.execute(
        "update movement m set state = 'unmatched', answered_by = null,"
        " reason = 'Le mouvement qui remplaçait cette ligne a été annulé.'"
        " where m.answered_by = any(%s) and m.state = 'dropped' and not exists (select from movement t"
        " where t.row_hash = m.row_hash and t.state in ('waiting', 'applied', 'unmatched'))",
        [[each.movement.id for each in planned]],
    )
