"""Runs: a file, how far it has come, and the outcome of each of its rows. Callers commit."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from domain import civil
from registry.database import Connection
from registry.scales import current_scales

Kind = Literal["structures", "movements", "legacy"]
State = Literal["previewed", "running", "applied", "confirmed", "undoing", "undone", "dropped"]

NEXT: dict[State, tuple[State, ...]] = {
    "previewed": ("applied", "dropped"),
    "running": ("applied", "undoing"),
    "applied": ("confirmed", "undoing", "undone"),
    "undoing": ("undone",),
    "confirmed": (),
    "undone": (),
    "dropped": (),
}
"""What may follow a state. A run of one transaction goes from `previewed` to `applied`, and from there to `undone`;
one of many batches is `running` and `undoing` in between."""

FETCHED = 2_000
"""Outcomes that are fetched at once."""

SHORT = 8
"""Digits of a run's id by which people name it."""

SHORTEST = 4
"""Digits that name a run at the least: fewer are a slip, which must not name the only run that there is."""


class RunGone(Exception):
    """No such run, or not in a state that this needs."""


@dataclass(frozen=True)
class Run:
    """`scope`: what the file is of, within its kind (a département, a source). `mark` (see the function of that name):
    of what its preview showed. `context`: what its house needs to go on with it or to take it back. `rows_done`: rows
    of the file whose outcome is committed."""

    id: UUID
    kind: Kind
    scope: str
    name: str
    sha256: bytes
    via: str
    state: State
    mark: str | None
    notices: list[str]
    counts: dict[str, int]
    context: dict[str, Any]
    rows_done: int
    received_at: datetime
    applied_at: datetime | None
    ended_at: datetime | None

    @property
    def short(self) -> str:
        return short(self.id)


def short(id: UUID) -> str:
    """How people name a run."""
    return id.hex[:SHORT]


_COLUMNS = (
    "id, kind, scope, name, sha256, via, state, mark, notices, counts, context, rows_done, received_at, applied_at,"
    " ended_at"
)


@dataclass(frozen=True)
class Outcome:
    """What became of a row. `number` orders the outcomes of a run; `line`: where the row stands in its file, None for
    what is no row of it. `reasons`: French sentences. `before`, `after`: what the row changed, so that it can be put
    back. `mail` is private, and erased as its house says."""

    number: int
    line: int | None
    outcome: str
    name: str = ""
    reasons: list[str] = field(default_factory=list)
    offer: str | None = None
    account: UUID | None = None
    mail: str | None = None
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None


_OF_A_ROW = ("number", "line", "outcome", "name", "reasons", "offer", "account", "mail", "before", "after")


def begin(
    conn: Connection,
    kind: Kind,
    scope: str,
    name: str,
    sha256: bytes,
    state: Literal["previewed", "running"],
    *,
    via: Literal["file", "api", "form"] = "file",
    account: UUID | None = None,
    mark: str | None = None,
    notices: Sequence[str] = (),
    counts: Mapping[Any, int] | None = None,
    context: Mapping[str, Any] | None = None,
) -> UUID:
    """A new run. `name` is the file's, without its folder; `sha256` of its bytes; `account` of who sent it."""
    id: UUID = conn.execute(
        """
        insert into intake_run (kind, scope, name, sha256, state, via, account, mark, notices, counts, context)
        values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) returning id
        """,
        [
            *(kind, scope, shown(name), sha256, state, via, account, mark, list(notices)),
            *(Jsonb(dict(counts or {})), Jsonb(dict(context or {}))),
        ],
    ).fetchall()[0][0]
    return id


def shown(name: str) -> str:
    """A file's name as a report can show it: old Windows shares give bytes that are no text, and strangers signs that
    a terminal obeys."""
    written = name.encode("utf-8", "replace").decode()
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in written)[:200]


def find(conn: Connection, id: UUID, kind: Kind | None = None, scope: str | None = None) -> Run:
    """A run; only one of this kind and scope, where they are given. Raises RunGone."""
    found = select(
        conn,
        "id = %(id)s and kind = coalesce(%(kind)s, kind) and scope = coalesce(%(scope)s, scope)",
        {"id": id, "kind": kind, "scope": scope},
    )
    if not found:
        raise RunGone
    return found[0]


def named(conn: Connection, name: str, kind: Kind) -> Run:
    """The one run whose id begins so. Raises RunGone for none, for several, and for fewer than SHORTEST digits."""
    digits = name.replace("-", "").lower()
    if len(digits) < SHORTEST:
        raise RunGone
    found = select(
        conn,
        "kind = %(kind)s and starts_with(replace(id::text, '-', ''), %(name)s)",
        {"kind": kind, "name": digits},
    )
    if len(found) != 1:
        raise RunGone
    return found[0]


def select(conn: Connection, condition: str, values: Mapping[str, Any], most: int | None = None) -> list[Run]:
    """The runs of which a condition of ours holds, newest first: all, or `most` of them."""
    with conn.cursor(row_factory=class_row(Run)) as cursor:
        return cursor.execute(
            f"select {_COLUMNS} from intake_run where {condition} order by received_at desc, id limit %(most)s",
            {**values, "most": most},
        ).fetchall()


def applied(conn: Connection, kind: Kind, scope: str, sha256: bytes) -> UUID | None:
    """The run by which these very bytes have been applied."""
    found = select(
        conn,
        "kind = %(kind)s and scope = %(scope)s and sha256 = %(sha256)s and state = 'applied'",
        {"kind": kind, "scope": scope, "sha256": sha256},
    )
    return found[0].id if found else None


def history(conn: Connection, kind: Kind | None = None, scope: str | None = None, most: int = 50) -> list[Run]:
    """The last runs that were not dropped, newest first."""
    return select(
        conn,
        "kind = coalesce(%(kind)s, kind) and scope = coalesce(%(scope)s, scope) and state <> 'dropped'",
        {"kind": kind, "scope": scope},
        most,
    )


def move(conn: Connection, id: UUID, to: State) -> None:
    """The run's next state. Raises RunGone when it is in none that `to` may follow: so nothing happens twice."""
    before = [state for state, after in NEXT.items() if to in after]
    moved = conn.execute(
        """
        update intake_run
        set state = %(to)s,
            applied_at = case when %(to)s = 'applied' then clock_timestamp() else applied_at end,
            ended_at = case when %(to)s in ('confirmed', 'undone', 'dropped') then clock_timestamp() end
        where id = %(id)s and state = any (%(before)s)
        """,
        {"to": to, "id": id, "before": before},
    )
    if not moved.rowcount:
        raise RunGone


def advance(conn: Connection, id: UUID, rows_done: int) -> None:
    """How many rows of the file are done, for a run of many batches: committed with the batch."""
    conn.execute("update intake_run set rows_done = %s where id = %s", [rows_done, id])


def drop(conn: Connection, id: UUID) -> None:
    """A preview that is not to be applied: its rows are deleted. Raises RunGone when it is no preview any more."""
    move(conn, id, "dropped")
    clear(conn, id)


def purge(conn: Connection, now: datetime) -> int:
    """Delete previews that nobody applied for so long, with all that hangs from them (their names and numbers are of no
    more use); returns how many."""
    kept = current_scales(conn).duration("intake_preview_days", civil.day(now))
    return conn.execute(
        "delete from intake_run where state in ('previewed', 'dropped') and received_at < %s", [now - kept]
    ).rowcount


def keep(conn: Connection, id: UUID, outcomes: Iterable[Outcome]) -> None:
    """Write the outcomes of rows."""
    with (
        conn.cursor() as cursor,
        cursor.copy(f"copy intake_row (run, {', '.join(_OF_A_ROW)}) from stdin") as copy,
    ):
        for each in outcomes:
            copy.write_row(
                (
                    *(id, each.number, each.line, each.outcome, each.name, each.reasons),
                    *(each.offer, each.account, each.mail),
                    *(None if facts is None else Jsonb(facts) for facts in (each.before, each.after)),
                )
            )


def outcomes(conn: Connection, id: UUID) -> Iterator[Outcome]:
    """What became of each row, in order; streamed, as there may be hundreds of thousands."""
    with conn.cursor(f"outcomes_{id.hex}", row_factory=class_row(Outcome)) as cursor:
        cursor.itersize = FETCHED
        cursor.execute(f"select {', '.join(_OF_A_ROW)} from intake_row where run = %s order by number", [id])
        yield from cursor


def clear(conn: Connection, id: UUID) -> None:
    """Delete the outcomes of a run: those of its preview, before what became of its rows is kept."""
    conn.execute("delete from intake_row where run = %s", [id])


def take_back(conn: Connection, id: UUID, most: int) -> list[Outcome]:
    """Delete the last outcomes of a run and return them: the rows that a batch of its undoing takes back."""
    with conn.cursor(row_factory=class_row(Outcome)) as cursor:
        return cursor.execute(
            f"""
            delete from intake_row where (run, number) in
                (select run, number from intake_row where run = %s order by number desc limit %s)
            returning {", ".join(_OF_A_ROW)}
            """,
            [id, most],
        ).fetchall()


def counts(conn: Connection, ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """How many rows of each of these runs have each outcome; a run without rows is left out."""
    found: dict[UUID, dict[str, int]] = {}
    for id, outcome, count in conn.execute(
        "select run, outcome, count(*) from intake_row where run = any (%s) group by 1, 2", [list(ids)]
    ):
        found.setdefault(id, {})[outcome] = count
    return found


def offers(conn: Connection, id: UUID, outcomes: Sequence[str]) -> list[str]:
    """The offers of the rows that have one of these outcomes."""
    return [offer for (offer,) in _of_outcomes(conn, id, outcomes, "offer")]


def accounts(conn: Connection, id: UUID, outcomes: Sequence[str]) -> list[UUID]:
    """The accounts that the rows with one of these outcomes made."""
    return [account for (account,) in _of_outcomes(conn, id, outcomes, "account")]


def mails(conn: Connection, id: UUID, outcomes: Sequence[str]) -> list[str]:
    """The addresses that are kept beside the rows with one of these outcomes."""
    return [mail for (mail,) in _of_outcomes(conn, id, outcomes, "mail")]


def _of_outcomes(
    conn: Connection, id: UUID, outcomes: Sequence[str], column: Literal["offer", "account", "mail"]
) -> list[tuple[Any]]:
    return conn.execute(
        f"select {column} from intake_row where run = %s and outcome = any (%s) and {column} is not null",
        [id, list(outcomes)],
    ).fetchall()


def forget_mails(conn: Connection, id: UUID) -> None:
    """Erase every address beside the rows of a run."""
    conn.execute("update intake_row set mail = null where run = %s and mail is not null", [id])


def forget_person(conn: Connection, account: UUID, offer: str | None, mail: str) -> None:
    """Erase the address of someone who leaves, in every run: beside the rows of her account or offer, and wherever
    else it stands."""
    conn.execute(
        "update intake_row set mail = null where account = %s or offer = %s or mail = %s", [account, offer, mail]
    )


def analyze(conn: Connection) -> None:
    """Fresh statistics of the rows, after a run of very many."""
    conn.execute("analyze intake_row")


def mark(facts: Iterable[object]) -> str:
    """A short mark of a plan: equal while the same would happen. `facts` have a stable repr."""
    return hashlib.sha256(repr(list(facts)).encode(errors="surrogatepass")).hexdigest()[:32]
