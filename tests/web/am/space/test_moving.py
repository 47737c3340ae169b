"""She goes to another département: asked about, looked at by a moderator, and public only then."""

from datetime import timedelta
from typing import Any

import pytest

from jobs import calendar
from registry import database
from registry.accounts import Account
from registry.agrements import moves
from registry.casework import NotPossible
from registry.casework.kinds import AGREMENT_MOVE
from tests.conftest import TODAY
from tests.records import structure
from tests.rooms import NOW, Browser, Clock, Rooms
from tests.web.am.space.test_space import minder, nadia, one

__all__ = ["nadia"]

ANGERS = {
    **{"adresse": "3 rue des Lices", "code_postal": "49100", "commune": "Angers", "montrer": "zone"},
    **{"telephone": "06 39 98 76 54", "courriel": "nadia@example.org"},
}
SAID = {"prevenu": "oui", "prevenu_le": (TODAY - timedelta(days=20)).isoformat(), "emmenage_le": TODAY.isoformat()}


def commune(rooms: Rooms, account: Account) -> Any:
    return one(rooms, "select commune from am_home where offer = %s", account.offer)


def declared(rooms: Rooms, account: Account, **said: str) -> Browser:
    browser = rooms.visit(account)
    browser.get("/espace/adresse")
    browser.post("/espace/adresse", ANGERS | SAID | said)
    return browser


def decided(rooms: Rooms, outcome: str, answer: str = "") -> Browser:
    moderator = rooms.visit(rooms.account("moderator"))
    moderator.get("/demenagements")
    id = one(rooms, "select id from agrement_move order by id limit 1")
    moderator.post(f"/demenagements/{id}", {"suite": outcome, "reponse": answer})
    return moderator


def mails(rooms: Rooms, to: str) -> list[str]:
    with database.connect(rooms.settings.database_url) as conn:
        rows = conn.execute("select body from mail_outbox where recipient = %s order by queued_at, id", [to])
        return [body for (body,) in rows]


def test_a_new_departement_is_asked_about_before_anything_is_kept(rooms: Rooms, nadia: Account) -> None:
    browser = rooms.visit(nadia)
    browser.get("/espace/adresse")
    answer = browser.post("/espace/adresse", ANGERS)
    assert answer.status_code == 422
    assert "Vous changez de département : Maine-et-Loire" in browser.text.replace("\u00a0", " ")
    assert "15 jours au moins avant l’emménagement" in browser.text
    assert 'value="3 rue des Lices"' in browser.html, "what was typed is still there"
    for wrong in (
        {"prevenu": "non"},
        {"prevenu": "oui"},
        SAID | {"prevenu_le": (TODAY + timedelta(days=1)).isoformat()},
        SAID | {"emmenage_le": "2040-01-01"},
    ):
        assert browser.post("/espace/adresse", ANGERS | wrong).status_code == 422
    assert commune(rooms, nadia) == "44109"
    assert one(rooms, "select count(*) from agrement_move") == 0


def test_a_move_within_the_departement_is_saved_at_once(rooms: Rooms, nadia: Account) -> None:
    browser = rooms.visit(nadia)
    browser.get("/espace/adresse")
    browser.post("/espace/adresse", ANGERS | {"code_postal": "44800", "commune": "Saint-Herblain"})
    assert commune(rooms, nadia) == "44162"


def test_a_declared_move_is_public_once_a_moderator_has_validated_it(rooms: Rooms, nadia: Account) -> None:
    rooms.account("rpe", "ancien@example.org", communes=["44109"])
    rooms.account("rpe", "nouveau@example.org", communes=["49007"])
    browser = declared(rooms, nadia)
    assert "Votre déménagement est transmis à l’équipe de modération" in browser.text
    assert "Annuler ce déménagement" in browser.text
    assert commune(rooms, nadia) == "44109"
    assert one(rooms, "select commune from offer where id = %s", nadia.offer) == "44109"
    moderator = decided(rooms, "validated")
    assert "Aucun déménagement n’attend" in moderator.text
    assert one(rooms, "select commune from offer where id = %s", nadia.offer) == "49007"
    assert one(rooms, "select is_public(o) from offer o where id = %s", nadia.offer)
    assert one(rooms, "select department from agrement where offer = %s", nadia.offer) == "44"
    assert [len(mails(rooms, f"{who}@example.org")) for who in ("ancien", "nouveau")] == [1, 1]
    assert "Nantes" in mails(rooms, "ancien@example.org")[0]
    assert "Angers" in mails(rooms, "nouveau@example.org")[0]
    told, taken = mails(rooms, nadia.mail)
    assert "R. 421-41" in told
    assert "/espace/agrement" in taken
    browser.get("/espace")
    assert "Attestation demandée" in browser.text
    # Within the new département she moves as anybody does.
    browser.get("/espace/adresse")
    browser.post("/espace/adresse", ANGERS | {"adresse": "5 rue des Lices"})
    assert one(rooms, "select address from am_home where offer = %s", nadia.offer) == "5 rue des Lices"


def test_a_move_to_come_takes_effect_on_its_day(rooms: Rooms, nadia: Account, clock: Clock) -> None:
    day = TODAY + timedelta(days=5)
    browser = declared(rooms, nadia, emmenage_le=day.isoformat())
    decided(rooms, "validated")
    assert commune(rooms, nadia) == "44109"
    browser.get("/espace")
    assert "sera prise en compte le 28" in browser.text
    for later, expected in ((4, "44109"), (5, "49007"), (6, "49007")):
        with database.connect(rooms.settings.database_url) as conn:
            calendar.agrements_of(conn, NOW + timedelta(days=later))
        assert commune(rooms, nadia) == expected
    assert len(mails(rooms, nadia.mail)) == 3


def test_a_refused_move_leaves_everything_and_says_why(rooms: Rooms, nadia: Account) -> None:
    declared(rooms, nadia)
    assert "Indiquez pourquoi" in decided(rooms, "refused").text
    decided(rooms, "refused", "Le Maine-et-Loire n’a rien reçu.")
    assert commune(rooms, nadia) == "44109"
    assert "Le Maine-et-Loire n’a rien reçu." in mails(rooms, nadia.mail)[-1]
    with database.connect(rooms.settings.database_url) as conn:
        assert moves.open_move(conn, nadia.offer or "") is None


def test_she_takes_it_back_and_a_second_one_takes_the_place_of_the_first(rooms: Rooms, nadia: Account) -> None:
    browser = declared(rooms, nadia)
    declared(rooms, nadia, prevenu_le=TODAY.isoformat())
    assert one(rooms, "select count(*) from case_file where kind = 'agrement_move' and state = 'waiting'") == 1
    browser.get("/espace")
    browser.post("/espace/demenagement/annuler")
    assert "Annuler ce déménagement" not in browser.text
    assert one(rooms, "select count(*) from case_file where state = 'waiting'") == 0


def test_a_mam_in_another_departement_is_a_move_too(rooms: Rooms) -> None:
    with database.connect(rooms.settings.database_url) as conn:
        mam = structure(conn, "Les Ormes", kind="mam", commune="49007", postcode="49100")
    account = minder(rooms)
    browser = rooms.visit(account)
    browser.get("/espace/profil")
    typed = {"nom_affiche": "Nadia B.", "accueil": "mam", "mam": mam, "montrer_mam": "oui", "projet": "Jardin."}
    assert browser.post("/espace/profil", typed).status_code == 422
    assert "Vous changez de département" in browser.text
    browser.post("/espace/profil", typed | SAID)
    assert one(rooms, "select project from offer where id = %s", account.offer) == "Jardin.", "the rest is kept"
    assert one(rooms, "select mam from am_mam where offer = %s", account.offer) is None
    decided(rooms, "validated")
    assert one(rooms, "select mam from am_mam where offer = %s", account.offer) == mam


def test_of_two_moderators_one_decides(rooms: Rooms, nadia: Account) -> None:
    declared(rooms, nadia)
    first, second = rooms.account("moderator"), rooms.account("moderator")
    id = one(rooms, "select id from agrement_move")
    with database.connect(rooms.settings.database_url) as conn:
        moves.settle(conn, first, id, "refused", "Non.", NOW)
        with pytest.raises(NotPossible) as refused:
            moves.settle(conn, second, id, "validated", "", NOW)
    assert refused.value.sentence == AGREMENT_MOVE.over
    assert commune(rooms, nadia) == "44109"
