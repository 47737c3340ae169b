"""What parents and assistants maternels write to each other: bounded plain text, without links (registry/links.py)."""

import re
import unicodedata

from registry import links
from registry.parents.contact.refusals import Reason

LONGEST, LONGEST_NAME = 1500, 80
"""Characters of a message, and of the name under it."""

_BLANK_LINES = re.compile(r"\n\s*\n\s*\n+")


def cleaned(text: str) -> str:
    """A message without what no keyboard writes, and with one blank line at most between two others."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    kept = "".join(letter for letter in lines if letter == "\n" or unicodedata.category(letter)[0] != "C")
    return _BLANK_LINES.sub("\n\n", "\n".join(line.rstrip() for line in kept.split("\n"))).strip()


def cleaned_name(text: str) -> str:
    return " ".join(cleaned(text).split())


def problem(text: str) -> Reason | None:
    """Why a cleaned text is no message; None when it is one."""
    if not text:
        return "empty"
    if len(text) > LONGEST:
        return "too_long"
    return "link" if links.holds_one(text) else None
