"""What was cleared comes back, the fiche’s own link leads to the list as it was, the sheet counts what it shows."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.web.parents.states.conftest import Held, is_swap, tick
from tests.web.parents.states.test_back import at_the_middle, stands, top, with_sixty

pytestmark = pytest.mark.browser

Surf = Callable[..., Page]
PLACE = "/?ou=Nantes&lieu=commune:44109"
NEED = f"{PLACE}&type=mam&type=eaje&jour=lun&jour=mar&debut=08:00&fin=17:00&libres=oui&option=meals"


def clear(page: Page) -> None:
    page.locator("#actifs .reset").evaluate("link => link.click()")
    expect(page).not_to_have_url(re.compile("jour=|type=|option="))


@pytest.mark.parametrize("way", ["back", "toast", "toast after another filter"])
def test_what_was_cleared_comes_back(surf: Surf, way: str) -> None:
    page = surf(NEED, width=360)
    entries = page.evaluate("history.length")
    before = page.url
    clear(page)
    assert page.evaluate("history.length") == entries + 1
    toast = page.locator("#avis .toast")
    expect(toast.locator("p")).to_have_text("Filtres effacés.")
    expect(page.locator("#annonce")).to_contain_text(re.compile(r"Filtres effacés\. \d+ résultat"))
    if way == "toast after another filter":
        page.locator("#tri").select_option("nom")
        page.evaluate("document.getElementById('recherche').requestSubmit()")
        expect(page).to_have_url(re.compile("tri=nom"))
    if way == "back":
        page.go_back()
    else:
        toast.get_by_role("button", name="Annuler").click()
    expect(page).to_have_url(before)
    expect(page.locator("#actifs")).to_contain_text("lun, mar")
    expect(page.locator("[name=jour]:checked")).to_have_count(2)
    expect(page.locator("#debut")).to_have_value("08:00")
    expect(page.locator("#fin")).to_have_value("17:00")


def test_the_fiche_s_own_link_leads_to_the_list_as_it_was_left(surf: Surf) -> None:
    """Also after an anchor of the fiche, which is an entry of the history."""
    page = surf()
    with_sixty(page)
    card = at_the_middle(page, 47)
    before, id = top(card), card.get_attribute("id")
    for anchor in ("", "#contenu"):
        page.locator(f"#{id}").get_by_role("link").first.click()
        page.wait_for_url("**/offre/**")
        if anchor:
            page.evaluate("anchor => { location.hash = anchor }", anchor)
            page.reload()
        entries = page.evaluate("history.length")
        page.get_by_role("link", name="Retour aux résultats").click()
        expect(page.locator("#liste > .card")).to_have_count(60)
        stands(page.locator(f"#{id}"), before)
        assert page.evaluate("history.length") == entries, "no further entry"


def test_in_a_tab_of_its_own_the_fiche_s_link_is_a_link(surf: Surf) -> None:
    page = surf()
    with page.context.expect_page() as opened:
        page.locator("#liste > .card h3 a").first.click(modifiers=["Control"])
    fiche = opened.value
    fiche.get_by_role("link", name="Retour aux résultats").click()
    expect(fiche.locator("#liste > .card").first).to_be_visible()


def test_a_tick_of_the_sheet_is_counted_again_when_a_list_comes_in_between(surf: Surf) -> None:
    page = surf(f"{PLACE}&rayon=20&type=mam&type=rpe", width=360)
    held = Held()
    held.hold(page)
    page.locator("#actifs a").filter(has_text="Relais").first.evaluate("chip => chip.click()")
    page.wait_for_function("document.getElementById('resultats').ariaBusy === 'true'")
    page.locator(".pill").click()
    counts: list[str] = []

    def count(route: Route) -> None:
        counts.append(route.request.url)
        if len(counts) > 1:
            route.continue_()

    page.route("**/nombre?*", count)
    tick(page, "type", "eaje")
    page.wait_for_timeout(700)  # longer than a count waits for a further tick
    assert len(counts) == 1
    with page.expect_response("**/nombre?*"):
        held.release()
    assert "type=eaje" in counts[1]
    assert "type=rpe" not in counts[1]
    expect(page).not_to_have_url(re.compile("type=rpe"))
    assert is_swap(page.url)
    counted = page.locator("#montrer .counted").inner_text()
    page.locator("#montrer").click()
    expect(page.locator("#titre-resultats")).to_contain_text(counted.removeprefix("Voir "))
