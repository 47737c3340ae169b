"""Accounts of the staff, tokens of the départements, and the journal that only grows."""

import re

import psycopg
import pytest

from registry import accounts, audit, database
from registry.accounts import Account, tokens
from registry.database import Connection
from tests.rooms import NOW, Rooms


def one(rooms: Rooms, query: str) -> object:
    with database.connect(rooms.settings.database_url) as conn:
        return conn.execute(query).fetchall()


def noted(rooms: Rooms, account: Account) -> list[str]:
    """What the journal, which keeps the lines of earlier tests, tells of this account."""
    with database.connect(rooms.settings.database_url) as conn:
        rows = conn.execute("select action from audit where account = %s order by id", [account.id])
        return [row[0] for row in rows]


def test_a_relais_gets_an_account_with_its_territory(rooms: Rooms) -> None:
    root = rooms.account("administrator")
    admin = rooms.visit(root)
    values = {"mail": "RPE@example.org", "role": "rpe", "name": "Relais du Port", "communes": "44109, 244400610"}
    answer = admin.post("/administration/nouveau", values)
    assert answer.url.path == "/administration"
    assert "Relais du Port" in admin.text
    with database.connect(rooms.settings.database_url) as conn:
        made = accounts.by_mail(conn, "rpe@example.org")
        assert made is not None
        assert made in accounts.relais_of(conn, "44109")
    assert one(rooms, "select recipient from mail_outbox") == [("rpe@example.org",)]
    assert noted(rooms, root) == ["account.create"]
    admin.post(f"/administration/comptes/{made.id}", {"name": "Relais", "communes": "44162", "offer": ""})
    with database.connect(rooms.settings.database_url) as conn:
        assert accounts.relais_of(conn, "44109") == []
        assert [each.name for each in accounts.relais_of(conn, "44162")] == ["Relais"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"role": "am"}, "role"),
        ({"role": "caf"}, "department"),
        ({"role": "rpe", "communes": "44109 99999"}, "communes"),
        ({"role": "rpe"}, "communes"),
        ({"role": "rpe", "communes": "44109", "offer": "inconnue0000"}, "offer"),
        ({"role": "moderator", "mail": "x"}, "mail"),
        ({"role": "moderator", "name": ""}, "name"),
    ],
)
def test_what_cannot_be_an_account_is_told_beside_the_field(rooms: Rooms, values: dict[str, str], field: str) -> None:
    admin = rooms.visit(rooms.account("administrator"))
    answer = admin.post("/administration/nouveau", {"mail": "n@example.org", "name": "N"} | values)
    assert answer.status_code == 422
    assert f'href="#{field}"' in admin.html
    assert one(rooms, "select count(*) from account") == [(1,)]


def test_a_mail_has_one_open_account(rooms: Rooms) -> None:
    admin = rooms.visit(rooms.account("administrator"))
    values = {"mail": "m@example.org", "role": "moderator", "name": "Modératrice"}
    assert admin.post("/administration/nouveau", values).status_code == 200
    assert admin.post("/administration/nouveau", values).status_code == 422
    assert "Un compte a déjà cette adresse" in admin.text


def test_a_closed_account_is_out_at_once_but_not_the_last_administrator(rooms: Rooms) -> None:
    root = rooms.account("administrator")
    admin, moderator = rooms.visit(root), rooms.account("moderator")
    inside = rooms.visit(moderator)
    admin.post(f"/administration/comptes/{moderator.id}/fermer")
    assert inside.get("/compte").url.path == "/connexion"
    assert admin.post(f"/administration/comptes/{root.id}/fermer").status_code == 409
    assert admin.get("/administration").status_code == 200


def test_an_assistant_maternels_account_is_not_the_administrators(rooms: Rooms) -> None:
    am = rooms.account("am", "secrete@example.org")
    admin = rooms.visit(rooms.account("administrator"))
    admin.get("/administration?q=secrete")
    assert "secrete@example.org" not in admin.text
    assert admin.get(f"/administration/comptes/{am.id}").status_code == 404
    assert admin.post(f"/administration/comptes/{am.id}/fermer").status_code == 404


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
