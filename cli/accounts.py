"""Accounts from the command line: the first administrator's, who opens the others on the site."""

from typing import Annotated, Literal

import psycopg
import typer

from cli.progress import say
from cli.servers import found_settings, plain_failures, refuse
from registry import accounts, audit, database
from registry.accounts import addresses, staff

Opened = Literal["employer", "moderator", "rpe", "department", "caf", "administrator"]
"""registry.accounts.staff.OPENED, as the command line shows them."""


def create(
    mail: Annotated[str, typer.Argument(help="L’adresse mail de la personne\u202f; elle se connecte par un code.")],
    role: Annotated[Opened, typer.Option(help="Ce que le compte ouvre.")],
    name: Annotated[str, typer.Option(help="Le nom de la personne ou de l’organisme.")] = "",
    department: Annotated[str, typer.Option(help="Pour un département ou une Caf\u00a0: son code, comme 44.")] = "",
    communes: Annotated[
        str, typer.Option(help="Pour un relais\u00a0: codes INSEE, ou SIREN d’intercommunalités, avec des espaces.")
    ] = "",
    offer: Annotated[str, typer.Option(help="Pour un relais\u00a0: l’identifiant de sa fiche.")] = "",
) -> None:
    """Ouvrir un compte\u00a0: celui de l’administration, d’abord, qui ouvre ensuite les autres sur le site."""
    address = addresses.read(mail)
    if address is None:
        refuse(addresses.SENTENCE)
    values = {"department": department, "communes": communes, "offer": offer}
    with plain_failures(), database.connect(found_settings().database_url) as conn:
        covered, errors = staff.territory(conn, role, values)
        if errors:
            refuse("\n".join(errors.values()))
        try:
            made = accounts.create(
                conn,
                address,
                role,
                name=name,
                department=covered.department,
                offer=covered.offer,
                communes=covered.communes,
            )
        except psycopg.errors.UniqueViolation:
            refuse("Un compte a déjà cette adresse.")
        audit.note(conn, None, "account.create", fields=["mail", "name"], account_id=str(made.id), of=made.role)
    say("Le compte est ouvert\u00a0: la personne se connecte sur /connexion, par un code envoyé à son adresse.")


def close(mail: Annotated[str, typer.Argument(help="L’adresse mail du compte.")]) -> None:
    """Fermer un compte de professionnel, par exemple celui de quelqu’un qui est parti."""
    with plain_failures(), database.connect(found_settings().database_url) as conn:
        found = accounts.by_mail(conn, mail)
        if found is None or found.role == "am":
            refuse("Aucun compte de professionnel n’a cette adresse.")
        accounts.close(conn, found.id)
        audit.note(conn, None, "account.close", account_id=str(found.id), of=found.role)
    say("Le compte est fermé.")
