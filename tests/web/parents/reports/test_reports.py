"""Errors that readers signal on a fiche: the form, the moderators' list, the answer, and the end of it."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from registry import database
from registry.casework import NotPossible, queue
from registry.casework.kinds import FICHE_REPORT
from registry.database import Connection
from registry.parents import reports
from registry.parents.reports import Outcome
from tests.records import structure
from tests.rooms import NOW, Browser, Clock, Rooms


@pytest.fixture
def offer(registry: Connection) -> str:
    found = structure(registry, name="Les Lutins")
    registry.commit()
    return found


def send(browser: Browser, offer: str, fields: dict[str, str] | None = None, *, after: float = 5) -> int:
    """The form's answer, some seconds after it was opened; the browser keeps the page."""
    assert browser.get(f"/offre/{offer}/signaler").status_code == 200
    opened = re.search(r'name="ouvert" value="([^"]+)"', browser.html)
    assert opened
    browser.rooms.clock.now += timedelta(seconds=after)
    return browser.post(
        f"/offre/{offer}/signaler", {"ouvert": opened[1], "objet": "hours"} | (fields or {})
    ).status_code


def kept(conn: Connection) -> list[tuple[str, str | None, str | None]]:
    rows = conn.execute(
        "select r.about, r.text, r.mail from fiche_report r join case_file k on k.id = r.id order by k.opened_at"
    ).fetchall()
    conn.rollback()
    return rows


def test_a_reader_gets_a_number_and_a_moderator_the_words(rooms: Rooms, registry: Connection, offer: str) -> None:
    reader = rooms.visit()
    assert send(reader, offer, {"texte": "Fermé le mercredi", "mail": "lea@example.org"}) == 200
    number = re.search(r"numéro (\d{3}-\d{3})", reader.text)
    assert number
    assert "réponse par mail" in reader.text
    moderator = rooms.visit(rooms.account("moderator"))
    moderator.get("/signalements")
    assert f"{number[1]}, Les Lutins" in moderator.text
    assert "Fermé le mercredi" in moderator.text
    assert "lea@example.org" not in moderator.html, "the answer goes by the site"
    moderator.post(f"/signalements/{number[1]}", {"suite": "mended", "reponse": "Nous avons rappelé."})
    assert "Rien à traiter" in moderator.text
    moderator.get("/signalements?traites=1")
    assert "Nous avons rappelé." in moderator.text
    to, subject, body = registry.execute("select recipient, subject, body from mail_outbox").fetchall()[0]
    assert (to, subject) == ("lea@example.org", f"Votre signalement {number[1]}")
    assert "Elle est corrigée" in body
    assert "Nous avons rappelé." in body
    actions = {row[0] for row in registry.execute("select action from audit").fetchall()}
    assert {"report.list", "report.settled"} <= actions


def test_it_is_settled_once(rooms: Rooms, registry: Connection, offer: str) -> None:
    number = reports.file(registry, offer, "other", "x", "lea@example.org", NOW)
    registry.commit()
    moderator = rooms.visit(rooms.account("moderator"))
    moderator.get("/signalements")
    assert moderator.post(f"/signalements/{number}", {"suite": "nothing"}).status_code == 200
    assert moderator.post(f"/signalements/{number}", {"suite": "mended"}).status_code == 410
    assert registry.execute("select count(*) from mail_outbox").fetchone() == (1,)


def test_of_two_moderators_who_answer_at_once_one_does(
    rooms: Rooms, registry: Connection, registry_url: str, offer: str
) -> None:
    id = reports.waiting(registry, reports.file(registry, offer, "other", "x", "lea@example.org", NOW))
    assert id
    registry.commit()
    moderators = {"mended": rooms.account("moderator"), "nothing": rooms.account("moderator")}
    both_are_there = Barrier(2)

    def answer(outcome: Outcome) -> bool:
        with database.connect(registry_url) as conn:
            both_are_there.wait()
            try:
                reports.settle(conn, rooms.settings, moderators[outcome], id, outcome, outcome, NOW)
            except NotPossible:
                return False
            return True

    with ThreadPoolExecutor(2) as threads:
        done = dict(zip(moderators, threads.map(answer, ("mended", "nothing")), strict=True))
    assert sorted(done.values()) == [False, True]
    (settled,) = queue.closed(registry, FICHE_REPORT)
    assert settled.outcome == settled.comment == next(outcome for outcome, won in done.items() if won)
    assert registry.execute("select count(*) from mail_outbox").fetchone() == (1,)


def test_whoever_is_at_a_report_answers_it_until_the_claim_is_over(
    rooms: Rooms, registry: Connection, clock: Clock, offer: str
) -> None:
    number = reports.file(registry, offer, "hours", "", None, NOW)
    registry.commit()
    ana = rooms.visit(rooms.account("moderator", name="Ana"))
    bo = rooms.visit(rooms.account("moderator", name="Bo"))
    ana.get("/signalements")
    ana.post(f"/signalements/{number}/prendre")
    assert "Vous vous en occupez." in ana.text
    assert "À traiter : 1. Pris par vous : 1." in ana.text
    bo.get("/signalements")
    assert "Ana s’en occupe." in bo.text
    assert bo.post(f"/signalements/{number}/prendre").status_code == 409
    assert bo.post(f"/signalements/{number}", {"suite": "nothing", "reponse": "Vu."}).status_code == 409
    assert "Un autre modérateur est sur ce signalement." in bo.text
    assert "Vu." in bo.html, "what was typed is still there"
    ana.post(f"/signalements/{number}/rendre")
    bo.get("/signalements")
    bo.post(f"/signalements/{number}/prendre")
    clock.now += timedelta(minutes=30)
    assert ana.post(f"/signalements/{number}", {"suite": "mended"}).status_code == 200
    assert bo.post(f"/signalements/{number}/prendre").status_code == 410
    assert bo.post("/signalements/234-234/rendre").status_code == 410


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"objet": "autre chose"}, "Choisissez ce qui n’est pas juste."),
        ({"objet": "other"}, "Dites en quelques mots"),
        ({"texte": "x" * 1001}, "C’est trop long"),
        ({"mail": "pas une adresse"}, "adresse"),
        ({"site": "https://example.org"}, "Laissez vide le champ caché"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_kept(
    rooms: Rooms, registry: Connection, offer: str, fields: dict[str, str], sentence: str
) -> None:
    reader = rooms.visit()
    assert send(reader, offer, fields) == 422
    assert sentence in reader.text
    assert kept(registry) == []


def test_programs_are_too_fast_and_one_connection_has_a_limit(rooms: Rooms, registry: Connection, offer: str) -> None:
    reader = rooms.visit()
    assert send(reader, offer, after=0.5) == 422
    for _ in range(reports.BY_CLIENT.most):
        assert send(reader, offer) == 200
    assert send(reader, offer) == 429
    assert "réessayez dans" in reader.text
    assert len(kept(registry)) == reports.BY_CLIENT.most


def test_only_a_public_offer_has_the_form(rooms: Rooms, registry: Connection, offer: str) -> None:
    registry.execute("update offer set publication = 'closed' where id = %s", [offer])
    registry.commit()
    assert rooms.visit().get(f"/offre/{offer}/signaler").status_code == 404
    assert rooms.visit().get("/offre/personne/signaler").status_code == 404


def test_the_thanks_say_only_what_this_site_said(rooms: Rooms, offer: str) -> None:
    assert rooms.visit().get(f"/offre/{offer}/signaler?envoye=999-999").status_code == 404


def test_they_are_forgotten(registry: Connection, offer: str, rooms: Rooms) -> None:
    account = rooms.account("moderator")
    settled = reports.waiting(registry, reports.file(registry, offer, "hours", "a", None, NOW))
    assert settled
    reports.file(registry, offer, "hours", "b", None, NOW)
    reports.settle(registry, rooms.settings, account, settled, "nothing", "", NOW)
    assert reports.forget(registry, NOW + timedelta(days=89)) == 0
    assert reports.forget(registry, NOW + timedelta(days=91)) == 1
    assert reports.forget(registry, NOW + timedelta(days=366)) == 1


def test_more_than_a_page_are_turned(rooms: Rooms, registry: Connection, offer: str) -> None:
    for _ in range(reports.PAGE + 1):
        reports.file(registry, offer, "hours", "", None, NOW)
    registry.commit()
    moderator = rooms.visit(rooms.account("moderator"))
    moderator.get("/signalements")
    assert moderator.html.count('class="part report"') == reports.PAGE
    moderator.get("/signalements?page=2")
    assert moderator.html.count('class="part report"') == 1
    assert moderator.get("/signalements?page=x").status_code == 200
