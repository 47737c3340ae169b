"""The widget's site over the real engine and registry, and a town hall's page on other origins."""

import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import uvicorn
from anyio.from_thread import start_blocking_portal
from elasticsearch import Elasticsearch

from local.servers import Urls
from registry import database
from registry.accounts import widget
from registry.accounts.widget import Key
from search_api.http.app import close
from settings import Settings
from tests.conftest import wait_for
from tests.rooms import NOW, Clock, Rooms
from tests.search_api import documents
from tests.search_api.conftest import load
from tests.web.site.conftest import OFFERS, with_square
from web.app import close as close_site
from web.app import create_app


@pytest.fixture(scope="session")
def widget_prefix(servers: Urls, run_id: str) -> Iterator[str]:
    """Indexes with the documents of the pages' tests."""
    prefix = f"widget-{run_id}"
    with Elasticsearch(servers.elasticsearch_url) as engine:
        places = [with_square(place) for place in documents.places()]
        names = [load(engine, prefix, "offers", OFFERS), load(engine, prefix, "places", places)]
        yield prefix
        engine.indices.delete(index=names)


@pytest.fixture
def room_settings(servers: Urls, registry_url: str, widget_prefix: str) -> Settings:
    return Settings(
        database_url=registry_url,
        elasticsearch_url=servers.elasticsearch_url,
        redis_url="",
        index_prefix=widget_prefix,
        secret_key="a key of the tests as long as one has to be",  # noqa: S106
        rate_limit=1_000_000,
        site_url="https://ribambelle.example",
    )


@pytest.fixture
def rooms(room_settings: Settings, clock: Clock) -> Iterator[Rooms]:
    with start_blocking_portal() as portal:
        app = portal.call(lambda: create_app(room_settings, now=clock, today=lambda: documents.TODAY))
        made = Rooms(app, portal, room_settings, clock)
        try:
            yield made
        finally:
            for browser in made.opened:
                portal.call(browser.http.aclose)
            close_site(app.state.site)
            portal.call(close, app)


@pytest.fixture
def key(room_settings: Settings) -> Key:
    """Arras's own."""
    with database.connect(room_settings.database_url) as conn:
        return widget.add(conn, "Ville d’Arras", ["arras.fr", "www.arras.fr"], None, NOW)


@pytest.fixture
def widget_address(room_settings: Settings) -> Iterator[str]:
    """The site on a free port of this machine, for a browser."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        found = f"http://127.0.0.1:{listening.getsockname()[1]}"
        app = create_app(room_settings.model_copy(update={"site_url": found}), today=lambda: documents.TODAY)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        wait_for(lambda: server.started, what="the site")
        yield found
        server.should_exit = True
        thread.join(timeout=20)


@pytest.fixture
def town_hall() -> Iterator[Callable[[str], int]]:
    """Serves a town hall's page around a snippet, under whatever name it is asked for; gives its port."""
    servers: list[tuple[ThreadingHTTPServer, threading.Thread]] = []

    def serve(snippet: str) -> int:
        page = f"<!doctype html><html lang=fr><title>Ville d’Arras</title><h1>Petite enfance</h1>{snippet}<p>Fin"

        class Page(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(page.encode())

            def log_message(self, format: str, *args: Any) -> None:
                """Not among the tests' output."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        servers.append((server, thread))
        return int(server.server_address[1])

    yield serve
    for server, thread in servers:
        server.shutdown()
        thread.join(timeout=20)
        server.server_close()
