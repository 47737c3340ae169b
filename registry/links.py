"""Addresses of the web and of mailboxes in what people write to strangers: whatever can be tapped on or copied.

What is refused is a host: labels with a full stop between them, whatever the script, where the last is an ending of the
root (the Public Suffix List, of the library publicsuffixlist), and what is written to be made one again, as
"exemple(point)com". Who means harm can still spell a name out; a riddle is enough.

A full stop whose space was forgotten ("Bonjour.je cherche") is no host: endings that are French words too (.je, .place)
count only where something else tells an address, as a path or a port.
"""

import ipaddress
import re
import tomllib
import unicodedata
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from publicsuffixlist import PublicSuffixList

from registry.folding import bounded

FIRM = frozenset(("com", "fr", "net", "org", "eu"))
"""Endings that no sentence has by chance: they count after a number, a single letter, and with a capital too."""

_GIVEN = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
WORDS = frozenset(_GIVEN["words"])
SHORT = frozenset(_GIVEN["short"])

NEVER_LAST = frozenset(("de", "je", "ma", "me", "sa"))
"""No sentence ends with these words: then "exemple.de" is a host."""

_HOST = re.compile(r"(?<![\w-])[\w-]++(?:\.[\w-]++)++")
_PATH = re.compile(r"[/?#]\w|:\d{2,5}\b")
_SENTENCE_ENDS = re.compile(r"\s*+(?:[.,;:!?)»\"]|$)")

_SIGNS = re.compile(
    r":\s?/\s?/|\bh[tx]{2}ps?\b|\bwww\d?\.|\b(?:mailto|javascript):|\bxn--\w"
    r"|\S@[\w-]++\.\w"
    r"|\(\.\)|\[\.\]|\{\.\}"
    r"|\w\s{0,3}[(\[{<]\s{0,3}(?:point|dot)\s{0,3}[)\]}>]\s{0,3}[^\W\d_]{2}"
    r"|\w\s{1,2}\.\s?(?:com|fr|net|org|eu)\b|\w\.\s(?:com|fr|org)\b"
    # Four numbers are a machine's address; five are a telephone's, as 06.12.34.56.78.
    r"|(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?!\.?\d)"
)
_IN_BRACKETS = re.compile(r"\[([0-9a-f:.]{2,45})\]")

_SPELLED_ENDINGS = (
    "fr|com|net|org|eu|info|be|ch|lu|io|app|bzh|alsace|corsica|re|nc|pf|pro|site|blog|online|ovh|gouv|me|ly|gl"
)
_SPELLED_OUT = re.compile(
    r"\bw\s{0,3}w\s{0,3}w\b|(?<=[a-z0-9-])\s?\.(?:" + _SPELLED_ENDINGS + r")\b(?!\.[a-z])"
    r"|[a-z0-9-]\.[a-z]{2,}/\w|\b(?:point|dot)\s+(?:fr|com|net|org|eu)\b"
)

_USUAL = str.maketrans(dict.fromkeys("。․‧·•∙⋅۔", ".") | dict.fromkeys("⁄∕╱⧸⟋", "/"))
_UNSEEN = frozenset("\u115f\u1160\u2800")
"""Letters and a sign that show nothing."""


def holds_one(text: str) -> bool:
    """Whether it names an address on the web, of a machine or of a mailbox. Telephone numbers are none."""
    shown = _shown(text)
    lower = shown.lower()
    if _SIGNS.search(lower) or any(_is_machine(found[1]) for found in _IN_BRACKETS.finditer(lower)):
        return True
    return any(_is_host(shown, found) for found in _HOST.finditer(shown))


def is_spelled_out(plain: str) -> bool:
    """Whether a text in lower case without accents names a site that must be typed: « nounou point com »."""
    return _SPELLED_OUT.search(plain) is not None


def _is_host(shown: str, found: re.Match[str]) -> bool:
    labels = [label.strip("-_") for label in found[0].split(".")]
    led = re.fullmatch(r"//|.?@", shown[max(0, found.start() - 2) : found.start()]) is not None
    return any(
        _is_ended(name, ending, led, shown[found.end() : found.end() + 8] if at == len(labels) - 2 else ".")
        for at, (name, ending) in enumerate(pairwise(labels))
    )


def _is_ended(name: str, ending: str, led: bool, after: str) -> bool:
    """Whether an ending makes a host of the label before it. `led`: a sign before them says so; `after`: what
    follows."""
    if not name or not ending:
        return False
    last = ending.lower()
    if max(len(name), len(ending)) > 1 and (_is_foreign(name) or _is_foreign(ending)):
        return True
    if f"{name.lower()}.{last}" in SHORT:
        return True
    as_sentence = ending[0].isupper() and not ending.isupper() and last not in FIRM
    if len(name) == 1 and as_sentence:  # « M.Dupont/Mme Leclerc »: both are endings of the root
        return False
    if not _is_of_the_root(last):
        # As people guess an ending; a path is a path.
        return len(name) > 1 and len(last) > 1 and last.isalpha() and not as_sentence and after[:1] == "/" != after
    if led or _PATH.match(after):
        return True
    if as_sentence or (last not in FIRM and (len(name) == 1 or name.isdigit())):
        return False
    if last in WORDS:
        return last in NEVER_LAST and ending.islower() and _SENTENCE_ENDS.match(after) is not None
    return True


@lru_cache(maxsize=4096)
def _is_of_the_root(label: str) -> bool:
    """Whether a label is a top-level domain, in letters of any script."""
    return len(label) <= 63 and _suffixes().publicsuffix(f"x.{label}") is not None


@lru_cache
def _suffixes() -> PublicSuffixList:
    """Takes 0.1 s, so not before it is needed."""
    return PublicSuffixList(accept_unknown=False, only_icann=True)


def _is_machine(text: str) -> bool:
    """An IPv6 address; « [8:30] » is none."""
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


def _is_foreign(label: str) -> bool:
    """Whether a letter of it is of another script than ours: a name that cannot be read aloud, or that only looks as
    if."""
    return any(_is_foreign_letter(letter) for letter in label if not letter.isascii())


@lru_cache(maxsize=4096)
def _is_foreign_letter(letter: str) -> bool:
    return unicodedata.category(letter) in ("Ll", "Lu", "Lo", "Lt") and "LATIN" not in unicodedata.name(letter, "")


def _shown(text: str) -> str:
    """As a reader sees it: full-width letters as plain ones, one full stop and one slash for those of all scripts,
    nothing invisible, no marks but those of common letters."""
    if text.isascii():
        return text
    usual = unicodedata.normalize("NFKC", bounded(text)).translate(_USUAL)
    return "".join(letter for letter in usual if letter.isascii() or _is_seen(letter))


@lru_cache(maxsize=4096)
def _is_seen(letter: str) -> bool:
    return unicodedata.category(letter) not in ("Cf", "Mn", "Me") and letter not in _UNSEEN
