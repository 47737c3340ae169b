"""The second factor: codes that an application shows (TOTP, RFC 6238), six digits, SHA-1, a new one each 30 seconds.

These are the values that every application takes. The shared secret is kept encrypted; the code of a step is good
once, in its step, the one before and the one after. A passkey is the other second factor (passkeys.py).

An account that has neither sets its first one after a mailed code alone, but only until `enrol_until`: a mailbox that
somebody else reads a year later does not open an account whose owner never came.
"""

import base64
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cryptography.fernet import InvalidToken
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from registry import letters
from registry.accounts import STAFF, Account, audit
from registry.accounts.roles import keeper_name
from registry.database import Connection
from settings.keys import Keys

STEP_S = 30
SECRET_BYTES = 20
ISSUER = "Ribambelle"

HAS_ANY = "(a.totp_secret is not null or exists (select from passkey p where p.account = a.id))"
"""Of the table `account a`: whether it has a second factor, codes of an application or a passkey."""


@dataclass(frozen=True)
class Offered:
    """A secret that is not kept yet. `address` is what a QR code holds; `text` the same secret, to be typed."""

    secret: bytes
    address: str
    text: str


def offered(account: Account, secret: bytes | None = None) -> Offered:
    """A secret for this account's application, a new one by default."""
    secret = secret or secrets.token_bytes(SECRET_BYTES)
    text = base64.b32encode(secret).decode()
    return Offered(
        secret,
        _totp(secret).get_provisioning_uri(account.mail, ISSUER),
        " ".join(text[at : at + 4] for at in range(0, len(text), 4)),
    )


def keep(
    conn: Connection, keys: Keys, account: Account, secret: bytes, code: str, now: datetime, *, site_url: str
) -> bool:
    """Take this secret from now on, if `code` shows that an application has it, and tell its owner; the one before is
    good no more."""
    step = _step(secret, code, now, after=-1)
    if step is None:
        return False
    conn.execute(
        "update account set totp_secret = %s, totp_step = %s where id = %s",
        [keys.box("second factor").encrypt(secret), step, account.id],
    )
    _tell(conn, account, site_url, added=True)
    return True


def check(conn: Connection, keys: Keys, account: Account, code: str, now: datetime) -> bool:
    """Whether the account's application shows this code, which is used up then. The caller counts tries (throttle)."""
    row = conn.execute(
        "select totp_secret, totp_step from account where id = %s and totp_secret is not null for update", [account.id]
    ).fetchone()
    if row is None:
        return False
    try:
        secret = keys.box("second factor").decrypt(bytes(row[0]))
    except InvalidToken:  # its key was taken out; the hourly job gives the right to add another one (encrypt_anew)
        return False
    step = _step(secret, code, now, after=row[1])
    if step is None:
        return False
    conn.execute("update account set totp_step = %s where id = %s", [step, account.id])
    return True


def remove(conn: Connection, account: Account, *, site_url: str) -> bool:
    """No application counts any more, and its owner is told; False when none did."""
    done = conn.execute(
        "update account set totp_secret = null, totp_step = null where id = %s and totp_secret is not null",
        [account.id],
    )
    if done.rowcount == 0:
        return False
    _tell(conn, account, site_url, added=False)
    return True


def encrypt_anew(conn: Connection, keys: Keys) -> list[UUID]:
    """Put every secret under the newest key, so that an older one can be taken away; for an hourly job.

    Returns the accounts whose secret no key opens any more: the operator has taken out the one that it was kept under.
    """
    box, unreadable = keys.box("second factor"), []
    rows = conn.execute("select id, totp_secret from account where totp_secret is not null for update").fetchall()
    for id, kept in rows:
        try:
            conn.execute("update account set totp_secret = %s where id = %s", [box.rotate(bytes(kept)), id])
        except InvalidToken:
            unreadable.append(id)
    return unreadable


def may_enrol(conn: Connection, account: UUID, now: datetime) -> bool:
    """Whether the account has no second factor yet, and may still set its first one with a mailed code alone."""
    row = conn.execute(
        f"select from account a where a.id = %s and a.enrol_until > %s and not {HAS_ANY}", [account, now]
    ).fetchone()
    return row is not None


def has_any(conn: Connection, account: UUID) -> bool:
    row = conn.execute(f"select from account a where a.id = %s and {HAS_ANY}", [account]).fetchone()
    return row is not None


def _tell(conn: Connection, account: Account, site_url: str, *, added: bool) -> None:
    """The owner learns of each change, and the audit log of those of the staff."""
    values = {"added": added, "site": site_url.rstrip("/"), "keeper": keeper_name(account.role)}
    letters.queue(conn, account.mail, "accounts/application", values)
    if account.role in STAFF:
        audit.note(conn, account, "account.factor", fields=["application"], added=int(added))


def _step(secret: bytes, code: str, now: datetime, *, after: int) -> int | None:
    """The step whose code this is: this one or a neighbour, later than `after`. None when it is none of them."""
    digits = "".join(code.split())
    if not (digits.isascii() and digits.isdigit()):
        return None
    current = int(now.timestamp()) // STEP_S
    found = [
        step
        for step in (current - 1, current, current + 1)
        if hmac.compare_digest(_totp(secret).generate(step * STEP_S).decode(), digits) and step > after
    ]
    return found[0] if found else None


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, 6, SHA1(), STEP_S)  # noqa: S303 (as every application has it; what counts is the secret)
