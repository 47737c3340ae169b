"""A form whose session has ended meanwhile, or that stood open before a sign-in: what was typed stands."""

import html
import re
from typing import Any

import httpx
import pytest

from registry import database
from registry.accounts import Account, sessions
from tests.records import assistant
from tests.rooms import Browser, Rooms

PATH = "/espace/disponibilites/periode"
TYPED = {"j0c1_de": "08:00", "j0c1_a": "17:30", "j0c1_places": "2", "du": "2026-12-01", "action": "enregistrer"}


@pytest.fixture
def nadia(rooms: Rooms) -> Account:
    with database.connect(rooms.settings.database_url) as conn:
        return rooms.account("am", offer=assistant(conn, capacity=3))


def send(browser: Browser, path: str, fields: dict[str, str], **more: Any) -> httpx.Response:
    """As a real browser does: it says where the form stood, and that it reads pages."""
    headers = {"origin": browser.rooms.settings.site_url, "accept": "text/html", **more.pop("headers", {})}
    sent = {"csrf": browser.csrf, **fields}
    answer = browser.rooms.portal.call(lambda: browser.http.post(path, data=sent, headers=headers, **more))
    browser.html = answer.text
    return answer


def hidden(text: str) -> dict[str, str]:
    """The fields of the page's own form, as its button sends them."""
    form = re.search(r'(?s)<main.*?<form method="post".*?</form>', text)
    assert form
    return {
        name: html.unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form[0])
        if name != "csrf"
    }


def test_what_was_typed_is_sent_again_after_a_new_sign_in(rooms: Rooms, nadia: Account) -> None:
    browser = rooms.visit(nadia)
    browser.get(PATH)
    with database.connect(rooms.settings.database_url) as conn:
        sessions.end_all(conn, nadia.id)
    answer = send(browser, PATH, TYPED)
    assert answer.status_code == 403
    assert answer.headers["cache-control"] == "no-store"
    assert 'href="/connexion?suite=' in answer.text
    assert hidden(answer.text) == TYPED
    again = rooms.visit(nadia)  # in another tab
    browser.keep_session(next(iter(again.http.cookies.values())))
    answer = send(browser, PATH, hidden(answer.text))  # the page of before holds the token of before
    if answer.status_code == 403:
        answer = send(browser, PATH, hidden(answer.text))
    assert answer.status_code == 303
    with database.connect(rooms.settings.database_url) as conn:
        assert conn.execute("select start_minute, end_minute from timetable_range").fetchall() == [(480, 1050)]


def test_files_numbers_and_codes_do_not_come_back(rooms: Rooms, nadia: Account) -> None:
    browser = rooms.visit(nadia)
    browser.get("/inscription/1")
    with database.connect(rooms.settings.database_url) as conn:
        sessions.end_all(conn, nadia.id)
    typed = {"prenom": "Marie <b>", "nir": "279044410998064", "code": "123456", "vers": "suite"}
    answer = send(browser, "/inscription/1", typed)
    assert hidden(answer.text) == {"prenom": "Marie <b>", "vers": "suite"}
    assert "279044410998064" not in answer.text
    heavy = {"copie": ("a.jpg", bytes(3 << 20), "image/jpeg")}
    answer = send(browser, "/inscription/2a", {"numero": "44-1"}, files=heavy)
    assert hidden(answer.text) == {"numero": "44-1"}


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", ""])
def test_nothing_is_shown_again_of_a_form_of_another_site(rooms: Rooms, nadia: Account, origin: str) -> None:
    """Signed in or not: a page with her token and a stranger's fields would be sent by one careless tap."""
    browser = rooms.visit(nadia)
    browser.get(PATH)
    for fields in (TYPED | {"csrf": "another site's"}, TYPED):
        answer = send(browser, PATH, fields, headers={"origin": origin} if origin else {"origin": ""})
        assert "08:00" not in answer.text
        with database.connect(rooms.settings.database_url) as conn:
            sessions.end_all(conn, nadia.id)


def test_a_button_alone_leads_to_the_sign_in_at_once(rooms: Rooms, nadia: Account) -> None:
    browser = rooms.visit(nadia)
    browser.get("/espace")
    with database.connect(rooms.settings.database_url) as conn:
        sessions.end_all(conn, nadia.id)
    assert send(browser, "/espace/pause", {}).headers["location"].startswith("/connexion")
