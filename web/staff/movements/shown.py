"""Movements as pages show them: plain values and French words, grouped by what becomes of them."""

from collections.abc import Iterable, Mapping
from typing import Any

from domain.french import day
from registry.agrements.movements import undoing
from registry.agrements.movements.matching import Agrement
from registry.agrements.movements.planning import Decision
from registry.agrements.movements.rows import LABELS
from registry.agrements.movements.stored import Stored
from registry.agrements.movements.undoing import Undoing
from registry.intake.runs import Run
from web.texts.shared import agrements

PLANNED = {
    "refused": "Refusées",
    "unmatched": "À rapprocher",
    "applied": "Prendront effet tout de suite",
    "waiting": "Attendront leur jour",
    "duplicate": "Ne changent rien",
}
SETTLED = {
    "refused": "Refusées",
    "unmatched": "À rapprocher",
    "applied": "Ont pris effet",
    "waiting": "Attendent leur jour",
    "duplicate": "N’ont rien changé",
    "undone": "Annulées",
    "dropped": "Écartées",
}
"""In the order in which they are worth looking at."""

COUNTED = {
    "applied": ("a pris effet", "ont pris effet"),
    "waiting": ("attend son jour", "attendent leur jour"),
    "unmatched": ("à rapprocher", "à rapprocher"),
    "refused": ("refusée", "refusées"),
    "unreadable": ("illisible", "illisibles"),
    "duplicate": ("sans changement", "sans changement"),
    "undone": ("annulée", "annulées"),
    "dropped": ("écartée", "écartées"),
}
"""After a number, in the list of files: for one line and for several."""


UNDOING = {
    "obstacle": "Ne peuvent pas être annulées",
    "undone": "Ont pris effet\u00a0: l’agrément redevient ce qu’il était",
    "dropped": "N’ont pas encore pris effet\u00a0: elles sont écartées",
}
"""Of the page that takes a file back."""

OUTCOMES = {
    "previewed": "aperçu à relire",
    "effective": "appliqué",
    "idle": "sans effet",
    "undone": "annulé",
}


def named(file: Run) -> str:
    """What people call a file."""
    if file.via == "api":
        return "Envoi par le logiciel du département"
    return "Mouvement saisi" if file.via == "form" else file.name


def outcome(file: Run, counts: Mapping[str, int]) -> str:
    """What became of a file, a key of OUTCOMES; one that changed nothing was not applied, whatever its state says."""
    if file.state != "applied":
        return "previewed" if file.state == "previewed" else "undone"
    return "effective" if any(counts.get(state) for state in (*undoing.LIVE, "undone")) else "idle"


def movement(each: Stored) -> dict[str, Any]:
    return {
        "id": each.id,
        "line": each.row.line,
        "number": each.row.number,
        "name": f"{each.row.last_name} {each.row.first_name}",
        "birth_date": day(each.row.birth_date) if each.row.birth_date else "non dite",
        "action": LABELS[each.row.action],
        "effective_on": day(each.row.effective_on),
        "reason": each.reason,
        "where": each.where(),
    }


def agrement(each: Agrement) -> dict[str, Any]:
    return {
        "offer": each.offer,
        "number": each.number,
        "name": f"{each.last_name} {each.first_name}",
        "birth_date": day(each.birth_date) if each.birth_date else "inconnue",
        "status": agrements.status(each.status),
    }


def planned(rows: Iterable[Stored], decisions: Mapping[int, Decision]) -> list[dict[str, Any]]:
    """The groups of a preview: `state`, `title` and `rows`; only those that have some."""
    shown = [(decisions[each.id].state, movement(each) | {"reason": decisions[each.id].reason}) for each in rows]
    return _groups(shown, PLANNED)


def settled(rows: Iterable[Stored]) -> list[dict[str, Any]]:
    """The same of a file that was applied."""
    return _groups([(each.state, movement(each)) for each in rows], SETTLED)


def taken_back(planned: Iterable[Undoing]) -> list[dict[str, Any]]:
    """The same of what taking a file back would do, with what becomes of each agrément, or what stands against it."""
    shown = []
    for each in planned:
        then = f"L’agrément sera {agrements.status(each.status)}." if each.status else ""
        state = "obstacle" if each.obstacle else each.becomes
        shown.append((state, movement(each.movement) | {"reason": each.obstacle or then}))
    return _groups(shown, UNDOING)


def counted(counts: Mapping[str, int]) -> str:
    """What became of a file's rows, in a few words."""
    return ", ".join(
        f"{counts[state]} {several if counts[state] > 1 else one}"
        for state, (one, several) in COUNTED.items()
        if counts.get(state)
    )


def _groups(rows: Iterable[tuple[str, dict[str, Any]]], titles: Mapping[str, str]) -> list[dict[str, Any]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for state, each in rows:
        found.setdefault(state, []).append(each)
    return [{"state": state, "title": title, "rows": found[state]} for state, title in titles.items() if state in found]
