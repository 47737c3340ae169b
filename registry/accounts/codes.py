"""Six digits that are sent by mail, good for ten minutes, for one purpose, in the browser that asked for them.

The registry keeps a keyed hash of a code, with its purpose and a hash of the browser's cookie. So whoever asks for
codes of somebody else's address neither uses up nor replaces the code of its owner, and what is guessed counts against
the guesser's own code. The same is written and a mail is sent whether the address has an account or not. Where it has
none and only an account could use a code, the mail says so, and what is kept is the hash of a text that nobody knows.

What may be asked for is counted by mailbox (an address without its +tag) and client together. A browser in which the
account was signed in to before has an allowance of its own, so that strangers cannot use it up. All strangers together
get at most 30 mails a day for one mailbox, 12 in an hour; beyond that a client that has asked for none that day still
gets one, as its owner at a new browser would, up to 60 a day. So a few attackers who never stop keep nobody out, sixty
clients do for a day, and all the guesses of a day find the code of one account with a chance of 300 in a million.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID, uuid4

from registry import accounts, letters
from registry.accounts import addresses
from registry.accounts.throttle import Limit, TooMany
from registry.database import Connection
from settings.keys import Keys

Purpose = Literal["sign_in", "registration", "oidc", "proof", "second"]
"""`oidc`: the address that another provider named; `proof`: once more, by somebody who is signed in; `second`: what
stands in for a second factor in the demo."""

FOR_ACCOUNTS: tuple[Purpose, ...] = ("sign_in", "proof", "second")
"""An address without an account gets no code for these."""

LIFE = timedelta(minutes=10)
TRIES = 5
DAY, HOUR = timedelta(days=1), timedelta(hours=1)

BY_CLIENT = (Limit(5, HOUR), Limit(15, DAY))
"""Of one mailbox, asked for by one client in browsers that the account was not signed in to before."""

BY_STRANGERS = (Limit(12, HOUR), Limit(30, DAY))
"""Of one mailbox, by all such browsers. A client's first of a day is sent beyond it, up to FIRSTS."""

FIRSTS = Limit(60, DAY)

BY_DEVICE = (Limit(10, HOUR), Limit(30, DAY))
"""Of one mailbox, in browsers that the account was signed in to before."""


@dataclass(frozen=True)
class Asker:
    """Who asks for a code: the hash of the browser's cookie; the network address, hashed under each key, the newest
    first; whether the account was signed in to in this browser before."""

    browser: bytes
    clients: list[bytes]
    known: bool = False


def send(
    conn: Connection, keys: Keys, address: str, purpose: Purpose, asker: Asker, now: datetime, *, site_url: str
) -> None:
    """Mail a new code; the one before, of this purpose and browser, is good no more.

    Raises TooMany, and ValueError on what is no mail address.
    """
    address = accounts.normalised(address)
    mailboxes = keys.digests("code", f"mailbox {addresses.mailbox(address)}")
    # Counted one after the other, or several at once would each be the fifth.
    conn.execute("select pg_advisory_xact_lock(hashtextextended('code ' || %s, 0))", [addresses.mailbox(address)])
    _refuse_too_many(conn, mailboxes, purpose, asker, now)
    id = uuid4()
    if purpose in FOR_ACCOUNTS and accounts.by_mail(conn, address) is None:
        secret = secrets.token_urlsafe(32)
        letters.queue(conn, address, "accounts/unknown", {"site": site_url.rstrip("/")}, expires_at=now + LIFE)
    else:
        secret = f"{secrets.randbelow(10**6):06d}"
        values = {"code": secret, "purpose": purpose}
        letters.queue(conn, address, "accounts/code", values, expires_at=now + LIFE)
    conn.execute(
        "update sign_in_code set expires_at = created_at where browser = %s and purpose = %s and used_at is null",
        [asker.browser, purpose],
    )
    conn.execute(
        "insert into sign_in_code"
        " (id, mail, purpose, browser, mailbox, client, known, code_hash, created_at, expires_at)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            id,
            address,
            purpose,
            asker.browser,
            mailboxes[0],
            asker.clients[0],
            asker.known,
            keys.digest("code", _text(id, purpose, secret)),
            now,
            now + LIFE,
        ],
    )


def check(
    conn: Connection, keys: Keys, address: str, purpose: Purpose, browser: bytes, code: str, now: datetime
) -> bool:
    """Whether this is the code of this address, purpose and browser; it is used up then.

    A wrong one counts, once the caller commits. What is not six digits is no try.
    """
    if not is_whole(code):
        return False
    digits = "".join(code.split())  # as people type it: "123 456" too
    row = conn.execute(
        # The row is locked by the update: of many tries at once each counts.
        "update sign_in_code set attempts = attempts + 1 where browser = %(browser)s and purpose = %(purpose)s"
        " and mail = %(mail)s and used_at is null and expires_at > %(now)s and attempts < %(tries)s"
        " returning id, code_hash",
        {
            "browser": browser,
            "purpose": purpose,
            "mail": accounts.normalised(address),
            "now": now,
            "tries": TRIES,
        },
    ).fetchone()
    if row is None or not keys.matches("code", _text(row[0], purpose, digits), row[1]):
        return False
    conn.execute("update sign_in_code set used_at = %s where id = %s", [now, row[0]])
    return True


def is_whole(code: str) -> bool:
    """Whether this is six digits, with or without blanks: anything else is no try of a code."""
    return re.fullmatch(r"[0-9]{6}", "".join(code.split())) is not None


def withdraw(conn: Connection, address: str) -> None:
    """No code that was sent to this address is good any more; the limits go on counting them."""
    conn.execute(
        "update sign_in_code set expires_at = created_at where mail = %s and used_at is null",
        [accounts.normalised(address)],
    )


def forget(conn: Connection, now: datetime) -> int:
    """Delete the codes that no limit counts any more; returns how many."""
    return conn.execute("delete from sign_in_code where created_at < %s", [now - DAY]).rowcount


def _refuse_too_many(conn: Connection, mailboxes: list[bytes], purpose: Purpose, asker: Asker, now: datetime) -> None:
    """What stands in for a second factor is counted apart: whoever asks for it has shown the first."""
    sent = conn.execute(
        "select created_at, client = any (%s) from sign_in_code where mailbox = any (%s) and known = %s"
        " and (purpose = 'second') = %s and created_at > %s order by created_at desc",
        [asker.clients, mailboxes, asker.known, purpose == "second", now - DAY],
    ).fetchall()
    every, own = [at for at, _ in sent], [at for at, is_own in sent if is_own]
    if asker.known:
        _hold(every, BY_DEVICE, now)
    elif own:
        _hold(own, BY_CLIENT, now)
        _hold(every, BY_STRANGERS, now)
    else:
        _hold(every, (FIRSTS,), now)


def _hold(times: list[datetime], limits: tuple[Limit, ...], now: datetime) -> None:
    """Raise TooMany where one more would be too many; `times`: those before, the latest first."""
    for limit in limits:
        if len(times) >= limit.most and times[limit.most - 1] > now - limit.window:
            raise TooMany(times[limit.most - 1] + limit.window - now)


def _text(id: UUID, purpose: Purpose, secret: str) -> str:
    return f"{id} {purpose} {secret}"
