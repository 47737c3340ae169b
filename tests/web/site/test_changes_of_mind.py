"""What a parent changes before the page has followed, in a real Chromium: chips in a hurry, half a name, Back over the
sheet, a zone that leads nowhere."""

import re
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.search_api.conftest import Client
from tests.web.site.reading import NANTES as PLACE
from tests.web.site.reading import search, text

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]

NANTES = "/?ou=Nantes&lieu=commune:44109"
ZONE = "-1.60,47.20,-1.50,47.30"
NO_CLOSE_WATCHER = "delete window.CloseWatcher"


def asked(page: Page) -> set[tuple[str, str]]:
    return set(parse_qsl(urlsplit(page.url).query))


def test_two_chips_in_a_hurry_are_both_taken_off(open_page: OpenPage) -> None:
    page = open_page(f"{NANTES}&type=eaje&type=assistant_maternel&type=mam&jour=lun&debut=08:00&fin=18:00")
    chips = page.locator("#actifs a")
    kept: list[Route] = []
    page.route("**/?ou=*", lambda route: kept.append(route))
    chips.filter(has_text="Crèche").click()
    expect(page.locator("#resultats")).to_have_attribute("aria-busy", "true")
    page.unroute("**/?ou=*")
    chips.filter(has_text="Assistant maternel").click()
    page.wait_for_url(lambda url: "assistant_maternel" not in url)
    assert {value for name, value in asked(page) if name == "type"} == {"mam"}
    assert ("jour", "lun") in asked(page)
    expect(chips.filter(has_text="Crèche")).to_have_count(0)


def test_a_zone_that_is_none_is_gone_with_the_next_search(open_page: OpenPage) -> None:
    page = open_page(f"{NANTES}&bbox=-1.6,47.2", expect=422)
    page.locator("#recherche").get_by_role("button", name="Mettre à jour").first.click()
    page.wait_for_url(lambda url: "bbox" not in url)
    expect(page.locator("#titre-resultats")).to_be_visible()


def test_in_a_zone_the_form_says_so_and_leads_back_to_the_place(site: Client) -> None:
    page = search(site, *PLACE, ("bbox", ZONE), ("jour", "lun"))
    assert "Zone de la carte. Chercher de nouveau autour de Nantes" in text(page.text)
    plain = text(search(site, *PLACE, ("jour", "lun")).text)
    assert "Zone de la carte" not in plain


def test_back_closes_a_sheet_also_where_no_browser_says_so(open_page: OpenPage) -> None:
    page = open_page(NANTES, width=360)
    page.evaluate(NO_CLOSE_WATCHER)
    page.locator("#barre > summary").click()
    page.locator("#montrer").click()
    page.locator("#barre > summary").click()
    expect(page.locator("#feuille")).to_have_attribute("role", "dialog")
    page.evaluate("history.pushState(null, '', location.href + '&rayon=20'); history.back()")
    expect(page.locator("#barre")).not_to_have_attribute("open", "")


def test_half_a_name_is_not_counted(open_page: OpenPage) -> None:
    page = open_page(NANTES, width=360)
    page.locator("#barre > summary").click()
    page.locator("#volets > .panel > summary").nth(1).click()
    page.get_by_label("Crèche", exact=False).first.check(force=True)
    expect(page.locator("#montrer")).to_contain_text(re.compile(r"Voir\s\d+\srésultat"))
    counts: list[str] = []
    page.on("request", lambda request: counts.append(request.url) if "/nombre?" in request.url else None)
    page.locator("#ou").press_sequentially("12 ru", delay=20)
    expect(page.locator("#montrer")).to_have_text("Voir les résultats")
    page.wait_for_timeout(600)  # a count begins 400 ms after a change
    assert counts == []


def test_a_zone_that_could_not_be_searched_can_be_asked_for_again(chromium: Browser, address: str) -> None:
    page = chromium.new_page(locale="fr-FR", viewport={"width": 1280, "height": 800})
    page.goto(address + NANTES)
    expect(page.locator("#plan .marker-target").first).to_be_visible()
    box = page.locator("#plan").bounding_box()
    assert box
    page.mouse.move(box["x"] + 4, box["y"] + box["height"] - 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + box["height"] - 60, steps=10)
    page.mouse.up()
    ask = page.get_by_role("button", name="Chercher dans cette zone")
    page.route("**/?*bbox=*", lambda route: route.abort())
    ask.click()
    expect(page.get_by_role("button", name="Réessayer")).to_be_visible()
    expect(ask).to_be_visible()
    page.close()
