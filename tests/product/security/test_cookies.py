"""Every cookie that the site sets over https: of this host alone, unseen by scripts, and not sent by other sites."""

import pytest

from settings import Settings
from tests.product.security.mailbox import codes
from tests.rooms import Rooms

MAIL = "anne@example.org"


@pytest.fixture
def room_settings(room_settings: Settings) -> Settings:
    return room_settings.model_copy(update={"site_url": "https://garde.example"})


def test_cookies_of_a_sign_in_from_its_first_page_to_its_end(rooms: Rooms) -> None:
    rooms.account("am", MAIL)
    browser = rooms.visit()
    answers = [browser.get("/connexion"), browser.post("/connexion", {"mail": MAIL}, follow=False)]
    answers.append(browser.get(answers[-1].headers["location"]))
    answers.append(browser.post("/connexion/code", {"code": codes(rooms, MAIL)[-1]}, follow=False))
    assert answers[-1].headers["location"] == "/espace", answers[-1].text
    answers.append(browser.get("/compte"))
    answers.append(browser.post("/deconnexion", follow=False))
    lines = [line for answer in answers for line in answer.headers.get_list("set-cookie")]
    names = {line.partition("=")[0] for line in lines}
    assert {"__Host-ribambelle", "__Host-ribambelle-appareil"} < names
    assert len(names) == 3, "the session, the browser that is known again, the address that a code was mailed to"
    for line in lines:
        told = {part.strip().partition("=")[0].lower(): part.strip().partition("=")[2] for part in line.split(";")[1:]}
        assert line.startswith("__Host-"), line
        assert {"secure", "httponly"} <= set(told), line
        assert told["path"] == "/", line
        assert told["samesite"].lower() == "lax", line
        assert "domain" not in told, line
