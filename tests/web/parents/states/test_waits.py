"""A search that takes its time, or fails, is seen and heard, and leaves the list and the form as they were."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.web.parents.states.conftest import FOUND, LIST, Held, is_asked, is_swap, tick

pytestmark = pytest.mark.browser

Surf = Callable[..., Page]
KIND = 'input[name="type"][value="eaje"]'

NEVER_LOCATED = """Object.defineProperty(Geolocation.prototype, "getCurrentPosition", {
  value(found) { window.locate = found; },
});"""
"""The browser looks for the position until the test has found it."""


def answer(page: Page, **given: Any) -> None:
    """Each list that a script asks for is answered so."""

    def serve(route: Route) -> None:
        if is_asked(route.request):
            route.fulfill(**given)
        else:
            route.continue_()

    page.route(is_swap, serve)


def test_a_wait_is_seen_and_moves_nothing(surf: Surf) -> None:
    page, held = surf(), Held()
    page.evaluate("window.scrollTo(0, 300)")
    heights = page.evaluate("[...document.querySelectorAll('#liste > .card')].map(card => card.offsetHeight)")
    held.hold(page)
    tick(page, "type", "eaje")
    expect(page.locator(".progress")).to_be_visible()
    results = page.locator("#resultats")
    expect(results).to_have_attribute("aria-busy", "true")
    expect(results).to_have_attribute("data-waiting", "")
    expect(page.locator("#annonce")).to_have_text("Chargement…")
    assert page.evaluate("window.scrollY") == 300
    assert page.evaluate("[...document.querySelectorAll('#liste > .card')].map(card => card.offsetHeight)") == heights
    held.release()
    expect(page).to_have_url(re.compile("type=eaje"))
    expect(page.locator(".progress")).to_be_hidden()
    expect(page.locator("[data-waiting]")).to_have_count(0)
    expect(page.locator("#annonce")).to_contain_text("résultats")


def test_a_quick_answer_shows_neither_bar_nor_empty_cards(surf: Surf) -> None:
    page = surf()
    page.evaluate(
        """() => {
          window.seen = [];
          const answer = new Response(document.documentElement.outerHTML);
          const asked = window.fetch;
          window.fetch = (address, options) => String(address).startsWith("/?") ? Promise.resolve(answer) : asked(address, options);
          new MutationObserver(() => window.seen.push(document.querySelectorAll(".progress:not([hidden]), [data-waiting]").length))
            .observe(document.body, {attributes: true, childList: true, subtree: true});
        }"""  # noqa: E501
    )
    tick(page, "type", "eaje")
    expect(page).to_have_url(re.compile("type=eaje"))
    assert page.evaluate("window.seen.length") > 0
    assert not page.evaluate("window.seen.some(Boolean)")


def test_without_a_connection_a_filter_goes_back_to_what_it_was_and_can_be_tried_again(surf: Surf) -> None:
    page = surf()
    page.context.set_offline(True)
    tick(page, "type", "eaje")
    toast = page.locator("#avis .toast")
    expect(toast).to_contain_text("Vous êtes hors connexion. Ce filtre n’a pas été appliqué.")
    expect(page.locator("#annonce")).to_contain_text("Ce filtre n’a pas été appliqué.")
    expect(page.locator(KIND)).not_to_be_checked()
    expect(page.locator("#liste > .card")).to_have_count(20)
    assert "type=eaje" not in page.url
    page.context.set_offline(False)
    toast.get_by_role("button", name="Réessayer").click()
    expect(page).to_have_url(re.compile("type=eaje"))
    expect(page.locator(KIND)).to_be_checked()
    expect(page.locator("#avis .toast")).to_have_count(0)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"status": 503, "body": "absent"}, "Le site ne répond pas pour le moment."),
        ({"status": 429, "headers": {"Retry-After": "12"}, "body": "trop"}, "attendez 12\u00a0s."),
    ],
)
def test_a_site_that_does_not_answer_is_told_apart(surf: Surf, given: dict[str, Any], told: str) -> None:
    page = surf()
    answer(page, **given)
    tick(page, "type", "eaje")
    expect(page.locator("#avis .toast")).to_contain_text(told)
    expect(page.locator(KIND)).not_to_be_checked()
    expect(page.locator("#liste > .card")).to_have_count(20)


def test_what_was_typed_and_sent_stays_typed(surf: Surf) -> None:
    page = surf()
    page.context.set_offline(True)
    page.evaluate("document.getElementById('recherche').elements.ou.value = 'Rezé'")
    page.evaluate("document.getElementById('recherche').requestSubmit()")
    expect(page.locator("#avis .toast")).to_contain_text("Les résultats affichés sont ceux de la recherche précédente.")
    expect(page.locator("#ou")).to_have_value("Rezé")
    expect(page.locator("#titre-resultats")).to_contain_text("Nantes")


def test_a_later_search_that_comes_takes_the_message_away(surf: Surf) -> None:
    page = surf()
    page.context.set_offline(True)
    tick(page, "type", "eaje")
    expect(page.locator("#avis .toast")).to_contain_text("Ce filtre n’a pas été appliqué.")
    page.context.set_offline(False)
    # The way to try again stays.
    expect(page.locator("#avis .toast")).to_contain_text("Ce filtre n’a pas été appliqué.")
    tick(page, "type", "rpe")
    expect(page).to_have_url(re.compile("type=rpe"))
    expect(page.locator("#avis .toast")).to_have_count(0)


def test_a_tick_during_a_search_is_not_lost(surf: Surf) -> None:
    page, held = surf(), Held()
    held.hold(page)
    tick(page, "type", "eaje")
    expect(page.locator("#resultats")).to_have_attribute("aria-busy", "true")
    tick(page, "type", "rpe")
    held.release()
    expect(page.locator('input[name="type"][value="rpe"]')).to_be_checked()
    expect(page).to_have_url(re.compile("type=eaje&.*type=rpe|type=rpe&.*type=eaje"))


def test_more_results_say_how_far_one_is_and_how_they_are_coming(surf: Surf) -> None:
    page, held = surf(), Held()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if is_asked(request) else None)
    more, far = page.locator("#suite"), page.locator(".so-far")
    expect(far).to_have_text(f"20 sur {FOUND}")
    held.hold(page)
    more.click()
    expect(more).to_contain_text("Chargement…")
    expect(more).to_have_attribute("aria-disabled", "true")
    more.evaluate("link => link.click()")
    held.release()
    expect(far).to_have_text(f"40 sur {FOUND}")
    expect(page.locator("#annonce")).to_have_text(f"40 résultats affichés sur {FOUND}.")
    expect(page.locator("#liste > .card").nth(20).get_by_role("link").first).to_be_focused()
    assert len(asked) == 1, "pressed twice"
    for count in (60, FOUND):
        more.click()
        expect(page.locator("#liste > .card")).to_have_count(count)
    expect(more).to_have_count(0)
    expect(far).to_have_text(f"{FOUND} sur {FOUND}")


def test_more_results_that_do_not_come_can_be_asked_for_again(surf: Surf) -> None:
    page = surf()
    page.context.set_offline(True)
    page.locator("#suite").click()
    toast = page.locator("#avis .toast")
    expect(toast).to_contain_text("Vous êtes hors connexion. La suite de la liste n’a pas été chargée.")
    expect(page.locator("#suite")).to_have_text("Voir plus de résultats")
    page.context.set_offline(False)
    toast.get_by_role("button", name="Réessayer").click()
    expect(page.locator("#liste > .card")).to_have_count(40)


def test_without_scripts_only_the_first_page_says_how_far_one_is(surf: Surf) -> None:
    page = surf(java_script_enabled=False)
    expect(page.locator(".so-far")).to_have_text(f"20 sur {FOUND}")
    page.locator("#suite").click()
    expect(page.locator("#liste > .card")).to_have_count(20)
    expect(page.locator(".so-far")).to_have_count(0)


def test_looking_for_ones_position_is_seen_and_can_be_stopped(surf: Surf) -> None:
    page = surf("/", script=NEVER_LOCATED)
    button = page.locator("#autour-de-moi")
    button.click()
    expect(button).to_contain_text("Annuler")
    expect(button.locator(".spinner")).to_be_visible()
    expect(page.locator("#annonce")).to_have_text("Recherche de votre position…")
    button.click()
    expect(button).to_have_text("Autour de moi")
    expect(page.locator("#annonce")).to_have_text("La recherche de votre position est annulée.")
    page.evaluate("window.locate({coords: {latitude: 47.2, longitude: -1.55}})")
    expect(page.locator("#ou")).to_have_value("")
    button.click()
    page.keyboard.press("Escape")
    expect(button).to_have_text("Autour de moi")
    button.click()
    page.evaluate("window.locate({coords: {latitude: 47.21861, longitude: -1.55412}})")
    expect(page).to_have_url(re.compile("autour=47.219,-1.554"))


def test_suggestions_that_take_their_time_say_so(surf: Surf) -> None:
    page = surf("/")
    held: list[Route] = []
    page.route("**/api/v1/suggest?*", lambda route: held.append(route))
    page.locator("#ou").fill("nante")
    line = page.locator(".no-suggestion").first
    expect(line).to_have_text("Recherche de suggestions…")
    held.pop().continue_()
    expect(page.get_by_role("option").first).to_contain_text("Nantes")
    expect(line).to_be_hidden()


def test_a_zone_of_the_map_is_one_entry_of_the_history_and_holds_while_one_filters(surf: Surf) -> None:
    page = surf()
    entries = page.evaluate("history.length")
    page.evaluate(
        "document.dispatchEvent(new CustomEvent('zone',"
        " {detail: {west: -1.56, south: 47.2123456, east: -1.5, north: 47.25}}))"
    )
    expect(page).to_have_url(re.compile(r"bbox=-1\.5600,47\.2123,-1\.5000,47\.2500"))
    assert page.evaluate("history.length") == entries + 1
    tick(page, "type", "eaje")
    expect(page).to_have_url(re.compile("type=eaje"))
    assert "bbox=" in page.url
    assert page.evaluate("history.length") == entries + 1
    assert LIST.split("&")[0] in page.url
