"""Passkeys (WebAuthn level 2): a key pair on her device, whose public half is kept here.

A passkey is found by the device itself (a discoverable credential), so that the sign-in page asks for no mail and tells
nothing of who has one; and the device must have made sure of its owner (user verification), as it stands for the whole
sign-in. A challenge is good for one right answer, within CHALLENGE_LIFE, in the browser that asked for it.
"""

import ipaddress
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import webauthn
from webauthn.helpers import base64url_to_bytes, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from registry import accounts, letters
from registry.accounts import STAFF, Account, audit
from registry.database import Connection

CHALLENGE_LIFE = timedelta(minutes=5)
MOST = 20
"""Passkeys of one account."""

MOST_OF_A_CREDENTIAL = 20_000
"""Characters of its JSON; real ones have about 1,500."""

NAME = "Ribambelle"


class PasskeyRefused(Exception):
    """Not ours, not answered in time, not for this site, or not signed by that key; which one helps nobody."""


@dataclass(frozen=True)
class Passkey:
    id: bytes
    name: str
    created_at: datetime
    used_at: datetime | None


def possible(site_url: str) -> bool:
    """Passkeys belong to a domain: a site at a bare address, as on 127.0.0.1, has none."""
    host = urlsplit(site_url).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return bool(host)
    return False


def of_account(conn: Connection, account: UUID) -> list[Passkey]:
    rows = conn.execute(
        "select id, name, created_at, used_at from passkey where account = %s order by created_at, id", [account]
    )
    return [Passkey(*row) for row in rows]


def begin_registration(conn: Connection, account: Account, browser: bytes, site_url: str, now: datetime) -> str:
    """What `navigator.credentials.create` asks for, as JSON. Raises PasskeyRefused when she has MOST already."""
    present = of_account(conn, account.id)
    if len(present) >= MOST:
        raise PasskeyRefused
    options = webauthn.generate_registration_options(
        rp_id=_domain(site_url),
        rp_name=NAME,
        user_id=account.id.bytes,
        user_name=account.mail,
        user_display_name=account.name or account.mail,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=each.id) for each in present],
    )
    _keep(conn, options.challenge, account.id, browser, now)
    return webauthn.options_to_json(options)


def finish_registration(
    conn: Connection, account: Account, browser: bytes, site_url: str, credential: str, name: str, now: datetime
) -> None:
    """Keep the new passkey, and tell its owner. Raises PasskeyRefused, also for one that is kept already."""
    answered = _read(credential)
    challenge = _taken(conn, answered, account.id, browser, now)
    try:
        verified = webauthn.verify_registration_response(
            credential=answered,
            expected_challenge=challenge,
            expected_rp_id=_domain(site_url),
            expected_origin=_origin(site_url),
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as error:
        raise PasskeyRefused from error
    kept = conn.execute(
        "insert into passkey (id, account, public_key, sign_count, name, created_at) values (%s, %s, %s, %s, %s, %s)"
        " on conflict do nothing",
        [verified.credential_id, account.id, verified.credential_public_key, verified.sign_count, name[:100], now],
    )
    if kept.rowcount == 0:
        raise PasskeyRefused
    _tell(conn, account, site_url, added=True)


def begin_sign_in(conn: Connection, browser: bytes, site_url: str, now: datetime) -> str:
    """What `navigator.credentials.get` asks for, as JSON: any passkey of this site."""
    options = webauthn.generate_authentication_options(
        rp_id=_domain(site_url), user_verification=UserVerificationRequirement.REQUIRED
    )
    _keep(conn, options.challenge, None, browser, now)
    return webauthn.options_to_json(options)


def finish_sign_in(conn: Connection, browser: bytes, site_url: str, credential: str, now: datetime) -> Account:
    """Whose passkey it is. Raises PasskeyRefused."""
    answered = _read(credential)
    challenge = _taken(conn, answered, None, browser, now)
    row = conn.execute(
        "select id, account, public_key, sign_count from passkey where id = %s for update", [_id(answered)]
    ).fetchone()
    account = accounts.by_id(conn, row[1]) if row else None
    if row is None or account is None:
        raise PasskeyRefused
    try:
        verified = webauthn.verify_authentication_response(
            credential=answered,
            expected_challenge=challenge,
            expected_rp_id=_domain(site_url),
            expected_origin=_origin(site_url),
            credential_public_key=row[2],
            credential_current_sign_count=row[3],
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError) as error:
        raise PasskeyRefused from error
    conn.execute(
        "update passkey set sign_count = %s, used_at = %s where id = %s", [verified.new_sign_count, now, row[0]]
    )
    return account


def remove(conn: Connection, account: Account, id: bytes, *, site_url: str) -> bool:
    """Take one away, and tell its owner; False when the account has no such passkey."""
    if conn.execute("delete from passkey where account = %s and id = %s", [account.id, id]).rowcount == 0:
        return False
    _tell(conn, account, site_url, added=False)
    return True


def forget(conn: Connection, now: datetime) -> int:
    """Delete the challenges that nobody can answer any more; returns how many."""
    return conn.execute("delete from challenge where expires_at < %s", [now]).rowcount


def _tell(conn: Connection, account: Account, site_url: str, *, added: bool) -> None:
    """The owner learns of each change, and the audit log of those of the staff."""
    letters.queue(conn, account.mail, "accounts/passkey", {"added": added, "site": site_url.rstrip("/")})
    if account.role in STAFF:
        audit.note(conn, account, "account.factor", fields=["passkey"], added=int(added))


def _keep(conn: Connection, challenge: bytes, account: UUID | None, browser: bytes, now: datetime) -> None:
    conn.execute(
        "insert into challenge (value, account, browser, expires_at) values (%s, %s, %s, %s)",
        [challenge, account, browser, now + CHALLENGE_LIFE],
    )


def _taken(conn: Connection, answered: dict[str, Any], account: UUID | None, browser: bytes, now: datetime) -> bytes:
    """The challenge that this answers: one of ours, for this account and browser, not answered before; now it is."""
    try:
        told = parse_client_data_json(base64url_to_bytes(answered["response"]["clientDataJSON"])).challenge
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise PasskeyRefused from error
    row = conn.execute(
        "delete from challenge where value = %s and account is not distinct from %s and browser = %s"
        " and expires_at > %s returning value",
        [told, account, browser, now],
    ).fetchone()
    if row is None:
        raise PasskeyRefused
    return bytes(row[0])


def _read(credential: str) -> dict[str, Any]:
    if len(credential) > MOST_OF_A_CREDENTIAL:
        raise PasskeyRefused
    try:
        answered = json.loads(credential)
    except (ValueError, RecursionError) as error:
        raise PasskeyRefused from error
    if not isinstance(answered, dict):
        raise PasskeyRefused
    return answered


def _id(answered: dict[str, Any]) -> bytes:
    try:
        return base64url_to_bytes(answered["id"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PasskeyRefused from error


def _domain(site_url: str) -> str:
    return urlsplit(site_url).hostname or ""


def _origin(site_url: str) -> str:
    parts = urlsplit(site_url)
    return f"{parts.scheme}://{parts.netloc}"
