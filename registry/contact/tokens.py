"""The addresses of a thread: where each side's answers go, the links in its mails, and who a sender is.

All are derived from the secret key, and none is kept: who reads the registry cannot write into a thread.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from itsdangerous import BadSignature, URLSafeSerializer

Side = Literal["parent", "am"]
SIDES: tuple[Side, ...] = ("parent", "am")

_SEAL_BYTES = 9
"""With the 16 of the thread: 40 letters, well within the 64 before an @, and 72 bits that nobody guesses."""


@dataclass(frozen=True)
class Seen:
    """What a link in a mail stands for: the message, and the side that it was sent to."""

    thread: UUID
    message: UUID
    reader: Side


def other(side: Side) -> Side:
    return "am" if side == "parent" else "parent"


def reply_address(secret_key: str, relay_domain: str, thread: UUID, side: Side) -> str:
    """Where this side writes to. Lower case throughout: mail programs may change the case."""
    packed = thread.bytes + _seal(secret_key, thread, side)
    return f"{base64.b32encode(packed).decode().lower()}@{relay_domain.lower()}"


def read_address(secret_key: str, relay_domain: str, address: str) -> tuple[UUID, Side] | None:
    """The thread and the side that may write to this address; None when it is none of ours."""
    local, _, domain = address.rpartition("@")
    try:
        packed = base64.b32decode(local.upper().encode("ascii"))
    except (binascii.Error, UnicodeEncodeError):
        return None
    if domain.lower() != relay_domain.lower() or len(packed) != 16 + _SEAL_BYTES:
        return None
    thread = UUID(bytes=packed[:16])
    for side in SIDES:
        if hmac.compare_digest(packed[16:], _seal(secret_key, thread, side)):
            return thread, side
    return None


def page_token(secret_key: str, seen: Seen) -> str:
    """For the links that block and report: they stand in a mail, and work as long as the thread is kept."""
    return str(_signer(secret_key).dumps([seen.thread.hex, seen.message.hex, seen.reader]))


def read_page_token(secret_key: str, token: str) -> Seen | None:
    try:
        thread, message, reader = _signer(secret_key).loads(token)
        return Seen(UUID(hex=thread), UUID(hex=message), reader)
    except (BadSignature, ValueError, TypeError, AttributeError):
        return None


def sender_of(secret_key: str, mail: str) -> bytes:
    """A keyed hash of a mail address, by which limits and blocks know it again: `anne+2@…` is `anne@…`."""
    local, _, domain = mail.lower().rpartition("@")
    return _keyed(secret_key, f"contact sender {local.partition('+')[0]}@{domain}")


def _seal(secret_key: str, thread: UUID, side: Side) -> bytes:
    return _keyed(secret_key, f"contact address {side} {thread.hex}")[:_SEAL_BYTES]


def _keyed(secret_key: str, text: str) -> bytes:
    return hmac.new(secret_key.encode(), text.encode(), hashlib.sha256).digest()


def _signer(secret_key: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret_key, salt="contact page")
