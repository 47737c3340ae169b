"""What two spellings of one name have in common."""

import re
import unicodedata
from functools import lru_cache

MOST_MARKS = 30
"""Marks on one letter: no language has more (Unicode, UAX #15, Stream-Safe Text Format)."""

PHRASES = "\ufdfa\ufdfb"
"""Of 18 and of 8 letters."""

_UNSEEN = frozenset("\u115f\u1160\u2800")
"""Letters and a sign that show nothing."""


def fold(value: str) -> str:
    """No accents, no capitals, no punctuation: words with one space between them."""
    decomposed = unicodedata.normalize("NFKD", bounded(value).replace("œ", "oe").replace("Œ", "OE"))
    bare = "".join(c for c in decomposed if c.isascii() or not unicodedata.combining(c)).lower()
    return " ".join(re.findall(r"[^\W_]+", bare))


def bounded(text: str) -> str:
    """Fit to be normalized when it comes from a stranger.

    Without the marks after the thirtieth in a row: Python sorts them by moving each past all others, so that 30,000
    would take seconds; and without two signs that each become a whole phrase.
    """
    if text.isascii():
        return text
    kept = []
    marks = 0
    for letter in text:
        marks = marks + 1 if letter >= "\u0300" and _is_mark(letter) else 0
        if marks <= MOST_MARKS:
            kept.append(" " if letter in PHRASES else letter)
    return "".join(kept)


@lru_cache(maxsize=4096)
def _is_mark(letter: str) -> bool:
    """Also one that only becomes marks when it is taken apart, as U+0F73."""
    return unicodedata.combining(unicodedata.normalize("NFKD", letter)[0]) > 0


def shown(text: str) -> str:
    """As a reader sees it: every sign as the usual one, nothing invisible, no frames of keys, no marks but those of
    common letters (Unicode's NFKC)."""
    if text.isascii():
        return text
    usual = unicodedata.normalize("NFKC", bounded(text))
    return "".join(letter for letter in usual if letter.isascii() or _is_seen(letter))


@lru_cache(maxsize=4096)
def _is_seen(letter: str) -> bool:
    return unicodedata.category(letter) not in ("Cf", "Mn", "Me") and letter not in _UNSEEN
