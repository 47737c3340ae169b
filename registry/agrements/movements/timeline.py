"""Which movements can follow each other on one agrément. Pure: the law of it, without a table or a clock.

    active ⇄ suspended, and from both → withdrawn or ceased, which nothing leaves (final for that number).

Two movements contradict each other when they take effect on the same day and differ, or when the later one cannot
follow the earlier one. A suspension of what is suspended already contradicts nothing: it changes nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from domain.french import day
from registry.agrements.movements.rows import LABELS, Action

Standing = Literal["active", "suspended", "withdrawn", "ceased"]

STANDINGS: dict[str, Standing] = {
    "valid": "active",
    "expired": "active",
    "suspended": "suspended",
    "withdrawn": "withdrawn",
    "ceased": "ceased",
}
"""By `agrement.status`. The end of an agrément comes by the calendar and is no movement."""

AFTER: dict[tuple[Standing, Action], Standing] = {
    ("active", "suspension"): "suspended",
    ("active", "retrait"): "withdrawn",
    ("active", "cessation"): "ceased",
    ("suspended", "suspension"): "suspended",
    ("suspended", "levee_suspension"): "active",
    ("suspended", "retrait"): "withdrawn",
    ("suspended", "cessation"): "ceased",
}

RESULT: dict[Action, Standing] = {
    "retrait": "withdrawn",
    "suspension": "suspended",
    "levee_suspension": "active",
    "cessation": "ceased",
}
"""Where each leads, for an agrément that the registry does not know and hence may stand anywhere."""

STANDING_LABELS: dict[Standing, str] = {
    "active": "n’est pas suspendu",
    "suspended": "est déjà suspendu",
    "withdrawn": "est déjà retiré",
    "ceased": "a déjà pris fin par une cessation d’activité",
}


@dataclass(frozen=True)
class Entry:
    """A movement on the line of time. `where`: "ligne 4", "ligne 2 du fichier « … »"; `row`: the line of a new one."""

    action: Action
    effective_on: date
    where: str
    row: int | None = None

    def __str__(self) -> str:
        return f"{self.where} ({LABELS[self.action]} au {day(self.effective_on)})"


@dataclass(frozen=True)
class Verdict:
    outcome: Literal["accepted", "duplicate", "refused"]
    reason: str | None = None


ACCEPTED = Verdict("accepted")


def verdicts(
    standing: Standing | None, applied: Sequence[Entry], waiting: Sequence[Entry], new: Iterable[Entry]
) -> dict[int, Verdict]:
    """What becomes of each new movement of one agrément, by its line.

    `standing` is how the agrément stands now, after those `applied`; None when the registry does not know it. Of two
    new ones that contradict each other both are refused; one that contradicts an earlier file's is refused alone.
    """
    found: dict[int, Verdict] = {}
    last = max(applied, key=lambda entry: entry.effective_on, default=None)
    seen = {(entry.action, entry.effective_on): entry for entry in (*applied, *waiting)}
    fresh: dict[int, Entry] = {}
    for entry in new:
        if entry.row is None:
            raise ValueError("a new movement without its line")
        twin = seen.setdefault((entry.action, entry.effective_on), entry)
        if twin is not entry:
            found[entry.row] = Verdict("duplicate", f"Déjà dit\u00a0: {twin}.")
        elif last is not None and entry.effective_on <= last.effective_on:
            found[entry.row] = Verdict("refused", _contradiction(last, entry))
        else:
            fresh[entry.row] = entry
    by_day: dict[date, list[Entry]] = {}
    for entry in (*waiting, *fresh.values()):
        by_day.setdefault(entry.effective_on, []).append(entry)
    for entry in list(fresh.values()):
        # Not one of them is surely right.
        other = next((each for each in by_day[entry.effective_on] if each.action != entry.action), None)
        if other is not None and entry.row is not None:
            found[entry.row] = Verdict("refused", _contradiction(*sorted((entry, other), key=_place)))
            del fresh[entry.row]
    while True:
        clash, idle = _walk(standing, last, [*waiting, *fresh.values()])
        if clash is None:
            break
        for each in clash:
            if each is not None and each.row is not None:
                found[each.row] = Verdict("refused", _refusal(standing, clash))
                del fresh[each.row]
    for line in fresh:
        before = idle.get(line)
        found[line] = Verdict("duplicate", before) if before else ACCEPTED
    return found


def _place(entry: Entry) -> tuple[date, int]:
    return entry.effective_on, entry.row or 0


def _walk(
    standing: Standing | None, last: Entry | None, entries: Iterable[Entry]
) -> tuple[tuple[Entry | None, Entry] | None, dict[int, str]]:
    """The first contradiction that a new one has a part in: what stands before it (None: the registry) and it. Else the
    new ones that change nothing, with why."""
    idle: dict[int, str] = {}
    now = standing
    # What the registry itself says may have another reason than the last movement.
    by = last if last is not None and RESULT[last.action] == standing else None
    for entry in sorted(entries, key=_place):
        after = AFTER.get((now, entry.action)) if now is not None else RESULT[entry.action]
        if after is None:
            if entry.row is not None or (by is not None and by.row is not None):
                return (by, entry), idle
            # Two earlier ones, or the registry and an earlier one: `apply_due` will say so when its day comes.
            continue
        if after == now and entry.row is not None:
            idle[entry.row] = f"Sans effet\u00a0: l’agrément est déjà suspendu à cette date{f', {by}' if by else ''}."
        if after != now:
            now, by = after, entry
    return None, idle


def _refusal(standing: Standing | None, clash: tuple[Entry | None, Entry]) -> str:
    before, entry = clash
    if before is None:
        return impossible(entry.action, standing or "active")
    return _contradiction(before, entry)


def _contradiction(one: Entry, other: Entry) -> str:
    return f"Mouvements contradictoires\u00a0: {one} et {other}."


def impossible(action: Action, standing: Standing) -> str:
    """Why a movement cannot be, where the registry itself stands against it."""
    return f"{LABELS[action].capitalize()} impossible\u00a0: l’agrément {STANDING_LABELS[standing]}."
