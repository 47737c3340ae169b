"""A registry with its index and the change loop, the pages over it, and the jobs' run."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from elasticsearch import Elasticsearch

from indexer import bulk, generations, worker
from indexer.rebuild import rebuild
from jobs import alerts, calendar
from jobs.alerts import Done
from registry import database
from registry.ids import new_id
from settings import Settings
from tests.conftest import TODAY
from tests.records import Period, Range, add_period, assistant
from tests.rooms import Browser, Rooms
from tests.search_api import documents
from tests.search_api.conftest import load

PARENT = "camille.privee@example.org"

FULL_WEEK: list[Range] = [(day, 8 * 60, 18 * 60, 1) for day in range(5)]
"""Monday to Friday, 8:00 to 18:00."""

WANTED = {"ou": "Nantes", "jour": ["lun", "mar"], "debut": "08:30", "fin": "17:00"}
"""A search of the site, answered by FULL_WEEK in Nantes."""


@dataclass
class Letter:
    subject: str
    body: str
    unsubscribe: str | None

    def path(self, part: str) -> str:
        """Of the link that has this part."""
        return str(next(each for each in re.findall(r"https?://[^/\s]+(/\S+)", self.body) if part in each))


@dataclass
class World:
    rooms: Rooms
    engine: Elasticsearch

    @property
    def settings(self) -> Settings:
        return self.rooms.settings

    def sql(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with database.connect(self.settings.database_url) as conn:
            cursor = conn.execute(query, values)
            return cursor.fetchall() if cursor.description else []

    def assistant(self, name: str, *ranges: Range, since: date = TODAY, until: date | None = None, **more: Any) -> str:
        """Published, with one period; in the registry, not yet in the index."""
        with database.connect(self.settings.database_url) as conn:
            return assistant(conn, name, periods=[(since, until, list(ranges))] if ranges else (), **more)

    def periods(self, offer: str, *periods: Period) -> None:
        """Her whole timetable, anew."""
        with database.connect(self.settings.database_url) as conn:
            conn.execute("delete from timetable where offer = %s", [offer])
            for first, last, ranges in periods:
                add_period(conn, offer, first, last, ranges)
            conn.execute("update offer set confirmed_on = %s where id = %s", [TODAY, offer])

    def free(self, offer: str, ranges: Iterable[Range] = tuple(FULL_WEEK)) -> None:
        self.periods(offer, (TODAY, None, list(ranges)))

    def full(self, offer: str) -> None:
        self.periods(offer, (TODAY, None, []))

    def index(self) -> None:
        """The change loop; searches see it."""
        worker.drain(self.settings, self.engine)
        self.engine.indices.refresh(index=f"{self.settings.index_prefix}-offers")

    def follow(self) -> Done:
        """The change loop and the jobs' run, as the servers do twenty seconds later."""
        self.index()
        self.rooms.clock.now += timedelta(seconds=20)
        return alerts.follow(self.settings, self.rooms.clock.now)

    def nightly(self) -> None:
        calendar.daily(self.settings, self.rooms.clock.now)

    def letters(self, recipient: str = PARENT, subject: str = "") -> list[Letter]:
        rows = self.sql(
            "select subject, body, unsubscribe from mail_outbox where recipient = %s order by queued_at, id", recipient
        )
        return [Letter(*row) for row in rows if subject in row[0]]

    def told(self) -> list[str]:
        """The bodies of the mails about openings."""
        return [each.body for each in self.letters() if "libère" in each.subject]

    def ask(self, search: dict[str, Any] | None = None, mail: str = PARENT, rhythm: str = "at_once") -> Letter:
        """Through the page: the mail that asks to confirm."""
        browser = self.rooms.visit()
        assert self.fill(browser, search or WANTED, mail=mail, rythme=rhythm) == 200, browser.text
        return self.letters(mail)[-1]

    def fill(self, browser: Browser, search: dict[str, Any], **fields: str) -> int:
        """Open the form of a search, read it for ten seconds, send it; the status, redirects followed."""
        shown = browser.get(address(search))
        assert shown.status_code == 200, browser.text
        self.rooms.clock.now += timedelta(seconds=10)
        opened = re.search(r'name="ouvert" value="([^"]*)"', browser.html)
        action = re.search(r'<form method="post" action="(/alertes[^"]*)"', browser.html)
        assert opened is not None
        assert action is not None
        entered = {"mail": PARENT, "rythme": "at_once", "site": "", "ouvert": opened[1], **fields}
        return browser.post(action[1].replace("&amp;", "&"), entered).status_code

    def live(self, search: dict[str, Any] | None = None, mail: str = PARENT, rhythm: str = "at_once") -> None:
        """Asked, known and confirmed."""
        letter = self.ask(search, mail, rhythm)
        self.follow()
        browser = self.rooms.visit()
        browser.get(letter.path("/alertes/confirmer/"))
        assert browser.post(letter.path("/alertes/confirmer/")).status_code == 200, browser.text


def address(search: dict[str, Any]) -> str:
    return "/alertes?" + urlencode(search, doseq=True)


@pytest.fixture
def room_settings(room_settings: Settings, run_id: str) -> Iterator[Settings]:
    """With an index of offers, as empty as the registry, and one of places."""
    settings = room_settings.model_copy(update={"index_prefix": f"alerts-{run_id}-{new_id()}"})
    with bulk.client(settings) as engine:
        rebuild(settings, engine, lambda index, done, total: None, ["offers"])
        load(engine, settings.index_prefix, "places", documents.places())
        yield settings
        generations.drop(engine, engine.indices.get(index=f"{settings.index_prefix}-*").body)


@pytest.fixture
def world(rooms: Rooms) -> Iterator[World]:
    with bulk.client(rooms.settings) as engine:
        yield World(rooms, engine)
