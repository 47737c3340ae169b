"""The page of results at four widths, in a real Chromium: what is on the first screen, how far the keyboard goes to it,
and that nothing of it needs a script, small letters or colours.

Over a site of its own, with the demo's ribbon, accounts and more offers than a screen holds. The pictures of these
widths stand in docs/screens/.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from elasticsearch import Elasticsearch
from playwright.sync_api import Browser, Page, expect

from mappings.documents import Range
from settings import Settings
from tests.conftest import wait_for
from tests.search_api import documents
from tests.search_api.conftest import load
from tests.web.site.conftest import served, with_square

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
PLACE = "/?ou=Nantes&lieu=commune:44109"
NEED = f"{PLACE}&type=eaje&type=assistant_maternel&jour=lun&jour=mar&jour=jeu&jour=ven&debut=08:00&fin=18:00"
HEIGHTS = {360: 780, 768: 1024, 1280: 800, 1920: 1080}
FIRST_CARD_AT = {360: 240, 768: 200, 1280: 180, 1920: 180}
WHOLE_CARDS = {360: 2, 768: 4, 1280: 4, 1920: 10}
MOST_STOPS = 12
WIDTHS = sorted(HEIGHTS)

CARERS = 30
OFFERS = [
    *(
        documents.offer(
            f"am{n:02}",
            "assistant_maternel",
            f"Huguette B. {n:02}",
            47.2186 + n / 2_000,
            -1.5541 + n % 5 / 2_000,
            precision="zone" if n % 2 else "address",
            address=None if n % 2 else f"{n} rue des Tilleuls",
            capacity=3,
            ages=Range(gte=3, lt=36),
            features=["garden", "meals", "no_smoking"],
            # Some cover the four days, others three of them: the list says both.
            availability=[
                documents.period("2026-09-01", None, ("mon-fri" if n < 12 else "mon-thu", "07:30", "19:00", 1))
            ],
            confirmed_on=date(2026, 8, 3),
        )
        for n in range(CARERS)
    ),
    documents.offer(
        "creche",
        "eaje",
        "Les Pieds dans l’eau",
        47.2190,
        -1.5545,
        subkind="micro_creche",
        address="21 rue des Orchestres",
        opening=documents.opening("mon-fri", "07:30", "18:30"),
        fictitious=False,
    ),
]

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


@pytest.fixture(scope="module")
def full_site(settings: Settings, shared_registry: str) -> Iterator[str]:
    prefix = f"{settings.index_prefix}-layout"
    with Elasticsearch(settings.elasticsearch_url) as engine:
        places = [with_square(place) for place in documents.places()]
        names = [load(engine, prefix, "offers", OFFERS), load(engine, prefix, "places", places)]
        changes = {"index_prefix": prefix, "demo": True, "database_url": shared_registry}
        with served(settings.model_copy(update=changes)) as address:
            yield address
        engine.indices.delete(index=names)


@pytest.fixture
def look(chromium: Browser, full_site: str) -> Iterator[Open]:
    """Opens a page of that site; fails at the end when a script failed, or the browser refused something of it."""
    faults: list[str] = []
    contexts = []

    def opened(path: str = NEED, *, width: int = 1280, height: int = 0, **options: Any) -> Page:
        size = {"width": width, "height": height or HEIGHTS.get(width, 740)}
        context = chromium.new_context(viewport=size, locale="fr-FR", **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        page.goto(full_site + path)
        page.wait_for_load_state("networkidle")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


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
