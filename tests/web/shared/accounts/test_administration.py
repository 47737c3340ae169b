"""Accounts of the staff, tokens of the départements, and the journal that only grows."""

import re
from datetime import timedelta

import psycopg
import pytest

from registry import accounts, database
from registry.accounts import ROLES, Account, audit, staff, tokens
from registry.database import Connection
from tests.conftest import TODAY
from tests.rooms import NOW, Clock, Rooms
from web.core import rooms

SITE = "https://site.example"


def one(rooms: Rooms, query: str) -> object:
    with database.connect(rooms.settings.database_url) as conn:
        return conn.execute(query).fetchall()


def noted(rooms: Rooms, account: Account) -> list[str]:
    """What the journal, which keeps the lines of earlier tests, tells of this account."""
    with database.connect(rooms.settings.database_url) as conn:
        rows = conn.execute("select action from audit where account = %s order by id", [account.id])
        return [row[0] for row in rows]


def test_every_list_of_roles_has_all_of_them(registry: Connection) -> None:
    """Names, rooms, and what the table of accounts takes."""
    assert set(rooms.ROLE_NAMES) == set(rooms.ROOMS) == set(ROLES)
    (written,) = registry.execute(
        "select pg_get_constraintdef(oid) from pg_constraint where conname = 'account_role_check'"
    ).fetchall()[0]
    assert set(re.findall(r"'(\w+)'", written)) == set(ROLES)


def test_a_relais_gets_an_account_with_its_territory(rooms: Rooms) -> None:
    """Opened by the Caf of its département, until the end of its convention; what changes is told to the relais."""
    keeper = rooms.account("caf", department="44")
    caf = rooms.visit(keeper)
    values = {"mail": "RPE@example.org", "role": "rpe", "name": "Relais du Port", "communes": "44109, 244400610"}
    values["ends_on"] = "2027-12-31"
    answer = caf.post("/comptes/nouveau", values)
    assert answer.url.path.startswith("/comptes/")
    assert "Nantes" in caf.text, "whoever typed a code reads what it is"
    with database.connect(rooms.settings.database_url) as conn:
        made = accounts.by_mail(conn, "rpe@example.org")
        assert made is not None
        assert made in accounts.relais_of(conn, "44109")
    assert one(rooms, "select recipient from mail_outbox") == [("rpe@example.org",)]
    assert noted(rooms, keeper) == ["account.create"]
    inside = rooms.visit(made)
    caf.post(f"/comptes/{made.id}", {"name": "Relais", "communes": "44162", "offer": "", "ends_on": "2027-12-31"})
    assert one(rooms, "select count(*) from mail_outbox where subject like '%accès%changé%'") == [(1,)]
    assert inside.get("/rpe").url.path == "/connexion", "what was open was open by the territory of before"
    with database.connect(rooms.settings.database_url) as conn:
        assert accounts.relais_of(conn, "44109") == []
        assert [each.name for each in accounts.relais_of(conn, "44162")] == ["Relais"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"role": "am"}, "role"),
        ({"role": "caf"}, "department"),
        ({"role": "rpe"}, "role"),
        ({"role": "moderator", "mail": "x"}, "mail"),
        ({"role": "moderator", "ends_on": "2020-01-01"}, "ends_on"),
        ({"role": "moderator", "ends_on": "demain"}, "ends_on"),
        ({"role": "moderator", "name": ""}, "name"),
    ],
)
def test_what_cannot_be_an_account_is_told_beside_the_field(rooms: Rooms, values: dict[str, str], field: str) -> None:
    admin = rooms.visit(rooms.account("administrator"))
    answer = admin.post("/comptes/nouveau", {"mail": "n@example.org", "name": "N"} | values)
    assert answer.status_code == 422
    assert f'href="#{field}"' in admin.html
    assert one(rooms, "select count(*) from account") == [(1,)]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"role": "moderator"}, "role"),
        ({"role": "rpe", "communes": "44109 99999"}, "communes"),
        ({"role": "rpe", "communes": ""}, "communes"),
        ({"role": "commune", "communes": ""}, "communes"),
        ({"role": "commune", "communes": "75112"}, "communes"),
        ({"role": "rpe", "offer": "inconnue0000"}, "offer"),
        ({"role": "rpe", "ends_on": ""}, "ends_on"),
        ({"role": "service", "ends_on": ""}, "ends_on"),
        ({"role": "service", "ends_on": "2199-01-01"}, "ends_on"),
    ],
)
def test_a_caf_opens_accounts_of_its_departement_under_convention(
    rooms: Rooms, values: dict[str, str], field: str
) -> None:
    caf = rooms.visit(rooms.account("caf", department="44"))
    good = {"mail": "n@example.org", "name": "N", "role": "rpe", "communes": "44109", "ends_on": "2027-01-31"}
    assert caf.post("/comptes/nouveau", good | values).status_code == 422
    assert f'href="#{field}"' in caf.html
    assert caf.post("/comptes/nouveau", good).url.path.startswith("/comptes/")


@pytest.mark.parametrize("role", ["caf", "department"])
def test_an_account_of_a_departement_can_be_opened(rooms: Rooms, role: str) -> None:
    admin = rooms.visit(rooms.account("administrator"))
    values = {"mail": "d@example.org", "name": "Loire-Atlantique", "role": role, "department": "44"}
    assert admin.post("/comptes/nouveau", values).status_code == 200
    assert one(rooms, f"select department from account where role = '{role}'") == [("44",)]


def test_a_caf_keeps_what_lies_in_its_departement_and_nothing_else(rooms: Rooms) -> None:
    caf = rooms.visit(rooms.account("caf", department="44"))
    hers = rooms.account("rpe", name="Relais d’ici", communes=["44109"])
    others = [
        rooms.account("rpe", name="Relais d’ailleurs", communes=["75112"]),
        rooms.account("rpe", name="Relais à cheval", communes=["44109", "49007"]),
        rooms.account("rpe", name="Relais sans commune"),
        rooms.account("caf", name="Autre Caf", department="44"),
        rooms.account("department", name="Service de PMI", department="44"),
        rooms.account("moderator", name="Modératrice"),
        rooms.account("am"),
    ]
    caf.get("/comptes")
    assert "Relais d’ici" in caf.text
    assert not any(each.name and each.name in caf.text for each in others)
    for each in others:
        assert caf.get(f"/comptes/{each.id}").status_code == 404
        for action in ("", "/fermer", "/deconnecter", "/inviter", "/reinitialiser", "/reinitialiser/annuler"):
            assert caf.post(f"/comptes/{each.id}{action}", {"name": "X"}).status_code == 404
    assert caf.post(f"/comptes/{hers.id}/fermer").status_code == 200
    assert one(rooms, "select count(*) from account where closed_at is not null") == [(1,)]


def test_an_account_ends_with_its_last_day(rooms: Rooms, clock: Clock) -> None:
    last = TODAY + timedelta(days=20)
    relais = rooms.account("rpe", "rpe@example.org", communes=["44109"], ends_on=last)
    with database.connect(rooms.settings.database_url) as conn:
        for _ in range(2):
            assert staff.end_over(conn, clock.now, site_url=SITE) == 0
    assert one(rooms, "select recipient, count(*) from mail_outbox group by 1") == [("rpe@example.org", 1)]
    clock.now = NOW + timedelta(days=20)
    assert rooms.visit(relais).get("/rpe").status_code == 200
    inside = rooms.visit(relais)
    clock.now = NOW + timedelta(days=20, hours=11, minutes=59)
    assert inside.get("/rpe").status_code == 200
    clock.now = NOW + timedelta(days=21)
    assert rooms.visit(relais).get("/rpe", follow=False).status_code == 303
    browser = rooms.visit()
    browser.post("/connexion", {"mail": "rpe@example.org"})
    with database.connect(rooms.settings.database_url) as conn:
        (body,) = conn.execute("select body from mail_outbox order by queued_at desc limit 1").fetchall()[0]
    browser.post("/connexion/code", {"code": re.findall(r"\d{6}", body)[0]})
    assert "a pris fin" in browser.text
    with database.connect(rooms.settings.database_url) as conn:
        assert staff.end_over(conn, clock.now, site_url=SITE) == 1
    assert one(rooms, "select count(*) from account where closed_at is null") == [(0,)]


def test_a_mail_has_one_open_account(rooms: Rooms) -> None:
    admin = rooms.visit(rooms.account("administrator"))
    values = {"mail": "m@example.org", "role": "moderator", "name": "Modératrice"}
    assert admin.post("/comptes/nouveau", values).status_code == 200
    assert admin.post("/comptes/nouveau", values).status_code == 422
    assert "déjà celle d’un compte" in admin.text


def test_a_closed_account_is_out_at_once_but_not_the_last_administrator(rooms: Rooms) -> None:
    root = rooms.account("administrator")
    admin, moderator = rooms.visit(root), rooms.account("moderator")
    inside = rooms.visit(moderator)
    admin.get("/comptes")
    admin.post(f"/comptes/{moderator.id}/fermer")
    assert inside.get("/compte").url.path == "/connexion"
    assert admin.post(f"/comptes/{root.id}/fermer").status_code == 409
    assert admin.get("/comptes").status_code == 200


def test_an_assistant_maternels_account_is_not_the_administrators(rooms: Rooms) -> None:
    am = rooms.account("am", "secrete@example.org")
    admin = rooms.visit(rooms.account("administrator"))
    admin.get("/comptes?q=secrete")
    assert "secrete@example.org" not in admin.text
    assert admin.get(f"/comptes/{am.id}").status_code == 404
    assert admin.post(f"/comptes/{am.id}/fermer").status_code == 404


def test_a_token_is_shown_once_and_speaks_for_its_departement_until_it_is_revoked(rooms: Rooms) -> None:
    root = rooms.account("administrator")
    admin = rooms.visit(root)
    admin.post("/administration/jetons", {"department": "44", "name": "Logiciel"})
    (token,) = re.findall(r"ribambelle_[\w-]+", admin.text)
    admin.get("/administration/jetons")
    assert token not in admin.html
    with database.connect(rooms.settings.database_url) as conn:
        assert tokens.department_of(conn, token, NOW) == "44"
        assert tokens.department_of(conn, token + "x", NOW) is None
        assert tokens.department_of(conn, token, NOW + tokens.LIFE) is None, "a token has an end"
    (id,) = re.findall(r'name="jeton" value="(\w+)"', admin.html)
    with database.connect(rooms.settings.database_url) as conn:
        assert tokens.department_of(conn, id, NOW) is None
    admin.post("/administration/jetons/revoquer", {"jeton": id})
    with database.connect(rooms.settings.database_url) as conn:
        assert tokens.department_of(conn, token, NOW) is None
    assert noted(rooms, root) == ["token.create", "token.revoke"]
    assert admin.post("/administration/jetons", {"department": "99", "name": ""}).status_code == 422


def test_the_journal_is_read_by_who_what_and_when(rooms: Rooms) -> None:
    moderator = rooms.account("moderator", "lectrice@example.org")
    with database.connect(rooms.settings.database_url) as conn:
        for n in range(105):
            audit.note(conn, moderator, "request.read", "abcdefghjkmn", ["last_name"], page=n)
        audit.note(conn, None, "movement.apply")
    admin = rooms.visit(rooms.account("administrator"))
    admin.get("/administration/journal")
    assert "le système" in admin.text
    older = re.findall(r'href="(/administration/journal\?[^"]+)"', admin.html)[0].replace("&amp;", "&")
    assert admin.html.count("request.read") == 99
    admin.get(older)
    assert admin.html.count("request.read") == 6
    admin.get("/administration/journal?compte=LECTRICE&action=request.&offre=abcdefghjkmn")
    assert admin.html.count("request.read") == 100
    assert "movement.apply" not in admin.html
    admin.get("/administration/journal?au=2020-01-01")
    assert "Aucune ligne" in admin.text
    assert admin.get("/administration/journal?avant=x&du=y&au=z").status_code == 200


@pytest.mark.parametrize("statement", ["update audit set action = 'x'", "delete from audit", "truncate audit"])
def test_nothing_changes_the_journal(registry: Connection, statement: str) -> None:
    audit.note(registry, None, "movement.apply")
    with pytest.raises(psycopg.errors.RestrictViolation):
        registry.execute(statement)
