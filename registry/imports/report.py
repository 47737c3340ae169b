"""What an import did, row by row, and its French account."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from domain import french

Event = Literal["created", "updated", "unchanged", "closed", "reopened", "merged", "repaired", "rejected"]

# In the order in which they are told: what asks for attention comes last, next to the totals.
LABELS: dict[Event, str] = {
    "created": "créées",
    "unchanged": "inchangées",
    "updated": "mises à jour",
    "reopened": "rouvertes",
    "merged": "réunies à une autre",
    "closed": "fermées",
    "repaired": "réparées",
    "rejected": "refusées",
}


@dataclass(frozen=True)
class Entry:
    """One event. `line` counts as the report's `noun` says; None for an offer that left the file. `key`: of the offer,
    where the event is what becomes of it."""

    line: int | None
    event: Event
    name: str
    reason: str
    key: str = ""


@dataclass
class Report:
    """Counts of offers (of rows, for `merged` and `rejected`) and an entry for each event.

    A repaired offer is also counted as created, updated, reopened or unchanged. `run`: under which it is kept.
    """

    source: str
    noun: Literal["ligne", "enregistrement"]
    rows: int
    counts: Counter[Event] = field(default_factory=Counter)
    entries: list[Entry] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    run: UUID | None = None

    def tell(self, line: int | None, event: Event, name: str, reason: str, count: int = 1) -> None:
        self.add(Entry(line, event, name, reason), count)

    def add(self, entry: Entry, count: int = 1) -> None:
        self.counts[entry.event] += count
        self.entries.append(entry)

    def at(self, *lines: int) -> str:
        """Places in the file as a phrase names them."""
        if len(lines) > 1:
            return f"les {self.noun}s " + ", ".join(str(line) for line in lines)
        return ("la ligne " if self.noun == "ligne" else "l’enregistrement ") + str(lines[0])


def lines(report: Report, *, unchanged: bool = False) -> Iterator[str]:
    """The report as French lines of text: one for each entry under its event, then the totals. Rows that change nothing
    are only counted, unless `unchanged`."""
    yield from report.notices
    for event, label in LABELS.items():
        entries = [entry for entry in report.entries if entry.event == event]
        if not entries or (event == "unchanged" and not unchanged):
            continue
        yield f"{label[0].upper()}{label[1:]} ({french.number(report.counts[event])})"
        for entry in sorted(entries, key=lambda entry: entry.line or 0):
            yield row(report.noun, entry)
    totals = ", ".join(f"{label} : {french.number(report.counts[event])}" for event, label in LABELS.items())
    yield f"Source {report.source}, {french.number(report.rows)} {report.noun}s – {totals}."


def row(noun: str, entry: Entry) -> str:
    """What became of one row, indented under its event."""
    return f"  {place(noun, entry.line)}\u00a0: {entry.name}" + (f" – {entry.reason}" if entry.reason else "")


def place(noun: str, line: int | None) -> str:
    return f"{noun}\u00a0{line}" if line else "absente du fichier"
