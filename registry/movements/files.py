"""Files of movements: previewed, then applied once, or dropped. A call of the API is a file that needs no preview."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from registry import audit
from registry.accounts import Account
from registry.database import Connection
from registry.movements.applying import carry_out, civil_day, lock, lock_numbers, rematch_key
from registry.movements.planning import Decision, plan
from registry.movements.reading import Read
from registry.movements.rows import Refusal, Row, row_hash
from registry.movements.stored import Stored, select

KEPT_PREVIEW = timedelta(days=7)
"""A file that nobody applied is deleted after this: its names and numbers are of no more use."""


@dataclass(frozen=True)
class File:
    id: UUID
    department: str
    name: str
    via: str
    state: str
    notices: list[str]
    received_at: datetime
    applied_at: datetime | None


class FileGone(Exception):
    """No such file of this département, or not in the state that this needs."""


class PlanChanged(Exception):
    """What would happen is no longer what was shown: it has to be shown again."""


def preview(conn: Connection, account: Account, department: str, name: str, sha256: bytes, found: Read) -> UUID:
    """Keep what was found in a file (opening.opened) to be looked at; nothing takes effect. A file that was applied
    before is that same file. `sha256`: of its bytes."""
    if (applied := find_applied(conn, department, sha256)) is not None:
        return applied
    id = _store(conn, account, department, name, sha256, "file", found.rows, found.refusals, found.notices)
    # Whom it names stands in its rows.
    audit.note(conn, account, "movement.preview", None, _READ, file=str(id), rows=len(found.rows))
    return id


_READ = ("agrement.number", "agrement.status", "identity.birth_date", "identity.first_name", "identity.last_name")


def planned(conn: Connection, account: Account, file: File, today: date) -> tuple[list[Stored], dict[int, Decision]]:
    """The rows of a previewed file by their lines, and what would become of each."""
    rows = _rows(conn, file.id, "m.state = 'previewed'")
    audit.note(conn, account, "movement.read", None, _READ, file=str(file.id), rows=len(rows))
    return rows, plan(conn, file.department, rows, today, file=file.id)


def told(decisions: Mapping[int, Decision]) -> str:
    """A short mark of a plan: equal while the same would happen."""
    facts = [
        (id, each.state, each.reason or "", each.agrement.offer if each.agrement else "")
        for id, each in sorted(decisions.items())
    ]
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:32]


def apply(conn: Connection, file_id: UUID, account: Account | None, now: datetime, *, seen: str | None = None) -> int:
    """Apply a previewed file, once; returns how many movements took effect. `seen` is the mark (`told`) of what was
    shown. Raises PlanChanged when it would no longer be that, and FileGone."""
    row = conn.execute("select department from movement_file where id = %s", [file_id]).fetchone()
    if row is None:
        raise FileGone
    department: str = row[0]
    lock(conn, department)
    file = find(conn, department, file_id)
    if applied_as(conn, file_id) is not None:
        if file.state == "previewed":
            # It was sent twice, and the other one was applied meanwhile.
            drop(conn, file, account)
        return 0
    if file.state != "previewed":
        raise FileGone
    count = _carry_out(conn, file, account, civil_day(now), seen)
    conn.execute("update movement_file set state = 'applied', applied_at = clock_timestamp() where id = %s", [file_id])
    audit.note(conn, account, "movement.apply_file", None, ["agrement.status"], file=str(file_id), count=count)
    return count


def retry(conn: Connection, file: File, account: Account, now: datetime) -> int:
    """Try the refused rows of an applied file again: what stood against them may be gone."""
    lock(conn, file.department)
    conn.execute(
        "update movement set state = 'previewed', reason = null, offer = null, matched_key = null"
        " where file = %s and state = 'refused'",
        [file.id],
    )
    return _carry_out(conn, file, account, civil_day(now), None)


def receive(
    conn: Connection, department: str, name: str, data: bytes, rows: Sequence[Row], now: datetime
) -> tuple[UUID, bool]:
    """Movements by the API, applied at once; the file they became, and whether the very same bytes came before: then
    nothing is done again."""
    lock(conn, department)
    digest = hashlib.sha256(data).digest()
    if (applied := find_applied(conn, department, digest)) is not None:
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


def drop(conn: Connection, file: File, account: Account | None) -> None:
    """A preview that is not to be applied: its rows are deleted. Raises FileGone when it is no preview any more."""
    if not conn.execute(
        "update movement_file set state = 'dropped' where id = %s and state = 'previewed'", [file.id]
    ).rowcount:
        raise FileGone
    conn.execute("delete from movement where file = %s", [file.id])
    conn.execute("delete from movement_refusal where file = %s", [file.id])
    audit.note(conn, account, "movement.drop_file", None, (), file=str(file.id))


def purge(conn: Connection, now: datetime) -> int:
    """Delete previews that nobody applied; returns how many files."""
    return conn.execute(
        "delete from movement_file where state <> 'applied' and received_at < %s", [now - KEPT_PREVIEW]
    ).rowcount


def find(conn: Connection, department: str, id: UUID) -> File:
    """A file of this département. Raises FileGone."""
    files = _files(conn, "department = %s and id = %s", [department, id])
    if not files:
        raise FileGone
    return files[0]


def find_applied(conn: Connection, department: str, sha256: bytes) -> UUID | None:
    row = conn.execute(
        "select id from movement_file where department = %s and sha256 = %s and state = 'applied'", [department, sha256]
    ).fetchone()
    return row[0] if row else None


def applied_as(conn: Connection, id: UUID) -> UUID | None:
    """The applied file that has the same bytes: itself, or one that was sent beside it."""
    row = conn.execute(
        "select a.id from movement_file f join movement_file a on a.department = f.department and a.sha256 = f.sha256"
        " where f.id = %s and a.state = 'applied'",
        [id],
    ).fetchone()
    return row[0] if row else None


def history(conn: Connection, department: str, most: int = 50) -> list[tuple[File, dict[str, int]]]:
    """The last files of a département, newest first, each with how many of its rows are in each state; those refused
    before they were rows count as `unreadable`."""
    files = _files(
        conn, "department = %s and state <> 'dropped' order by received_at desc limit %s", [department, most]
    )
    counts: dict[UUID, dict[str, int]] = {}
    for id, state, count in conn.execute(
        "select file, state, count(*) from movement where file = any(%s) group by 1, 2"
        " union all select file, 'unreadable', count(*) from movement_refusal where file = any(%s) group by 1",
        [[each.id for each in files]] * 2,
    ):
        counts.setdefault(id, {})[state] = count
    return [(each, counts.get(each.id, {})) for each in files]


def report(conn: Connection, account: Account | None, file: File) -> list[Stored]:
    """The rows of a file as they are now, by their lines."""
    rows = _rows(conn, file.id)
    if account is not None:
        audit.note(conn, account, "movement.read", None, _READ, file=str(file.id), rows=len(rows))
    return rows


def refusals(conn: Connection, file: File) -> list[Refusal]:
    """The lines that were no movements."""
    return [
        Refusal(*row)
        for row in conn.execute("select line, reason from movement_refusal where file = %s order by line", [file.id])
    ]


def _carry_out(conn: Connection, file: File, account: Account | None, today: date, seen: str | None) -> int:
    rows = _rows(conn, file.id, "m.state = 'previewed'")
    lock_numbers(conn, file.department, {each.key for each in rows})
    decisions = plan(conn, file.department, rows, today, file=file.id)
    if seen is not None and told(decisions) != seen:
        raise PlanChanged
    count = carry_out(conn, account, rows, decisions, today)
    # What was said before and waits in the queue may be matched by now.
    for number in sorted({each.key for each in rows if decisions[each.id].state == "duplicate"}):
        count += rematch_key(conn, file.department, number, today)
    return count


def _store(
    conn: Connection,
    account: Account | None,
    department: str,
    name: str,
    sha256: bytes,
    via: str,
    rows: Iterable[Row],
    refusals: Iterable[Refusal],
    notices: Iterable[str],
) -> UUID:
    id: UUID = conn.execute(
        "insert into movement_file (department, name, sha256, via, account, state, notices)"
        " values (%s, %s, %s, %s, %s, 'previewed', %s) returning id",
        [department, name[:200], sha256, via, account and account.id, list(notices)],
    ).fetchall()[0][0]
    with conn.cursor() as cur:
        with cur.copy(
            "copy movement (file, line, department, number, last_name, first_name, birth_date, action, effective_on,"
            " row_hash, state) from stdin"
        ) as copy:
            for row in rows:
                copy.write_row(
                    (
                        id,
                        row.line,
                        department,
                        row.number,
                        row.last_name,
                        row.first_name,
                        row.birth_date,
                        row.action,
                        row.effective_on,
                        row_hash(department, row),
                        "previewed",
                    )
                )
        with cur.copy("copy movement_refusal (file, line, reason) from stdin") as copy:
            for refusal in refusals:
                copy.write_row((id, refusal.line, refusal.reason))
    return id


def _rows(conn: Connection, file: UUID, condition: str = "true") -> list[Stored]:
    return sorted(select(conn, f"m.file = %s and {condition}", [file]), key=lambda each: each.row.line)


def _files(conn: Connection, condition: str, values: Sequence[Any]) -> list[File]:
    return [
        File(*row)
        for row in conn.execute(
            "select id, department, name, via, state, notices, received_at, applied_at from movement_file"
            f" where {condition}",
            values,
        )
    ]
