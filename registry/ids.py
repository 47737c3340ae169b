"""Public ids of offers: random, so that they tell nothing of number, name or order (docs/design.md, "Position")."""

import random
import secrets

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: no letter that is mistaken for a digit on the telephone."""

LENGTH = 12


def new_id(rng: random.Random | None = None) -> str:
    """Twelve characters, 60 bits: from the system's randomness, or from `rng` for data made from a seed."""
    choose = rng.choice if rng else secrets.choice
    return "".join(choose(ALPHABET) for _ in range(LENGTH))
