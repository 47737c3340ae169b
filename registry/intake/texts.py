"""The words of a cell as they were meant: accents that a wrong code page broke are put back where only one reading is
French, and what stays broken is known as such. Pure functions, shared by every reader of tables.

A reader that mends says so: `repairs` has the sentences where before and after may be shown; a reader of private facts
tells the field and the line alone.
"""

import re

from domain.spelling import legible

LONGEST = 10_000
"""Letters of a cell that are looked at: longer ones are no names."""

MOST_SHOWN = 80
"""Letters of it in a report."""

LAYERS = 3
"""Times that a text may have been written as UTF-8 and read as something else."""

OLD_CODECS = {"cp1252": "Windows-1252", "mac_roman": "MacRoman (ancien Macintosh)", "cp850": "MS-DOS (850)"}
"""One byte a letter; what French texts were written in before UTF-8, and what people call it."""

MISREAD = (
    ("latin-1", "cp1252"),
    ("cp1252", "mac_roman"),
    ("cp1252", "cp850"),
    ("mac_roman", "cp1252"),
    ("cp850", "cp1252"),
)
"""Read as the first, written in the second."""

FRENCH_CAPITALS = "ÀÂÇÈÉÊËÎÏÔÙÛÜŒ"
FRENCH = frozenset(f"{FRENCH_CAPITALS}{FRENCH_CAPITALS.lower()}’")
USUAL = frozenset("«»–—…°·“”€\u00a0\u202f")
"""What else French texts hold beyond ASCII."""

# What UTF-8 becomes as Windows-1252: the second to fourth byte of a letter.
_CONTINUED = "\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"

BROKEN = re.compile(
    # Lost letters; control signs; the user's own signs; frames of MS-DOS; what French has not, and wrong readings do.
    "[\ufffd\u0080-\u0084\u0086-\u009f\ue000-\uf8ff\u2500-\u259f]"
    "|[ƒˆ˜ðþÐÞ√∂≈∏∆◊\ufb01\ufb02]"
    f"|Ã[{_CONTINUED}\\s]|Â[\u0080-\u00bf]|â€|Å[\u0093\u201c]"
    # A capital that French has not behind a small letter, and a sign between two letters: dorŽs, Cr‚che.
    "|(?<=[a-zà-öø-ÿ])[ÁÃÄÅÆÌÍÑÒÓÕÖØÚÝŠŽŸ]"
    "|(?<=[a-zA-Zà-öø-ÿ])[¡¢£¤¥¦§¨©¬®¯±²³¶¸¹¼½¾¿×÷‚„†‡‰‹›€™](?=[a-zA-Zà-öø-ÿ])"
)
TWICE = re.compile(f"[ÂÃÅ][{_CONTINUED}]|â[{_CONTINUED}]{{2}}")
"""One letter of a French text, as UTF-8 that was read as Windows-1252."""

ODD = re.compile(f"(?<=[a-zà-öø-ÿ])[{FRENCH_CAPITALS}](?![A-Z{FRENCH_CAPITALS}])")
"""A capital behind a small letter: a brand, or a letter read wrong."""

LOST = re.compile(r"(?<=[^\W\d_])\?(?=[^\W\d_])")
"""Cr?che: a question mark in the stead of a letter."""

INVISIBLE_WITHIN = re.compile("(?<=\\w)[\u00ad\u200b-\u200f\u2060\ufeff](?=\\w)")

UNDEFINED = re.compile("[\u0080-\u009f]")

SHORTENED = re.compile(r"\d{1,20}(?:[.,]\d{1,20})?E\+\d{1,3}", re.IGNORECASE)


def is_shortened(text: str) -> bool:
    """Whether a spreadsheet wrote a long number as « 1,00E+05 »: its other digits are lost."""
    return SHORTENED.fullmatch(text) is not None


def code(text: str) -> str:
    """A number that is a name (a postcode, an agrément): "44000.0", as programs write such columns, is "44000"."""
    return text.removesuffix(".0") if text.endswith(".0") and text[:-2].isdecimal() else text


def mended(text: str) -> str:
    """The text as it was written before somebody read it in a wrong code page; as it stands where nothing is broken, or
    where no one reading alone is French."""
    if text.isascii() or len(text) > LONGEST:
        return text
    for _ in range(LAYERS):
        if not BROKEN.search(text):
            return text
        # « à » is two bytes of which the second became a no-break space, and often a common one.
        words = re.sub("Ã(?= )", "Ã\u00a0", text).split(" ")
        again = " ".join(word if word.isascii() else _utf8_of(word) for word in words)
        if again == text or "Ã\u00a0" in again:
            break
        text = again
    if not BROKEN.search(text):
        return text
    readings = {_read_as(text, *pair) for pair in MISREAD} - {""}
    return readings.pop() if len(readings) == 1 else text


def is_broken(text: str) -> bool:
    """Whether letters are lost or are others than were written, so that nobody should read it."""
    return bool(BROKEN.search(text) or LOST.search(text))


def printable(text: str) -> str:
    """Without signs that a terminal obeys; French blanks that do not break stay, which Python calls unprintable."""
    return "".join(letter if letter.isprintable() or letter in "\u00a0\u202f" else "\ufffd" for letter in text)


def repairs(field: str, text: str) -> list[str]:
    """What reading a public field changes of its text, in French, with before and after."""
    after = mended(text)
    if after != text:
        return [f"champ «\u00a0{field}\u00a0», accents rétablis\u00a0: {_short(text)} lu {_short(after)}"]
    if ODD.search(text):
        return [
            f"champ «\u00a0{field}\u00a0»\u00a0: une majuscule au milieu d’un mot, à vérifier\u00a0: {_short(text)}"
        ]
    if INVISIBLE_WITHIN.search(text):
        return [f"champ «\u00a0{field}\u00a0», signes invisibles retirés\u00a0: {_short(legible(text))}"]
    return []


def strangeness(text: str) -> int:
    """How little a text looks like French: what cannot be counts three, what is odd one."""
    return 3 * len(BROKEN.findall(text)) + len(ODD.findall(text))


def _short(text: str) -> str:
    """A few words of it, that a terminal does not obey."""
    return f"«\u00a0{printable(text[:MOST_SHOWN])}{'…' if len(text) > MOST_SHOWN else ''}\u00a0»"


def _utf8_of(word: str) -> str:
    """The word that its letters are the bytes of; itself where they are no UTF-8."""
    for codec in ("cp1252", "mac_roman", "cp850"):
        try:
            return _bytes(word, codec).decode("utf-8")
        except UnicodeError:
            continue
    return TWICE.sub(_letter, word)


def _letter(found: re.Match[str]) -> str:
    try:
        return _bytes(found[0], "cp1252").decode("utf-8")
    except UnicodeError:
        return found[0]


def _read_as(text: str, read: str, written: str) -> str:
    """Another reading of it, where that is clean French; else nothing."""
    try:
        found = _bytes(text, read).decode(written)
    except UnicodeError:
        return ""
    signs = {sign for sign in found if not sign.isascii()}
    return found if signs & FRENCH and signs <= FRENCH | USUAL and strangeness(found) == 0 else ""


def _bytes(text: str, codec: str) -> bytes:
    """As it was before it was read; what a code page does not define went through as it was. Raises UnicodeError."""
    try:
        return text.encode(codec)
    except UnicodeError:
        if not UNDEFINED.search(text):
            raise
    return b"".join(bytes((ord(letter),)) if UNDEFINED.match(letter) else letter.encode(codec) for letter in text)
