"""The rooms behind a sign-in, over an empty registry: accounts, and signed-in browsers without JavaScript."""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from cryptography.fernet import Fernet

from local.servers import Urls
from registry import accounts, database
from registry.accounts import Account, Role, sessions
from registry.accounts.sessions import Proof
from search_api.http.app import close
from settings import Settings
from tests.conftest import TODAY
from web.app import close as close_site
from web.app import create_app
from web.core import session

NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=UTC)
"""Ten o'clock in France."""

PROVED: tuple[Proof, ...] = ("mail", "passkey", "second")
"""Everything that a session can show, just now."""

DOCUMENT_KEY = Fernet.generate_key().decode()


@dataclass
class Clock:
    """The rooms' clock; a test moves it: `clock.now += timedelta(days=1)`."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Rooms:
    """The site over the test's registry. `visit()` gives a browser, `visit(account)` one that is signed in."""

    app: Any
    portal: BlockingPortal
    settings: Settings
    clock: Clock
    opened: list["Browser"] = field(default_factory=list)

    def visit(self, account: Account | None = None) -> "Browser":
        http = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app, raise_app_exceptions=False), base_url=self.settings.site_url
        )
        browser = Browser(self, http)
        if account is not None:
            with database.connect(self.settings.database_url) as conn:
                token = sessions.open_session(conn, account, self.clock(), PROVED, "tests")
            browser.keep_session(token)
        self.opened.append(browser)
        return browser

    def account(self, role: Role, mail: str | None = None, **more: Any) -> Account:
        """A new account, committed; `more` as registry.accounts.create takes it."""
        with database.connect(self.settings.database_url) as conn:
            address = mail or f"{role}-{secrets.token_hex(3)}@example.org"
            return accounts.create(conn, address, role, now=self.clock(), **more)


@dataclass
class Browser:
    """Reads pages and sends their forms, with the cookies and the CSRF token of the page that it read last."""

    rooms: Rooms
    http: httpx.AsyncClient
    html: str = ""

    def get(self, path: str, *, follow: bool = True) -> httpx.Response:
        return self._kept(self.rooms.portal.call(lambda: self.http.get(path, follow_redirects=follow)))

    def post(
        self,
        path: str,
        data: dict[str, Any] | None = None,
        *,
        files: Any = None,
        follow: bool = True,
        csrf: str | None = None,
    ) -> httpx.Response:
        """Send a form; a page must have been read before, or `csrf` be given."""
        fields = {"csrf": self.csrf if csrf is None else csrf, **(data or {})}
        return self._kept(
            self.rooms.portal.call(lambda: self.http.post(path, data=fields, files=files, follow_redirects=follow))
        )

    def keep_session(self, token: str) -> None:
        """Have this session's cookie, as the site would have set it."""
        host = urlsplit(self.rooms.settings.site_url).hostname or ""
        domain = host if "." in host else f"{host}.local"  # as Python's cookie jar names it
        self.http.cookies.set(session.cookie_name(self.rooms.app.state.site), token, domain, "/")

    @property
    def csrf(self) -> str:
        """The token of the last page's forms, as a browser sends it; of a page without a form, its cookie's."""
        if token := re.search(r'name="csrf" value="([^"]*)"', self.html):
            return token[1]
        site = self.rooms.app.state.site
        name = session.cookie_name(site)
        if name not in self.http.cookies:
            self.get("/connexion")
        return session.csrf_token(site, self.http.cookies[name])

    @property
    def text(self) -> str:
        """The words of the last page, without tags."""
        return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"(?s)<(script|style|svg).*?</\1>", "", self.html)).split())

    def _kept(self, answer: httpx.Response) -> httpx.Response:
        if "html" in answer.headers.get("content-type", ""):
            self.html = answer.text
        return answer


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def room_settings(servers: Urls, registry_url: str, run_id: str) -> Settings:
    """Over an empty registry and no index: a test that searches makes its own."""
    return Settings(
        database_url=registry_url,
        elasticsearch_url=servers.elasticsearch_url,
        redis_url="",
        index_prefix=f"rooms-{run_id}",
        secret_key="a key of the tests as long as one has to be",  # noqa: S106
        document_keys=DOCUMENT_KEY,
        rate_limit=1_000_000,
    )


@pytest.fixture
def rooms(room_settings: Settings, clock: Clock) -> Iterator[Rooms]:
    with start_blocking_portal() as portal:
        app = portal.call(lambda: create_app(room_settings, now=clock))
        made = Rooms(app, portal, room_settings, clock)
        try:
            yield made
        finally:
            for browser in made.opened:
                portal.call(browser.http.aclose)
            close_site(app.state.site)
            portal.call(close, app)
