"""Texts of open data made fit to show and to compare. Pure functions; nothing here looks anything up."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import phonenumbers

from domain.french import EXTENSION
from domain.spelling import legible
from registry.intake import texts

ACRONYMS = frozenset(
    ("MAM", "RAM", "RPE", "CCAS", "CIAS", "CAF", "CHU", "CHRU", "PMI", "ALSH", "LAEP", "ZI", "ZA", "ZAC", "BP", "CS")
)
ARTICLES = frozenset(
    ("a", "à", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "lès", "s", "sous", "sur")
)
WAY_TYPE = re.compile(
    "all[ée]e|avenue|boulevard|chemin|cit[ée]|clos|cours?|esplanade|hameau|impasse|mail|parc|passage|place|quai"
    "|r[ée]sidence|route|rue|ruelle|sentier|square|venelle"
)
NUMBER_SUFFIXES = frozenset(("bis", "ter", "quater"))
MOST_OF_A_CONTACT = 300
"""Letters of a cell in which telephones, mails, sites and counts are looked for."""

BEHIND = re.compile(
    r"[\s,;:(.-]{0,4}(?:(?:poste|post|ext|extension)[\s.:]{0,3}(\d{1,6})|p[\s.:]{0,3}(\d{1,6})(?![\s.-]?\d))",
    re.IGNORECASE,
)
"""What may tell a telephone number's extension, behind it: « p. 12 », but not « p. 06 12 34 56 78 »."""

OTHER_END = re.compile(r"\s{0,2}(?:/|\bou\b)\s{0,2}(\d\d)(?![\s.-]?\d)")
"""« 02 40 12 34 56 / 57 »: a second number, by its end."""

LEFT_OVER = re.compile(r"[\s.-]?\d\d(?![\s.-]?\w)")
"""« 0240123456 78 »: a number of twelve digits is none."""

DIGITS = re.compile(r"\d(?:[\s.()-]{0,2}\d)*")
"""Digits that no word parts."""

MAIL = re.compile(r"[^@\s<>]+@[^@\s<>.]+(\.[^@\s<>.]+)+")

FRENCH_NUMBER = re.compile(
    r"(?<!\d)(?:(?:\+|00)33[\s.-]?(?:\(0\)[\s.-]?)?|0)[1-9](?:[\s.-]?\d\d){4}(?!\d)",
)

EMPTY = frozenset(("none", "null", "nan", "n/a", "nc", "-", "--", "néant"))


def text(value: Any) -> str:
    """A field as text: mended, without needless spaces, nor signs that nobody sees; "" for what holds no text.

    44000.0, as spreadsheets write codes, gives "44000".
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    # Cc are control characters, Cs lone surrogates, which PostgreSQL refuses.
    plain = legible(texts.mended(str(value)))
    shown = "".join(" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in plain)
    joined = " ".join(shown.split())
    return "" if joined.lower() in EMPTY else joined


def _elisions(capitals: str) -> str:
    """Put back the apostrophes that capitals lost. L and D only: a lone C or S is rather a letter."""
    restored = re.sub(r"\b([LD]) (?=[AEIOUYHÀÂÉÈÊÎÔŒ])", r"\1'", capitals)
    return re.sub(r"\bP (?=TIT)", "P'", restored)


def _capitals(value: str) -> bool:
    words = re.sub(r"\b(bis|ter|quater)\b", "", value)
    return len(re.findall(r"[^\W\d_]", words)) > 3 and words == words.upper()


def clean_name(value: str) -> str:
    """A name to show, "" when nothing is left of it; the spelling is otherwise kept.

    Names all in capitals become a sentence ("ARC EN CIEL", "Arc en ciel"). Neither other accents nor
    the capitals of proper names can be put back.
    """
    # Some programs write no blanks.
    name = value if " " in value else value.replace("_", " ")
    if re.fullmatch(r'"[^"]*"', name) or name.count('"') % 2:
        name = name.replace('"', "")
    name = re.sub(r"^[\s/\\_*#|.,;:-]+|(?<![\s/\\_*#|,;:-])[\s/\\_*#|,;:-]+$", "", name)
    if not re.search(r"[^\W_]", name):
        return ""
    if _capitals(name):
        # Between two words of a name, a lone A is the preposition.
        sentence = re.sub(r"(?<=\w) A (?=\w)", " À ", _elisions(name))
        name = re.sub(r"[^\W\d_]+", lambda m: m[0] if m[0] in ACRONYMS else m[0].lower(), sentence)
    # The first letter, unless the word has capitals of its own within.
    first = re.search(r"[^\W\d_]+", name)
    if first and first[0].islower():
        name = name[: first.start()] + first[0].capitalize() + name[first.end() :]
    return name[:200].rstrip()


def clean_address(value: str) -> str:
    """An address line to show: "10 RUE DES NAMNETES" becomes "10 rue des Namnetes"; otherwise as spelled."""
    address = re.sub(r"^[\s,;/-]+|(?<![\s,;/-])[\s,;/-]+$", "", value)
    if not _capitals(address):
        return address[:300]
    words = []
    after_number = False
    for word in re.split(r"([\s'’,()/-]+)", _elisions(address)):
        low = word.lower()
        if word in ACRONYMS or (len(word) == 1 and (after_number or low not in ARTICLES)):
            words.append(word)
        elif WAY_TYPE.fullmatch(low) or low in ARTICLES or low in NUMBER_SUFFIXES:
            words.append(low)
        else:
            words.append(word.capitalize())
        after_number = word.isdigit() or (after_number and word.isspace())
    joined = "".join(words)
    return (joined[:1].upper() + joined[1:])[:300]


def split_address(value: str) -> tuple[str, str, str]:
    """Address, postcode and commune's name out of one line; the last two are "" when they are not there."""
    # Greedy, so that the last postcode-like number counts: "CS 12345, 44000 Nantes".
    found = re.fullmatch(r"(|.*[\s,;(-])(\d{2}\s?\d{3})[\s,;-]+([^\W\d].*)", value, re.DOTALL)
    if not found:
        return value, "", ""
    commune = re.sub(r"(?<![\s,])[\s,]+france$", "", found[3], flags=re.IGNORECASE)
    # « (44000 Nantes) », and « Mans (Le) ».
    return found[1].strip(" ,;-("), found[2], commune.strip() if "(" in commune else commune.strip(" )")


def phones(value: str) -> list[str]:
    """The telephone numbers of a cell in their order: a French one in its national form, "02 40 12 34 56", one of
    another country as "+" and digits; with " poste 12" behind, where it has one."""
    whole = texts.code(value)
    # Nearly all cells hold one number and nothing else; looking for more takes fifty times as long.
    if re.fullmatch(r"[\d\s.()/+-]*", whole) and (one := _number_of(whole)):
        return [one]
    short = value[:MOST_OF_A_CONTACT]
    # The library takes numbers that only a blank parts (a line end, once) for one that is too long.
    return list(dict.fromkeys(_matched(short))) or list(dict.fromkeys(_side_by_side(short)))


def _matched(value: str) -> Iterator[str]:
    leniency = phonenumbers.Leniency.POSSIBLE
    for found in phonenumbers.PhoneNumberMatcher(value, "FR", leniency=leniency, max_tries=50):
        if LEFT_OVER.match(value, found.end):
            continue
        number = found.number
        national = phonenumbers.national_significant_number(number)
        if one := _number_of(f"+{number.country_code}{national}"):
            behind = BEHIND.match(value, found.end)
            extension = number.extension or (behind[1] or behind[2] if behind else None)
            yield f"{one}{EXTENSION}{extension}" if extension else one
            if other := OTHER_END.match(value, found.end):
                yield one[:-2] + other[1]


def _side_by_side(value: str) -> Iterator[str]:
    """French numbers that only blanks part. Digits that are left over may be of any of them: then there is none."""
    for digits in DIGITS.finditer(value):
        found = FRENCH_NUMBER.findall(value, max(digits.start() - 1, 0), digits.end())
        if len(re.sub(r"\D", "", "".join(found))) == len(re.sub(r"\D", "", digits[0])):
            if other := OTHER_END.match(value, digits.end()):
                found.append(found[-1][:-2] + other[1])
            yield from filter(None, map(_number_of, found))


def _number_of(value: str) -> str | None:
    digits = re.sub(r"\D", "", value.replace("(0)", ""))
    if value.strip().startswith("+") or digits.startswith("00"):
        number = digits.removeprefix("00")
        overseas = re.fullmatch(r"(?:33|262|590|594|596|508)(\d{9})", number)
        if not overseas:
            return f"+{number}" if re.fullmatch(r"[1-9]\d{7,14}", number) and number[:2] != "33" else None
        digits = f"0{overseas[1]}"
    elif re.fullmatch(r"33[1-9]\d{8}", digits):
        # A program dropped the sign before it.
        digits = f"0{digits[2:]}"
    elif len(digits) == 9 and digits[0] != "0":
        # A spreadsheet took the number for a quantity and dropped its zero.
        digits = f"0{digits}"
    if not re.fullmatch(r"0[1-9]\d{8}", digits):
        return None
    return " ".join(digits[i : i + 2] for i in range(0, 10, 2))


def mails(value: str) -> list[str]:
    """The mail addresses of a cell, in their order. An apostrophe or a slash may stand in one; a slash parts two."""
    words = re.split(r"[\s,;|<>()\"]", value[:MOST_OF_A_CONTACT])
    parts = (part for word in words for part in (word.split("/") if word.count("@") > 1 else [word]))
    plain = (part.removeprefix("mailto:").strip(".:") for part in parts)
    return list(dict.fromkeys(mail for mail in plain if MAIL.fullmatch(mail) and len(mail) <= 254))


def sites(value: str) -> list[str]:
    """The addresses of sites of a cell, in their order; one without a scheme is taken for https. Among other words one
    is known by its scheme or « www. »."""
    if whole := _site(value):
        return [whole]
    words = (word.strip(".,:<>()\"'") for word in re.split(r"[\s;|]", value[:MOST_OF_A_CONTACT]))
    found = (_site(word) for word in words if word.lower().startswith(("http://", "https://", "www.")))
    return list(dict.fromkeys(filter(None, found)))


def _site(value: str) -> str | None:
    site = value if re.match(r"https?://", value, re.IGNORECASE) else f"https://{value}"
    site = re.sub(r"^https?", lambda m: m[0].lower(), site, flags=re.IGNORECASE)
    return site if re.fullmatch(r"https?://[^\s/.]+(\.[^\s/.]+)+(/\S*)?", site) and len(site) <= 500 else None


def number(value: Any) -> float | None:
    """A number, also with a decimal comma; None when it is none, and for one that a spreadsheet shortened."""
    try:
        shown = text(value)
        found = value if isinstance(value, float) else None if "e" in shown.lower() else float(shown.replace(",", "."))
    except ValueError:
        return None
    return found if found is not None and abs(found) < 1e9 else None


def whole_number(value: Any) -> int | None:
    """The one whole number of a text such as "24 places", "1 200" or "20 places dont 4 en occasionnel"; None where
    there are several ("12+6", "10 à 12"), and when it is not within 1 and 9999."""
    first = re.split(r"\(?\bdont\b", text(value)[:MOST_OF_A_CONTACT], maxsplit=1, flags=re.IGNORECASE)[0]
    found = re.fullmatch(r"[^\d+-]*(\d{1,3}(?: \d{3})+|\d+)(?:[.,]0+)?(?![.,]\d)[^\d+]*", first)
    # Looked at by its length first: int() refuses a number of thousands of digits with an error of its own.
    digits = found[1].replace(" ", "").lstrip("0") if found else ""
    return int(digits) if 1 <= len(digits) <= 4 else None
