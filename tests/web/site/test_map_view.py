"""A map's corners and its view, in a real Chromium: what stands over its markers, where it can be moved, and Back."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from settings import Settings
from tests.conftest import wait_for
from tests.web.site.test_layout import in_large_text
from tests.web.site.test_map_browser import ALL, FEW, MARKER, NANTES, crowded, drag, shown

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]

CORNERS = """() => {
  const plan = document.getElementById("plan").getBoundingClientRect()
  const boxes = [...document.querySelectorAll("#plan .map-corner details")].map((each) => each.getBoundingClientRect())
  const shown = boxes.filter(({width}) => width > 0)
  const area = shown.reduce((sum, {width, height}) => sum + width * height, 0)
  const inside = shown.every(({top, bottom, left, right}) => (
    top >= plan.top - 1 && bottom <= plan.bottom + 1 && left >= plan.left - 1 && right <= plan.right + 1))
  return {part: area / (plan.width * plan.height), inside, height: plan.height, count: shown.length}
}"""


@pytest.fixture(scope="module")
def address(settings: Settings) -> Iterator[str]:
    with crowded(settings) as found:
        yield found


@pytest.mark.parametrize(
    ("width", "height", "letters"), [(320, 640, 16), (360, 780, 16), (320, 640, 32), (768, 1024, 16), (1280, 800, 16)]
)
def test_a_low_map_is_not_covered_by_its_corners(
    open_page: OpenPage, address: str, width: int, height: int, letters: int
) -> None:
    """And what opens in them stays on the map, to its last line."""
    page = open_page("/", width=width)
    page.set_viewport_size({"width": width, "height": height})
    in_large_text(page, f"{FEW}&vue=carte", address, letters * 100 // 16)
    expect(page.locator(MARKER).first).to_be_visible()
    expect(page.locator(".map-unlocated")).to_be_visible()
    closed = page.evaluate(CORNERS)
    assert closed["inside"], closed
    assert closed["count"] == 2
    assert closed["part"] < (0.1 if letters == 16 else 0.25), closed
    for name in ("map-legend", "map-unlocated"):
        summary = page.locator(f".{name} summary")
        expect(summary).to_have_accessible_name(
            re.compile("Légende" if name == "map-legend" else "Non situés\u00a0: 30")
        )
        summary.click()
        opened = page.evaluate(CORNERS)
        assert opened["inside"], (name, opened)
        content = page.locator(f".{name} > :not(summary)")
        last = content.locator("li, a").last
        last.evaluate("last => last.scrollIntoView({block: 'end'})")
        seen = last.evaluate(
            """last => {
              const {left, bottom, width} = last.getBoundingClientRect()
              const at = document.elementFromPoint(left + Math.min(width / 2, 30), bottom - 8)
              return last.contains(at) || (at ? at.outerHTML.slice(0, 99) : [left, bottom, innerHeight])
            }"""
        )
        assert seen is True, (name, seen)
        summary.click()


def test_a_high_map_shows_the_whole_legend(open_page: OpenPage) -> None:
    page = shown(open_page, FEW, width=1920)
    page.locator(".map-legend summary").click()
    heights = page.locator(".map-legend-list").evaluate("list => [list.scrollHeight, list.clientHeight]")
    assert heights[0] == heights[1]


def test_who_is_not_on_the_map_is_looked_for_in_the_list_of_a_telephone(open_page: OpenPage) -> None:
    page = shown(open_page, f"{ALL}&vue=carte", width=360)
    page.locator(".map-unlocated summary").click()
    page.locator(".map-unlocated").get_by_role("link", name="Voir dans la liste").click()
    expect(page.locator("#plan")).to_be_hidden()
    expect(page.locator("#titre-resultats")).to_be_in_viewport()
    assert "vue=carte" not in page.url


def test_a_map_ends_where_the_world_does(open_page: OpenPage) -> None:
    page = shown(open_page, FEW)
    out = page.get_by_role("button", name="Réduire la carte", exact=True)
    for _ in range(12):
        if out.get_attribute("aria-disabled") == "true":
            break
        out.click()
    expect(out).to_have_attribute("aria-disabled", "true")
    for _ in range(12):
        drag(page, 400, 0)
    ask = page.get_by_role("button", name="Chercher dans cette zone")
    expect(ask).to_be_visible()
    expect(page.locator(".map-message")).to_have_count(0)
    ask.click()
    page.wait_for_url(re.compile("bbox="))
    found = re.search(r"bbox=([-\d.,]+)", page.url)
    assert found
    west, _, east, _ = map(float, found[1].split(","))
    assert west == pytest.approx(-180, abs=0.5)
    assert west < east < 180


@pytest.mark.parametrize("leave", ["back", "reload"])
def test_back_finds_the_map_where_it_was_moved_to(open_page: OpenPage, leave: str) -> None:
    page = shown(open_page, f"{FEW}&vue=carte", width=360)
    offset = """() => {
      const plan = document.getElementById("plan").getBoundingClientRect()
      const all = [...document.querySelectorAll("#plan .marker-target")].map((marker) => {
        const {left, top} = marker.getBoundingClientRect()
        return [marker.title, Math.round((left - plan.left) / 4), Math.round((top - plan.top) / 4)].join(" ")
      })
      return all.sort().join(";")
    }"""
    start = page.evaluate(offset)
    drag(page, -90, 40)
    expect(page.get_by_role("button", name="Chercher dans cette zone")).to_be_visible()
    wait_for(lambda: page.evaluate("history.state?.map"), what="the view in the history")
    before = page.evaluate("history.state.map")
    if leave == "back":
        page.locator("#liste > .card h3 a").first.click()
        page.wait_for_url(re.compile("/offre/"))
        page.go_back()
    else:
        page.reload()
    expect(page.locator(MARKER).first).to_be_visible()
    assert page.evaluate("history.state.map") == before
    assert page.evaluate(offset) != start
    # Another search of the same place keeps the view, one of another place looks there.
    page.locator("#actifs").get_by_role("link", name="Crèche").click()
    expect(page.locator("#actifs").get_by_role("link", name="Crèche")).to_have_count(0)
    wait_for(lambda: page.evaluate("history.state?.map"), what="the view in the history")
    assert page.evaluate("history.state.map") == pytest.approx(before, abs=0.01)


def test_the_page_says_how_large_a_cell_is(open_page: OpenPage) -> None:
    page = shown(open_page, f"{NANTES}&type=eaje&rayon=1")
    told = page.evaluate("JSON.parse(document.getElementById('resultats').dataset.map).half_cell")
    assert told == [0.005, 0.0075]


def test_the_wheel_zooms_only_who_asked_for_the_map(open_page: OpenPage) -> None:
    page = shown(open_page, FEW)
    box = page.locator("#plan").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] - 20, box["y"] + 300)  # below the corner, where the wheel scrolls a legend
    before = page.locator(MARKER).count()
    page.mouse.wheel(0, 200)
    wait_for(lambda: page.evaluate("scrollY") > 0, what="the page to scroll")
    page.wait_for_timeout(200)  # a zoom would come 40 ms after the wheel
    expect(page.get_by_role("button", name="Chercher dans cette zone")).to_be_hidden()
    assert page.locator(MARKER).count() == before
    page.keyboard.down("Control")
    page.mouse.wheel(0, -400)
    page.keyboard.up("Control")
    expect(page.get_by_role("button", name="Chercher dans cette zone")).to_be_visible()


def test_another_radius_is_looked_at_as_a_whole_also_after_back(open_page: OpenPage) -> None:
    page = shown(open_page, f"{FEW}&rayon=5")
    drag(page, -90, 40)
    wait_for(lambda: page.evaluate("history.state?.map"), what="the view in the history")
    page.locator("#rayon").evaluate(
        "field => { field.value = '10'; field.dispatchEvent(new Event('change', {bubbles: true})) }"
    )
    page.wait_for_url(re.compile("rayon=10"))
    wait_for(lambda: page.evaluate("!history.state?.map"), what="the old view to be gone")
