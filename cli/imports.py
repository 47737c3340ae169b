"""Imports of structures: what a file would do, doing it, what was done, and taking it back.

What they need is imported where it is used, for the reason that cli/data.py gives.
"""

from pathlib import Path
from typing import Annotated

import typer

from cli.progress import progress, say
from cli.servers import found_settings, plain_failures, refuse
from domain import french
from registry import database
from registry.accounts import audit
from registry.database import Connection
from registry.intake import runs
from registry.intake.runs import Run

STATES = {
    "previewed": "aperçu, rien n’est écrit",
    "applied": "appliqué",
    "undone": "annulé",
}


def structures(
    file: Annotated[Path, typer.Argument(help="Un fichier GeoJSON, CSV, XLSX ou JSON.", exists=True, dir_okay=False)],
    mapping: Annotated[
        Path | None, typer.Option(help="La description de la source (TOML)\u202f; sinon, celle du nom du fichier.")
    ] = None,
    allow_closing: Annotated[
        bool, typer.Option("--allow-closing", help="Accepter de fermer plus d’un cinquième des structures.")
    ] = False,
    preview: Annotated[
        bool, typer.Option("--preview", help="Montrer ce que deviendrait chaque ligne, sans rien changer.")
    ] = False,
) -> None:
    """Importer des structures d’une source ouverte\u202f; recommencer ne change rien."""
    from registry.imports import mapping as mappings
    from registry.imports import structures as importing
    from registry.imports.errors import ImportRefused
    from registry.imports.report import Report, lines

    with plain_failures(), progress() as steps:
        settings = found_settings()
        try:
            source = mappings.load(mapping) if mapping else mappings.find(file)
            work = importing.preview if preview else importing.import_structures

            def noted(conn: Connection) -> Report:
                done = work(
                    conn,
                    file,
                    source,
                    allow_closing=allow_closing,
                    report=lambda done, total: steps(runs.shown(file.name), done, total),
                )
                if not preview and done.run is not None:
                    audit.note(conn, None, "import.apply", source=done.source, run=runs.short(done.run))
                return done

            report = database.retried(settings.database_url, noted)
        except ImportRefused as error:
            refuse(str(error))
        except importing.PlanChanged as changed:
            for line in lines(changed.report):
                say(line)
            # What is told now is what the next try is held to.
            database.retried(
                settings.database_url,
                lambda conn: importing.preview(conn, file, source, allow_closing=allow_closing),
            )
            refuse(
                "Le registre a changé depuis l’aperçu\u00a0: rien n’a été importé. Les lignes ci-dessus feraient"
                " autre chose\u202f; pour l’accepter, relancez la commande."
            )
    for line in lines(report):
        say(line)
    if preview:
        say("Aperçu\u00a0: rien n’a été changé. Pour importer, relancez sans --preview.")
    elif report.run is not None:
        number = runs.short(report.run)
        say(f"Import {number}. Pour l’annuler\u00a0: ribambelle import undo {number}")


def listing(
    run: Annotated[str | None, typer.Argument(help="Le numéro d’un import, pour voir chacune de ses lignes.")] = None,
) -> None:
    """Les imports de structures, les plus récents d’abord\u202f; ou ce que l’un d’eux a fait de chaque ligne."""
    from registry.imports.report import LABELS, lines
    from registry.imports.structures import KIND, kept

    with plain_failures(), database.connect(found_settings().database_url) as conn:
        if run is not None:
            for line in lines(kept(conn, _named(conn, run)), unchanged=True):
                say(line)
            return
        found = runs.history(conn, KIND)
        for each in found:
            counts = ", ".join(
                f"{label}\u00a0: {each.counts[event]}" for event, label in LABELS.items() if each.counts.get(event)
            )
            when = french.moment(each.applied_at or each.received_at)
            say(f"{each.short}  {when}  {each.scope}, {each.name}\u00a0: {STATES[each.state]} ({counts})")
        if not found:
            say("Aucun import.")


def undo(run: Annotated[str, typer.Argument(help="Le numéro de l’import (ribambelle import runs).")]) -> None:
    """Annuler un import de structures, tant que rien ne s’appuie dessus\u00a0: tout redevient comme avant."""
    from registry.imports import undoing
    from registry.imports.report import place

    with plain_failures():
        url = found_settings().database_url
        with database.connect(url) as conn:
            found = _named(conn, run)

        def noted(conn: Connection) -> None:
            undoing.undo(conn, found.id)
            audit.note(conn, None, "import.undo", source=found.scope, run=found.short)

        try:
            database.retried(url, noted)
        except undoing.UndoRefused as error:
            for each in error.obstacles:
                say(f"  {place(found.context['noun'], each.line)}\u00a0: {each.name} – {each.reason}")
            refuse(str(error))
    say(f"L’import {found.short} ({found.name}) est annulé\u00a0: tout est comme avant.")


def _named(conn: Connection, name: str) -> Run:
    from registry.imports.structures import KIND

    try:
        return runs.named(conn, name, KIND)
    except runs.RunGone:
        if len(name.replace("-", "")) < runs.SHORTEST:
            refuse(f"Indiquez au moins {runs.SHORTEST}\u00a0caractères du numéro\u00a0: voir ribambelle import runs.")
        refuse("Aucun import de structures n’a ce numéro\u00a0: voir ribambelle import runs.")
