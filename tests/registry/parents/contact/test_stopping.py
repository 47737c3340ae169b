"""Blocking and reporting, by the links in the mails; and what is forgotten."""

from datetime import timedelta

from jobs import calendar
from tests.registry.parents.contact.conftest import HERS, PARENT, World


def test_a_blocked_sender_reaches_her_no_more_and_is_not_told_so(world: World) -> None:
    letter = world.write()
    assert letter.reply_to is not None
    world.answer(letter.reply_to, HERS, "Oui ?")
    parents = world.letters(PARENT)[-1].reply_to
    assert parents is not None
    browser, path = world.rooms.visit(), letter.path("/messages/bloquer/")
    assert "Camille" in browser.get(path).text
    assert world.sql("select count(*) from contact_block") == [(0,)], "to look changes nothing"
    assert "C’est fait" in browser.post(path).text
    assert "ne recoit plus" in world.answer(parents, PARENT, "Répondez !")
    visitor = world.rooms.visit()
    world.fill(visitor, mail=PARENT.replace("@", "+autre@"))
    link = world.letters(PARENT.replace("@", "+autre@"))[0].path("/ecrire/")
    assert visitor.post(link).status_code == 410
    assert "bloqu" not in visitor.text.lower()
    assert len(world.letters(HERS)) == 1
    hers = world.rooms.visit(world.account)
    assert "Camille" in hers.get("/espace/messages").text
    (id,) = world.sql("select encode(sender, 'hex') from contact_block")[0]
    hers.post("/espace/messages/debloquer", {"qui": str(id)})
    assert world.answer(parents, PARENT, "Merci !") == "250"


def test_a_parent_who_wants_no_more_closes_the_thread(world: World) -> None:
    letter = world.write()
    assert letter.reply_to is not None
    world.answer(letter.reply_to, HERS, "Oui ?")
    browser = world.rooms.visit()
    browser.post(world.letters(PARENT)[-1].path("/messages/bloquer/"))
    assert world.answer(letter.reply_to, HERS, "Alors ?").startswith("550 5.1.1")


def test_a_report_shows_the_message_to_moderators_until_it_is_settled(world: World) -> None:
    letter = world.write(message="Des mots méchants")
    browser, path = world.rooms.visit(), letter.path("/messages/signaler/")
    assert "Des mots méchants" in browser.get(path).text
    assert world.sql("select count(*) from contact_report") == [(0,)]
    for _ in range(2):
        assert "Merci" in browser.post(path).text
    staff = world.rooms.visit(world.rooms.account("moderator"))
    assert "Des mots méchants" in staff.get("/messages/signales").text
    assert PARENT not in staff.html
    (id,) = world.sql("select id from contact_report")[0]
    assert "Aucun message" in staff.post(f"/messages/signales/{id}/traiter").text
    assert world.sql("select text from contact_report") == [("",)]
    actions = [action for (action,) in world.sql("select action from audit order by id")]
    assert actions == ["contact.reported", "contact.report.read", "contact.report.settled"]


def test_whoever_is_at_a_reported_message_settles_it_until_the_claim_is_over(world: World) -> None:
    letter = world.write(message="Des mots méchants")
    world.rooms.visit().post(letter.path("/messages/signaler/"))
    (id,) = world.sql("select id from contact_report")[0]
    ana = world.rooms.visit(world.rooms.account("moderator", name="Ana"))
    bo = world.rooms.visit(world.rooms.account("moderator", name="Bo"))
    ana.post(f"/messages/signales/{id}/prendre")
    assert "Vous vous en occupez." in ana.text
    assert "Ana s’en occupe." in bo.get("/messages/signales").text
    for step in ("prendre", "traiter"):
        assert bo.post(f"/messages/signales/{id}/{step}").status_code == 409
        assert "Un autre modérateur est sur ce message." in bo.text
    assert world.sql("select text from contact_report") == [("Des mots méchants",)]
    ana.post(f"/messages/signales/{id}/rendre")
    bo.post(f"/messages/signales/{id}/prendre")
    world.rooms.clock.now += timedelta(minutes=30)
    assert "Aucun message" in ana.post(f"/messages/signales/{id}/traiter").text
    assert bo.post(f"/messages/signales/{id}/traiter").status_code == 409
    assert bo.post("/messages/signales/1/prendre").status_code == 410
    history = world.sql("select e.action from case_event e join contact_report r on r.id = e.case_file order by e.id")
    assert history == [("reported",), ("settled",)]


def test_texts_are_forgotten_and_a_report_keeps_what_it_needs(world: World) -> None:
    reported, other = world.write(message="Mots signalés"), world.write(message="Mots anodins")
    browser = world.rooms.visit()
    browser.post(reported.path("/messages/signaler/"))
    world.sql("update mail_outbox set given_up_at = %s", world.rooms.clock.now)
    world.rooms.clock.now += timedelta(days=15)
    calendar.daily(world.rooms.settings, world.rooms.clock.now)
    assert world.sql("select distinct text from contact_message") == [(None,)]
    assert world.sql("select text from contact_report") == [("Mots signalés",)]
    left = world.sql("select distinct body from mail_outbox where key like 'contact %%'")
    assert left == [("",)], "nobody could deliver them"
    assert browser.get(other.path("/messages/signaler/")).status_code == 410
    world.rooms.clock.now += timedelta(days=180)
    calendar.daily(world.rooms.settings, world.rooms.clock.now)
    for table in ("contact_report", "contact_thread", "contact_message"):
        assert world.sql(f"select count(*) from {table}") == [(0,)]


def test_forged_links_open_nothing(world: World) -> None:
    letter = world.write()
    browser = world.rooms.visit()
    for part in ("/messages/bloquer/", "/messages/signaler/"):
        assert browser.get(letter.path(part) + "x").status_code == 410
        assert browser.post(part + "x").status_code == 410
