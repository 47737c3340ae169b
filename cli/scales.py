"""Rules and figures that change by date, from the command line: what holds, and what an operator enters."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated

import typer

from cli.progress import say
from cli.servers import found_settings, plain_failures, refuse
from domain import civil, french, scales
from domain.scales import Entry, Refused, Scales
from registry import database
from registry import scales as entered
from registry.accounts import audit
from registry.database import Connection

FORMATS = ["%d/%m/%Y", "%Y-%m-%d"]

Name = Annotated[str, typer.Argument(help="Le nom du barème, comme «\u00a0ribambelle scales list\u00a0» l’écrit.")]
Day = Annotated[datetime, typer.Option("--from", formats=FORMATS, help="Le premier jour où la valeur vaut.")]


def listing(
    name: Annotated[str, typer.Argument(help="Un barème, pour toutes ses valeurs\u202f; sinon ce qui vaut.")] = "",
) -> None:
    """Lister les barèmes\u00a0: la valeur d’aujourd’hui et celles qui viennent, avec leur source."""
    today = civil.today()
    with plain_failures(), database.connect(found_settings().database_url) as conn:
        held, rows = entered.read(conn), entered.rows(conn)
    own = {(row[0], row[1]) for row in rows}
    if name and name not in held.definitions:
        refuse(_unknown(name))
    for definition in held.definitions.values():
        if name in ("", definition.name):
            say(f"{definition.name}\u00a0: {definition.about} ({definition.unit})")
            for entry in _told(held, definition.name, today, every=bool(name)):
                say(f"  {_line(entry, (entry.name, entry.valid_from) in own)}")


def add(
    name: Name,
    value: Annotated[
        str,
        typer.Argument(help="La valeur, comme 1250 ou 0,75\u202f; plusieurs, entre guillemets, avec des espaces."),
    ],
    unit: Annotated[str, typer.Option(help=f"L’unité de la valeur\u00a0: {', '.join(scales.Unit)}.")],
    day: Day,
    source: Annotated[str, typer.Option(help="L’article, le décret ou la décision, et sa date.")],
    unconfirmed: Annotated[
        bool, typer.Option("--unconfirmed", help="La source n’a pas été lue elle-même, ou une autre la contredit.")
    ] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Corriger la valeur déjà saisie pour ce jour.")] = False,
) -> None:
    """Saisir une valeur, qui vaut à partir d’un jour. Chaque processus la prend dans la minute, sans redémarrer."""
    definitions = scales.shipped().definitions
    if name not in definitions:
        refuse(_unknown(name))
    try:
        entry = scales.checked(
            definitions,
            name,
            day.date(),
            scales.typed(definitions[name], value),
            unit,
            source,
            "unconfirmed" if unconfirmed else "confirmed",
        )
        with plain_failures(), database.connect(found_settings().database_url) as conn:
            before = _entered(conn, name, day.date())
            entered.enter(conn, entry, replace=replace)
            audit.note(conn, None, "scale.enter", scale=name, day=str(day.date()), **_values(before, entry))
    except Refused as refused:
        refuse(str(refused))
    say(f"{name}\u00a0: {_line(entry, True)}")


def remove(name: Name, day: Day) -> None:
    """Retirer une valeur saisie\u00a0: celle du logiciel, ou celle d’avant, vaut de nouveau."""
    with plain_failures(), database.connect(found_settings().database_url) as conn:
        before = _entered(conn, name, day.date())
        try:
            entered.remove(conn, name, day.date())
        except entered.Absent as absent:
            refuse(str(absent))
        audit.note(conn, None, "scale.remove", scale=name, day=str(day.date()), **_values(before, None))
    say("La valeur est retirée.")


def _told(held: Scales, name: str, today: date, *, every: bool) -> list[Entry]:
    """What holds and what is to come; all there ever was when it is asked for."""
    entries = held.entries[name]
    passed = [entry for entry in entries if entry.valid_from <= today]
    return [entry for entry in entries if every or entry.valid_from > today or entry is passed[-1]]


def _line(entry: Entry, own: bool) -> str:
    told = f"{scales.in_words(entry)} à partir du {french.day_in_figures(entry.valid_from)}"
    told += ", valeur saisie" if own else ""
    told += ", source à confirmer" if entry.confidence == "unconfirmed" else ""
    return f"{told}\u00a0: {entry.source}"


def _unknown(name: str) -> str:
    return f"Aucun barème ne s’appelle «\u00a0{name}\u00a0»\u00a0: «\u00a0ribambelle scales list\u00a0» les dit tous."


def _entered(conn: Connection, name: str, day: date) -> str | None:
    """The value of the row that stands there, as JSON."""
    return next((row[2] for row in entered.rows(conn) if (row[0], row[1]) == (name, day)), None)


def _values(before: str | None, after: Entry | None) -> Mapping[str, str]:
    """What the audit log keeps: a correction leaves no other trace of what was there."""
    found = {"before": before, "after": scales.as_json(after.value) if after else None}
    return {name: value for name, value in found.items() if value is not None}
