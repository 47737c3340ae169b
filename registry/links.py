"""Addresses of the web and of mailboxes in what people write to strangers: whatever can be tapped on or copied.

What is refused is a host: labels with a full stop between them, whatever the script, where the last is an ending of the
root (the Public Suffix List, of the library publicsuffixlist), and what is written to be made one again, as
"exemple(point)com". Who means harm can still spell a name out; a riddle is enough.

A full stop whose space was forgotten ("Bonjour.je cherche") is no host. What excuses it is an ending that is a French
word too (links.toml; a few in small letters, more with a capital) after one word that can end a sentence. So a name of
one plain word with such an ending passes amid a sentence ("exemple.la", "exemple.Site"): this much is left.
"""

import ipaddress
import re
import tomllib
import unicodedata
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from publicsuffixlist import PublicSuffixList

from domain import spelling

FIRM = frozenset(("com", "fr", "net", "org", "eu"))
"""Endings that no sentence has by chance: they count after a number, a single letter, and with a capital too."""

_GIVEN = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
WORDS = frozenset(_GIVEN["words"])
OPENERS = WORDS.union(_GIVEN["openers"])
SURNAMES = frozenset(_GIVEN["surnames"])
ALONE = frozenset(_GIVEN["alone"])
DAYS = frozenset(_GIVEN["days"])
HYPHENED_FIRST, HYPHENED_LAST = frozenset(_GIVEN["hyphened_first"]), frozenset(_GIVEN["hyphened_last"])
UNITS = frozenset(_GIVEN["units"])
SHORT = frozenset(_GIVEN["short"])

NEVER_LAST = frozenset(("au", "de", "je", "ma", "me", "sa"))
"""No sentence ends with these words: then "exemple.de" is a host."""

_LABEL = r"[^\s./@,;:!?#&=()\[\]{}<>\"'‘’“”„«»…*+|\\^~%$€£°`–—]"
"""Signs of a name: whatever is no blank and no sign of writing. Vowel signs and emoji stand in names as letters do."""

_HOST = re.compile(rf"(?<!{_LABEL}){_LABEL}++(?:\.{_LABEL}++)++")
_PATH = re.compile(r"[/?#](?:[\w%~@-]|[^\x00-\u20ff])|:\d{2,5}\b")
_SENTENCE_ENDS = re.compile(
    r"\s*+(?:[.,;:!?)»\"]|$|(?:avec|et|ici|maintenant|merci|ok|ou|pour|stp|svp|vite)\b)", re.IGNORECASE
)
"""After a word of NEVER_LAST: what cannot go on with it."""

_SENDS_THERE = re.compile(
    r"\b(?:(?:aller|allez|va|vas|cliquez|connectez-vous|inscrivez-vous|rendez-vous|payez|payer|voir)\s{1,3}sur"
    r"|cliquez|visitez|(?:site|lien)(?:\s{0,3}:)?)\s{1,3}$",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"\d{1,2}h(?:\d\d)?|c[em][12]|\d{1,5}(?:ans?|e|[eè]me|er|[eè]re|j|kg|km|m|min|mn|mois)?", re.IGNORECASE
)
_INCLUSIVE = re.compile(r"(?<=[^\W\d_]{2})(?:\.(?:e|f|x|le|ne|se|te|ve|re|rice|trice)){1,3}\.s\b", re.IGNORECASE)
"""« assistant.e.s », « heureu.x.se.s ». No ending of the root has one letter."""

_BEFORE_ES = re.compile(r"\w*(?:[éi]|[^\Wo]u|(?:a|(?<!m)e)nt|al|[ai]in|eur|d|it|ul)", re.IGNORECASE)
"""What « es » follows in « ravi.es », « parent.es »; « paiement » and « nounou » are none."""

_TITLES = frozenset(("M", "MM", "Mme", "Mlle", "Mr", "Dr", "Pr"))

_FIRM = "|".join(sorted(FIRM))
_DAY = r"(?:[1-9]|[12]\d|3[01])"
_SIGNS = re.compile(
    r":\s?/\s?/|\bh[tx]{2}ps?\b|\bwww\d?\.|\b(?:mailto|javascript):|\bxn--\w"
    # Schemes without slashes; « tel: » and « sms: » before a number are how people write one.
    r"|\b(?:callto|file|vbscript):\S|\b(?:facetime(?:-audio)?|skype):[^\W\d]"
    r"|\b[a-z][a-z-]{1,15}:[^\s?]{0,60}\?[a-z_]{1,15}="
    r"|\\\\[\w.-]{1,63}\\\w"
    r"|\S@[\w-]++\.\w"
    r"|\(\.\)|\[\.\]|\{\.\}"
    r"|\w\s{0,3}[(\[{<]\s{0,3}(?:point|dot)\s{0,3}[)\]}>]\s{0,3}[^\W\d_]{2}"
    # « C’est calme. Net avantage », « Eu égard à »: two of them begin sentences.
    rf"|\w\s{{1,2}}\.\s?(?:{_FIRM})\b|\w\.\s(?!net|eu)(?:{_FIRM})\b"
    # Four numbers are a machine's address; five are a telephone's, as 06.12.34.56.78, and small ones days or hours.
    rf"|(?<![\d.])(?!{_DAY}(?:\.{_DAY}){{3}}(?![\d/:]))(?:\d{{1,3}}\.){{3}}\d{{1,3}}(?!\.?\d)"
)
_IN_BRACKETS = re.compile(r"\[([0-9a-f:.]{2,45})\]")

_SPELLED_ENDINGS = f"{_FIRM}|info|be|ch|lu|io|app|bzh|alsace|corsica|re|nc|pf|pro|site|blog|online|ovh|gouv|me|ly|gl"
_SPELLED_OUT = re.compile(
    rf"\bw\s{{0,3}}w\s{{0,3}}w\b|(?<=[a-z0-9-])\s?\.(?:{_SPELLED_ENDINGS})\b(?!\.[a-z])"
    rf"|[a-z0-9-]\.[a-z]{{2,}}/\w|\b(?:point|dot)\s+(?:{_FIRM})\b"
)

_USUAL = str.maketrans(dict.fromkeys("。․‧·•∙⋅۔", ".") | dict.fromkeys("⁄∕╱⧸⟋", "/") | dict.fromkeys("‐‑", "-"))


MOST_OF_A_PIECE = 40
"""Letters of what is quoted in a refusal."""


def holds_one(text: str) -> bool:
    """Whether it names an address on the web, of a machine or of a mailbox. Telephone numbers are none."""
    return first(text) is not None


def first(text: str) -> str | None:
    """What holds_one finds, as it stands between two blanks and at most MOST_OF_A_PIECE letters of it: a writer sees
    where a space is missing. None where there is nothing."""
    shown = spelling.shown(text).translate(_USUAL)
    lower = shown.lower()
    if sign := _SIGNS.search(lower):
        return _piece(lower, sign.start(), sign.end())
    for machine in _IN_BRACKETS.finditer(lower):
        if _is_machine(machine[1]):
            return machine[0]
    spaced = _INCLUSIVE.sub("", shown)
    host = next((found for found in _HOST.finditer(spaced) if _is_host(spaced, found)), None)
    return _piece(spaced, host.start(), host.end()) if host else None


def _piece(shown: str, start: int, end: int) -> str:
    before = shown[max(0, start - MOST_OF_A_PIECE) : start].split(" ")[-1]
    after = shown[end : end + MOST_OF_A_PIECE].split(" ")[0]
    return " ".join(f"{before}{shown[start:end]}{after}".split())[:MOST_OF_A_PIECE].rstrip(".,;")


def is_spelled_out(plain: str) -> bool:
    """Whether a text in lower case without accents names a site that must be typed: « nounou point com »."""
    return _SPELLED_OUT.search(plain) is not None


def _is_host(shown: str, found: re.Match[str]) -> bool:
    labels = [label.strip("-_") for label in found[0].split(".")]
    before = shown[max(0, found.start() - 32) : found.start()]
    led = before.endswith(("//", "@"))
    begins = True
    for at, (name, ending) in enumerate(pairwise(labels)):
        after = shown[found.end() : found.end() + 24] if at == len(labels) - 2 else "."
        if name and ending and not _is_of_a_person(name, ending):
            if _is_surely_ended(name, ending, led, after):
                return True
            goes_on = (begins or name in ALONE) and _goes_on(name, ending, before, after)
            if _is_of_the_root(ending.lower()) and not goes_on:
                return True
        # Before a word stands nothing, or what has full stops itself: « 06.12.34.56.78.Je », « P.M.I.Je », « lu.ma ».
        begins = begins and (name.isdecimal() or name.lower() in DAYS or (len(name) == 1 and name.isupper()))
    return False


def _is_of_a_person(name: str, ending: str) -> bool:
    """« M.Dupont/Mme Leclerc »: both are endings of the root."""
    led = name in _TITLES or (len(name) == 1 and name.isupper())
    return led and ending[0].isupper() and ending.lower() in SURNAMES


def _is_surely_ended(name: str, ending: str, led: bool, after: str) -> bool:
    """Whether an ending makes a host of the label before it whatever sentence this is. `led`: a sign before them says
    so; `after`: what follows."""
    last = ending.lower()
    if last in FIRM or f"{name.lower()}.{last}" in SHORT:
        return True
    if _is_mixed(ending):  # « соm » in half of another script
        return True
    # An ending that is not of the root leads nowhere: « parc.bibliothèque/ludothèque », « 您好。我在找保姆 ».
    if not _is_of_the_root(last):
        return False
    return led or _is_foreign(name) or _is_foreign(ending) or _PATH.match(after) is not None


def _goes_on(name: str, ending: str, before: str, after: str) -> bool:
    """Whether a sentence ends with the one and another begins with the other, their space forgotten."""
    last = ending.lower()
    if name.lower() in DAYS and last in DAYS:
        return True
    # « Je » begins more sentences than any other word, also one that was cut short.
    if last in NEVER_LAST and ending != "Je" and _SENTENCE_ENDS.match(after):
        return False
    if _is_capital(name, ending):
        bare = re.sub(r"[^\w-]+", "", name)  # « merci😀.Je »
        if len(bare) == 1 and not bare.isdecimal():
            return bare.isupper() and last in WORDS
        return last in OPENERS and (not bare or _can_be_last(bare))
    if last in UNITS:
        return name.isdecimal()
    if last == "es":
        return _BEFORE_ES.fullmatch(name) is not None
    return last in WORDS and _can_be_last(name) and (name.lower() == "place" or not _SENDS_THERE.search(before))


def _is_capital(name: str, ending: str) -> bool:
    """Whether a sentence may begin with it. Host names have no case, and « MERCI.DE RIEN » is one sentence."""
    return ending[0].isupper() and not (ending.isupper() and name.isupper())


def _can_be_last(name: str) -> bool:
    """Whether it is one word that ends a sentence: no name of a host that is made of words or numbers."""
    if _NUMBER.fullmatch(name):
        return True
    first, *more = name.lower().split("-")
    if not all(part.isalpha() for part in (first, *more)):
        return False
    return (first in HYPHENED_FIRST or more[-1] in HYPHENED_LAST) if more else len(first) > 1


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


def _is_mixed(label: str) -> bool:
    return _is_foreign(label) and any("a" <= letter <= "z" for letter in label.lower())


def _is_foreign(label: str) -> bool:
    """Whether a letter of it is of another script than ours: a name that cannot be read aloud, or that only looks as
    if."""
    return any(_is_foreign_letter(letter) for letter in label if not letter.isascii())


@lru_cache(maxsize=4096)
def _is_foreign_letter(letter: str) -> bool:
    return unicodedata.category(letter) in ("Ll", "Lu", "Lo", "Lt") and "LATIN" not in unicodedata.name(letter, "")
