"""What the spellings of one name have in common: letters without accents, words without punctuation, usual
abbreviations written out. Pure.

`plain` keeps the signs, for texts that are searched or looked at; `fold` keeps the words, for names that are compared.
Both take apart the same letters, also the few that Unicode does not (œ, æ) and the apostrophes that keyboards write in
their own ways: what a file, a form and a query say of one name must agree. Elasticsearch folds names by itself
(mappings/analysis.json); tests/domain holds the two together. Letters of other languages that Unicode does not take
apart either (ø, ł, ß) stay: no name of a commune has one.
"""

import re
import unicodedata
from functools import lru_cache

MOST_MARKS = 30
"""Marks on one letter: no language has more (Unicode, UAX #15, Stream-Safe Text Format)."""

PHRASES = "\ufdfa\ufdfb"
"""Of 18 and of 8 letters."""

SAINTS = {"st": "saint", "ste": "sainte"}
"""`IN_PLACES` writes them out before a name; here for a word that stands alone."""

_APART, _NEXT = r"(?<![^\W_])", r"[\W_]+(?=[^\W_])"
"""Before a word, and after one that another follows."""

IN_PLACES = (
    (_APART + r"cedex(?![^\W_])[\s\S]*", ""),
    (r"^([^(]*)\((les?|la|l')\)\s*$", r"\2 \1"),
    (_APART + r"s ?/ ?s" + _NEXT, "sous "),
    (_APART + r"ss" + _NEXT, "sous "),
    (_APART + r"s" + _NEXT, "sur "),
    (r"(?<=[^\W_]) ?/ ?(?=[^\W_])", " sur "),
    (_APART + r"st" + _NEXT, "saint "),
    (_APART + r"ste" + _NEXT, "sainte "),
)
"""What the names of places abbreviate, in this order: a pattern for plain text and what it stands for. An abbreviation
has a word after it: who types « les s » may be on the way to « les sables ». The same rules stand in
mappings/analysis.json, for Elasticsearch; tests/domain/test_spelling.py holds them together."""

ABBREVIATIONS = SAINTS | {
    "all": "allee",
    "av": "avenue",
    "ave": "avenue",
    "bd": "boulevard",
    "bld": "boulevard",
    "blvd": "boulevard",
    "chem": "chemin",
    "che": "chemin",
    "imp": "impasse",
    "pl": "place",
    "rte": "route",
    "sq": "square",
}
"""Of addresses, and rarely anything else. The keys of imported rows (`import_record`) are made with them: a change here
is a migration of those keys."""

STREET_ABBREVIATIONS = ABBREVIATIONS | {
    "boul": "boulevard",
    "r": "rue",
    "ch": "chemin",
    "res": "residence",
    "lot": "lotissement",
    "fg": "faubourg",
    "fbg": "faubourg",
    "gal": "general",
    "gl": "general",
    "gen": "general",
    "mal": "marechal",
    "dr": "docteur",
    "pr": "professeur",
    "pdt": "president",
    "cdt": "commandant",
    "cne": "capitaine",
    "col": "colonel",
    "lt": "lieutenant",
    "nd": "notre dame",
}
"""Of the names of streets. More of them, because they are words elsewhere (« le col », « mal », « ch »): not for names
of houses, nor for keys."""

_IN_PLACES = [(re.compile(pattern), full) for pattern, full in IN_PLACES]

_UNSEEN = frozenset("\u115f\u1160\u2800")
"""Letters and a sign that show nothing."""

_WRITTEN_OUT = str.maketrans(
    {"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "\u2019": "'", "\N{MODIFIER LETTER APOSTROPHE}": "'", "`": "'"}
)
"""Letters that are two, and what stands for an apostrophe; Unicode takes none of them apart."""


def plain(text: str) -> str:
    """Small letters without accents and one sort of apostrophe; blanks and signs stay: « Saint-Étienne » is
    « saint-etienne »."""
    decomposed = unicodedata.normalize("NFKD", bounded(text)).translate(_WRITTEN_OUT)
    return "".join(c for c in decomposed if c.isascii() or not unicodedata.combining(c)).lower()


def fold(name: str) -> str:
    """No accents, no capitals, no punctuation: words with one space between them."""
    return " ".join(re.findall(r"[^\W_]+", plain(name)))


def address(value: str) -> str:
    """`fold` with the usual abbreviations written out: "12, Bd St Jean" and "12 boulevard Saint-Jean" agree."""
    return " ".join(ABBREVIATIONS.get(word, word) for word in fold(value).split())


def street(value: str) -> str:
    """`fold` with every abbreviation of streets written out: "r. du Gal Leclerc" is "rue du general leclerc"."""
    return " ".join(STREET_ABBREVIATIONS.get(word, word) for word in fold(value).split())


def place(name: str) -> str:
    """A place's name without what spellings differ in: "ST-HERBLAIN CEDEX 2" and "Saint-Herblain" agree, "La Roche/Yon"
    and "la roche s/ yon", "L AIGLE" and "L’Aigle", "Mans (Le)" and "Le Mans". The index has its names so too
    (`name.exact`)."""
    written = plain(name)
    for pattern, full in _IN_PLACES:
        written = pattern.sub(full, written)
    return fold(written)


def glued(name: str) -> str:
    """`place` without the blanks, for an apostrophe that was left out: « villeneuve dascq » (`name.glued`)."""
    return place(name).replace(" ", "")


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


def composed(text: str) -> str:
    """Letters and their accents as one sign each (Unicode's NFC), whichever way a keyboard or a file wrote them."""
    return text if text.isascii() else unicodedata.normalize("NFC", bounded(text))


def legible(text: str) -> str:
    """`composed`, without signs that nobody sees: soft hyphens, marks of direction. Blanks and control signs stay."""
    if text.isascii():
        return text
    return "".join(letter for letter in composed(text) if letter.isascii() or unicodedata.category(letter) != "Cf")


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
