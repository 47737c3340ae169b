"""The main path of a parent, in a real Chromium."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
NANTES = "/?ou=Nantes&lieu=commune:44109"
PAGES = [
    "/",
    "/docs",
    f"{NANTES}&type=assistant_maternel&type=eaje&jour=lun",
    f"{NANTES}&vers=Rezé&jour=lun&jour2=mer&places2=2",
    "/offre/anne",
    "/offre/horaires",
]


def unfold(page: Page, field: str) -> None:
    """The part of the bar below which this field stands."""
    page.locator(f".panel:has([name={field}]) > summary").first.click()


def choose_nantes(page: Page) -> None:
    """With the keyboard alone."""
    page.locator("#ou").press_sequentially("nante", delay=20)
    first = page.get_by_role("option").first
    expect(first).to_contain_text("Nantes")
    page.keyboard.press("ArrowDown")
    expect(first).to_have_attribute("aria-selected", "true")
    expect(page.locator("#ou")).to_have_attribute("aria-activedescendant", "suggestions-0")
    page.keyboard.press("Enter")


def test_a_parent_finds_an_assistant_maternel(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_label("Assistant maternel", exact=False).first.check()
    page.get_by_text("Pour quand").click()
    for day in ("lun", "mar"):
        page.locator(f'input[name="jour"][value="{day}"]').check(force=True)
    choose_nantes(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("autour de Nantes")
    assert "lieu=commune:44109" in page.url
    expect(page.locator("#offre-anne")).to_contain_text("Libre les 2\u00a0jours")
    expect(page.locator("#plan .marker").first).to_be_visible()
    page.get_by_role("link", name="Anne D.").click()
    expect(page.get_by_role("heading", name="Anne D.")).to_be_visible()
    expect(page.locator(".zone-cell")).to_be_visible()
    page.get_by_role("link", name="Retour aux résultats").click()
    expect(page.locator("#offre-anne")).to_be_visible()


def test_a_parent_searches_on_the_way(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_text("Chercher le long d’un trajet").click()
    choose_nantes(page)
    arrival = page.get_by_role("combobox", name="Vers où allez-vous ensuite")
    expect(arrival).to_be_focused()
    arrival.press_sequentially("rez", delay=20)
    expect(page.locator("#suggestions-vers li").first).to_contain_text("Rezé")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("sur le trajet de Nantes à Rezé")
    assert "vers-lieu=commune:44143" in page.url
    expect(page.locator("#offre-mam")).to_contain_text("de votre trajet")
    expect(page.locator("#plan path.way-line")).to_be_visible()
    expect(page.locator("#plan .marker").first).to_be_visible()
    page.locator(".pill").click()
    page.get_by_label("À quelle distance du trajet").select_option("0.5")
    expect(page.locator("#offre-loups")).to_have_count(0)
    assert "detour=0.5" in page.url
    arrival.fill("")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("autour de Nantes")
    expect(page.locator("#plan path.way-line")).to_have_count(0)
    assert "vers" not in page.url


def test_escape_closes_the_suggestions(open_page: OpenPage) -> None:
    page = open_page()
    page.locator("#ou").press_sequentially("nante", delay=20)
    expect(page.get_by_role("listbox")).to_be_visible()
    expect(page.get_by_role("combobox", name="Où cherchez-vous")).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(page.locator("#ou")).to_have_value("nante")


def test_a_filter_renews_list_address_and_announcement(open_page: OpenPage) -> None:
    page = open_page(NANTES)
    unfold(page, "type")
    page.locator('input[name="type"][value="mam"]').check()
    expect(page.locator("#liste > li")).to_have_count(1)
    expect(page.locator("#annonce")).to_contain_text("1 résultat")
    assert "type=mam" in page.url
    expect(page.locator('input[name="type"][value="mam"]')).to_be_focused()


def test_a_tick_of_the_panel_searches_at_once_with_the_time_beside_it_and_a_chip_takes_it_off(
    open_page: OpenPage,
) -> None:
    page = open_page(NANTES)
    unfold(page, "mots")
    page.get_by_label("Ouvre au plus tard à").fill("07:30")
    page.get_by_label("Repas fournis").check()
    expect(page.locator("#liste > li")).to_have_count(1)
    expect(page.locator("#offre-lutins")).to_be_visible()
    assert "option=meals" in page.url
    assert "ouvre=07:30" in page.url
    page.get_by_role("link", name="Retirer le filtre Repas fournis").click()
    expect(page.locator("#offre-horaires")).to_be_visible()
    assert "option" not in page.url
    assert "ouvre=07:30" in page.url


def test_more_results_are_added_and_the_first_new_one_has_the_focus(open_page: OpenPage) -> None:
    page = open_page(f"{NANTES}&rayon=20&type=rpe")
    expect(page.locator("#liste > li")).to_have_count(20)
    page.get_by_role("link", name="Voir plus").click()
    expect(page.locator("#liste > li")).to_have_count(26)
    expect(page.locator("#liste > li").nth(20).get_by_role("link")).to_be_focused()


def test_an_error_stands_beside_its_field(open_page: OpenPage) -> None:
    page = open_page("/?ou=Zzqxkwv", expect=422)
    expect(page.locator("#ou")).to_have_accessible_description(re.compile("Ce lieu n’est pas reconnu"))


def test_around_me(open_page: OpenPage) -> None:
    position = {"latitude": 47.18301, "longitude": -1.54904}
    page = open_page(geolocation=position, permissions=["geolocation"])
    page.get_by_role("button", name="Autour de moi").click()
    expect(page.locator("#offre-mam")).to_be_visible()
    assert "autour=47.183,-1.549" in page.url


def test_a_position_that_is_refused_is_said_beside_the_button(open_page: OpenPage) -> None:
    page = open_page(permissions=[])
    page.get_by_role("button", name="Autour de moi").click()
    expect(page.locator("#position-refusee")).to_contain_text("Tapez le nom d’une commune")


def test_without_scripts_a_search_works_and_nothing_dead_is_shown(open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    expect(page.get_by_role("button", name="Autour de moi")).to_be_hidden()
    page.locator("#ou").fill("nantes")
    page.keyboard.press("Enter")
    expect(page.locator("#offre-anne")).to_be_visible()
    expect(page.locator("#plan")).to_be_hidden()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", [360, 1440])
def test_nothing_moves_while_the_page_loads(open_page: OpenPage, path: str, width: int) -> None:
    page = open_page(path, width=width)
    page.wait_for_load_state("networkidle")
    shifts = page.evaluate(
        """() => new Promise(done => {
          new PerformanceObserver(list => done(list.getEntries())).observe({type: "layout-shift", buffered: true});
          requestAnimationFrame(() => requestAnimationFrame(() => done([])));
        }).then(shifts => shifts.reduce((sum, shift) => sum + shift.value, 0))"""
    )
    assert shifts < 0.02


def test_a_marker_opens_its_offer_with_the_keyboard(open_page: OpenPage) -> None:
    page = open_page(f"{NANTES}&mots=lutins&rayon=1")
    marker = page.locator("#plan").get_by_role("button", name="Crèche Les Lutins")
    marker.focus()
    page.keyboard.press("Enter")
    link = page.locator(".leaflet-popup").get_by_role("link", name="Crèche Les Lutins", exact=True)
    expect(link).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Crèche Les Lutins")).to_be_visible()


def test_a_card_lights_its_marker_and_a_marker_shows_its_card(open_page: OpenPage) -> None:
    page = open_page(NANTES)
    marker = page.locator("#plan").get_by_role("button", name="Fanny K.")
    expect(marker).to_be_visible()
    card = page.locator("#offre-fanny")
    card.get_by_role("link").focus()
    expect(marker).to_have_class(re.compile("marker-lit"))
    page.locator(".pill").focus()
    expect(marker).not_to_have_class(re.compile("marker-lit"))
    card.hover()
    expect(marker).to_have_class(re.compile("marker-lit"))
    page.evaluate("window.scrollTo(0, 0)")
    expect(card).not_to_be_in_viewport(ratio=1)
    marker.focus()
    page.keyboard.press("Enter")
    expect(card).to_have_class(re.compile("card-lit"))
    expect(card).to_be_in_viewport(ratio=0.9)
    page.keyboard.press("Escape")
    expect(marker).to_be_focused()
    page.locator("#titre-resultats").focus()
    expect(card).not_to_have_class(re.compile("card-lit"))


def test_a_fictitious_marker_says_so(open_page: OpenPage) -> None:
    page = open_page(f"{NANTES}&mots=loups&rayon=1")
    page.locator("#plan").get_by_role("button", name=re.compile("Les P’tits Loups")).click()
    expect(page.locator(".leaflet-popup")).to_contain_text("Données fictives")


def test_the_map_is_never_blank(open_page: OpenPage) -> None:
    page = open_page(NANTES)
    expect(page.locator(".base-area").first).to_be_visible()
    expect(page.locator(".base-name").filter(has_text="Nantes").first).to_be_attached()


def test_list_and_map_stand_side_by_side_where_there_is_room(open_page: OpenPage) -> None:
    page = open_page(NANTES, width=900)
    results, plan = page.locator("#resultats").bounding_box(), page.locator("#plan").bounding_box()
    assert results
    assert plan
    assert results["x"] + results["width"] <= plan["x"]


@pytest.mark.parametrize("path", PAGES)
def test_nothing_overflows_a_narrow_phone(open_page: OpenPage, path: str) -> None:
    page = open_page(path, width=360)
    for panel in page.locator("details").all():
        panel.evaluate("panel => { panel.open = true }")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") == 360


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_barrier_that_axe_knows(open_page: OpenPage, path: str, scheme: str) -> None:
    page = open_page(path, color_scheme=scheme)
    for panel in page.locator("details").all():
        panel.evaluate("panel => { panel.open = true }")
    page.wait_for_load_state("networkidle")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run().then(({violations}) => violations)")
    assert [(v["id"], [node["html"][:200] for node in v["nodes"]]) for v in found] == []


def test_a_map_that_was_asked_for_too_often_says_so_and_comes_back(chromium: Browser, address: str) -> None:
    busy = [True]

    def answer(route: Route) -> None:
        if busy:
            busy.clear()
            route.fulfill(status=429, headers={"Retry-After": "1"}, body="{}")
        else:
            route.continue_()

    page = chromium.new_page(locale="fr-FR")
    page.route("**/fond-de-carte?*", answer)
    page.goto(f"{address}{NANTES}&type=eaje")
    said = page.locator(".map-message")
    expect(said).to_contain_text("Elle s’affichera dans 1\u00a0s")
    expect(said).to_have_count(0)
    expect(page.locator(".base-area").first).to_be_attached()
    page.close()
