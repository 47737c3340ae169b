"""Sessions, kept here and not in the cookie, which holds a random text whose hash is all that the registry knows.

A session notes what was shown in it, and when last: a code mailed to the account's address, a passkey, a code of the
second factor. What a page may do follows from that. A session ends after some time without use, and at the latest at
an end that does not move (roles.RULES).
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from domain import civil
from registry import accounts
from registry.accounts import RULES, Account, links
from registry.database import Connection

SEEN_EVERY_S = 3600
"""How often a session that is in use is written: its end moves with its use."""

Proof = Literal["mail", "passkey", "second"]

FRESH = timedelta(minutes=15)
"""So long after a proof a page shows what asks for one."""

FRESH_FOR_A_FORM = timedelta(minutes=45)
"""And so long a form that such a page showed may be sent."""


@dataclass(frozen=True)
class Shown:
    """When each proof was shown in a session last; None: not in this one.

    A passkey proves two things at once: its device, and the owner's finger, face or code. A session that was opened
    through another provider has shown none of the three.
    """

    mail: datetime | None = None
    passkey: datetime | None = None
    second: datetime | None = None

    def opens(self, account: Account) -> bool:
        """Whether the account's rooms are open: a second factor was shown where one is needed."""
        return not account.needs_second or self.passkey is not None or self.second is not None

    def is_fresh(self, account: Account, now: datetime, within: timedelta = FRESH) -> bool:
        """Whether the strongest kind of proof that the account has was shown a moment ago."""
        proofs = [self.passkey, self.second] if account.needs_second else [self.mail, self.passkey, self.second]
        return any(at is not None and now - at < within for at in proofs)


@dataclass(frozen=True)
class Session:
    """`id` names it among its account's own; it opens nothing."""

    id: str
    device: str
    created_at: datetime
    seen_at: datetime


class SessionOver(Exception):
    """What was to be continued has ended meanwhile: signed out elsewhere, or answered by another request."""


def open_session(
    conn: Connection,
    account: Account,
    now: datetime,
    proofs: tuple[Proof, ...],
    device: str = "",
    before: str = "",
    *,
    only_continued: bool = False,
) -> str:
    """A new session in which these proofs were just shown; returns the text for the cookie.

    `before`: the cookie's text until now. If it was a session, that one ends, so that what somebody may have put into
    the cookie before a sign-in opens nothing after it. If it was the same account's, what was shown in it goes on
    counting, and so does its end: only a passkey, which is a whole sign-in, moves that. `only_continued`: the proofs
    are no whole sign-in; raises SessionOver where there is nothing to go on with.
    """
    token, rule = secrets.token_urlsafe(32), RULES[account.role]
    row = conn.execute(
        "delete from session where token_hash = %s"
        " returning account, mail_at, passkey_at, second_at, ends_at, least(expires_at, ends_at)",
        [digest(before)],
    ).fetchone()
    continued = row is not None and row[0] == account.id and row[5] > now
    if only_continued and not continued:
        raise SessionOver
    kept = Shown(*row[1:4]) if row is not None and continued else Shown()
    ends_at = row[4] if row is not None and continued and "passkey" not in proofs else now + rule.longest
    at = {proof: now if proof in proofs else getattr(kept, proof) for proof in ("mail", "passkey", "second")}
    conn.execute(
        "insert into session (token_hash, account, created_at, seen_at, expires_at, ends_at, device, mail_at,"
        " passkey_at, second_at) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            digest(token),
            account.id,
            now,
            now,
            now + rule.idle,
            ends_at,
            device[:200],
            at["mail"],
            at["passkey"],
            at["second"],
        ],
    )
    return token


def find(conn: Connection, token: str, now: datetime) -> tuple[Account, Shown] | None:
    """The account that this cookie is a session of, and what was shown in it; None when it is none of ours, or over.

    The caller asks `Shown.opens` before it opens anything.
    """
    row = conn.execute(
        f"select s.seen_at, s.mail_at, s.passkey_at, s.second_at, {accounts.COLUMNS}"
        " from session s join account a on a.id = s.account"
        " where s.token_hash = %s and least(s.expires_at, s.ends_at) > %s and a.closed_at is null",
        [digest(token), now],
    ).fetchone()
    if row is None:
        return None
    seen_at, mail, passkey, second, *columns = row
    account = Account(*columns)
    if account.is_over(civil.day(now)):
        return None
    if (now - seen_at).total_seconds() > SEEN_EVERY_S:
        conn.execute(
            "update session set seen_at = %s, expires_at = %s where token_hash = %s",
            [now, now + RULES[account.role].idle, digest(token)],
        )
    return account, Shown(mail, passkey, second)


def end(conn: Connection, token: str) -> None:
    """Sign out here. The links that resume a registration end with it: the device may be somebody else's next."""
    row = conn.execute("delete from session where token_hash = %s returning account", [digest(token)]).fetchone()
    if row is not None:
        links.end(conn, row[0], links.RESUMING)


def end_all(conn: Connection, account: UUID) -> int:
    """Sign out everywhere, and forget every device; returns how many sessions ended.

    A change of address that waits for its links is off, and the links that resume a registration end: whoever was here
    uninvited may have asked for them.
    """
    conn.execute("delete from device where account = %s", [account])
    conn.execute("delete from mail_change where account = %s", [account])
    links.end(conn, account, (*links.RESUMING, *links.CHANGING_MAIL, *links.LEAVING))
    return conn.execute("delete from session where account = %s", [account]).rowcount


def of_account(conn: Connection, account: UUID, now: datetime) -> list[Session]:
    """Those that are not over, the one seen last first."""
    rows = conn.execute(
        "select encode(token_hash, 'hex'), device, created_at, seen_at from session"
        " where account = %s and least(expires_at, ends_at) > %s order by seen_at desc, token_hash",
        [account, now],
    )
    return [Session(*row) for row in rows]


def end_one(conn: Connection, account: UUID, id: str) -> None:
    """End one of the account's own: a sign-out, from afar."""
    ended = conn.execute("delete from session where account = %s and encode(token_hash, 'hex') = %s", [account, id])
    if ended.rowcount:
        links.end(conn, account, links.RESUMING)


def forget(conn: Connection, now: datetime) -> int:
    """Delete the sessions that are over; returns how many."""
    return conn.execute("delete from session where least(expires_at, ends_at) < %s", [now]).rowcount


def digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
