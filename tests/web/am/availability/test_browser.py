"""The table of the week in a real browser, as wide as a small phone, with and without JavaScript."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect

from registry import database
from registry.accounts import Account, devices, sessions
from registry.offers import timetables
from registry.offers.timetables import Range
from tests.conftest import wait_for
from tests.rooms import PROVED, Rooms
from tests.web.am.availability.test_pages import link, minder
from tests.web.site.conftest import chromium  # noqa: F401 (a fixture)
from web.app import create_app
from web.core import session

pytestmark = pytest.mark.browser

PATH = "/espace/disponibilites/periode"
WIDTH = 360


@pytest.fixture
def address(rooms: Rooms) -> Iterator[str]:
    """The rooms on a free port."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        app = create_app(rooms.settings, now=rooms.clock)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        wait_for(lambda: server.started, what="the site")
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(timeout=20)


@contextmanager
def phone(
    chromium: Browser,  # noqa: F811
    rooms: Rooms,
    address: str,
    account: Account | None,
    *,
    script: bool = True,
) -> Iterator[Page]:
    """A page of a small phone; fails when a script failed, or the browser refused something of it."""
    context = chromium.new_context(
        viewport={"width": WIDTH, "height": 640}, has_touch=True, java_script_enabled=script, locale="fr-FR"
    )
    if account is not None:
        with database.connect(rooms.settings.database_url) as conn:
            token = sessions.open_session(conn, account, rooms.clock(), PROVED)
        context.add_cookies([{"name": session.cookie_name(rooms.app.state.site), "value": token, "url": address}])
    page, faults = context.new_page(), []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    yield page
    context.close()
    assert faults == []


@pytest.mark.parametrize("script", [True, False], ids=["with-script", "without-script"])
def test_a_week_is_told_with_one_thumb(
    rooms: Rooms,
    chromium: Browser,  # noqa: F811
    address: str,
    script: bool,
) -> None:
    nadia = minder(rooms)
    with phone(chromium, rooms, address, nadia, script=script) as page:
        answer = page.goto(address + PATH)
        assert answer is not None
        assert len(answer.body()) < 60_000
        if script:
            assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH
        loaded = page.url
        page.select_option("#type_places", "2")
        page.get_by_role("button", name="Sans le mercredi").tap()
        expect(page.locator("#j4c1_a")).to_have_value("18:00")
        expect(page.locator("#j2c1_de")).to_have_value("")
        page.fill("#j0c1_a", "12:30")
        page.locator("[data-day='0'] summary").tap()
        page.fill("#j0c2_de", "16:00")
        page.fill("#j0c2_a", "19:00")
        page.locator("[data-day='0']").get_by_role("button", name="Copier du lundi au vendredi").tap()
        expect(page.locator("#j4c2_a")).to_have_value("19:00")
        expect(page.locator("#dit")).to_contain_text("Rien n’est enregistré")
        page.locator("[data-day='4']").get_by_role("button", name="Vider").tap()
        expect(page.locator("#j4c1_de")).to_have_value("")
        assert (page.url == loaded) or not script  # no round trip
        page.locator(".save button").tap()
        expect(page.get_by_text("C’est enregistré.")).to_be_visible()
        if script:
            assert page.evaluate("document.documentElement.scrollWidth") <= WIDTH
    assert nadia.offer
    with database.connect(rooms.settings.database_url) as conn:
        (saved,) = timetables.periods(conn, nadia.offer)
    assert saved.ranges == tuple(
        sorted(each for day in range(4) for each in (Range(day, 480, 750, 2), Range(day, 960, 1140, 1)))
    )


def test_a_mailed_link_is_one_tap_in_a_browser_that_she_has_used_here_before(
    rooms: Rooms,
    chromium: Browser,  # noqa: F811
    address: str,
) -> None:
    nadia = minder(rooms)
    with database.connect(rooms.settings.database_url) as conn:
        known = devices.remember(conn, nadia.id, "", rooms.clock())
    with phone(chromium, rooms, address, None) as page:
        name = session.device_cookie_name(rooms.app.state.site)
        page.context.add_cookies([{"name": name, "value": known, "url": address}])
        page.goto(address + link(rooms, nadia, "full"))
        expect(page.get_by_role("heading", name="C’est noté, merci")).to_be_visible()
        page.get_by_role("button", name="Annuler").tap()
        expect(page.get_by_role("heading", name="C’est annulé")).to_be_visible()
    assert nadia.offer
    with database.connect(rooms.settings.database_url) as conn:
        assert timetables.periods(conn, nadia.offer) == []


def test_a_scanner_with_scripts_declares_nothing(
    rooms: Rooms,
    chromium: Browser,  # noqa: F811
    address: str,
) -> None:
    """It opens the link in a browser whose page counts as seen, as mail filters do; she then presses the button."""
    nadia, other = minder(rooms), rooms.account("am", "autre@example.org")
    mailed = link(rooms, nadia, "full")
    with database.connect(rooms.settings.database_url) as conn:
        others = devices.remember(conn, other.id, "", rooms.clock())
        before = conn.execute("select count(*) from declaration").fetchall()
    for cookie in ("", others, "forged"):
        with phone(chromium, rooms, address, None) as page:
            if cookie:
                name = session.device_cookie_name(rooms.app.state.site)
                page.context.add_cookies([{"name": name, "value": cookie, "url": address}])
            page.goto(address + mailed, wait_until="networkidle")
            assert page.evaluate("document.visibilityState") == "visible"
            expect(page.get_by_role("button", name="Confirmer")).to_be_visible()
            page.reload(wait_until="networkidle")
    with database.connect(rooms.settings.database_url) as conn:
        assert conn.execute("select count(*) from declaration").fetchall() == before
    with phone(chromium, rooms, address, None) as page:
        page.goto(address + mailed)
        page.get_by_role("button", name="Confirmer").tap()
        expect(page.get_by_role("heading", name="C’est noté, merci")).to_be_visible()


def test_a_week_from_a_second_tab_or_after_back_is_not_lost(
    rooms: Rooms,
    chromium: Browser,  # noqa: F811
    address: str,
) -> None:
    with phone(chromium, rooms, address, minder(rooms)) as page:
        page.goto(address + PATH)
        page.fill("#j0c1_de", "08:00")
        page.fill("#j0c1_a", "18:00")
        page.locator(".save button").tap()
        page.get_by_role("link", name="Modifier la période").tap()
        page.wait_for_url("**/periode/*")
        other = page.context.new_page()
        other.set_viewport_size({"width": WIDTH, "height": 640})
        other.goto(page.url)
        page.fill("#j0c1_a", "17:00")
        page.locator(".save button").tap()
        expect(page.get_by_text("C’est enregistré.")).to_be_visible()
        other.fill("#j0c1_a", "16:00")
        other.locator(".save button").tap()
        expect(other.get_by_role("heading", name="Ce que vous venez de saisir")).to_be_visible()
        expect(other.locator("section.period")).to_contain_text("8 h – 17 h")
        expect(other.locator("#j0c1_a")).to_have_value("16:00")
        assert other.evaluate("document.documentElement.scrollWidth") <= WIDTH
        other.locator(".save button").tap()
        expect(other.get_by_text("8 h – 16 h")).to_be_visible()
        # The first tab stands behind its form; what it goes back to is the page as it is now.
        page.go_back()
        page.fill("#j0c1_a", "15:00")
        page.locator(".save button").tap()
        expect(page.get_by_text("8 h – 15 h")).to_be_visible()
