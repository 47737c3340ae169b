"""The whole product as it runs: the site, the indexer and the jobs as processes of their own, over a registry and
indexes of this run; the reference services for identities and addresses; an SMTP server that keeps what it is given."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from indexer import bulk, generations
from indexer.rebuild import rebuild
from local.servers import Urls
from registry import accounts, database
from registry.accounts import Account, Role
from registry.database import Connection
from settings import Settings
from tests.conftest import ROOT, cloned, wait_for
from tests.jobs.conftest import Postman
from tests.records import structure
from tests.rooms import DOCUMENT_KEY
from tests.web.site.conftest import chromium

__all__ = ["chromium"]

PHONE, DESK = 360, 1280

Open = Callable[..., Page]
"""Opens a page of the site: `open_at(path, width=PHONE)`."""

COMMUNES = str(ROOT / "registry" / "data" / "geo" / "communes.csv")


@dataclass
class Way:
    """`site` is its address; `mails` what the SMTP server took; `registry` a connection that commits each statement."""

    site: str
    settings: Settings
    postman: Postman
    registry: Connection
    identity: str

    def account(self, role: Role, mail: str, **more: Any) -> Account:
        with database.connect(self.settings.database_url) as conn:
            return accounts.create(conn, mail, role, **more)

    def mail_to(self, recipient: str, about: str = "", *, after: int = 0, seconds: float = 40) -> EmailMessage:
        """The last mail to this address whose subject or text has these words, once it is there; `after` of them are
        known already."""
        found: list[EmailMessage] = []

        def arrived() -> bool:
            found[:] = [
                mail
                for mail in self.postman.received
                if mail["To"] == recipient and about in f"{mail['Subject']}\n{mail.get_content()}"
            ]
            return len(found) > after

        wait_for(arrived, seconds=seconds, what=f"a mail about {about!r}")
        return found[-1]

    def mails_to(self, recipient: str) -> int:
        return sum(mail["To"] == recipient for mail in self.postman.received)

    def found(self, **asked: Any) -> list[dict[str, Any]]:
        """What a search of a parent finds."""
        answer = httpx.get(f"{self.site}/api/v1/offers", params=asked, timeout=20)
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items


def link_in(mail: EmailMessage, part: str) -> str:
    """The path of the address in a mail that has this part."""
    addresses = re.findall(r"https?://[^/\s]+(/\S+)", mail.get_content())
    return str(next(each for each in addresses if part in each))


def code_in(mail: EmailMessage) -> str:
    """The six digits of a sign-in."""
    found = re.search(r"(?<!\d)(\d{3}) ?[\u202f\u00a0]?(\d{3})(?!\d)", mail.get_content())
    assert found is not None
    return str(found[1]) + str(found[2])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(name: str, command: list[str], environment: dict[str, str], logs: Path) -> Iterator[None]:
    """A process of the product until the block ends; it must not have ended by itself before."""
    with (logs / f"{name}.log").open("ab") as log:
        running = subprocess.Popen(
            [sys.executable, *command],
            env={**os.environ, **environment},
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            yield
            assert running.poll() is None, f"{name} ended: {(logs / f'{name}.log').read_text('utf-8')[-2000:]}"
        finally:
            running.terminate()
            try:
                running.wait(20)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()


def answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=2).status_code < 500
    except httpx.HTTPError:
        return False


def ribambelle(*arguments: str) -> list[str]:
    return ["-c", "import cli; cli.app()", *arguments]


@pytest.fixture(scope="session")
def way(servers: Urls, template: str, run_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Way]:
    logs = tmp_path_factory.mktemp("way")
    site, smtp, identity, geocoder, replies = (free_port() for _ in range(5))
    with ExitStack() as stack:
        url = stack.enter_context(cloned(servers, template, f"way_{run_id}"))
        settings = Settings(
            database_url=url,
            elasticsearch_url=servers.elasticsearch_url,
            redis_url=servers.redis_url,
            index_prefix=f"way-{run_id}",
            secret_key="a key of the way as long as one has to be",  # noqa: S106
            document_keys=DOCUMENT_KEY,
            site_url=f"http://127.0.0.1:{site}",
            identity_url=f"http://127.0.0.1:{identity}",
            geocoder_url=f"http://127.0.0.1:{geocoder}/search",
            smtp_url=f"smtp://127.0.0.1:{smtp}",
            mail_from="Ribambelle <ne-pas-repondre@ribambelle.example>",
            relay_domain="messages.ribambelle.example",
            relay_port=replies,
            rate_limit=1_000_000,
        )
        environment = {
            name.upper(): str(value) for name, value in settings.model_dump().items() if value not in ("", None)
        } | {"DEMO": "true"}
        postman = Postman(smtp)
        stack.enter_context(postman.at_work())
        with database.connect(url) as conn:
            # An index without any offer is not taken to be ready.
            structure(conn, "Point relais Caf Nantes", kind="point_relais_caf")
        with bulk.client(settings, timeout_s=120) as engine:
            rebuild(settings, engine, lambda what, done, total: None)
            stack.callback(drop_indexes, settings)
            for name, command in (
                ("identity", ["-m", "local.reference.identity", "--port", str(identity)]),
                (
                    "geocoder",
                    ["-m", "local.reference.geocoder", "--port", str(geocoder), "--communes", COMMUNES],
                ),
                ("indexer", ribambelle("index", "run")),
                ("jobs", ribambelle("jobs", "--directory", str(logs / "beat"))),
                ("replies", ribambelle("mail", "receive")),
                ("site", ribambelle("serve", "--port", str(site))),
            ):
                stack.enter_context(process(name, command, environment, logs))
            for address in (
                f"http://127.0.0.1:{site}/readyz",
                f"http://127.0.0.1:{identity}/",
                f"http://127.0.0.1:{geocoder}/",
            ):
                wait_for(lambda address=address: answers(address), seconds=60, what=address)  # type: ignore[misc]
        conn = stack.enter_context(database.connect(url, autocommit=True))
        yield Way(settings.site_url, settings, postman, conn, settings.identity_url)


def drop_indexes(settings: Settings) -> None:
    with bulk.client(settings) as engine:
        generations.drop(engine, engine.indices.get(index=f"{settings.index_prefix}-*").body)


@pytest.fixture
def open_at(chromium: Browser, way: Way, tmp_path: Path) -> Iterator[Open]:
    """A page of somebody of her own, on a phone unless told otherwise; no script of it may have failed in the end."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def opened(path: str, width: int = PHONE) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": 780}, locale="fr-FR")
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(way.site + path)
        return page

    yield opened
    for number, context in enumerate(contexts):
        for page in context.pages:
            # What stood there at the end: of a failure it tells most.
            page.screenshot(path=tmp_path / f"{number}.png", full_page=True)
            print(page.url, page.inner_text("main")[:2_000])
        context.close()
    assert faults == []


def only(rows: psycopg.Cursor[Any]) -> Any:
    """The one value that a statement gives."""
    ((value,),) = rows.fetchall()
    return value
