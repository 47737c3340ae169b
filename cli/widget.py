"""Keys of the sites that show the widget, from the command line."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.progress import say
from cli.servers import found_settings, plain_failures, refuse
from domain import french
from registry import database
from registry.accounts import audit, widget


def add(
    name: Annotated[str, typer.Argument(help="Le nom du site, par exemple « Ville d’Arras ».")],
    host: Annotated[
        list[str], typer.Option(help="Un nom de site exact, comme www.arras.fr\u202f; à répéter pour chacun.")
    ],
) -> None:
    """Créer une clé, qui laisse ces sites, et eux seuls, montrer la recherche."""
    hosts, error = widget.hosts(host)
    if refused := widget.name_error(name) or error:
        refuse(refused)
    with plain_failures(), database.connect(found_settings().database_url) as conn:
        made = widget.add(conn, name, hosts, None, datetime.now(UTC))
        audit.note(conn, None, "widget.create", key=made.id)
    say(f"La clé est {made.id}, pour {', '.join(hosts)}. La page /widget du site écrit le code à copier.")


def listing() -> None:
    """Lister les clés\u00a0: la clé, le nom, les sites, et si elle est révoquée."""
    with plain_failures(), database.connect(found_settings().database_url) as conn:
        found = widget.listing(conn)
    for key in found:
        state = f"  révoquée le {french.day_of(key.revoked_at)}" if key.revoked_at else ""
        say(f"{key.id}  {key.name}  {', '.join(key.hosts)}{state}")
    if not found:
        say("Aucune clé.")


def revoke(key: Annotated[str, typer.Argument(help="La clé.")]) -> None:
    """Révoquer une clé\u00a0: la recherche disparaît de ces sites aussitôt."""
    with plain_failures(), database.connect(found_settings().database_url) as conn:
        if not widget.revoke(conn, key, datetime.now(UTC)):
            refuse("Aucune clé valable n’a ce nom.")
        audit.note(conn, None, "widget.revoke", key=key)
    say("La clé est révoquée.")
