"""Registration at a relais's desk: the relais types, she confirms, and nothing leaves before she has."""

import re
from datetime import timedelta

import pytest

from registry import database
from registry.accounts import Account
from tests.rooms import Clock, Rooms
from tests.web.am.registration.conftest import Applicant

MAIL = "marie@example.org"


@pytest.fixture
def filled(rooms: Rooms, relais: Account) -> Applicant:
    """Begun and filled in at the desk, not confirmed."""
    browser = rooms.visit(relais)
    browser.get("/rpe/inscription")
    begun = browser.post("/rpe/inscription", {"mail": MAIL}, follow=False)
    assert begun.status_code == 303, browser.text
    at_desk = Applicant(rooms, browser, begun.headers["location"].removesuffix("/1"))
    browser.get(f"{at_desk.base}/1")
    at_desk.fill_all()
    assert at_desk.send().headers["location"] == f"{at_desk.base}/confirmation"
    assert browser.get(f"{at_desk.base}/confirmation").status_code == 200
    return at_desk


def requests(rooms: Rooms) -> int:
    with database.connect(rooms.settings.database_url) as conn:
        return int(conn.execute("select count(*) from agrement_request").fetchall()[0][0])


def test_she_confirms_by_the_mailed_link_once(filled: Applicant, rooms: Rooms) -> None:
    filled.browser.post(f"{filled.base}/confirmation", {"par": "mail"})
    body = filled.row("select body from mail_outbox where recipient = %s order by queued_at desc limit 1", MAIL)[0]
    path = re.search(r"https?://[^/]+(/inscription/confirmer\?jeton=\S+)", body)[1]  # type: ignore[index]
    assert requests(rooms) == 0
    hers = rooms.visit()
    hers.get(path)
    assert "44-2024-0817" in hers.text, "she sees what she confirms"
    token = path.partition("jeton=")[2]
    assert hers.post("/inscription/confirmer", {"jeton": token}).status_code == 422, "she has to say that it is her"
    assert requests(rooms) == 0
    assert hers.post("/inscription/confirmer", {"jeton": token, "certifie": "oui"}).status_code == 200
    assert requests(rooms) == 1
    assert hers.post("/inscription/confirmer", {"jeton": token, "certifie": "oui"}).status_code == 410
    assert hers.get(path).status_code == 410
    assert filled.browser.get(f"{filled.base}/2c").status_code == 403, "it is hers alone now"


def test_she_confirms_by_the_printed_code(filled: Applicant, rooms: Rooms, clock: Clock) -> None:
    def printed() -> str:
        filled.browser.post(f"{filled.base}/confirmation", {"par": "papier"})
        return re.search(r"[0-9A-Z]{5}-[0-9A-Z]{5}", filled.browser.text)[0]  # type: ignore[index]

    old, code = printed(), printed()
    hers = rooms.visit()
    hers.get("/inscription/confirmer")
    for wrong in (old, "00000-00000", ""):
        assert hers.post("/inscription/confirmer", {"code": wrong, "certifie": "oui"}).status_code == 422
    assert requests(rooms) == 0
    answer = hers.post("/inscription/confirmer", {"code": code.lower().replace("-", " "), "certifie": "oui"})
    assert answer.status_code == 200
    assert requests(rooms) == 1


def test_a_code_ends(filled: Applicant, rooms: Rooms, clock: Clock) -> None:
    filled.browser.post(f"{filled.base}/confirmation", {"par": "papier"})
    code = re.search(r"[0-9A-Z]{5}-[0-9A-Z]{5}", filled.browser.text)[0]  # type: ignore[index]
    clock.now += timedelta(days=31)
    hers = rooms.visit()
    hers.get("/inscription/confirmer")
    assert hers.post("/inscription/confirmer", {"code": code, "certifie": "oui"}).status_code == 422


def test_another_relais_does_not_see_it(filled: Applicant, rooms: Rooms) -> None:
    other = rooms.visit(rooms.account("rpe", communes=["44143"]))
    for page in ("1", "3", "confirmation"):
        assert other.get(f"{filled.base}/{page}").status_code == 403


def test_nobody_is_registered_over_her_head(rooms: Rooms, relais: Account) -> None:
    rooms.account("am", "known@example.org")
    rooms.account("moderator", "staff@example.org")
    browser = rooms.visit(relais)
    browser.get("/rpe/inscription")
    for mail in ("known@example.org", "staff@example.org", "pas une adresse"):
        assert browser.post("/rpe/inscription", {"mail": mail}).status_code == 422
