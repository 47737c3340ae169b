"""Hours that search nothing say why beside their fields, where no button is pressed that would: popover and column."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.web.parents.states.conftest import tick

pytestmark = pytest.mark.browser

Surf = Callable[..., Page]
NANTES = "/?ou=Nantes&lieu=commune:44109&rayon=20&type=mam"
SAME = "L’heure de fin est la même que celle de début."
WITHOUT_DAYS = "Cochez aussi les jours qui vous concernent."


@pytest.mark.parametrize("width", [1280, 1920])
def test_hours_that_search_nothing_say_why(surf: Surf, width: int) -> None:
    page = surf(NANTES, width=width)
    before = page.url
    if width < 1600:
        page.locator(".panel:has([name=jour]) > summary").first.click()
    word = page.locator("#mot-heures")
    page.locator("#debut").fill("07:30")
    expect(word).to_have_text(WITHOUT_DAYS)
    expect(word).to_be_visible()
    expect(page.locator("#annonce")).to_have_text(WITHOUT_DAYS)
    expect(page.locator("#debut")).to_have_accessible_description(WITHOUT_DAYS)
    page.locator("#debut").fill("18:00")
    expect(word).to_have_text(SAME)
    expect(page.locator("#annonce")).to_have_text(SAME)
    tick(page, "jour", "lun")
    expect(word).to_be_visible()
    page.wait_for_timeout(600)  # longer than a search waits
    assert page.url == before
    page.locator("#debut").fill("08:30")
    expect(word).to_be_hidden()
    page.wait_for_url("**debut=08:30**")


def test_they_are_heard_where_they_are_folded_away_and_hold_another_filter_back(surf: Surf) -> None:
    page = surf(NANTES)
    page.locator(".panel:has([name=jour]) > summary").first.click()
    tick(page, "jour", "lun")
    page.wait_for_url("**jour=lun**")
    page.locator("#debut").fill("18:00")
    expect(page.locator("#mot-heures")).to_have_text(SAME)
    page.locator(".panel:has([name=type]) > summary").first.click()
    tick(page, "type", "eaje")
    expect(page.locator("#avis .toast p")).to_have_text(SAME)
