"""Accounts from the command line: the first administrator's, who opens the others on the site."""

from datetime import UTC, datetime
from typing import Annotated, cast

import psycopg
import typer

from cli.progress import say
from cli.servers import found_settings, plain_failures, refuse
from domain import civil
from registry import accounts, database
from registry.accounts import RULES, Role, addresses, audit, recovery, staff


def opened(text: str) -> str:
    """A role of those that are opened for somebody. Raises typer.BadParameter."""
    if text not in staff.OPENED:
        raise typer.BadParameter(f"choisissez entre {', '.join(staff.OPENED)}")
    return text


def create(
    mail: Annotated[
        str, typer.Argument(help="L’adresse mail de la personne\u202f; elle se connecte avec un code reçu par mail.")
    ],
    role: Annotated[str, typer.Option(help="Le rôle du compte.", parser=opened, metavar="|".join(staff.OPENED))],
    name: Annotated[str, typer.Option(help="Le nom de la personne ou de l’organisme.")] = "",
    department: Annotated[str, typer.Option(help="Pour un département ou une Caf\u00a0: son code, comme 44.")] = "",
    communes: Annotated[
        str,
        typer.Option(
            help="Pour un relais, un service ou une commune\u00a0: codes INSEE, ou SIREN d’intercommunalités, avec des"
            " espaces."
        ),
    ] = "",
    offer: Annotated[str, typer.Option(help="Pour un relais\u00a0: l’identifiant de sa fiche.")] = "",
    until: Annotated[
        str,
        typer.Option(help="Le dernier jour du compte, par exemple 31/12/2027\u00a0: celui de sa convention."),
    ] = "",
) -> None:
    """Créer un compte. Commencez par celui de l’administration\u00a0: elle crée ceux des Caf, qui créent les autres."""
    address = addresses.read(mail)
    if address is None:
        refuse(addresses.SENTENCE)
    values = {"department": department, "communes": communes, "offer": offer, "ends_on": until}
    with plain_failures(), database.connect(found_settings().database_url) as conn:
        covered, errors = staff.territory(conn, role, values, civil.today())
        if errors:
            refuse("\n".join(errors.values()))
        try:
            made = accounts.create(
                conn,
                address,
                cast(Role, role),  # one of staff.OPENED
                name=name,
                department=covered.department,
                offer=covered.offer,
                communes=covered.communes,
                ends_on=covered.ends_on,
            )
        except psycopg.errors.UniqueViolation:
            refuse("Un compte a déjà cette adresse.")
        audit.note(conn, None, "account.create", fields=["mail", "name"], account_id=str(made.id), of=made.role)
    say("Le compte est créé. Aucun mail n’est envoyé\u00a0: prévenez la personne.")
    say("Elle se connecte sur /connexion avec un code reçu par mail.")
    if made.needs_second:
        say(f"Elle a {accounts.ENROL.days}\u00a0jours pour choisir son second moyen de connexion.")


def reset_factor(mail: Annotated[str, typer.Argument(help="L’adresse mail du compte.")]) -> None:
    """Retirer le second moyen de connexion d’un compte, quand personne d’autre ne peut le faire sur le site."""
    settings = found_settings()
    with plain_failures(), database.connect(settings.database_url) as conn:
        found = accounts.by_mail(conn, mail)
        if found is None:
            refuse("Aucun compte n’a cette adresse.")
        recovery.reset(conn, found, datetime.now(UTC), site_url=settings.site_url)
        audit.note(conn, None, "account.reset", account_id=str(found.id))
    say("Le second moyen de connexion est retiré.")
    if RULES[found.role].second:
        say(f"La personne a {accounts.ENROL.days}\u00a0jours pour en choisir un autre.")


def close(mail: Annotated[str, typer.Argument(help="L’adresse mail du compte.")]) -> None:
    """Fermer un compte de professionnel, par exemple celui de quelqu’un qui est parti."""
    with plain_failures(), database.connect(found_settings().database_url) as conn:
        found = accounts.by_mail(conn, mail)
        if found is None or found.role == "am":
            refuse("Aucun compte de professionnel n’a cette adresse.")
        accounts.close(conn, found.id)
        audit.note(conn, None, "account.close", account_id=str(found.id), of=found.role)
    say("Le compte est fermé.")
