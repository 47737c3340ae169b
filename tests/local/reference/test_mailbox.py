"""The demo's mailbox: a real mail sent to it is on its page, and nowhere else."""

import smtplib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage

import httpx
import pytest

from local.servers import chosen_port
from tests.conftest import ROOT, wait_for


@pytest.fixture(scope="module")
def mailbox() -> Iterator[tuple[int, str]]:
    with running() as found:
        yield found


@contextmanager
def running(*more: str) -> Iterator[tuple[int, str]]:
    """The mail server's port, and the page's address."""
    smtp, http = chosen_port("mail", None), chosen_port("page", None)
    ports = ["--smtp-port", str(smtp), "--http-port", str(http)]
    command = [sys.executable, "-m", "local.reference.mailbox", *ports, *more]
    process = subprocess.Popen(command, cwd=ROOT)
    address = f"http://127.0.0.1:{http}"

    def is_here() -> bool:
        try:
            return httpx.get(f"{address}/healthz").is_success
        except httpx.TransportError:
            return False

    try:
        wait_for(is_here, seconds=30, what="the mailbox")
        yield smtp, address
    finally:
        process.terminate()
        process.wait(timeout=10)


def send(port: int, to: str, subject: str, body: str) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "site@demo.example", to, subject
    message.set_content(body)
    with smtplib.SMTP("127.0.0.1", port) as server:
        server.send_message(message)


def test_a_mail_is_shown_with_its_links_and_nothing_of_it_runs(mailbox: tuple[int, str]) -> None:
    port, address = mailbox
    link = "http://127.0.0.1:8000/d/jeton?x=1&y=2"
    send(port, "am@demo.example", "Votre code\u202f: 123 456", f"Bonjour,\n\nici ({link}).\n<script>alert(1)</script>")
    send(port, "other@demo.example", "Plus récent", "Rien")
    page = httpx.get(address).text
    assert page.index("Plus récent") < page.index("123 456")
    assert 'href="http://127.0.0.1:8000/d/jeton?x=1&amp;y=2"' in page
    assert "<script" not in page
    (mail,) = httpx.get(f"{address}/mails", params={"to": "am@demo.example"}).json()
    assert mail["subject"] == "Votre code\u202f: 123 456"
    assert link in mail["body"]
    assert "De site@demo.example" in page
    assert "Répondre" not in page, "nobody waits for an answer"


def test_a_page_of_elsewhere_reads_nothing(mailbox: tuple[int, str]) -> None:
    assert httpx.get(mailbox[1], headers={"Host": "evil.example"}).status_code == 400
