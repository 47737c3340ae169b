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
from jobs import taglines

OURS = "ribambelle"
"""What attributions call us: our address or our name holds it."""

LETTER_BEGINS, LETTER_ENDS = "pour répondre, écrivez au-dessus de cette ligne.", "l’équipe ribambelle"
"""The first and the last line of registry/letters/contact/message.txt."""

_SAYS_WHO_WRITES = re.compile(r".{1,200} vous (?:écrit|répond) par ribambelle ?:")
"""The line after its greeting."""

MOST_OF_AN_ATTRIBUTION, MOST_LINES = 400, 4
"""Letters and lines of an attribution that a program has folded."""

MOST_HEADERS = 8
WRAPPED = 40
"""Letters of a word that can only be the rest of a quoted address."""

_WROTE = re.compile(r"(?:^|[\s>,»\")])(?:a\s{1,3}[ée]crit|wrote)\b.{0,60}:$", re.IGNORECASE)
_WE_WROTE = re.compile(
    rf"(?:^|[,>)\d\"«»]|[ap]\.?m\.?)\s{{0,3}}[\"«]?\s{{0,3}}{OURS}[\s»\"]{{0,5}}(?:a\s{{1,3}}[ée]crit|wrote)\b",
    re.IGNORECASE,
)
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
    r"[-_=*‐–—][-_=*‐–—\s]{1,79}(?:messages? (?:d[’' ]origine|original|initial|transféré)"
    r"|(?:mail|courriel|e-mail) (?:d[’' ]origine|original)|original (?:message|e-?mail)|forwarded message"
    r"|reply message)\s?[-_=*‐–—]{2,80}(?:$|\s?(?:de|from)\s?:)"
    r"|(?:début du message (?:réexpédié|transféré)|begin forwarded message)\s{0,2}:$",
    re.IGNORECASE,
)
"""To its closing dashes: « - Message transféré à mon mari » is a person's."""

_HEADER = re.compile(
    r"[*\s|]{0,5}(de|from|expéditeur|envoyé(?: le)?|sent|date|à|a|to|pour|destinataires?|cc|copie à|objet|sujet|subject"
    r"|répondre à|reply-to)\s{0,2}\*{0,2}\s{0,2}:",
    re.IGNORECASE,
)
_SENDERS = frozenset(("de", "from", "expéditeur"))
_OUR_SENDER = re.compile(
    rf"[\s*]{{0,5}}[\"«\s]{{0,3}}{OURS}[\"»\s]{{0,3}}<[^<>\s]{{1,300}}@[^<>\s]{{1,300}}>", re.IGNORECASE
)
"""« De : Ribambelle <…> » alone."""

_LINK = re.compile(r"<[^<>\s]{1,2000}>")
_PICTURE = re.compile(r"\[cid:[^\[\]\s]{1,200}\]")
_NO_LETTERS = re.compile(r"[\W_]+")


def without_history(text: str, signature: str = "") -> str:
    """What the person wrote, above and between what is quoted. `signature`: as the mail's HTML has it, where it does.

    Below the quotation a provider puts its own lines, with its site: such a paragraph is left out, unless there is
    nothing above. Words beside any other link are kept, and their sender learns that no link goes on.
    """
    composed = spelling.composed(text).replace("\r\n", "\n").replace("\r", "\n")
    lines = [_PICTURE.sub("", line) for line in composed.split("\n")]
    pieces = _pieces(lines)
    above = "\n".join(_without_ends(pieces[0], signature)).strip()
    below = [paragraph for piece in pieces[1:] for paragraph in _paragraphs(_without_ends(piece, signature))]
    if above:
        below = [paragraph for paragraph in below if not taglines.is_of_a_provider(paragraph)]
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
        known = _names_a_sender(joined, quoted)
        says_so = known and (wrote or (joined.endswith((">:", "> :")) and (quoted or OURS in joined.lower())))
        if says_so and _OPENS.match(joined) and _YEAR.search(joined):
            return first
        # « Ribambelle <…> a écrit : », and where the verb was folded.
        if undated is None and wrote and known and (first == last or not _WROTE.search(plain[last])):
            undated = first
    return undated


def _names_a_sender(joined: str, quoted: bool) -> bool:
    """Whether it is more than somebody's « Une maman de Ribambelle a écrit : »: we stand where an attribution has its
    sender, or there is an address as programs write one."""
    if _WE_WROTE.search(joined):
        return True
    return (quoted and OURS in joined.lower()) or (
        "@" in joined and (quoted or "<" in joined or _CLOCK.search(joined) is not None)
    )


def _is_date(line: str) -> bool:
    """Whether it begins an attribution, before a name that was folded."""
    return bool(_OPENS.match(line) and _YEAR.search(line) and _CLOCK.search(line))


def _is_quoted_after(plain: Sequence[str], last: int) -> bool:
    at = last + 1
    while at < len(plain) and not plain[at]:
        at += 1
    return at < len(plain) and (plain[at].startswith(">") or _is_our_first_line(plain[at]))


def _below_a_quoted_line(plain: Sequence[str], at: int) -> int:
    """The next line, without the rest of an address that was broken in two, and without our letter where its first
    line alone is marked."""
    below = at + 1
    if _is_our_first_line(plain[at]):
        greeting, who, *_ = [*filter(None, plain[below : below + 6]), "", ""]
        if greeting.lower() == "bonjour," and _SAYS_WHO_WRITES.fullmatch(who.lower()):
            return _end_of_letter(plain, below)
    if "http" in plain[at] and below < len(plain) and len(plain[below]) > WRAPPED and " " not in plain[below]:
        below += 1
    return below


def _is_our_first_line(line: str) -> bool:
    """Whether it is that sentence, or its beginning where a program has broken it; some write the greeting after it."""
    bare = line.lower().strip("> *")
    if bare.startswith(LETTER_BEGINS):
        return bare == LETTER_BEGINS or bare.removeprefix(LETTER_BEGINS).lstrip(" *").startswith("bonjour,")
    return bare.startswith("pour répondre, écrivez au-dessus") and LETTER_BEGINS.startswith(bare)


def _begins_a_letter(plain: Sequence[str], at: int) -> bool:
    """Whether a message that is not marked as quoted begins there."""
    line = plain[at]
    if _is_our_first_line(line) or _SEPARATOR.match(line):
        return True
    if line.startswith("____") and not line.strip("_"):
        at += 1
        while at < len(plain) and not plain[at]:
            at += 1
    return at < len(plain) and _begins_headers(plain, at)


def _begins_headers(plain: Sequence[str], at: int) -> bool:
    """Whether the headers of a quoted mail begin there, and say that it came from us or from an address. Somebody
    writes « De : 8 h » and « À : 18 h » too, below « Objet : garde de Léo »."""
    if _HEADER.match(plain[at]) is None:
        return False
    names: set[str] = set()
    from_somebody = False
    for line in itertools.takewhile(bool, plain[at : at + MOST_HEADERS]):
        header = _HEADER.match(line)
        if header is None:
            continue
        names.add(header[1].lower())
        if header[1].lower() in _SENDERS and ("@" in line or OURS in line.lower()):
            from_somebody = True
            if line is plain[at] and _OUR_SENDER.fullmatch(line[header.end() :]):
                return True
    return from_somebody and len(names) >= 3


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
        is_antivirus = taglines.is_antivirus(line) or (antivirus and key == "garanti")
        is_signed = bool(key) and (key in signed or (len(key) >= 12 and key in whole))
        if line and not (is_antivirus or is_signed or taglines.is_tagline(line)):
            break
        antivirus = antivirus or is_antivirus
        kept.pop()
    return kept


def _key(line: str) -> str:
    """Of a line its letters alone: HTML and plain text space and link them otherwise."""
    return _NO_LETTERS.sub("", _LINK.sub("", line[:2500])).lower()


def _paragraphs(piece: Sequence[str]) -> list[str]:
    return [each.strip() for each in re.split(r"\n\s*\n", "\n".join(line.rstrip() for line in piece)) if each.strip()]
