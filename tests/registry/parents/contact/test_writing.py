"""A parent writes: what the form takes, what confirms it, and what goes to her."""

from datetime import timedelta

import pytest

from registry import database, links
from registry.parents.contact import may_be_written_to, opening
from tests.records import assistant, structure
from tests.registry.parents.contact.conftest import HERS, PARENT, TEXT, World


def test_a_message_reaches_her_once_it_is_confirmed_and_tells_neither_address(world: World) -> None:
    browser = world.rooms.visit()
    assert world.fill(browser) == 200
    assert "Ouvrez votre boîte mail" in browser.text
    assert HERS not in browser.html
    (confirm,) = world.letters(PARENT)
    assert TEXT.splitlines()[1] not in confirm.body, "a stranger's words are mailed to nobody under our name"
    link = confirm.path("/ecrire/confirmer/")
    for _ in range(2):
        assert TEXT.splitlines()[1] in browser.get(link).text
    assert world.letters(HERS) == [], "to look at the link sends nothing"
    assert "Votre message est envoyé" in browser.post(link).text
    (letter,) = world.letters(HERS)
    assert letter.subject.startswith("Message de Camille (conversation "), "the family is seen at once"
    assert "Camille vous écrit" in letter.body
    assert TEXT in letter.body
    assert PARENT not in letter.body
    assert letter.reply_to is not None
    assert letter.reply_to.endswith("@reponses.localhost")
    assert browser.post(link).status_code == 410
    assert browser.get(link).status_code == 410
    assert len(world.letters(HERS)) == 1
    kept = "select payload from link where purpose = 'contact'"
    assert world.sql(kept) == [({},)], "the text is not kept twice"


def test_a_link_is_over_after_a_day_and_what_it_held_is_forgotten(world: World) -> None:
    from jobs import calendar

    browser = world.rooms.visit()
    world.fill(browser)
    world.rooms.clock.now += timedelta(hours=25)
    assert browser.post(world.letters(PARENT)[0].path("/ecrire/")).status_code == 410
    calendar.daily(world.rooms.settings, world.rooms.clock.now)
    assert world.sql("select payload from link where purpose = 'contact'") == [({},)]
    assert world.letters(HERS) == []


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("nom", "", "Écrivez votre nom"),
        ("nom", "www.exemple.fr", "Écrivez un nom, sans lien"),
        ("mail", "camille", "Saisissez une adresse mail complète"),
        ("message", "  ", "Écrivez votre message"),
        ("message", "x" * 1501, "Ce message est trop long"),
        ("message", "Voyez exemple.com", "« exemple.com » ressemble à un lien"),
        ("site", "https://exemple.com", "Un champ caché a été rempli"),
        ("ouvert", "forged", "Ce formulaire a été envoyé très vite"),
    ],
)
def test_what_is_wrong_is_told_beside_the_field_and_nothing_is_lost(
    world: World, field: str, value: str, sentence: str
) -> None:
    browser = world.rooms.visit()
    assert world.fill(browser, **{field: value}) == 422
    assert sentence in browser.text
    assert "06 39 98 11 22" in browser.text or field == "message"
    assert world.letters(PARENT) == []


def test_a_script_that_sends_at_once_is_refused_and_a_person_who_sends_again_is_not(world: World) -> None:
    import re

    browser = world.rooms.visit()
    path = f"/offre/{world.offer}/ecrire"

    def send() -> int:
        opened = re.search(r'name="ouvert" value="([^"]*)"', browser.html)
        assert opened is not None
        return browser.post(path, {"nom": "Camille", "mail": PARENT, "message": TEXT, "ouvert": opened[1]}).status_code

    browser.get(path)
    assert send() == 422
    world.rooms.clock.now += timedelta(seconds=3)
    assert send() == 200


@pytest.mark.parametrize(
    "text",
    [
        "https://a.b",
        "HTTP://EXEMPLE.FR",
        "www.exemple.fr",
        "voir exemple.com",
        "Exemple.FR.",
        "mon-site.bzh!",
        "bit.ly/abc",
        "exemple.de/prix",
        "ecrivez a moi@exemple.org",
        "exemple．com",
        "exem\u200bple.com",
        "192.168.1.10",
        "exemple[.]com",
    ],
)
def test_links_are_seen_however_they_are_written(text: str) -> None:
    assert links.holds_one(text)


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        "06.39.98.11.22 ou +33 6 39 98 11 22",
        "Bonjour.Je cherche une place.Merci.de rien",
        "De 8h30 à 18h. 3,50 €/h, 12.50 € par jour",
        "Mon fils (2 ans 1/2) et/ou sa sœur... À bientôt !",
        "Le 12.03.2027 à 9 h",
    ],
)
def test_what_parents_write_is_no_link(text: str) -> None:
    assert not links.holds_one(text)


def test_only_one_who_can_be_written_to_is_reachable(world: World) -> None:
    with database.connect(world.rooms.settings.database_url) as conn:
        without, creche = assistant(conn, "Odile D."), structure(conn, "Les Lutins")
        assert may_be_written_to(conn, world.offer)
        for other in (without, creche, "none"):
            assert not may_be_written_to(conn, other)
        conn.execute("update offer set publication = 'paused' where id = %s", [world.offer])
        assert not may_be_written_to(conn, world.offer)
    browser = world.rooms.visit()
    for other in (without, creche, world.offer, "none"):
        assert browser.get(f"/offre/{other}/ecrire").status_code == 404


def test_her_switch_ends_messages_also_those_that_wait_to_be_confirmed(world: World) -> None:
    browser, hers = world.rooms.visit(), world.rooms.visit(world.account)
    world.fill(browser)
    link = world.letters(PARENT)[0].path("/ecrire/")
    assert "checked" in hers.get("/espace/messages").text or "checked" in hers.html
    hers.post("/espace/messages")
    assert browser.get(f"/offre/{world.offer}/ecrire").status_code == 404
    browser.get(link)
    assert browser.post(link).status_code == 410
    assert world.letters(HERS) == []
    hers.get("/espace/messages")
    hers.post("/espace/messages", {"recevoir": "oui"})
    assert browser.post(link).status_code == 200, "the link was not used up"
    assert len(world.letters(HERS)) == 1


def test_one_sender_writes_to_five_a_day_under_whatever_variant_of_the_address(world: World) -> None:
    with database.connect(world.rooms.settings.database_url) as conn:
        others = [assistant(conn, f"Autre {number}") for number in range(5)]
    for number, other in enumerate(others):
        world.rooms.account("am", f"autre{number}@example.org", offer=other)
    for number, other in enumerate(others):
        browser = world.rooms.visit()
        mail = PARENT.replace("@", f"+{number}@")
        world.fill(browser, other, mail=mail)
        assert browser.post(world.letters(mail)[0].path("/ecrire/")).status_code == 200
    browser = world.rooms.visit()
    world.fill(browser)
    link = world.letters(PARENT)[0].path("/ecrire/")
    assert browser.post(link).status_code == 429
    assert "Limite du jour" in browser.text
    assert world.letters(HERS) == []
    world.rooms.clock.now += timedelta(hours=23, minutes=59, seconds=30)
    assert browser.post(link).status_code == 200


def test_nobody_s_mailbox_is_filled_with_confirmations(world: World) -> None:
    for _ in range(opening.ASKED_BY_MAIL_AND_CLIENT.most):
        assert world.fill(world.rooms.visit()) == 200
    browser = world.rooms.visit()
    assert world.fill(browser) == 429
    assert "réessayez dans" in browser.text
    assert "06 39 98 11 22" in browser.text, "the text is still there"
    assert len(world.letters(PARENT)) == opening.ASKED_BY_MAIL_AND_CLIENT.most
