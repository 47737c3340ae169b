"""What a marker opens, in a real Chromium: a popup that nothing covers, or on a telephone its card in the row below."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from settings import Settings
from tests.web.site import crowd
from tests.web.site.test_map_browser import MARKER, NANTES, ONE_ROOF, closer, crowded, drag, shown

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]

COVERED = """popup => {
  const {left, top, width, height} = popup.getBoundingClientRect()
  const points = []
  for (let x = 1; x < 8; x++) for (let y = 1; y < 8; y++) points.push([left + width * x / 8, top + height * y / 8])
  return points.map(([x, y]) => document.elementFromPoint(x, y)).filter((each) => each?.closest(
    ".leaflet-control, .map-zone")).map((each) => each.outerHTML.slice(0, 80))
}"""


@pytest.fixture(scope="module")
def address(settings: Settings) -> Iterator[str]:
    with crowded(settings) as found:
        yield found


IN_SIGHT = """markers => markers.filter((marker) => {
  const {left, top, width, height} = marker.getBoundingClientRect()
  return document.elementFromPoint(left + width / 2, top + height / 2)?.closest(".marker-target") === marker
})"""


def names_in_sight(page: Page) -> list[str]:
    """Of the markers of one offer that a pointer reaches."""
    alone = page.locator(MARKER).filter(has=page.locator(".marker-address .icon"))
    names: list[str] = alone.evaluate_all(f"markers => ({IN_SIGHT})(markers).map((marker) => marker.title)")
    return names


def press_at(page: Page, edge: str) -> None:
    """The marker of one offer that is nearest to an edge of the map."""
    alone = page.locator(MARKER).filter(has=page.locator(".marker-address .icon"))
    at = alone.evaluate_all(
        f"""(markers, edge) => {{
          const away = (marker) => marker.getBoundingClientRect()[edge] * (edge === "right" ? -1 : 1)
          const [first] = ({IN_SIGHT})(markers).sort((one, other) => away(one) - away(other))
          const {{left, top, width, height}} = first.getBoundingClientRect()
          return [left + width / 2, top + height / 2]
        }}""",
        edge,
    )
    page.mouse.click(*at)


def single(page: Page) -> None:
    """So near that some markers stand for one offer."""
    for _ in range(5):
        if len(names_in_sight(page)) > 3:
            return
        before = page.locator(MARKER).count()
        closer(page)
        expect(page.locator(MARKER)).not_to_have_count(before)


@pytest.mark.parametrize(("width", "height"), [(768, 1024), (1280, 800), (1280, 420), (1920, 1080)])
def test_no_button_lies_over_an_open_popup(open_page: OpenPage, width: int, height: int) -> None:
    """Also where the map is too low for both: there the buttons go away until the popup is closed."""
    page = shown(open_page, f"{NANTES}&type=eaje&rayon=2", width=width)
    page.set_viewport_size({"width": width, "height": height})
    page.reload()
    expect(page.locator(MARKER).first).to_be_visible()
    for edge in ("top", "left", "right"):
        press_at(page, edge)
        popup = page.locator(".leaflet-popup")
        expect(popup).to_be_visible()
        expect(page.locator("#plan .leaflet-map-pane")).not_to_have_class(re.compile("leaflet-pan-anim"))
        assert popup.evaluate(COVERED) == []
        popup.get_by_role("button", name="Fermer").click()
        expect(popup).to_have_count(0)
        for button in page.locator("#plan .leaflet-control").all():
            expect(button).to_have_css("visibility", "visible")


@pytest.mark.parametrize("path", [f"{NANTES}&type=assistant_maternel&type=eaje", NANTES])
def test_on_a_telephone_the_card_is_the_popup(open_page: OpenPage, path: str) -> None:
    """Also of an offer that is none of the first ones, and of one that the engine only counted."""
    page = shown(open_page, f"{path}&vue=carte", width=360)
    single(page)
    loaded = page.locator("#liste > .card").evaluate_all("cards => cards.map(card => card.id)")
    last = names_in_sight(page)
    assert len(last) > 1
    for name in last[:3]:
        page.locator(f'{MARKER}[title="{name}"]').first.click()
        expect(page.locator(".leaflet-popup")).to_have_count(0)
        card = page.locator("#liste > .card").filter(has_text=name.split(",")[0])
        expect(card).to_be_in_viewport(ratio=0.9)
        expect(page.locator(f"{MARKER}.marker-lit")).to_have_attribute("title", name)
    page.get_by_role("link", name="Liste").click()
    expect(page.locator("#plan")).to_be_hidden()
    after = page.locator("#liste > .card").evaluate_all("cards => cards.map(card => card.id)")
    assert after == loaded, "in the list each stands in its order"


def test_too_many_in_one_place_are_one_card_of_the_row(open_page: OpenPage) -> None:
    page = shown(open_page, f"{ONE_ROOF}&vue=carte", width=360)
    page.locator(MARKER).click()
    card = page.locator("#liste > .card-several")
    expect(card).to_contain_text(f"{crowd.UNDER_ONE_ROOF}\u00a0résultats ici")
    expect(page.locator(".leaflet-popup")).to_have_count(0)
    card.get_by_role("link", name="Voir dans la liste").click()
    page.wait_for_url(re.compile("bbox="))
    expect(page.locator("#plan")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{crowd.UNDER_ONE_ROOF} résultats")


def test_a_card_that_cannot_be_fetched_can_be_asked_for_again(open_page: OpenPage) -> None:
    page = shown(open_page, f"{NANTES}&type=eaje&tri=nom&vue=carte", width=360)
    single(page)
    page.evaluate("() => { window.kept = window.fetch; window.fetch = () => Promise.reject(new TypeError()) }")
    here = " ".join(page.locator("#liste > .card h3").all_inner_texts())
    name = next(name for name in names_in_sight(page) if name.split(",")[0] not in here)
    page.locator(f'{MARKER}[title="{name}"]').click()
    expect(page.locator("#avis")).to_contain_text("n’a pas été affiché")
    page.evaluate("() => { window.fetch = window.kept }")
    page.get_by_role("button", name="Réessayer").click()
    expect(page.locator("#liste > .card").filter(has_text=name.split(",")[0])).to_be_in_viewport(ratio=0.9)


def test_a_marker_at_the_edge_that_was_clicked_offers_no_other_zone(open_page: OpenPage) -> None:
    """The map moves to show its popup: by itself."""
    page = shown(open_page, f"{NANTES}&type=eaje&rayon=2")
    for edge in ("left", "right", "top"):
        before = page.locator("#plan .leaflet-map-pane").get_attribute("style")
        press_at(page, edge)
        popup = page.locator(".leaflet-popup")
        expect(popup).to_be_visible()
        if page.locator("#plan .leaflet-map-pane").get_attribute("style") != before:
            expect(page.locator("#plan .leaflet-map-pane")).not_to_have_class(re.compile("leaflet-pan-anim"))
        expect(page.get_by_role("button", name="Chercher dans cette zone")).to_be_hidden()
        page.keyboard.press("Escape")
        expect(popup).to_have_count(0)
        expect(page.get_by_role("button", name="Chercher dans cette zone")).to_be_hidden()
    drag(page, 130, -60)
    expect(page.get_by_role("button", name="Chercher dans cette zone")).to_be_visible()


def test_on_a_telephone_the_list_of_just_them_is_shown(open_page: OpenPage) -> None:
    page = open_page(f"{ONE_ROOF}&vue=carte", width=360, reduced_motion="reduce")
    page.locator(MARKER).click()
    page.get_by_role("link", name="Voir dans la liste").click()
    expect(page).to_have_url(re.compile("bbox="))
    expect(page.locator("#titre-resultats")).to_be_focused()
    expect(page.locator("#titre-resultats")).to_contain_text(f"{crowd.UNDER_ONE_ROOF} résultats")
    expect(page.locator("#liste > .card").first).to_be_in_viewport()
    expect(page.locator("#carte")).to_be_hidden()
    assert "vue=" not in page.url
