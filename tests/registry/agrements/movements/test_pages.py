"""The Caf's pages: what it sends, sees and settles, and what it must not."""

import re

import pytest

from registry import accounts, database
from registry.accounts import Account
from tests.conftest import TODAY
from tests.registry.agrements.movements.people import as_csv, line, person, status
from tests.rooms import Browser, Rooms


@pytest.fixture
def caf(rooms: Rooms) -> Account:
    return rooms.account("caf", department="44")


def sent(browser: Browser, data: bytes, name: str = "mouvements.csv") -> str:
    """Send a file; returns the address of its preview."""
    answer = browser.post("/mouvements", files={"fichier": (name, data, "text/csv")})
    assert answer.status_code == 200, browser.text
    return answer.url.path


def hidden(browser: Browser, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', browser.html)
    assert found is not None
    return found[1]


def test_a_file_is_looked_at_then_applied(rooms: Rooms, caf: Account) -> None:
    with database.connect(rooms.settings.database_url) as conn:
        offer = person(conn)
    browser = rooms.visit(caf)
    data = as_csv(
        line("retrait", TODAY.isoformat()), line("retrait", "1/13/2026"), line("retrait", "2026-11-01", "044-404")
    )
    path = sent(browser, data)
    assert "Rien n’est encore appliqué" in browser.text
    assert "Ligne 3 La date d’effet n’est pas une date" in browser.text
    assert "Aucun agrément de ce numéro" in browser.text
    with database.connect(rooms.settings.database_url) as conn:
        assert status(conn, offer) == "valid"
    browser.post(f"{path}/appliquer", {"vu": hidden(browser, "vu")})
    assert "Ont pris effet" in browser.text
    with database.connect(rooms.settings.database_url) as conn:
        assert status(conn, offer) == "withdrawn"
    browser.get("/mouvements")
    assert "1 a pris effet, 1 à rapprocher, 1 illisible" in browser.text
    assert sent(browser, data) == path


def test_what_is_applied_is_what_was_shown(rooms: Rooms, caf: Account) -> None:
    with database.connect(rooms.settings.database_url) as conn:
        offer = person(conn)
    browser = rooms.visit(caf)
    data = as_csv(line("suspension", TODAY.isoformat()))
    path = sent(browser, data)
    seen = hidden(browser, "vu")
    with database.connect(rooms.settings.database_url) as conn:
        conn.execute("update agrement set status = 'ceased' where offer = %s", [offer])
    answer = browser.post(f"{path}/appliquer", {"vu": seen})
    assert answer.status_code == 409
    assert "Le registre a changé" in browser.text
    assert "cessation d’activité" in browser.text
    twin = sent(browser, data)
    again = hidden(browser, "vu")
    browser.post(f"{path}/appliquer", {"vu": seen_now(browser, path)})
    # The other copy leads to the one that was applied.
    assert browser.post(f"{twin}/appliquer", {"vu": again}).url.path == path


def seen_now(browser: Browser, path: str) -> str:
    browser.get(path)
    return hidden(browser, "vu")


def test_a_caf_sees_its_own_department_only(rooms: Rooms, caf: Account) -> None:
    with database.connect(rooms.settings.database_url) as conn:
        person(conn)
    browser = rooms.visit(caf)
    path = sent(browser, as_csv(line("retrait", TODAY.isoformat(), "044-404")))
    browser.post(f"{path}/appliquer", {"vu": hidden(browser, "vu")})
    browser.get("/mouvements/a-rapprocher")
    queued = re.search(r'href="(/mouvements/a-rapprocher/\d+)"', browser.html)
    assert queued is not None
    other = rooms.visit(rooms.account("caf", department="49"))
    for address in (path, queued[1]):
        assert other.get(address).status_code == 404
    for action in (f"{path}/appliquer", f"{path}/reessayer", f"{path}/ecarter", f"{queued[1]}/ecarter"):
        assert other.post(action).status_code == 404
    other.get("/mouvements")
    assert "mouvements.csv" not in other.text
    assert rooms.visit(rooms.account("rpe")).get("/mouvements").status_code == 403


def test_a_movement_is_matched_or_put_aside_by_hand(rooms: Rooms, caf: Account) -> None:
    with database.connect(rooms.settings.database_url) as conn:
        offer = person(conn)
    browser = rooms.visit(caf)
    rows = [line("retrait", TODAY.isoformat(), "044-100", "Le Gof"), line("retrait", TODAY.isoformat(), "044-404")]
    path = sent(browser, as_csv(*rows))
    browser.post(f"{path}/appliquer", {"vu": hidden(browser, "vu")})
    browser.get("/mouvements/a-rapprocher")
    first, second = re.findall(r'href="(/mouvements/a-rapprocher/\d+)"', browser.html)
    browser.get(first)
    assert "044-001, Le Goff Anaïs" in browser.text
    assert browser.post(first, {"agrement": ""}).status_code == 422
    browser.post(first, {"agrement": offer})
    with database.connect(rooms.settings.database_url) as conn:
        assert status(conn, offer) == "withdrawn"
        assert conn.execute(
            "select count(*) from audit where account = %s and offer = %s and action = 'movement.candidate'",
            [caf.id, offer],
        ).fetchall()[0][0]
    browser.post(f"{second}/ecarter", {"motif": "erreur"})
    assert "Il n’y a rien à rapprocher" in browser.text
    browser.get(path)
    assert "Erreur du département." in browser.text


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.pdf", b"%PDF-1.7\n1 0 obj", "ni un CSV"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ancien format"),
        ("a.csv", b"nom;age\nDurand;3", "Il manque des colonnes"),
        ("a.csv", b"", "est vide"),
    ],
)
def test_a_file_that_is_none_is_refused_beside_its_field(
    rooms: Rooms, caf: Account, name: str, data: bytes, said: str
) -> None:
    browser = rooms.visit(caf)
    answer = browser.post("/mouvements", files={"fichier": (name, data, "text/csv")})
    assert answer.status_code == 422
    assert said in browser.text


def test_a_relais_reads_who_it_is_about_after_it_signed_in(rooms: Rooms, caf: Account) -> None:
    with database.connect(rooms.settings.database_url) as conn:
        person(conn)
        relais = accounts.create(conn, "rpe@example.org", "rpe", communes=["44109"])
    browser = rooms.visit(caf)
    path = sent(browser, as_csv(line("cessation", TODAY.isoformat())))
    browser.post(f"{path}/appliquer", {"vu": hidden(browser, "vu")})
    reader = rooms.visit(relais)
    reader.get("/mouvements/territoire")
    assert "Anaïs L." in reader.text
    assert "Goff" not in reader.text
    elsewhere = rooms.visit(rooms.account("rpe", communes=["49007"]))
    elsewhere.get("/mouvements/territoire")
    assert "Aucun mouvement" in elsewhere.text
