"""Commands of the documents that Elasticsearch refused."""

import dataclasses
import json
from typing import Annotated

import typer

from cli.progress import say
from cli.servers import found_settings, plain_failures, refuse
from domain import french
from indexer import dead_letters
from indexer.dead_letters import DeadLetter
from registry import database
from registry.database import Connection

Ids = Annotated[list[str] | None, typer.Argument(metavar="ID…", help="Les identifiants des documents.")]
All = Annotated[bool, typer.Option("--all", help="Tous les documents refusés.")]

REASON_LENGTH = 100


def listing(
    as_json: Annotated[bool, typer.Option("--json", help="Pour les machines\u00a0: une ligne chacun.")] = False,
) -> None:
    """Montrer les documents que l’index a refusés, du plus ancien au plus récent."""
    with plain_failures(), database.connect(found_settings().database_url) as conn:
        letters = dead_letters.listing(conn)
    for each in letters:
        if as_json:
            say(json.dumps(dataclasses.asdict(each), ensure_ascii=False, default=str))
        else:
            reason = each.reason if len(each.reason) <= REASON_LENGTH else f"{each.reason[: REASON_LENGTH - 1]}…"
            say(f"{french.moment_in_figures(each.at)} {each.generation} {each.id}\u00a0: {reason}")
    if not letters and not as_json:
        say("Aucun document refusé.")


def show(id: Annotated[str, typer.Argument(metavar="ID", help="L’identifiant du document.")]) -> None:
    """Montrer un document refusé en entier, et pourquoi."""
    with plain_failures(), database.connect(found_settings().database_url) as conn:
        letters = chosen(conn, [id], every=False)
    for each in letters:
        say(f"Index\u00a0: {each.generation}")
        say(f"Refusé le\u00a0: {french.moment_in_figures(each.at)} (changement {each.seq})")
        say(f"Raison\u00a0: {each.reason}")
        say(json.dumps(each.document, ensure_ascii=False, indent=2) if each.document else "Une suppression.")


def retry(ids: Ids = None, every: All = False) -> None:
    """Remettre des documents refusés dans la file, tels qu’ils sont aujourd’hui dans le registre."""
    with plain_failures(), database.connect(found_settings().database_url) as conn:
        letters = chosen(conn, ids, every=every)
        dead_letters.retry(conn, letters)
    say(f"Remis dans la file\u00a0: {len(letters)}.")


def drop(ids: Ids = None, every: All = False) -> None:
    """Oublier des documents refusés\u00a0: l’index reste sans eux jusqu’à leur prochain changement."""
    with plain_failures(), database.connect(found_settings().database_url) as conn:
        letters = chosen(conn, ids, every=every)
        dead_letters.drop(conn, letters)
    say(f"Oubliés\u00a0: {len(letters)}.")


def chosen(conn: Connection, ids: list[str] | None, *, every: bool) -> list[DeadLetter]:
    """Those of these ids, or all; ends the command when nothing was named, or something that is not there."""
    if bool(ids) == every:
        refuse("Nommez des identifiants, ou donnez --all.")
    letters = dead_letters.listing(conn, None if every else ids)
    unknown = sorted(set(ids or []) - {each.id for each in letters})
    if unknown:
        refuse(f"Pas de document refusé de ce nom\u00a0: {', '.join(unknown)}.")
    return letters
