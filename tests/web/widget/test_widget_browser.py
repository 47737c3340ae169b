"""A town hall's page in a real browser, on the origins that its key names and on one that looks like them."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Frame, Page, expect, sync_playwright

from registry import database
from settings import Settings
from tests.conftest import wait_for
from tests.rooms import NOW

NAMES = ("arras.fr", "www.arras.fr", "evilarras.fr")
KEY = "0123456789ab"
MOST_BYTES = 60_000

Serve = Callable[[str], int]


@pytest.fixture(scope="module")
def everywhere() -> Iterator[Browser]:
    """A browser to which every name is this machine."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert found is not None, "Chromium is missing"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found,
            args=[
                *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"),
                "--host-resolver-rules=MAP *.fr 127.0.0.1",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def visit(everywhere: Browser) -> Iterator[Callable[..., Page]]:
    contexts = []

    def opened(address: str, **options: Any) -> Page:
        context = everywhere.new_context(locale="fr-FR", **options)
        contexts.append(context)
        page = context.new_page()
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def shown(
    room_settings: Settings, widget_address: str, town_hall: Serve, visit: Callable[..., Page]
) -> Callable[..., Page]:
    """Opens a town hall's page with the snippet, whose key is made for the first two of NAMES on the page's port."""

    def opened(snippet: str, name: str = NAMES[0], **options: Any) -> Page:
        # A key names the port, which is known once the page is served with the key in it.
        port = town_hall(snippet.replace("SITE", widget_address).replace("KEY", KEY))
        with database.connect(room_settings.database_url) as conn:
            conn.execute(
                "insert into widget_key (id, name, hosts, created_at) values (%s, 'Ville d’Arras', %s, %s)",
                [KEY, [f"{each}:{port}" for each in NAMES[:2]], NOW],
            )
        return visit(f"http://{name}:{port}/", **options)

    return opened


SCRIPT = (
    '<script src="SITE/widget.js" data-key="KEY" data-commune="44109" data-kinds="eaje,assistant_maternel" async>'
    "</script>"
)
PLAIN = '<iframe src="SITE/widget/cadre?cle=KEY&commune=44109" title="Accueil" width="100%" height="600"></iframe>'
ELEMENT = (
    '<script src="SITE/widget.js" async></script>'
    '<ribambelle-widget key="KEY" commune="44109" view="compteur" title="Places libres"></ribambelle-widget>'
)


def inside(page: Page) -> Frame:
    """The widget's frame, once its page is there: ours, or the browser's own in its stead."""
    page.wait_for_selector("iframe")
    # What is known of frames is told while the browser is asked something.
    wait_for(
        lambda: page.evaluate("true") and len(page.frames) > 1 and page.frames[1].url not in ("", "about:blank"),
        what="the frame",
    )
    page.frames[1].wait_for_load_state()
    return page.frames[1]


@pytest.mark.parametrize("name", NAMES[:2])
def test_it_is_shown_where_the_key_allows(shown: Callable[..., Page], name: str) -> None:
    page = shown(SCRIPT, name)
    frame = inside(page)
    expect(frame.get_by_role("link", name="Anne D. (nouvel onglet)")).to_be_visible()
    outer = page.locator("iframe")
    expect(outer).to_have_attribute("title", "Trouver un accueil pour son enfant, avec Ribambelle")
    expect(outer).to_have_attribute("loading", "lazy")
    follows(page, frame)
    before = height(page)
    frame.get_by_text("Préciser la recherche").click()
    wait_for(lambda: bool(page.evaluate(f"document.querySelector('iframe').clientHeight > {before}")), what="growth")
    follows(page, frame)
    assert page.context.cookies() == []
    with page.context.expect_page() as opening:
        frame.get_by_role("link", name="Voir tout sur Ribambelle").click()
    opening.value.wait_for_load_state()
    assert "lieu=commune:44109" in opening.value.url
    assert opening.value.evaluate("window.opener") is None


@pytest.mark.parametrize("snippet", [SCRIPT, PLAIN, ELEMENT])
def test_it_is_refused_to_a_name_that_ends_alike(shown: Callable[..., Page], snippet: str) -> None:
    page = shown(snippet, NAMES[2])
    frame = inside(page)
    assert frame.url.startswith("chrome-error:")
    assert "Anne" not in frame.content()


def test_a_plain_frame_works_without_javascript(shown: Callable[..., Page]) -> None:
    frame = inside(shown(PLAIN, java_script_enabled=False))
    frame.get_by_text("Préciser la recherche").click()
    frame.get_by_label("mardi").check()
    frame.get_by_role("button", name="Chercher").click()
    expect(frame.get_by_role("link", name="Anne D.")).to_be_visible()
    expect(frame.get_by_text("Libre à partir du")).to_be_visible()


def test_the_element_shows_a_counter_and_follows_its_attributes(shown: Callable[..., Page]) -> None:
    page = shown(ELEMENT)
    frame = inside(page)
    expect(frame.get_by_role("heading", level=1)).to_contain_text("places libres à Nantes")
    expect(page.locator("iframe")).to_have_attribute("title", "Places libres")
    follows(page, frame)
    page.evaluate("document.querySelector('ribambelle-widget').setAttribute('view', 'carte')")
    expect(page.frame_locator("iframe").locator(".spot").first).to_be_visible()


def test_a_message_from_elsewhere_changes_no_height(shown: Callable[..., Page]) -> None:
    page = shown(SCRIPT)
    follows(page, inside(page))
    before = height(page)
    page.evaluate("postMessage({ ribambelle: 5000 }, '*')")
    page.evaluate("new Promise((done) => setTimeout(done))")
    assert height(page) == before


@pytest.mark.parametrize("view", ["liste", "carte", "compteur"])
def test_a_first_view_is_light(shown: Callable[..., Page], widget_address: str, view: str) -> None:
    """All that comes from the site, script included, as it is sent; tiles apart."""
    page = shown(SCRIPT.replace(" async", f' data-view="{view}" async'))
    inside(page)
    if view == "carte":
        expect(page.frame_locator("iframe").locator(".spot").first).to_be_visible()
    asked: set[str] = set()
    page.on("request", lambda sent: asked.add(sent.url))
    page.reload(wait_until="networkidle")
    ours = {url: sent_bytes(url) for url in asked if url.startswith(widget_address)}
    assert len(ours) >= 5, ours
    assert sum(ours.values()) <= MOST_BYTES, ours


def sent_bytes(url: str) -> int:
    """Of a body, compressed as it goes over the network to whoever has none of it yet."""
    with httpx.stream("GET", url, headers={"accept-encoding": "gzip"}) as answer:
        answer.raise_for_status()
        answer.read()
        return answer.num_bytes_downloaded


def height(page: Page) -> int:
    return int(page.evaluate("document.querySelector('iframe').clientHeight"))


def follows(page: Page, frame: Frame) -> None:
    """The frame comes to be exactly as high as what it shows."""
    wait_for(lambda: height(page) == frame.evaluate("document.documentElement.offsetHeight"), what="the height")
