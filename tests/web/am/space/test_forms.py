"""The forms of her room, sent with a mistake or from a second tab: nothing that she gave is lost."""

import re

import pytest

from registry.accounts import Account
from tests.rooms import Rooms
from tests.web.am.space.test_space import AGREMENT, minder, one, photo


@pytest.fixture
def nadia(rooms: Rooms) -> Account:
    return minder(rooms)


def test_a_mistake_in_a_date_does_not_lose_the_photographs(rooms: Rooms, nadia: Account) -> None:
    browser = rooms.visit(nadia)
    browser.get("/espace/agrement")
    first = {"copie": ("decision.jpg", photo(), "image/jpeg")}
    assert browser.post("/espace/agrement", AGREMENT | {"fin": "31/02/2031"}, files=first).status_code == 422
    assert "Copie reçue : 1 page" in browser.text
    waiting = re.search(r'name="copie_recue" value="([^"]+)"', browser.html)
    assert waiting
    # A second page, then the form as it should be, without choosing either of them again.
    browser.post("/espace/agrement", AGREMENT | {"vers": "ici", "copie_recue": waiting[1]}, files=first)
    assert "Copie reçue : 2 pages" in browser.text
    answer = browser.post("/espace/agrement", AGREMENT | {"copie_recue": waiting[1]}, follow=False)
    assert answer.headers["location"].startswith("/espace?")
    assert one(rooms, "select d.pages from agrement_request r join document d on d.id = r.document") == 2
    # What the moderators look at is changed by nobody; and another account's copy is nothing to her.
    browser.post("/espace/agrement", AGREMENT | {"vers": "ici", "copie_recue": waiting[1]}, files=first)
    assert one(rooms, "select d.pages from agrement_request r join document d on d.id = r.document") == 2
    other = rooms.visit(minder(rooms, name="Autre"))
    other.get("/espace/agrement")
    assert other.post("/espace/agrement", AGREMENT | {"copie_recue": waiting[1]}).status_code == 422


def test_a_profile_from_a_second_tab_shows_both(rooms: Rooms, nadia: Account) -> None:
    browser = rooms.visit(nadia)
    typed = {"nom_affiche": "Nadia B.", "accueil": "domicile", "projet": "Premier onglet"}
    opened = re.search(r'name="vu" value="([^"]+)"', browser.get("/espace/profil").text)
    assert opened
    assert browser.post("/espace/profil", typed | {"vu": opened[1]}, follow=False).status_code == 303
    later = typed | {"projet": "Second onglet", "vu": opened[1]}
    assert browser.post("/espace/profil", later).status_code == 409
    assert "Premier onglet" in browser.text
    assert "Second onglet" in browser.text
    assert one(rooms, "select project from offer where id = %s", nadia.offer) == "Premier onglet"
    again = re.search(r'name="vu" value="([^"]+)"', browser.html)
    assert again
    browser.post("/espace/profil", later | {"vu": again[1]})
    assert one(rooms, "select project from offer where id = %s", nadia.offer) == "Second onglet"
