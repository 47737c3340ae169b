"""The ways out of a map and back, in a real Chromium: a map that failed, into the list, and a popup that is closed."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from settings import Settings
from tests.conftest import wait_for
from tests.web.site.test_map_browser import ALL, MARKER, NANTES, ONE_ROOF, crowded, drag, shown
from tests.web.site.test_map_opened import press_at

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]
UNLOCATED = f"{NANTES}&mots=Aline"
"""Known by their commune alone, every one."""


@pytest.fixture(scope="module")
def address(settings: Settings) -> Iterator[str]:
    with crowded(settings) as found:
        yield found


@pytest.mark.parametrize("again", ["online", "button"])
def test_a_map_that_failed_asks_again(open_page: OpenPage, again: str) -> None:
    page = shown(open_page, ALL)
    page.evaluate("() => { window.kept = window.fetch; window.fetch = () => Promise.reject(new TypeError()) }")
    drag(page, -300, 60)
    message = page.locator(".map-message")
    expect(message).to_contain_text("La carte n’a pas pu être chargée.")
    retry = message.get_by_role("button", name="Réessayer")
    retry.press("Enter")
    expect(retry).to_be_focused()
    page.evaluate("() => { window.fetch = window.kept }")
    if again == "online":
        page.evaluate("window.dispatchEvent(new Event('online'))")
    else:
        retry.click()
    expect(message).to_have_count(0)
    expect(page.locator("#plan")).to_be_focused()


def test_back_from_the_list_of_one_place_shows_the_map_again(open_page: OpenPage) -> None:
    page = shown(open_page, f"{ONE_ROOF}&vue=carte", width=360)
    page.locator(MARKER).click()
    page.get_by_role("link", name="Voir dans la liste").click()
    page.wait_for_url(re.compile("bbox="))
    expect(page.locator("#plan")).to_be_hidden()
    page.go_back()
    expect(page).to_have_url(re.compile("vue=carte"))
    assert "bbox=" not in page.url
    expect(page.locator(MARKER).first).to_be_visible()
    expect(page.locator("#bascule")).to_have_text("Liste", use_inner_text=True)
    page.go_forward()
    expect(page).to_have_url(re.compile("bbox="))
    expect(page.locator("#plan")).to_be_hidden()


def test_a_list_of_one_place_that_does_not_come_leaves_the_map(open_page: OpenPage) -> None:
    page = shown(open_page, f"{ONE_ROOF}&vue=carte", width=360)
    page.locator(MARKER).click()
    page.evaluate("() => { window.kept = window.fetch; window.fetch = () => Promise.reject(new TypeError()) }")
    page.get_by_role("link", name="Voir dans la liste").click()
    retry = page.locator("#avis").get_by_role("button", name="Réessayer")
    expect(retry).to_be_visible()
    expect(page.locator("#plan")).to_be_visible()
    page.evaluate("() => { window.fetch = window.kept }")
    retry.click()
    page.wait_for_url(re.compile("bbox="))
    expect(page.locator("#plan")).to_be_hidden()


@pytest.mark.parametrize("order", ["nom", "distance"])
@pytest.mark.parametrize("width", [360, 1280])
def test_who_is_not_on_the_map_stands_under_a_heading_of_the_list(open_page: OpenPage, width: int, order: str) -> None:
    page = open_page(f"{UNLOCATED}&tri={order}{'&vue=carte' if width == 360 else ''}", width=width)
    page.locator(".map-unlocated summary").click()
    page.locator(".map-unlocated").get_by_role("link", name="Voir dans la liste").click()
    expect(page).to_have_url(re.compile("tri=distance.*#adresse-non-situee"))
    expect(page.locator("#adresse-non-situee")).to_be_in_viewport()
    assert "vue=" not in page.url
    page.go_back()
    expect(page).to_have_url(re.compile(f"tri={order}"))
    expect(page.locator("#plan")).to_be_visible()
    expect(page.locator("#adresse-non-situee")).to_have_count(1 if order == "distance" else 0)


@pytest.mark.parametrize("moved", [False, True])
def test_a_closed_popup_gives_the_view_back_unless_somebody_moved_it(open_page: OpenPage, moved: bool) -> None:
    page = shown(open_page, f"{NANTES}&type=eaje&rayon=2", width=768)
    pane = page.locator("#plan .leaflet-map-pane")
    before = pane.get_attribute("style")
    press_at(page, "left")
    popup = page.locator(".leaflet-popup")
    expect(popup).to_be_visible()
    expect(page.locator("#plan .leaflet-map-pane")).not_to_have_class(re.compile("leaflet-pan-anim"))
    assert pane.get_attribute("style") != before, "the map has moved for it"
    if moved:
        drag(page, 0, 60)
    popup.get_by_role("button", name="Fermer").click()
    expect(popup).to_have_count(0)
    if moved:
        page.wait_for_timeout(400)  # longer than a map moves
        assert pane.get_attribute("style") != before
        return
    wait_for(lambda: pane.get_attribute("style") == before, what="the view of before")
    expect(page.get_by_role("button", name="Chercher dans cette zone")).to_be_hidden()
