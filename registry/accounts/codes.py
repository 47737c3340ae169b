"""Codes that are sent by mail to sign in or to register: six digits, ten minutes, five tries.

Only the newest code of a mail is good. The registry keeps a keyed hash of it: a million codes are soon tried by whoever
reads the table without the key. The same is written and a mail is sent whether the mail has an account or not; where it
has none, the mail says so instead of telling a code, so that only its owner learns it.

The limits by mail are read from the codes themselves, which are kept for a day: with TRIES_A_DAY, whoever keeps on
guessing finds one account's code with a chance of 20 in a million a day, while she gets fifteen mails that warn her.
What may be asked from one address is for the pages to count (throttle.py).
"""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID, uuid4

from registry import accounts, letters
from registry.accounts.throttle import TooMany
from registry.database import Connection
from settings import PARIS

Purpose = Literal["sign_in", "registration"]

LIFE = timedelta(minutes=10)
TRIES = 5
SENT_AN_HOUR, SENT_A_DAY, TRIES_A_DAY = 5, 15, 20
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def send(
    conn: Connection, secret_key: str, address: str, now: datetime, *, site_url: str, purpose: Purpose = "sign_in"
) -> None:
    """Mail a new code; the one before is good no more. Raises TooMany, and ValueError on what is no mail address.

    For "sign_in" an address without an account gets a mail that says so; for "registration" it gets a code.
    """
    address = accounts.normalised(address)
    # Counted one after the other, or several at once would each be the fifth.
    conn.execute("select pg_advisory_xact_lock(hashtextextended('code ' || %s, 0))", [address])
    _refuse_too_many(conn, address, now)
    code, id = f"{secrets.randbelow(10**6):06d}", uuid4()
    known = accounts.by_mail(conn, address) is not None
    if known or purpose == "registration":
        until = f"{(now + LIFE).astimezone(PARIS):%H\u00a0h\u00a0%M}"
        values = {"code": code, "purpose": purpose, "until": until}
        letters.queue(conn, address, "accounts/code", values, expires_at=now + LIFE)
    else:
        letters.queue(conn, address, "accounts/unknown", {"site": site_url.rstrip("/")}, expires_at=now + LIFE)
    conn.execute(
        "insert into sign_in_code (id, mail, code_hash, created_at, expires_at) values (%s, %s, %s, %s, %s)",
        [id, address, _digest(secret_key, id, code if known or purpose == "registration" else ""), now, now + LIFE],
    )


def check(conn: Connection, secret_key: str, address: str, code: str, now: datetime) -> bool:
    """Whether this is the newest code of this mail; it is used up then. A wrong one counts, once the caller commits."""
    address = accounts.normalised(address)
    row = conn.execute(
        # The row is locked by the update: of many tries at once each counts.
        "update sign_in_code set attempts = attempts + 1"
        " where id = (select id from sign_in_code where mail = %(mail)s order by created_at desc, id limit 1)"
        " and used_at is null and expires_at > %(now)s and attempts < %(tries)s"
        " and (select coalesce(sum(attempts), 0) from sign_in_code where mail = %(mail)s and created_at > %(since)s)"
        " < %(a_day)s returning id, code_hash",
        {"mail": address, "now": now, "tries": TRIES, "since": now - DAY, "a_day": TRIES_A_DAY},
    ).fetchone()
    if row is None or not hmac.compare_digest(row[1], _digest(secret_key, row[0], _digits(code))):
        return False
    conn.execute("update sign_in_code set used_at = %s where id = %s", [now, row[0]])
    return True


def forget(conn: Connection, now: datetime) -> int:
    """Delete the codes that no limit counts any more; returns how many."""
    return conn.execute("delete from sign_in_code where created_at < %s", [now - DAY]).rowcount


def _refuse_too_many(conn: Connection, address: str, now: datetime) -> None:
    sent = [
        row[0]
        for row in conn.execute(
            "select created_at from sign_in_code where mail = %s and created_at > %s order by created_at desc",
            [address, now - DAY],
        )
    ]
    for most, window in ((SENT_AN_HOUR, HOUR), (SENT_A_DAY, DAY)):
        if len(sent) >= most and sent[most - 1] > now - window:
            raise TooMany(sent[most - 1] + window - now)


def _digits(code: str) -> str:
    """As people type it: "123 456" too."""
    return "".join(code.split())


def _digest(secret_key: str, id: UUID, code: str) -> bytes:
    return hmac.new(secret_key.encode(), f"code {id} {code}".encode(), hashlib.sha256).digest()
