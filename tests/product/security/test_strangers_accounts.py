"""What somebody learns of, or does to, a person whose address he knows and who never asked for it."""

import re

import httpx
import pytest

from registry import database
from registry.parents.contact import opening
from tests.product.security.mailbox import codes, mails
from tests.records import assistant
from tests.rooms import Rooms

HERS = "future@example.org"


def test_a_relais_that_begins_for_an_address_reads_nothing_that_its_owner_writes_alone(rooms: Rooms) -> None:
    relais = rooms.visit(rooms.account("rpe", communes=["44109"]))
    relais.get("/rpe/inscription")
    path = relais.post("/rpe/inscription", {"mail": HERS}).url.path
    assert path.endswith("/1")
    assert any("commence avec vous votre inscription" in mail for mail in mails(rooms, HERS)), "she is told"
    hers = rooms.visit()
    hers.post("/inscription", {"mail": HERS})
    hers.post("/inscription/code", {"code": codes(rooms, HERS)[-1]})
    hers.post("/inscription/1", {"nom": "Secrète", "prenoms": "Nadia"})
    answer = relais.get(path)
    assert answer.status_code == 403
    assert "Secrète" not in relais.text
    assert relais.post(path, {"nom": "Changée"}).status_code == 403
    hers.get("/inscription/1")
    assert "Secrète" in hers.html
    relais.get("/rpe/inscription")
    assert HERS not in relais.text


def test_a_relais_makes_so_many_accounts_a_day(rooms: Rooms) -> None:
    relais = rooms.visit(rooms.account("rpe", communes=["44109"]))
    relais.get("/rpe/inscription")
    answers = [relais.post("/rpe/inscription", {"mail": f"n{n}@example.org"}).status_code for n in range(42)]
    assert answers.count(429) == 2


def test_a_keeper_fills_no_mailbox(rooms: Rooms) -> None:
    caf = rooms.visit(rooms.account("caf", department="44"))
    relais = rooms.account("rpe", HERS, communes=["44109"])
    statuses = [caf.post(f"/comptes/{relais.id}/inviter").status_code for _ in range(12)]
    assert statuses.count(429) == 2
    assert len(mails(rooms, HERS)) == 10


def test_one_client_keeps_no_parent_from_writing(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    with database.connect(rooms.settings.database_url) as conn:
        offer = assistant(conn)
        rooms_account = conn.execute(
            "insert into account (mail, role, offer) values ('am@example.org', 'am', %s) returning id", [offer]
        ).fetchall()
    assert rooms_account

    def write(client: str) -> int:
        monkeypatch.setattr("search_api.http.limits.client", lambda limiter, scope: client)
        browser = rooms.visit()
        browser.get(f"/offre/{offer}/ecrire")
        opened = re.findall(r'name="ouvert" value="([^"]+)"', browser.html)[0]
        rooms.clock.now = rooms.clock.now.replace(second=(rooms.clock.now.second + 5) % 60)
        fields = {"nom": "Camille", "mail": "parent@example.org", "message": "Bonjour, une place ?", "ouvert": opened}
        return browser.post(f"/offre/{offer}/ecrire", fields).status_code

    his = [write("192.0.2.1") for _ in range(opening.ASKED_BY_MAIL_AND_CLIENT.most + 2)]
    assert his.count(429) == 2
    assert write("192.0.2.2") == 200


@pytest.mark.parametrize("charset", ["punycode", "utf-7", "utf-16", "idna", "é", "x" * 100])
def test_a_form_is_read_as_utf_8_or_not_at_all(rooms: Rooms, charset: str) -> None:
    """Some of Python's codecs take minutes for what utf-8 takes at once, before anything else is looked at."""
    browser = rooms.visit()
    browser.get("/connexion")
    part = b'--B\r\nContent-Disposition: form-data; name="abc-"\r\n\r\nabc-' + b"b" * 15_000 + b"\r\n"
    headers = {"content-type": f"multipart/form-data; charset={charset}; boundary=B".encode()}
    http = browser.http

    async def send() -> httpx.Response:
        return await http.post("/connexion", content=part * 8 + b"--B--\r\n", headers=headers)  # type: ignore[arg-type]

    assert rooms.portal.call(send).status_code == 403


@pytest.mark.parametrize("origin", ["http://[", "http://évil", "null", "\x00", "https://[::1", ""])
def test_a_broken_origin_is_a_foreign_one(rooms: Rooms, origin: str) -> None:
    browser = rooms.visit()
    browser.get("/connexion")
    fields, http = {"csrf": browser.csrf, "mail": HERS}, browser.http

    async def send() -> httpx.Response:
        return await http.post("/connexion", data=fields, headers={b"origin": origin.encode()})

    assert rooms.portal.call(send).status_code == 403


@pytest.mark.parametrize("csrf", ["é", "\0", "", "0" * 64, "x" * 10_000])
def test_a_token_of_no_page_is_refused(rooms: Rooms, csrf: str) -> None:
    browser = rooms.visit()
    browser.get("/connexion")
    assert browser.post("/connexion", {"mail": HERS}, csrf=csrf).status_code == 403


def test_a_nul_in_an_address_is_no_fault_of_ours(rooms: Rooms) -> None:
    admin = rooms.visit(rooms.account("administrator"))
    for path in ("/offre/%00/ecrire", "/offre/a%00b/signaler", "/d/%00", "/alertes/confirmer/%00"):
        assert admin.get(path).status_code in (404, 410), path
    asked = ("/comptes?q=%00", "/comptes?q=%0%000", "/comptes?role=%00&q=a%00b")
    for path in (*asked, "/administration/journal?compte=%00&action=%00"):
        assert admin.get(path).status_code == 200, path


def test_the_mail_to_an_unproved_address_holds_no_word_of_a_stranger(rooms: Rooms) -> None:
    with database.connect(rooms.settings.database_url) as conn:
        offer = assistant(conn)
        conn.execute("insert into account (mail, role, offer) values ('am@example.org', 'am', %s)", [offer])
        draft = opening.Draft(offer, "Alerte", HERS, "Votre compte sera suspendu, appelez le 08 99.")
        opening.ask(conn, rooms.settings, draft, rooms.clock())
    (body,) = mails(rooms, HERS)
    assert "suspendu" not in body
    assert "Alerte" not in body
