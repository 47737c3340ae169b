"""What is set in the form and not searched yet is neither lost nor searched for another list; hours wait for a day."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.web.parents.states.conftest import Held, is_asked, tick

pytestmark = pytest.mark.browser

Surf = Callable[..., Page]
NANTES = "/?ou=Nantes&lieu=commune:44109&rayon=20&type=mam"
HEADING = "#titre-resultats"
TICK_AND = "document.querySelector('input[name=type][value=eaje]').click();"
"""A tick, and in the same moment what follows it."""


def box(page: Page, kind: str = "eaje") -> str:
    return f'input[name="type"][value="{kind}"]'


def send_to_reze(page: Page) -> None:
    page.evaluate(
        "() => { const form = document.getElementById('recherche'); form.elements.ou.value = 'Rezé';"
        " form.elements.lieu.value = 'commune:44143'; form.requestSubmit() }"
    )
    expect(page.locator(HEADING)).to_contain_text("Rezé")


# Hours without a day ------------------------------------------------------------------------------------------------


def test_hours_go_with_the_day_that_is_taken_off(surf: Surf) -> None:
    page = surf(NANTES)
    page.locator(".panel:has([name=jour]) > summary").click()
    tick(page, "jour", "lun")
    page.locator("#debut").fill("07:30")
    page.locator("#fin").focus()
    expect(page).to_have_url(re.compile("jour=lun&debut=07:30"))
    tick(page, "jour", "lun")
    expect(page).not_to_have_url(re.compile("jour="))
    assert "debut" not in page.url
    expect(page.locator("#liste > .card")).to_have_count(20)


def test_the_button_of_the_sheet_shows_what_it_has_counted_where_hours_have_no_day(surf: Surf) -> None:
    page = surf(NANTES, width=360)
    page.locator(".pill").click()
    with page.expect_response("**/nombre?*"):
        page.locator("#debut").fill("07:30")
    expect(page.locator("#montrer")).to_have_text(re.compile(r"Voir \d+\srésultats"))
    page.locator("#montrer").click()
    expect(page.locator(HEADING)).to_be_focused()
    expect(page.locator("#liste > .card")).to_have_count(20)
    assert "debut" not in page.url


def test_hours_wait_for_their_day_while_something_else_is_searched(surf: Surf) -> None:
    page = surf(NANTES)
    page.locator(".panel:has([name=jour]) > summary").click()
    page.locator("#debut").fill("07:30")
    page.locator("#fin").focus()
    tick(page, "type", "eaje")
    expect(page).to_have_url(re.compile("type=eaje"))
    assert "debut" not in page.url
    expect(page.locator("#debut")).to_have_value("07:30")
    tick(page, "jour", "lun")
    expect(page).to_have_url(re.compile("jour=lun&debut=07:30"))


def test_before_there_is_a_list_hours_without_a_day_are_asked_for_it(surf: Surf) -> None:
    page = surf("/")
    page.locator("#ou").evaluate("place => { place.value = 'Nantes' }")
    page.locator("#debut").evaluate("(field) => { field.value = '07:30'; field.form.requestSubmit() }")
    expect(page.locator("#erreur-jour")).to_contain_text("Cochez aussi les jours")


# A change that waits, and another search before it ------------------------------------------------------------------


def test_a_chip_that_is_taken_off_while_a_tick_waits_does_its_work_and_so_does_the_tick(surf: Surf) -> None:
    page, held = surf(f"{NANTES}&mots=Maison", clock=True), Held()
    held.hold(page)
    page.evaluate(
        "() => {"
        + TICK_AND
        + "[...document.querySelectorAll('#actifs a')]"
        ".find(chip => chip.textContent.includes('« Maison')).click() }".replace("« ", "«\u00a0")
    )
    expect(page.locator("#resultats")).to_have_attribute("aria-busy", "true")
    page.clock.run_for(3000)
    held.release()
    expect(page).to_have_url(re.compile("type=eaje"))
    assert "mots=" not in page.url
    expect(page.locator(box(page))).to_be_checked()
    expect(page.locator("[name=mots]")).to_have_value("")


@pytest.mark.parametrize("first", ["tick", "chip"])
def test_a_chip_and_a_tick_during_each_other_s_search_both_hold(surf: Surf, first: str) -> None:
    page, held = surf(f"{NANTES}&mots=Maison"), Held()
    acts: dict[str, Callable[[], object]] = {
        "tick": lambda: tick(page, "type", "eaje"),
        "chip": lambda: page.locator("#actifs a").filter(has_text="«\u00a0Maison").evaluate("chip => chip.click()"),
    }
    held.hold(page)
    acts.pop(first)()
    expect(page.locator("#resultats")).to_have_attribute("aria-busy", "true")
    for then in acts.values():
        then()
    expect(page).to_have_url(re.compile("type=eaje"))
    expect(page.locator("#resultats")).not_to_have_attribute("aria-busy", "true")
    assert "mots=" not in page.url
    expect(page.locator(box(page))).to_be_checked()
    expect(page.locator("[name=mots]")).to_have_value("")


def test_a_tick_that_waits_is_not_searched_in_the_list_that_one_goes_back_to(surf: Surf) -> None:
    page = surf(NANTES, clock=True)
    asked: list[str] = []
    send_to_reze(page)
    page.on("request", lambda request: asked.append(request.url) if is_asked(request) else None)
    page.evaluate("() => {" + TICK_AND + "history.back() }")
    expect(page.locator(HEADING)).to_contain_text("Nantes")
    page.clock.run_for(3000)
    expect(page.locator(box(page))).not_to_be_checked()
    tick(page, "type", "rpe")
    expect(page).to_have_url(re.compile("type=rpe"))
    assert "type=eaje" not in page.url
    assert not any("type=eaje" in url for url in asked)


def test_after_back_a_tick_is_no_other_place(surf: Surf) -> None:
    """The place was typed: the address names no id, and the answer does."""
    page = surf(NANTES.replace("&lieu=commune:44109", ""))
    send_to_reze(page)
    page.go_back()
    expect(page.locator(HEADING)).to_contain_text("Nantes")
    expect(page.locator("#annonce")).to_contain_text("Nantes")
    tick(page, "type", "eaje")
    expect(page).to_have_url(re.compile("type=eaje"))
    page.go_forward()
    expect(page.locator(HEADING)).to_contain_text("Rezé")


def test_an_order_that_is_chosen_during_a_search_is_not_lost(surf: Surf) -> None:
    page, held = surf(NANTES), Held()
    held.hold(page)
    tick(page, "type", "eaje")
    expect(page.locator("#resultats")).to_have_attribute("aria-busy", "true")
    page.locator("#tri").evaluate(
        "list => { list.value = 'nom'; list.dispatchEvent(new Event('change', {bubbles: true})) }"
    )
    held.release()
    expect(page).to_have_url(re.compile("tri=nom"))
    assert "type=eaje" in page.url
    expect(page.locator("#tri")).to_have_value("nom")


def test_a_filter_that_fails_takes_back_itself_and_not_the_place_that_is_being_typed(surf: Surf) -> None:
    page, held = surf(NANTES), Held()
    held.hold(page)
    tick(page, "type", "eaje")
    expect(page.locator("#resultats")).to_have_attribute("aria-busy", "true")
    page.locator("#ou").evaluate("place => { place.value = 'Rez' }")
    held.routes.pop().abort()
    expect(page.locator("#avis .toast")).to_contain_text("Ce filtre n’a pas été appliqué.")
    expect(page.locator(box(page))).not_to_be_checked()
    expect(page.locator("#ou")).to_have_value("Rez")


def test_whether_a_change_searches_at_once_is_read_from_the_page(surf: Surf) -> None:
    """The table of filters says it there (`at_once`)."""
    page = surf(NANTES)
    page.locator(".panel:has([name=mots]) > summary").click()
    time = page.locator("[name=ouvre]")
    time.evaluate("field => { field.closest('.field').dataset.instant = '' }")
    time.fill("07:30")
    expect(page).to_have_url(re.compile("ouvre=07:30"))
    expect(time).to_be_focused()


@pytest.mark.parametrize("at", [0, 1])
def test_a_chip_leaves_the_focus_to_the_one_in_its_place(surf: Surf, at: int) -> None:
    page = surf(f"{NANTES}&mots=Maison")
    chips = page.locator("#actifs a")
    chips.nth(at).evaluate("chip => chip.click()")
    expect(page).not_to_have_url(re.compile(["type=", "mots="][at]))
    expect(chips.nth(at)).to_be_focused()
    expect(chips.nth(at)).to_have_attribute("tabindex", "0")


# In the sheet -------------------------------------------------------------------------------------------------------


def test_a_place_that_is_chosen_in_the_sheet_is_counted_and_waits_for_the_button(surf: Surf) -> None:
    position = {"latitude": 47.18301, "longitude": -1.54904}
    page = surf(NANTES, width=360, geolocation=position, permissions=["geolocation"])
    before = page.url
    sheet = page.get_by_role("dialog", name="Votre recherche")
    page.locator(".pill").click()
    with page.expect_response(lambda answer: "/nombre?" in answer.url and "autour=47.183" in answer.url):
        page.locator("#autour-de-moi").click()
    expect(sheet).to_be_visible()
    place = page.locator("#ou")
    place.fill("Rezé")
    expect(page.get_by_role("option").first).to_contain_text("Rezé")
    place.press("ArrowDown")
    with page.expect_response(lambda answer: "/nombre?" in answer.url and "lieu=commune%3A44143" in answer.url):
        place.press("Enter")
    expect(sheet).to_be_visible()
    assert page.url == before
    page.locator("#montrer").click()
    expect(page.locator(HEADING)).to_contain_text("Rezé")
    expect(sheet).to_have_count(0)


def test_the_button_says_no_number_that_it_does_not_know(surf: Surf) -> None:
    page = surf(NANTES, width=360)
    page.locator(".pill").click()
    counted = page.locator("#montrer .counted")
    expect(counted).to_have_text(re.compile(r"Voir \d+\srésultats"))
    page.route("**/nombre?*", lambda route: route.fulfill(status=429, body="{}"))
    tick(page, "type", "eaje")
    expect(counted).to_have_text("Voir les résultats")


def test_what_is_said_is_heard_over_the_sheet_and_a_message_can_be_closed(surf: Surf) -> None:
    page = surf(NANTES, width=360)
    page.locator(".pill").click()
    sheet, toast = page.get_by_role("dialog", name="Votre recherche"), page.locator("#avis .toast")
    expect(sheet).to_be_visible()
    for id in ("annonce", "avis", "avis-dit"):
        assert page.locator(f"#{id}").evaluate("region => region.closest('[inert]') === null")
    page.context.set_offline(True)
    expect(toast).to_be_visible()
    toast.locator(".toast-close").click()
    expect(toast).to_have_count(0)
    page.context.set_offline(False)
    expect(toast).to_be_visible()
    toast.locator(".toast-close").focus()
    page.keyboard.press("Escape")
    expect(toast).to_have_count(0)
    expect(sheet).to_be_visible()
