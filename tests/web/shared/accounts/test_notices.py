"""Reminders end by the link in them, by one click of a mail program too, and begin again on one's own account."""

from datetime import UTC, datetime, timedelta

import pytest

from registry import database
from registry.accounts import Account
from registry.offers import duties
from tests.records import assistant
from tests.rooms import Rooms

MAIL = "nadia@example.org"
BEFORE_A_DEADLINE = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.fixture
def account(rooms: Rooms) -> Account:
    with database.connect(rooms.settings.database_url) as conn:
        return rooms.account("am", MAIL, offer=assistant(conn))


def reminded(rooms: Rooms, now: datetime) -> list[tuple[str, str]]:
    """The bodies of the reminders of that day, and where they are ended."""
    with database.connect(rooms.settings.database_url) as conn:
        conn.execute(
            "update offer set publication = 'published', confirmed_on = null where kind = 'assistant_maternel'"
        )
        conn.execute("truncate mail_outbox")
        duties.remind(conn, rooms.settings, now)
        return conn.execute("select body, unsubscribe from mail_outbox where key like 'duty %'").fetchall()


def test_a_link_in_a_reminder_ends_them_until_the_account_wants_them_again(rooms: Rooms, account: Account) -> None:
    ((body, unsubscribe),) = reminded(rooms, BEFORE_A_DEADLINE)
    assert unsubscribe in body
    path = unsubscribe.removeprefix(rooms.settings.site_url)
    browser = rooms.visit()
    assert "Vous devez toujours déclarer" in browser.get(path).text
    assert len(reminded(rooms, BEFORE_A_DEADLINE)) == 1, "to look changes nothing"
    browser.post(path)
    assert "C’est enregistré" in browser.text
    assert reminded(rooms, BEFORE_A_DEADLINE) == []
    hers = rooms.visit(account)
    assert "Rappels pour déclarer vos disponibilités" in hers.get("/compte").text
    hers.post("/compte/mails/reprendre", {"sujet": "reminders"})
    assert "Rappels pour déclarer" not in hers.get("/compte").text
    assert len(reminded(rooms, BEFORE_A_DEADLINE)) == 1


def test_one_click_of_a_mail_program_needs_no_session_and_no_redirect(rooms: Rooms, account: Account) -> None:
    ((_, unsubscribe),) = reminded(rooms, BEFORE_A_DEADLINE)
    http, headers = rooms.visit().http, {"content-type": "application/x-www-form-urlencoded"}
    for _ in range(2):
        answer = rooms.portal.call(
            lambda: http.post(
                unsubscribe, content="List-Unsubscribe=One-Click", headers=headers, follow_redirects=False
            )
        )
        assert answer.status_code == 200
    assert reminded(rooms, BEFORE_A_DEADLINE + timedelta(days=6)) == []


def test_codes_and_answers_have_no_such_link(rooms: Rooms, account: Account) -> None:
    rooms.visit().post("/connexion", {"mail": MAIL})
    with database.connect(rooms.settings.database_url) as conn:
        assert conn.execute("select unsubscribe from mail_outbox where recipient = %s", [MAIL]).fetchall() == [(None,)]


def test_a_link_that_is_none_says_so(rooms: Rooms) -> None:
    for path in ("/mails/arreter/x", "/mails/arreter/WyJhIl0.abc"):
        assert rooms.visit().get(path).status_code == 410
        assert rooms.visit().post(path).status_code == 410
