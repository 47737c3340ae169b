"""Texts of open data made fit to show and to compare. Pure functions; nothing here looks anything up."""

import re
import unicodedata
from typing import Any

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
EMPTY = frozenset(("none", "null", "nan", "n/a", "nc", "-", "--", "néant"))


def text(value: Any) -> str:
    """A field as text without control characters and needless spaces; "" for what holds no text.

    44000.0, as spreadsheets write codes, gives "44000".
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    # Cc and Cf are control and formatting characters, Cs lone surrogates, which PostgreSQL refuses.
    shown = "".join(" " if unicodedata.category(c) in ("Cc", "Cf", "Cs") else c for c in str(value))
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
    name = value
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
    return found[1].strip(" ,;-("), found[2], commune.strip(" )")


def clean_phone(value: str) -> str | None:
    """A French number in its national form, "02 40 12 34 56"; one of another country as "+" and digits.

    Of several numbers the first. None when there is none to be read.
    """
    first = re.split(r"[/;|]|\bou\b", value, maxsplit=1)[0]
    digits = re.sub(r"\D", "", first.replace("(0)", ""))
    if first.strip().startswith("+") or digits.startswith("00"):
        number = digits.removeprefix("00")
        overseas = re.fullmatch(r"(?:33|262|590|594|596|508)(\d{9})", number)
        if not overseas:
            return f"+{number}" if re.fullmatch(r"[1-9]\d{7,14}", number) and number[:2] != "33" else None
        digits = f"0{overseas[1]}"
    elif len(digits) == 9 and digits[0] != "0":
        # A spreadsheet took the number for a quantity and dropped its zero.
        digits = f"0{digits}"
    if not re.fullmatch(r"0[1-9]\d{8}", digits):
        return None
    return " ".join(digits[i : i + 2] for i in range(0, 10, 2))


def clean_mail(value: str) -> str | None:
    mail = value.removeprefix("mailto:")
    return mail if re.fullmatch(r"[^@\s<>]+@[^@\s<>.]+(\.[^@\s<>.]+)+", mail) and len(mail) <= 254 else None


def clean_site(value: str) -> str | None:
    """The address of a site; one without a scheme is taken for https."""
    site = value if re.match(r"https?://", value, re.IGNORECASE) else f"https://{value}"
    site = re.sub(r"^https?", lambda m: m[0].lower(), site, flags=re.IGNORECASE)
    return site if re.fullmatch(r"https?://[^\s/.]+(\.[^\s/.]+)+(/\S*)?", site) and len(site) <= 500 else None


def number(value: Any) -> float | None:
    """A number, also with a decimal comma; None when it is none."""
    try:
        found = float(text(value).replace(",", ".")) if not isinstance(value, float) else value
    except ValueError:
        return None
    return found if abs(found) < 1e9 else None


def whole_number(value: Any) -> int | None:
    """The first whole number of a text such as "24 places"; None when it is not within 1 and 9999."""
    found = re.search(r"(?<![\d.,-])\d+", text(value))
    # Looked at by its length first: int() refuses a number of thousands of digits with an error of its own.
    digits = found[0].lstrip("0") if found else ""
    return int(digits) if 1 <= len(digits) <= 4 else None
