"""The mail server for answers between parents and assistants maternels.

It takes mail for the addresses of live threads alone, bounded in size, and gives what was written on to
`registry.contact.relaying`. Attachments are dropped, quoted history is cut off, what a machine answered is swallowed.
A mail is taken (250) once its letter to the other side is queued; while the registry is away the sender's server is
told to come back (451). It speaks no TLS and knows no spam filter: the domain's own mail server stands before it.
"""

import asyncio
import hashlib
import logging
import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from email.utils import parseaddr
from html import unescape

import psycopg
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from registry import database
from registry.contact import relaying
from registry.contact.refusals import Reason, Refused
from registry.contact.relaying import Answer
from registry.database import Pool
from settings import Settings

log = logging.getLogger(__name__)

MOST_BYTES = 10 * 1024 * 1024
"""Of a mail with its attachments, which are dropped: enough for a few photos that a telephone puts under an answer."""

MOST_OF_A_TEXT = 200_000
"""Characters that are looked at, with all that is quoted."""

LATER = "451 4.3.0 Service momentanement indisponible / Temporarily unavailable, please try again"

ANSWERS: dict[Reason, str] = {
    "unknown": "550 5.1.1 Cette conversation est terminee ou n'existe pas / This conversation is over or unknown",
    "away": "550 5.7.1 Cette personne ne recoit plus de messages ici / This person takes no more messages here",
    "sender": "550 5.7.1 Repondez depuis l'adresse mail qui a recu le message / Use the address that got it",
    "link": "550 5.7.1 Message non transmis: ni lien, ni adresse mail. Retirez-les, recommencez"
    " / Not relayed: no links, no mail addresses",
    "empty": "550 5.6.0 Message non transmis: aucun texte au-dessus du message cite / Not relayed: no text found",
    "too_long": "550 5.2.3 Message non transmis: 1500 caracteres au plus / Not relayed: 1500 characters at most",
    "too_many": "550 5.7.1 Message non transmis: limite du jour atteinte, reessayez demain / Not relayed: daily limit",
}
"""In ASCII, as SMTP wants it; the sender's own server quotes it in its notice."""

HISTORY = re.compile(
    r"^\s*(>|Pour répondre, écrivez au-dessus de cette ligne|Le .{4,200} a écrit\s*:|On .{4,200} wrote:"
    r"|-{2,}\s*(Message d.origine|Original Message|Message transféré|Forwarded message)"
    r"|_{20,}\s*$|\**(De|From)\s*:\**\s.*@)",
    re.IGNORECASE,
)
"""A line with which mail programs begin what they quote. Our own letters begin with a line that is in it."""

SPLIT_ATTRIBUTION = re.compile(r"^\s*(Le|On) .{4,200}$", re.IGNORECASE)
ATTRIBUTION_END = re.compile(r"(a écrit\s*:|wrote:)\s*$", re.IGNORECASE)

TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-zA-Z][\w:-]*+|[!?])[^<>]*>")
BLOCKS = frozenset(("p", "div", "br", "li", "tr", "h1", "h2", "h3", "ul", "ol", "table", "hr"))
LEFT_OUT = frozenset(("blockquote", "style", "script", "head", "title"))


class Inbound:
    """aiosmtpd's handler. `now` gives the moment in UTC."""

    def __init__(self, settings: Settings, registry: Pool, now: Callable[[], datetime]) -> None:
        self.settings, self.registry, self.now = settings, registry, now

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if envelope.rcpt_tos:
            return "452 4.5.3 Un destinataire a la fois / One recipient at a time"
        answer = await asyncio.to_thread(self._known, address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        return await asyncio.to_thread(self._taken, envelope.rcpt_tos[0], envelope.mail_from or "", content)

    async def handle_exception(self, error: Exception) -> str:
        # Not its words, which may quote the mail.
        log.error("a mail was not taken: %s", type(error).__name__)
        return LATER

    def _known(self, address: str) -> str:
        try:
            with self.registry.connection() as conn:
                live = relaying.is_live(conn, self.settings, address, self.now())
        except psycopg.Error as error:
            log.warning("mails wait at their senders: %s", type(error).__name__)
            return LATER
        return "250 OK" if live else ANSWERS["unknown"]

    def _taken(self, address: str, envelope_sender: str, content: bytes) -> str:
        try:
            message = BytesParser(_class=EmailMessage, policy=default).parsebytes(content)
            if envelope_sender in ("", "<>") or is_automatic(message):
                log.info("an automatic answer was dropped")
                return "250 OK"
            answer = Answer(address, sender_of(message), written(message), mark_of(message, content))
        except (LookupError, ValueError, TypeError, AttributeError) as error:
            # The standard library's parser raises each of them on some broken mail.
            log.info("a mail that cannot be read was refused: %s", type(error).__name__)
            return "550 5.6.0 Message illisible / This mail cannot be read"
        try:
            relayed = database.run(self.registry, lambda conn: relaying.relay(conn, self.settings, answer, self.now()))
        except Refused as refused:
            log.info("an answer was refused: %s", refused.reason)
            return ANSWERS[refused.reason]
        except psycopg.Error as error:
            log.warning("mails wait at their senders: %s", type(error).__name__)
            return LATER
        log.info("an answer was relayed" if relayed else "an answer came again")
        return "250 OK"


def server(settings: Settings, registry: Pool, now: Callable[[], datetime]) -> Controller:
    """Not started yet; `start()` and `stop()` it. Raises OSError on start when the port is taken."""
    # It logs who writes to whom.
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    return Controller(
        Inbound(settings, registry, now),
        hostname=settings.relay_host,
        port=settings.relay_port,
        data_size_limit=MOST_BYTES,
        ident="Ribambelle",
        server_hostname=settings.relay_domain,
    )


def is_automatic(message: EmailMessage) -> bool:
    """Whether no person wrote it: an absence notice, a bounce, a list (RFC 3834)."""
    if str(message.get("Auto-Submitted", "no")).split(";")[0].strip().lower() != "no":
        return True
    if str(message.get("Precedence", "")).strip().lower() in ("bulk", "junk", "list", "auto_reply"):
        return True
    return any(name in message for name in ("X-Autoreply", "X-Autorespond", "List-Id")) or (
        message.get_content_type() == "multipart/report"
    )


def sender_of(message: EmailMessage) -> str:
    """The one address in From; empty when there is none, or several."""
    found = message.get_all("From", [])
    addresses = list(found[0].addresses) if len(found) == 1 else []
    return parseaddr(addresses[0].addr_spec)[1] if len(addresses) == 1 else ""


def mark_of(message: EmailMessage, content: bytes) -> str:
    """The same for the same mail, however often it is delivered."""
    return str(message.get("Message-ID", "")).strip() or hashlib.sha256(content).hexdigest()


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
    """Words of a page, a line for each block; quotations, styles, scripts and comments are left out.

    Not with the standard library's HTMLParser, which takes the square of the length for tags that never end, nor with
    one that builds the tree of HTML 5, which mails can make far larger than they are. So an attribute with a ">" in it
    leaves its end among the words.
    """
    pieces: list[str] = []
    left_out: list[str] = []
    opened: Counter[str] = Counter()
    at = 0
    shown = _without_comments(html)
    for tag in [*TAG.finditer(shown), None]:
        if not left_out:
            pieces.append(re.sub(r"\s+", " ", unescape(shown[at : tag.start() if tag else len(shown)])))
        if tag is None:
            break
        at, name, is_end = tag.end(), tag["name"].lower(), tag["end"] == "/"
        if name in LEFT_OUT and not is_end:
            left_out.append(name)
            opened[name] += 1
        elif name in LEFT_OUT and opened[name]:
            ended = ""
            while ended != name:  # an end that was forgotten inside ends with it
                ended = left_out.pop()
                opened[ended] -= 1
        elif name in BLOCKS and not is_end and not left_out:
            pieces.append("\n")
    return "".join(pieces)


def _without_comments(html: str) -> str:
    """As browsers do: a comment that never ends is one to the end."""
    kept = []
    at = 0
    while (begin := html.find("<!--", at)) >= 0:
        kept.append(html[at:begin])
        end = html.find("-->", begin + 4)
        if end < 0:
            return "".join(kept)
        at = end + 3
    return "".join([*kept, html[at:]])
