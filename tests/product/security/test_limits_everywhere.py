"""One budget for all that a client asks of the site: API, pages, widget, forms, files."""

import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from search_api.http.app import close
from settings import Settings
from tests.product.security.mailing import mailing, name_of
from tests.web.shared.accounts.test_access import WHO
from web.app import ROUTERS, create_app
from web.app import close as close_site
from web.core import costs
from web.shared.search import need as needs

HTML = {"Accept": "text/html"}
BUDGET = 20
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp()


@pytest.fixture
def few(room_settings: Settings) -> Settings:
    """A budget for some pages, in a window that does not turn (see visitors)."""
    return room_settings.model_copy(
        update={"rate_limit": BUDGET, "rate_window_s": 86_400, "secret_key": secrets.token_hex()}
    )


class Visitors:
    """Clients of one application, each with an address of its own. No search is answered: there is no index."""

    def __init__(self, app: Any, portal: BlockingPortal) -> None:
        self.app, self.portal = app, portal

    def ask(self, method: str, path: str, *, by: str = "192.0.2.1", **more: Any) -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=(by, 1))
            async with httpx.AsyncClient(transport=transport, base_url="http://site") as http:
                return await http.request(method, path, **more)

        return self.portal.call(asked)

    def spent(self) -> int:
        return sum(self.app.state.limiter.requests.own.values())

    def cost(self, method: str, path: str, **more: Any) -> int:
        before = self.spent()
        self.ask(method, path, **more)
        return self.spent() - before

    def spend_all(self) -> None:
        while self.ask("GET", "/jardin", headers=HTML).status_code != 429:
            pass


@contextmanager
def visitors(settings: Settings) -> Iterator[Visitors]:
    with start_blocking_portal() as portal:
        app = portal.call(lambda: create_app(settings))
        app.state.limiter.clock = lambda: NOON
        try:
            yield Visitors(app, portal)
        finally:
            close_site(app.state.site)
            portal.call(close, app)


def filled(route: str) -> tuple[str, str]:
    method, path = route.split(" ")
    path = re.sub(r"\{\w+:uuid\}", "00000000-0000-4000-8000-000000000000", path)
    return method, re.sub(r"\{\w+(:int)?\}", "1", path)


def test_every_route_is_counted_but_those_of_probes(few: Settings) -> None:
    with visitors(few.model_copy(update={"rate_limit": 1_000_000})) as site:
        free = {route for route in WHO if not site.cost(*filled(route))}
        assert free == {"GET /healthz", "GET /readyz"}
        assert site.cost("GET", "/wp-login.php") > 0
        assert site.cost("HEAD", "/") == site.cost("GET", "/") > 0
        static = site.app.state.site.templates.globals["static"]
        assert site.cost("GET", f"{static}/core/style.css") == 0
        assert site.cost("GET", f"{static}/../app.py") > 0
        assert site.cost("GET", f"{static}/none.css") > 0


def test_what_is_dear_costs_more(few: Settings) -> None:
    place = "ou=Nantes&lieu=commune:44109"
    with visitors(few.model_copy(update={"rate_limit": 1_000_000})) as site:
        suggestion = site.cost("GET", "/api/v1/suggest?q=nantes")
        search, along = site.cost("GET", f"/?{place}"), site.cost("GET", f"/?{place}&vers=Rez%C3%A9")
        assert suggestion < search < along
        need = site.cost("GET", f"/?{place}&jour=lun")
        assert need > search
        days = [f"&jour{slot}={day}" for slot in ("", "2", "3") for day in needs.DAYS]
        assert site.cost("GET", f"/?{place}{''.join(days[:5])}&places=6") == need, "an ordinary one"
        assert site.cost("GET", f"/?{place}{''.join(days)}&places=6") > need
        both = site.cost("GET", f"/?{place}&vers=Rez%C3%A9&jour=lun")
        assert both > along + need - search, "what a need adds is asked along the way"
        assert site.cost("GET", f"/?{place}&%76ers=Rez%C3%A9") == both, "it may be either"
        assert site.cost("GET", f"/?{place}&vers=&detour=2") == search
        form = site.cost("POST", "/inscription/3", data={"csrf": "x"})
        file = site.cost("POST", "/inscription/2a", files={"copie": b"%PDF"})  # some hundred bytes keep a reader busy
        large = site.cost("POST", "/inscription/3", data={"csrf": "x" * costs.LARGE_BYTES})
        in_pieces = site.cost("POST", "/inscription/3", content=iter_bytes())
        assert 0 < form < file == large == in_pieces


def test_every_form_that_mails_costs_as_much(few: Settings) -> None:
    mails = {name for name in mailing() if name.startswith("web.")}
    found = {route for route, endpoint in forms_of(ROUTERS) if name_of(endpoint) in mails}
    assert {"POST /connexion", "POST /comptes/nouveau", "POST /rpe/inscription", "POST /espace/profil"} <= found
    sent = [(b"content-type", b"application/x-www-form-urlencoded"), (b"content-length", b"99")]
    scopes = {route: {"method": "POST", "path": filled(route)[1], "headers": sent} for route in found}
    assert {route for route, scope in scopes.items() if costs.of(scope) < costs.MAILING} == set()
    assert costs.of({"method": "POST", "path": "/espace/pause", "headers": sent}) < costs.MAILING


def forms_of(routers: Iterable[Any]) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Also those of included routers, which FastAPI keeps as they are."""
    for each in (route for router in routers for route in router.routes):
        if included := getattr(each, "original_router", None):
            yield from forms_of([included])
        elif "POST" in (getattr(each, "methods", None) or ()):
            yield f"POST {each.path}", each.endpoint


async def iter_bytes() -> Any:
    yield b"csrf=x"


def test_over_the_budget_a_page_says_when_to_come_back(few: Settings) -> None:
    with visitors(few) as site:
        site.spend_all()
        page = site.ask("GET", "/?ou=Nantes&rayon=5", headers=HTML)
        assert page.status_code == 429
        assert 0 < int(page.headers["retry-after"]) <= 86_400
        assert "Trop de pages ouvertes en peu de temps" in page.text
        assert 'href="/?ou=Nantes&amp;rayon=5"' in page.text
        assert page.headers["cache-control"] == "no-store"
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]

        form = site.ask("POST", "/connexion", headers=HTML, data={"csrf": "x"})
        assert form.status_code == 429
        assert "votre navigateur proposera d’envoyer à nouveau votre saisie" in form.text
        assert 'href="/"' in form.text

        script = site.ask("GET", "/fond-de-carte?bbox=-1.6,47.1,-1.4,47.3&zoom=12")
        assert script.status_code == 429
        assert script.json()["type"] == "/problems/too-many-requests"

        api = site.ask("GET", "/api/v1/offers?near=1,2")
        assert api.status_code == 429
        assert api.headers["ratelimit-limit"] == str(BUDGET)
        assert api.headers["ratelimit-remaining"] == "0"

        assert site.ask("GET", "/healthz").status_code == 200
        static = site.app.state.site.templates.globals["static"]
        assert site.ask("GET", f"{static}/core/style.css").status_code == 200
        assert site.ask("GET", "/", by="192.0.2.2", headers=HTML).status_code == 200


def test_pages_and_api_are_paid_from_one_budget(few: Settings) -> None:
    with visitors(few) as site:
        spent = site.cost("GET", "/connexion") + site.cost("GET", "/")
        assert site.ask("GET", "/api/v1/nowhere").headers["ratelimit-remaining"] == str(BUDGET - spent - 1)


def test_a_town_halls_frame_says_so_within_its_page(few: Settings) -> None:
    with visitors(few) as site:
        site.spend_all()
        frame = site.ask("GET", "/widget/cadre?commune=44109&cle=x", headers=HTML)
        assert frame.status_code == 429
        assert int(frame.headers["retry-after"]) > 0
        assert "Trop de pages ouvertes en peu de temps" in frame.text
        assert 'target="_blank"' in frame.text
        # Shown where it stands, whoever's page that is: an empty frame would look like a fault of theirs.
        assert "frame-ancestors *" in frame.headers["content-security-policy"]
        assert "default-src 'none'" in frame.headers["content-security-policy"]
        assert "set-cookie" not in frame.headers


def test_the_refusals_are_seen_in_the_figures(few: Settings) -> None:
    with visitors(few) as site:
        site.spend_all()
        site.ask("GET", "/", headers=HTML)
        counted = site.app.state.metrics.get_sample_value(
            "ribambelle_http_request_seconds_count", {"route": "other", "method": "GET", "status": "4xx"}
        )
        assert counted is not None
        assert counted >= 2
