"""How the index stands: a table for people, JSON for machines."""

import json
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated

import psycopg
import typer
from rich.table import Table

from cli.progress import console, say
from cli.servers import found_settings, plain_failures, refuse
from domain import french
from domain.french import NARROW, Plural, number
from domain.vocabulary import Kind
from indexer import bulk
from indexer.check import Kind as Difference
from indexer.status import Check, Status, differences
from indexer.status import status as read_status
from mappings.indexes import INDEXES
from registry import database

WAIT_S = 5
"""Nobody waits longer for Elasticsearch here; a health check gives the whole command 15 s."""

STATES = {"live": "en service", "kept": "gardé", "building": "en construction"}
LABELS = {
    **Kind.labels(),
    "commune": "Commune",
    "arrondissement": "Arrondissement municipal",
    "epci": "Intercommunalité",
    "department": "Département",
}
DOCUMENT = Plural("document", "documents")
DIFFERENCES: dict[Difference, Plural] = {
    "missing": Plural("absent", "absents"),
    "ghost": Plural("en trop", "en trop"),
    "stale": Plural("en retard", "en retard"),
    "different": Plural("différent", "différents"),
}

Rows = list[tuple[str, str]]


def status(
    as_json: Annotated[bool, typer.Option("--json", help="Pour les machines.")] = False,
) -> None:
    """Dire où en est l’index\u00a0: file d’attente, retard, documents par genre.

    Code 1 si le registre ou Elasticsearch ne répond pas.
    """
    settings = found_settings()
    with plain_failures():
        try:
            with (
                database.connect(settings.database_url, autocommit=True) as conn,
                bulk.client(settings, timeout_s=WAIT_S) as engine,
            ):
                found = read_status(conn, engine, settings.index_prefix)
        except psycopg.errors.UndefinedTable:
            refuse("Le registre n’a pas encore toutes ses tables\u00a0: lancez «\u00a0ribambelle migrate\u00a0».")
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        for title, rows in sections(found):
            show(title, rows)
    if found["elasticsearch"] == "away":
        reason = found["refusal"] or "Elasticsearch ne répond pas."
        refuse(f"{reason} Ce qui précède vient du registre seul.")
    if found["elasticsearch"] == "missing":
        refuse("Un index que le registre dit en service manque dans Elasticsearch\u00a0: reconstruisez l’index.")
    if not found["live"]:
        print("Aucun index en service\u00a0: lancez «\u00a0ribambelle index rebuild\u00a0».", file=sys.stderr)


def sections(found: Status) -> Iterator[tuple[str, Rows]]:
    """The status in French: titles, and under each its labels and values; empty sections are left out."""
    everything = {
        "Changements": changes(found),
        "Index": [
            (f"{INDEXES[index].label.capitalize()}, {STATES[state]}", names[index])
            for state, names in (("live", found["live"]), ("kept", found["kept"]), ("building", found["building"]))
            for index in INDEXES
            if index in names
        ],
        "Comparaison avec le registre": [
            (INDEXES[index].label.capitalize(), compared(check)) for index, check in found["checks"].items()
        ],
        **{INDEXES[index].label.capitalize(): counted(counts) for index, counts in found["documents"].items()},
    }
    return ((title, rows) for title, rows in everything.items() if rows)


def counted(documents: dict[str, int]) -> Rows:
    """Documents by kind of offer or type of place; another index has its codes as they are."""
    return [(LABELS.get(code, code), number(count)) for code, count in documents.items()]


def changes(found: Status) -> Rows:
    waiting = number(found["queue"])
    if found["oldest_change_s"] is not None:
        waiting += f", le plus ancien depuis {duration(found['oldest_change_s'])}"
    refused = number(found["dead_letters"]["live"])
    for state in ("kept", "building"):
        if found["dead_letters"][state]:
            refused += f", et {number(found['dead_letters'][state])} par l’index {STATES[state]}"
    rows = [
        ("En attente", waiting),
        ("Débit", f"{number(round(found['rate_per_s']))} par seconde"),
        ("Indexeurs en marche", number(found["workers"])),
        ("Documents refusés", refused),
    ]
    if found["elasticsearch"] == "ok" and found["live"]:
        rows.append(("Trouvables jusqu’au", moment(found["indexed_at"]) if found["indexed_at"] else "jamais encore"))
    return rows


def compared(check: Check) -> str:
    """One check in a line: when, of how many documents, and what differed."""
    found = [words.of(check[kind]) for kind, words in DIFFERENCES.items() if check[kind]]
    result = ", ".join(found) if differences(check) else "aucune différence"
    return f"{moment(check['at'])}, {DOCUMENT.of(check['documents'])}\u00a0: {result}"


def duration(seconds: float) -> str:
    """« 3,4 s », « 12 min », « 5 h »."""
    if seconds < 60:
        return f"{french.decimal(seconds)}\u00a0s"
    return french.span(timedelta(seconds=seconds))


def moment(value: str) -> str:
    """An ISO moment by the clocks of France."""
    return french.moment_in_figures(datetime.fromisoformat(value))


def show(title: str, rows: Rows) -> None:
    """A table in a terminal; elsewhere one line for each row, which `grep` and `cut` can take."""
    if not console.is_terminal:
        for label, value in rows:
            say(f"{title} / {label}\u00a0: {value}")
        return
    counts = all(value.replace(NARROW, "").isdigit() for _, value in rows)
    table = Table(title=title, title_justify="left", title_style="bold", show_header=False, box=None, padding=(0, 2))
    table.add_column()
    table.add_column(justify="right" if counts else "left")
    for label, value in rows:
        table.add_row(label, value)
    console.print(table)
