"""What a migration does or did, as figures and as lines. No private value stands in any of it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from domain import french
from registry.legacy.decisions import KEPT, Outcome

LABELS: dict[Outcome, str] = {
    "published": "compte repris, profil publié",
    "draft": "compte repris, profil à compléter",
    "joined": "compte repris, rattaché à la fiche déjà présente",
    "removed": "sans compte, non reprise",
    "closed": "sans compte, fiche fermée",
    "already": "déjà inscrite, laissée telle quelle",
    "duplicate": "doublon",
    "refused": "ligne illisible",
}
SAMPLE = 3
"""Lines of each outcome in a sample."""


@dataclass
class Figures:
    """Counts by outcome and by problem; `invited`: those without an account who have a mail address; `notices`: French
    sentences about how the file was read."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    invited: int = 0
    notices: list[str] = field(default_factory=list)
    sample: dict[Outcome, list[tuple[int, list[str]]]] = field(default_factory=dict)

    @property
    def lines(self) -> int:
        return self.outcomes.total()

    @property
    def kept(self) -> int:
        return sum(self.outcomes[each] for each in KEPT)

    def count(self, line: int, outcome: Outcome, problems: list[str], invited: bool) -> None:
        self.outcomes[outcome] += 1
        self.invited += invited
        if outcome not in ("duplicate", "already"):
            self.problems.update(problems)
        shown = self.sample.setdefault(outcome, [])
        if len(shown) < SAMPLE:
            shown.append((line, problems))


def summary(figures: Figures) -> Iterator[str]:
    """The figures as French lines."""
    yield from figures.notices
    yield f"{french.number(figures.lines)} lignes, {french.number(figures.kept)} comptes conservés."
    for outcome, label in LABELS.items():
        yield f"  {label}\u00a0: {french.number(figures.outcomes[outcome])}"
    yield f"À inviter, une fois la reprise confirmée\u00a0: {french.number(figures.invited)} adresses mail."
    if figures.problems:
        yield "Ce qui n’a pas pu être repris\u00a0:"
        for problem, count in figures.problems.most_common():
            yield f"  {problem}\u00a0: {french.number(count)}"


def sampled(figures: Figures) -> Iterator[str]:
    """A few lines of each outcome, by their number in the file."""
    for outcome in LABELS:
        for line, problems in figures.sample.get(outcome, []):
            yield row(line, outcome, problems)


def row(line: int, outcome: Outcome, problems: Iterable[str]) -> str:
    why = "; ".join(problems).replace("; ", "\u202f; ")
    return f"  ligne {line}\u00a0: {LABELS[outcome]}" + (f" ({why})" if why else "")
