"""Files of movements: previewed, then applied once, or dropped; `undoing` takes them back.

A call of the API is a file that needs no preview, a movement entered by form a file of one row.
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from domain import civil
from registry import database
from registry.accounts import Account, audit
from registry.agrements.movements.applying import carry_out, lock, lock_numbers, rematch_key
from registry.agrements.movements.matching import Agrement
from registry.agrements.movements.planning import Decision, plan
from registry.agrements.movements.reading import Read
from registry.agrements.movements.rows import Refusal, Row, row_hash
from registry.agrements.movements.stored import Stored, select
from registry.database import Connection
from registry.intake import runs
from registry.intake.runs import Outcome, Run, RunGone

KIND: runs.Kind = "movements"

UNREADABLE = "unreadable"
"""The outcome of a line that is no movement; what became of the others stands in `movement`, since it goes on."""


EFFECTIVE = ("applied", "waiting", "unmatched")
"""What a plan may make of a movement so that applying it does something: the rest is refused, or known already."""


class NothingToApply(Exception):
    """Nothing of what was shown would be done."""


class PlanChanged(Exception):
    """What would happen is no longer what was shown: it has to be shown again."""


def preview(conn: Connection, account: Account, department: str, name: str, sha256: bytes, found: Read) -> UUID:
    """Keep what was found in a file (opening.opened) to be looked at; nothing takes effect. A file that was applied
    before is that same file. `sha256`: of its bytes."""
    if (applied := runs.applied(conn, KIND, department, sha256)) is not None:
        return applied
    id = _store(conn, account, department, name, sha256, "file", found.rows, found.refusals, found.notices)
    # Whom it names stands in its rows.
    audit.note(conn, account, "movement.preview", None, _READ, file=str(id), rows=len(found.rows))
    return id


def enter(conn: Connection, account: Account, department: str, agrement: Agrement, row: Row) -> UUID:
    """Keep one movement of an agrément, which a person has chosen and entered, to be looked at like a file. Two that
    say the same are two files: the preview of the second says that it changes nothing."""
    id = _store(conn, account, department, "Saisie", secrets.token_bytes(32), "form", [row], [], [])
    audit.note(conn, account, "movement.enter", agrement.offer, _READ, file=str(id), kind=row.action)
    return id


_READ = ("agrement.number", "agrement.status", "identity.birth_date", "identity.first_name", "identity.last_name")


def planned(conn: Connection, account: Account, file: Run, today: date) -> tuple[list[Stored], dict[int, Decision]]:
    """The rows of a previewed file by their lines, and what would become of each."""
    rows = _rows(conn, file.id, "m.state = 'previewed'")
    audit.note(conn, account, "movement.read", None, _READ, file=str(file.id), rows=len(rows))
    return rows, plan(conn, file.scope, rows, today, file=file.id)


def told(decisions: Mapping[int, Decision]) -> str:
    """The mark of a plan (runs.mark): equal while the same would happen."""
    return runs.mark(
        (id, each.state, each.reason or "", each.agrement.offer if each.agrement else "")
        for id, each in sorted(decisions.items())
    )


def does_something(decisions: Mapping[int, Decision]) -> bool:
    """Whether applying this plan changes an agrément, now or on a later day, or leaves a movement to be matched."""
    return any(each.state in EFFECTIVE for each in decisions.values())


def apply(conn: Connection, file_id: UUID, account: Account | None, now: datetime, *, seen: str | None = None) -> int:
    """Apply a previewed file, once; returns how many movements took effect. `seen` is the mark (`told`) of what was
    shown. Raises PlanChanged when it would no longer be that, NothingToApply, and RunGone."""
    lock(conn, runs.find(conn, file_id, KIND).scope)
    file = runs.find(conn, file_id, KIND)
    if applied_as(conn, file) is not None:
        if file.state == "previewed":
            # It was sent twice, and the other one was applied meanwhile.
            drop(conn, file, account)
        return 0
    if file.state != "previewed":
        raise RunGone
    count = _carry_out(conn, file, account, civil.day(now), seen)
    runs.move(conn, file_id, "applied")
    audit.note(conn, account, "movement.apply_file", None, ["agrement.status"], file=str(file_id), count=count)
    return count


def retry(conn: Connection, file: Run, account: Account, now: datetime) -> int:
    """Try the refused rows of an applied file again: what stood against them may be gone."""
    lock(conn, file.scope)
    conn.execute(
        "update movement set state = 'previewed', reason = null, offer = null, matched_key = null"
        " where file = %s and state = 'refused'",
        [file.id],
    )
    return _carry_out(conn, file, account, civil.day(now), None)


def receive(
    conn: Connection, department: str, name: str, data: bytes, rows: Sequence[Row], now: datetime
) -> tuple[UUID, bool]:
    """Movements by the API, applied at once; the file they became, and whether the very same bytes came before: then
    nothing is done again."""
    lock(conn, department)
    digest = hashlib.sha256(data).digest()
    if (applied := runs.applied(conn, KIND, department, digest)) is not None:
        return applied, True
    id = _store(conn, None, department, name, digest, "api", rows, [], [])
    apply(conn, id, None, now)
    return id, False


def rehearse(conn: Connection, department: str, rows: Sequence[Row], today: date) -> list[tuple[Row, str, str | None]]:
    """What `receive` would say of these rows: nothing of it stays, whatever the caller commits."""
    with conn.transaction(force_rollback=True):
        id = _store(conn, None, department, "", b"", "api", rows, [], [])
        stored = _rows(conn, id)
        decisions = plan(conn, department, stored, today, file=id)
    return [(each.row, decisions[each.id].state, decisions[each.id].reason) for each in stored]


def drop(conn: Connection, file: Run, account: Account | None) -> None:
    """A preview that is not to be applied: its rows are deleted. Raises RunGone when it is no preview any more."""
    runs.drop(conn, file.id)
    conn.execute("delete from movement where file = %s", [file.id])
    audit.note(conn, account, "movement.drop_file", None, (), file=str(file.id))


def applied_as(conn: Connection, file: Run) -> UUID | None:
    """The applied file that has the same bytes: itself, or one that was sent beside it."""
    return runs.applied(conn, KIND, file.scope, file.sha256)


def history(conn: Connection, department: str) -> list[tuple[Run, dict[str, int]]]:
    """The last files of a département, newest first, each with how many of its rows are in each state; those refused
    before they were rows count as `unreadable`."""
    files = runs.history(conn, KIND, department)
    ids = [each.id for each in files]
    counts = runs.counts(conn, ids)
    for id, state, count in conn.execute(
        "select file, state, count(*) from movement where file = any(%s) group by 1, 2", [ids]
    ):
        counts.setdefault(id, {})[state] = count
    return [(each, counts.get(each.id, {})) for each in files]


def report(conn: Connection, account: Account | None, file: Run) -> list[Stored]:
    """The rows of a file as they are now, by their lines."""
    rows = _rows(conn, file.id)
    if account is not None:
        audit.note(conn, account, "movement.read", None, _READ, file=str(file.id), rows=len(rows))
    return rows


def refusals(conn: Connection, file: Run) -> list[Refusal]:
    """The lines that were no movements."""
    return [Refusal(each.number, " ".join(each.reasons)) for each in runs.outcomes(conn, file.id)]


def _carry_out(conn: Connection, file: Run, account: Account | None, today: date, seen: str | None) -> int:
    rows = _rows(conn, file.id, "m.state = 'previewed'")
    lock_numbers(conn, file.scope, {each.key for each in rows})
    decisions = plan(conn, file.scope, rows, today, file=file.id)
    if seen is not None and told(decisions) != seen:
        raise PlanChanged
    if seen is not None and not does_something(decisions):
        raise NothingToApply
    count = carry_out(conn, account, rows, decisions, today)
    # What was said before and waits in the queue may be matched by now.
    for number in sorted({each.key for each in rows if decisions[each.id].state == "duplicate"}):
        count += rematch_key(conn, file.scope, number, today)
    return count


def _store(
    conn: Connection,
    account: Account | None,
    department: str,
    name: str,
    sha256: bytes,
    via: Literal["file", "api", "form"],
    rows: Iterable[Row],
    refusals: Iterable[Refusal],
    notices: Sequence[str],
) -> UUID:
    id = runs.begin(
        conn,
        KIND,
        department,
        name,
        sha256,
        "previewed",
        via=via,
        account=account.id if account else None,
        notices=notices,
    )
    database.copy(
        conn,
        "movement",
        (
            *("file", "line", "department", "number", "last_name", "first_name", "birth_date"),
            *("action", "effective_on", "row_hash", "state"),
        ),
        (
            (
                *(id, row.line, department, row.number, row.last_name, row.first_name, row.birth_date),
                *(row.action, row.effective_on, row_hash(department, row), "previewed"),
            )
            for row in rows
        ),
    )
    runs.keep(conn, id, (Outcome(each.line, each.line, UNREADABLE, reasons=[each.reason]) for each in refusals))
    return id


def _rows(conn: Connection, file: UUID, condition: str = "true") -> list[Stored]:
    return sorted(select(conn, f"m.file = %s and {condition}", [file]), key=lambda each: each.row.line)
