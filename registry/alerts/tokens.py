"""What the links in the mails of a saved need stand for, and who its recipient is.

Derived from the secret key and kept nowhere: who reads the registry can neither confirm nor stop.
"""

import hashlib
import hmac
from typing import Literal
from uuid import UUID

from itsdangerous import BadSignature, URLSafeSerializer

Purpose = Literal["confirm", "stop", "prolong"]


def token(secret_key: str, purpose: Purpose, alert: UUID) -> str:
    """Good as long as the need is kept, and for nothing else than this purpose."""
    return str(_signer(secret_key, purpose).dumps(alert.hex))


def read(secret_key: str, purpose: Purpose, token: str) -> UUID | None:
    """None for what is no token of ours, for this purpose."""
    try:
        return UUID(hex=_signer(secret_key, purpose).loads(token))
    except (BadSignature, ValueError, TypeError, AttributeError):
        return None


def recipient_of(secret_key: str, mail: str) -> bytes:
    """A keyed hash of a mail address, by which limits know it again: `anne+2@…` is `anne@…`."""
    local, _, domain = mail.lower().rpartition("@")
    text = f"alert recipient {local.partition('+')[0]}@{domain}"
    return hmac.new(secret_key.encode(), text.encode(), hashlib.sha256).digest()


def _signer(secret_key: str, purpose: Purpose) -> URLSafeSerializer:
    return URLSafeSerializer(secret_key, salt=f"alert {purpose}")
