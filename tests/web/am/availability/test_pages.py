"""The pages of a timetable, without JavaScript."""

import re
from datetime import date, timedelta
from typing import Any

import pytest

from registry import database
from registry.accounts import Account, links
from registry.offers import employers, timetables
from registry.offers.timetables import Period, Range
from tests.conftest import TODAY
from tests.records import assistant
from tests.rooms import NOW, Browser, Rooms

PATH = "/espace/disponibilites"


@pytest.fixture
def nadia(rooms: Rooms) -> Account:
    return minder(rooms)


def minder(rooms: Rooms, **columns: Any) -> Account:
    with database.connect(rooms.settings.database_url) as conn:
        offer = assistant(conn, capacity=3, **columns)
    return rooms.account("am", offer=offer)


def periods(rooms: Rooms, account: Account) -> list[Period]:
    assert account.offer
    with database.connect(rooms.settings.database_url) as conn:
        return timetables.periods(conn, account.offer)


def monday(start: str = "08:00", end: str = "18:00", places: str = "2", **more: str) -> dict[str, str]:
    return {"j0c1_de": start, "j0c1_a": end, "j0c1_places": places, "action": "enregistrer", **more}


def test_a_week_is_saved_shown_and_dated(rooms: Rooms, nadia: Account) -> None:
    browser = rooms.visit(nadia)
    browser.get(PATH)
    assert "Les parents ne voient pas encore vos disponibilités" in browser.text
    browser.post(f"{PATH}/periode", monday("20:00", "07:00", du="2026-12-01"))
    assert "20 h – 7 h (le lendemain)" in browser.text.replace("\u00a0", " ")
    assert "À jour" in browser.text
    (saved,) = periods(rooms, nadia)
    assert (saved.start, saved.end, saved.ranges) == (date(2026, 12, 1), None, (Range(0, 1200, 1860, 2),))
    with database.connect(rooms.settings.database_url) as conn:
        assert conn.execute("select confirmed_on from offer").fetchall() == [(TODAY,)]
        assert conn.execute("select how, account from declaration").fetchall() == [("saved", nadia.id)]


def test_her_page_tells_how_long_what_she_declared_counts(rooms: Rooms, nadia: Account) -> None:
    browser = rooms.visit(nadia)
    browser.get(PATH)
    assert "En retard" in words(browser)
    assert "à jour jusqu’au" not in words(browser)
    browser.post(f"{PATH}/periode", monday(du="2026-12-01"))
    assert "Elle est à jour jusqu’au 31 mai 2027" in words(browser)
    (saved,) = periods(rooms, nadia)
    browser.get(f"{PATH}/periode/{saved.id}")
    browser.post(f"{PATH}/periode/{saved.id}", monday(du="2026-11-23", au="2026-12-24"))
    assert "Elle est à jour jusqu’au 24 décembre 2026" in words(browser)
    rooms.clock.now += timedelta(days=32)
    browser = rooms.visit(nadia)
    browser.get(PATH)
    assert "Elle était à jour jusqu’au 24 décembre 2026" in words(browser)
    assert "À confirmer" in words(browser)


def test_a_tap_tells_how_long_it_counts(rooms: Rooms, nadia: Account) -> None:
    browser = rooms.visit(nadia)
    browser.get(PATH)
    browser.post(f"{PATH}/complete")
    assert "Cette déclaration est à jour jusqu’au 31 mai 2027" in words(browser)
    browser.get(PATH)
    browser.post(f"{PATH}/rien-n-a-change")
    assert "Les parents voient ces disponibilités à jour jusqu’au 31 mai 2027" in words(browser)


def words(browser: Browser) -> str:
    return browser.text.replace("\u00a0", " ")


def test_days_are_read_as_a_telephone_types_them(rooms: Rooms, nadia: Account) -> None:
    browser = rooms.visit(nadia)
    browser.post(f"{PATH}/periode", monday(du="01122026", au="31/12/2026"))
    assert [(each.start, each.end) for each in periods(rooms, nadia)] == [(date(2026, 12, 1), date(2026, 12, 31))]


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_saved(rooms: Rooms, nadia: Account) -> None:
    browser = rooms.visit(nadia)
    answer = browser.post(f"{PATH}/periode", monday(places="4", j1c1_de="09:00", du="2026-12-01", au="2026-11-01"))
    assert answer.status_code == 422
    for name in ("j0c1_places", "j1c1_a", "au"):
        assert re.search(rf'(?s)(id|name)="{name}"[^>]*aria-invalid="true"[^>]*', browser.html) or re.search(
            rf'aria-describedby="[^"]*erreur-{name}"', browser.html
        )
        assert f'id="erreur-{name}"' in browser.html
    assert 'value="09:00"' in browser.html  # what was typed is still there
    assert periods(rooms, nadia) == []


def test_copying_and_ready_made_weeks_are_buttons_that_fill_and_do_not_save(rooms: Rooms, nadia: Account) -> None:
    browser = rooms.visit(nadia)
    browser.post(f"{PATH}/periode", monday(action="copier-0"))
    assert browser.html.count('value="08:00"') == 5
    browser.post(f"{PATH}/periode", monday(action="copier", copier_de="0", copier_vers="5"))
    assert filled(browser) == {"j0c1_de": "08:00", "j5c1_de": "08:00"}
    browser.post(f"{PATH}/periode", {"action": "type-periscolaire", "type_places": "3", "du": "2026-12-01"})
    assert filled(browser)["j2c1_de"] == "07:30"
    assert filled(browser)["j4c2_de"] == "16:30"
    browser.post(f"{PATH}/periode", monday(action="effacer-0"))
    assert filled(browser) == {}
    assert periods(rooms, nadia) == []


def filled(browser: Browser) -> dict[str, str]:
    return {
        name: value
        for name, value in re.findall(r'id="(j\dc\d_de)" name="[^"]*" value="([^"]*)"', browser.html)
        if value
    }


def test_a_period_that_reaches_into_the_next_is_refused_in_a_sentence(rooms: Rooms, nadia: Account) -> None:
    browser = rooms.visit(nadia)
    browser.post(f"{PATH}/periode", monday(du="2027-01-01"))
    answer = browser.post(f"{PATH}/periode", monday(du="2026-12-01"))
    assert answer.status_code == 422
    assert "Une autre période commence le 1er janvier 2027 (sans fin)" in browser.text.replace("\u00a0", " ")
    browser.post(f"{PATH}/periode", monday(du="2026-12-01", au="2026-12-31"))
    assert [each.start for each in periods(rooms, nadia)] == [date(2026, 12, 1), date(2027, 1, 1)]


def test_places_that_will_be_free_make_a_period(rooms: Rooms, nadia: Account) -> None:
    browser = rooms.visit(nadia)
    assert browser.post(f"{PATH}/places", {"des": "2027-03-01", "nombre": "1", "semaine": ""}).status_code == 422
    browser.post(f"{PATH}/periode", monday(du="2026-11-01"))
    browser.post(f"{PATH}/places", {"des": "2027-03-01", "nombre": "3", "semaine": ""})
    assert [(each.start, each.ranges) for each in periods(rooms, nadia)] == [
        (date(2026, 11, 1), (Range(0, 480, 1080, 2),)),
        (date(2027, 3, 1), (Range(0, 480, 1080, 3),)),
    ]


def test_full_in_one_tap_and_taken_back(rooms: Rooms, nadia: Account) -> None:
    browser = rooms.visit(nadia)
    browser.post(f"{PATH}/periode", monday(du="2026-11-01"))
    before = periods(rooms, nadia)
    browser.post(f"{PATH}/complete")
    assert timetables.current(periods(rooms, nadia), TODAY).ranges == ()  # type: ignore[union-attr]
    undo = re.search(r'action="(/d/[^"]+)"', browser.html)
    assert undo
    browser.post(undo[1])
    assert "C’est annulé" in browser.text
    assert [(each.start, each.end, each.ranges) for each in periods(rooms, nadia)] == [
        (each.start, each.end, each.ranges) for each in before
    ]


def seen(browser: Browser, path: str) -> dict[str, str]:
    """What a form that is opened now says that it was opened with."""
    version = re.search(r'name="vu" value="([^"]*)"', browser.get(path).text)
    assert version
    return {"vu": version[1]}


def test_a_week_keeps_its_address_whatever_becomes_of_it(rooms: Rooms, nadia: Account) -> None:
    browser = rooms.visit(nadia)
    browser.post(f"{PATH}/periode", monday(du="2026-11-23"))
    (before,) = periods(rooms, nadia)
    browser.post(f"{PATH}/periode/{before.id}", monday("09:00", du="2026-11-23"))
    browser.post(f"{PATH}/complete")
    undo = re.search(r'action="(/d/[^"]+)"', browser.html)
    assert undo
    assert [each.id for each in periods(rooms, nadia)] == [before.id]
    browser.post(undo[1])
    (after,) = periods(rooms, nadia)
    assert (after.id, after.ranges) == (before.id, (Range(0, 540, 1080, 2),))


def test_a_week_from_a_second_tab_shows_both_and_is_saved_on_a_second_word(rooms: Rooms, nadia: Account) -> None:
    browser = rooms.visit(nadia)
    browser.post(f"{PATH}/periode", monday(du="2026-11-23"))
    (first,) = periods(rooms, nadia)
    path = f"{PATH}/periode/{first.id}"
    opened = seen(browser, path)
    browser.post(path, monday("09:00", du="2026-11-23", **opened))
    answer = browser.post(path, monday("10:00", du="2026-11-23", **opened))
    assert answer.status_code == 409
    assert "9 h – 18 h" in words(browser)  # what stands
    assert filled(browser) == {"j0c1_de": "10:00"}  # what was typed
    assert [each.ranges[0].start for each in periods(rooms, nadia)] == [540]
    again = re.search(r'name="vu" value="([^"]*)"', browser.html)
    assert again
    assert browser.post(path, monday("10:00", du="2026-11-23", vu=again[1])).url.path == PATH
    assert [each.ranges[0].start for each in periods(rooms, nadia)] == [600]


def test_the_same_week_sent_twice_is_saved_once(rooms: Rooms, nadia: Account) -> None:
    browser = rooms.visit(nadia)
    for _ in range(2):
        assert browser.post(f"{PATH}/periode", monday(du="2026-11-23")).url.path == PATH
    (first,) = periods(rooms, nadia)
    opened = seen(browser, f"{PATH}/periode/{first.id}")
    for _ in range(2):
        sent = browser.post(f"{PATH}/periode/{first.id}", monday("09:00", du="2026-11-23", **opened))
        assert sent.url.path == PATH


def test_a_new_week_after_back_changes_the_one_that_it_has_made(rooms: Rooms, nadia: Account) -> None:
    browser = rooms.visit(nadia)
    browser.post(f"{PATH}/periode", monday(du="2026-11-23"))
    (first,) = periods(rooms, nadia)
    assert browser.post(f"{PATH}/periode", monday("10:00", du="2026-11-23")).status_code == 409
    assert "8 h – 18 h" in words(browser)
    assert filled(browser) == {"j0c1_de": "10:00"}
    assert f'action="{PATH}/periode/{first.id}"' in browser.html


def test_a_week_that_is_gone_meanwhile_can_be_saved_as_a_new_one(rooms: Rooms, nadia: Account) -> None:
    browser = rooms.visit(nadia)
    browser.post(f"{PATH}/periode", monday(du="2026-11-23"))
    (first,) = periods(rooms, nadia)
    path = f"{PATH}/periode/{first.id}"
    opened = seen(browser, path)
    browser.post(f"{path}/supprimer")
    assert browser.post(path, monday("10:00", du="2026-11-23", **opened)).status_code == 409
    assert filled(browser) == {"j0c1_de": "10:00"}
    assert f'action="{PATH}/periode"' in browser.html
    browser.post(f"{PATH}/periode", monday("10:00", du="2026-11-23"))
    assert [each.ranges[0].start for each in periods(rooms, nadia)] == [600]
    gone = browser.get(path)
    assert gone.status_code == 404
    assert f'href="{PATH}"' in gone.text


def test_leave_is_added_and_taken_off(rooms: Rooms, nadia: Account) -> None:
    browser = rooms.visit(nadia)
    browser.post(f"{PATH}/conges", {"conge_du": "2026-12-21", "conge_au": "2026-12-31"})
    assert "du 21 décembre 2026 au 31 décembre 2026" in browser.text.replace("\u00a0", " ")
    assert browser.post(f"{PATH}/conges", {"conge_du": "2026-12-21", "conge_au": "2026-12-01"}).status_code == 422
    browser.post(f"{PATH}/conges/supprimer", {"conge_du": "2026-12-21", "conge_au": "2026-12-31"})
    assert "du 21 décembre" not in browser.text.replace("\u00a0", " ")


@pytest.mark.parametrize("publication", ["paused", "draft"])
def test_one_whom_parents_do_not_see_tells_her_week_all_the_same(rooms: Rooms, publication: str) -> None:
    account = minder(rooms)
    with database.connect(rooms.settings.database_url) as conn:
        conn.execute("update offer set publication = %s", [publication])
    rooms.visit(account).post(f"{PATH}/periode", monday())
    assert len(periods(rooms, account)) == 1


# The links of the mails ---------------------------------------------------------------------------------


def link(rooms: Rooms, account: Account, purpose: str) -> str:
    with database.connect(rooms.settings.database_url) as conn:
        expires = NOW + timedelta(days=60)
        token = links.create(conn, rooms.settings.keys, purpose, expires, account=account.id, offer=account.offer)
    return f"/d/{token}"


def test_to_look_at_a_mailed_link_changes_nothing_and_it_works_once(rooms: Rooms, nadia: Account) -> None:
    path, browser = link(rooms, nadia, "full"), rooms.visit()
    for _ in range(3):
        assert browser.get(path).status_code == 200
    assert periods(rooms, nadia) == []
    assert browser.post(path).status_code == 200
    assert [each.ranges for each in periods(rooms, nadia)] == [()]
    again = browser.post(path)
    assert again.status_code == 410
    assert browser.get(path).status_code == 410
    with database.connect(rooms.settings.database_url) as conn:
        assert conn.execute("select how, account from declaration").fetchall() == [("full", nadia.id)]


def test_a_link_that_is_not_ours_or_too_old_does_nothing(rooms: Rooms, nadia: Account) -> None:
    path, browser = link(rooms, nadia, "unchanged"), rooms.visit()
    assert browser.post(f"{path}x").status_code == 410
    assert browser.post(path, csrf="another site's").status_code == 403
    rooms.clock.now += timedelta(days=61)
    assert browser.post(path).status_code == 410
    with database.connect(rooms.settings.database_url) as conn:
        assert conn.execute("select count(*) from declaration").fetchall() == [(0,)]


def test_unchanged_without_a_week_asks_for_one(rooms: Rooms, nadia: Account) -> None:
    browser = rooms.visit()
    assert browser.post(link(rooms, nadia, "unchanged")).status_code == 409
    assert "Dites d’abord votre semaine" in browser.text


# Employers ------------------------------------------------------------------------------------------------


def test_an_employer_keeps_the_timetables_of_those_who_chose_it_and_sees_nothing_else(
    rooms: Rooms, nadia: Account
) -> None:
    other = minder(rooms, name="Lise M.")
    employer = rooms.account("employer", name="Crèche familiale du Port")
    assert nadia.offer
    with database.connect(rooms.settings.database_url) as conn:
        assert employers.set_employed(conn, nadia.offer, True, employer.id)
    browser = rooms.visit(employer)
    browser.get("/employeur")
    assert "Nadia B." in browser.text
    assert "Lise M." not in browser.text
    hers = f"/employeur/{nadia.offer}/disponibilites"
    browser.post(f"{hers}/periode", monday(du="2026-12-01"))
    assert len(periods(rooms, nadia)) == 1
    for page in (hers, f"{hers}/periode", "/employeur"):
        browser.get(page)
        for private in ("Secrète", "SECRET", "Introuvable", "06 39", "secrete@", nadia.mail):
            assert private not in browser.html
    assert browser.get(f"/employeur/{other.offer}/disponibilites").status_code == 403
    assert browser.post(f"/employeur/{other.offer}/disponibilites/complete").status_code == 403
    assert browser.get(PATH).status_code == 403
    with database.connect(rooms.settings.database_url) as conn:
        employers.set_employed(conn, nadia.offer, True, None)
    assert browser.get(hers).status_code == 403
