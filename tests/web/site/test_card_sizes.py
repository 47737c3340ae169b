"""How much room a card takes, as a browser draws it, and what it says without colours."""

import pytest
from playwright.sync_api import Page

from tests.web.site.test_browser import OpenPage

pytestmark = pytest.mark.browser

NEED = "/?ou=Nantes&lieu=commune:44109&jour=lun&jour=mar&jour=jeu&jour=ven&debut=08:00&fin=18:00"
ALL = "/?ou=Nantes&lieu=commune:44109"
MOST = {360: 190, 768: 190, 1280: 125}
"""Width of the window → height of a card, in pixels."""


def heights(page: Page) -> dict[str, float]:
    found: dict[str, float] = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll("#liste > .card")]
          .map(card => [card.id, card.getBoundingClientRect().height]))"""
    )
    return found


@pytest.mark.parametrize("path", [NEED, ALL])
@pytest.mark.parametrize("width", MOST)
def test_a_card_is_low(open_page: OpenPage, path: str, width: int) -> None:
    found = heights(open_page(path, width=width))
    assert found
    assert {id: height for id, height in found.items() if height > MOST[width]} == {}


@pytest.mark.parametrize("width", MOST)
def test_long_names_and_addresses_make_no_card_higher(open_page: OpenPage, width: int) -> None:
    page = open_page(NEED, width=width)
    page.locator("#liste .card").evaluate_all(
        """all => all.forEach(card => {
          card.querySelector("h3 a").textContent = "Maison d’assistantes maternelles Les Petits Explorateurs du Bois Joli de la Chapelle";
          card.querySelector(".place").append(", 145 bis avenue du Général-de-Gaulle, Sainte-Luce-sur-Loire");
        })"""  # noqa: E501
    )
    assert {id: height for id, height in heights(page).items() if height > MOST[width]} == {}


def test_the_week_is_drawn_and_read(open_page: OpenPage) -> None:
    page = open_page(NEED)
    week = page.locator("#offre-anne .strip")
    assert week.locator("[aria-hidden=true] > span").all_inner_texts() == list("LMMJVSD")
    assert week.locator(".strip-yes").count() == 4
    read = week.locator(".visually-hidden").inner_text()
    assert read.replace("\u00a0", " ") == "lundi, mardi, jeudi et vendredi : libre"


def test_a_state_is_told_by_more_than_its_colour(open_page: OpenPage) -> None:
    """In forced colours a free day is filled, another is not; and beside each word stands a sign of its own."""
    page = open_page("/?ou=Nantes&lieu=commune:44109&jour=lun&jour=mar&debut=08:00&fin=11:00", forced_colors="active")
    of_day = "day => getComputedStyle(day).backgroundColor"
    chloe = page.locator("#offre-chloe .strip")
    assert chloe.locator(".strip-yes").evaluate(of_day) != chloe.locator(".strip-no").evaluate(of_day)
    used = page.locator("#liste .availability use").evaluate_all("all => all.map(each => each.getAttribute('href'))")
    words = page.locator("#liste .availability").evaluate_all("all => all.map(each => each.className)")
    assert len(set(zip(words, used, strict=True))) == len(set(words)) == len(set(used)) > 2


def test_what_is_to_be_confirmed_is_grey_and_has_a_clock(open_page: OpenPage) -> None:
    page = open_page("/?ou=Bordeaux&lieu=commune:33063&type=assistant_maternel")
    told = page.locator("#offre-gaelle .availability")
    assert told.inner_text().strip() == "À confirmer"
    assert told.locator("use").get_attribute("href") == "#i-to_confirm"
    variable = "name => getComputedStyle(document.documentElement).getPropertyValue(name).trim()"
    grey, free = (page.evaluate(variable, name) for name in ("--full", "--free"))
    colour = told.evaluate("text => getComputedStyle(text).color")
    as_rgb = "hex => `rgb(${[1, 3, 5].map(at => parseInt(hex.slice(at, at + 2), 16)).join(', ')})`"
    assert colour == page.evaluate(as_rgb, grey) != page.evaluate(as_rgb, free)
    assert page.locator("#offre-gaelle .fresh").inner_text().startswith("déclaré il y a")


@pytest.mark.parametrize("size", ["200%", "150%"])
def test_large_text_does_not_widen_a_card(open_page: OpenPage, size: str) -> None:
    page = open_page(NEED, width=360)
    page.evaluate("size => document.documentElement.style.fontSize = size", size)
    edges = "all => Math.max(...all.map(each => each.getBoundingClientRect().right))"
    wide = page.locator("#liste .card *").evaluate_all(edges)
    assert wide <= 360
