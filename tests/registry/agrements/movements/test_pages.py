"""The Caf's pages: what it sends, sees and settles, and what it must not."""

import re
from uuid import UUID

import pytest

from registry import accounts, database
from registry.accounts import Account
from registry.agrements.movements import files
from registry.intake import runs
from tests.conftest import TODAY
from tests.registry.agrements.movements.people import as_csv, line, person, status
from tests.rooms import NOW, Browser, Rooms


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
    assert "Ligne 3 La date d’effet « 1/13/2026 » n’est pas une date" in browser.text
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
    with database.connect(rooms.settings.database_url) as conn:
        conn.execute("update agrement set status = 'valid' where offer = %s", [offer])
    twin = sent(browser, data)
    again = hidden(browser, "vu")
    browser.post(f"{path}/appliquer", {"vu": seen_now(browser, path)})
    # The other copy leads to the one that was applied.
    assert browser.post(f"{twin}/appliquer", {"vu": again}).url.path == path


def seen_now(browser: Browser, path: str) -> str:
    browser.get(path)
    return hidden(browser, "vu")


def test_a_preview_that_changes_nothing_offers_nothing_and_is_never_said_to_be_applied(
    rooms: Rooms, caf: Account
) -> None:
    with database.connect(rooms.settings.database_url) as conn:
        person(conn)
    browser = rooms.visit(caf)
    first = sent(browser, as_csv(line("suspension", TODAY.isoformat())))
    browser.post(f"{first}/appliquer", {"vu": hidden(browser, "vu")})
    again = sent(browser, as_csv(line("suspension", TODAY.isoformat()), line("suspension", "1/13/2026")), "b.csv")
    assert "Appliquer les mouvements" not in browser.text
    assert "Il n’y a rien à appliquer" in browser.text
    with database.connect(rooms.settings.database_url) as conn:
        found = runs.find(conn, UUID(again.rpartition("/")[2]))
        seen = files.told(files.planned(conn, caf, found, TODAY)[1])
    assert browser.post(f"{again}/appliquer", {"vu": seen}).status_code == 409
    with database.connect(rooms.settings.database_url) as conn:
        files.apply(conn, found.id, caf, NOW)  # as the API does, which has no preview
    browser.get(again)
    assert "Sans effet : b.csv" in browser.text.replace("\u00a0", " ")
    assert "Appliqué" not in browser.text
    browser.get("/mouvements")
    assert "b.csv sans effet" in browser.text


def test_a_refusal_quotes_the_value_and_reaches_the_page(rooms: Rooms, caf: Account) -> None:
    """Through the process that reads the file, which the site does not trust."""
    browser = rooms.visit(caf)
    sent(
        browser,
        as_csv(
            line("congé", TODAY.isoformat()),
            line("retrait", "31/02/2026"),
            line("retrait", TODAY.isoformat(), birth_date="1980"),
            line("retrait", TODAY.isoformat(), number="4,4E+08"),
            line("retrait", "1" * 200),
        ),
    )
    text = browser.text.replace("\u00a0", " ")
    for said in ("« congé » n’est ni", "« 31/02/2026 » n’est pas", "« 1980 » n’est pas", "« 4,4E+08 » a été abrégé"):
        assert said in text
    assert f"« {'1' * 60}… »" in text


def test_an_applied_file_is_taken_back_with_a_reason(rooms: Rooms, caf: Account) -> None:
    with database.connect(rooms.settings.database_url) as conn:
        offer, other = person(conn), person(conn, "044-002", "Roux", "Lou")
    browser = rooms.visit(caf)
    rows = [line("suspension", TODAY.isoformat()), line("retrait", TODAY.isoformat(), "044-002", "Roux", "Lou")]
    path = sent(browser, as_csv(*rows))
    browser.post(f"{path}/appliquer", {"vu": hidden(browser, "vu")})
    (one,) = re.findall(r'href="(/mouvements/mouvement/\d+/annuler)"[^<]*<span[^>]*>[^<]*retrait', browser.html)
    browser.get(one)
    assert "L’agrément sera en cours de validité." in browser.text
    assert browser.post(one, {"vu": hidden(browser, "vu")}).status_code == 422
    browser.post(one, {"vu": hidden(browser, "vu"), "motif": "decision"})
    with database.connect(rooms.settings.database_url) as conn:
        assert (status(conn, offer), status(conn, other)) == ("suspended", "valid")
    browser.get(f"{path}/annuler")
    assert "Rien n’est encore annulé" in browser.text
    seen = hidden(browser, "vu")
    assert browser.post(f"{path}/annuler", {"vu": "autre", "motif": "fichier"}).status_code == 409
    browser.post(f"{path}/annuler", {"vu": seen, "motif": "fichier"})
    assert "Annulé" in browser.text
    assert "Mauvais fichier." in browser.text
    with database.connect(rooms.settings.database_url) as conn:
        assert status(conn, offer) == "valid"
    assert browser.get(f"{path}/annuler").status_code == 404
    browser.get("/mouvements")
    assert "mouvements.csv annulé" in browser.text


def test_what_stands_against_it_is_said_line_by_line(rooms: Rooms, caf: Account) -> None:
    with database.connect(rooms.settings.database_url) as conn:
        offer = person(conn)
    browser = rooms.visit(caf)
    first = sent(browser, as_csv(line("suspension", "2026-11-01")))
    browser.post(f"{first}/appliquer", {"vu": hidden(browser, "vu")})
    browser.get(f"{first}/annuler")
    seen = hidden(browser, "vu")
    second = sent(browser, as_csv(line("levée", TODAY.isoformat())), "b.csv")
    browser.post(f"{second}/appliquer", {"vu": hidden(browser, "vu")})
    assert browser.post(f"{first}/annuler", {"vu": seen, "motif": "fichier"}).status_code == 409
    assert "Un mouvement plus récent s’appuie dessus" in browser.text
    assert "b.csv" in browser.text
    assert "motif" not in browser.html
    with database.connect(rooms.settings.database_url) as conn:
        assert status(conn, offer) == "valid"


def test_a_departement_enters_one_movement_of_one_of_its_agrements(rooms: Rooms) -> None:
    with database.connect(rooms.settings.database_url) as conn:
        offer, elsewhere = person(conn), person(conn, "049-001", "Le Goff", "Lou")
        conn.execute("update agrement set department = '49' where offer = %s", [elsewhere])
    browser = rooms.visit(rooms.account("department", department="44"))
    browser.get("/mouvements")
    browser.get("/mouvements/nouveau")
    asked = {"recherche": "", "vers": "chercher"}
    assert browser.post("/mouvements/nouveau", asked).status_code == 422
    assert browser.post("/mouvements/nouveau", asked | {"recherche": "Personne"}).status_code == 422
    for typed in ("anais le goff", "LE GOFF", "044 001"):
        browser.post("/mouvements/nouveau", asked | {"recherche": typed})
        assert "044-001, Le Goff Anaïs" in browser.text
        assert "049-001" not in browser.text
    told = {"recherche": "Le Goff", "agrement": offer, "mouvement": "suspension", "date_effet": "31/02/2026"}
    assert browser.post("/mouvements/nouveau", told).status_code == 422
    assert "31/02/2026" in browser.text
    foreign = told | {"agrement": elsewhere, "date_effet": TODAY.isoformat()}
    assert browser.post("/mouvements/nouveau", foreign).status_code == 422
    preview = browser.post("/mouvements/nouveau", told | {"date_effet": TODAY.isoformat()}).url.path
    assert "Rien n’est encore appliqué" in browser.text
    assert "Prendront effet tout de suite" in browser.text
    browser.post(f"{preview}/appliquer", {"vu": hidden(browser, "vu")})
    with database.connect(rooms.settings.database_url) as conn:
        assert status(conn, offer) == "suspended"
        assert conn.execute("select count(*) from audit where action = 'movement.look_up'").fetchall()[0][0]
    browser.post("/mouvements/nouveau", told | {"date_effet": TODAY.isoformat()})
    assert "Il n’y a rien à appliquer" in browser.text
    assert "Déjà dit : saisie du" in browser.text


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
    for action in (
        f"{path}/appliquer",
        f"{path}/reessayer",
        f"{path}/ecarter",
        f"{path}/annuler",
        f"{queued[1]}/ecarter",
    ):
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
