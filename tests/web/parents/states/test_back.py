"""Back, and a reload, lead to the list as it was; filters are no entries of the history."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.web.parents.states.conftest import FOUND, LIST, is_asked, tick

pytestmark = pytest.mark.browser

Surf = Callable[..., Page]
HEADING = "#titre-resultats"


def with_sixty(page: Page) -> None:
    for count in (40, 60):
        page.get_by_role("link", name="Voir plus").click()
        expect(page.locator("#liste > .card")).to_have_count(count)


def top(card: Locator) -> float:
    return float(card.evaluate("card => card.getBoundingClientRect().top"))


def at_the_middle(page: Page, number: int) -> Locator:
    card = page.locator("#liste > .card").nth(number)
    card.evaluate("card => card.scrollIntoView({block: 'center'})")
    return card


def stands(card: Locator, at: float) -> None:
    """Within a pixel, once the list is as long again."""
    card.page.wait_for_function(
        "([id, at]) => Math.abs(document.getElementById(id).getBoundingClientRect().top - at) < 1.5",
        arg=[card.get_attribute("id"), at],
    )


def test_back_from_a_fiche_restores_sixty_cards_the_place_the_panels_and_the_focus(surf: Surf) -> None:
    page = surf()
    with_sixty(page)
    panel = page.locator("details.more-slots")
    panel.evaluate("panel => { panel.open = true }")
    card = at_the_middle(page, 47)
    before, id = top(card), card.get_attribute("id")
    card.get_by_role("link").first.click()
    page.wait_for_url("**/offre/**")
    page.go_back()
    expect(page.locator("#liste > .card")).to_have_count(60)
    stands(page.locator(f"#{id}"), before)
    expect(page.locator(f"#{id}").get_by_role("link").first).to_be_focused()
    expect(panel).to_have_attribute("open", "")
    expect(page.locator(".so-far")).to_have_text(f"60 sur {FOUND}")
    page.get_by_role("link", name="Voir plus").click()
    expect(page.locator("#liste > .card")).to_have_count(FOUND)


def test_a_reload_restores_them_too(surf: Surf) -> None:
    page = surf()
    with_sixty(page)
    card = at_the_middle(page, 33)
    before, id = top(card), card.get_attribute("id")
    page.reload()
    expect(page.locator("#liste > .card")).to_have_count(60)
    stands(page.locator(f"#{id}"), before)


KEPT = "JSON.stringify({...sessionStorage}) + JSON.stringify(history.state)"


def test_what_the_tab_keeps_of_a_list_tells_no_place_and_no_birth(surf: Surf) -> None:
    page = surf("/?autour=47.219,-1.554&rayon=20&naissance=2026-05-04&type=mam&tri=distance")
    with_sixty(page)
    page.goto(page.url.split("/?")[0] + "/a-propos")
    kept = page.evaluate(KEPT)
    assert "offre-maison" in kept
    for told in ("autour", "47.219", "-1.554", "naissance=", "2026", "suite", "Wy", "/?"):
        assert told not in kept
    further = page.evaluate("JSON.parse(sessionStorage['ribambelle.listes']).map(([, list]) => list.further)")
    assert further == [2], "how many further pages, and not which"
    page.go_back()
    expect(page.locator("#liste > .card")).to_have_count(60)


def test_a_further_page_that_is_refused_when_one_comes_back_is_not_said_to_be_a_site_that_is_away(surf: Surf) -> None:
    page = surf()
    with_sixty(page)
    page.route(lambda url: "suite=" in url, lambda route: route.fulfill(status=422, body="<p>Cette suite a expiré."))
    page.reload()
    toast = page.locator("#avis .toast p")
    expect(toast).to_have_text("La suite de la liste n’a pas été chargée.")
    expect(page.locator("#liste > .card")).to_have_count(20)
    expect(page.locator("#suite")).to_have_text("Voir plus de résultats")


@pytest.mark.parametrize("width", [360, 1280])
def test_back_does_not_open_the_form_again_that_was_sent(surf: Surf, width: int) -> None:
    page = surf(width=width)
    page.locator(".pill").click()
    place = page.locator("#ou")
    place.fill("Rezé")
    expect(page.get_by_role("option").first).to_contain_text("Rezé")
    place.press("Enter")
    expect(page.locator(HEADING)).to_contain_text("Rezé")
    page.go_back()
    expect(page.locator(HEADING)).to_contain_text("Nantes")
    expect(page.locator("#annonce")).to_contain_text("Nantes")
    expect(page.locator("#barre")).not_to_have_attribute("open", "")
    assert page.locator("[inert]").count() == 0
    page.locator(".pill").click()
    page.reload()
    expect(page.locator(HEADING)).to_contain_text("Nantes")
    expect(page.locator("#liste > .card").first).to_be_visible()
    expect(page.locator("#barre")).not_to_have_attribute("open", "")


def test_a_list_that_is_opened_anew_begins_at_its_top(surf: Surf, address: str) -> None:
    page = surf()
    with_sixty(page)
    page.goto(f"{address}/a-propos")
    page.goto(address + LIST)
    expect(page.locator("#liste > .card")).to_have_count(20)
    assert page.evaluate("window.scrollY") == 0


def test_who_scrolls_while_the_list_comes_back_is_left_where_he_is(surf: Surf) -> None:
    page = surf()
    with_sixty(page)
    at_the_middle(page, 50)
    page.goto(page.url.split("/?")[0] + "/a-propos")
    held: list[Route] = []
    released: list[bool] = []
    page.route(lambda url: "suite=" in url, lambda route: route.continue_() if released else held.append(route))
    page.go_back()
    expect(page.get_by_role("link", name="Chargement")).to_be_attached()
    page.mouse.move(300, 400)
    page.mouse.wheel(0, -200)
    page.wait_for_function("() => new Promise(done => requestAnimationFrame(() => done(true)))")
    here = page.evaluate("window.scrollY")
    released.append(True)
    for route in held:
        route.continue_()
    expect(page.locator("#liste > .card")).to_have_count(60)
    assert abs(page.evaluate("window.scrollY") - here) < 250


def test_filters_do_not_fill_the_history(surf: Surf) -> None:
    page = surf("/a-propos")
    page.goto(page.url.replace("/a-propos", LIST))
    entries = page.evaluate("history.length")
    for kind in ("eaje", "assistant_maternel"):
        tick(page, "type", kind)
        expect(page).to_have_url(re.compile(f"type={kind}"))
    assert page.evaluate("history.length") == entries
    page.go_back()
    expect(page).to_have_url(re.compile("/a-propos$"))


def test_a_chip_takes_its_filter_off_in_place_and_out_of_the_form(surf: Surf) -> None:
    page = surf("/?ou=Nantes&lieu=commune:44109&option=meals")
    entries = page.evaluate("history.length")
    page.evaluate("window.same = true")
    chip = page.locator("#actifs a, .chips a").filter(has_text="Repas fournis").first
    chip.evaluate("chip => chip.click()")
    expect(page).not_to_have_url(re.compile("option="))
    assert page.evaluate("window.same") is True
    assert page.evaluate("history.length") == entries
    expect(page.locator('input[name="option"][value="meals"]')).not_to_be_checked()


def test_a_search_that_was_sent_is_one_entry_and_back_draws_the_one_before_with_its_form(surf: Surf) -> None:
    page = surf()
    with_sixty(page)
    card = at_the_middle(page, 45)
    before, id = top(card), card.get_attribute("id")
    entries = page.evaluate("history.length")
    page.evaluate("window.same = true")
    page.evaluate(
        "() => { const form = document.getElementById('recherche'); form.elements.ou.value = 'Rezé';"
        " form.elements.lieu.value = 'commune:44143'; form.requestSubmit() }"
    )
    expect(page.locator(HEADING)).to_contain_text("Rezé")
    assert page.evaluate("history.length") == entries + 1
    assert page.evaluate("document.getElementById('resultats').getBoundingClientRect().top") >= -1, "another list"
    page.go_back()
    expect(page.locator(HEADING)).to_contain_text("Nantes")
    expect(page.locator("#liste > .card")).to_have_count(60)
    expect(page.locator("#ou")).to_have_value("Nantes")
    stands(page.locator(f"#{id}"), before)
    assert page.evaluate("window.same") is True, "no page was loaded for it"


def test_the_button_keeps_the_place_in_the_list(surf: Surf) -> None:
    page = surf()
    with_sixty(page)
    page.evaluate("window.scrollTo(0, 500)")
    with page.expect_response(lambda answer: is_asked(answer.request)):
        page.evaluate(
            "form => form.requestSubmit(form.querySelector('[type=submit]'))", page.query_selector("#recherche")
        )
    expect(page.locator("#liste > .card")).to_have_count(20)
    assert page.evaluate("window.scrollY") == 500


def test_several_ticks_in_a_row_are_one_search(surf: Surf) -> None:
    page = surf(clock=True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if is_asked(request) else None)
    tick(page, "type", "eaje")
    tick(page, "type", "assistant_maternel")
    tick(page, "type", "rpe")
    page.clock.run_for(1000)
    expect(page).to_have_url(re.compile("type=rpe"))
    page.clock.run_for(3000)
    assert len(asked) == 1
    assert all(f"type={kind}" in asked[0] for kind in ("eaje", "assistant_maternel", "rpe", "mam"))
