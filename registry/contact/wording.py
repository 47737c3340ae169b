"""What parents and assistants maternels write to each other: bounded plain text, without a link of any kind."""

import re
import unicodedata

LONGEST, LONGEST_NAME = 1500, 80
"""Characters of a message, and of the name under it."""

_DOMAINS = (
    "com|net|org|info|fr|eu|io|app|dev|xyz|top|site|online|shop|store|club|biz|link|click|live|website|space|tech|pro"
    "|bzh|paris|alsace|corsica|tv|be|ch|uk|ru|cn|us|nl|pl|pt|gg|ly|co|cc|icu|vip|cloud|page|gouv|asso"
)
"""Ends of host names. Not .de, .es, .la, .me, .ca and others: "merci.de rien" is no address, only typed in haste; with
a path behind it every end counts."""

_LINK = re.compile(
    r"[a-z][a-z0-9+.-]*://|\bwww\d?\.|\bmailto:|\bhttps?\b"
    r"|\S@\w[\w-]*\.\w"
    rf"|\w[\w-]*\.(?:{_DOMAINS})\b(?![\w@-])"
    r"|\w[\w-]*\.[a-z]{2,}/\w"
    r"|\[\.\]|\(\.\)"
    # Four numbers are a machine's address; five are a telephone's, as 06.12.34.56.78.
    r"|(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?!\.?\d)"
)

_BLANK_LINES = re.compile(r"\n\s*\n\s*\n+")


def has_link(text: str) -> bool:
    """Whether it names an address on the web or of a mailbox. Telephone numbers are none.

    Somebody who spells one out ("exemple point com") is not caught: that is no link that can be tapped on.
    """
    return _LINK.search(_folded(text)) is not None


def cleaned(text: str) -> str:
    """A message without what no keyboard writes, and with one blank line at most between two others."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    kept = "".join(letter for letter in lines if letter == "\n" or unicodedata.category(letter)[0] != "C")
    return _BLANK_LINES.sub("\n\n", "\n".join(line.rstrip() for line in kept.split("\n"))).strip()


def cleaned_name(text: str) -> str:
    return " ".join(cleaned(text).split())


def _folded(text: str) -> str:
    """As a reader sees it: full-width letters as plain ones, nothing invisible."""
    shown = unicodedata.normalize("NFKC", text)
    return "".join(letter for letter in shown if unicodedata.category(letter) != "Cf").lower()
