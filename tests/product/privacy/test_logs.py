"""What is logged: of a private fact when something goes wrong with it, and of those who search."""

import asyncio
import logging
from pathlib import Path

import httpx
import psycopg
import pytest

from registry.database import Connection
from search_api.http.app import close, create_app
from settings import Settings
from tests.conftest import wait_for
from tests.loire import Loire
from tests.records import assistant


def test_the_databases_log_tells_the_error_but_not_the_row(registry: Connection, servers_directory: Path) -> None:
    offer = assistant(registry)
    with pytest.raises(psycopg.errors.CheckViolation), registry.transaction():
        registry.execute("update am_home set address = '8 impasse du Secret', lat = 99 where offer = %s", [offer])
    with pytest.raises(psycopg.errors.UniqueViolation), registry.transaction():
        registry.execute("insert into am_contact (offer, phone) values (%s, '06 39 98 11 11')", [offer])

    def logged() -> str:
        return (servers_directory / "postgresql" / "postgresql.log").read_text("utf-8")

    wait_for(lambda: "am_home_lat_check" in logged() and "am_contact_pkey" in logged(), what="both errors in the log")
    for private in ("impasse du Secret", "06 39 98 11 11", offer):
        assert private not in logged()


@pytest.mark.parametrize("engine", ["there", "away"])
def test_the_apis_logs_do_not_tell_who_searches_for_what(
    loire: Loire, caplog: pytest.LogCaptureFixture, engine: str
) -> None:
    """Every logger of the process, at its most talkative, but for the client's of this test."""
    changes = {"slow_query_s": 1e-9} | ({"elasticsearch_url": "http://127.0.0.1:9"} if engine == "away" else {})
    private = {
        "/api/v1/offers": {"near": "47.21234,-1.55678", "q": "secret", "need": "tue@05:10-06:20", "kind": "eaje"},
        "/api/v1/map": {"bbox": "-1.55678,47.21234,-1.4,47.3", "zoom": "12", "child_birthdate": "2025-02-17"},
        "/api/v1/suggest": {"q": "8 impasse du Secret"},
        f"/api/v1/offers/{loire.extra['tied']}": {},
        "/api/v1/counts": {"by": "kind", "near": "47.21234,-1.55678", "radius_km": "wrong"},
    }

    async def ask(settings: Settings) -> list[int]:
        app = create_app(settings)
        transport = httpx.ASGITransport(app, client=("198.51.100.7", 1))
        headers = {"User-Agent": "agent of a family", "X-Forwarded-For": "198.51.100.8"}
        async with httpx.AsyncClient(transport=transport, base_url="http://api", headers=headers) as http:
            found = [(await http.get(path, params=query)).status_code for path, query in private.items()]
        await close(app)
        return found

    caplog.set_level(logging.WARNING, "httpx")
    caplog.set_level(logging.DEBUG)
    found = asyncio.run(ask(loire.settings.model_copy(update=changes)))
    assert found == [200 if engine == "there" else 503] * 4 + [422]
    told = [record for record in caplog.records if record.name.startswith("ribambelle")]
    assert {record.name for record in told} == {"ribambelle.search", "ribambelle.access", "ribambelle.proxies"}
    values = [value for query in private.values() for name, value in query.items() if len(value) > 4]
    for line in caplog.text.splitlines():
        for each in [*values, "47.2", "-1.5", "Secret", loire.extra["tied"], "198.51.100", "agent of", "?"]:
            assert each not in line
