"""An assistant maternel who can be written to, a parent's browser, and a real SMTP server for what is answered."""

import re
import secrets
import smtplib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from email.message import EmailMessage

import pytest

from jobs import inbound
from registry import database
from registry.accounts import Account
from tests.records import assistant
from tests.rooms import Browser, Rooms

HERS, PARENT = "nadia.privee@example.org", "camille.privee@example.org"
TEXT = "Bonjour,\nje cherche une place pour mars.\nMon numéro : 06 39 98 11 22."


@dataclass
class Letter:
    recipient: str
    subject: str
    body: str
    reply_to: str | None

    def path(self, part: str) -> str:
        """Of the link that has this part."""
        return str(next(each for each in re.findall(r"https?://[^/\s]+(/\S+)", self.body) if part in each))


@dataclass
class World:
    """`offer` is hers; `port` the SMTP server's for answers."""

    rooms: Rooms
    offer: str
    account: Account
    port: int

    def sql(self, query: str, *values: object) -> list[tuple[object, ...]]:
        with database.connect(self.rooms.settings.database_url) as conn:
            cursor = conn.execute(query, values)
            return cursor.fetchall() if cursor.description else []

    def letters(self, recipient: str) -> list[Letter]:
        rows = self.sql(
            "select recipient, subject, body, reply_to from mail_outbox where recipient = %s order by queued_at, id",
            recipient,
        )
        return [Letter(*row) for row in rows]  # type: ignore[arg-type]

    def fill(self, browser: Browser, offer: str | None = None, **fields: str) -> int:
        """Open the form, read it for ten seconds, send it; the status, redirects followed."""
        path = f"/offre/{offer or self.offer}/ecrire"
        shown = browser.get(path)
        assert shown.status_code == 200, shown.text
        self.rooms.clock.now += timedelta(seconds=10)
        opened = re.search(r'name="ouvert" value="([^"]*)"', browser.html)
        assert opened is not None
        entered = {"nom": "Camille", "mail": PARENT, "message": TEXT, "site": "", "ouvert": opened[1], **fields}
        return browser.post(path, entered).status_code

    def write(self, offer: str | None = None, **fields: str) -> Letter:
        """A message confirmed; returns the mail to her."""
        browser = self.rooms.visit()
        assert self.fill(browser, offer, **fields) == 200
        link = self.letters(fields.get("mail", PARENT))[-1].path("/ecrire/confirmer/")
        browser.get(link)
        assert browser.post(link).status_code == 200
        return self.letters(HERS)[-1]

    def answer(
        self, to: str, sender: str, text: str, *, envelope: str | None = None, html: str = "", **headers: str
    ) -> str:
        """Deliver a mail; the server's words, "250" when it took it."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = (
            f"Quelqu’un <{sender}>",
            to,
            "Re: Message de Camille (conversation 4821)",
        )
        mail["Message-ID"] = headers.pop("message_id", f"<{secrets.token_hex(8)}@example.org>")
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        if html:
            mail.set_content(html, subtype="html")
        else:
            mail.set_content(text)
        return self.deliver(mail, to, sender if envelope is None else envelope)

    def deliver(self, mail: EmailMessage, to: str, envelope: str) -> str:
        with smtplib.SMTP("127.0.0.1", self.port, timeout=10) as server:
            try:
                server.send_message(mail, from_addr=envelope, to_addrs=[to])
            except smtplib.SMTPRecipientsRefused as error:
                code, words = error.recipients[to]
                return f"{code} {words.decode()}"
            except smtplib.SMTPDataError as error:
                said = error.smtp_error
                return f"{error.smtp_code} {said.decode() if isinstance(said, bytes) else said}"
        return "250"


@pytest.fixture
def world(rooms: Rooms) -> Iterator[World]:
    with database.connect(rooms.settings.database_url) as conn:
        offer = assistant(conn)
        conn.execute("update am_contact set show_phone = false, show_mail = false where offer = %s", [offer])
    made = World(rooms, offer, rooms.account("am", HERS, offer=offer), 0)
    with running(made, rooms.settings.database_url) as port:
        yield replace(made, port=port)


@contextmanager
def running(world: World, database_url: str) -> Iterator[int]:
    """The server for answers over this registry; yields its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    settings = world.rooms.settings.model_copy(update={"relay_port": port})
    pool = database.pool(database_url, patience_s=1)
    controller = inbound.server(settings, pool, world.rooms.clock)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()
        pool.close()
