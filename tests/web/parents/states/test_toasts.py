"""Messages at the window's foot: seen and heard, one at a time, never gone while somebody is at them."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import ROOT
from tests.web.parents.states.conftest import LIST

pytestmark = pytest.mark.browser

Surf = Callable[..., Page]
TOAST = "#avis .toast"
SHOWN_MS = 6000
AXE = (ROOT / "tests" / "web" / "site" / "vendor" / "axe.min.js").read_text("utf-8")


def say(page: Page, **detail: object) -> None:
    page.evaluate("detail => document.dispatchEvent(new CustomEvent('avis', {detail}))", detail)
    page.clock.run_for(100)


def test_a_message_is_seen_and_heard_and_leaves(surf: Surf) -> None:
    page = surf(clock=True)
    say(page, text="C’est fait.")
    expect(page.locator(TOAST)).to_contain_text("C’est fait.")
    expect(page.locator("#annonce")).to_have_text("C’est fait.")
    say(page, text="C’est refait.")
    expect(page.locator(TOAST)).to_have_count(1)
    page.clock.run_for(SHOWN_MS - 200)
    expect(page.locator(TOAST)).to_be_visible()
    page.clock.run_for(300)
    expect(page.locator(TOAST)).to_have_count(0)


def test_a_page_without_a_voice_of_its_own_has_one(surf: Surf) -> None:
    page = surf("/a-propos", clock=True)
    say(page, text="C’est fait.")
    expect(page.locator("#avis-dit")).to_have_text("C’est fait.")
    expect(page.locator("#avis-dit")).to_have_role("status")


def test_it_waits_under_the_pointer(surf: Surf) -> None:
    page = surf(clock=True)
    say(page, text="C’est fait.")
    box = page.locator(TOAST).bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.clock.run_for(3 * SHOWN_MS)
    expect(page.locator(TOAST)).to_be_visible()
    page.mouse.move(5, 5)
    page.clock.run_for(SHOWN_MS)
    expect(page.locator(TOAST)).to_have_count(0)


def test_it_waits_for_the_focus_and_escape_gives_that_back(surf: Surf) -> None:
    page = surf(clock=True)
    page.locator(".to-kept").focus()
    say(page, text="C’est fait.", label="Voir", href="/favoris")
    page.locator(TOAST).get_by_role("link", name="Voir").focus()
    page.clock.run_for(3 * SHOWN_MS)
    expect(page.locator(TOAST)).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Fermer ce message")).to_be_focused()
    page.clock.run_for(3 * SHOWN_MS)
    page.keyboard.press("Escape")
    expect(page.locator(TOAST)).to_have_count(0)
    expect(page.locator(".to-kept")).to_be_focused()


def test_one_that_stays_stays(surf: Surf) -> None:
    page = surf(clock=True)
    say(page, text="Le site ne répond pas.", stay=True)
    page.clock.run_for(10 * SHOWN_MS)
    expect(page.locator(TOAST)).to_be_visible()
    page.get_by_role("button", name="Fermer ce message").evaluate("button => button.click()")
    expect(page.locator(TOAST)).to_have_count(0)


def test_a_favourite_that_was_taken_out_can_be_put_back(surf: Surf) -> None:
    page = surf()
    hearts = page.locator("#liste [data-keep]")
    first, second = hearts.nth(0), hearts.nth(1)
    first.click()
    second.click()
    toast = page.locator(TOAST)
    expect(toast).to_contain_text("Ajouté à vos favoris.")
    kept = [hearts.nth(n).get_attribute("data-keep") for n in (0, 1)]
    expect(toast.get_by_role("link", name="Voir mes favoris")).to_have_attribute(
        "href", f"/favoris?offre={kept[0]}&offre={kept[1]}"
    )
    first.click()
    expect(toast).to_contain_text("Retiré de vos favoris.")
    expect(first).to_have_attribute("aria-pressed", "false")
    toast.get_by_role("button", name="Annuler").click()
    expect(first).to_have_attribute("aria-pressed", "true")
    expect(page.locator(TOAST)).to_have_count(0)
    assert page.evaluate("JSON.parse(localStorage.getItem('ribambelle.favoris'))") == kept, "in its old place"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_it_is_no_barrier_and_fits(surf: Surf, scheme: str, width: int) -> None:
    page = surf(LIST, width=width, clock=True, color_scheme=scheme, reduced_motion="reduce")
    page.evaluate(
        "document.dispatchEvent(new CustomEvent('avis',"
        " {detail: {text: 'Une longue phrase, '.repeat(8) + 'x'.repeat(100), again: () => {}, stay: true}}))"
    )
    box = page.locator(TOAST).bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert box["y"] + box["height"] <= 800
    page.evaluate(AXE)
    found = page.evaluate("axe.run('#avis').then(({violations}) => violations.map(({id}) => id))")
    assert found == []
    for name in ("Réessayer", "Fermer ce message"):
        size = page.get_by_role("button", name=name).bounding_box()
        assert size
        assert min(size["width"], size["height"]) >= 44
