"""What people write beside the name of a commune: the number of an arrondissement, a postcode. Pure."""

import re

from domain.spelling import place

LONGEST = 200
"""Letters of a name; what follows is not looked at."""

_UNITS = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
_ROMAN = {f"{'x' * tens}{unit}": 10 * tens + ones for tens in range(3) for ones, unit in enumerate(_UNITS)}

_BESIDE = re.compile(r"(?i)^\s{0,9}f[\s-]{0,9}(?=\d)|\bcedex.*$")
"""What a postcode has before and behind it: « F-44300 », « 44300 CEDEX 2 »."""

_WORD = r"(?: ar[a-z]{0,13})?"
"""« arrondissement » and what it is cut to, also while it is typed."""

_BEHIND = re.compile(rf"(?P<city>.*[^\W\d_]) (?P<number>\d{{1,2}}|[ivx]{{1,5}}) ?(?:er|eme|e|nd|d)?{_WORD}")
_BEFORE = re.compile(rf"(?P<number>\d{{1,2}}) ?(?:er|eme|e|nd|d){_WORD}(?: de)? (?P<city>[a-z]+)")


def apart(name: str) -> tuple[str, int | None]:
    """A name, and the arrondissement that is written beside it: « Paris 14e », « LYON 03 », « Marseille VIII »,
    « 8e arrondissement de Marseille ». The city is folded (`spelling.place`); a name without a number stays as it is.
    Whether that city has such an arrondissement, or any, is not known here."""
    folded = place(name[:LONGEST])
    found = _BEHIND.fullmatch(folded) or _BEFORE.fullmatch(folded)
    if not found:
        return name, None
    number = _ROMAN.get(found["number"]) or (int(found["number"]) if found["number"].isdigit() else None)
    return (found["city"], number) if number else (name, None)


def arrondissement(city: str, number: int) -> str:
    """The name of a city's arrondissement: « Paris 14e Arrondissement »."""
    return f"{city} {number}{'er' if number == 1 else 'e'} Arrondissement"


def postcode(typed: str) -> str:
    """The five figures of a text that is a postcode alone: « 44 300 », « F-44300 » and « 44300 CEDEX » are 44300; ""
    for any other text. A list of postcodes may still lack it."""
    digits = re.sub(r"[\s.]", "", _BESIDE.sub("", typed[:LONGEST]))
    return digits if re.fullmatch(r"\d{5}", digits, re.ASCII) else ""


def departments_of(postcode: str) -> tuple[str, ...]:
    """The codes of the départements in which an office with this postcode may stand, also one of a CEDEX, which no list
    of communes has: both of Corsica for « 20… »; for « 971… », and « 970… » of its CEDEX, Guadeloupe with
    Saint-Barthélemy and Saint-Martin. The office of a neighbour serves some two hundred communes: ask where no commune
    has the postcode."""
    if postcode.startswith("20"):
        return ("2A", "2B")
    if postcode.startswith(("970", "971")):
        return ("971", "977", "978")
    return (postcode[:3] if postcode.startswith(("97", "98")) else postcode[:2],)
