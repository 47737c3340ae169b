"""The whole site, search and rooms, for a real browser: a small registry with someone of every role, a small index."""

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import uvicorn
from elasticsearch import Elasticsearch
from playwright.sync_api import Browser, BrowserContext, Page

from local.servers import Urls
from registry import accounts, database
from registry.accounts import links, mail_change, notices, sessions, widget
from registry.agrements import desk, registrations
from registry.database import Connection
from registry.offers.lost_mailbox import steps as lost_mailbox
from registry.offers.lost_mailbox import views as lost_views
from registry.parents import reports
from registry.parents.alerts import asking
from registry.parents.alerts import tokens as alert_tokens
from registry.parents.contact import opening, stopping, tokens
from registry.privacy import leaving
from settings import PARIS, Settings
from tests.conftest import ROOT, cloned, wait_for
from tests.rooms import DOCUMENT_KEY, PROVED, Clock
from tests.search_api import documents
from tests.search_api.conftest import load
from tests.web.am.registration.conftest import PAGES
from tests.web.shared.accounts.test_access import World, seeded
from tests.web.shared.accounts.test_access import address as path_of
from tests.web.site.conftest import OFFERS, chromium, with_square
from web.app import create_app
from web.core import session

__all__ = ["chromium"]

NOW = datetime.combine(documents.TODAY, time(10), PARIS).astimezone(UTC)

HERE = Path(__file__).parent
AXE = (ROOT / "tests" / "web" / "site" / "vendor" / "axe.min.js").read_text("utf-8")
CHECKS = (HERE / "barriers.js").read_text("utf-8")

NEWCOMER = "inscription@example.org"
"""Of an assistant maternel whose identity is verified, and who has not filled in the rest."""

NANTES = "/?ou=Nantes&lieu=commune:44109"


@dataclass
class Site:
    """`tokens`: of routes whose address holds one → a token that works; `clock` is the site's own."""

    address: str
    settings: Settings
    world: World
    tokens: dict[str, str]
    clock: Clock
    cookie: str

    def path(self, route: str) -> str:
        """Of a GET route of test_access's table, for what is in the registry."""
        for start, token in self.tokens.items():
            if route.startswith(start):
                return re.sub(r"\{token\}|$", token, route.partition(" ")[2], count=1)
        return path_of(route, self.world) if "{" in route else route.partition(" ")[2]

    def mailed(self, recipient: str, part: str) -> str:
        """The path that has this part, in the newest mail to this address."""
        with database.connect(self.settings.database_url) as conn:
            rows = conn.execute(
                "select body from mail_outbox where recipient = %s order by queued_at desc, id desc limit 1",
                [recipient],
            ).fetchall()
        return str(next(path for path in re.findall(r"https?://[^/\s]+(/\S+)", rows[0][0]) if part in path))


@dataclass
class Visits:
    """Opens pages in a real browser, as nobody or as someone of a role. One context per role and options."""

    site: Site
    chromium: Browser
    contexts: dict[Any, BrowserContext] = field(default_factory=dict)

    def page(self, role: str, **options: Any) -> Page:
        key = (role, *sorted(options.items()))
        if key not in self.contexts:
            context = self.chromium.new_context(locale="fr-FR", base_url=self.site.address, **options)
            if role != "everyone":
                value = self._session(role)
                context.add_cookies([{"name": self.site.cookie, "value": value, "url": self.site.address}])
            self.contexts[key] = context
        return self.contexts[key].new_page()

    def _session(self, role: str) -> str:
        with database.connect(self.site.settings.database_url) as conn:
            if role == "half":  # of a sign-in
                return sessions.open_session(conn, self.site.world.here["caf"], NOW, ("mail",), "tests")
            account = accounts.by_mail(conn, NEWCOMER) if role == "newcomer" else self.site.world.here[role]
            assert account is not None
            return sessions.open_session(conn, account, NOW, PROVED, "tests")


@pytest.fixture(scope="session")
def parents_site(servers: Urls, template: str, run_id: str) -> Iterator[Site]:
    with whole_site(servers, template, f"parents-{run_id}") as site:
        yield site


@contextmanager
def whole_site(servers: Urls, template: str, prefix: str) -> Iterator[Site]:
    name = prefix.replace("-", "_")
    with (
        Elasticsearch(servers.elasticsearch_url) as engine,
        cloned(servers, template, name) as url,
        socket.socket() as listening,
    ):
        listening.bind(("127.0.0.1", 0))
        settings = Settings(
            database_url=url,
            elasticsearch_url=servers.elasticsearch_url,
            redis_url="",
            index_prefix=prefix,
            secret_key="a key of the tests as long as one has to be",  # noqa: S106
            document_keys=DOCUMENT_KEY,
            rate_limit=1_000_000,
            site_url=f"http://127.0.0.1:{listening.getsockname()[1]}",
        )
        with database.connect(url) as conn:
            world = seeded(conn)
            _begun(conn, world)
            working = _tokens(conn, settings, world)
        places = [with_square(place) for place in documents.places()]
        offers = [*OFFERS, _reachable(world.values["/"])]
        names = [load(engine, prefix, "offers", offers), load(engine, prefix, "places", places)]
        clock = Clock(NOW)
        app = create_app(settings, now=clock)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        wait_for(lambda: server.started, what="the site")
        yield Site(settings.site_url, settings, world, working, clock, session.cookie_name(app.state.site))
        server.should_exit = True
        thread.join(timeout=20)
        engine.indices.delete(index=names)


@pytest.fixture(scope="module")
def visits(parents_site: Site, chromium: Browser) -> Iterator[Visits]:
    made = Visits(parents_site, chromium)
    yield made
    for context in made.contexts.values():
        context.close()


@pytest.fixture
def visit(visits: Visits) -> Iterator[Callable[..., Page]]:
    """Pages of the site, closed at the end; fails when a script failed or the browser refused something."""
    pages: list[Page] = []
    faults: list[str] = []

    def opened(path: str | None = "/", role: str = "everyone", *, width: int = 360, **options: Any) -> Page:
        page = visits.page(role, **options)
        pages.append(page)
        page.set_viewport_size({"width": width, "height": 740})
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if _is_fault(said) else None)
        if path is not None:
            page.goto(path)
        return page

    yield opened
    for page in pages:
        page.close()
    assert faults == []


def drawn(page: Page) -> None:
    """Wait until the scripts have run and the map, where there is one, shows its offers."""
    page.wait_for_load_state("load")
    if page.locator("#plan").count():
        page.wait_for_load_state("networkidle")


def _is_fault(said: Any) -> bool:
    """An error of a script, not the browser's note that a page came with a status of 4xx, which some are asked for."""
    return said.type == "error" and not re.search(r"status of 4\d\d", said.text)


def _reachable(id: str) -> Any:
    """The index's document of the assistant maternel in the registry, whom parents can write to."""
    return documents.offer(
        id,
        "assistant_maternel",
        "Nadia B.",
        47.2180,
        -1.5540,
        precision="zone",
        capacity=3,
        availability=[documents.period("2026-09-01", None, ("mon-fri", "08:00", "18:00", 2))],
        confirmed_on=documents.TODAY,
    )


def _begun(conn: Connection, world: World) -> None:
    """Registrations that are beyond the first page: a newcomer's, the one at the desk, and one that was sent."""
    newcomer = registrations.start_for(conn, accounts.create(conn, NEWCOMER, "am"))
    desk = registrations.read(conn, UUID(world.values["/rpe/inscription/"]))
    assert desk is not None
    typed = {name: value for page in PAGES.values() for name, value in page.items()}
    answers = {name: value if isinstance(value, str) else "\n".join(value) for name, value in typed.items()}
    for begun in (newcomer, desk):
        for page in PAGES:
            registrations.save(conn, begun, page, answers, NOW)
        registrations.save_identity_answer(conn, begun, answers, "verified", NOW)
    conn.execute("update registration set submitted_at = %s where account = %s", [NOW, world.here["am"].id])


def _tokens(conn: Connection, settings: Settings, world: World) -> dict[str, str]:
    """Links that work, and with them what lists have to show: a message, a report, a block, a widget's key."""
    offer, am = world.values["/"], world.here["am"]
    _written(conn, settings, offer, "deux@example.org")
    opening.confirm(conn, settings, _last(conn, "deux@example.org"), NOW)
    rows = conn.execute("select m.thread, m.id from contact_message m").fetchall()
    seen = tokens.Seen(rows[0][0], rows[0][1], "am", tokens.sent_to(settings.keys, am.mail))
    world.values["/espace/messages/"] = str(seen.thread)
    _written(conn, settings, offer, "trois@example.org")
    opening.confirm(conn, settings, _last(conn, "trois@example.org"), NOW)
    rows = conn.execute("select m.thread, m.id from contact_message m where m.id <> %s", [seen.message]).fetchall()
    other = tokens.Seen(rows[0][0], rows[0][1], "am", seen.sent_to)
    stopping.report(conn, other, NOW)
    stopping.block(conn, other, NOW)
    _written(conn, settings, offer, "un@example.org")
    reports.file(conn, offer, "address", "Elle a déménagé.", "quatre@example.org", NOW)
    widget.add(conn, "Ville d’Arras", ["arras.fr"], None, NOW)
    newcomer = accounts.by_mail(conn, "nouvelle@example.org")
    page = tokens.page_token(settings.keys, seen)
    later = NOW + timedelta(days=5)

    def link(purpose: str, **of: Any) -> str:
        return links.create(conn, settings.keys, purpose, later, **of)

    mail_change.ask(conn, settings.keys, am, "nadia.nouvelle@example.org", NOW, site_url=settings.site_url)
    prepared = {"registration": world.values["/rpe/inscription/"]}
    asked, running = _saved_need(conn, settings, "asked"), _saved_need(conn, settings, "running")
    asking.confirm(conn, settings, running, NOW)
    return {
        "GET /alertes/confirmer/": alert_tokens.token(settings.keys, "confirm", asked),
        "GET /alertes/prolonger/": alert_tokens.token(settings.keys, "prolong", running),
        "GET /alertes/arreter/": alert_tokens.token(settings.keys, "stop", running),
        "GET /mails/arreter/": notices.link(settings.keys, "", am.id, am.mail, "reminders").rpartition("/")[2],
        "GET /ecrire/confirmer/": _last(conn, "un@example.org"),
        "GET /messages/bloquer/": page,
        "GET /messages/signaler/": page,
        "GET /partir/": link(leaving.PURPOSE, account=am.id),
        "GET /d/": link("undo", account=am.id, offer=offer),
        "GET /inscription/reprendre": "?jeton=" + link(registrations.PURPOSE, account=newcomer and newcomer.id),
        "GET /inscription/confirmer": "?jeton=" + link(desk.LINK, account=newcomer and newcomer.id, payload=prepared),
        "GET /compte/adresse/arreter": "?jeton=" + _stops(conn, settings),
        "GET /compte/adresse/confirmer": "?jeton=" + _last(conn, "nadia.nouvelle@example.org", r"\?jeton="),
    }


def _stops(conn: Connection, settings: Settings) -> str:
    """A case that waits for its day, and one of its links; the page of cases keeps one that waits to be confirmed."""
    other = accounts.create(conn, "sans-adresse@example.org", "am")
    admin = accounts.create(conn, "ancienne@example.org", "administrator", now=NOW - timedelta(days=30))
    second = accounts.create(conn, "autre@example.org", "administrator", now=NOW - timedelta(days=30))
    wanted = lost_mailbox.Wanted("stop@example.org", "passport", documents.TODAY)
    id = lost_mailbox.begin(conn, settings, admin, other, wanted, NOW)
    file = lost_views.find(conn, second, id)
    assert file is not None
    lost_mailbox.confirm(conn, settings, second, file, NOW)
    return _last(conn, "stop@example.org", r"\?jeton=")


def _written(conn: Connection, settings: Settings, offer: str, mail: str) -> None:
    opening.ask(
        conn, settings, opening.Draft(offer, "Camille", mail, "Bonjour,\navez-vous une place en mars\u202f?"), NOW
    )


def _saved_need(conn: Connection, settings: Settings, name: str) -> UUID:
    monday = (8 * 60, 18 * 60)
    wanted = asking.Wanted(
        f"{name}@example.org",
        "at_once",
        {"commune": "44109"},
        NANTES,
        "assistants maternels à Nantes",
        documents.TODAY,
        (monday,),
        asking.Reach(territories=("commune:44109",)),
    )
    asking.ask(conn, settings, wanted, NOW)
    ((id,),) = conn.execute("select id from alert where mail = %s", [wanted.mail]).fetchall()
    return UUID(str(id))


def _last(conn: Connection, recipient: str, before: str = "/ecrire/confirmer/") -> str:
    """The token after these letters in the one mail to this address."""
    ((body,),) = conn.execute("select body from mail_outbox where recipient = %s", [recipient]).fetchall()
    return re.findall(before + r"(\S+)", body)[0]  # type: ignore[no-any-return]
