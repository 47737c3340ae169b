"""The box of suggestions in a real Chromium."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]


def held(page: Page) -> list[Route]:
    """Answers to suggestions wait in this list until a test lets them go."""
    waiting: list[Route] = []
    page.route("**/api/v1/suggest*", waiting.append)
    return waiting


def let_go(page: Page, waiting: list[Route]) -> None:
    """All of them, to whoever still listens."""
    page.unroute("**/api/v1/suggest*")
    for route in waiting:
        route.continue_()


def test_what_was_under_way_never_opens_over_the_results(open_page: OpenPage) -> None:
    page = open_page("/?ou=Nantes&lieu=commune:44109")
    waiting = held(page)
    page.locator("#ou").fill("rez")
    page.wait_for_function("document.getElementById('ou').value === 'rez'")
    with page.expect_request("**/api/v1/suggest*"):
        page.locator("#ou").press("e")
    page.locator("#ou").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("autour de Rezé")
    with page.expect_event("requestfinished", predicate=lambda each: "zzz" in each.url):
        let_go(page, waiting)
        page.evaluate("fetch('/api/v1/suggest?q=zzz').then((answer) => answer.text())")
    expect(page.locator("#suggestions")).to_be_hidden()
    expect(page.locator(".no-suggestion").first).to_be_hidden()


def test_a_choice_closes_the_box_for_good(open_page: OpenPage) -> None:
    page = open_page("/?ou=Nantes&lieu=commune:44109")
    page.locator("#ou").fill("")
    page.locator("#ou").press_sequentially("reze", delay=20)
    expect(page.get_by_role("option").first).to_contain_text("Rezé")
    waiting = held(page)
    with page.expect_request("**/api/v1/suggest*"):
        page.locator("#ou").press("Backspace")
    page.get_by_role("option").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("autour de Rezé")
    let_go(page, waiting)
    expect(page.locator("#suggestions")).to_be_hidden()


def test_a_suggestion_has_an_icon_of_its_type_and_the_typed_part_marked(open_page: OpenPage) -> None:
    page = open_page()
    page.locator("#ou").press_sequentially("vara", delay=20)
    option = page.get_by_role("option").filter(has_text="Varades")
    expect(option).to_contain_text("Varades (Loireauxence)")
    expect(option).to_contain_text("Ancienne commune")
    expect(option.locator("use")).to_have_attribute("href", "#i-later")
    expect(option.locator("mark")).to_have_text("Vara")
    page.locator("#ou").fill("")
    page.locator("#ou").press_sequentially("la chapelle sur", delay=20)
    first = page.get_by_role("option").first
    expect(first.locator("mark")).to_have_text("La Chapelle-sur")
    expect(first.locator("use")).to_have_attribute("href", "#i-pin")


def test_a_former_name_is_searched_around_the_commune_of_today(open_page: OpenPage) -> None:
    page = open_page()
    page.locator("#ou").press_sequentially("varades", delay=20)
    page.get_by_role("option").filter(has_text="Varades").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("autour de Varades (Loireauxence)")
    assert "lieu=former:44213:varades" in page.url


def test_nothing_found_is_a_line_that_can_be_seen(open_page: OpenPage) -> None:
    page = open_page()
    page.locator("#ou").press_sequentially("zzqxkwv", delay=20)
    line = page.locator(".no-suggestion").first
    expect(line).to_be_visible()
    expect(line).to_contain_text("Aucune suggestion")
    expect(page.locator("#ou")).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Escape")
    expect(line).to_be_hidden()
    expect(page.locator("#ou")).to_have_value("zzqxkwv")


def test_a_phone_shows_six_at_most_above_its_keyboard(open_page: OpenPage) -> None:
    page = open_page(width=360)
    page.locator("#ou").click()
    page.set_viewport_size({"width": 360, "height": 340})  # what a keyboard leaves of 640
    page.locator("#ou").press_sequentially("saint", delay=20)
    expect(page.get_by_role("option")).to_have_count(6)
    box = page.locator("#suggestions").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 340
    assert box["height"] >= 120, "two rows at least"


def test_a_guess_is_said_with_what_else_was_meant(open_page: OpenPage) -> None:
    page = open_page("/?ou=gare+de+Nantes")
    notice = page.locator(".notice").first
    expect(notice).to_contain_text(re.compile("Nous ne connaissons pas «\\sgare de Nantes\\s»"))
    expect(notice).to_contain_text("Nous cherchons à Nantes")
