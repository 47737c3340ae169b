"""The relais's search is the parents': for random needs the desk shows the offers of the public search with the same
parameters, in its order, that lie in the relais's communes."""

import re
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import pytest
import uvicorn
from anyio.from_thread import start_blocking_portal
from hypothesis import assume, event, given
from hypothesis import strategies as st
from playwright.sync_api import Page

from registry import accounts, database
from registry.accounts import Account, sessions
from search_api.http.app import close
from settings import Settings
from tests.conftest import TODAY, wait_for
from tests.loire import Loire, examples
from tests.records import minutes
from tests.rooms import DOCUMENT_KEY, NOW, PROVED, Clock, Rooms
from tests.web.site.conftest import chromium
from web.app import close as close_site
from web.app import create_app
from web.core import session

__all__ = ["chromium"]

DAYS = {"lun": "mon", "mar": "tue", "mer": "wed", "jeu": "thu", "ven": "fri", "sam": "sat", "dim": "sun"}
SORTS = {"conseille": "recommended", "disponibilite": "availability", "mise-a-jour": "updated", "nom": "name"}
TERRITORIES = (("44109",), ("44143", "44162"), ("44109", "44114", "44143", "44162", "44190"), ("44184",))
CENTRES = {"44109": "Nantes", "44143": "Rezé", "44162": "Saint-Herblain"}
PAGES = 3
"""Of the desk's list, that are compared."""


@pytest.fixture(scope="module")
def settings(loire: Loire) -> Settings:
    return loire.settings.model_copy(update={"document_keys": DOCUMENT_KEY, "rate_limit": 1_000_000})


@pytest.fixture(scope="module")
def desks(settings: Settings) -> Iterator[tuple[Rooms, dict[tuple[str, ...], Account]]]:
    """The site over the department, and a relais for each territory."""
    with start_blocking_portal() as portal:
        app = portal.call(lambda: create_app(settings, now=Clock(NOW)))
        rooms = Rooms(app, portal, settings, Clock(NOW))
        yield rooms, {communes: rooms.account("rpe", communes=list(communes)) for communes in TERRITORIES}
        for browser in rooms.opened:
            portal.call(browser.http.aclose)
        close_site(app.state.site)
        portal.call(close, app)


STANDS = {"up_to_date": "true", "to_confirm": "false"}
"""How she stands with her duty, of what parents can ask for too → as the API's `up_to_date`."""

TIMES = ("06:30", "07:15", "08:00", "08:30", "09:00", "12:00", "16:30", "18:00", "18:45", "20:00", "23:00")
SLOT = st.tuples(
    st.lists(st.sampled_from([*DAYS]), min_size=1, max_size=4, unique=True),
    st.lists(st.sampled_from(TIMES), min_size=2, max_size=2, unique=True),
)
BIRTH = st.dates(TODAY.replace(year=2022), TODAY.replace(year=2027, month=2)).map(str)
ASKED = st.fixed_dictionaries(
    {},
    optional={
        "slot": SLOT,
        "slot2": SLOT,
        "places": st.sampled_from(["1", "2", "3"]),
        "places2": st.sampled_from(["1", "2"]),
        "souplesse": st.sampled_from(["15", "30", "60"]),
        "des": st.dates(TODAY, TODAY.replace(year=2028, month=8, day=1)).map(str),
        "naissance": st.one_of(st.lists(BIRTH, min_size=1, max_size=3), BIRTH.map(lambda born: [born] * 2)),
        "libres": st.just("oui"),
        "around": st.tuples(st.sampled_from([*CENTRES]), st.sampled_from(["2", "5", "10"])),
        "tri": st.sampled_from([*SORTS]),
        "option": st.sampled_from(["garden", "no_pets"]),
        "etat": st.sampled_from([*STANDS]),
    },
)
SEARCHES = {"slot", "slot2", "des", "naissance", "around", "option"}
"""What makes the page search, and not list the territory."""

DAY = 1_440


class Hours(NamedTuple):
    """Of one weekday: minutes from its midnight on, and the places that are asked for."""

    start: int
    end: int
    places: int


def on_the_page(asked: dict[str, Any]) -> list[tuple[str, str]]:
    """The need as the form sends it."""
    pairs: list[tuple[str, str]] = [("naissance", born) for born in asked.get("naissance", ())]
    for name in ("des", "libres", "tri", "option", "souplesse", "etat"):
        if name in asked:
            pairs.append((name, asked[name]))
    for number in ("", "2"):
        if f"slot{number}" in asked:
            days, (start, end) = asked[f"slot{number}"]
            pairs += [(f"jour{number}", day) for day in days]
            pairs += [(f"debut{number}", start), (f"fin{number}", end)]
            if typed := places_typed(asked, number):
                pairs.append((f"places{number}", typed))
    if "around" in asked:
        code, radius = asked["around"]
        pairs += [("ou", CENTRES[code]), ("lieu", f"commune:{code}"), ("rayon", radius)]
    return pairs


def places_typed(asked: dict[str, Any], number: str) -> str:
    """Beside birth dates nobody types a number of places, which would have to agree with them."""
    return "" if "naissance" in asked else asked.get(f"places{number}", "")


def hours_asked(asked: dict[str, Any]) -> dict[str, list[Hours]]:
    """What each weekday asks for: each slot, and the time that both share for the children of both. A slot is for all
    children who are named, unless it meets the other one: then each is for one child."""
    slots: list[tuple[list[str], int, int, str]] = []
    for number in ("", "2"):
        if f"slot{number}" in asked:
            days, clocks = asked[f"slot{number}"]
            start, end = map(minutes, clocks)
            slots.append((days, start, end if end > start else end + DAY, places_typed(asked, number)))
    meeting = [
        day
        for day in DAYS
        if len(slots) == 2
        and all(day in slot[0] for slot in slots)
        and max(slot[1] for slot in slots) < min(slot[2] for slot in slots)
    ]
    children = len(asked.get("naissance", ()))
    # More children than places are an error of the form.
    assume(not meeting or children <= 2)
    usual = 1 if meeting else children or 1
    found: dict[str, list[Hours]] = {}
    for days, start, end, typed in slots:
        for day in days:
            found.setdefault(day, []).append(Hours(start, end, int(typed or usual)))
    for day in meeting:
        one, other = found[day]
        found[day].append(Hours(max(one.start, other.start), min(one.end, other.end), one.places + other.places))
    return found


def clock(minute: int) -> str:
    return f"{minute // 60 % 24:02}:{minute % 60:02}"


def needed(asked: dict[str, Any]) -> list[tuple[str, str]]:
    """The lines of the need, each with its own places."""
    lines = [(day, hours) for day, all_hours in hours_asked(asked).items() for hours in all_hours]
    # A line that begins after midnight would be the next day's.
    assume(all(hours.start < DAY for _, hours in lines))
    return [("need", f"{DAYS[day]}@{clock(hours.start)}-{clock(hours.end)}*{hours.places}") for day, hours in lines]


def of_the_api(asked: dict[str, Any], communes: tuple[str, ...], centres: dict[str, str]) -> list[tuple[str, str]]:
    """The same, said in the API's words: docs/api.md, and what the parents' page adds of its own."""
    lines = needed(asked)
    pairs = [("kind", "assistant_maternel"), *lines]
    pairs += [("child_birthdate", born) for born in asked.get("naissance", ())]
    for name, there in (("des", "from"), ("option", "feature")):
        if name in asked:
            pairs.append((there, asked[name]))
    if lines and "souplesse" in asked:
        pairs.append(("leniency", asked["souplesse"]))
    if "etat" in asked:
        pairs.append(("up_to_date", STANDS[asked["etat"]]))
    if lines and "libres" not in asked:
        pairs += [("match", "best"), ("include", "to_ask")]
    sort = SORTS.get(asked.get("tri", ""))
    if sort and (sort != "availability" or lines):
        pairs.append(("sort", sort))
    if "around" in asked:
        code, radius = asked["around"]
        return [*pairs, ("near", centres[code]), ("radius_km", radius)]
    return [*pairs, *(("commune", code) for code in communes)]


@pytest.fixture(scope="module")
def centres(loire: Loire) -> dict[str, str]:
    """The town hall of each, as the API takes a point."""
    index = f"{loire.settings.index_prefix}-places"
    found = [loire.elasticsearch.get(index=index, id=f"commune:{code}").body["_source"] for code in CENTRES]
    return {place["code"]: "{lat},{lon}".format(**place["position"]) for place in found}


@given(asked=ASKED.filter(lambda asked: SEARCHES & {*asked}), at=st.data())
@examples(40)
def test_the_desk_shows_what_parents_find_in_its_communes(
    loire: Loire,
    desks: tuple[Rooms, dict[tuple[str, ...], Account]],
    centres: dict[str, str],
    asked: dict[str, Any],
    at: st.DataObject,
) -> None:
    rooms, relais = desks
    communes = at.draw(st.sampled_from(TERRITORIES))
    commune = at.draw(st.sampled_from(["", *communes]))
    narrowed = (commune,) if commune else communes
    public = loire.pages("/api/v1/offers", [*of_the_api(asked, narrowed, centres), ("limit", "100")])
    theirs = [item["id"] for page in public for item in page["items"] if item["commune"]["code"] in narrowed]
    if theirs:
        event(f"commune: {bool(commune)}, etat: {asked.get('etat')}")

    browser = rooms.visit(relais[communes])
    shown: list[str] = []
    onward: str | None = f"/rpe?{urlencode([*on_the_page(asked), ('commune', commune)])}"
    total = None
    for _ in range(PAGES):
        assert onward is not None
        assert browser.get(onward).status_code == 200, onward
        shown += re.findall(r'id="offre-(\w+)"', browser.html)
        total = total or re.findall(r'id="titre-resultats"><span[^>]*>([^<]*)<', browser.html)[0]
        onward = next(iter(re.findall(r'id="suite" href="([^"]*)"', browser.html)), "").replace("&amp;", "&")
        if not onward:
            break
    assert shown == theirs[: len(shown)]
    assert onward or len(shown) == len(theirs)
    assert int(re.sub(r"\D", "", total or "")) == len(theirs)


# In a real browser -------------------------------------------------------------------------------------------


@contextmanager
def served(settings: Settings) -> Iterator[tuple[str, str]]:
    """The site's address, and the name of its session's cookie."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        app = create_app(settings.model_copy(update={"site_url": address}), now=Clock(NOW))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        wait_for(lambda: server.started, what="the site")
        try:
            yield address, session.cookie_name(app.state.site)
        finally:
            server.should_exit = True
            thread.join(timeout=20)


@pytest.fixture(scope="module")
def open_desk(settings: Settings, chromium: Any) -> Iterator[Callable[..., Page]]:
    """Opens the page of a relais of Nantes; fails when a script failed."""
    faults: list[str] = []
    with served(settings) as (address, cookie):
        with database.connect(settings.database_url) as conn:
            account = accounts.create(conn, f"{secrets.token_hex(3)}@example.org", "rpe", now=NOW, communes=["44109"])
            token = sessions.open_session(conn, account, NOW, PROVED, "tests")

        def opened(path: str, width: int, **options: Any) -> Page:
            context = chromium.new_context(viewport={"width": width, "height": 740}, locale="fr-FR", **options)
            context.add_cookies([{"name": cookie, "value": token, "url": address}])
            page: Page = context.new_page()
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.goto(address + path)
            return page

        yield opened
    assert faults == []


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scripts"), [(360, True), (1280, True), (360, False)])
def test_a_parent_is_on_the_telephone(open_desk: Callable[..., Page], width: int, scripts: bool) -> None:
    """Tuesday and Thursday from 7:15, a child of two: by the keyboard, to the number to call."""
    page = open_desk("/rpe", width, java_script_enabled=scripts)
    for day in ("mar", "jeu"):
        page.locator(f"input[name=jour][value={day}]").focus()
        page.keyboard.press("Space")
    page.get_by_label("De", exact=True).first.fill("07:15")
    page.get_by_label("À", exact=True).first.fill("17:30")
    page.locator("#naissance1").fill("2024-10-01")
    page.locator("#naissance1").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/rpe?**")
    assert urlsplit(page.url).fragment == "resultats"
    assert page.locator("#titre-resultats").is_visible()
    card = page.locator("#liste > li").first
    assert card.locator(".availability").is_visible()
    call = card.locator("a[href^='tel:']")
    assert call.is_visible()
    box = call.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 44
    top = call.evaluate(
        "e => { const r = e.getBoundingClientRect(); e.scrollIntoView({block: 'center'});"
        " const s = e.getBoundingClientRect();"
        " return e.contains(document.elementFromPoint(s.x + s.width / 2, s.y + s.height / 2)) }"
    )
    assert top, "the number is not under the link of the card"
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.go_back()
    page.go_forward()
    assert page.locator("input[name=jour][value=jeu]").is_checked()
    assert page.locator("#naissance1").input_value() == "2024-10-01"
    card.locator("h3 a").click()
    page.wait_for_url("**/rpe/am/**")
    page.context.close()
