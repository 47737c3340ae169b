"""The move from the old portal: a fictitious file of it, and the migration of a file into accounts and profiles."""

import csv
from pathlib import Path
from typing import Annotated

import typer

from cli.data import Day, today
from cli.progress import progress, say
from cli.servers import found_settings, plain_failures, refuse
from domain.spreadsheets import as_text
from registry import database
from registry.legacy import LegacyRefused


def generate(
    file: Annotated[Path, typer.Argument(help="Le fichier CSV à créer.", dir_okay=False)] = Path("legacy.csv"),
    seed: Annotated[int, typer.Option(help="Le même nombre donne les mêmes données.")] = 1,
    day: Day = None,
    rows: Annotated[int, typer.Option(help="Nombre de lignes.", min=10)] = 235_105,
    kept: Annotated[int, typer.Option(help="Nombre de comptes à conserver.", min=1)] = 84_842,
) -> None:
    """Créer un fichier fictif de l’ancien site, à sa vraie taille et avec ses défauts."""
    from demo import legacy

    if kept > rows * 0.99:
        refuse("Il faut au moins 1\u00a0% de lignes sans compte.")
    with plain_failures(), database.connect(found_settings().database_url) as conn, progress() as steps:
        if not conn.execute("select 1 from commune limit 1").fetchone():
            refuse("Le registre ne contient aucune commune\u00a0: chargez d’abord le territoire.")
        reference = day.date() if day else today()
        legacy.write(file, conn, seed=seed, today=reference, rows=rows, kept=kept, report=steps)
    say(f"{file}\u00a0: {rows} lignes fictives.")


def migrate(
    file: Annotated[
        Path | None, typer.Argument(help="Le fichier CSV de l’ancien site.", exists=True, dir_okay=False)
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Montrer ce qui serait fait, sans rien écrire.")] = False,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Rendre la reprise définitive et envoyer les invitations.")
    ] = False,
    revert: Annotated[bool, typer.Option("--revert", help="Annuler une reprise qui n’est pas confirmée.")] = False,
    day: Day = None,
) -> None:
    """Reprendre les comptes de l’ancien site\u202f; relancée après un arrêt, la reprise continue où elle en était."""
    from registry.legacy import migrating
    from registry.legacy.report import sampled, summary

    settings = found_settings()
    reference = day.date() if day else today()
    if dry_run + confirm + revert > 1:
        refuse("Une seule de ces options à la fois\u00a0: --dry-run, --confirm, --revert.")
    if file is None and not (confirm or revert):
        refuse("Donnez le fichier de l’ancien site.")
    with plain_failures(), progress() as steps:
        try:
            if confirm:
                mails = migrating.confirm(settings.database_url, settings.site_url)
                say(f"La reprise est définitive. Mails mis en file\u00a0: {mails}.")
                return
            if revert:
                say(f"La reprise est annulée\u00a0: {migrating.revert(settings.database_url, steps)} lignes.")
                return
            assert file is not None  # noqa: S101 - refused above
            if dry_run:
                figures = migrating.dry_run(settings.database_url, file, today=reference, report=steps)
            else:
                figures = migrating.migrate(
                    settings.database_url, file, today=reference, fictitious=settings.demo, report=steps
                )
        except LegacyRefused as error:
            refuse(str(error))
    for line in summary(figures):
        say(line)
    if dry_run:
        say("Quelques lignes\u00a0:")
        for line in sampled(figures):
            say(line)
        say("Rien n’a été écrit.")
        return
    report = file.with_name(f"{file.stem}.rapport.csv")
    _write_report(settings.database_url, report)
    say(f"Chaque ligne et ce qu’elle est devenue\u00a0: {report}")
    say("Rien n’est encore envoyé\u00a0: confirmez (--confirm) ou annulez (--revert).")


def _write_report(database_url: str, path: Path) -> None:
    from registry.legacy import migrating
    from registry.legacy.report import LABELS

    with database.connect(database_url) as conn, path.open("w", encoding="utf-8", newline="") as file:
        run = migrating.last_run(conn)
        writer = csv.writer(file, delimiter=";")
        writer.writerow(("ligne", "resultat", "motifs"))
        if run is not None:
            for line, outcome, problems, _ in migrating.rows_of(conn, run):
                writer.writerow((line, as_text(LABELS[outcome]), as_text(" | ".join(problems))))
