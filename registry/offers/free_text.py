"""What parents read in her own words must not tell what she hides: no telephone, mail, link, and not her street.

A person who wants to get past this can (a riddle is enough): it is there so that nobody tells it without thinking. It
reads a text as people disguise such things without malice: numbers in words or with dots, « arobase », « point fr »,
other letters for the same sign, and her street without accents, with a letter wrong, or cut short.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import takewhile

from domain import spelling
from registry import links, nir

PHONE = (
    "Retirez le numéro de téléphone de ce texte\u00a0: vous choisissez ailleurs s’il est montré,"
    " et les textes restent dans les moteurs de recherche."
)
MAIL = "Retirez l’adresse mail de ce texte\u00a0: vous choisissez ailleurs si elle est montrée."
LINK = (
    "«\u00a0{piece}\u00a0» ressemble à une adresse de site\u00a0: retirez-la, les liens ne sont pas permis. Si ce n’en"
    " est pas une, mettez une espace après le point."
)
SPELLED = "Retirez l’adresse de site de ce texte\u00a0: les liens n’y sont pas permis."
STREET = (
    "Retirez votre rue de ce texte\u00a0: il serait lu par tous, même si vous cachez votre adresse."
    " Dites plutôt le quartier, l’école ou l’arrêt de bus."
)
NIR = "Retirez ce numéro, qui ressemble à un numéro de sécurité sociale\u00a0: ne le donnez à personne."

_MAIL = re.compile(
    r"@|\barobas?e?s?\b|\barrobas?e?\b|[(\[{<]\s*(?:at|a)\s*[)\]}>]"
    r"|\b(?:gmail|hotmail|yahoo|wanadoo|icloud|ymail|outlook\s*(?:\.|point|dot)\s*(?:fr|com))\b"
    r"|(?<=[\w-])\s+at\s+[\w-]+\s*(?:\.|\bpoint\b|\bdot\b)\s*[a-z]{2,4}\b"
)
_SENTENCE_END = re.compile(r"\.(?=[A-ZÀ-Þ][a-zß-ÿ’' ])")
"""A full stop whose space was forgotten: « au calme.Re… » is no link."""

_UNITS = (
    *("zero", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit"),
    *("neuf", "dix", "onze", "douze", "treize", "quatorze", "quinze", "seize"),
)
WORDS = {
    **{word: value for value, word in enumerate(_UNITS)},
    **{"une": 1, "vingt": 20, "vingts": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60},
    **{"septante": 70, "huitante": 80, "octante": 80, "nonante": 90},
}
_FILLERS = {
    *("puis", "point", "points", "tiret", "tirets", "espace"),
    *("virgule", "slash", "barre", "trait", "et", "double"),
}
_DATE = re.compile(r"\b\d{1,2}\s?[/.-]\s?\d{1,2}\s?[/.-]\s?(?:19|20)\d\d\b")
_HOURS = re.compile(r"\b[012]?\d:[0-5][05]\s*(?:-|–|—|a|/)\s*[012]?\d:[0-5][05]\b")
_YEARS = re.compile(r"\b(?:19|20)\d\d(?:\s*(?:-|–|,|et|a|/)\s*(?:19|20)\d\d)+\b")
_TOKEN = re.compile(r"[a-z]+|\d+")

WAYS = {
    *("rue", "avenue", "boulevard", "allee", "allees", "chemin", "impasse", "place", "quai", "route", "square"),
    *("cours", "passage", "sentier", "sente", "esplanade", "faubourg", "promenade", "venelle", "ruelle", "villa"),
    *("cite", "residence", "lotissement", "hameau", "clos", "mail", "voie", "traverse", "montee", "cote", "rond"),
    *("chaussee", "galerie", "parvis", "domaine"),
}
_SMALL = {"de", "du", "des", "la", "le", "les", "l", "d", "a", "au", "aux", "et", "en", "sur", "sous"}
_OTHER_PLACES = {
    *("ecole", "ecoles", "college", "lycee", "maternelle", "primaire", "creche", "parc", "stade", "gymnase"),
    *("mediatheque", "bibliotheque", "scolaire", "piscine", "centre", "arret", "tram", "station", "metro", "gare"),
}
_NUMBERED_WAY = re.compile(
    r"\b\d{1,4} (?:(?:bis|ter|quater|[a-d]) )?(?:rue|avenue|boulevard|allees?|impasse|chemin|place|quai|route|square)\b"
)

_NUMBER = re.compile(r"0[1-9]\d{8}|(?:00)?330?[1-9]\d{8}|(?:00)?(?:262|59[046]|508|68[79])\d{6,9}|[67]\d{8}", re.ASCII)
_BEGINNING = re.compile(r"0\Z|0[1-9]|[67]|(?:00)?(?:\Z|3\Z|33|2\Z|26\Z|262|5\Z|5[09]\Z|508|59[046]|6\Z|68\Z|68[79])")
LONGEST_NUMBER, LONGEST_GROUP, DECIDING = 14, 9, 6
"""Digits of a number with what leads abroad; of what is none of the numbers that people write; and those that decide
which kind of number it is."""

LONGEST_SAID = 5
"""Words of one number: « quatre vingt dix sept », and one more that tells where it ends."""

ALIKE, LONGEST_WORD = 0.83, 30
"""How much of two words must be the same; longer ones are compared as they stand, since this takes the square of their
length or more."""

LONGEST_STREET, MOST_NAMES = 200, 8
"""Characters of an address that are looked at, as many as registry/offers/profiles/checks.py takes; and words of a
street's name, the last ones."""

_NEAR = 4
"""Words between a word for a street and its name, at most: « rue du Général de Gaulle »."""


def refusal(text: str, street: str = "") -> str | None:
    """Why this text may not be shown, as a French sentence; None for a good one. `street`: hers, number or not."""
    if nir.holds_one(text):
        return NIR
    plain = _plain(text)
    if _MAIL.search(plain):
        return MAIL
    if piece := links.first(text):
        return LINK.format(piece=piece)
    if links.is_spelled_out(_plain(_SENTENCE_END.sub(". ", text))):
        return SPELLED
    if holds_phone(plain):
        return PHONE
    if tells_street(text, street):
        return STREET
    return None


def holds_phone(plain: str) -> bool:
    """Whether a row of numbers, in digits or words, holds a telephone number, whole groups taken together."""
    told = _YEARS.sub(" an ", _HOURS.sub(" heures ", _DATE.sub(" date ", plain)))
    return any(_tells_number(row) for row in _rows(told)) or _is_international(plain)


def _is_international(plain: str) -> bool:
    return bool(re.search(r"\+\s?\d(?:[\s.()-]{0,3}\d){7,}", plain))


def tells_street(text: str, street: str) -> bool:
    """Whether the text names a numbered way, or hers: her street's whole name, or its end after a word for a way."""
    words = _street_words(text)
    if _NUMBERED_WAY.search(" ".join(words)):
        return True
    named = list(_street_words(re.sub(r"^\W*\d+\W*(?:(?:bis|ter|quater|[a-dA-D])\b)?", "", street[:LONGEST_STREET])))
    is_way = bool(named) and named[0] in WAYS
    name = [word for word in named[is_way:] if word not in _SMALL][-MOST_NAMES:]
    if not name or not any(len(word) >= 3 for word in name):
        return False
    if _whole_name(words, name):
        return True
    glued, small = "".join(name), [word for word in words if word not in _SMALL]
    texts = ("".join(words), "".join(small), spelling.fold(spelling.shown(text)).replace(" ", ""))
    if len(name) > 1 and len(glued) >= 8 and any(glued in each for each in texts):
        return not any(word in _OTHER_PLACES for word in words)
    return is_way and (_after_a_way(words, name[-1:]) or (len(name) > 2 and _after_a_way(words, name[:2])))


def _whole_name(words: Sequence[str], name: Sequence[str]) -> bool:
    """All words of the name one after the other; one alone (« Lilas ») only after a word for a way."""
    kept = [(at, word) for at, word in enumerate(words) if word not in _SMALL]
    for first in range(len(kept) - len(name) + 1):
        if all(_alike(kept[first + k][1], each) for k, each in enumerate(name)):
            before = words[max(0, kept[first][0] - _NEAR) : kept[first][0]]
            if any(word in WAYS or word in ("lieu", "dit") for word in before):
                return True
            if len(name) > 1 and not any(word in _OTHER_PLACES for word in before):
                return True
    return False


def _after_a_way(words: Sequence[str], part: Sequence[str]) -> bool:
    """A part of the name shortly after a word for a way; what is written together with it (« degaulle ») counts too."""
    if all(len(each) < 3 for each in part):
        return False
    for at, word in enumerate(words):
        if word in WAYS:
            after = [each for each in words[at + 1 : at + 2 + _NEAR] if each not in _SMALL]
            for first in range(len(after) - len(part) + 1):
                if all(_alike(after[first + k], each) for k, each in enumerate(part)):
                    return True
            if len(part[-1]) >= 5 and any(each.endswith(part[-1]) for each in after):
                return True
    return False


def _alike(one: str, other: str) -> bool:
    """The same word, in the plural or not, or with a letter wrong where it is long enough."""
    one, other = one.rstrip("sx") or one, other.rstrip("sx") or other
    if one == other:
        return True
    if min(len(one), len(other)) < 5 or abs(len(one) - len(other)) > 1 or one.isdigit() or other.isdigit():
        return False
    if len(one) > LONGEST_WORD:
        return False
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE


def _street_words(text: str) -> list[str]:
    """Folded words, shortened ones at length, numbers in digits: « av. du Gal Leclerc » as it is written out."""
    words = spelling.street(spelling.shown(text)).split()
    return [str(WORDS[word]) if word in WORDS and word not in ("un", "une") else word for word in words]


Row = list[list[tuple[str, int]]]
"""At each place the groups of digits that may begin there, and how many places each takes."""


def _rows(plain: str) -> Iterator[Row]:
    """Rows of numbers that nothing but blanks, signs and filling words part."""
    row: list[str] = []
    for token in [*_TOKEN.findall(_as_digits(plain)), "end"]:
        if token in WORDS or token.isdigit():
            row.append(token)
        elif token not in _FILLERS and row:
            yield [_groups(row[at : at + LONGEST_SAID]) for at in range(len(row))]
            row = []


def _groups(tokens: Sequence[str]) -> list[tuple[str, int]]:
    """What may begin a row of numbers, digits as they stand: « soixante dix huit » is 78, or 60 before 18."""
    if tokens[0].isdigit():
        return [(tokens[0], 1)]
    values = [WORDS[word] for word in takewhile(WORDS.__contains__, tokens)]
    return [(str(value), taken) for value, taken in _first_values(values)]


def _tells_number(row: Row) -> bool:
    """Whether some groups one after the other are a telephone number, in one of the ways to read the row.

    From each place on, what was read so far is a number's beginning: of it the first signs decide, and how many follow.
    So few beginnings differ, and the time grows as the row does.
    """
    reached = {0}
    for first in range(len(row)):
        if first not in reached:  # within a number that is one word more: « soixante-dix » is not read from « dix » on
            continue
        reached.update(first + taken for _, taken in row[first])
        if any(len(group) >= LONGEST_GROUP for group, _ in row[first]):
            return True
        begun: dict[int, dict[tuple[str, int], str]] = {first: {("", 0): ""}}
        at = first
        while begun and at < len(row):
            for digits in begun.pop(at, {}).values():
                for group, taken in row[at]:
                    more = digits + group
                    if _NUMBER.fullmatch(more):
                        return True
                    if len(more) < LONGEST_NUMBER and _BEGINNING.match(more):
                        begun.setdefault(at + taken, {})[more[:DECIDING], len(more)] = more
            at += 1
    return False


def _as_digits(plain: str) -> str:
    """Letters that stand for a digit beside one: « O6 l2 »."""
    return re.sub(
        r"\b(?=[0-9oil]*\d)[0-9oil]{2,}\b", lambda found: found[0].translate(str.maketrans("oil", "011")), plain
    )


def _first_values(values: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The numbers that the first words may say, and how many words each takes."""
    if values[:2] == [4, 20]:
        for below, taken in (*_below_twenty(values[2:]), (0, 0)):
            yield 80 + below, 2 + taken
        yield 4, 1
    elif values[0] in (20, 30, 40, 50, 60, 70, 80, 90):
        for below, taken in _below_twenty(values[1:]):
            if below < 10 or values[0] in (60, 80):
                yield values[0] + below, 1 + taken
        # « soixante, dix-huit »; but « trente-quatre » is one number.
        if len(values) == 1 or values[1] == 0 or values[1] >= 10 or values[:3] == [values[0], 4, 20]:
            yield values[0], 1
    else:
        yield next(_below_twenty(values), (values[0], 1))


def _below_twenty(values: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The number from 1 to 19 that the first words say, if they do."""
    if not values or not 0 < values[0] < 20:
        return
    if values[0] == 10 and len(values) > 1 and 7 <= values[1] <= 9:
        yield 10 + values[1], 2
    else:
        yield values[0], 1


def _plain(text: str) -> str:
    """Lower case without accents, other signs for the same one made one; underscores are blanks between numbers."""
    plain = spelling.plain(spelling.shown(text))
    if not plain.isascii():
        plain = "".join(letter if letter.isascii() or not letter.isdigit() else _digit(letter) for letter in plain)
    return re.sub(r"(?<=\d)_+(?=\d)", " ", plain)


def _digit(letter: str) -> str:
    return str(unicodedata.digit(letter))
