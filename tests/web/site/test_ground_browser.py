"""The ground of the maps in a real Chromium: our contours, and vector tiles of ours."""

import base64
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import shapely
from playwright.sync_api import Browser, Page, Request, Route, expect

from settings import Settings
from tests.web import tiles
from tests.web.site.conftest import served

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]
NANTES = "/?ou=Nantes&lieu=commune:44109"
ANDROID = (
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"
)

COVERED = """() => {
  const map = document.getElementById("plan").getBoundingClientRect();
  const { left, right } = document.querySelector("#plan .leaflet-base-pane svg").getBoundingClientRect();
  return left <= map.left && right >= map.right;
}"""
"""Whether the drawing of the contours reaches over the whole map."""

NAMES = """() => [...document.querySelectorAll("#plan .base-name span")].map((name) => {
  const { left, top, right, bottom } = name.getBoundingClientRect();
  return { text: name.textContent, left, top, right, bottom };
})"""

PAINTED = """(colour) => [...document.querySelectorAll("#plan canvas.leaflet-tile")].some((tile) => {
  if (!tile.width) return false;
  const { data } = tile.getContext("2d").getImageData(0, 0, tile.width, tile.height);
  for (let at = 0; at < data.length; at += 4) {
    if (data[at] === colour[0] && data[at + 1] === colour[1] && data[at + 2] === colour[2]) return true;
  }
  return false;
})"""


def drag(page: Page, x: int, y: int) -> None:
    """From the middle of what is free of markers; the button stays down."""
    box = page.locator("#plan").bounding_box()
    assert box
    page.mouse.move(box["x"] + (box["width"] - 4 if x < 0 else 4), box["y"] + box["height"] - 60)
    page.mouse.down()
    page.mouse.move(box["x"] + (box["width"] - 4 if x < 0 else 4) + x, box["y"] + box["height"] - 60 + y, steps=10)


def test_the_commune_of_the_search_is_outlined_above_the_others(open_page: OpenPage) -> None:
    page = open_page(NANTES)
    own = page.locator("#plan path.base-own")
    expect(own).to_have_count(1)
    assert own.evaluate("path => path.parentNode.lastElementChild === path")
    assert page.locator("#plan .base-area").count() > 1
    water, land = (
        page.evaluate("([of, name]) => getComputedStyle(document.querySelector(of))[name]", [of, name])
        for of, name in (("#plan", "backgroundColor"), ("#plan .base-area:not(.base-own)", "fill"))
    )
    assert water != land


def test_dragging_from_edge_to_edge_shows_no_end_though_nothing_comes(open_page: OpenPage) -> None:
    page = open_page(NANTES)
    expect(page.locator("#plan path.base-own")).to_have_count(1)
    page.locator("#plan").hover()
    page.wait_for_load_state("networkidle")
    before = page.locator("#plan .base-area").count()
    page.route("**/fond-de-carte?*", lambda route: None)  # never answered
    width = page.locator("#plan").evaluate("plan => plan.clientWidth")
    drag(page, -(width - 8), 0)
    assert page.evaluate(COVERED)
    assert page.locator("#plan .base-area").count() == before
    page.mouse.up()
    expect(page.get_by_role("button", name="Chercher dans cette zone")).to_be_visible()  # it has moved
    assert page.locator("#plan .base-area").count() == before, "until the new ones come"
    page.unroute("**/fond-de-carte?*")


def test_contours_that_are_there_are_not_asked_for_again(open_page: OpenPage) -> None:
    page = open_page(NANTES)
    expect(page.locator("#plan path.base-own")).to_have_count(1)
    page.locator("#plan").hover()
    page.wait_for_load_state("networkidle")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "fond-de-carte?" in request.url else None)
    drag(page, 40, 0)
    page.mouse.up()
    expect(page.get_by_role("button", name="Chercher dans cette zone")).to_be_visible()  # it has moved
    assert asked == []


def test_what_has_a_point_and_no_contour_stops_no_other_name(open_page: OpenPage) -> None:
    def answer(route: Route) -> None:
        found = route.fetch()
        content = found.json()
        point = {"type": "Point", "coordinates": [-1.56, 47.22]}
        bare = {
            "type": "Feature",
            "geometry": point,
            "properties": {"type": "commune", "code": "44999", "name": "Sans"},
        }
        route.fulfill(response=found, json={**content, "features": [bare, *content["features"]]})

    page = open_page("/")
    page.route("**/fond-de-carte?*", answer)
    page.goto(urljoin(page.url, NANTES))
    expect(page.locator("#plan .base-name").first).to_be_attached()
    expect(page.locator("#plan .base-name", has_text="Sans")).to_have_count(0)
    expect(page.locator("#plan .leaflet-base-pane img")).to_have_count(0)


@pytest.mark.parametrize("width", [360, 1280])
def test_names_stand_free_of_each_other_of_the_controls_and_of_the_edge(open_page: OpenPage, width: int) -> None:
    page = open_page(f"{NANTES}&rayon=20&vue=carte", width=width)
    expect(page.locator("#plan .base-name").filter(has_text="Nantes").first).to_be_attached()
    names = page.evaluate(NAMES)
    assert len(names) > 1
    boxes = [
        *names,
        *page.locator("#plan .leaflet-control").evaluate_all("all => all.map(e => e.getBoundingClientRect().toJSON())"),
    ]
    for place, name in enumerate(names):
        for other in boxes[place + 1 :]:
            apart = (
                name["right"] <= other["left"]
                or other["right"] <= name["left"]
                or name["bottom"] <= other["top"]
                or other["bottom"] <= name["top"]
            )
            assert apart, (name, other)


# Vector tiles.


THINGS = [
    tiles.Feature(layer, {"kind": kind, "name": kind}, shape)
    for layer, shape, kinds in (
        ("landuse", shapely.box(-1.62, 47.22, -1.60, 47.24), ("park", "residential")),
        ("water", shapely.box(-1.62, 47.16, -1.45, 47.17), ("river",)),
        ("water", shapely.LineString([(-1.7, 47.19), (-1.5, 47.19)]), ("river", "stream")),
        ("water", shapely.Point(-1.5, 47.165), ("lake",)),
        ("buildings", shapely.box(-1.561, 47.21, -1.560, 47.211), ("building",)),
        ("roads", shapely.LineString([(-1.7, 47.21), (-1.5, 47.212)]), ("highway", "major_road", "minor_road", "path")),
        ("roads", shapely.LineString([(-1.7, 47.22), (-1.5, 47.22)]), ("rail",)),
        ("pois", shapely.Point(-1.54, 47.218), ("station",)),
        ("places", shapely.Point(-1.57, 47.215), ("neighbourhood", "region")),
    )
    for kind in kinds
]


@pytest.fixture(scope="module")
def tiled(settings: Settings, shared_registry: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The site with a file of tiles: land all around Nantes, the sea, and one of each thing that a map draws. With a
    registry, without which there is no widget."""
    path = tmp_path_factory.mktemp("tiles") / "nantes.pmtiles"
    land = tiles.commune("Terre-Neuve", 300_000, shapely.box(-1.75, 47.0, -1.2, 47.4))
    tiles.write(path, [*land, *THINGS], most_zoom=12)
    with served(settings.model_copy(update={"pmtiles_path": str(path), "database_url": shared_registry})) as url:
        yield url


@pytest.fixture
def drawn(chromium: Browser, tiled: str) -> Iterator[Callable[..., Page]]:
    """Opens a page of it; fails at the end where the browser refused something, or another host was asked."""
    faults: list[str] = []
    contexts = []

    def note(request: Request) -> None:
        if urlsplit(request.url).scheme != "data" and not request.url.startswith(tiled):
            faults.append(f"asked {request.url}")

    def opened(path: str, **options: Any) -> Page:
        context = chromium.new_context(viewport={"width": 1280, "height": 800}, locale="fr-FR", **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        page.on("request", note)
        page.goto(tiled + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


LIGHT, DARK = [246, 239, 227], [42, 36, 48]
"""--map-land, by scheme."""
WATER = [207, 223, 230]
"""--map-water."""


@pytest.mark.parametrize("path", [NANTES, "/offre/horaires", "/widget/cadre?commune=44109&vue=carte"])
def test_tiles_of_ours_are_drawn_in_our_colours(drawn: Callable[..., Page], path: str) -> None:
    ranges: list[str] = []
    page = drawn("/a-propos")
    page.on(
        "request",
        lambda asked: ranges.append(asked.headers.get("range", "")) if "tuiles.pmtiles" in asked.url else None,
    )
    page.goto(urlsplit(page.url)._replace(path="", query="").geturl() + path)
    painted = PAINTED.replace("#plan", "#carte") if path.startswith("/widget") else PAINTED
    page.wait_for_function(painted, arg=LIGHT)
    assert ranges
    assert all(each.startswith("bytes=") for each in ranges), "never the whole file"
    credit = page.locator(".leaflet-control-attribution")
    expect(credit).to_contain_text("IGN & Etalab 2026")
    expect(credit.locator("a")).to_have_attribute("href", "https://geoservices.ign.fr/")
    expect(credit.locator("img")).to_have_count(0)


def test_they_follow_the_scheme(drawn: Callable[..., Page]) -> None:
    page = drawn(NANTES, color_scheme="dark")
    page.wait_for_function(PAINTED, arg=DARK)
    page.emulate_media(color_scheme="light")
    page.wait_for_function(PAINTED, arg=LIGHT)
    assert not page.evaluate(PAINTED, DARK)


def test_over_tiles_only_the_commune_of_the_search_is_outlined(drawn: Callable[..., Page]) -> None:
    page = drawn(NANTES)
    expect(page.locator("#plan path.base-own")).to_have_count(1)
    expect(page.locator("#plan .leaflet-base-pane .base-area")).to_have_count(1)
    expect(page.locator("#plan .base-name", has_text="Nantes")).to_have_count(0)


NAMED = """() => document.querySelectorAll("#plan .base-name").length"""


def test_what_the_file_does_not_hold_is_drawn_by_our_contours(drawn: Callable[..., Page]) -> None:
    """The file ends east of Nantes: beyond there is no sea, and communes have their names."""
    page = drawn("/?ou=Angers&lieu=commune:49007")
    page.wait_for_function(NAMED)
    for credit in ("Etalab, IGN Admin Express", "IGN & Etalab 2026"):
        expect(page.locator("#plan .leaflet-control-attribution")).to_contain_text(credit)
    own = page.locator("#plan .leaflet-base-pane path.base-own")
    expect(own).to_have_count(1)
    land = page.locator("#plan .leaflet-under-pane .base-commune")
    assert page.evaluate("one => getComputedStyle(one).fill", land.first.element_handle()) == "rgb(246, 239, 227)"
    assert not page.evaluate(PAINTED, WATER), "what is missing is not painted as sea"


def test_tiles_that_do_not_come_leave_the_contours_to_be_seen(chromium: Browser, tiled: str) -> None:
    page = chromium.new_page()
    page.route("**/tuiles.pmtiles*", lambda route: route.abort())
    with page.expect_request("**/tuiles.pmtiles*"):
        page.goto(tiled + NANTES)
    expect(page.locator("#plan .leaflet-under-pane .base-commune").nth(1)).to_be_attached()
    expect(page.locator("#plan canvas.leaflet-tile-loaded").first).to_be_attached()
    assert not page.evaluate(PAINTED, WATER)
    page.close()


# Tiles of another host.


PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
"""A PNG of one point."""


@pytest.fixture(scope="module")
def foreign(settings: Settings) -> Iterator[str]:
    """The site with tiles of another host."""
    tiles = {"tile_url": "https://tiles.example.org/{z}/{x}/{y}.png", "tile_attribution": "© tuiles"}
    with served(settings.model_copy(update=tiles)) as url:
        yield url


def test_tiles_of_another_host_are_shown_under_the_outline(chromium: Browser, foreign: str) -> None:
    page = chromium.new_page()
    page.route("https://tiles.example.org/**", lambda route: route.fulfill(body=PICTURE, content_type="image/png"))
    page.goto(foreign + NANTES)
    expect(page.locator("#plan img.leaflet-tile-loaded").first).to_be_attached()
    expect(page.locator("#plan path.base-own")).to_have_count(1)
    expect(page.locator("#plan .base-area")).to_have_count(1)
    expect(page.locator("#plan .leaflet-control-attribution")).to_have_text("© tuiles")
    page.close()


def test_a_host_that_sends_nothing_leaves_the_ground_to_our_contours(chromium: Browser, foreign: str) -> None:
    page = chromium.new_page()
    page.route("https://tiles.example.org/**", lambda route: route.abort())
    page.goto(foreign + NANTES)
    expect(page.locator("#plan .base-name").filter(has_text="Nantes").first).to_be_attached()
    expect(page.locator("#plan .leaflet-control-attribution")).to_have_text("Contours : Etalab, IGN Admin Express")
    page.close()


def test_a_host_that_never_answers_leaves_it_to_them_too(chromium: Browser, foreign: str) -> None:
    page = chromium.new_page()
    page.clock.install()
    page.route("https://tiles.example.org/**", lambda route: None)
    page.goto(foreign + NANTES, wait_until="domcontentloaded")
    expect(page.locator("#plan img.leaflet-tile").first).to_be_attached()
    expect(page.locator("#plan .base-area")).to_have_count(1)
    page.clock.run_for(8_000)
    expect(page.locator("#plan .base-area").nth(1)).to_be_attached()
    expect(page.locator("#plan img.leaflet-tile")).to_have_count(0)
    page.close()


# The way to an offer.


def test_the_way_to_a_shown_address_opens_the_map_of_an_android(open_page: OpenPage) -> None:
    for options, href in (
        ({}, "https://www.openstreetmap.org/directions?to="),
        ({"user_agent": ANDROID}, "geo:47.211,-1.56?q="),
    ):
        page = open_page("/offre/horaires", **options)
        way = page.get_by_role("link", name="Itinéraire vers Crèche <b>du</b> Port")
        expect(way).to_be_visible()
        assert str(way.get_attribute("href")).startswith(href)


WAY = """([offers, texts]) => (
  offers.map((offer) => RibambelleMaps.wayTo(offer, texts)?.getAttribute("aria-label") ?? null))"""


def test_a_popup_has_a_way_to_a_door_and_none_to_a_hidden_home(open_page: OpenPage) -> None:
    page = open_page(NANTES)
    texts = {"itinerary": "Itinéraire", "itinerary_to": "Itinéraire vers {name}"}
    at = {"name": "A & b", "lat": 47.2, "lon": -1.5}
    for kind, doors in (("eaje", ("address", "street")), ("assistant_maternel", ("address",))):
        precisions = ("address", "street", "zone", "commune")
        offers = [{**at, "kind": kind, "precision": precision} for precision in precisions]
        shown = ["Itinéraire vers A & b" if precision in doors else None for precision in precisions]
        assert page.evaluate(WAY, [offers, texts]) == shown
