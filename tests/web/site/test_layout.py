"""The page of results at four widths, in a real Chromium: what is on the first screen, how far the keyboard goes to it,
and that nothing of it needs a script, small letters or colours.

Over a site of its own, with the demo's ribbon, accounts and more offers than a screen holds. The pictures of these
widths stand in docs/screens/.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import wait_for
from tests.web.site.many_offers import NEED, WIDTHS

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
FIRST_CARD_AT = {360: 240, 768: 200, 1280: 180, 1920: 180}
WHOLE_CARDS = {360: 2, 768: 4, 1280: 4, 1920: 10}
MOST_STOPS = 12

Open = Callable[..., Page]

ON_SCREEN = """() => {
  const cards = [...document.querySelectorAll("#liste > .card")].map((card) => card.getBoundingClientRect());
  return {first: cards[0].top, whole: cards.filter((box) => box.top >= 0 && box.bottom <= innerHeight).length};
}"""

AT = "() => { const e = document.activeElement; return [e.closest('#liste') !== null, e.outerHTML.slice(0, 90)] }"

PAST_THE_EDGE = """() => [...document.querySelectorAll("body *")]
  .filter((e) => e.checkVisibility() && e.getBoundingClientRect().right > innerWidth + 1)
  .filter((e) => !e.closest(".chips, .cards, .leaflet-container"))
  .map((e) => e.outerHTML.slice(0, 90))"""


def in_large_text(page: Page, path: str, address: str, percent: int) -> None:
    """The page as somebody sees it whose browser has larger letters: 100 % is 16 px."""
    protocol = page.context.new_cdp_session(page)
    protocol.send("Page.enable")
    size = 16 * percent // 100
    protocol.send("Page.setFontSizes", {"fontSizes": {"standard": size, "fixed": size}})
    page.goto(address + path)
    page.wait_for_load_state("networkidle")


# The first screen ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_answer_is_on_the_first_screen(look: Open, width: int, scripts: bool) -> None:
    page = look(width=width, java_script_enabled=scripts)
    expect(page.locator(".ribbon")).to_be_visible()
    expect(page.locator(".results-header .whole")).to_contain_text("toute votre recherche")
    if not scripts:
        box = page.locator("#liste > .card").first.bounding_box()
        assert box
        assert box["y"] <= FIRST_CARD_AT[width]
        return
    seen = page.evaluate(ON_SCREEN)
    assert seen["first"] <= FIRST_CARD_AT[width], seen
    assert seen["whole"] >= WHOLE_CARDS[width], seen


@pytest.mark.parametrize("width", WIDTHS)
def test_the_first_result_is_twelve_stops_away_at_most(look: Open, width: int) -> None:
    page = look(f"{NEED}&option=meals&option=garden&souplesse=15", width=width)
    stops = []
    for _ in range(60):
        page.keyboard.press("Tab")
        in_list, where = page.evaluate(AT)
        if in_list:
            break
        stops.append(where)
    assert len(stops) <= MOST_STOPS, stops


def test_a_second_link_leads_to_the_results(look: Open) -> None:
    page = look()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    link = page.get_by_role("link", name="Aller aux résultats")
    expect(link).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#titre-resultats")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate(AT)[0], "the order of the list, then its first card"


@pytest.mark.parametrize("width", [768, 1280, 1920])
def test_list_and_map_are_two_panes(look: Open, width: int) -> None:
    page = look(width=width)
    cards, plan = page.locator("#liste").bounding_box(), page.locator("#plan").bounding_box()
    assert cards
    assert plan
    assert cards["x"] + cards["width"] <= plan["x"]
    assert plan["x"] + plan["width"] == width, "to the window's edge"
    page.evaluate("window.scrollTo(0, 900)")
    bar, plan = page.locator(".bar").bounding_box(), page.locator("#plan").bounding_box()
    assert bar
    assert plan
    assert bar["y"] == 0, "the bar stays"
    assert abs(plan["y"] - bar["height"]) <= 1, "and the map below it"


# List and map on a telephone ----------------------------------------------------------------------------------------


def test_a_telephone_shows_the_map_in_place_with_the_cards_in_a_row(look: Open) -> None:
    page = look(width=360)
    expect(page.locator("#plan")).to_be_hidden()
    expect(page.locator("#bascule")).to_have_text("Carte", use_inner_text=True)
    page.locator("#bascule").click()
    expect(page.locator("#plan .marker").first).to_be_visible()
    assert page.url.endswith("&vue=carte")
    expect(page.locator("#bascule")).to_have_text("Liste", use_inner_text=True)
    tops = page.evaluate(
        "[...document.querySelectorAll('#liste > .card')].map((card) => card.getBoundingClientRect().top)"
    )
    assert len(set(tops)) == 1, "a row"
    page.evaluate("document.addEventListener('offre', ({detail}) => { window.told = detail })")
    page.locator("#liste").evaluate("row => row.scrollTo(row.scrollWidth / 4, 0)")
    wait_for(lambda: page.evaluate("window.told?.from === 'liste'"), what="the card in sight to be told of")
    shown = page.evaluate("window.told.ids[0]")
    page.evaluate("document.dispatchEvent(new CustomEvent('offre', {detail: {ids: ['am00'], from: 'carte'}}))")
    expect(page.locator("#offre-am00")).to_be_in_viewport(ratio=0.5)
    page.locator("#bascule").click()
    expect(page.locator("#plan")).to_be_hidden()
    assert shown.startswith("am")
    assert "vue=" not in page.url
    page.reload()
    expect(page.locator("#plan")).to_be_hidden()


def test_without_scripts_the_toggle_is_a_link_and_nothing_is_a_dead_end(look: Open) -> None:
    page = look(width=360, java_script_enabled=False)
    page.locator("#bascule").click()
    assert page.url.endswith("&vue=carte")
    expect(page.locator("#plan")).to_contain_text("La carte a besoin de JavaScript")
    expect(page.locator("#liste > .card").first).to_be_visible()
    page.locator("#bascule").click()
    assert "vue=" not in page.url


@pytest.mark.parametrize("width", WIDTHS)
def test_without_scripts_every_part_of_the_form_can_be_sent(look: Open, width: int) -> None:
    page = look(width=width, java_script_enabled=False)
    if width < 1024:
        page.locator(".pill").click()
    page.locator(".panel:has([name=jour]) > summary").click()
    page.locator("[name=jour][value=mer]").check(force=True)
    (page.locator("#montrer") if width < 1024 else page.locator(".panel[open] .apply")).click()
    assert "jour=mer" in page.url
    page.locator(".pill").click()
    page.locator("#rayon").select_option("10")
    page.locator(".where-row button").click()
    assert "rayon=10" in page.url


# Whoever reads otherwise --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("width", "percent"), [(320, 100), (360, 150), (360, 200), (768, 200), (1280, 200), (1920, 200)]
)
def test_nothing_is_wider_than_the_window_in_large_text(look: Open, full_site: str, width: int, percent: int) -> None:
    page = look(width=width)
    in_large_text(page, NEED, full_site, percent)
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.evaluate(PAST_THE_EDGE)
    page.locator(".pill").click()
    for panel in page.locator("#barre details").all():
        panel.evaluate("panel => { panel.open = true }")
    assert page.evaluate("document.getElementById('recherche').scrollWidth") <= width, page.evaluate(PAST_THE_EDGE)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_barrier_in_the_open_form(look: Open, width: int, scheme: str) -> None:
    page = look(width=width, color_scheme=scheme, reduced_motion="reduce")
    page.evaluate(AXE.read_text("utf-8"))
    parts = (
        None,
        ".pill",
        "#volets > .panel:has([name=jour]) > summary",
        "#volets > .panel:has([name=mots]) > summary",
    )
    for part in parts if width == 1280 else parts[:2]:
        if part:
            page.locator(part).click()
        found = page.evaluate("axe.run().then(({violations}) => violations)")
        assert [(v["id"], [node["html"][:200] for node in v["nodes"]]) for v in found] == [], part


@pytest.mark.parametrize("width", [360, 1280])
def test_what_can_be_pressed_has_an_edge_in_forced_colours(look: Open, width: int) -> None:
    page = look(width=width, forced_colors="active")
    edge = "e => getComputedStyle(e).borderTopStyle !== 'none' && parseFloat(getComputedStyle(e).borderTopWidth) >= 1"
    for selector in (".pill", "#actifs a", "#bascule" if width == 360 else "#volets > .panel > summary", "#tri"):
        assert page.locator(selector).first.evaluate(edge), selector
