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
from tests.web.site.many_offers import NEED, PLACE, WIDTHS

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


NIGHT_TOO = (
    f"{PLACE}&jour=lun&jour=mar&jour=jeu&jour=ven&debut=06:45&fin=19:30&jour2=mer&debut2=20:00&fin2=07:00"
    "&naissance=2026-05-04&naissance=2026-05-04&des=2027-02-01"
)


@pytest.mark.parametrize("width", WIDTHS)
def test_cards_come_first_where_nobody_covers_all(look: Open, width: int) -> None:
    """Twins, long days and a night: one line says so, and the rest of it stands below what is there."""
    page = look(NIGHT_TOO, width=width)
    expect(page.locator(".results-header .nobody")).to_contain_text("Personne ne couvre toute votre recherche")
    seen = page.evaluate(ON_SCREEN)
    assert seen["first"] <= FIRST_CARD_AT[width], seen
    assert seen["whole"] >= 2, seen
    beside = page.locator("#liste > .nearest")
    expect(beside).to_contain_text("Au mieux")
    assert beside.evaluate("e => [...e.parentNode.children].indexOf(e)") == 2


def test_a_longer_sentence_leaves_the_first_card_where_it_is(look: Open) -> None:
    page = look(f"{NEED}&souplesse=15", width=1280)
    said = page.locator(".results-header .whole")
    said.evaluate("(e, longer) => { e.textContent = longer }", f"{said.inner_text()}, 1 322 autres à confirmer")
    seen = page.evaluate(ON_SCREEN)
    assert seen["first"] <= FIRST_CARD_AT[1280], seen


def test_the_place_and_the_sentence_are_apart(look: Open) -> None:
    said = look(f"{NEED}&rayon=0").locator(".results-said").inner_text()
    assert " ".join(said.split()).count(" · ") >= 1, said


@pytest.mark.parametrize("width", [360, 1280])
def test_a_further_page_without_scripts_says_what_it_is_and_leads_back(look: Open, width: int) -> None:
    page = look(PLACE, width=width, java_script_enabled=False)
    page.locator("#suite").click()
    expect(page.locator(".results-header .whole")).to_contain_text("Suite de la liste")
    page.get_by_role("link", name="Revenir au début").click()
    assert "suite=" not in page.url
    expect(page.locator("#offre-am00")).to_be_visible()


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


def test_on_a_tablet_the_map_can_be_put_away(look: Open) -> None:
    page = look(width=768)
    button = page.get_by_role("button", name="Carte", exact=True)
    button.click()
    expect(page.locator("#plan")).to_be_hidden()
    expect(button).to_have_attribute("aria-expanded", "false")
    first, second = (page.locator("#liste > .card").nth(at).bounding_box() for at in (0, 1))
    assert first
    assert second
    assert first["y"] == second["y"], "two columns"
    button.click()
    expect(page.locator("#plan .marker").first).to_be_visible()


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


@pytest.mark.parametrize("width", WIDTHS)
def test_without_scripts_nothing_leads_to_a_map_that_cannot_be_drawn(look: Open, width: int) -> None:
    page = look(width=width, java_script_enabled=False)
    expect(page.locator("#bascule")).to_be_hidden()
    expect(page.locator("#plan")).to_be_hidden()
    page.goto(f"{page.url}&vue=carte")
    expect(page.locator("#liste > .card").first).to_be_visible()
    if width == 360:
        expect(page.locator("#plan")).to_contain_text("La carte a besoin de JavaScript")
        page.locator("#bascule").click()
        assert "vue=" not in page.url


MANY_CHIPS = (
    f"{NEED}&option=meals&option=garden&souplesse=15&mots=une+maison+avec+un+grand+jardin+et+des+poules+rousses"
)


@pytest.mark.parametrize("width", [1024, 1280, 1599])
def test_a_mouse_reaches_every_chip_and_one_that_takes_all_off(look: Open, width: int) -> None:
    page = look(MANY_CHIPS, width=width, height=800)
    reset, last = page.locator("#actifs .reset"), page.locator("#actifs .chips li").last
    expect(reset).to_be_in_viewport(ratio=1)
    expect(last).not_to_be_in_viewport(ratio=1)
    for _ in range(40):
        page.locator(".strip-on").evaluate("button => button.click()")  # a finger is quicker than its being disabled
    expect(last).to_be_in_viewport(ratio=0.9)
    chips, end = page.locator("#actifs .chips").bounding_box(), reset.bounding_box()
    assert chips
    assert end
    assert chips["width"] >= 96, "room for one"
    assert chips["x"] + chips["width"] <= end["x"]
    assert end["x"] + end["width"] <= width
    last.click()
    expect(page.locator("#actifs .reset")).to_be_visible()
    expect(page.locator(".strip-way").first).to_be_attached()


@pytest.mark.parametrize("width", [360, 1280])
def test_a_long_chip_is_cut_before_its_cross(look: Open, width: int) -> None:
    page = look(MANY_CHIPS, width=width)
    chip = page.locator("#actifs .chips li", has_text="poules")
    chip.locator("a").focus()
    box, cross = chip.bounding_box(), chip.locator(".icon").bounding_box()
    assert box
    assert cross
    assert box["width"] <= 320
    assert cross["x"] + cross["width"] <= box["x"] + box["width"]


def test_few_chips_have_no_buttons_to_draw_them(look: Open) -> None:
    expect(look("/?ou=Nantes&lieu=commune:44109").locator(".strip-on")).to_be_hidden()


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
