"""Who may sign in, and as what: accounts, their sessions and the links that are mailed to them.

A role opens rooms of the site and, for the staff, a territory: the communes of a relais, the department of a
département or a Caf. An assistant maternel has her own offer.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from registry.database import Connection

Role = Literal["am", "employer", "moderator", "rpe", "department", "caf", "administrator"]
ROLES: tuple[Role, ...] = ("am", "employer", "moderator", "rpe", "department", "caf", "administrator")
STAFF: tuple[Role, ...] = ("moderator", "rpe", "department", "caf", "administrator")

_COLUMNS = "a.id, a.mail, a.role, a.name, a.department, a.offer"


@dataclass(frozen=True)
class Account:
    """`department`: territory of a département or a Caf; `offer`: an assistant maternel's own, or a relais's fiche."""

    id: UUID
    mail: str
    role: Role
    name: str = ""
    department: str | None = None
    offer: str | None = None


def normalised(mail: str) -> str:
    """The form that a mail address is kept and compared in."""
    return mail.strip().lower()


def create(
    conn: Connection,
    mail: str,
    role: Role,
    *,
    name: str = "",
    department: str | None = None,
    offer: str | None = None,
    communes: Iterable[str] = (),
) -> Account:
    """A new account. Raises psycopg.errors.UniqueViolation when an open one has this mail."""
    row = conn.execute(
        "insert into account as a (mail, role, name, department, offer) values (%s, %s, %s, %s, %s)"
        f" returning {_COLUMNS}",
        [normalised(mail), role, name, department, offer],
    ).fetchall()[0]
    account = Account(*row)
    with conn.cursor() as cur:
        cur.executemany(
            "insert into account_commune (account, commune) values (%s, %s)",
            [(account.id, commune) for commune in communes],
        )
    return account


def sign_up(conn: Connection, mail: str) -> Account:
    """The open account of a mail that was just shown to be hers; where there is none, a new assistant maternel's.

    So it may be the account of another role: the caller looks at it.
    """
    row = conn.execute(
        "insert into account as a (mail, role) values (%s, 'am') on conflict (mail) where closed_at is null do nothing"
        f" returning {_COLUMNS}",
        [normalised(mail)],
    ).fetchone()
    found = Account(*row) if row else by_mail(conn, mail)
    if found is None:  # closed in between
        return create(conn, mail, "am")
    return found


def by_mail(conn: Connection, mail: str) -> Account | None:
    """The open account of this mail."""
    return _one(conn, "a.mail = %s", normalised(mail))


def by_id(conn: Connection, id: UUID) -> Account | None:
    return _one(conn, "a.id = %s", id)


def of_offer(conn: Connection, offer: str) -> Account | None:
    """The account of the assistant maternel whose offer this is."""
    return _one(conn, "a.role = 'am' and a.offer = %s", offer)


def relais_of(conn: Connection, commune: str) -> list[Account]:
    """The relais in whose territory a commune lies; an arrondissement's city counts too."""
    return [
        Account(*row)
        for row in conn.execute(
            f"select {_COLUMNS} from account a where a.role = 'rpe' and a.closed_at is null and exists ("
            " select from account_commune t join commune c on c.code = %s"
            " where t.account = a.id and t.commune in (c.code, c.parent)) order by a.mail",
            [commune],
        )
    ]


def close(conn: Connection, id: UUID) -> None:
    """End an account: its sessions are over, its mail is free for another one.

    Of an assistant maternel's the mail is forgotten; a member of the staff stays known by it, as the audit names her.
    """
    for table in ("session", "passkey", "mail_change", "link"):
        conn.execute(f"delete from {table} where account = %s", [id])
    conn.execute(
        "update account set closed_at = clock_timestamp(), oidc_subject = null,"
        " mail = case when role = 'am' then id || '@closed.invalid' else mail end"
        " where id = %s and closed_at is null",
        [id],
    )


def _one(conn: Connection, condition: str, value: object) -> Account | None:
    row = conn.execute(
        f"select {_COLUMNS} from account a where {condition} and a.closed_at is null", [value]
    ).fetchone()
    return Account(*row) if row else None
