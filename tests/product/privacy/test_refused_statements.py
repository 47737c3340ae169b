"""PostgreSQL's own words quote the row that it refused. They reach neither the server's log nor an answer."""

import httpx
import pytest

from registry.database import Connection
from tests.rooms import Rooms

MAIL = "secrete-entre-toutes@example.org"


def test_a_refused_statement_is_told_without_its_row(
    rooms: Rooms, registry: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("ERROR", logger="web.app")
    browser = rooms.visit()
    token = browser.csrf
    registry.execute("alter table sign_in_code add constraint never check (false) not valid")
    registry.commit()
    try:
        # Raises what a server would log.
        http = httpx.AsyncClient(
            transport=httpx.ASGITransport(rooms.app), base_url=rooms.settings.site_url, cookies=browser.http.cookies
        )
        answer = rooms.portal.call(lambda: http.post("/connexion", data={"csrf": token, "mail": MAIL}))
        rooms.portal.call(http.aclose)
    finally:
        registry.execute("alter table sign_in_code drop constraint never")
        registry.commit()
    assert answer.status_code == 500
    assert "CheckViolation (23514)" in caplog.text
    assert MAIL not in answer.text + caplog.text
