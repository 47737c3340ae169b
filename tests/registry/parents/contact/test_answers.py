"""Answers by mail, over a real SMTP server: what goes on to the other side, and what is refused with its reason."""

import logging
import smtplib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default

import pytest

from jobs import answers, inbound
from jobs.quotations import without_history
from registry.parents.contact import relaying
from registry.parsing import children
from tests.conftest import wait_for
from tests.registry.parents.contact.conftest import HERS, PARENT, World, running
from tests.registry.parents.contact.test_clients import CLIENTS, EXPECTED

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
    assert answer.subject.startswith("Réponse de Nadia B. (conversation ")
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


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Autoreply", "yes"),
        ("Preference", "auto_reply"),
        ("X-Failed-Recipients", "a@example.org"),
        ("Subject", "Réponse automatique : Message de Camille (conversation 4821)"),
        ("Subject", "Automatic reply: Message de Camille"),
        ("Subject", "Out of Office Re: Message de Camille"),
    ],
)
def test_programs_that_do_not_know_the_standard_mark_are_known_too(name: str, value: str) -> None:
    mail = EmailMessage()
    mail["From"], mail[name] = HERS, value
    mail.set_content("Je suis absente.")
    assert answers.is_automatic(answers.head_of(mail.as_bytes()))


@pytest.mark.parametrize(
    "subject", ["Re: Réponse automatique : Message", "Absence mardi", "Autre question", "=?x?q?=?="]
)
def test_a_person_s_mail_is_no_automatic_answer(subject: str) -> None:
    head = answers.head_of(f"From: {HERS}\nSubject: {subject}\n\nBonjour".encode())
    assert not answers.is_automatic(head)


def test_two_programs_without_a_mark_end_after_one_answer_each(world: World) -> None:
    """What the one answers to the other comes back word for word."""
    hers = reply_to(world.write())
    absent = "Bonjour, je suis absente jusqu’au 5 décembre."
    assert world.answer(hers, HERS, absent) == "250"
    parents = reply_to(world.letters(PARENT)[-1])
    assert world.answer(parents, PARENT, "Nous avons bien reçu votre message.") == "250"
    for _ in range(3):
        assert world.answer(hers, HERS, absent).startswith("550 5.7.1")
        assert "exactement ce texte" in world.answer(parents, PARENT, "Nous avons bien reçu votre message.")
    assert (len(world.letters(HERS)), len(world.letters(PARENT))) == (2, 2)


def test_people_thank_each_other_twice(world: World) -> None:
    hers = reply_to(world.write())
    assert [world.answer(hers, HERS, "Merci !")[:3] for _ in range(3)] == ["250"] * 3


def test_the_mailbox_of_an_address_may_answer_without_its_tag(world: World) -> None:
    tagged = PARENT.replace("@", "+creche@")
    world.write(mail=tagged)
    world.answer(reply_to(world.letters(HERS)[-1]), HERS, "Oui.")
    (_, answer) = world.letters(tagged)
    assert world.answer(reply_to(answer), PARENT, "Parfait.") == "250"
    assert "Parfait." in world.letters(HERS)[-1].body
    assert world.answer(reply_to(answer), "autre@example.org", "Parfait.").startswith("550 5.7.1 Repondez depuis")


def test_subjects_tell_parents_of_one_name_apart_and_stay_the_same(world: World) -> None:
    first, second = world.write(), world.write(mail="autre.camille@example.org")
    assert first.subject != second.subject
    assert first.subject.startswith("Message de Camille (")
    world.answer(reply_to(first), HERS, "Oui.")
    world.answer(reply_to(world.letters(PARENT)[-1]), PARENT, "Merci.")
    assert world.letters(HERS)[-1].subject == f"Re: {first.subject}"
    world.answer(reply_to(first), HERS, "À mardi.")
    _, answered, again = (letter.subject for letter in world.letters(PARENT))
    assert again == f"Re: {answered}"
    assert answered.partition("(")[2] == first.subject.partition("(")[2], "both sides can name it"


def test_the_mails_of_a_conversation_refer_to_its_first_one(world: World) -> None:
    first = reply_to(world.write())
    world.write(mail="autre.camille@example.org")
    world.answer(first, HERS, "Oui.")
    world.answer(reply_to(world.letters(PARENT)[-1]), PARENT, "Merci.")
    rows = world.sql("select id, conversation, reply_to from mail_outbox where recipient = %s order by queued_at", HERS)
    (begun, no_earlier, _), (other, none_either, _), (_, refers_to, to) = rows
    assert (no_earlier, none_either, refers_to, to) == (None, None, begun, first)
    assert other != begun


def test_who_wrote_is_forgotten_in_the_subject_too(world: World) -> None:
    from jobs import calendar

    world.write()
    world.sql("update mail_outbox set sent_at = %s, body = ''", world.rooms.clock.now)
    world.rooms.clock.now += timedelta(days=89)
    calendar.daily(world.rooms.settings, world.rooms.clock.now)
    assert {letter.subject for letter in world.letters(HERS)} == {"Message relayé"}


@pytest.mark.parametrize(
    "case", ["gmail-web-fr", "thunderbird-fr-dessous", "outlook-web-fr-signature", "sans-charset-latin1"]
)
def test_a_program_s_answer_goes_on_whole_and_without_what_it_quotes(world: World, case: str) -> None:
    to = reply_to(world.write())
    mail = BytesParser(_class=EmailMessage, policy=default).parsebytes((CLIENTS / f"{case}.eml").read_bytes())
    mail.replace_header("From", HERS)
    assert world.deliver(mail, to, HERS) == "250"
    body = world.letters(PARENT)[-1].body
    assert EXPECTED[case] in body
    assert "@" not in body
    assert body.count("Pour répondre, écrivez") == 1


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
    assert without_history(f"Le mardi me convient.\nÀ bientôt\n\n{history}\nhttps://x.fr") == (
        "Le mardi me convient.\nÀ bientôt"
    )


def test_so_many_connections_bring_mails_at_a_time(world: World) -> None:
    """The others come again; whoever is being served is not disturbed."""
    held = [smtplib.SMTP("127.0.0.1", world.port, timeout=10) for _ in range(inbound.MOST_SESSIONS)]
    with pytest.raises(smtplib.SMTPConnectError, match="421"):
        smtplib.SMTP("127.0.0.1", world.port, timeout=10)
    assert held[0].noop()[0] == 250
    held.pop().quit()

    def is_taken() -> bool:
        try:
            held.append(smtplib.SMTP("127.0.0.1", world.port, timeout=10))
        except smtplib.SMTPConnectError:
            return False
        return True

    wait_for(is_taken, what="the place of the one who left")
    for each in held:
        each.quit()


def test_who_may_not_write_to_a_thread_has_no_mail_read(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A live address is no secret to whoever was once written to: another sender's mail ends at its head."""
    to = reply_to(world.write())
    monkeypatch.setattr(answers, "text_by_child", lambda *_: pytest.fail("read"))
    assert world.answer(to, "somebody@example.net", "Bonjour").startswith("550 5.7.1")
    assert world.answer(to, HERS, "Bonjour", Auto_Submitted="auto-replied") == "250"


def test_one_side_of_a_thread_is_one_however_its_address_is_spelled(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    to = reply_to(world.write())
    owners: list[str] = []

    def noting(content: bytes, owner: str) -> str:
        owners.append(owner)
        raise children.Failed(out_of_bounds=True)

    monkeypatch.setattr(answers, "text_by_child", noting)
    for spelled in (to, to.upper(), to[:5].upper() + to[5:]):
        assert world.answer(spelled, HERS, "Bonjour").startswith("550")
    assert len(owners) == 3
    assert len(set(owners)) == 1
    for _ in range(relaying.READ_BY_SIDE.most - 3):
        world.answer(to, HERS, "Bonjour")
    assert "limite du jour" in world.answer(to, HERS, "Bonjour")
    assert len(owners) == relaying.READ_BY_SIDE.most, "what becomes of nothing counts too"


def test_a_mail_waits_at_its_sender_while_others_are_read(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many mails are being read, the next is refused at once, and whom one is for is answered."""
    to = reply_to(world.write())
    going_on = threading.Event()

    def slow(content: bytes, owner: str) -> str:
        with children.TURNS.taken(f"{owner} {hash(content)}"):
            going_on.wait(60)
        return "Bonjour"

    monkeypatch.setattr(children, "TURNS", children.Turns(patience_s=300))
    with monkeypatch.context() as patched, ThreadPoolExecutor(12) as senders:
        patched.setattr(answers, "text_by_child", slow)
        sent = [senders.submit(world.answer, to, HERS, f"Bonjour {number}") for number in range(12)]
        in_hand = children.AT_ONCE + children.MOST_WAITING
        wait_for(lambda: sum(each.done() for each in sent) == 12 - in_hand, what="the others to be refused")
        assert {each.result()[:3] for each in sent if each.done()} == {"451"}
        assert world.answer("nobody@reponses.localhost", HERS, "Bonjour").startswith("550 5.1.1")
        assert sum(not each.done() for each in sent) == in_hand
        going_on.set()
        assert {each.result()[:3] for each in sent} == {"250", "451"}
    assert world.answer(to, HERS, "Bonjour", message_id="<the same@example.org>") == "250"
