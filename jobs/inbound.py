"""The mail server for answers between parents and assistants maternels.

It takes mail for the addresses of live threads alone, bounded in size, and gives what was written on to
`registry.parents.contact.relaying`. Attachments are dropped, quoted history is cut off, what a machine answered is
swallowed, or refused when its words come again. A mail is taken (250) once its letter to the other side is queued;
while the registry is away the sender's server is told to come back (451). It speaks no TLS and knows no spam filter:
the domain's own mail server stands before it.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import psycopg
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from jobs import answers
from registry import database
from registry.database import Pool
from registry.parents.contact import relaying
from registry.parents.contact.refusals import Reason, Refused
from registry.parents.contact.relaying import Answer
from registry.parsing import children
from settings import Settings

log = logging.getLogger(__name__)

MOST_BYTES = 10 * 1024 * 1024
"""Of a mail with its attachments, which are dropped: enough for a few photos that a telephone puts under an answer."""

LATER = "451 4.3.0 Service momentanement indisponible / Temporarily unavailable, please try again"

UNREADABLE = "550 5.6.0 Message illisible / This mail cannot be read"

ANSWERS: dict[Reason, str] = {
    "unknown": "550 5.1.1 Cette conversation est terminee ou n'existe pas / This conversation is over or unknown",
    "away": "550 5.7.1 Cette personne ne recoit plus de messages ici / This person takes no more messages here",
    "sender": "550 5.7.1 Repondez depuis l'adresse mail qui a recu le message / Use the address that got it",
    "link": "550 5.7.1 Message non transmis: ni lien, ni adresse mail, meme dans la signature ou un message cite."
    " Retirez-les, recommencez / Not relayed: no links, no mail addresses, also in a signature or quotation",
    "empty": "550 5.6.0 Message non transmis: aucun texte au-dessus du message cite / Not relayed: no text found",
    "too_long": "550 5.2.3 Message non transmis: 1500 caracteres au plus / Not relayed: 1500 characters at most",
    "too_many": "550 5.7.1 Message non transmis: limite du jour atteinte, reessayez demain / Not relayed: daily limit",
    "again": "550 5.7.1 Message non transmis: vous avez deja ecrit exactement ce texte. Changez-le, recommencez"
    " / Not relayed: you have written these very words before",
}
"""In ASCII, as SMTP wants it; the sender's own server quotes it in its notice."""


MOST_SESSIONS = 20
"""Connections at a time: each may bring a mail of MOST_BYTES, of which the server holds two copies for a moment."""

CROWDED = b"421 4.3.2 Trop de connexions / Too many connections, please try again later\r\n"


class Inbound:
    """aiosmtpd's handler. `now` gives the moment in UTC."""

    def __init__(self, settings: Settings, registry: Pool, now: Callable[[], datetime]) -> None:
        self.settings, self.registry, self.now = settings, registry, now
        self.sessions: set[SMTP] = set()
        # A thread for each: whoever waits for a mail to be read keeps nobody else from saying whom one is for.
        self.threads = ThreadPoolExecutor(MOST_SESSIONS, thread_name_prefix="mail")

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if envelope.rcpt_tos:
            return "452 4.5.3 Un destinataire a la fois / One recipient at a time"
        answer = await self._in_thread(self._known, address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        return await self._in_thread(self._taken, envelope.rcpt_tos[0], envelope.mail_from or "", content)

    async def handle_exception(self, error: Exception) -> str:
        # Not its words, which may quote the mail.
        log.error("a mail was not taken: %s", type(error).__name__)
        return LATER

    async def _in_thread(self, work: Callable[..., str], *values: object) -> str:
        return await asyncio.get_running_loop().run_in_executor(self.threads, work, *values)

    def _known(self, address: str) -> str:
        try:
            with self.registry.connection() as conn:
                live = relaying.is_live(conn, self.settings, address, self.now())
        except psycopg.Error as error:
            log.warning("mails wait at their senders: %s", type(error).__name__)
            return LATER
        return "250 OK" if live else ANSWERS["unknown"]

    def _taken(self, address: str, envelope_sender: str, content: bytes) -> str:
        """The cheap looks first: at the head, at the thread, at the sender; then what was written is read."""
        try:
            head = answers.head_of(content)
            if envelope_sender in ("", "<>") or answers.is_automatic(head):
                log.info("an automatic answer was dropped")
                return "250 OK"
            sender, mark = answers.sender_of(head), answers.mark_of(head, content)
            with self.registry.connection() as conn:
                writer = relaying.allow_reading(conn, self.settings, address, sender, self.now())
            # No connection is held meanwhile.
            text = answers.text_by_child(content, writer)
            answer = Answer(address, sender, text, mark)
            relayed = database.run(self.registry, lambda conn: relaying.relay(conn, self.settings, answer, self.now()))
        except (ValueError, children.Failed) as error:
            log.info("a mail that cannot be read was refused: %s", type(error).__name__)
            return UNREADABLE
        except children.Busy:
            log.info("a mail waits at its sender: others are being read")
            return LATER
        except Refused as refused:
            log.info("an answer was refused: %s", refused.reason)
            return ANSWERS[refused.reason]
        except psycopg.Error as error:
            log.warning("mails wait at their senders: %s", type(error).__name__)
            return LATER
        log.info("an answer was relayed" if relayed else "an answer came again")
        return "250 OK"


class Bounded(SMTP):
    """aiosmtpd's protocol, of which there are MOST_SESSIONS at a time; the others are told to come again."""

    event_handler: Inbound

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        sessions = self.event_handler.sessions
        if len(sessions) < MOST_SESSIONS:
            sessions.add(self)
        elif isinstance(transport, asyncio.Transport):
            transport.write(CROWDED)
            transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        self.event_handler.sessions.discard(self)
        super().connection_lost(error)


class Server(Controller):
    handler: Inbound

    def factory(self) -> SMTP:
        return Bounded(self.handler, **self.SMTP_kwargs)


def server(settings: Settings, registry: Pool, now: Callable[[], datetime]) -> Controller:
    """Not started yet; `start()` and `stop()` it. Raises OSError on start when the port is taken."""
    # It logs who writes to whom.
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    return Server(
        Inbound(settings, registry, now),
        hostname=settings.relay_host,
        port=settings.relay_port,
        data_size_limit=MOST_BYTES,
        ident="Ribambelle",
        server_hostname=settings.relay_domain,
    )
