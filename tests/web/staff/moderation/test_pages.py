"""The moderators' pages, over the whole site."""

from datetime import timedelta
from uuid import UUID

import pytest
from cryptography.fernet import MultiFernet

from registry import database
from registry.accounts import Account
from registry.agrements import documents
from tests.registry.agrements.requests import people
from tests.rooms import Browser, Clock, Rooms

JPEG = b"\xff\xd8\xff\xe0 a page"


@pytest.fixture
def request_id(rooms: Rooms) -> UUID:
    """A request with a copy of two pages."""
    with database.connect(rooms.settings.database_url) as conn:
        offer = people.draft(conn)
        document = people.copy(conn, 2)
        keys: MultiFernet = documents.keys(rooms.settings)
        for number in (1, 2):
            conn.execute(
                "insert into document_page (document, number, ciphertext) values (%s, %s, %s)",
                [document, number, keys.encrypt(JPEG + bytes([number]))],
            )
        return people.asks(conn, offer, now=rooms.clock(), document=document)


@pytest.fixture
def ana(rooms: Rooms) -> Account:
    return rooms.account("moderator", name="Ana Moderatrice")


def audit(rooms: Rooms, id: UUID) -> list[tuple[str, list[str]]]:
    """What the log tells of this request; it is never emptied, not even between tests."""
    with database.connect(rooms.settings.database_url) as conn:
        rows = conn.execute("select action, fields from audit where detail->>'request' = %s order by id", [str(id)])
        return [(row[0], row[1]) for row in rows]


def state(rooms: Rooms, id: UUID) -> str:
    with database.connect(rooms.settings.database_url) as conn:
        return str(conn.execute("select coalesce(outcome, state) from case_file where id = %s", [id]).fetchall()[0][0])


def taken(browser: Browser, id: UUID) -> Browser:
    assert browser.post(f"/moderation/{id}/prendre").status_code == 200
    return browser


def test_from_the_queue_to_a_profile_that_parents_find(rooms: Rooms, ana: Account, request_id: UUID) -> None:
    browser = rooms.visit(ana)
    assert browser.get("/moderation").status_code == 200
    assert "reste 72\u00a0h" in browser.html
    assert not any(private in browser.html for private in ("Morvan", "Mouettes", "044-2024", "lea@")), "only a list"
    assert audit(rooms, request_id) == []

    answer = browser.post("/moderation/suivante")
    assert answer.url.path == f"/moderation/{request_id}"
    for shown in ("044-2024-0117", "Morvan", "3 rue des Mouettes", "44300 Nantes", "28\u00a0février\u00a02029"):
        assert shown in browser.html
    assert f'src="/moderation/{request_id}/page/2.jpg"' in browser.html
    assert "Vous tenez cette demande" in browser.html

    image = browser.get(f"/moderation/{request_id}/page/2.jpg")
    assert image.content == JPEG + b"\x02"
    assert (image.headers["content-type"], image.headers["cache-control"]) == ("image/jpeg", "no-store")
    assert browser.get(f"/moderation/{request_id}/page/3.jpg").status_code == 404

    assert browser.post(f"/moderation/{request_id}/valider").url.path == "/moderation"
    assert state(rooms, request_id) == "validated"
    assert [action for action, _ in audit(rooms, request_id)] == [
        "request.read",
        "request.read_copy",
        "request.validated",
    ]
    assert "document" in audit(rooms, request_id)[0][1]
    browser.get(f"/moderation/{request_id}")
    assert "Demande validée" in browser.html
    assert "Ana Moderatrice" in browser.html
    assert "/valider" not in browser.html


@pytest.mark.parametrize("role", ["am", "employer", "rpe", "department", "caf", "administrator"])
def test_the_copy_is_for_moderators_alone(rooms: Rooms, request_id: UUID, role: str) -> None:
    more = {"department": "44"} if role in ("department", "caf") else {}
    browser = rooms.visit(rooms.account(role, **more))  # type: ignore[arg-type]
    for path in (
        "/moderation",
        "/moderation/chiffres",
        f"/moderation/{request_id}",
        f"/moderation/{request_id}/page/1.jpg",
    ):
        assert browser.get(path).status_code == 403
    assert browser.post(f"/moderation/{request_id}/valider").status_code == 403
    assert state(rooms, request_id) == "waiting"
    stranger = rooms.visit().get(f"/moderation/{request_id}/page/1.jpg", follow=False)
    assert stranger.status_code == 303


def test_two_moderators_at_one_request(rooms: Rooms, clock: Clock, ana: Account, request_id: UUID) -> None:
    first, second = rooms.visit(ana), rooms.visit(rooms.account("moderator", name="Bo"))
    taken(first, request_id)
    late = second.post(f"/moderation/{request_id}/prendre")
    assert late.status_code == 409
    assert "Un autre modérateur est sur cette demande." in second.text
    assert "Ana Moderatrice est sur cette demande." in second.text
    assert second.post(f"/moderation/{request_id}/valider").status_code == 409
    clock.now += timedelta(minutes=31)
    taken(second, request_id)
    typed = "Elle n’a pas signé la page 2."
    lost = first.post(
        f"/moderation/{request_id}/completer", {"completer-reasons": ["autre"], "completer-comment": typed}
    )
    assert lost.status_code == 409
    assert state(rooms, request_id) == "waiting"


def test_the_queue_shows_what_is_mine_and_what_is_late(
    rooms: Rooms, clock: Clock, ana: Account, request_id: UUID
) -> None:
    first, second = rooms.visit(ana), rooms.visit(rooms.account("moderator", name="Bo"))
    taken(first, request_id)
    path = f"/moderation/{request_id}"
    assert path in first.get("/moderation?vue=miennes").text
    assert "Les miennes (1)" in first.text
    assert path not in second.get("/moderation?vue=miennes").text
    assert "Vous ne tenez aucune demande." in second.text
    assert path not in second.get("/moderation?vue=retard").text
    assert path in second.get("/moderation?vue=autre").text
    clock.now += timedelta(hours=73)
    third = rooms.visit(rooms.account("moderator", name="Cy"))
    assert path in third.get("/moderation?vue=retard").text
    assert "En retard (1)" in third.text


def test_a_claim_that_expired_keeps_what_was_typed(rooms: Rooms, clock: Clock, ana: Account, request_id: UUID) -> None:
    browser = taken(rooms.visit(ana), request_id)
    clock.now += timedelta(minutes=31)
    letter = {"completer-reasons": ["autre"], "completer-comment": "Elle n’a pas signé la page 2."}
    assert browser.post(f"/moderation/{request_id}/completer", letter).status_code == 409
    assert "Vous ne tenez plus cette demande" in browser.text
    assert "Elle n’a pas signé la page 2." in browser.html
    taken(browser, request_id)
    browser.post(f"/moderation/{request_id}/completer", letter)
    assert state(rooms, request_id) == "incomplete"


def test_what_is_missing_in_a_letter_is_said_beside_it(rooms: Rooms, ana: Account, request_id: UUID) -> None:
    browser = taken(rooms.visit(ana), request_id)
    answer = browser.post(f"/moderation/{request_id}/refuser", {"refuser-reasons": ["autre"], "refuser-comment": ""})
    assert answer.status_code == 422
    assert 'id="erreur-refuser-comment"' in browser.html
    assert "Écrivez la raison" in browser.text
    assert browser.post(f"/moderation/{request_id}/completer", {}).status_code == 422
    assert state(rooms, request_id) == "waiting"


def test_a_refusal_goes_by_another_moderator(rooms: Rooms, ana: Account, request_id: UUID) -> None:
    first = taken(rooms.visit(ana), request_id)
    first.post(
        f"/moderation/{request_id}/refuser",
        {"refuser-reasons": ["non_conforme", "autre"], "refuser-comment": "Date <surchargée>."},
    )
    assert state(rooms, request_id) == "second_opinion"
    first.get(f"/moderation/{request_id}")
    assert "c’est à un autre modérateur" in first.text
    assert "/confirmer" not in first.html
    assert first.post(f"/moderation/{request_id}/prendre").status_code == 409

    second = rooms.visit(rooms.account("moderator", name="Bo"))
    second.get("/moderation")
    assert "Refus à relire" in second.text
    taken(second, request_id)
    assert "Date &lt;surchargée&gt;." in second.html, "what the letter will say, as text"
    second.post(f"/moderation/{request_id}/ecarter", {"comment": "La date est bien la bonne."})
    assert state(rooms, request_id) == "waiting"
    taken(first, request_id)
    assert "La date est bien la bonne." in first.text
    first.post(f"/moderation/{request_id}/refuser", {"refuser-reasons": ["non_conforme"]})
    taken(second, request_id)
    second.post(f"/moderation/{request_id}/confirmer")
    assert state(rooms, request_id) == "refused"


def test_what_the_departement_said_of_the_number_is_seen(rooms: Rooms, ana: Account, request_id: UUID) -> None:
    with database.connect(rooms.settings.database_url) as conn:
        file = conn.execute(
            "insert into intake_run (kind, scope, name, sha256, via, state)"
            " values ('movements', '44', 'm.csv', '\\x00', 'file', 'previewed') returning id"
        ).fetchall()[0][0]
        conn.execute(
            "insert into movement (file, line, department, number, last_name, first_name, action, effective_on,"
            " row_hash, state) values (%s, 2, '44', '044 2024 0117', 'Morvan', 'L', 'retrait', '2026-11-01', '\\x01',"
            " 'unmatched')",
            [file],
        )
    browser = rooms.visit(ana)
    browser.get(f"/moderation/{request_id}")
    assert "Le département a dit de ce numéro : retrait d’agrément, au 1er novembre 2026 (à rapprocher)." in (
        browser.text.replace("\u00a0", " ")
    )


def test_figures_and_things_that_are_not_there(rooms: Rooms, ana: Account, request_id: UUID) -> None:
    browser = rooms.visit(ana)
    browser.get("/moderation/chiffres")
    assert "0\u00a0référencé, 1 en cours de traitement" in browser.html
    assert "Loire-Atlantique (44)" in browser.html
    assert browser.get(f"/moderation/{UUID(int=1)}").status_code == 404
    assert browser.get("/moderation/1").status_code == 404
    assert browser.get("/moderation?departement=49&page=x").status_code == 200
    assert "Rien n’attend dans ce département" in browser.text
    assert browser.post(f"/moderation/{request_id}/valider", csrf="forged").status_code == 403
    # Nothing left to take: the queue says so, and nobody is sent anywhere.
    browser.post("/moderation/suivante")
    other = rooms.visit(rooms.account("moderator"))
    assert other.post("/moderation/suivante").url.path == "/moderation"
