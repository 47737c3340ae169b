"""What a person wrote in a mail. The head is read here and now, within bounds; the text in a process of its own
(registry.parsing), as the standard library's parser takes minutes for some mails."""

import hashlib
import re
from email.message import EmailMessage, Message
from email.parser import BytesHeaderParser, BytesParser
from email.policy import compat32, default
from email.utils import getaddresses
from html.parser import HTMLParser

from registry.parsing import children
from registry.parsing.children import MIB, Bounds

READER = "jobs.answers:text_of"

BOUNDS = Bounds(memory_bytes=512 * MIB, cpu_s=5, wall_s=30, answer_bytes=MIB)
"""A mail with photos of 10 MB takes half a second."""

MOST_OF_A_HEAD = 64 * 1024
"""Bytes of all headers; a mail that went through ten servers has ten thousand."""

MOST_OF_A_HEADER = 2_000
"""Letters of the sender's line."""

MOST_OF_A_TEXT = 200_000
"""Characters that are looked at, with all that is quoted."""

HISTORY = re.compile(
    r"^\s*(>|Pour répondre, écrivez au-dessus de cette ligne|Le .{4,200} a écrit\s*:|On .{4,200} wrote:"
    r"|-{2,}\s*(Message d.origine|Original Message|Message transféré|Forwarded message)"
    r"|_{20,}\s*$|\**(De|From)\s*:\**\s.*@)",
    re.IGNORECASE,
)
"""A line with which mail programs begin what they quote. Our own letters begin with a line that is in it."""

SPLIT_ATTRIBUTION = re.compile(r"^\s*(Le|On) .{4,200}$", re.IGNORECASE)
ATTRIBUTION_END = re.compile(r"(a écrit\s*:|wrote:)\s*$", re.IGNORECASE)


def head_of(content: bytes) -> Message:
    """The headers alone. Raises ValueError where they do not end within MOST_OF_A_HEAD."""
    start = content[: MOST_OF_A_HEAD + 4].replace(b"\r\n", b"\n")
    end = start.find(b"\n\n")
    if end < 0:
        raise ValueError("no end of the headers")
    return BytesHeaderParser(policy=compat32).parsebytes(start[: end + 2])


def is_automatic(head: Message) -> bool:
    """Whether no person wrote it: an absence notice, a bounce, a list (RFC 3834)."""
    if str(head.get("Auto-Submitted", "no")).split(";")[0].strip().lower() != "no":
        return True
    if str(head.get("Precedence", "")).strip().lower() in ("bulk", "junk", "list", "auto_reply"):
        return True
    return any(name in head for name in ("X-Autoreply", "X-Autorespond", "List-Id")) or (
        head.get_content_type() == "multipart/report"
    )


def sender_of(head: Message) -> str:
    """The one address in From; empty when there is none, or several."""
    found = [str(value) for value in head.get_all("From", [])]
    if len(found) != 1 or len(found[0]) > MOST_OF_A_HEADER:
        return ""
    try:
        addresses = [address for _, address in getaddresses(found) if address]
    except RecursionError:  # brackets in brackets
        return ""
    return addresses[0] if len(addresses) == 1 else ""


def mark_of(head: Message, content: bytes) -> str:
    """The same for the same mail, however often it is delivered."""
    return str(head.get("Message-ID", "")).strip() or hashlib.sha256(content).hexdigest()


def text_by_child(content: bytes, owner: str) -> str:
    """`text_of`, in a process of its own; takes up to 45 seconds. Raises children.Busy or Failed."""
    return children.read(READER, content, [], BOUNDS, owner).decode(errors="replace")


def text_of(content: bytes) -> bytes:
    """What the sender wrote, in UTF-8, without what is quoted."""
    message = BytesParser(_class=EmailMessage, policy=default).parsebytes(content)
    return written(message).encode(errors="replace")


def written(message: EmailMessage) -> str:
    """What the sender wrote, without what is quoted. Attachments are not looked at."""
    for kind in ("plain", "html"):
        part = message.get_body((kind,))
        content = str(part.get_content())[:MOST_OF_A_TEXT] if part is not None else ""
        # Some programs send an empty plain part beside the HTML.
        if content.strip():
            return without_history(text_of_html(content) if kind == "html" else content)
    return ""


def without_history(text: str) -> str:
    """The lines above the first that begins a quotation, or a signature ("-- ").

    Who answers below or between the quoted lines is cut off; the letter asks to write above them.
    """
    kept: list[str] = []
    written_lines = text.replace("\r\n", "\n").split("\n")
    # Mail programs put the narrow and the wide spaces of French where they like.
    lines = [re.sub("[\u00a0\u202f]", " ", line) for line in written_lines]
    for number, line in enumerate(lines):
        begins = HISTORY.match(line) or line == "-- "
        # A long attribution is broken over two or three lines.
        joined = " ".join(lines[number : number + 3])
        if not begins and SPLIT_ATTRIBUTION.match(line):
            following = [each.strip() for each in lines[number + 1 : number + 3]]
            begins = any(ATTRIBUTION_END.search(each) for each in following) and len(joined) < 400
        if begins:
            break
        kept.append(written_lines[number])
    return "\n".join(kept).strip()


def text_of_html(html: str) -> str:
    """In a child process only: of some pages the standard library's reader takes the square of their length."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return "".join(reader.pieces)


class _Reader(HTMLParser):
    """Words of a page, a line for each block; quotations, styles and scripts are left out."""

    BLOCKS = frozenset(("p", "div", "br", "li", "tr", "h1", "h2", "h3", "ul", "ol", "table", "hr"))
    LEFT_OUT = frozenset(("blockquote", "style", "script", "head", "title"))

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.left_out: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.LEFT_OUT:
            self.left_out.append(tag)
        elif tag in self.BLOCKS and not self.left_out:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.left_out:
            # An end that was forgotten inside ends with it.
            while self.left_out.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not self.left_out:
            self.pieces.append(re.sub(r"\s+", " ", data))
