"""The site over the real engine: hand-written documents, asked in process or by a real browser."""

import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from typing import Any

import httpx
import pytest
import uvicorn
from anyio.from_thread import start_blocking_portal
from elasticsearch import Elasticsearch
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from local.servers import Urls
from mappings.documents import Bounds, Hours, Place, Range, RetiredPlace, Source
from search_api.http.app import close
from settings import Settings
from tests.conftest import wait_for
from tests.search_api import documents
from tests.search_api.conftest import Client, load
from tests.web.site.many_offers import HEIGHTS, MANY, NEED
from web.app import create_app

SHOWN_PHONE = "06 39 98 00 01"

NOON = datetime.combine(documents.TODAY, time(11), UTC)
"""On a Monday, in France: what a fiche says of today does not depend on the day of the test."""

OFFERS = [
    *documents.OFFERS,
    documents.offer(
        "gisele",
        "assistant_maternel",
        "Gisèle T.",
        47.2230,
        -1.5580,
        precision="street",
        address="rue des Tilleuls",
        capacity=3,
        availability=[documents.period("2026-09-01", None, ("mon-thu", "08:00", "17:00", 2))],
        confirmed_on=date(2026, 11, 20),
        contact={"phone": SHOWN_PHONE, "mail": "gisele@example.org", "site": None},
    ),
    documents.offer(
        "horaires",
        "eaje",
        "Crèche <b>du</b> Port",
        47.2110,
        -1.5600,
        subkind="multi_accueil",
        opening=documents.opening("mon-fri", "07:30", "18:30"),
        opening_hours=[Hours(day=day, start="07:30", end="18:30") for day in documents.days_of("mon-fri")],
        contact={"phone": "+33240419000 poste 12", "mail": None, "site": "https://creche.example.org"},
        source=Source(label="Ville", licence="Licence Ouverte", published="2018"),
        address="1 quai du Port",
        fictitious=False,
    ),
    # Days at two neighbours, a night at a third one, far from all others.
    *(
        documents.offer(
            id,
            "assistant_maternel",
            name,
            lat,
            55.4504,
            commune="97411",
            precision="street",
            ages=Range(gte=0, lt=36),
            availability=[documents.period("2026-09-01", None, *hours)],
            confirmed_on=date(2026, 11, 20),
        )
        for id, name, lat, hours in (
            ("nina", "Nina L.", -20.8821, [("mon-fri", "07:00", "19:30", 1)]),
            ("olga", "Olga R.", -20.8857, [("tue", "07:00", "19:30", 1), ("thu", "07:00", "19:30", 1)]),
            ("paula", "Paula V.", -20.8900, [("tue", "19:00", "08:00", 1)]),
        )
    ),
    *(
        documents.offer(f"relais{n:02}", "rpe", f"Relais {n:02}", 47.25 + n / 10_000, -1.60, commune="44162")
        for n in range(25)
    ),
]


def with_square(place: Place | RetiredPlace) -> Place | RetiredPlace:
    """A contour of a few kilometres around a place's own point."""
    if isinstance(place, RetiredPlace):
        return place
    lat, lon = place.position.lat, place.position.lon
    ring = [[lon + x, lat + y] for x, y in ((-0.03, -0.02), (0.03, -0.02), (0.03, 0.02), (-0.03, 0.02), (-0.03, -0.02))]
    drawn = {
        "contour": {"type": "Polygon", "coordinates": [ring]},
        "lat_range": Bounds(gte=lat - 0.02, lte=lat + 0.02),
        "lon_range": Bounds(gte=lon - 0.03, lte=lon + 0.03),
    }
    return place.model_copy(update=drawn)


@pytest.fixture(scope="session")
def settings(servers: Urls, run_id: str) -> Iterator[Settings]:
    prefix = f"web-{run_id}"
    with Elasticsearch(servers.elasticsearch_url) as engine:
        places = [with_square(place) for place in documents.places()]
        names = [load(engine, prefix, "offers", OFFERS), load(engine, prefix, "places", places)]
        yield Settings(
            database_url="",  # the search alone
            elasticsearch_url=servers.elasticsearch_url,
            redis_url="",
            index_prefix=prefix,
            secret_key="a key of the tests as long as one has to be",  # noqa: S106 (signs the cursors of this run only)
            rate_limit=1_000_000,
        )
        engine.indices.delete(index=names)


@contextmanager
def visitor(settings: Settings) -> Iterator[Client]:
    """Reads the site without a network between, and without JavaScript."""
    with start_blocking_portal() as portal:
        app = portal.call(lambda: create_app(settings, now=lambda: NOON, today=lambda: documents.TODAY))
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        http = httpx.AsyncClient(transport=transport, base_url="http://site")
        try:
            yield Client(app, portal, http)
        finally:
            portal.call(http.aclose)
            portal.call(close, app)


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a page says does not depend on how busy the machine of the tests is; one test sets its own bound."""
    monkeypatch.setattr("web.shared.search.asking.BESIDE_S", 10.0)


@pytest.fixture(scope="session")
def site(settings: Settings) -> Iterator[Client]:
    with visitor(settings) as connected:
        yield connected


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    """The address of the site on a free port."""
    app = create_app(settings, today=lambda: documents.TODAY)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        wait_for(lambda: server.started, what="the site")
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(timeout=20)


@pytest.fixture(scope="session")
def address(settings: Settings) -> Iterator[str]:
    """The site on a free port, for a browser."""
    with served(settings) as found:
        yield found


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The system's own. Where it is missing these tests are left out, but not in CI.

    No longer than a module: while it is open a loop runs in this thread, and other tests run their own.
    """
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None and os.environ.get("CI") != "true":
        pytest.skip("il manque Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
        )
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Opens a page of the site; fails at the end when a script failed, or the browser refused something of it."""
    faults: list[str] = []
    contexts = []

    def opened(path: str = "/", *, width: int = 1280, expect: int = 200, **options: Any) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": 800}, locale="fr-FR", **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" and expect == 200 else None)
        answer = page.goto(address + path)
        assert answer is not None
        assert answer.status == expect
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture(scope="session")
def full_site(settings: Settings, shared_registry: str) -> Iterator[str]:
    """A site with more offers than a screen holds, the demo's ribbon and accounts."""
    prefix = f"{settings.index_prefix}-layout"
    with Elasticsearch(settings.elasticsearch_url) as engine:
        places = [with_square(place) for place in documents.places()]
        names = [load(engine, prefix, "offers", MANY), load(engine, prefix, "places", places)]
        changes = {"index_prefix": prefix, "demo": True, "database_url": shared_registry}
        with served(settings.model_copy(update=changes)) as address:
            yield address
        engine.indices.delete(index=names)


@pytest.fixture
def look(chromium: Browser, full_site: str) -> Iterator[Callable[..., Page]]:
    """Opens a page of that site; fails at the end when a script failed, or the browser refused something of it."""
    faults: list[str] = []
    contexts = []

    def opened(path: str = NEED, *, width: int = 1280, height: int = 0, **options: Any) -> Page:
        size: ViewportSize = {"width": width, "height": height or HEIGHTS.get(width, 740)}
        context = chromium.new_context(viewport=size, locale="fr-FR", **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        page.goto(full_site + path)
        page.wait_for_load_state("networkidle")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []
