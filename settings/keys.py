"""One key for each purpose, derived from SECRET_KEY (HKDF with SHA-256, RFC 5869).

SECRET_KEY is one long random text, or several with commas: the first makes everything new, all of them are still
accepted. So a key is replaced by putting a new one in front; the old one goes once what it made has ended. What ends
with it stands beside each purpose, and in docs/accounts.md.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, get_args

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from itsdangerous import URLSafeSerializer

LEAST = 32
"""Characters of a secret, outside a demo: 128 bits in the plainest of usual alphabets, hexadecimal."""

LEAST_KEPT = 8
"""Bytes of a keyed hash: less would be guessed, and nothing at all would fit every text."""

Purpose = Literal[
    "cursor",
    "client",
    "throttle",
    "csrf",
    "form",
    "code",
    "waiting",
    "oidc",
    "link",
    "desk code",
    "second factor",
    "contact sender",
    "contact address",
    "contact page",
    "alert recipient",
    "alert link",
    "notice link",
]

ENDS_WITH_THE_KEY: dict[Purpose, str] = {
    "cursor": "les pages suivantes d’une liste ouverte\u00a0: on reprend à la première",
    "client": "rien\u00a0: les empreintes des visiteurs changent de toute façon chaque jour",
    "throttle": "les compteurs des limites tenus avec cette clé seule",
    "csrf": "les formulaires ouverts\u00a0: on recharge la page",
    "form": "les formulaires publics ouverts\u00a0: on recharge la page",
    "code": "les codes envoyés depuis moins de dix minutes",
    "waiting": "les connexions commencées depuis moins d’une demi-heure",
    "oidc": "les connexions commencées chez le fournisseur d’identité",
    "link": "les liens envoyés par mail (inscription, changement d’adresse, rappels, messages à confirmer)",
    "desk code": "les codes imprimés par les relais qui n’ont pas encore servi",
    "second factor": "les applications d’authentification enregistrées avec elle seule\u00a0: on en ajoute une autre",
    "contact sender": "les parents bloqués peuvent de nouveau écrire, et leurs limites repartent de zéro",
    "contact address": "les réponses par mail aux conversations ouvertes",
    "contact page": "les liens pour bloquer ou signaler un message",
    "alert recipient": "le compte des alertes de chaque adresse, tenu avec cette clé",
    "alert link": "les liens pour confirmer, prolonger ou arrêter une alerte",
    "notice link": "les liens pour ne plus recevoir de rappels",
}
"""In French, for the operator: what is lost when the key that made it is taken out of SECRET_KEY."""


class WeakKey(ValueError):
    """SECRET_KEY is missing or too short. Its text is a French sentence."""


@dataclass(frozen=True)
class Keys:
    """`secrets`: the newest first."""

    secrets: tuple[str, ...] = field(repr=False)

    def derived(self, purpose: Purpose) -> tuple[bytes, ...]:
        """32 bytes for each secret, the newest first."""
        return tuple(_derived(secret, purpose) for secret in self.secrets)

    def digest(self, purpose: Purpose, text: str) -> bytes:
        """A keyed hash (HMAC-SHA-256) under the newest key."""
        return _digest(self.derived(purpose)[0], text)

    def digests(self, purpose: Purpose, text: str) -> list[bytes]:
        """The same under every key, the newest first: what was kept under an older one is found again by it."""
        return [_digest(key, text) for key in self.derived(purpose)]

    def matches(self, purpose: Purpose, text: str, digest: bytes) -> bool:
        """Whether `digest`, or the part of it that was kept (LEAST_KEPT bytes or more), was made of this text by one of
        the keys."""
        if len(digest) < LEAST_KEPT:
            return False
        return any(hmac.compare_digest(made[: len(digest)], digest) for made in self.digests(purpose, text))

    def signer(self, purpose: Purpose, salt: str = "") -> URLSafeSerializer:
        """Signs under the newest key and takes what any key signed. `salt` keeps apart what has one purpose.

        What was signed with SHA-1, until November 2026, is taken too: links of alerts live for 190 days, those of
        conversations for as long as these.
        """
        return URLSafeSerializer(
            list(reversed(self.derived(purpose))),
            salt=f"{purpose} {salt}",
            signer_kwargs={"digest_method": hashlib.sha256},  # the library's own choice is SHA-1
            fallback_signers=[{"digest_method": hashlib.sha1}],
        )

    def box(self, purpose: Purpose) -> MultiFernet:
        """Encrypts under the newest key and opens what any key encrypted."""
        return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in self.derived(purpose)])


def read(secret_key: str, *, demo: bool) -> Keys:
    """The keys that SECRET_KEY holds. Raises WeakKey; a demo's may be short, but not missing."""
    secrets = tuple(part for text in secret_key.split(",") if (part := text.strip()))
    if not secrets:
        raise WeakKey(
            f"SECRET_KEY manque\u00a0: indiquez au moins {LEAST}\u00a0caractères au hasard"
            " («\u00a0openssl rand -hex 32\u00a0» en crée)."
        )
    if not demo and min(map(len, secrets)) < LEAST:
        raise WeakKey(
            f"SECRET_KEY est trop courte\u00a0: indiquez au moins {LEAST}\u00a0caractères au hasard pour chaque clé"
            " («\u00a0openssl rand -hex 32\u00a0» en crée)."
        )
    return Keys(secrets)


@lru_cache(maxsize=256)
def _derived(secret: str, purpose: Purpose) -> bytes:
    if purpose not in get_args(Purpose):
        raise ValueError("no such purpose")
    return HKDF(SHA256(), 32, salt=None, info=f"ribambelle {purpose}".encode()).derive(secret.encode())


def _digest(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
