"""The box of suggestions in a real Chromium."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import wait_for

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]


def hold(page: Page) -> None:
    """No suggestion is answered from here on: the page's own fetch waits until it is given up."""
    page.evaluate(
        """() => {
            const asked = window.fetch;
            window.givenUp = 0;
            window.held = 0;
            window.fetch = (address, options) => {
                if (!String(address).includes("/api/v1/suggest")) return asked(address, options);
                window.held += 1;
                return new Promise((_, reject) => options.signal.addEventListener("abort", () => {
                    window.givenUp += 1;
                    reject(new DOMException("given up", "AbortError"));
                }));
            };
        }"""
    )


def test_what_is_under_way_is_given_up_with_enter(open_page: OpenPage) -> None:
    page = open_page("/?ou=Nantes&lieu=commune:44109")
    page.locator(".pill").click()
    hold(page)
    page.locator("#ou").fill("reze")
    wait_for(lambda: page.evaluate("window.held") == 1, what="held")
    page.locator("#ou").press("Enter")
    wait_for(lambda: page.evaluate("window.givenUp") == 1, what="givenUp")
    expect(page.get_by_role("heading", level=1)).to_contain_text("autour de Rezé")
    expect(page.locator("#suggestions")).to_be_hidden()
    expect(page.locator(".no-suggestion").first).to_be_hidden()


def test_what_is_under_way_is_given_up_with_a_choice(open_page: OpenPage) -> None:
    page = open_page("/?ou=Nantes&lieu=commune:44109")
    page.locator(".pill").click()
    page.locator("#ou").fill("reze")
    expect(page.locator("#suggestions li").first).to_contain_text("Rezé")
    hold(page)
    page.locator("#ou").press("Backspace")
    wait_for(lambda: page.evaluate("window.held") == 1, what="held")
    page.locator("#suggestions li").first.click()
    wait_for(lambda: page.evaluate("window.givenUp") == 1, what="givenUp")
    expect(page.get_by_role("heading", level=1)).to_contain_text("autour de Rezé")
    expect(page.locator("#suggestions")).to_be_hidden()


def test_a_marked_suggestion_stays_marked_when_a_later_answer_has_it_too(open_page: OpenPage) -> None:
    page = open_page()
    page.locator("#ou").fill("rez")
    first = page.locator("#suggestions li").first
    expect(first).to_contain_text("Rezé")
    page.evaluate(
        """() => {
            const asked = window.fetch;
            window.fetch = async (address, options) => {
                if (!String(address).includes("/api/v1/suggest")) return asked(address, options);
                await new Promise((resolve) => { window.release = resolve; });
                return asked(address, options);
            };
        }"""
    )
    page.locator("#ou").press("e")
    wait_for(lambda: page.evaluate("Boolean(window.release)"), what="asked")
    page.locator("#ou").press("ArrowDown")
    expect(first).to_have_attribute("aria-selected", "true")
    page.evaluate("window.release()")
    expect(first.locator("mark")).to_have_text("Rezé")
    expect(first).to_have_attribute("aria-selected", "true")
    page.locator("#ou").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("autour de Rezé")


def test_a_suggestion_has_an_icon_of_its_type_and_the_typed_part_marked(open_page: OpenPage) -> None:
    page = open_page()
    page.locator("#ou").press_sequentially("vara", delay=20)
    option = page.locator("#suggestions li").filter(has_text="Varades")
    expect(option).to_contain_text("Varades (Loireauxence)")
    expect(option).to_contain_text("Ancienne commune")
    expect(option.locator("use")).to_have_attribute("href", "#i-later")
    expect(option.locator("mark")).to_have_text("Vara")
    page.locator("#ou").fill("")
    page.locator("#ou").press_sequentially("la chapelle sur", delay=20)
    first = page.locator("#suggestions li").first
    expect(first.locator("mark")).to_have_text("La Chapelle-sur")
    expect(first.locator("use")).to_have_attribute("href", "#i-pin")


def test_a_former_name_is_searched_around_the_commune_of_today(open_page: OpenPage) -> None:
    page = open_page()
    page.locator("#ou").press_sequentially("varades", delay=20)
    page.locator("#suggestions li").filter(has_text="Varades").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("autour de Varades (Loireauxence)")
    assert "lieu=former:44213:varades" in page.url


def apart(page: Page, one: str, other: str) -> bool:
    """Whether neither covers the other."""
    a, b = page.locator(one).first.bounding_box(), page.locator(other).first.bounding_box()
    assert a
    assert b
    return a["y"] + a["height"] <= b["y"] or b["y"] + b["height"] <= a["y"] or a["x"] + a["width"] <= b["x"]


@pytest.mark.parametrize("path", ["/", "/?ou=Nantes&lieu=commune:44109"])
def test_the_line_where_nothing_is_suggested_covers_no_button(open_page: OpenPage, path: str) -> None:
    page = open_page(path, width=360)
    if path != "/":
        page.locator(".pill").click()
    page.locator("#ou").fill("zzqxkwv")
    expect(page.locator(".no-suggestion").first).to_be_visible()
    assert apart(page, ".no-suggestion", ".where-row .button")
    assert apart(page, ".no-suggestion", "#ou")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("zzqxkwv", "Aucune suggestion"), ("44999", "Aucun code postal ne s’écrit ainsi. Essayez le nom de la commune.")],
)
def test_the_line_fits_what_was_typed(open_page: OpenPage, typed: str, sentence: str) -> None:
    page = open_page()
    page.locator("#ou").fill(typed)
    expect(page.locator(".no-suggestion").first).to_contain_text(sentence)


def test_an_address_with_its_commune_suggests_the_commune(open_page: OpenPage) -> None:
    page = open_page()
    page.locator("#ou").press_sequentially("12 rue des lilas orvault", delay=10)
    expect(page.locator("#suggestions li").first).to_contain_text("Orvault")


def test_a_territory_is_too_wide_for_the_end_of_a_way(open_page: OpenPage) -> None:
    page = open_page("/?ou=Nantes&lieu=commune:44109")
    page.locator(".pill").click()
    page.locator(".panel-way summary").click()
    page.locator("#vers").press_sequentially("loire-atlantique", delay=10)
    expect(page.locator("#vers ~ .no-suggestion")).to_contain_text("trop étendu")


def test_without_a_connection_the_box_says_so(open_page: OpenPage) -> None:
    page = open_page("/")
    page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('Failed to fetch')); }")
    page.locator("#ou").fill("reze")
    expect(page.locator(".no-suggestion").first).to_contain_text("ne répondent pas pour le moment")


@pytest.mark.parametrize(
    ("typed", "mark"),
    [
        ("st herb", "Saint-Herb"),
        ("sainteluce", "Sainte-Luce"),
        ("saint se", "Saint-Sé"),
        ("la chapelle s/ er", "La Chapelle-sur-Er"),
    ],
)
def test_what_was_abbreviated_or_glued_is_marked_too(open_page: OpenPage, typed: str, mark: str) -> None:
    page = open_page()
    page.locator("#ou").fill(typed)
    expect(page.locator("#suggestions li mark").first).to_have_text(mark)


def test_the_chosen_suggestion_is_seen_in_forced_colours(open_page: OpenPage) -> None:
    page = open_page(forced_colors="active")
    page.locator("#ou").fill("reze")
    page.locator("#suggestions li").first.wait_for()
    page.locator("#ou").press("ArrowDown")
    styles = "e => getComputedStyle(e).outlineStyle + ' ' + getComputedStyle(e).outlineWidth"
    assert page.locator("#suggestions li[aria-selected=true]").evaluate(styles) == "solid 3px"


def test_a_guess_is_on_the_first_screen_of_a_phone_and_announced(open_page: OpenPage) -> None:
    page = open_page("/?ou=naantes", width=360)
    box = page.locator(".notice").first.bounding_box()
    assert box
    assert box["y"] + box["height"] <= 740
    page.locator(".pill").click()
    page.locator("#ou").fill("sorini")
    page.locator("#ou").press("Enter")
    expect(page.locator("#annonce")).to_contain_text("Aucun lieu ne s’appelle exactement")
    expect(page.locator("#annonce")).to_contain_text("Lieu retenu")


def test_nothing_leaves_a_phone_at_twice_the_size(open_page: OpenPage) -> None:
    page = open_page("/", width=360)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


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
    expect(page.locator("#suggestions li")).to_have_count(6)
    box = page.locator("#suggestions").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 340
    assert box["height"] >= 120, "two rows at least"


def test_a_guess_is_said_with_what_else_was_meant(open_page: OpenPage) -> None:
    page = open_page("/?ou=gare+de+Nantes")
    notice = page.locator(".notice").first
    expect(notice).to_contain_text(re.compile("Cette adresse n’est pas reconnue\\s: «\\sgare de Nantes\\s»"))
    expect(notice).to_contain_text(re.compile("Lieu retenu\\s: Nantes — "))
