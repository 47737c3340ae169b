"""Who may sign in, and as what: accounts, their sessions and the links that are mailed to them.

A role opens rooms of the site and, for the staff, a territory: the communes of a relais, the department of a
département or a Caf. An assistant maternel has her own offer. Knows the territory and no house above.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from registry.accounts.roles import ROLES, RULES, STAFF, Role
from registry.database import Connection
from registry.territory import scope

__all__ = ["ROLES", "RULES", "STAFF", "Account", "Role"]

COLUMNS = "a.id, a.mail, a.role, a.name, a.department, a.offer, a.ends_on, a.totp_secret is not null"
"""Of the table `account a`, in the order of Account's fields."""

ENROL = timedelta(days=14)
"""So long a new account may set its first second factor with a mailed code alone; then whoever reads an old mailbox
does not. Its keepers may give it as long again (staff.invite_again)."""


@dataclass(frozen=True)
class Account:
    """`department`: territory of a département or a Caf; `offer`: an assistant maternel's own, or a relais's fiche.

    `ends_on`: the last day on which it opens anything. `has_codes`: an application shows codes for it (second.py).
    """

    id: UUID
    mail: str
    role: Role
    name: str = ""
    department: str | None = None
    offer: str | None = None
    ends_on: date | None = None
    has_codes: bool = False

    @property
    def needs_second(self) -> bool:
        """Whether a mailed code alone opens nothing: the role wants a second factor, or its owner does."""
        return RULES[self.role].second or self.has_codes

    def is_over(self, today: date) -> bool:
        return self.ends_on is not None and self.ends_on < today


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
    ends_on: date | None = None,
    now: datetime | None = None,
) -> Account:
    """A new account, which has as long as ENROL, from `now` on (by default the moment itself), to set the second
    factor that its role needs.

    Raises psycopg.errors.UniqueViolation when an open one has this mail.
    """
    created_at = now or datetime.now(UTC)
    row = conn.execute(
        "insert into account as a (mail, role, name, department, offer, ends_on, created_at, enrol_until)"
        f" values (%s, %s, %s, %s, %s, %s, %s, %s) returning {COLUMNS}",
        [normalised(mail), role, name, department, offer, ends_on, created_at, created_at + ENROL],
    ).fetchall()[0]
    account = Account(*row)
    scope.write(conn, account.id, communes)
    return account


def sign_up(conn: Connection, mail: str) -> Account:
    """The open account of a mail that was just shown to be hers; where there is none, a new assistant maternel's.

    So it may be the account of another role: the caller looks at it.
    """
    row = conn.execute(
        "insert into account as a (mail, role) values (%s, 'am') on conflict (mail) where closed_at is null do nothing"
        f" returning {COLUMNS}",
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
            f"select {COLUMNS} from account a where a.role = 'rpe' and a.closed_at is null"
            f" and {scope.covers('a.id', '%s')} order by a.mail",
            [commune],
        )
    ]


def allow_enrolment(conn: Connection, id: UUID, now: datetime) -> None:
    """An account without a second factor may set its first one, for as long as ENROL from now on."""
    conn.execute("update account set enrol_until = %s where id = %s", [now + ENROL, id])


def close(conn: Connection, id: UUID) -> None:
    """End an account: its sessions are over, its mail is free for another one.

    Of an assistant maternel's the mail is forgotten; a member of the staff stays known by it, as the audit names her.
    """
    for table in ("session", "passkey", "mail_change", "link", "device", "factor_reset", "notice_off"):
        conn.execute(f"delete from {table} where account = %s", [id])
    conn.execute(
        "update account set closed_at = clock_timestamp(), oidc_subject = null, totp_secret = null,"
        " mail = case when role = 'am' then id || '@closed.invalid' else mail end"
        " where id = %s and closed_at is null",
        [id],
    )


def _one(conn: Connection, condition: str, value: object) -> Account | None:
    row = conn.execute(f"select {COLUMNS} from account a where {condition} and a.closed_at is null", [value]).fetchone()
    return Account(*row) if row else None
