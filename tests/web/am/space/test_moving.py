"""She goes to another département: asked about, looked at by a moderator, and public only then."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from jobs import calendar
from registry import database
from registry.accounts import Account
from registry.agrements import moves
from registry.casework import NotPossible, history
from registry.casework.kinds import AGREMENT_MOVE
from registry.database import Connection
from registry.offers import employers, profiles, relais
from tests.conftest import TODAY, wait_for
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
    assert "un délai d’un mois" in browser.text
    assert "(facultatif)" not in browser.text.partition("Prévenu le")[2].partition("Enregistrer")[0]
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
    looking = rooms.visit(rooms.account("moderator"))
    looking.get("/demenagements")
    assert "3 rue des Lices, 49100 Angers" in looking.text
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


def in_a_mam(rooms: Rooms, **more: Any) -> tuple[Account, str]:
    """Somebody whose agrément and MAM are of Loire-Atlantique; she lives in Angers."""
    with database.connect(rooms.settings.database_url) as conn:
        mam = structure(conn, "Les Ormes", kind="mam")
    lives = {"commune": "49007", "postcode": "49100", "home": (47.4736, -0.5542)}
    return minder(rooms, mam=mam, **lives | more), mam


AT_HOME = {"nom_affiche": "Nadia B.", "accueil": "domicile", "projet": "Jardin."}


def test_who_leaves_a_mam_for_a_home_elsewhere_is_asked_too(rooms: Rooms) -> None:
    account, _ = in_a_mam(rooms)
    browser = rooms.visit(account)
    browser.get("/espace/profil")
    assert browser.post("/espace/profil", AT_HOME).status_code == 422
    assert "Vous changez de département" in browser.text
    assert one(rooms, "select commune from offer where id = %s", account.offer) == "44109"
    browser.post("/espace/profil", AT_HOME | SAID)
    assert one(rooms, "select commune from offer where id = %s", account.offer) == "44109"
    moderator = rooms.visit(rooms.account("moderator"))
    moderator.get("/demenagements")
    assert "Aujourd’hui Nantes (département 44)" in moderator.text, "where she minds children, not where she lives"
    decided(rooms, "validated")
    assert one(rooms, "select count(*) from am_mam") == 0
    assert one(rooms, "select commune from offer where id = %s", account.offer) == "49007"


def test_a_relais_sees_who_works_in_a_mam_of_its_territory(rooms: Rooms) -> None:
    here, home = rooms.account("rpe", communes=["44109"]), rooms.account("rpe", communes=["49007"])
    account, _ = in_a_mam(rooms, show_mam=False)
    with database.connect(rooms.settings.database_url) as conn:
        assert [each.commune for each in relais.territory(conn, here, TODAY)] == ["Nantes"]
        assert relais.is_in_territory(conn, here, account.offer or "")
        assert relais.territory(conn, home, TODAY) == []
        assert moves.missing_agrement(conn, account.offer or "") is None


def test_of_a_mam_that_is_gone_nothing_becomes_hers_and_she_alone_is_told(rooms: Rooms, nadia: Account) -> None:
    rooms.account("rpe", "ancien@example.org", communes=["44109"])
    with database.connect(rooms.settings.database_url) as conn:
        mam = structure(conn, "Les Ormes", kind="mam", commune="49007", postcode="49100")
        moves.declare(conn, nadia.offer or "", moves.of_mam(mam, show=True), TODAY, TODAY, NOW)
        conn.execute("delete from offer where id = %s", [mam])
    decided(rooms, "validated")
    assert one(rooms, "select taken_at from agrement_move") is None
    assert "Choisissez un autre lieu" in mails(rooms, nadia.mail)[-1]
    assert mails(rooms, "ancien@example.org") == []
    with database.connect(rooms.settings.database_url) as conn:
        assert moves.open_move(conn, nadia.offer or "") is None
        assert moves.take_due(conn, NOW) == 0, "it is over"


def test_what_else_the_page_says_is_saved_as_without_a_move(rooms: Rooms) -> None:
    account, employer = minder(rooms, employed=True), rooms.account("employer")
    with database.connect(rooms.settings.database_url) as conn:
        mam = structure(conn, "Les Ormes", kind="mam", commune="49007", postcode="49100")
        employers.set_employed(conn, account.offer or "", True, employer.id)
    browser = rooms.visit(account)
    browser.get("/espace/profil")
    browser.post("/espace/profil", AT_HOME | SAID | {"accueil": "mam", "mam": mam, "montrer_mam": "oui"})
    assert one(rooms, "select count(*) from agrement_move") == 1
    assert not one(rooms, "select employed from offer where id = %s", account.offer)
    assert one(rooms, "select count(*) from employment") == 0


def to_angers(conn: Connection, offer: str | None, **more: Any) -> UUID:
    """A validated move that is due."""
    home = profiles.read(conn, offer or "").home
    assert home
    place = moves.of_home(replace(home, commune="49007", postcode="49100", lat=47.4736, lon=-0.5542))
    place["home"] |= more
    id = moves.declare(conn, offer or "", place, TODAY, TODAY, NOW)
    conn.execute("update case_file set state = 'closed', outcome = 'validated', closed_at = now() where id = %s", [id])
    return id


def test_a_move_that_fails_stops_no_other(rooms: Rooms, nadia: Account, caplog: pytest.LogCaptureFixture) -> None:
    broken = minder(rooms)
    with database.connect(rooms.settings.database_url) as conn:
        to_angers(conn, nadia.offer, floor="a field that was given up")
        to_angers(conn, broken.offer, lat=None)
        assert moves.take_due(conn, NOW) == 1
        assert moves.open_move(conn, broken.offer or "") is not None, "it is tried again"
    assert commune(rooms, nadia) == "49007"
    assert "NotNullViolation" in caplog.text
    assert "rue Introuvable" not in caplog.text


def test_a_place_is_kept_no_longer_than_it_may_become_hers(rooms: Rooms, nadia: Account) -> None:
    declared(rooms, nadia)
    decided(rooms, "refused", "Non.")
    with database.connect(rooms.settings.database_url) as conn:
        moves.declare(conn, nadia.offer or "", {"home": {"commune": "49007"}}, TODAY, TODAY, NOW)
        assert moves.withdraw(conn, nadia.offer or "", NOW)
        validated = to_angers(conn, nadia.offer)
        assert moves.withdraw(conn, nadia.offer or "", NOW)
        assert not moves.withdraw(conn, nadia.offer or "", NOW)
        assert [event.action for event in history.read(conn, validated)] == ["declared", "withdrawn"]
        assert conn.execute("select count(*), count(*) filter (where place = '{}') from agrement_move").fetchall() == [
            (3, 3)
        ]
        assert conn.execute("select count(*) from audit where action = 'move.withdrawn'").fetchone() == (2,)
        assert moves.take_due(conn, NOW) == 0


def behind(url: str, first: Callable[[Connection], object], second: Callable[[Connection], object]) -> object:
    """What the second one's work gives, begun while the first one's is not committed; or what it raises."""

    def run() -> object:
        with database.connect(url) as conn:
            return second(conn)

    with ThreadPoolExecutor(1) as worker, database.connect(url) as conn:
        first(conn)
        answer = worker.submit(run)
        waits = "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
        with database.connect(url, autocommit=True) as looking:
            wait_for(lambda: looking.execute(waits).fetchone() is not None, what="the second, behind the first")
        conn.commit()
        return answer.exception(timeout=20) or answer.result()


def test_who_takes_a_move_back_that_was_just_taken_does_nothing(rooms: Rooms, nadia: Account) -> None:
    url, offer = rooms.settings.database_url, nadia.offer or ""
    with database.connect(url) as conn:
        to_angers(conn, offer)
    assert behind(url, lambda conn: moves.take_due(conn, NOW), lambda conn: moves.withdraw(conn, offer, NOW)) is False
    assert one(rooms, "select taken_at from agrement_move") == NOW
    assert commune(rooms, nadia) == "49007"


def test_to_look_at_a_move_waits_for_nobody(rooms: Rooms, nadia: Account) -> None:
    url, offer = rooms.settings.database_url, nadia.offer or ""
    declared(rooms, nadia)
    with database.connect(url) as deciding, database.connect(url) as looking:
        deciding.execute("select from case_file for update")
        looking.execute("set lock_timeout = '2s'")
        assert moves.open_move(looking, offer) is not None


def test_of_two_moderators_at_once_one_decides(rooms: Rooms, nadia: Account) -> None:
    declared(rooms, nadia)
    first, second = rooms.account("moderator"), rooms.account("moderator")
    id = one(rooms, "select id from agrement_move")
    refused = behind(
        rooms.settings.database_url,
        lambda conn: moves.settle(conn, first, id, "refused", "Non.", NOW),
        lambda conn: moves.settle(conn, second, id, "validated", "", NOW),
    )
    assert isinstance(refused, NotPossible)
    assert refused.sentence == AGREMENT_MOVE.over
    assert commune(rooms, nadia) == "44109"
