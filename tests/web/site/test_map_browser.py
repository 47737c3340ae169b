"""The map and the list of a search in a real Chromium, over a crowd: what is drawn, opened, lit and searched."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from elasticsearch import Elasticsearch
from playwright.sync_api import Page, expect

from settings import Settings
from tests.conftest import wait_for
from tests.search_api import documents
from tests.search_api.conftest import load
from tests.web.site import crowd
from tests.web.site.conftest import served, with_square

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]

NANTES = "/?ou=Nantes&lieu=commune:44109"
FEW = f"{NANTES}&type=assistant_maternel&type=eaje"
"""188 results: the map’s first view has every one."""
ALL = NANTES
"""With those under one roof too many: the engine counts them in groups."""
WAY = f"{FEW}&vers=Rezé&vers-lieu=commune:44143"
ONE_ROOF = f"{NANTES}&type=accueil_loisirs"

MARKER = "#plan .marker-target"

STANDING = """() => {
  const box = document.getElementById("plan").getBoundingClientRect()
  const all = [...document.querySelectorAll("#plan .marker-target")].map((marker) => {
    const {left, top, width, height} = marker.getBoundingClientRect()
    return {marker, x: left + width / 2, y: top + height / 2}
  })
  const [top, bottom] = [Math.max(0, box.top), Math.min(innerHeight, box.bottom)]
  const shown = all.filter(({x, y}) => x > box.left && x < box.right && y > top && y < bottom)
  const covered = shown.filter(({marker, x, y}) => {
    const other = document.elementFromPoint(x, y)?.closest(".marker-target")
    return other && other !== marker
  })
  const near = (one, other) => Math.hypot(one.x - other.x, one.y - other.y) < 46
  const close = all.filter((one, at) => all.slice(0, at).some((other) => near(one, other)))
  const titles = (of) => of.map(({marker}) => marker.title)
  return {shown: shown.length, covered: titles(covered), close: titles(close)}
}"""
"""Positions are drawn in whole pixels, so that 48 between two may be 46."""


@contextmanager
def crowded(settings: Settings) -> Iterator[str]:
    """The address of a site over the crowd."""
    own = settings.model_copy(update={"index_prefix": f"{settings.index_prefix}-crowd"})
    with Elasticsearch(own.elasticsearch_url) as engine:
        places = [with_square(place) for place in documents.places()]
        names = [
            load(engine, own.index_prefix, "offers", crowd.crowd()),
            load(engine, own.index_prefix, "places", places),
        ]
        with served(own) as found:
            yield found
        engine.indices.delete(index=names)


@pytest.fixture(scope="module")
def address(settings: Settings) -> Iterator[str]:
    with crowded(settings) as found:
        yield found


def shown(open_page: OpenPage, path: str, **options: Any) -> Page:
    """A page whose map stands still at once, in view and with its markers."""
    page = open_page(path, reduced_motion="reduce", **options)
    page.locator("#plan").scroll_into_view_if_needed()
    expect(page.locator(MARKER).first).to_be_visible()
    page.wait_for_load_state("networkidle")
    return page


WHERE = "() => [...document.querySelectorAll('#plan .marker-target')].map(each => each.style.transform).join()"


def closer(page: Page) -> None:
    """Until the markers stand elsewhere, and what is asked for has come."""
    before = page.evaluate(WHERE)
    page.get_by_role("button", name="Agrandir la carte", exact=True).click()
    page.wait_for_function(f"before => ({WHERE})() !== before", arg=before)
    page.wait_for_load_state("networkidle")


def drag(page: Page, east: int, south: int) -> None:
    """The ground under the pointer, by so many pixels."""
    box = page.locator("#plan").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] - 90
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + east / 2, y + south / 2, steps=4)
    page.mouse.move(x + east, y + south, steps=4)
    page.mouse.up()


# What is drawn ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [360, 768, 1280, 1920])
@pytest.mark.parametrize("path", [FEW, ALL, WAY])
def test_no_marker_covers_the_middle_of_another(open_page: OpenPage, path: str, width: int) -> None:
    page = shown(open_page, f"{path}&vue=carte", width=width)
    assert page.evaluate(STANDING)["shown"] > 2
    for _ in range(4):
        found = page.evaluate(STANDING)
        assert found["covered"] == []
        assert found["close"] == []
        closer(page)


def test_groups_hold_everybody_and_stay_the_same_while_the_map_is_moved(open_page: OpenPage) -> None:
    page = shown(open_page, FEW)
    found = page.evaluate(
        """() => {
          const maps = window.RibambelleMaps
          let seed = 21
          const any = () => (seed = (seed * 16807) % 2147483647) / 2147483647
          const features = Array.from({length: 200}, (_, n) => ({
            geometry: {coordinates: [-1.6 + any() * 0.1, 47.17 + any() * 0.1]},
            properties: {cluster: false, id: "o" + n, kind: "eaje", precision: "address", availability: null},
          }))
          const {items} = maps.items(features)
          const project = (dx) => (lat, lon) => ({x: lon * 4000 + dx, y: lat * 4000})
          const back = (dx) => (x, y) => ({lat: y / 4000, lon: (x - dx) / 4000})
          const grouped = (dx) => maps.grouped(items, project(dx), back(dx), 48)
          const one = grouped(0)
          const apart = one.every((a, at) => one.slice(0, at).every((b) => Math.hypot(a.x - b.x, a.y - b.y) >= 48))
          const members = (groups) => groups.map((group) => group.offers.map(({id}) => id).sort().join()).sort()
          return {apart, count: one.reduce((sum, {count}) => sum + count, 0), groups: one.length,
                  same: members(one).join(";") === members(grouped(512)).join(";")}
        }"""
    )
    assert found["apart"]
    assert found["same"]
    assert found["count"] == 200
    assert 10 < found["groups"] < 100


def test_a_few_results_are_grouped_without_a_request(open_page: OpenPage) -> None:
    page = shown(open_page, FEW)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    before = page.locator(MARKER).count()
    closer(page)
    assert page.locator(MARKER).count() > before
    drag(page, -120, -60)
    expect(page.get_by_role("button", name="Chercher dans cette zone")).to_be_visible()  # it has moved
    assert not [url for url in asked if "/api/v1/map" in url]


def test_a_group_is_as_large_as_the_root_of_its_count(open_page: OpenPage) -> None:
    page = shown(open_page, ALL)
    faces = page.locator(f"{MARKER} .marker-cluster")
    sizes = sorted((int(face.inner_text()), face.evaluate("face => face.offsetWidth")) for face in faces.all())
    assert len(sizes) > 4
    assert all(36 <= width <= 52 for _, width in sizes)
    assert [width for _, width in sizes] == sorted(width for _, width in sizes)
    assert sizes[0][1] < sizes[-1][1]


def test_whose_commune_alone_is_known_is_one_chip_and_no_pile(open_page: OpenPage) -> None:
    for path in (FEW, ALL):
        page = shown(open_page, f"{path}&tri=nom")
        chip = page.locator(".map-unlocated")
        expect(chip).to_contain_text(f"Non situés\u00a0: {crowd.UNLOCATED}")
        chip.locator("summary").click()
        expect(chip).to_contain_text("Nous n’avons pas pu situer ces adresses sur la carte.")
        chip.locator("summary").focus()
        page.keyboard.press("Escape")
        expect(chip.get_by_role("link", name="Voir dans la liste")).to_be_hidden()
        page.locator("#offre-somewhere00").get_by_role("link").first.hover()
        expect(chip).to_have_class(re.compile("map-unlocated-lit"))
        chip.locator("summary").click()
        chip.get_by_role("link", name="Voir dans la liste").click()
        expect(page).to_have_url(re.compile("tri=distance"))


def test_a_zone_is_outlined_only_while_it_is_pointed_at_or_open(open_page: OpenPage) -> None:
    page = shown(open_page, f"{NANTES}&type=assistant_maternel&rayon=1")
    zone = page.locator(MARKER).filter(has=page.locator(".marker-zone")).first
    expect(page.locator(".zone-cell")).to_have_count(0)
    zone.hover()
    expect(page.locator(".zone-cell")).to_have_count(1)
    page.locator("#titre-resultats").hover()
    expect(page.locator(".zone-cell")).to_have_count(0)
    zone.click()
    page.locator("#titre-resultats").hover()
    expect(page.locator(".zone-cell")).to_have_count(1)


@pytest.mark.parametrize("colours", ["none", "active"])
def test_a_state_is_told_by_a_sign_of_its_own(open_page: OpenPage, colours: str) -> None:
    page = shown(open_page, f"{NANTES}&type=eaje&jour=lun&rayon=1", forced_colors=colours)
    page.locator(".map-legend summary").click()
    signs = page.locator(".map-legend-list .marker-sign use")
    told = signs.evaluate_all("signs => signs.map(sign => sign.getAttribute('href'))")
    assert len(told) == len(set(told)) == 7
    for sign in page.locator(".map-legend-list .marker-sign").all():
        stroke, ground = sign.evaluate(
            "sign => [getComputedStyle(sign.querySelector('svg')).stroke, getComputedStyle(sign).backgroundColor]"
        )
        assert stroke != ground
    expect(page.locator(f"{MARKER} .marker-sign use[href='#i-to_ask']").first).to_be_attached()


# The list and the map -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [FEW, ALL])
def test_a_card_lights_the_marker_that_stands_for_it_and_back(open_page: OpenPage, path: str) -> None:
    """Also where the marker is a group, or one that the engine only counted."""
    page = shown(open_page, path)
    card = page.locator("#liste > .card[data-at]").first
    lit = page.locator(f"{MARKER}.marker-lit")
    expect(lit).to_have_count(0)
    card.hover()
    expect(lit).to_have_count(1)
    marker = page.locator(f'{MARKER}[title="{lit.get_attribute("title")}"]').and_(lit)
    handle = marker.element_handle()
    page.mouse.move(1, 1)
    expect(lit).to_have_count(0)
    card.get_by_role("link").first.focus()
    expect(lit).to_have_count(1)
    page.evaluate("document.activeElement.blur()")
    expect(lit).to_have_count(0)
    handle.hover()
    expect(card).to_have_class(re.compile("card-lit"))
    page.mouse.move(1, 1)
    expect(card).not_to_have_class(re.compile("card-lit"))
    handle.focus()
    expect(card).to_have_class(re.compile("card-lit"))


def test_an_opened_marker_brings_its_card_into_view(open_page: OpenPage) -> None:
    page = shown(open_page, f"{NANTES}&type=eaje&rayon=1")
    cards = page.locator("#liste > .card")
    last = cards.last
    last.hover()
    name = page.locator(f"{MARKER}.marker-lit").get_attribute("title")
    page.evaluate("window.scrollTo(0, 0)")
    for _ in range(6):
        if page.locator(".leaflet-popup").count():
            break
        last.evaluate("card => card.dispatchEvent(new MouseEvent('mouseover', {bubbles: true}))")
        page.locator(f"{MARKER}.marker-lit").click()
        page.wait_for_load_state("networkidle")
    expect(page.locator(".leaflet-popup")).to_be_visible()
    assert name
    expect(last).to_have_class(re.compile("card-lit"))
    expect(last).to_be_in_viewport(ratio=0.9)
    page.keyboard.press("Escape")
    expect(page.locator(".leaflet-popup")).to_have_count(0)


def test_a_moved_map_offers_to_search_there(open_page: OpenPage) -> None:
    page = shown(open_page, f"{NANTES}&type=eaje&type=accueil_loisirs")
    ask = page.get_by_role("button", name="Chercher dans cette zone")
    expect(ask).to_be_hidden()
    drag(page, 130, -60)
    expect(ask).to_be_visible()
    page.wait_for_load_state("networkidle")
    ask.click()
    page.wait_for_url(re.compile(r"[?&]bbox=-?\d"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("dans la zone de la carte")
    found = re.search(r"bbox=([-\d.,]+)", page.url)
    assert found
    west, south, east, north = map(float, found[1].split(","))
    expect(page.locator(MARKER).first).to_be_visible()
    places = page.locator("#liste > .card[data-at]").evaluate_all("cards => cards.map(card => card.dataset.at)")
    assert places
    for lat, lon in (map(float, at.split(",")) for at in places):
        assert west <= lon <= east
        assert south <= lat <= north
    expect(page.get_by_role("button", name="Chercher dans cette zone")).to_be_hidden()
    page.locator("#actifs").get_by_role("link", name="Zone de la carte").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("autour de Nantes")
    assert "bbox" not in page.url


@pytest.mark.parametrize(("width", "toggle"), [(360, "#bascule"), (800, "#volet-carte")])
def test_a_map_that_was_put_away_shows_what_was_searched_meanwhile(
    open_page: OpenPage, width: int, toggle: str
) -> None:
    page = shown(open_page, f"{NANTES}&type=eaje&vue=carte", width=width)
    page.locator(toggle).click()
    expect(page.locator("#plan")).to_be_hidden()
    page.locator("#actifs").get_by_role("link", name="Crèche").click()
    expect(page.locator("#actifs").get_by_role("link", name="Crèche")).to_have_count(0)
    with page.expect_response(lambda answer: "/api/v1/map" in answer.url and "kind=eaje" not in answer.url):
        page.locator(toggle).click()


def test_a_map_that_moves_by_itself_offers_nothing(open_page: OpenPage) -> None:
    page = shown(open_page, FEW)
    left = "document.querySelector('#plan .leaflet-marker-icon').getBoundingClientRect().x"
    before = page.evaluate(left)
    page.set_viewport_size({"width": 1100, "height": 700})
    wait_for(lambda: page.evaluate(left) != before, what="the map in its new size")
    expect(page.get_by_role("button", name="Chercher dans cette zone")).to_be_hidden()


def test_more_than_three_lead_to_the_list_of_just_them(open_page: OpenPage) -> None:
    page = shown(open_page, f"{NANTES}&type=assistant_maternel&rayon=2")
    for _ in range(4):
        shared = page.locator(MARKER).filter(has=page.locator(".marker-zone", has_text=re.compile(f"^{crowd.SHARED}$")))
        if shared.count():
            break
        closer(page)
    shared.first.click()
    popup = page.locator(".leaflet-popup")
    expect(popup).to_contain_text(f"{crowd.SHARED}\u00a0assistantes maternelles dans le même secteur")
    expect(popup.get_by_role("listitem")).to_have_count(0)
    popup.get_by_role("link", name="Voir dans la liste").click()
    page.wait_for_url(re.compile("bbox="))
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{crowd.SHARED} résultats")


def test_more_offers_at_one_point_than_a_map_has_features_still_open(open_page: OpenPage) -> None:
    page = shown(open_page, ONE_ROOF)
    marker = page.locator(MARKER)
    expect(marker).to_have_count(1)
    marker.click()
    expect(page.locator(".leaflet-popup")).to_contain_text(f"{crowd.UNDER_ONE_ROOF}\u00a0résultats ici")
    page.locator(".leaflet-popup").get_by_role("link", name="Voir dans la liste").click()
    page.wait_for_url(re.compile("bbox="))
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{crowd.UNDER_ONE_ROOF} résultats")


# The keyboard and a finger ------------------------------------------------------------------------------------------


def test_no_marker_is_a_stop_until_the_map_is_to_be_walked_through(open_page: OpenPage) -> None:
    page = shown(open_page, FEW)
    stops = page.locator(f'{MARKER}[tabindex="0"]')
    expect(stops).to_have_count(0)
    page.get_by_role("link", name="Passer la carte").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#carte') === null")
    browse = page.get_by_role("button", name="Parcourir la carte")
    browse.focus()
    page.keyboard.press("Enter")
    expect(browse).to_have_attribute("aria-pressed", "true")
    expect(page.locator(f"{MARKER}:focus")).to_have_count(1)
    assert stops.count() == page.locator(MARKER).count() > 4
    page.keyboard.press("Escape")
    expect(browse).to_be_focused()
    expect(stops).to_have_count(0)


@pytest.mark.parametrize("key", ["Enter", " "])
def test_both_keys_open_a_marker_and_move_nothing_else(open_page: OpenPage, key: str) -> None:
    page = shown(open_page, ONE_ROOF)
    page.get_by_role("button", name="Parcourir la carte").focus()
    page.keyboard.press("Enter")
    marker = page.locator(f"{MARKER}:focus")
    expect(marker).to_have_count(1)
    before = page.evaluate("scrollY")
    page.keyboard.press(key)
    link = page.locator(".leaflet-popup").get_by_role("link", name="Voir dans la liste")
    expect(link).to_be_focused()
    assert page.evaluate("scrollY") == before
    page.keyboard.press("Escape")
    expect(page.locator(".leaflet-popup")).to_have_count(0)
    expect(marker).to_have_count(1)


def test_the_focus_stays_on_the_map_when_a_group_is_opened_wide(open_page: OpenPage) -> None:
    page = shown(open_page, ALL)
    page.get_by_role("button", name="Parcourir la carte").focus()
    page.keyboard.press("Enter")
    cluster = page.locator(MARKER).filter(has=page.locator(".marker-cluster")).first
    cluster.focus()
    page.keyboard.press("Enter")
    page.wait_for_load_state("networkidle")
    expect(page.locator(f"{MARKER}:focus")).to_have_count(1)


@pytest.mark.parametrize(
    ("path", "moves"), [("/offre/home001", "pan-x pan-y"), (f"{FEW}&vue=carte", "none"), (FEW, "none")]
)
def test_one_finger_moves_the_map_only_where_the_map_was_asked_for(open_page: OpenPage, path: str, moves: str) -> None:
    """Beside the list too, where there is room for both; on a fiche a finger scrolls past it."""
    width = 360 if "vue" in path or "offre" in path else 1280
    page = open_page(path, width=width, has_touch=True, is_mobile=True)
    expect(page.locator("#plan")).to_have_class(re.compile("leaflet-touch-zoom"))
    expect(page.locator("#plan")).to_have_css("touch-action", moves)
