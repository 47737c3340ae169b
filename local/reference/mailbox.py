"""A mail server that delivers nothing: it keeps what it gets in memory and shows it on a page, for the demo.

`python -m local.reference.mailbox --smtp-port N --http-port M`. Mails hold codes and links that open accounts: both
ports are on loopback only, and all of it is gone with the process.
"""

import argparse
import email
import email.policy
import re
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from jinja2 import Environment
from markupsafe import Markup, escape

from local.reference import serve
from settings import PARIS

MOST_KEPT = 500

LINK = re.compile(r"https?://[^\s<>\"]+")

PAGE = Environment(autoescape=True).from_string("""<!doctype html>
<html lang="fr"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="5"><title>Boîte aux lettres de la démonstration</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:auto;padding:1rem;color:#222;background:#fff}
article{border-top:1px solid #999;padding:.5rem 0}pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit}
h2{font-size:1.1rem;margin:.25rem 0}p{margin:.25rem 0;color:#555}</style>
<h1>Boîte aux lettres de la démonstration</h1>
<p>Les courriels que le site envoie arrivent ici et ne vont nulle part ailleurs. Les plus récents d’abord\u202f;
la page se recharge toute seule.</p>
{% for mail in mails %}<article><h2>{{ mail.subject }}</h2>
<p>À {{ mail.recipient }}, le {{ mail.at.strftime("%d/%m/%Y à %H:%M:%S") }}</p>
<pre>{{ linked(mail.body) }}</pre></article>
{% else %}<p>Rien pour le moment.</p>{% endfor %}</html>
""")


@dataclass(frozen=True)
class Received:
    recipient: str
    subject: str
    body: str
    at: datetime


class Box:
    """What came in, newest first; filled by the mail server's thread."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.mails: deque[Received] = deque(maxlen=MOST_KEPT)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's)
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        message = email.message_from_bytes(content, policy=email.policy.default)
        part = message.get_body(("plain",)) if isinstance(message, EmailMessage) else None
        body = part.get_content() if part else ""
        with self.lock:
            for recipient in envelope.rcpt_tos:
                self.mails.appendleft(Received(recipient, str(message["Subject"]), body, datetime.now(PARIS)))
        return "250 Message accepted"

    def received(self, recipient: str = "") -> Sequence[Received]:
        with self.lock:
            return [mail for mail in self.mails if recipient in ("", mail.recipient)]


def linked(body: str) -> Markup:
    """The text with its addresses as links, and nothing else of it as HTML."""
    pieces, end = [], 0
    for match in LINK.finditer(body):
        href = match[0].rstrip(".,;:)»")
        pieces += [escape(body[end : match.start()]), Markup('<a href="{0}">{0}</a>').format(href)]
        end = match.start() + len(href)
    return Markup("").join([*pieces, escape(body[end:])])


def create(box: Box) -> FastAPI:
    app = FastAPI(openapi_url=None)

    @app.get("/")
    def _page(to: str = "") -> HTMLResponse:
        policy = "default-src 'none'; style-src 'unsafe-inline'"
        return HTMLResponse(
            PAGE.render(mails=box.received(to), linked=linked),
            headers={"Content-Security-Policy": policy, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"},
        )

    @app.get("/healthz")
    def _alive() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/mails")
    def _mails(to: str = "") -> list[dict[str, str]]:
        return [
            {"to": mail.recipient, "subject": mail.subject, "body": mail.body, "at": mail.at.isoformat()}
            for mail in box.received(to)
        ]

    return app


def main(smtp_port: int, http_port: int) -> None:
    box = Box()
    controller = Controller(box, hostname="127.0.0.1", port=smtp_port)
    controller.start()
    try:
        serve(create(box), http_port)
    finally:
        controller.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--http-port", type=int, required=True)
    arguments = parser.parse_args()
    main(arguments.smtp_port, arguments.http_port)
