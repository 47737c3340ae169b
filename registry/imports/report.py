"""What an import did, row by row, and its French account."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from registry.imports.wording import grouped

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
    """One event. `line` counts as the report's `noun` says; None for an offer that left the file."""

    line: int | None
    event: Event
    name: str
    reason: str


@dataclass
class Report:
    """Counts of offers (of rows, for `merged` and `rejected`) and an entry for each event but `unchanged`.

    A repaired offer is also counted as created, updated, reopened or unchanged.
    """

    source: str
    noun: Literal["ligne", "enregistrement"]
    rows: int
    counts: Counter[Event] = field(default_factory=Counter)
    entries: list[Entry] = field(default_factory=list)

    def tell(self, line: int | None, event: Event, name: str, reason: str, count: int = 1) -> None:
        self.counts[event] += count
        self.entries.append(Entry(line, event, name, reason))

    def at(self, *lines: int) -> str:
        """Places in the file as a phrase names them."""
        if len(lines) > 1:
            return f"les {self.noun}s " + ", ".join(str(line) for line in lines)
        return ("la ligne " if self.noun == "ligne" else "l’enregistrement ") + str(lines[0])


def lines(report: Report) -> Iterator[str]:
    """The report as French lines of text: one for each entry, under its event, then the totals."""
    for event, label in LABELS.items():
        entries = [entry for entry in report.entries if entry.event == event]
        if not entries:
            continue
        yield f"{label[0].upper()}{label[1:]} ({grouped(report.counts[event])})"
        for entry in sorted(entries, key=lambda entry: entry.line or 0):
            where = f"{report.noun} {entry.line}" if entry.line else "absente du fichier"
            yield f"  {where} : {entry.name}" + (f" – {entry.reason}" if entry.reason else "")
    totals = ", ".join(f"{label} : {grouped(report.counts[event])}" for event, label in LABELS.items())
    yield f"Source {report.source}, {grouped(report.rows)} {report.noun}s – {totals}."
