"""The form of the page of results at four widths, and what is set in it: sheet, popovers, a column, chips. In a real
Chromium, over the site of test_layout.py."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.web.site.many_offers import NEED, PLACE

pytestmark = pytest.mark.browser

Open = Callable[..., Page]


# The form -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [360, 768])
def test_the_form_is_a_sheet_that_says_how_many_results_it_would_show(look: Open, width: int) -> None:
    page = look(width=width)
    before = page.url
    page.locator(".pill").click()
    sheet = page.get_by_role("dialog", name="Votre recherche")
    expect(sheet).to_be_visible()
    expect(page.locator("#fermer")).to_be_focused()
    expect(page.locator("#montrer")).to_have_text(re.compile(r"Voir \d+\srésultats"))
    found = page.locator("#montrer").inner_text()
    page.locator("[name=jour][value=ven]").uncheck(force=True)
    page.locator(".panel:has([name=type]) > summary").click()
    with page.expect_response(lambda answer: "/nombre?" in answer.url and "type=eaje" not in answer.url):
        page.locator("[name=type][value=eaje]").uncheck()
    expect(page.locator("#montrer .counted")).not_to_have_text(found)
    assert page.url == before, "nothing is searched before the button"
    said = page.locator("#montrer .counted").inner_text()
    page.locator("#montrer").click()
    expect(page.locator("#titre-resultats")).to_be_focused()
    expect(page.locator("#titre-resultats")).to_contain_text(said.removeprefix("Voir "))
    assert "jour=ven" not in page.url
    expect(sheet).to_have_count(0)
    assert page.locator("[inert]").count() == 0


def test_the_sheet_keeps_the_keyboard_and_escape_leaves_it(look: Open) -> None:
    page = look(width=360)
    page.locator(".pill").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#fermer")).to_be_focused()
    for _ in range(80):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.activeElement === document.body || document.activeElement.closest('#recherche') !== null"
        )
    page.keyboard.press("Escape")
    expect(page.locator(".pill")).to_be_focused()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_window_that_grows_turns_the_sheet_into_popovers(look: Open) -> None:
    page = look(width=360)
    page.locator(".pill").click()
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.locator("[inert]").count() == 0
    expect(page.locator(".panel:has([name=jour]) > summary")).to_be_visible()


@pytest.mark.parametrize(("panel", "words"), [("Quel accueil ?", "Crèche"), ("Filtres", "Jardin")])
def test_a_press_on_the_words_beside_a_box_ticks_it(look: Open, panel: str, words: str) -> None:
    """It gives the focus to what holds all of the page, and closed the popover under the pointer."""
    page = look()
    opened = page.locator("#volets > .panel").filter(has_text=panel).first
    opened.locator("summary").first.click()
    label = opened.locator("label").filter(has_text=words).first
    box = label.locator("span").filter(has_text=words).first.bounding_box() or label.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator("#actifs").get_by_role("link", name=words)).to_be_visible()
    expect(opened).to_have_attribute("open", "")


def test_a_change_in_a_popover_searches_soon_after_and_stays_open(look: Open) -> None:
    page = look(width=1280)
    page.locator(".panel:has([name=jour]) > summary").click()
    page.locator("[name=jour][value=mer]").check(force=True)
    page.locator("[name=jour][value=ven]").uncheck(force=True)
    expect(page).to_have_url(re.compile("jour=mer"))
    assert "jour=ven" not in page.url, "the two changes are one search"
    expect(page.locator("#pilule")).to_contain_text("lun–jeu")
    expect(page.locator("[name=jour][value=ven]")).to_be_focused()
    expect(page.locator(".panel[open]")).to_have_count(1)
    page.locator(".panel:has([name=mots]) > summary").click()
    expect(page.locator(".panel[open]")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator(".panel[open]")).to_have_count(0)
    expect(page.locator(".panel:has([name=mots]) > summary")).to_be_focused()


def test_hours_without_a_day_wait_for_one(look: Open) -> None:
    page = look(PLACE, width=1280)
    before = page.url
    page.locator(".panel:has([name=jour]) > summary").click()
    page.locator("#debut").fill("07:30")
    page.locator("#fin").focus()
    page.locator("[name=jour][value=lun]").check(force=True)
    expect(page).to_have_url(re.compile("jour=lun.*debut=07:30"))
    assert page.url != before


def test_filters_are_docked_beside_the_list_where_there_is_room(look: Open) -> None:
    page = look(width=1920)
    filters, cards = page.locator("#cote").bounding_box(), page.locator("#liste").bounding_box()
    assert filters
    assert cards
    assert filters["x"] + filters["width"] <= cards["x"]
    page.locator(".to-filters").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#cote [name=jour]").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".to-filters")).to_be_focused()
    page.locator("#cote [name=type][value=eaje]").uncheck()
    expect(page).not_to_have_url(re.compile("type=eaje"))
    # What the search has drawn anew belongs to the form, too.
    page.locator("#cote [name=type][value=assistant_maternel]").uncheck()
    expect(page).not_to_have_url(re.compile("type="))


# What is set --------------------------------------------------------------------------------------------------------


def test_each_chip_takes_its_filter_off_and_the_form_follows(look: Open) -> None:
    page = look(f"{NEED}&mots=Huguette&option=meals")
    chips = page.locator("#actifs a", has_text="Retirer le filtre")
    labels = [re.sub(r"\s+", " ", label).removeprefix("Retirer le filtre ") for label in chips.all_inner_texts()]
    assert labels == [
        "Crèche",
        "Assistant maternel",
        "lun, mar, jeu, ven · 8 h – 18 h",
        "« Huguette »",
        "Repas fournis",
    ]
    page.get_by_role("link", name=re.compile("Retirer le filtre lun, mar")).click()
    expect(page).not_to_have_url(re.compile("jour="))
    expect(page.locator("[name=jour]:checked")).to_have_count(0)
    page.get_by_role("link", name="Tout effacer").last.click()
    expect(page).not_to_have_url(re.compile("type=|mots=|option="))
    assert "lieu=commune:44109" in page.url


def test_to_clear_all_keeps_place_and_radius(look: Open) -> None:
    page = look(f"{NEED}&rayon=10", java_script_enabled=False)
    page.locator("#actifs .reset").click()
    assert page.url.partition("?")[2] == "ou=Nantes&lieu=commune:44109&rayon=10"


def test_chips_are_one_stop_and_arrows_lead_along_them(look: Open) -> None:
    page = look()
    first, second = page.locator("#actifs a").nth(0), page.locator("#actifs a").nth(1)
    first.focus()
    page.keyboard.press("ArrowRight")
    expect(second).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#actifs')") is None
    page.keyboard.press("Shift+Tab")
    expect(second).to_be_focused()


def test_a_toggle_adds_its_filter(look: Open) -> None:
    page = look()
    page.get_by_role("link", name="Ajouter le filtre Seulement libres").click()
    expect(page).to_have_url(re.compile("libres=oui"))
    expect(page.locator("#actifs")).to_contain_text("Retirer le filtre Seulement libres")


def test_a_zone_of_the_map_is_a_chip(look: Open) -> None:
    page = look(f"{PLACE}&bbox=-1.56,47.21,-1.55,47.23")
    expect(page.locator("#pilule")).to_contain_text("Zone de la carte")
    expect(page.locator("#titre-resultats")).to_contain_text("dans la zone de la carte")
    page.get_by_role("link", name="Retirer le filtre Zone de la carte").click()
    expect(page).not_to_have_url(re.compile("bbox"))
    expect(page.locator("#titre-resultats")).to_contain_text("autour de Nantes")
