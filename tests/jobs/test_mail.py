"""Mails: queued with the change that they tell of, sent once a server takes them."""

import logging
import threading
from datetime import timedelta
from uuid import uuid4

import pytest

from jobs.mail import MOST_REFUSALS, send_due
from registry import mail
from registry.database import Connection
from settings import Settings
from tests.jobs.conftest import Postman

TO = "helene@example.org"


def due_again(registry: Connection) -> None:
    registry.execute("update mail_outbox set not_before = now() where sent_at is null")
    registry.commit()


def outbox(registry: Connection, columns: str) -> tuple[object, ...]:
    row = registry.execute(f"select {columns} from mail_outbox").fetchone()
    registry.commit()
    assert row
    return row


def test_a_mail_arrives_in_french(registry: Connection, mailing: Settings, postman: Postman) -> None:
    subject, body = (
        "Votre demande\u00a0: places à Saint-Étienne",
        "Bonjour Hélène,\n\nC’est noté\u202f!\n.\nÀ bientôt\n",
    )
    mail.queue(registry, TO, subject, body)
    with postman.at_work():
        assert send_due(mailing) == 0, "its transaction is still open"
        registry.commit()
        assert send_due(mailing) == 1
        assert send_due(mailing) == 0
    (message,) = postman.received
    assert message["Subject"] == subject
    assert message["To"] == TO
    assert message["From"] == mailing.mail_from
    assert str(message["Message-ID"]).endswith("@ribambelle.example>")
    assert message["Date"].datetime.utcoffset() in (timedelta(hours=1), timedelta(hours=2))
    assert message.get_content().replace("\r\n", "\n") == body


def test_a_mail_names_what_it_belongs_to_and_asks_for_no_notice(
    registry: Connection, mailing: Settings, postman: Postman
) -> None:
    first = uuid4()
    mail.queue(registry, TO, "Message de Camille", "…", begins=first)
    mail.queue(registry, TO, "Re: Message de Camille", "…", goes_on=first)
    registry.commit()
    with postman.at_work():
        assert send_due(mailing) == 2
    begun, later = sorted(postman.received, key=lambda each: len(str(each["Subject"])))
    assert begun["References"] is None
    assert later["References"] == later["In-Reply-To"] == begun["Message-ID"] == f"<{first}@ribambelle.example>"
    for each in (begun, later):
        assert each["Auto-Submitted"] == "auto-generated"
        assert "OOF" in each["X-Auto-Response-Suppress"], "Exchange heeds nothing else"
        assert each["List-Unsubscribe"] is None


def test_a_mail_with_a_known_key_is_queued_once(registry: Connection, mailing: Settings) -> None:
    assert mail.queue(registry, TO, "Rappel", "…", key="rappel 1")
    assert not mail.queue(registry, TO, "Rappel", "…", key="rappel 1")
    assert mail.queue(registry, TO, "Rappel", "…", key="rappel 2")


@pytest.mark.parametrize(
    ("recipient", "subject"),
    [
        (TO, "Bonjour\nBcc: autre@example.org"),
        (TO, "Bonjour\rBcc: autre@example.org"),
        (TO, "Bonjour\u2028Bcc: autre@example.org"),
        (f"{TO}\nBcc: autre@example.org", "Bonjour"),
        (f"{TO}, autre@example.org", "Bonjour"),
        (f"Hélène <{TO}>", "Bonjour"),
        ("helene", "Bonjour"),
        ("", "Bonjour"),
    ],
)
def test_no_header_can_be_smuggled_in(registry: Connection, mailing: Settings, recipient: str, subject: str) -> None:
    with pytest.raises(ValueError, match=r"recipient|subject"):
        mail.queue(registry, recipient, subject, "…")
    assert registry.execute("select count(*) from mail_outbox").fetchall() == [(0,)]


def test_a_server_that_is_away_costs_only_time(registry: Connection, mailing: Settings, postman: Postman) -> None:
    mail.queue(registry, TO, "Bonjour", "…")
    registry.commit()
    for _ in range(MOST_REFUSALS + 1):
        assert send_due(mailing) == 0
    with postman.at_work():
        assert send_due(mailing) == 1


def test_without_a_server_in_the_settings_mails_wait(registry: Connection, mailing: Settings) -> None:
    mail.queue(registry, TO, "Bonjour", "…")
    registry.commit()
    assert send_due(mailing.model_copy(update={"smtp_url": ""})) == 0
    assert outbox(registry, "attempts, sent_at, given_up_at") == (0, None, None)


def test_a_refused_recipient_is_given_up_with_the_reason_and_no_log_tells_who(
    registry: Connection, mailing: Settings, postman: Postman, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="jobs")
    mail.queue(registry, TO, "Bonjour", "Corps secret")
    registry.commit()
    postman.answers[TO] = f"550 5.1.1 <{TO}> is unknown here"
    with postman.at_work():
        for attempt in range(1, MOST_REFUSALS + 1):
            assert outbox(registry, "given_up_at") == (None,)
            send_due(mailing)
            send_due(mailing)
            assert outbox(registry, "attempts") == (attempt,), "it is put off between two attempts"
            due_again(registry)
        postman.answers.clear()
        assert send_due(mailing) == 0
    given_up, error = outbox(registry, "given_up_at, last_error")
    assert given_up
    assert TO in str(error)
    assert "550 5.1.1" in str(error)
    told = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("jobs"))
    assert "given up" in told
    assert "helene" not in told
    assert "secret" not in told


def test_a_server_that_is_busy_gets_the_mail_later(registry: Connection, mailing: Settings, postman: Postman) -> None:
    mail.queue(registry, TO, "Bonjour", "…")
    mail.queue(registry, "autre@example.org", "Bonjour", "…")
    registry.commit()
    postman.answers[TO] = "451 4.7.1 try again later"
    with postman.at_work():
        assert send_due(mailing) == 1, "the others do not wait for it"
        for _ in range(MOST_REFUSALS):
            due_again(registry)
            assert send_due(mailing) == 0
        postman.answers.clear()
        due_again(registry)
        assert send_due(mailing) == 1
    assert {str(each["To"]) for each in postman.received} == {TO, "autre@example.org"}


def test_two_senders_at_once_send_each_mail_once(registry: Connection, mailing: Settings, postman: Postman) -> None:
    for number in range(20):
        mail.queue(registry, TO, f"Numéro {number}", "…")
    registry.commit()
    with postman.at_work():
        senders = [threading.Thread(target=send_due, args=[mailing]) for _ in range(2)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
    assert sorted(str(each["Subject"]) for each in postman.received) == sorted(f"Numéro {n}" for n in range(20))


def test_a_password_is_not_sent_in_clear(
    registry: Connection, mailing: Settings, postman: Postman, caplog: pytest.LogCaptureFixture
) -> None:
    mail.queue(registry, TO, "Bonjour", "…")
    registry.commit()
    url = f"smtp://ribambelle:tres-secret@127.0.0.1:{postman.port}"
    with postman.at_work():
        assert send_due(mailing.model_copy(update={"smtp_url": url})) == 0
    assert postman.received == []
    assert "no encryption" in caplog.text
    assert "tres-secret" not in caplog.text
    assert outbox(registry, "attempts") == (0,)
