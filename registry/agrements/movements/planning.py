"""What would become of movements if they were applied now. Changes nothing: the preview and `applying` share it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from domain.spelling import fold
from registry.agrements.movements import matching
from registry.agrements.movements.matching import Agrement
from registry.agrements.movements.rows import key
from registry.agrements.movements.stored import Stored, select
from registry.agrements.movements.timeline import STANDINGS, Standing, verdicts
from registry.database import Connection

State = Literal["applied", "waiting", "unmatched", "refused", "duplicate"]


@dataclass(frozen=True)
class Decision:
    """`state` is what the movement's becomes; `agrement` whom it is about, when that is known."""

    state: State
    reason: str | None = None
    agrement: Agrement | None = None


def plan(
    conn: Connection,
    department: str,
    movements: Sequence[Stored],
    today: date,
    *,
    file: UUID | None = None,
    by_hand: Mapping[int, Agrement] | None = None,
) -> dict[int, Decision]:
    """What becomes of each of these movements, by its id. `by_hand`: those that a person has matched.

    Lines of `file` are named by their number alone.
    """
    decisions: dict[int, Decision] = {}
    fresh: list[Stored] = []
    known = _already(conn, movements)
    for each in sorted(movements, key=lambda each: (each.file, each.row.line)):
        first = known.setdefault(each.row_hash, each)
        if first.id == each.id:
            fresh.append(each)
        else:
            queued = " et elle attend d’être rapprochée" if first.state == "unmatched" else ""
            decisions[each.id] = Decision("duplicate", f"Déjà dit\u00a0: {first.where(file)}{queued}.")
    agrements = matching.by_key(conn, department, (each.key for each in fresh))
    matched: dict[str, tuple[Agrement, list[Stored]]] = {}
    unmatched: dict[tuple[str, str], list[Stored]] = {}
    reasons: dict[int, str] = {}
    for each in fresh:
        found = (by_hand or {}).get(each.id) or matching.match(each.row, agrements)
        if isinstance(found, str):
            reasons[each.id] = found
            unmatched.setdefault((each.key, fold(each.row.last_name)), []).append(each)
        else:
            matched.setdefault(found.offer, (found, []))[1].append(each)
    before = _before(conn, department, [agrement for agrement, _ in matched.values()])
    for agrement, group in matched.values():
        standing = STANDINGS[agrement.status]
        for id, verdict in _verdicts(standing, before.get(agrement.offer, []), group, file).items():
            decisions[id] = Decision(verdict[0], verdict[1], agrement)
    waiting = _unmatched(conn, department, unmatched, movements)
    for who, group in unmatched.items():
        for id, verdict in _verdicts(None, waiting.get(who, []), group, file).items():
            refused = verdict[0] != "applied"
            decisions[id] = Decision(verdict[0] if refused else "unmatched", verdict[1] if refused else reasons[id])
    due = {each.id: each.row.effective_on <= today for each in fresh}
    return {
        id: Decision("waiting", None, decision.agrement) if decision.state == "applied" and not due[id] else decision
        for id, decision in decisions.items()
    }


def _verdicts(
    standing: Standing | None, before: Iterable[Stored], group: Iterable[Stored], file: UUID | None
) -> dict[int, tuple[State, str | None]]:
    applied = [each.entry(file) for each in before if each.state == "applied"]
    waiting = [each.entry(file) for each in before if each.state != "applied"]
    new = [each.entry(file, new=True) for each in group]
    return {
        id: ("applied" if verdict.outcome == "accepted" else verdict.outcome, verdict.reason)
        for id, verdict in verdicts(standing, applied, waiting, new).items()
    }


def _already(conn: Connection, movements: Sequence[Stored]) -> dict[bytes, Stored]:
    """What earlier files said of the same, by the row's hash."""
    return {
        each.row_hash: each
        for each in select(
            conn,
            "m.row_hash = any(%s) and m.state in ('waiting', 'applied', 'unmatched') and m.id <> all(%s)",
            [[each.row_hash for each in movements], [each.id for each in movements]],
        )
    }


def _before(conn: Connection, department: str, agrements: Sequence[Agrement]) -> dict[str, list[Stored]]:
    """What is applied or waits on these agréments, by offer; what was of an earlier number is none of theirs."""
    keys = {agrement.offer: key(agrement.number) for agrement in agrements}
    found: dict[str, list[Stored]] = {}
    for each in select(
        conn,
        "m.department = %s and m.offer = any(%s) and m.state in ('waiting', 'applied')",
        [department, list(keys)],
    ):
        if each.offer is not None and each.matched_key == keys[each.offer]:
            found.setdefault(each.offer, []).append(each)
    return found


def _unmatched(
    conn: Connection, department: str, groups: Iterable[tuple[str, str]], but: Sequence[Stored]
) -> dict[tuple[str, str], list[Stored]]:
    """What is in the queue already of these numbers and names."""
    found: dict[tuple[str, str], list[Stored]] = {}
    for each in select(
        conn,
        "m.department = %s and m.state = 'unmatched' and m.key = any(%s) and m.id <> all(%s)",
        [department, sorted({number for number, _ in groups}), [each.id for each in but]],
    ):
        found.setdefault((each.key, fold(each.row.last_name)), []).append(each)
    return found
