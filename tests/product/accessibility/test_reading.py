"""The parents' way with the keyboard alone, without scripts, and as a screen reader is told of it."""

import re
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from tests.product.accessibility.conftest import CHECKS, NANTES, Site, drawn

pytestmark = pytest.mark.browser

PUBLIC = [
    "/",
    NANTES,
    f"{NANTES}&type=assistant_maternel&jour=lun&jour=mar&debut=08:00&fin=17:00",
    "/offre/anne",
    "/offre/horaires",
    "/favoris?offre=anne",
    "/comparer?offre=anne&offre=horaires",
    "/a-propos",
    "/confidentialite",
    "/accessibilite",
    "/mentions-legales",
    "/aide",
    "/widget",
    "/widget/cadre?commune=44109",
]

MAIL = "camille.clavier@example.org"
TEXT = "Bonjour, je cherche une place pour mars."

SHOWN = """() => {
  const e = document.activeElement, box = e.getBoundingClientRect()
  if (e === document.body) return "nothing has the focus"
  if (!barriers.ring(e)) return "no ring: " + e.outerHTML.slice(0, 200)
  const seen = box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth
  return seen ? "" : "out of sight: " + e.outerHTML.slice(0, 200)
}"""


@pytest.mark.parametrize("path", PUBLIC)
def test_a_screen_reader_is_told_the_frame_of_the_page(visit: Callable[..., Page], path: str) -> None:
    page = visit(path)
    framed = path.startswith("/widget/cadre")  # it stands in another site's page
    expect(page.get_by_role("main")).to_have_count(1)
    expect(page.get_by_role("banner")).to_have_count(0 if framed else 1)
    expect(page.get_by_role("contentinfo")).to_have_count(1)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    page.evaluate("document.querySelectorAll('details:not(#barre)').forEach(panel => { panel.open = true })")
    told = page.locator("body").aria_snapshot()
    levels = [int(level) for level in re.findall(r"- heading .*\[level=(\d)\]", told)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels)), levels
    controls = re.findall(r"- '?(?:button|link|textbox|combobox|checkbox|radio|spinbutton|searchbox)\b(.*)", told)
    assert controls
    assert [each for each in controls if not each.lstrip().startswith(('"', "/"))] == []
    regions = re.findall(r"- '?(?:region|navigation|search|form|complementary)\b(.*)", told)
    assert len(regions) == len(set(regions)), regions


def test_a_screen_reader_is_told_how_many_were_found(visit: Callable[..., Page]) -> None:
    page = visit(NANTES, width=1280)
    drawn(page)
    status = page.locator("#annonce")
    expect(status).to_have_role("status")
    expect(status).to_have_text("")
    page.locator('input[name="type"][value="mam"]').evaluate("box => box.click()")
    expect(status).to_contain_text("1 résultat")
    assert not status.evaluate("e => e.closest('[hidden], [aria-hidden=true]') !== null")


def until(page: Page, selector: str, key: str = "Tab") -> None:
    """Press the key until that has the focus; each stop on the way shows where it is."""
    page.evaluate(CHECKS)
    for _ in range(150):
        page.keyboard.press(key)
        assert page.evaluate(SHOWN) == ""
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


def test_the_first_stop_leads_to_the_content(visit: Callable[..., Page]) -> None:
    page = visit(NANTES)
    until(page, ".skip")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


@pytest.mark.parametrize("width", [360, 1280])
def test_a_parent_finds_and_writes_with_the_keyboard_alone(
    parents_site: Site, visit: Callable[..., Page], width: int
) -> None:
    page = visit("/", width=width)
    drawn(page)
    until(page, "#ou")
    page.keyboard.type("nante", delay=20)
    expect(page.get_by_role("option").first).to_contain_text("Nantes")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("autour de Nantes")
    drawn(page)
    if width == 360:  # a sheet, in which nothing is searched before its button
        until(page, ".pill")
        page.keyboard.press("Enter")
    else:
        until(page, ".panel:has([name=jour]) > summary")
        page.keyboard.press("Enter")
    until(page, "[name=jour][value=lun]")
    page.keyboard.press("Space")
    until(page, ".panel:has([name=type]) > summary")
    page.keyboard.press("Enter")
    until(page, "[name=type][value=assistant_maternel]")
    page.keyboard.press("Space")
    if width == 360:
        until(page, "#montrer")
        page.keyboard.press("Enter")
        expect(page.locator("#titre-resultats")).to_be_focused()
    else:
        expect(page).to_have_url(re.compile("type=assistant_maternel"))
        expect(page.locator("[name=type][value=assistant_maternel]")).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.locator(".panel:has([name=type]) > summary")).to_be_focused()
    expect(page).to_have_url(re.compile("jour=lun.*type=assistant_maternel"))
    hers = parents_site.world.values["/"]
    expect(page.locator(f"#offre-{hers}")).to_contain_text("libre")
    until(page, f"#offre-{hers} h3 a")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Nadia B.")
    until(page, "a[href$='/ecrire']")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/ecrire$"))
    until(page, "#nom")
    page.keyboard.type("Camille")
    until(page, "#mail")
    page.keyboard.type(f"{width}.{MAIL}")
    until(page, "#message")
    page.keyboard.type(TEXT)
    parents_site.clock.now += timedelta(seconds=10)
    until(page, "main form button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("boîte mail")
    page.goto(parents_site.mailed(f"{width}.{MAIL}", "/ecrire/confirmer/"))
    until(page, "main form button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_contain_text("Nadia B.")
    expect(page.locator("main form")).to_have_count(0)


def test_a_parent_finds_and_writes_without_scripts(parents_site: Site, visit: Callable[..., Page]) -> None:
    page = visit("/", java_script_enabled=False)
    page.locator("#ou").fill("nantes")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("autour de Nantes")
    hers = parents_site.world.values["/"]
    page.locator(".pill").click()
    page.locator(".panel:has([name=type]) > summary").click()
    page.locator("[name=type][value=assistant_maternel]").check()
    page.locator(".panel:has([name=jour]) > summary").click()
    page.locator("[name=jour][value=lun]").check()
    page.locator("#debut").fill("08:30")
    page.locator("#montrer").click()
    assert "type=assistant_maternel" in page.url
    assert "jour=lun" in page.url
    assert "debut=08:30" in page.url.replace("%3A", ":")
    expect(page.locator(f"#offre-{hers}")).to_contain_text("libre")
    expect(page.locator("#offre-horaires")).to_have_count(0)
    page.locator(".pill").click()
    page.locator(".panel:has([name=mots]) > summary").click()
    page.locator("#mots").fill("Nadia")
    page.locator("#montrer").click()
    expect(page.locator("#liste > .card")).to_have_count(1)
    page.locator(f"#offre-{hers} h3 a").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Nadia B.")
    page.locator("a[href$='/ecrire']").first.click()
    page.locator("#nom").fill("Camille")
    page.locator("#message").fill(TEXT)
    page.locator("main form button").click()
    expect(page.locator("#mail")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#message")).to_have_value(TEXT)
    page.locator("#mail").fill(f"sans.script.{MAIL}")
    parents_site.clock.now += timedelta(seconds=10)
    page.locator("main form button").click()
    page.goto(parents_site.mailed(f"sans.script.{MAIL}", "/ecrire/confirmer/"))
    page.locator("main form button").click()
    expect(page.locator("main form")).to_have_count(0)


@pytest.mark.parametrize("path", PUBLIC)
def test_a_page_says_the_same_without_scripts(visit: Callable[..., Page], path: str) -> None:
    page = visit(path, java_script_enabled=False)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert len(page.get_by_role("main").inner_text()) > 150
