"""What a person wrote in the text of a mail, apart from what a mail program put around it. Pure.

A line is left out for what it is, never for how it begins: a quoted line (">"), an attribution (« Le …, Ribambelle
<…> a écrit : », folded or not), a block of headers (« De : …, Objet : … »), our own letter, a signature, a program's
advertisement. In doubt a line is kept: whatever address it may hold is refused later, and the sender learns why
(`registry.parents.contact.relaying`).

Limits: what is written below a message that Outlook quotes without any sign is found only where our letter's last line
stands before it; what is written between the lines of such a message is lost.
"""

import itertools
import re
from collections.abc import Sequence

from domain import spelling
from registry import links

OURS = "ribambelle"
"""What attributions call us: our address or our name holds it."""

LETTER_BEGINS, LETTER_ENDS = "pour répondre, écrivez au-dessus", "l’équipe ribambelle"
"""The first and the last line of registry/letters/contact/message.txt."""

MOST_OF_AN_ATTRIBUTION, MOST_LINES = 400, 4
"""Letters and lines of an attribution that a program has folded."""

MOST_HEADERS = 8
MOST_OF_A_TAGLINE = 100
WRAPPED = 40
"""Letters of a word that can only be the rest of a quoted address."""

_WROTE = re.compile(r"(?:^|[\s>,»\")])(?:a\s{1,3}[ée]crit|wrote)\b.{0,60}:$", re.IGNORECASE)
_REST = re.compile(r"<|[^\s<]{0,254}@|(?:a\s{1,3})?[ée]crit\b|wrote\b", re.IGNORECASE)
"""How the last line of a folded attribution begins."""

_OPENS = re.compile(
    r"[*\-–—•\s]{0,5}(?:(?:le|on)\s|(?:lun|mar|mer|jeu|ven|sam|dim|mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}[.,\s]"
    r"|\d{4}-\d\d-\d\d|\d{1,2}[/.]\d{1,2}[/.]\d{2,4})",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:(?:19|20)\d\d|\d{1,2}[/.]\d{1,2}[/.]\d\d)\b")

_CLOCK = re.compile(r"\d\s?[:h]\s?\d\d")

_SEPARATOR = re.compile(
    r"[-_=*‐–—\s]{2,80}(?:messages? (?:d[’' ]origine|original|initial|transféré)"
    r"|(?:mail|courriel|e-mail) (?:d[’' ]origine|original)|original (?:message|e-?mail)|forwarded message"
    r"|reply message)\b|(?:début du message (?:réexpédié|transféré)|begin forwarded message)\s{0,2}:$",
    re.IGNORECASE,
)
_HEADER = re.compile(
    r"[*\s|]{0,5}(de|from|expéditeur|envoyé(?: le)?|sent|date|à|a|to|pour|destinataires?|cc|copie à|objet|sujet|subject"
    r"|répondre à|reply-to)\s{0,2}\*{0,2}\s{0,2}:",
    re.IGNORECASE,
)
_SENDERS = frozenset(("de", "from", "expéditeur"))
_SUBJECTS = frozenset(("objet", "sujet", "subject"))

_TAGLINE = re.compile(
    r"(?:(?:envoyée?s?|expédiée?|sent|écrit)\s(?:de|depuis|à partir de|à partir d[’']|avec|par|via|from|with|using)\b"
    r"|(?:get|obtenez|obtenir|téléchargez|télécharger|download)\s(?:l[’']application\s)?(?:outlook|yahoo|bluemail|proton)"
    r"|provenance\s?:|yahoo mail\s?:|garanti sans virus|sans virus|virus-free)",
    re.IGNORECASE,
)
_PROGRAM = re.compile(
    r"\b(?:iphone|ipad|ios|android|smartphone|tablette|galaxy|samsung|huawei|honor|xiaomi|redmi|oppo|pixel|nokia|outlook"
    r"|(?:yahoo ?|proton ?|orange |free |sfr )mail|protonmail|messagerie sécurisée|secure email"
    r"|mail (?:orange|sfr|laposte)|courrier pour windows|mail for windows"
    r"|(?:mon|my) (?:mobile|téléphone|portable|phone|appareil)|mobile orange|laposte|bluemail|k-9|fairemail"
    r"|thunderbird|gmail|mailo|zimbra|free mobile|avast|avg)\b",
    re.IGNORECASE,
)
_ANTIVIRUS = re.compile(r"<#[\w-]{1,80}>$|<?(?:https?://)?www\.(?:avast|avg)\.com\b|sans virus\.\s?www\.(?:avast|avg)")
_LINK = re.compile(r"<[^<>\s]{1,2000}>")
_PICTURE = re.compile(r"\[cid:[^\[\]\s]{1,200}\]")
_NO_LETTERS = re.compile(r"[\W_]+")


def without_history(text: str, signature: str = "") -> str:
    """What the person wrote, above and between what is quoted. `signature`: as the mail's HTML has it, where it does.

    Below the quotation a provider puts its own lines: a paragraph there that holds a link is left out, unless there is
    nothing above.
    """
    composed = spelling.composed(text).replace("\r\n", "\n").replace("\r", "\n")
    lines = [_PICTURE.sub("", line) for line in composed.split("\n")]
    pieces = _pieces(lines)
    above = "\n".join(_without_ends(pieces[0], signature)).strip()
    below = [paragraph for piece in pieces[1:] for paragraph in _paragraphs(_without_ends(piece, signature))]
    if above:
        below = [paragraph for paragraph in below if not links.holds_one(paragraph)]
    return "\n\n".join(filter(None, (above, *below)))


def unflowed(text: str, *, drop_space: bool) -> str:
    """Lines that a program has broken after a space, joined again (RFC 3676, `format=flowed`); `drop_space`: its
    `delsp=yes`. Quoted lines stay as they are."""
    lines: list[list[str]] = []
    goes_on = False
    for line in text.replace("\r\n", "\n").split("\n"):
        is_quoted = line.startswith(">")
        own = line if is_quoted else line.removeprefix(" ")
        breaks = not is_quoted and own.endswith(" ") and own != "-- "
        if goes_on and not is_quoted and own != "-- ":
            lines[-1].append(own)
        else:
            lines.append([own])
        if breaks and drop_space:
            lines[-1][-1] = own[:-1]
        goes_on = breaks
    return "\n".join("".join(pieces) for pieces in lines)


def _pieces(lines: Sequence[str]) -> list[list[str]]:
    """The lines that are kept: those above the first quotation, then those after each."""
    plain = [_plain(line) for line in lines]
    ends = _attributions(plain)
    pieces: list[list[str]] = [[]]
    at = 0
    while at < len(lines):
        if at in ends:
            at = ends[at]
        elif plain[at].startswith(">"):
            at = _below_a_quoted_line(plain, at)
        elif _begins_a_letter(plain, at):
            at = _end_of_letter(plain, at)
        elif lines[at].replace("\u00a0", " ") == "-- ":
            at = _end_of_signature(plain, ends, at)
        else:
            pieces[-1].append(lines[at])
            at += 1
            continue
        if pieces[-1] or len(pieces) == 1:
            pieces.append([])
    return pieces


def _plain(line: str) -> str:
    """With usual spaces: mail programs put the narrow and the wide ones of French where they like."""
    return re.sub("[\u00a0\u202f\ufeff]", " ", line).strip()


def _attributions(plain: Sequence[str]) -> dict[int, int]:
    """Where each attribution begins, and the line after it."""
    found: dict[int, int] = {}
    for last, line in enumerate(plain):
        if line.endswith(":") and not line.startswith(">") and (_WROTE.search(_tail(plain, last)) or "@" in line):
            first = _first_line(plain, last)
            if first is not None:
                found[first] = last + 1
    return found


def _tail(plain: Sequence[str], last: int) -> str:
    """The end of a sentence of which a program may have left « écrit : » or « : » alone on its line."""
    return " ".join(plain[max(0, last - 1) : last + 1])[-MOST_OF_AN_ATTRIBUTION:]


def _first_line(plain: Sequence[str], last: int) -> int | None:
    """Of the attribution that ends there; None when it is none. The nearest line that begins with a day: what stands
    above it was written by somebody."""
    joined = ""
    quoted = _is_quoted_after(plain, last)
    is_whole = _WROTE.search(plain[last]) is not None and _REST.match(plain[last]) is None
    undated: int | None = None
    for first in range(last, max(-1, last - MOST_LINES), -1):
        line = plain[first]
        if not line or line.startswith(">"):
            break
        # Where an attribution was folded no sentence ends.
        if first < last and (line[-1] in ".!?…:" or (is_whole and not _is_date(line))):
            break
        joined = f"{line} {joined}".strip()
        if len(joined) > MOST_OF_AN_ATTRIBUTION:
            break
        wrote = _WROTE.search(joined) is not None
        named = "@" in joined or OURS in joined.lower()
        says_so = (wrote and (named or quoted)) or joined.endswith((">:", "> :"))
        if says_so and _OPENS.match(joined) and _YEAR.search(joined):
            return first
        # « Ribambelle <…> a écrit : », and where the verb was folded.
        if undated is None and wrote and (named or quoted) and (first == last or not _WROTE.search(plain[last])):
            undated = first
    return undated


def _is_date(line: str) -> bool:
    """Whether it begins an attribution, before a name that was folded."""
    return bool(_OPENS.match(line) and _YEAR.search(line) and _CLOCK.search(line))


def _is_quoted_after(plain: Sequence[str], last: int) -> bool:
    at = last + 1
    while at < len(plain) and not plain[at]:
        at += 1
    return at < len(plain) and (plain[at].startswith(">") or plain[at].lower().startswith(LETTER_BEGINS))


def _below_a_quoted_line(plain: Sequence[str], at: int) -> int:
    """The next line, without the rest of an address that was broken in two, and without our letter where its first
    line alone is marked."""
    below = at + 1
    if plain[at].lstrip("> ").lower().startswith(LETTER_BEGINS):
        following = itertools.islice(plain, below, below + 3)
        if next(filter(None, following), "").lower() == "bonjour,":
            return _end_of_letter(plain, below)
    if "http" in plain[at] and below < len(plain) and len(plain[below]) > WRAPPED and " " not in plain[below]:
        below += 1
    return below


def _begins_a_letter(plain: Sequence[str], at: int) -> bool:
    """Whether a message that is not marked as quoted begins there."""
    line = plain[at]
    if line.lower().lstrip("*").startswith(LETTER_BEGINS) or _SEPARATOR.match(line):
        return True
    if line.startswith("____") and not line.strip("_"):
        at += 1
        while at < len(plain) and not plain[at]:
            at += 1
    return at < len(plain) and _begins_headers(plain, at)


def _begins_headers(plain: Sequence[str], at: int) -> bool:
    """Whether the headers of a quoted mail begin there. Somebody writes « De : 8 h » and « À : 18 h » too."""
    header = _HEADER.match(plain[at])
    if header is None:
        return False
    if header[1].lower() in _SENDERS and "@" in plain[at] and ("<" in plain[at] or OURS in plain[at].lower()):
        return True
    names: set[str] = set()
    named = False
    for line in itertools.takewhile(bool, plain[at : at + MOST_HEADERS]):
        following = _HEADER.match(line)
        names.update([following[1].lower()] if following else [])
        named = named or "@" in line or OURS in line.lower()
    return bool(names & _SENDERS) and len(names) >= (3 if named else 4) and (named or bool(names & _SUBJECTS))


def _end_of_letter(plain: Sequence[str], at: int) -> int:
    """The line after our letter, or the first that is marked as quoted; else the end of the mail."""
    for number in range(at, len(plain)):
        if plain[number].startswith(">"):
            return number
        if plain[number].lower().replace("'", "’") == LETTER_ENDS:
            return number + 1
    return len(plain)


def _end_of_signature(plain: Sequence[str], ends: dict[int, int], at: int) -> int:
    """The next quotation."""
    for number in range(at + 1, len(plain)):
        if number in ends or plain[number].startswith(">") or _begins_a_letter(plain, number):
            return number
    return len(plain)


def _without_ends(piece: Sequence[str], signature: str) -> list[str]:
    """Without the lines with which a program advertises itself, and those of the signature."""
    kept = list(piece)
    signed = {key for line in signature.split("\n") if (key := _key(line))}
    whole = _key(signature)
    antivirus = False
    while kept:
        line = _plain(kept[-1])
        key = _key(line)
        is_antivirus = bool(_ANTIVIRUS.match(line.lower())) or (antivirus and key == "garanti")
        is_signed = bool(key) and (key in signed or (len(key) >= 12 and key in whole))
        if line and not (is_antivirus or is_signed or _is_tagline(line)):
            break
        antivirus = antivirus or is_antivirus
        kept.pop()
    return kept


def _is_tagline(line: str) -> bool:
    bare = _LINK.sub("", line[:2500]).strip(" .*_-[]()")
    return len(bare) <= MOST_OF_A_TAGLINE and bool(_TAGLINE.match(bare) and _PROGRAM.search(bare))


def _key(line: str) -> str:
    """Of a line its letters alone: HTML and plain text space and link them otherwise."""
    return _NO_LETTERS.sub("", _LINK.sub("", line[:2500])).lower()


def _paragraphs(piece: Sequence[str]) -> list[str]:
    return [each.strip() for each in re.split(r"\n\s*\n", "\n".join(line.rstrip() for line in piece)) if each.strip()]
