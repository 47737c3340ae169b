"""A second factor that is lost: two people who keep the account give its owner the right to set a new one.

The first asks, another one confirms within LIFE; the owner is told of both. What was the second factor is then good no
more, every session is over, and for some days the owner sets a new one after a mailed code.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from registry import accounts, letters
from registry.accounts import RULES, Account, audit, second, sessions
from registry.accounts.roles import keeper_name
from registry.database import Connection
from settings.keys import Keys

LIFE = timedelta(days=3)
KNOWN = timedelta(days=7)


@dataclass(frozen=True)
class Asked:
    """A reset that waits for a second person. `by` asked for it; `name`: of that account, or its address."""

    by: UUID
    name: str
    expires_at: datetime


def asked(conn: Connection, account: UUID, now: datetime) -> Asked | None:
    row = conn.execute(
        "select r.asked_by, coalesce(nullif(a.name, ''), a.mail), r.expires_at from factor_reset r join account a"
        " on a.id = r.asked_by where r.account = %s and r.expires_at > %s",
        [account, now],
    ).fetchone()
    return Asked(*row) if row else None


def ask(conn: Connection, account: Account, by: Account, now: datetime, *, site_url: str) -> None:
    """The first of two. The owner learns it at once, and can say that nothing was lost."""
    conn.execute(
        "insert into factor_reset (account, asked_by, asked_at, expires_at) values (%s, %s, %s, %s)"
        " on conflict (account) do update set asked_by = excluded.asked_by, asked_at = excluded.asked_at,"
        " expires_at = excluded.expires_at",
        [account.id, by.id, now, now + LIFE],
    )
    letters.queue(conn, account.mail, "accounts/reset_asked", {"days": LIFE.days, "site": site_url.rstrip("/")})
    audit.note(conn, by, "account.reset_asked", account_id=str(account.id))


def confirm(conn: Connection, account: Account, by: Account, now: datetime, *, site_url: str, demo: bool) -> bool:
    """The second of two, neither the first nor the owner; False when nothing waits for this person.

    Both have had their accounts for KNOWN before it was asked, so that nobody opens a second one for herself on the
    way; in a demo, where all are new, that is not asked for.
    """
    row = conn.execute(
        "delete from factor_reset r where r.account = %(account)s and r.expires_at > %(now)s"
        " and r.asked_by <> %(by)s and r.account <> %(by)s"
        " and (%(demo)s or not exists (select from account a where a.id in (r.asked_by, %(by)s)"
        "   and a.created_at > r.asked_at - %(known)s)) returning r.account",
        {"account": account.id, "now": now, "by": by.id, "demo": demo, "known": KNOWN},
    ).fetchone()
    if row is None:
        return False
    reset(conn, account, now, site_url=site_url)
    audit.note(conn, by, "account.reset", account_id=str(account.id))
    return True


def cancel(conn: Connection, account: UUID) -> bool:
    """By the owner, who has lost nothing, or by a keeper; False when nothing waited."""
    return conn.execute("delete from factor_reset where account = %s", [account]).rowcount == 1


def reset(conn: Connection, account: Account, now: datetime, *, site_url: str) -> None:
    """Take the second factors away. Alone it is for the command line, whose user has the database anyway."""
    conn.execute("delete from passkey where account = %s", [account.id])
    conn.execute(
        "update account set totp_secret = null, totp_step = null, oidc_subject = null where id = %s", [account.id]
    )
    accounts.allow_enrolment(conn, account.id, now)
    sessions.end_all(conn, account.id)
    values = {"site": site_url.rstrip("/"), "second": RULES[account.role].second, "keeper": keeper_name(account.role)}
    letters.queue(conn, account.mail, "accounts/reset_done", values)


def reset_unreadable(conn: Connection, keys: Keys, now: datetime, *, site_url: str) -> int:
    """Keep the secrets of second factors under the newest key, and reset those that no key opens; returns how many."""
    lost = second.encrypt_anew(conn, keys)
    for id in lost:
        account = accounts.by_id(conn, id)
        if account is not None:
            reset(conn, account, now, site_url=site_url)
            audit.note(conn, None, "account.reset", account_id=str(id))
    return len(lost)


def forget(conn: Connection, now: datetime) -> int:
    """Delete what nobody confirmed in time; returns how many."""
    return conn.execute("delete from factor_reset where expires_at < %s", [now]).rowcount
