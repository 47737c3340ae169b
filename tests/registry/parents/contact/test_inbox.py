"""Her conversations on her own page: the same as by mail, read and answered there."""

import re
from datetime import timedelta

from jobs import calendar
from registry import database
from registry.accounts import Account
from tests.records import assistant
from tests.registry.parents.contact.conftest import HERS, PARENT, World
from tests.rooms import Browser

OTHER = "dominique.privee@example.org"
INBOX = "/espace/messages"


def another(world: World) -> Account:
    """Somebody else with a profile."""
    with database.connect(world.rooms.settings.database_url) as conn:
        offer = assistant(conn, "Odile D.")
    return world.rooms.account("am", offer=offer)


def conversations(browser: Browser) -> list[str]:
    browser.get(INBOX)
    return re.findall(rf'href="({INBOX}/[0-9a-f-]+)"', browser.html)


def answer(browser: Browser, path: str, text: str) -> int:
    browser.get(path)
    sent = re.search(r'name="envoi" value="([^"]*)"', browser.html)
    assert sent is not None
    return browser.post(path, {"reponse": text, "envoi": sent[1]}).status_code


def test_what_a_parent_writes_is_read_and_answered_on_her_page(world: World) -> None:
    world.write(message="Une place en mars ?")
    hers = world.rooms.visit(world.account)
    assert "1 message non lu" in hers.get("/espace").text.replace("\u00a0", " ")
    assert "Messages (1 non lu )" in hers.text.replace("\u00a0", " ").replace("&nbsp;", " ")
    (path,) = conversations(hers)
    assert "Une place en mars" in hers.text
    hers.get(path)
    assert "Camille" in hers.text
    assert PARENT not in hers.html, "neither sees the other's address"
    assert "non lu" not in hers.get("/espace").text
    assert answer(hers, path, "Oui, appelez-moi.") == 200
    assert "C’est envoyé." in hers.text
    letter = world.letters(PARENT)[-1]
    assert "Oui, appelez-moi." in letter.body
    assert letter.reply_to is not None
    assert HERS not in letter.body + letter.reply_to
    world.rooms.clock.now += timedelta(minutes=1)
    assert world.answer(letter.reply_to, PARENT, "Merci !") == "250", "the parent answers by mail as ever"
    assert conversations(hers) == [path]
    assert "Merci !" in hers.text
    assert "1 message non lu" in hers.text.replace("\u00a0", " ")


def test_families_stand_apart_and_one_who_writes_twice_is_one_conversation(world: World) -> None:
    world.write(message="Premier message")
    world.write(mail=OTHER, nom="Dominique", message="Une autre famille")
    world.rooms.clock.now += timedelta(hours=1)
    world.write(mail=PARENT.replace("@", "+2@"), message="Second message")
    hers = world.rooms.visit(world.account)
    first, second = conversations(hers)
    assert hers.text.index("Second message") < hers.text.index("Une autre famille"), "the newest first"
    hers.get(first)
    assert "Premier message" in hers.text
    assert "Second message" in hers.text
    assert "Une autre famille" not in hers.text
    hers.get(second)
    assert "Premier message" not in hers.text
    answer(hers, first, "Bonjour à vous.")
    assert "Bonjour à vous." in world.letters(PARENT.replace("@", "+2@"))[-1].body, "the address that wrote last"


def test_an_answer_by_mail_is_in_the_conversation_and_has_read_what_it_answers(world: World) -> None:
    letter = world.write()
    assert letter.reply_to is not None
    world.rooms.clock.now += timedelta(minutes=5)
    world.answer(letter.reply_to, HERS, "Je réponds par mail.")
    hers = world.rooms.visit(world.account)
    assert "non lu" not in hers.get("/espace").text
    (path,) = conversations(hers)
    assert "Je réponds par mail." in hers.get(path).text


def test_what_cannot_be_sent_is_said_beside_the_field_with_what_was_typed(world: World) -> None:
    world.write()
    hers = world.rooms.visit(world.account)
    (path,) = conversations(hers)
    for text, sentence in (
        ("", "Écrivez votre réponse."),
        ("Voyez www.exemple.fr", "ressemble à un lien"),
        ("a" * 1501, "trop longue"),
    ):
        assert answer(hers, path, text) == 422
        assert sentence in hers.text
        assert text in hers.text
    for number in range(10):
        assert answer(hers, path, f"Réponse {number}") == 200
    assert answer(hers, path, "Encore une") == 422
    assert "Réessayez demain" in hers.text
    assert len(world.letters(PARENT)) == 1 + 10, "the mail that asked to confirm, and ten answers"


def test_an_answer_that_is_sent_twice_goes_once_and_another_text_goes_too(world: World) -> None:
    world.write()
    hers = world.rooms.visit(world.account)
    (path,) = conversations(hers)
    for text in ("Oui.", "Oui.", "Non, pardon."):  # the last one after "back": the form is the same
        assert hers.post(path, {"reponse": text, "envoi": "un seul"}).status_code == 200
    bodies = [letter.body for letter in world.letters(PARENT)[1:]]
    assert len(bodies) == 2
    assert "Non, pardon." in bodies[-1]


def test_nobody_else_reads_or_answers_it(world: World) -> None:
    world.write()
    hers = world.rooms.visit(world.account)
    (path,) = conversations(hers)
    with_offer = world.rooms.visit(another(world))
    assert with_offer.get(path).status_code == 404
    assert f'href="{INBOX}"' in with_offer.html, "it leads on"
    assert with_offer.post(path, {"reponse": "Bonjour", "envoi": "x"}).status_code == 404
    assert len(world.letters(PARENT)) == 1


def test_blocking_and_reporting_stand_beside_the_messages(world: World) -> None:
    world.write(message="Des mots méchants")
    hers = world.rooms.visit(world.account)
    (path,) = conversations(hers)
    hers.get(path)
    report, block = (re.findall(rf'href="(/messages/{part}/[^"]+)"', hers.html)[0] for part in ("signaler", "bloquer"))
    hers.get(report)
    hers.post(report)
    assert f'href="{INBOX}"' in hers.html
    hers.get(block)
    hers.post(block)
    hers.get(path)
    assert "Vous avez signalé ce message" in hers.text
    assert "Vous ne recevez plus les messages de cette famille." in hers.text
    assert "non lu" not in hers.get("/espace").text


def test_a_family_that_wants_no_more_gets_no_answer(world: World) -> None:
    letter = world.write()
    assert letter.reply_to is not None
    world.answer(letter.reply_to, HERS, "Oui ?")
    world.rooms.visit().post(world.letters(PARENT)[-1].path("/messages/bloquer/"))
    hers = world.rooms.visit(world.account)
    (path,) = conversations(hers)
    hers.get(path)
    assert "Cette conversation est terminée" in hers.text
    assert 'name="reponse"' not in hers.html
    assert hers.post(path, {"reponse": "Alors ?", "envoi": "x"}).status_code == 409


def test_what_is_forgotten_is_gone_from_her_page_too(world: World) -> None:
    world.write(message="Mots de mars")
    hers = world.rooms.visit(world.account)
    (path,) = conversations(hers)
    world.rooms.clock.now += timedelta(days=15)
    calendar.daily(world.rooms.settings, world.rooms.clock.now)
    assert "Le texte de ce message est effacé." in hers.get(path).text
    assert "Mots de mars" not in hers.html
    world.rooms.clock.now += timedelta(days=90)
    hers = world.rooms.visit(world.account)
    assert conversations(hers) == []
    assert "Aucun message pour le moment." in hers.text
    assert 'href="/espace/apercu"' in hers.html
    assert hers.get(path).status_code == 404
