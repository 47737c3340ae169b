"""The site of tests/web/site over an index with a list of four pages, for a browser whose network fails."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from elasticsearch import Elasticsearch
from playwright.sync_api import Browser, Page, Request, Route

from local.servers import Urls
from settings import Settings
from tests.search_api import documents
from tests.search_api.conftest import load
from tests.web.site.conftest import OFFERS, address, chromium, site, with_square

__all__ = ["address", "chromium", "settings", "site"]

MANY = 70

MAMS = [
    documents.offer(f"maison{n:02}", "mam", f"Maison {n:02}", 47.2186 + n / 5_000, -1.5541 - n / 9_000)
    for n in range(MANY)
]
"""Each farther than the one before: by distance they stand in this order."""

LIST = "/?ou=Nantes&lieu=commune:44109&rayon=20&type=mam&tri=distance"
FOUND = MANY + 1
"""With the one of OFFERS."""


@pytest.fixture(scope="session")
def settings(servers: Urls, run_id: str) -> Iterator[Settings]:
    prefix = f"states-{run_id}"
    places = [with_square(place) for place in documents.places()]
    with Elasticsearch(servers.elasticsearch_url) as engine:
        names = [load(engine, prefix, "offers", [*OFFERS, *MAMS]), load(engine, prefix, "places", places)]
        yield Settings(
            elasticsearch_url=servers.elasticsearch_url,
            database_url="",
            redis_url="",
            index_prefix=prefix,
            secret_key="a key of the tests as long as one has to be",  # noqa: S106
            rate_limit=1_000_000,
        )
        engine.indices.delete(index=names)


@pytest.fixture
def surf(chromium: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Opens a page; fails at the end when a script failed. What a browser says of a network that is cut is no fault."""
    faults: list[str] = []
    contexts = []

    def opened(path: str = LIST, *, width: int = 1280, clock: bool = False, script: str = "", **options: Any) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": 800}, locale="fr-FR", **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        if clock:
            page.clock.install()
        if script:
            page.add_init_script(script)
        page.goto(address + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


@dataclass
class Held:
    """The next list that a script asks for waits to be answered."""

    routes: list[Route] = field(default_factory=list)

    def hold(self, page: Page) -> None:
        page.route(is_swap, lambda route: self.routes.append(route), times=1)

    def release(self) -> None:
        self.routes.pop(0).continue_()


def is_swap(url: str) -> bool:
    """The address of a list. What a script asks for it, and the page itself, are told apart by `is_asked`."""
    return "/?" in url


def is_asked(request: Request) -> bool:
    """By a script, not by the browser for a page."""
    return is_swap(request.url) and not request.is_navigation_request()


def tick(page: Page, name: str, value: str) -> None:
    """As a press does, also in a panel that is folded."""
    page.locator(f'input[name="{name}"][value="{value}"]').first.evaluate("box => box.click()")
