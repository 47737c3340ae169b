"""What the links in the mails of a saved need stand for, and who its recipient is.

Derived from keys of their own and kept nowhere: who reads the registry can neither confirm nor stop.
"""

from typing import Literal
from uuid import UUID

from itsdangerous import BadSignature

from registry.accounts import addresses
from settings.keys import Keys

Purpose = Literal["confirm", "stop", "prolong"]


def token(keys: Keys, purpose: Purpose, alert: UUID) -> str:
    """Good as long as the need is kept, and for nothing else than this purpose."""
    return str(keys.signer("alert link", purpose).dumps(alert.hex))


def read(keys: Keys, purpose: Purpose, token: str) -> UUID | None:
    """None for what is no token of ours, for this purpose."""
    try:
        return UUID(hex=keys.signer("alert link", purpose).loads(token))
    except (BadSignature, ValueError, TypeError, AttributeError):
        return None


def recipients_of(keys: Keys, mail: str) -> list[bytes]:
    """Keyed hashes of a mailbox, by which limits know it again: the first, under the newest key, is kept."""
    return keys.digests("alert recipient", addresses.mailbox(mail))
