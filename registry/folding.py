"""What two spellings of one name have in common."""

import re
import unicodedata


def fold(value: str) -> str:
    """No accents, no capitals, no punctuation: words with one space between them."""
    decomposed = unicodedata.normalize("NFKD", value.replace("œ", "oe").replace("Œ", "OE"))
    bare = "".join(c for c in decomposed if not unicodedata.combining(c)).lower()
    return " ".join(re.findall(r"[^\W_]+", bare))
