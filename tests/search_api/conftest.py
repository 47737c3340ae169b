"""The API over the real engine, with hand-written documents."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import uvicorn
import uvloop
from anyio.from_thread import BlockingPortal, start_blocking_portal
from elasticsearch import Elasticsearch
from elasticsearch.helpers import bulk
from fastapi import FastAPI
from pydantic import BaseModel

from local.servers import Urls
from mappings import indexes
from search_api.http.app import close, create_app
from settings import Settings
from tests.conftest import wait_for
from tests.search_api import documents
from tests.search_api.nodes import Run

INDEXED_AT = "2026-11-23T09:00:00+00:00"


@dataclass(frozen=True)
class Client:
    """Asks an application, without a network between, from the loop that its connections belong to."""

    app: FastAPI
    portal: BlockingPortal
    http: httpx.AsyncClient

    def get(self, path: str, parameters: Any = (), headers: dict[str, str] | None = None) -> httpx.Response:
        """`parameters`: a mapping or pairs; lists become repeated parameters."""
        query = urlencode(parameters, doseq=True)
        return self.portal.call(lambda: self.http.get(f"{path}?{query}" if query else path, headers=headers))

    def offers(self, **parameters: Any) -> Any:
        """The answer of a search that must succeed; `start` stands for `from`."""
        if "start" in parameters:
            parameters["from"] = parameters.pop("start")
        response = self.get("/api/v1/offers", parameters)
        assert response.status_code == 200, response.text
        return response.json()

    def ids(self, **parameters: Any) -> list[str]:
        return [item["id"] for item in self.offers(**parameters)["items"]]


@contextmanager
def client(
    settings: Settings,
    today: Callable[[], date] = lambda: documents.TODAY,
    address: str = "192.0.2.1",
    clock: Callable[[], float] = time.time,
) -> Iterator[Client]:
    """`clock`: what the limits go by."""
    with start_blocking_portal() as portal:
        app = portal.call(lambda: create_app(settings, today=today))
        app.state.limiter.clock = app.state.limiter.contacts.clock = clock
        transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(address, 1))
        http = httpx.AsyncClient(transport=transport, base_url="http://api")
        try:
            yield Client(app, portal, http)
        finally:
            portal.call(http.aclose)
            portal.call(close, app)


def load(engine: Elasticsearch, prefix: str, index: str, found: Iterable[BaseModel]) -> str:
    """A new index with these documents behind the alias, as a rebuild leaves it; returns its name."""
    alias = indexes.alias(prefix, index)
    name = indexes.versioned_name(prefix, index, datetime.now(UTC))
    body = indexes.body(index)
    body["mappings"]["_meta"] = {"indexed_at": INDEXED_AT}
    engine.indices.create(index=name, **body)
    sources = (document.model_dump(mode="json", exclude_none=True) for document in found)
    bulk(engine, ({"_index": name, "_id": source["id"], "_source": source} for source in sources), refresh=True)
    switch: list[dict[str, Any]] = [
        {"remove": {"index": "*", "alias": alias, "must_exist": False}},
        {"add": {"index": name, "alias": alias}},
    ]
    engine.indices.update_aliases(actions=switch)
    return name


@pytest.fixture(scope="session")
def engine(servers: Urls) -> Iterator[Elasticsearch]:
    with Elasticsearch(servers.elasticsearch_url) as connected:
        yield connected


@pytest.fixture(scope="session")
def settings(servers: Urls, engine: Elasticsearch, run_id: str) -> Iterator[Settings]:
    """Settings over two indexes with the documents of this folder."""
    prefix = f"search-api-{run_id}"
    names = [load(engine, prefix, "offers", documents.OFFERS), load(engine, prefix, "places", documents.places())]
    yield Settings(
        elasticsearch_url=servers.elasticsearch_url,
        redis_url=servers.redis_url,
        index_prefix=prefix,
        secret_key="a key of the tests as long as one has to be",  # noqa: S106 (signs the cursors of this run only)
        rate_limit=1_000_000,
    )
    engine.indices.delete(index=names)


@pytest.fixture(scope="session")
def api(settings: Settings) -> Iterator[Client]:
    with client(settings) as connected:
        yield connected


@pytest.fixture(scope="module")
def site(settings: Settings) -> Iterator[str]:
    """The address of a real server."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        app = create_app(settings, today=lambda: documents.TODAY)
        server = uvicorn.Server(uvicorn.Config(app, access_log=False, log_level="critical", lifespan="on"))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        wait_for(lambda: server.started)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    """Runs a test under the loop of the standard library, which the tests of the API use, and under the server's."""

    def on_loop(test: Coroutine[Any, Any, None]) -> None:
        with asyncio.Runner(loop_factory=request.param) as runner:
            runner.run(test)

    return on_loop
