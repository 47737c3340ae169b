"""The migration as a whole: a dry run, the run itself, and then its confirmation or its revert.

A batch is one transaction: what became of its lines, and how far the file is done, are committed with it. So a run that
is killed at any moment leaves whole batches, and the next one goes on behind them. A revert goes the same way back.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import islice
from pathlib import Path
from typing import cast
from uuid import UUID

from registry import database, territory
from registry.database import Connection
from registry.intake import runs
from registry.legacy import LegacyRefused, invitations, reading
from registry.legacy.decisions import Bounds, Decision, Outcome, decide
from registry.legacy.duplicates import duplicates
from registry.legacy.reading import LegacyFile, Line
from registry.legacy.report import Figures
from registry.legacy.values import key
from registry.legacy.writing import write
from registry.territory import Territory

KIND: runs.Kind = "legacy"

BATCH = 2_000
"""Lines in a transaction: short enough to hold up no search and no other writer."""

Report = Callable[[str, int, int], None]
"""Told (French label, done, total)."""


@dataclass(frozen=True)
class _Task:
    """What every batch of a file is decided by."""

    file: LegacyFile
    twice: dict[int, int]
    territory: Territory
    bounds: Bounds
    today: date


def dry_run(database_url: str, path: Path, *, today: date, report: Report) -> Figures:
    """What a run would do, decided as a run decides it, over a connection that cannot write. Raises LegacyRefused.

    Lines of one number under two names are told apart within a batch only, so that a figure may differ by a few.
    """
    figures = Figures()
    with database.connect(database_url) as conn:
        conn.read_only = True
        task = _task(conn, path, today)
        figures.notices += task.file.notices
        done = 0
        for lines in _batches(reading.lines(task.file)):
            for each in _decided(conn, task, lines):
                figures.count(each.line, each.outcome, each.problems, _is_invited(each))
            done += len(lines)
            report("lignes examinées", done, task.file.rows)
    return figures


def migrate(
    database_url: str, path: Path, *, today: date, fictitious: bool, report: Report, batch: int = BATCH
) -> Figures:
    """Run it, or go on with it after a stop; a file that is done is not done again. Returns the figures of all of it.

    `fictitious` marks every profile so, else the file says it. Raises LegacyRefused: no such file, another migration is
    under way or waits to be confirmed, or this file was confirmed before.
    """
    with _alone(database_url) as conn:
        task = _task(conn, path, today)
        run, done = _open(conn, task.file)
        conn.commit()
        for lines in _batches(reading.lines(task.file, done), batch):
            done += len(lines)
            database.retried(database_url, partial(_apply, run, task, lines, done, fictitious))
            report("lignes reprises", done, task.file.rows)
        if runs.find(conn, run).state == "running":
            runs.move(conn, run, "applied")
        conn.execute("analyze account, offer, am_identity, am_contact, am_home, agrement")
        runs.analyze(conn)
        conn.commit()
        return figures_of(conn, run)


def confirm(database_url: str, site_url: str) -> int:
    """Make the finished run final and queue the invitations; returns how many mails. It cannot be reverted any more.

    What the registry still knows of those whose offers it closed is erased. One transaction. Raises LegacyRefused.
    """
    with _alone(database_url) as conn:
        run = _waiting(conn, "applied")
        queued = invitations.queue(conn, run, site_url)
        closed = runs.offers(conn, run, ["closed"])
        for table in ("agrement", "am_identity", "am_contact", "am_home", "am_mam", "timetable", "leave"):
            conn.execute(f"delete from {table} where offer = any (%s)", [closed])
        runs.forget_mails(conn, run)
        runs.move(conn, run, "confirmed")
        conn.commit()
        return queued


def revert(database_url: str, report: Report, batch: int = BATCH) -> int:
    """Take back a run that is not confirmed, or go on taking it back; returns how many lines. Raises LegacyRefused.

    Accounts and profiles that it made go, with all that was entered into them since; closed offers are as before.
    """
    with _alone(database_url) as conn:
        run = _waiting(conn, "running", "applied", "undoing")
        if runs.find(conn, run).state != "undoing":
            runs.move(conn, run, "undoing")
        total = sum(runs.counts(conn, [run]).get(run, {}).values())
        conn.commit()
        done = 0
        while taken := database.retried(database_url, partial(_take_back, run, batch)):
            done += taken
            report("lignes annulées", done, total)
        runs.move(conn, run, "undone")
        conn.commit()
        return total


def figures_of(conn: Connection, run: UUID) -> Figures:
    """Of a run as it stands in the registry."""
    figures = Figures(notices=[*runs.find(conn, run).notices])
    for line, outcome, problems, invited in rows_of(conn, run):
        figures.count(line, outcome, problems, invited)
    return figures


def rows_of(conn: Connection, run: UUID) -> Iterator[tuple[int, Outcome, list[str], bool]]:
    """Line, outcome, problems, and whether she is to be invited, in the order of the file."""
    for each in runs.outcomes(conn, run):
        yield each.number, cast(Outcome, each.outcome), each.reasons, each.mail is not None


def last_run(conn: Connection) -> UUID | None:
    """The newest run, whatever became of it."""
    found = runs.history(conn, KIND, most=1)
    return found[0].id if found else None


def _task(conn: Connection, path: Path, today: date) -> _Task:
    file = reading.examine(path)
    bounds = {
        code: tuple(box) if box else None for code, box in conn.execute("select code, bounds from commune").fetchall()
    }
    if not bounds:
        raise LegacyRefused("Le registre ne contient aucune commune\u00a0: chargez d’abord le territoire.")
    return _Task(file, duplicates(map(key, reading.lines(file))), territory.read(conn), bounds, today)


def _decided(conn: Connection, task: _Task, lines: list[Line]) -> list[Decision]:
    return decide(conn, lines, task.twice, task.territory, task.bounds, task.today)


def _apply(run: UUID, task: _Task, lines: list[Line], done: int, fictitious: bool, conn: Connection) -> None:
    write(conn, run, _decided(conn, task, lines), task.today, fictitious)
    runs.advance(conn, run, done)


def _take_back(run: UUID, batch: int, conn: Connection) -> int:
    database.expect_many(conn)
    rows = runs.take_back(conn, run, batch)
    conn.execute("delete from account where id = any (%s)", [[each.account for each in rows if each.account]])
    made = [each.offer for each in rows if each.outcome in ("published", "draft")]
    conn.execute("delete from offer where id = any (%s)", [made])
    closed = [(each.offer, (each.before or {}).get("publication")) for each in rows if each.outcome == "closed"]
    conn.execute(
        "update offer o set publication = before.publication"
        " from unnest(%s::text[], %s::text[]) as before (id, publication)"
        " where o.id = before.id and o.publication = 'closed'",
        [[offer for offer, _ in closed], [before for _, before in closed]],
    )
    return len(rows)


def _open(conn: Connection, file: LegacyFile) -> tuple[UUID, int]:
    """The run of this file and how many rows of it are done."""
    run = _open_run(conn)
    if run is not None:
        if run.state == "undoing":
            raise LegacyRefused("Une reprise est en cours d’annulation\u00a0: terminez-la d’abord (--revert).")
        if run.sha256 != file.sha256:
            raise LegacyRefused(
                "La reprise d’un autre fichier n’est pas terminée\u00a0:"
                " confirmez-la (--confirm) ou annulez-la (--revert)."
            )
        return run.id, run.rows_done
    if runs.select(
        conn,
        "kind = %(kind)s and sha256 = %(sha256)s and state = 'confirmed'",
        {"kind": KIND, "sha256": file.sha256},
    ):
        raise LegacyRefused("Ce fichier a déjà été repris, et la reprise est confirmée. Rien n’a été changé.")
    return runs.begin(conn, KIND, "", file.path.name, file.sha256, "running", notices=file.notices), 0


def _open_run(conn: Connection) -> runs.Run | None:
    """The run that is neither confirmed nor taken back: there is at most one."""
    found = runs.select(conn, "kind = %(kind)s and state in ('running', 'applied', 'undoing')", {"kind": KIND})
    return found[0] if found else None


def _waiting(conn: Connection, *states: str) -> UUID:
    run = _open_run(conn)
    if run is None:
        raise LegacyRefused("Aucune reprise n’attend\u00a0: rien à confirmer ni à annuler.")
    if run.state not in states:
        raise LegacyRefused(
            "La reprise est en cours d’annulation\u00a0: terminez-la (--revert)."
            if run.state == "undoing"
            else "La reprise n’est pas terminée\u00a0: relancez-la avec le même fichier, puis confirmez."
        )
    return run.id


@contextmanager
def _alone(database_url: str) -> Iterator[Connection]:
    """A connection that holds the one lock of migrations; it ends with the process, however that ends."""
    with database.connect(database_url) as conn:
        (free,) = conn.execute("select pg_try_advisory_lock(hashtext('ribambelle legacy'))").fetchall()[0]
        if not free:
            raise LegacyRefused("Une reprise est déjà en cours dans un autre programme.")
        conn.commit()
        yield conn


def _batches(lines: Iterable[Line], size: int = BATCH) -> Iterator[list[Line]]:
    rest = iter(lines)
    while batch := list(islice(rest, size)):
        yield batch


def _is_invited(each: Decision) -> bool:
    return each.outcome in ("removed", "closed") and bool(each.entry and each.entry.mail)
