"""Keeping offers in a real browser."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import ROOT

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]
AXE = ROOT / "tests" / "web" / "site" / "vendor" / "axe.min.js"
NANTES = "/?ou=Nantes&lieu=commune:44109"


def keep(page: Page, id: str) -> None:
    button = page.locator(f'[data-keep="{id}"]')
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")


def faults(page: Page) -> list[str]:
    page.evaluate(AXE.read_text("utf-8"))
    return [each["id"] for each in page.evaluate("axe.run()")["violations"]]


def test_two_are_kept_opened_and_compared(open_page: OpenPage, address: str) -> None:
    page = open_page(NANTES, width=360)
    keep(page, "lutins")
    keep(page, "anne")
    page.get_by_role("link", name=re.compile(r"Mes favoris.*\(2\)")).click()
    expect(page.locator("#liste > li")).to_have_count(2)
    assert page.url.endswith("/favoris?offre=lutins&offre=anne")
    assert faults(page) == []
    page.get_by_role("button", name="Comparer les offres cochées").click()
    expect(page.get_by_role("rowheader", name="Disponibilité")).to_be_visible()
    expect(page.get_by_role("columnheader", name=re.compile("Les Lutins"))).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert faults(page) == []

    page.goto(f"{address}/favoris")
    page.wait_for_url(re.compile("offre=lutins"))
    page.locator('[data-keep="lutins"]').click()
    expect(page.get_by_role("link", name=re.compile(r"Mes favoris.*\(1\)"))).to_be_visible()
    assert page.url.endswith("/favoris?offre=anne")


def test_a_shared_list_can_be_kept_whole(open_page: OpenPage) -> None:
    page = open_page("/favoris?offre=lutins&offre=anne&offre=partie")
    page.get_by_role("button", name="Ajouter toute cette liste").click()
    expect(page.get_by_role("status").filter(has_text="ajoutée")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile(r"Mes favoris.*\(2\)"))).to_be_visible()
    expect(page.get_by_role("button", name="Ajouter toute cette liste")).to_be_hidden()


def test_buttons_also_work_after_a_new_search(open_page: OpenPage) -> None:
    page = open_page(NANTES)
    keep(page, "lutins")
    page.locator(".panel:has([name=type]) > summary").click()
    page.locator('input[name="type"][value="eaje"]').check()
    expect(page.locator("#annonce")).to_contain_text("résultat")
    expect(page.locator('[data-keep="lutins"]')).to_have_attribute("aria-pressed", "true")


def test_where_the_browser_keeps_nothing_no_button_is_offered(open_page: OpenPage) -> None:
    page = open_page()
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } })"
    )
    page.goto(page.url + NANTES.removeprefix("/"))
    expect(page.locator("#liste > li").first).to_be_visible()
    expect(page.locator("[data-keep]").first).to_be_hidden()
    page.get_by_role("link", name="Mes favoris").click()
    expect(page.get_by_text("interdit aux sites")).to_be_visible()
