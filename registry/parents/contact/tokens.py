"""The addresses of a thread: where each side's answers go, the links in its mails, and who a sender is.

All are derived from keys of their own, and none is kept: who reads the registry cannot write into a thread.
"""

import base64
import binascii
from dataclasses import dataclass
from typing import Literal
from uuid import UUID, uuid5

from itsdangerous import BadSignature

from registry.accounts import addresses
from settings.keys import Keys

Side = Literal["parent", "am"]
SIDES: tuple[Side, ...] = ("parent", "am")

_SEAL_BYTES = 9
"""With the 16 of the thread: 40 letters, well within the 64 before an @, and 72 bits that nobody guesses."""


@dataclass(frozen=True)
class Seen:
    """What a link in a mail stands for: the message, the side that it was sent to, and a keyed hash of the address
    that it was sent to: once that side has another address, the links in the old mailbox end."""

    thread: UUID
    message: UUID
    reader: Side
    sent_to: str


def other(side: Side) -> Side:
    return "am" if side == "parent" else "parent"


def reply_address(keys: Keys, relay_domain: str, thread: UUID, side: Side) -> str:
    """Where this side writes to. Lower case throughout: mail programs may change the case."""
    packed = thread.bytes + keys.digest("contact address", f"{side} {thread.hex}")[:_SEAL_BYTES]
    return f"{base64.b32encode(packed).decode().lower()}@{relay_domain.lower()}"


def number(thread: UUID) -> int:
    """By which subjects tell two conversations with people of one name apart: four figures, the same for both sides."""
    return 1000 + thread.int % 9000


def first_mail(thread: UUID, reader: Side) -> UUID:
    """The id of the mail that begins the conversation in this side's mailbox: the later ones refer to it. Nobody learns
    the thread of it."""
    return uuid5(thread, reader)


def read_address(keys: Keys, relay_domain: str, address: str) -> tuple[UUID, Side] | None:
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
        if keys.matches("contact address", f"{side} {thread.hex}", packed[16:]):
            return thread, side
    return None


def page_token(keys: Keys, seen: Seen) -> str:
    """For the links that block and report: they stand in a mail, and work as long as the thread is kept."""
    return str(keys.signer("contact page").dumps([seen.thread.hex, seen.message.hex, seen.reader, seen.sent_to]))


def read_page_token(keys: Keys, token: str) -> Seen | None:
    try:
        thread, message, reader, sent_to = keys.signer("contact page").loads(token)
        return Seen(UUID(hex=thread), UUID(hex=message), reader, str(sent_to))
    except (BadSignature, ValueError, TypeError, AttributeError):
        return None


def sent_to(keys: Keys, mail: str) -> str:
    """For `Seen.sent_to`, under the newest key."""
    return keys.digest("contact page", f"to {mail}").hex()[:16]


def is_sent_to(keys: Keys, seen: Seen, mail: str) -> bool:
    """Whether the link was mailed to this address."""
    try:
        return keys.matches("contact page", f"to {mail}", bytes.fromhex(seen.sent_to))
    except ValueError:
        return False


def sender_of(keys: Keys, mail: str) -> bytes:
    """A keyed hash of a mailbox, by which limits and blocks know a sender again, under the newest key."""
    return keys.digest("contact sender", addresses.mailbox(mail))


def senders_of(keys: Keys, mail: str) -> list[bytes]:
    """The same under every key: what was kept before a key was replaced is found by one of them."""
    return keys.digests("contact sender", addresses.mailbox(mail))
