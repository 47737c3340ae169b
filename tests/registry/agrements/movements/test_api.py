"""The API for départements that can: by a token, each row answered, the same twice."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest

from registry import database
from registry.accounts import tokens
from tests.conftest import TODAY
from tests.openapi import complaints, validator
from tests.registry.agrements.movements.people import person, status
from tests.rooms import NOW, Rooms
from web.staff.movements import api, described

PATH = "/departement/api/v1/mouvements"


@pytest.fixture
def token(rooms: Rooms) -> str:
    with database.connect(rooms.settings.database_url) as conn:
        return tokens.create(conn, "44", "logiciel de la PMI", rooms.account("administrator"), NOW)


def call(rooms: Rooms, token: str | None, content: Any, **headers: str) -> httpx.Response:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    sent = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {}) | headers
    http = rooms.visit().http
    return rooms.portal.call(lambda: http.post(PATH, content=data, headers=sent))


def movement(**changed: Any) -> dict[str, Any]:
    return {
        "numero": "044-001",
        "nom": "LE GOFF",
        "prenom": "Anaïs",
        "date_naissance": "1980-01-31",
        "mouvement": "suspension",
        "date_effet": TODAY.isoformat(),
    } | changed


def test_movements_are_applied_and_each_is_answered(rooms: Rooms, token: str) -> None:
    with database.connect(rooms.settings.database_url) as conn:
        offer = person(conn)
    soon = (TODAY + timedelta(days=3)).isoformat()
    content = {
        "mouvements": [
            movement(),
            movement(mouvement="levee_suspension", date_effet=soon),
            movement(mouvement="retrait", date_effet=soon),
            movement(numero="044-404"),
        ]
    }
    tried = call(rooms, token, content | {"simulation": True})
    assert [each["etat"] for each in tried.json()["lignes"]] == ["applique", "refuse", "refuse", "a_rapprocher"]
    with database.connect(rooms.settings.database_url) as conn:
        assert status(conn, offer) == "valid"
    done = call(rooms, token, content)
    assert done.status_code == 200
    assert done.json()["bilan"] == {"applique": 1, "refuse": 2, "a_rapprocher": 1}
    assert "ligne 2 " in done.json()["lignes"][2]["motif"]
    assert done.json()["lignes"][0].keys() == {"ligne", "etat", "motif"}
    again = call(rooms, token, content)
    assert again.json() == done.json() | {"deja_recu": True}
    alone = call(rooms, token, {"mouvements": [movement()]})
    assert [each["etat"] for each in alone.json()["lignes"]] == ["sans_effet"]
    with database.connect(rooms.settings.database_url) as conn:
        assert status(conn, offer) == "suspended"
        assert conn.execute("select count(*) from movement where state = 'applied'").fetchall()[0][0] == 1


def test_the_openapi_document_tells_what_is_sent_and_answered(rooms: Rooms, token: str, tmp_path: Path) -> None:
    document = rooms.app.openapi()
    assert complaints(document, tmp_path) == []
    operation = document["paths"][PATH]["post"]
    assert operation["security"] == [{"token": []}]
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert all("security" not in each["get"] for each in document["paths"].values() if "get" in each)

    def schema(content: Any) -> Any:
        ((_, told),) = content.items()
        return told["schema"]

    with database.connect(rooms.settings.database_url) as conn:
        person(conn)
    good = {"mouvements": [movement(), movement(date_naissance=None)], "simulation": True}
    bad = {"mouvements": [movement(), movement(mouvement="congé")]}
    assert set(get_args(described.State)) == set(api.STATES.values())
    asked = validator(document, schema(operation["requestBody"]["content"]))
    assert asked.is_valid(good)
    assert not asked.is_valid(bad)
    for who, content, expected in ((token, good, 200), (token, bad, 422), (None, good, 401)):
        answer = call(rooms, who, content)
        assert answer.status_code == expected
        validator(document, schema(operation["responses"][str(expected)]["content"])).validate(answer.json())


def test_a_token_opens_its_own_department_while_it_is_good(rooms: Rooms, token: str) -> None:
    with database.connect(rooms.settings.database_url) as conn:
        offer = person(conn)
        abroad = tokens.create(conn, "49", "autre", rooms.account("administrator"), NOW)
    for bad in (None, "ribambelle_invented", ""):
        answer = call(rooms, bad, {"mouvements": [movement()]})
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert answer.headers["content-type"] == "application/problem+json"
    elsewhere = call(rooms, abroad, {"mouvements": [movement()]})
    assert elsewhere.json()["lignes"][0]["etat"] == "a_rapprocher"
    with database.connect(rooms.settings.database_url) as conn:
        for each in tokens.listing(conn):
            tokens.revoke(conn, each.id, rooms.clock())
    assert call(rooms, token, {"mouvements": [movement()]}).status_code == 401
    with database.connect(rooms.settings.database_url) as conn:
        assert status(conn, offer) == "valid"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "JSON"),
        (b'{"mouvements": []}', "1 à"),
        (b"[]", "objet"),
        ({"mouvements": [movement()], "encore": 1}, "mouvements"),
        ({"mouvements": [movement(), movement(date_effet="31/12/2026")]}, "lignes 2"),
        ({"mouvements": [movement(), 3]}, "lignes 2"),
        ({"mouvements": [movement(), movement(nom="")]}, "lignes 2"),
        ({"mouvements": [movement(), movement(numero=44001)]}, "lignes 2"),
        ({"mouvements": [movement(), movement(nom="Le\0Goff")]}, "lignes 2"),
        ({"mouvements": [movement(), movement(nir="2800144109")]}, "lignes 2"),
        ({"mouvements": [movement()], "simulation": "non"}, "simulation"),
    ],
)
def test_a_bad_body_is_refused_whole_with_its_lines(rooms: Rooms, token: str, content: Any, said: str) -> None:
    with database.connect(rooms.settings.database_url) as conn:
        offer = person(conn)
    answer = call(rooms, token, content)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert said in answer.json()["detail"]
    assert "Goff" not in answer.text
    with database.connect(rooms.settings.database_url) as conn:
        assert status(conn, offer) == "valid"


def test_too_much_or_of_another_type_is_refused(rooms: Rooms, token: str) -> None:
    assert call(rooms, token, b" " * (2 * 1024 * 1024 + 1)).status_code == 413
    assert call(rooms, token, b"a=b", **{"content-type": "application/x-www-form-urlencoded"}).status_code == 415
