"""Accounts that are opened through another provider's identities (OpenID Connect).

An identity opens the account that it was linked to. One that was linked to none may, by a mail that its provider has
verified, be an assistant maternel's: what a code sent to that mail would show is shown so too, and who has no account
gets one, as by the first step of the registration. The staff's accounts, which open the private facts of others, are
linked by their owners, signed in by other means.
"""

from dataclasses import dataclass
from uuid import UUID

import psycopg

from registry import accounts
from registry.accounts import Account
from registry.database import Connection


@dataclass(frozen=True)
class Identity:
    """`subject` names a person at her provider for good; `mail` only when the provider has verified it."""

    subject: str
    mail: str | None


class IdentityRefused(Exception):
    """It opens no account. `reason` is a French sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__("identity refused")
        self.reason = reason


def account_of(conn: Connection, identity: Identity, provider: str) -> Account:
    """The account that it opens, linked from now on. Raises IdentityRefused, whose sentence names the `provider`."""
    row = conn.execute(
        "select id from account where oidc_subject = %s and closed_at is null", [identity.subject]
    ).fetchone()
    linked = accounts.by_id(conn, row[0]) if row else None
    if linked is not None:
        return linked
    if identity.mail is None:
        raise IdentityRefused(
            f"{provider} ne nous a pas donné d’adresse mail vérifiée, et aucun compte n’est relié à votre identité."
            " Connectez-vous par un code reçu par mail\u00a0: vous pourrez relier les deux depuis votre compte."
        )
    account = accounts.sign_up(conn, identity.mail)
    if account.role != "am":
        raise IdentityRefused(
            f"Ce compte n’est pas encore relié à {provider}. Connectez-vous d’abord par un code reçu par mail,"
            f" puis reliez-le à {provider} depuis «\u00a0Mon compte\u00a0»."
        )
    if is_linked(conn, account.id):
        raise IdentityRefused(
            f"Votre compte est déjà relié à une autre identité de {provider}."
            " Connectez-vous avec elle, ou par un code reçu par mail."
        )
    link(conn, account.id, identity, provider)
    return account


def link(conn: Connection, account: UUID, identity: Identity, provider: str) -> None:
    """Link an account to an identity, in the place of the one before. Raises IdentityRefused if another one has it."""
    try:
        with conn.transaction():
            conn.execute("update account set oidc_subject = %s where id = %s", [identity.subject, account])
    except psycopg.errors.UniqueViolation as error:
        raise IdentityRefused(f"Cette identité de {provider} est déjà reliée à un autre compte.") from error


def unlink(conn: Connection, account: UUID) -> None:
    conn.execute("update account set oidc_subject = null where id = %s", [account])


def is_linked(conn: Connection, account: UUID) -> bool:
    return bool(
        conn.execute(
            "select exists (select from account where id = %s and oidc_subject is not null)", [account]
        ).fetchall()[0][0]
    )
