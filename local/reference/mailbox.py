"""A mail server that delivers nothing: it keeps what it gets in memory and shows it on a page, for the demo.

`python -m local.reference.mailbox --smtp-port N --http-port M`, with `--answers-port L` where answers are taken. Mails
hold codes and links that open accounts: all ports are on loopback only, and all of it is gone with the process.

A mail that names an address for answers can be answered from the page. The answer goes as a mail program sends one,
with what it quotes, to whoever takes mail at that port.
"""

import argparse
import email
import email.policy
import re
import secrets
import smtplib
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr
from typing import Annotated

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from fastapi import FastAPI, Form
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment
from markupsafe import Markup, escape

from local.reference import serve
from settings import PARIS

MOST_KEPT = 500

LINK = re.compile(r"https?://[^\s<>\"]+")

LONGEST_ANSWER = 20_000
"""Characters; the site itself takes fewer, and says so."""

TIMEOUT_S = 60
"""For each word of whoever takes answers: a mail is read before it is taken."""

TEMPLATES = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)

HEAD = """<!doctype html>
<html lang="fr"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
{% if refresh %}<meta http-equiv="refresh" content="{{ refresh }}">{% endif %}
<title>Boîte aux lettres de la démonstration</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:auto;padding:1rem;color:#222;background:#fff}
article{border-top:1px solid #999;padding:.5rem 0}pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit}
h2{font-size:1.1rem;margin:.25rem 0}p{margin:.25rem 0;color:#555;overflow-wrap:anywhere}
textarea{display:block;width:100%;box-sizing:border-box;font:inherit;margin:.5rem 0}
.button{display:inline-block;padding:.5rem 1rem;border:1px solid #555;border-radius:.5rem;background:#fff;color:#222;
font:inherit;text-decoration:none}.said{color:#222;background:#eee;padding:.5rem}</style>
<h1>Boîte aux lettres de la démonstration</h1>
"""

MAIL = """<h2>{{ mail.subject }}</h2>
<p>De {{ mail.sender }}</p>
<p>À {{ mail.recipient }}, le {{ mail.at.strftime("%d/%m/%Y à %H:%M:%S") }}</p>
{% if mail.reply_to %}<p>Les réponses vont à {{ mail.reply_to }}</p>{% endif %}
<pre>{{ linked(mail.body) }}</pre>
"""

PAGE = TEMPLATES.from_string(
    HEAD
    + """<p>Les mails que le site envoie arrivent ici et ne vont nulle part ailleurs. Les plus récents d’abord\u202f;
la page se recharge toute seule.</p>
{% if sent %}<p class="said" role="status">Votre réponse est partie par mail.</p>{% endif %}
{% for mail in mails %}<article>"""
    + MAIL
    + """{% if mail.reply_to and answers %}
<p><a class="button" href="/repondre/{{ mail.id }}">Répondre</a></p>
{% endif %}
</article>
{% else %}<p>Rien pour le moment.</p>{% endfor %}</html>
"""
)

ANSWER = TEMPLATES.from_string(
    HEAD
    + """<p><a href="/">Revenir à tous les mails</a></p>
<form method="post" action="/repondre/{{ mail.id }}">
{% if refusal %}<p class="said" role="alert">Le serveur a refusé votre réponse\u00a0: {{ refusal }}</p>{% endif %}
<label for="texte">Votre réponse, de la part de {{ mail.recipient }}</label>
<textarea id="texte" name="texte" rows="8" required maxlength="{{ longest }}">{{ text }}</textarea>
<button class="button" type="submit">Envoyer la réponse</button>
</form>
<article>"""
    + MAIL
    + "</article></html>\n"
)


@dataclass(frozen=True)
class Received:
    """`reply_to` is empty where nobody waits for an answer; `id` names it in an address of the page."""

    id: str
    sender: str
    recipient: str
    reply_to: str
    subject: str
    body: str
    message_id: str
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
        named = {name: str(message.get(name, "")) for name in ("From", "Reply-To", "Subject", "Message-ID")}
        with self.lock:
            for recipient in envelope.rcpt_tos:
                received = Received(
                    secrets.token_hex(8),
                    named["From"],
                    recipient,
                    parseaddr(named["Reply-To"])[1],
                    named["Subject"],
                    body,
                    named["Message-ID"],
                    datetime.now(PARIS),
                )
                self.mails.appendleft(received)
        return "250 Message accepted"

    def received(self, recipient: str = "") -> Sequence[Received]:
        with self.lock:
            return [mail for mail in self.mails if recipient in ("", mail.recipient)]

    def find(self, id: str) -> Received | None:
        with self.lock:
            return next((mail for mail in self.mails if mail.id == id), None)


def linked(body: str) -> Markup:
    """The text with its addresses as links, and nothing else of it as HTML."""
    pieces, end = [], 0
    for match in LINK.finditer(body):
        href = match[0].rstrip(".,;:)»")
        pieces += [escape(body[end : match.start()]), Markup('<a href="{0}">{0}</a>').format(href)]
        end = match.start() + len(href)
    return Markup("").join([*pieces, escape(body[end:])])


def answer(mail: Received, text: str) -> EmailMessage:
    """As a mail program writes it: to the address for answers, from the mailbox that got it, with what it quotes."""
    written = EmailMessage()
    written["From"], written["To"] = mail.recipient, mail.reply_to
    written["Subject"] = mail.subject if mail.subject.lower().startswith("re") else f"Re: {mail.subject}"
    written["Date"] = format_datetime(datetime.now(PARIS))
    written["Message-ID"] = make_msgid(domain=mail.recipient.rpartition("@")[2])
    if mail.message_id:
        written["In-Reply-To"] = written["References"] = mail.message_id
    quoted = "\n".join(f"> {line}".rstrip() for line in mail.body.splitlines())
    written.set_content(f"{text}\n\nLe {mail.at:%d/%m/%Y à %H:%M}, {mail.sender} a écrit :\n{quoted}\n")
    return written


def send(mail: Received, text: str, port: int) -> str:
    """Hand an answer over; returns why it was not taken, in the words of the server, empty when it was."""
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=TIMEOUT_S) as server:
            server.send_message(answer(mail, text))
    except smtplib.SMTPRecipientsRefused as error:
        return "; ".join(f"{code} {said.decode(errors='replace')}" for code, said in error.recipients.values())
    except smtplib.SMTPResponseException as error:
        said = error.smtp_error
        return f"{error.smtp_code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"
    except (smtplib.SMTPException, OSError):
        return "personne ne répond. Réessayez dans un instant."
    return ""


def create(box: Box, answers_port: int | None = None) -> FastAPI:
    app = FastAPI(openapi_url=None)

    @app.get("/")
    def _page(to: str = "", envoye: str = "") -> Response:
        refresh = "5;url=/" if envoye else "5"
        answers = answers_port is not None
        values = {"mails": box.received(to), "sent": bool(envoye), "answers": answers, "refresh": refresh}
        return _shown(PAGE.render(linked=linked, **values))

    @app.get("/repondre/{id}")
    def _ask(id: str) -> Response:
        mail = box.find(id)
        if mail is None or not mail.reply_to or answers_port is None:
            return RedirectResponse("/", 303)
        return _shown(ANSWER.render(mail=mail, text="", refusal="", longest=LONGEST_ANSWER, linked=linked))

    # Nobody else knows the id of a mail: a page of somewhere else sends nothing.
    @app.post("/repondre/{id}")
    def _answer(id: str, texte: Annotated[str, Form(max_length=2 * LONGEST_ANSWER)] = "") -> Response:
        mail = box.find(id)
        if mail is None or not mail.reply_to or answers_port is None:
            return RedirectResponse("/", 303)
        if refusal := send(mail, texte, answers_port):
            values = {"text": texte, "refusal": refusal, "longest": LONGEST_ANSWER}
            return _shown(ANSWER.render(mail=mail, linked=linked, **values), 422)
        return RedirectResponse("/?envoye=1", 303)

    @app.get("/healthz")
    def _alive() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/mails")
    def _mails(to: str = "") -> list[dict[str, str]]:
        return [
            {
                "to": mail.recipient,
                "from": mail.sender,
                "reply_to": mail.reply_to,
                "subject": mail.subject,
                "body": mail.body,
                "at": mail.at.isoformat(),
            }
            for mail in box.received(to)
        ]

    return app


def _shown(page: str, status: int = 200) -> Response:
    policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'"
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return HTMLResponse(page, status, headers=headers)


def main(smtp_port: int, http_port: int, answers_port: int | None) -> None:
    box = Box()
    controller = Controller(box, hostname="127.0.0.1", port=smtp_port)
    controller.start()
    try:
        serve(create(box, answers_port), http_port)
    finally:
        controller.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--http-port", type=int, required=True)
    parser.add_argument("--answers-port", type=int)
    arguments = parser.parse_args()
    main(arguments.smtp_port, arguments.http_port, arguments.answers_port)
