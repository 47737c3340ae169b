"""Answers by mail, over a real SMTP server: what goes on to the other side, and what is refused with its reason."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage

import pytest

from jobs import inbound
from tests.contact.conftest import HERS, PARENT, World, running

QUOTED = """
Le mar. 24 nov. 2026 à 10:00, Ribambelle <ribambelle@localhost>
a écrit :

> Pour répondre, écrivez au-dessus de cette ligne.
> https://ribambelle.example/messages/bloquer/x
"""


def reply_to(letter: object) -> str:
    found = getattr(letter, "reply_to", None)
    assert isinstance(found, str)
    return found


def test_a_conversation_goes_to_and_fro_without_either_address(world: World) -> None:
    first = reply_to(world.write())
    assert world.answer(first, HERS, f"Oui, une place le mardi.\n{QUOTED}") == "250"
    answer = world.letters(PARENT)[-1]
    assert answer.subject == "Réponse à votre message"
    assert "Oui, une place le mardi." in answer.body
    assert "Nadia B. vous répond" in answer.body
    assert answer.reply_to != first
    assert world.answer(reply_to(answer), PARENT.upper(), "Parfait, merci !") == "250"
    again = world.letters(HERS)[-1]
    assert again.reply_to == first
    assert "Parfait, merci !" in again.body
    for letter in (answer, again):
        assert HERS not in letter.body
        assert PARENT not in letter.body
        assert "a écrit" not in letter.body


def test_the_same_mail_delivered_twice_is_relayed_once(world: World) -> None:
    to = reply_to(world.write())
    for _ in range(2):
        assert world.answer(to, HERS, "Oui.", message_id="<same@example.org>") == "250"
    assert len(world.letters(PARENT)) == 2, "the confirmation and one answer"


def test_only_that_side_s_own_address_may_write_to_it(world: World) -> None:
    hers = reply_to(world.write())
    for sender in (PARENT, "autre@example.org"):
        assert world.answer(hers, sender, "Bonjour").startswith("550 5.7.1 Repondez depuis")
    assert len(world.letters(PARENT)) == 1


@pytest.mark.parametrize(
    "change", [lambda a: "x" + a[1:], lambda a: a.replace("@", "@autre."), lambda a: "contact@" + a]
)
def test_other_recipients_are_unknown(world: World, change: Callable[[str], str]) -> None:
    to = change(reply_to(world.write()))
    assert world.answer(to, HERS, "Bonjour")[:3] in ("550", "553")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Voyez https://exemple.org", "ni lien"),
        ("x" * 1501, "1500 caracteres"),
        (QUOTED, "aucun texte"),
    ],
)
def test_a_refused_answer_tells_its_sender_why(world: World, text: str, words: str) -> None:
    answer = world.answer(reply_to(world.write()), HERS, text)
    assert answer.startswith("550")
    assert words in answer
    assert len(world.letters(PARENT)) == 1


def test_what_a_machine_answers_is_swallowed(world: World) -> None:
    to = reply_to(world.write())
    assert world.answer(to, HERS, "Je suis absente", Auto_Submitted="auto-replied") == "250"
    assert world.answer(to, HERS, "Liste", Precedence="bulk") == "250"
    assert world.answer(to, "mailer-daemon@example.org", "Rejeté", envelope="") == "250"
    assert len(world.letters(PARENT)) == 1


def test_an_attachment_is_dropped_and_html_is_read_as_text(world: World) -> None:
    to = reply_to(world.write())
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Message-ID"] = HERS, to, "<photo@example.org>"
    mail.set_content("<p>Voici&nbsp;:</p><div>le <b>jardin</b></div><blockquote>https://x.fr</blockquote>", "html")
    mail.add_attachment(b"\xff\xd8", maintype="image", subtype="jpeg", filename="https-exemple.jpg")
    assert world.deliver(mail, to, HERS) == "250"
    body = world.letters(PARENT)[-1].body
    assert "Voici :" in body
    assert "\nle jardin\n" in body
    assert "jpg" not in body


def test_too_large_a_mail_is_refused(world: World) -> None:
    to = reply_to(world.write())
    mail = EmailMessage()
    mail["From"], mail["To"] = HERS, to
    mail.set_content("Voici")
    mail.add_attachment(b"0" * inbound.MOST_BYTES, maintype="image", subtype="jpeg")
    with pytest.raises(Exception, match="552"):
        world.deliver(mail, to, HERS)


def test_a_thread_ends_after_ninety_days_and_is_erased(world: World) -> None:
    from jobs import calendar

    to = reply_to(world.write())
    world.rooms.clock.now += timedelta(days=89)
    assert world.answer(to, HERS, "Toujours là ?") == "250"
    world.rooms.clock.now += timedelta(days=2)
    assert world.answer(to, HERS, "Et maintenant ?").startswith("550 5.1.1")
    calendar.daily(world.rooms.settings, world.rooms.clock.now)
    assert world.sql("select count(*) from contact_message") == [(0,)]


def test_answers_have_their_limit_too(world: World) -> None:
    to = reply_to(world.write())
    for number in range(10):
        assert world.answer(to, HERS, f"Message {number}") == "250"
    assert "limite du jour" in world.answer(to, HERS, "Encore")


def test_while_the_registry_is_away_the_sender_comes_back(world: World) -> None:
    to = reply_to(world.write())
    with running(world, "postgresql://127.0.0.1:9/none") as port:
        assert replace(world, port=port).answer(to, HERS, "Oui").startswith("451")
    assert world.answer(to, HERS, "Oui") == "250"


def test_no_log_tells_who_writes_what(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    to = reply_to(world.write())
    world.answer(to, HERS, "Des mots secrets")
    world.answer(to, "autre@example.org", "Des mots secrets")
    world.answer(to, HERS, "Des mots secrets sur https://exemple.org")
    told = [r for r in caplog.records if not r.name.startswith(("httpx", "httpcore", "asyncio"))]
    assert any("relayed" in record.getMessage() for record in told)
    for record in told:
        for private in ("secrets", HERS, PARENT, "autre@", to.partition("@")[0], world.offer):
            assert private not in record.getMessage()


@pytest.mark.parametrize(
    "history",
    [
        "> cité",
        "Le 24/11/2026 à 10:00, Ribambelle a écrit :",
        "Le mar. 24 nov. 2026 à 10:00, Ribambelle <r@x.fr>\na écrit :",
        "On Tue, Nov 24, 2026 at 10:00 AM Ribambelle <r@x.fr> wrote:",
        "-----Message d'origine-----",
        "________________________________\nDe : Ribambelle <r@x.fr>",
        "De : Ribambelle <r@x.fr>",
        "-- \nNadia",
        "Pour répondre, écrivez au-dessus de cette ligne.",
    ],
)
def test_what_mail_programs_quote_is_cut_off(history: str) -> None:
    assert inbound.without_history(f"Le mardi me convient.\nÀ bientôt\n\n{history}\nhttps://x.fr") == (
        "Le mardi me convient.\nÀ bientôt"
    )
