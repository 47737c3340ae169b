"""Sending what waits in the mail outbox. Every mail is sent at least once, and twice only after a crash.

No transaction is open while the server is waited for. No log tells a recipient, a subject, a body or the server's own
words, which may quote them: those stand in the registry alone.
"""

import logging
import random
import smtplib
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from domain import civil
from registry import database, mail
from registry.database import Connection
from registry.mail import Mail
from settings import Settings

log = logging.getLogger(__name__)

TIMEOUT_S = 20.0
"""For each answer of the server; a mail takes some five of them, which is well within its lease."""

RUN_S = 45.0
"""One run takes no new mail after this: the next begins a minute after it began."""

FIRST_PAUSE_S, LONGEST_PAUSE_S = 60.0, 4 * 3600.0

MOST_REFUSALS = 3
"""Attempts after which a 5xx is final. Servers do answer 550 for a moment while they are being set up."""

MOST_ATTEMPTS = 30
"""Attempts after which a 4xx is final: four to five days, as long as mail servers themselves try."""


class Refusal(NamedTuple):
    """What a server answered; `final` where it is about this mail and not about us."""

    code: int
    text: str
    final: bool


class BadUrl(Exception):
    """SMTP_URL cannot be used; the message names no part of it, as one may be the password."""


def send_due(settings: Settings) -> int:
    """Send what is due, for at most about RUN_S seconds; returns how many mails the server took.

    A server that is away costs only time: what waits is neither counted nor given up. Several senders may run at once.
    """
    if not settings.smtp_url:
        return 0
    sent = 0
    with database.connect(settings.database_url, autocommit=True) as conn:
        if not mail.any_due(conn):
            return 0
        end = time.monotonic() + RUN_S
        try:
            with _server(settings.smtp_url) as server:
                while time.monotonic() < end and (claimed := mail.claim(conn)):
                    sent += _deliver(conn, server, settings.mail_from, claimed)
        except BadUrl as error:
            log.error("mails wait: %s", error)
        except smtplib.SMTPResponseException as error:
            log.error("mails wait: the server answers %s %s", type(error).__name__, error.smtp_code)
        except (smtplib.SMTPException, OSError) as error:
            log.warning("mails wait: the server is away (%s)", type(error).__name__)
    if sent:
        log.info("mails sent: %d", sent)
    return sent


def message(sender: str, waiting: Mail) -> EmailMessage:
    """The mail as it goes out. An attempt repeated after a crash carries the same Message-ID."""
    content = EmailMessage()
    content["From"] = sender
    content["To"] = Address(addr_spec=waiting.recipient)
    if waiting.reply_to:
        content["Reply-To"] = Address(addr_spec=waiting.reply_to)
    content["Subject"] = waiting.subject
    content["Date"] = format_datetime(civil.now())
    domain = parseaddr(sender)[1].rpartition("@")[2]
    content["Message-ID"] = f"<{waiting.id}@{domain}>"
    if waiting.conversation:
        content["In-Reply-To"] = content["References"] = f"<{waiting.conversation}@{domain}>"
    content["Content-Language"] = "fr"
    content["Auto-Submitted"] = "auto-generated"
    # Exchange heeds this alone.
    content["X-Auto-Response-Suppress"] = "DR, RN, NRN, OOF, AutoReply"
    if waiting.unsubscribe:
        content["List-Unsubscribe"] = f"<{waiting.unsubscribe}>"
        content["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    content.set_content(waiting.body)
    return content


def pause(attempts: int) -> float:
    """Seconds until the next attempt: doubled each time, with jitter so that a heap of mails spreads out."""
    longest = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(attempts - 1, 20))
    return longest * random.uniform(0.5, 1)  # noqa: S311


def _deliver(conn: Connection, server: smtplib.SMTP, sender: str, claimed: Mail) -> bool:
    """Send one mail and note what became of it. Raises what smtplib does when the server is gone."""
    try:
        server.send_message(message(sender, claimed), to_addrs=[claimed.recipient])
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException, smtplib.SMTPNotSupportedError) as error:
        _note(conn, claimed, _refusal(error))
        return False
    except OSError as error:  # and smtplib's SMTPServerDisconnected, which is one
        mail.put_off(conn, claimed, pause(claimed.attempts), type(error).__name__)
        raise
    mail.mark_sent(conn, claimed)
    return True


def _note(conn: Connection, claimed: Mail, refusal: Refusal) -> None:
    most = MOST_REFUSALS if refusal.code >= 500 else MOST_ATTEMPTS
    words = f"{refusal.code} {refusal.text}"
    if refusal.final and claimed.attempts >= most:
        mail.give_up(conn, claimed, words)
        log.warning("mail %s given up after %d attempts: %d", claimed.id, claimed.attempts, refusal.code)
    else:
        mail.put_off(conn, claimed, pause(claimed.attempts), words)
        log.info("mail %s put off after %d attempts: %d", claimed.id, claimed.attempts, refusal.code)


def _refusal(error: OSError) -> Refusal:
    match error:
        case smtplib.SMTPRecipientsRefused(recipients=refused):
            code, text = next(iter(refused.values()))
            return Refusal(code, _decoded(text), True)
        case smtplib.SMTPSenderRefused(smtp_code=code, smtp_error=text):
            return Refusal(code, _decoded(text), False)
        case smtplib.SMTPResponseException(smtp_code=code, smtp_error=text):
            return Refusal(code, _decoded(text), True)
    # The server lacks what the address needs (SMTPUTF8).
    return Refusal(553, str(error), True)


def _decoded(text: bytes | str) -> str:
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else text


@contextmanager
def _server(url: str) -> Iterator[smtplib.SMTP]:
    """A session with the server that `url` names, encrypted where the server can, always so where there is a password.

    Raises BadUrl, or what smtplib does.
    """
    try:
        parts = urlsplit(url)
        host, port, scheme = parts.hostname, parts.port, parts.scheme
    except ValueError:
        host, port, scheme = None, None, ""
    if not host or scheme not in ("smtp", "smtps"):
        raise BadUrl("SMTP_URL is not of the form smtp(s)://user:password@host:port")
    if scheme == "smtps":
        session: smtplib.SMTP = smtplib.SMTP_SSL(
            host, port or 465, timeout=TIMEOUT_S, context=ssl.create_default_context()
        )
    else:
        session = smtplib.SMTP(host, port or 25, timeout=TIMEOUT_S)
    with session as server:
        server.ehlo_or_helo_if_needed()
        if scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        elif scheme == "smtp" and parts.username:
            raise BadUrl("SMTP_URL has a password, and the server offers no encryption")
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        yield server
