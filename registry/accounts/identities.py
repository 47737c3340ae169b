"""Accounts that are opened through another provider's identities (OpenID Connect).

An identity opens the account that it was linked to, and no other. A mail that its provider says is verified proves
nothing here: before an account is joined to it, a code that is mailed to it must come back in the same browser
(`joined`). The staff's accounts, which open the private facts of others, are linked by their owners, signed in by other
means.
"""

from dataclasses import dataclass
from uuid import UUID

import psycopg

from registry import accounts, letters
from registry.accounts import STAFF, Account, audit
from registry.database import Connection


@dataclass(frozen=True)
class Identity:
    """`subject` names a person at her provider for good; `mail` only when the provider says that it is verified."""

    subject: str
    mail: str | None


class IdentityRefused(Exception):
    """It opens no account. `reason` is a French sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__("identity refused")
        self.reason = reason


def linked_to(conn: Connection, identity: Identity) -> Account | None:
    """The account that it was linked to."""
    row = conn.execute(
        "select id from account where oidc_subject = %s and closed_at is null", [identity.subject]
    ).fetchone()
    return accounts.by_id(conn, row[0]) if row else None


def no_mail(provider: str) -> str:
    """The French sentence for an identity that is linked to nothing and names no mail."""
    return (
        f"{provider} ne nous a pas transmis d’adresse mail vérifiée, et n’est relié à aucun compte Ribambelle."
        " Connectez-vous avec un code reçu par mail, puis reliez les deux depuis «\u00a0Mon compte\u00a0»."
    )


def joined(conn: Connection, identity: Identity, mail: str, provider: str, *, site_url: str) -> Account:
    """The account of this mail, which was just proved in this browser: linked from now on, new where there was none.

    Raises IdentityRefused, whose sentence names the `provider`.
    """
    account = accounts.sign_up(conn, mail)
    if account.role != "am":
        raise IdentityRefused(
            f"Ce compte n’est pas encore relié à {provider}. Connectez-vous d’abord avec un code reçu par mail,"
            f" puis reliez-le à {provider} depuis «\u00a0Mon compte\u00a0»."
        )
    if is_linked(conn, account.id):
        raise IdentityRefused(
            f"Votre compte est déjà relié à un autre compte {provider}. Utilisez celui-ci, ou un code reçu par mail."
        )
    link(conn, account, identity, provider, site_url=site_url)
    return account


def link(conn: Connection, account: Account, identity: Identity, provider: str, *, site_url: str) -> None:
    """Link an account to an identity, in the place of the one before, and tell its owner.

    Raises IdentityRefused if another account has it.
    """
    try:
        with conn.transaction():
            conn.execute("update account set oidc_subject = %s where id = %s", [identity.subject, account.id])
    except psycopg.errors.UniqueViolation as error:
        raise IdentityRefused(
            f"Ce compte {provider} est déjà relié à un autre compte Ribambelle. Retirez d’abord cette liaison."
        ) from error
    values = {"provider": provider, "site": site_url.rstrip("/")}
    letters.queue(conn, account.mail, "accounts/linked", values)
    _note(conn, account, added=True)


def unlink(conn: Connection, account: Account, provider: str, *, site_url: str) -> bool:
    """Take the link away, and tell its owner; False when there was none."""
    done = conn.execute(
        "update account set oidc_subject = null where id = %s and oidc_subject is not null", [account.id]
    )
    if done.rowcount == 0:
        return False
    letters.queue(conn, account.mail, "accounts/unlinked", {"provider": provider, "site": site_url.rstrip("/")})
    _note(conn, account, added=False)
    return True


def _note(conn: Connection, account: Account, *, added: bool) -> None:
    if account.role in STAFF:
        audit.note(conn, account, "account.identity", fields=["oidc_subject"], added=int(added))


def is_linked(conn: Connection, account: UUID) -> bool:
    row = conn.execute("select from account where id = %s and oidc_subject is not null", [account]).fetchone()
    return row is not None
