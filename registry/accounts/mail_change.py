"""A change of an account's mail: done when a link mailed to the old address and one mailed to the new were both used.

The old one, or whoever finds a telephone unlocked would take the account away; the new one, or a slip of the finger
would. Whether the new address has an account already, only its owner is told.

What lies in the old mailbox ends with the change: sessions, links of every purpose, codes. Both addresses are told.
Passkeys and the like are not in a mailbox: they stay, and their owner is asked whether they should (ways.py).
"""

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import psycopg

from registry import accounts, letters
from registry.accounts import STAFF, Account, addresses, audit, codes, links, sessions, throttle, ways
from registry.database import Connection
from settings.keys import Keys

LIFE = timedelta(days=2)

Side = Literal["old", "new"]
Outcome = Literal["old", "new", "done", "taken"]
SIDES: tuple[Side, ...] = ("old", "new")


def ask(conn: Connection, keys: Keys, account: Account, wanted: str, now: datetime, *, site_url: str) -> None:
    """Mail both links; a change that was asked for before is off. Raises throttle.TooMany.

    `wanted` as addresses.read gives it, other than the account's own.
    """
    throttle.count(conn, keys, "mail change", str(account.id), throttle.CHANGES_BY_ACCOUNT, now)
    throttle.count(conn, keys, "mail change to", addresses.mailbox(wanted), throttle.CHANGES_BY_MAILBOX, now)
    cancel(conn, account.id)
    change: UUID = conn.execute(
        "insert into mail_change (account, new_mail, expires_at) values (%s, %s, %s) returning id",
        [account.id, wanted, now + LIFE],
    ).fetchall()[0][0]

    def link(side: Side) -> str:
        payload = {"change": change.hex}
        token = links.create(conn, keys, _purpose(side), now + LIFE, account=account.id, payload=payload)
        return f"{site_url.rstrip('/')}/compte/adresse/confirmer?jeton={token}"

    taken = accounts.by_mail(conn, wanted) is not None
    letters.queue(
        conn, account.mail, "accounts/change_from", {"link": link("old"), "wanted": wanted}, expires_at=now + LIFE
    )
    if taken:
        letters.queue(conn, wanted, "accounts/change_taken", {}, expires_at=now + LIFE)
    else:
        letters.queue(conn, wanted, "accounts/change_to", {"link": link("new")}, expires_at=now + LIFE)


def pending(conn: Connection, account: UUID, now: datetime) -> str | None:
    """The address that this account is waiting to change to."""
    row = conn.execute(
        "select new_mail from mail_change where account = %s and expires_at > %s", [account, now]
    ).fetchone()
    return row[0] if row else None


def cancel(conn: Connection, account: UUID) -> None:
    """The change that waits is off, and its links with it."""
    conn.execute("delete from mail_change where account = %s", [account])
    links.end(conn, account, links.CHANGING_MAIL)


def waits_for_the_other(conn: Connection, keys: Keys, token: str) -> bool:
    """Whether this link has confirmed its side already, and the change still waits for the other one."""
    for side in SIDES:
        link = links.used(conn, keys, _purpose(side), token)
        if link is not None:
            change = [UUID(hex=link.payload["change"])]
            return conn.execute("select from mail_change where id = %s", change).fetchone() is not None
    return False


def wanted_by(conn: Connection, keys: Keys, token: str, now: datetime) -> str | None:
    """The new address of the change that this link confirms a side of; None when it confirms nothing (any more)."""
    for side in SIDES:
        link = links.peek(conn, keys, _purpose(side), token, now)
        if link is not None:
            change = [UUID(hex=link.payload["change"])]
            row = conn.execute("select new_mail from mail_change where id = %s", change).fetchone()
            return row[0] if row else None
    return None


def confirm(conn: Connection, keys: Keys, token: str, now: datetime, *, site_url: str) -> Outcome | None:
    """Confirm one side; "done" once both are, and then every session is over. None for a link that is none (any more).

    "taken": the address was given to another account meanwhile, and the change is off.
    """
    for side in SIDES:
        link = links.use(conn, keys, _purpose(side), token, now)
        if link is None:
            continue
        row = conn.execute(
            f"update mail_change set {side}_confirmed_at = %s where id = %s and expires_at > %s"
            " returning account, new_mail, num_nulls(old_confirmed_at, new_confirmed_at) = 0",
            [now, UUID(hex=link.payload["change"]), now],
        ).fetchone()
        if row is None:
            return None
        account, new_mail, both = row
        return change(conn, account, new_mail, site_url) if both else side
    return None


def change(
    conn: Connection, id: UUID, new_mail: str, site_url: str, *, contact: bool = False
) -> Literal["done", "taken"]:
    """The change itself, for whoever has made sure of it: what lies in the old mailbox ends, and both are told.

    `contact`: the address that she gives parents follows, which the letter says.
    """
    cancel(conn, id)
    account = accounts.by_id(conn, id)
    if account is None:
        return "taken"
    try:
        with conn.transaction():
            conn.execute(
                "update account a set mail = %s, ways_to_review = a.totp_secret is not null"
                " or a.oidc_subject is not null or exists (select from passkey p where p.account = a.id)"
                " where id = %s",
                [new_mail, id],
            )
    except psycopg.errors.UniqueViolation:
        return "taken"
    sessions.end_all(conn, id)
    links.end(conn, id)
    codes.withdraw(conn, account.mail)
    values = {"site": site_url.rstrip("/"), "others": ways.to_review(conn, id), "contact": contact}
    letters.queue(conn, account.mail, "accounts/changed_from", values)
    letters.queue(conn, new_mail, "accounts/changed_to", values)
    if account.role in STAFF:
        audit.note(conn, account, "account.mail", fields=["mail"])
    return "done"


def _purpose(side: Side) -> str:
    return f"mail_{side}"
