"""Without a connection the site says so, and keeps nothing but a page and the favourites."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.web.parents.states.conftest import LIST
from web.core import offline
from web.core.rendering import static_version

pytestmark = pytest.mark.browser

Surf = Callable[..., Page]
KEPT = """async () => {
  const found = {};
  for (const name of await caches.keys()) {
    found[name] = (await (await caches.open(name)).keys()).map(({url}) => new URL(url).pathname + new URL(url).search).sort();
  }
  return found;
}"""  # noqa: E501
SHELL, FAVOURITES = f"ribambelle-{static_version()}", "ribambelle.favoris"


def ready(page: Page) -> None:
    """Until the worker answers for this page."""
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")


def shell() -> list[str]:
    return sorted([*offline.files(f"/static/{static_version()}"), offline.PAGE])


def test_the_page_can_be_installed(surf: Surf) -> None:
    page = surf("/")
    ready(page)
    protocol = page.context.new_cdp_session(page)
    assert protocol.send("Page.getAppManifest")["errors"] == []
    errors = protocol.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # The test's own window is a private one.
    assert [each["errorId"] for each in errors if each["errorId"] != "in-incognito"] == []


def test_without_a_connection_a_page_says_so_and_leads_on(surf: Surf, address: str) -> None:
    page = surf("/")
    ready(page)
    page.context.set_offline(True)
    answer = page.goto(address + LIST)
    assert answer
    assert answer.status == 503
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    expect(page.get_by_role("heading", level=1)).to_have_text("Vous êtes hors connexion")
    expect(page.get_by_text("ouvrez-les d’abord une fois")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("link", name="Voir mes favoris")).to_be_hidden()
    assert page.url == address + LIST
    page.context.set_offline(False)
    page.get_by_role("link", name="Réessayer").click()
    expect(page.locator("#liste > .card").first).to_be_visible()


def test_a_site_that_does_not_answer_blames_no_telephone(surf: Surf, address: str) -> None:
    page = surf("/")
    ready(page)
    page.add_init_script("Object.defineProperty(Navigator.prototype, 'onLine', { get: () => true })")
    page.context.set_offline(True)
    page.goto(address + LIST)
    expect(page.get_by_role("heading", level=1)).to_have_text("Le site ne répond pas")
    expect(page.get_by_role("main")).not_to_contain_text("Vérifiez votre connexion")


def test_the_favourites_are_read_without_a_connection_as_they_were_opened_last(surf: Surf, address: str) -> None:
    page = surf("/offre/anne")
    ready(page)
    page.locator('[data-keep="anne"]').first.click()
    page.locator(".to-kept").click()
    expect(page.locator("#offre-anne")).to_be_visible()
    expect(page.locator(".offline-copy")).to_be_hidden()
    page.wait_for_function("async () => (await caches.keys()).includes('ribambelle.favoris')")
    page.context.set_offline(True)
    page.goto(address + LIST)
    page.get_by_role("main").get_by_role("link", name="Voir mes favoris").click()
    expect(page.locator("#offre-anne")).to_be_visible()
    expect(page.locator(".offline-copy")).to_contain_text("Vous êtes hors connexion\u00a0: cette liste est celle du")
    page.context.set_offline(False)
    page.reload()
    expect(page.locator("#offre-anne")).to_be_visible()
    expect(page.locator(".offline-copy")).to_be_hidden()
    page.locator('[data-keep="anne"]').first.click()
    page.wait_for_function("async () => !(await caches.keys()).includes('ribambelle.favoris')")


def test_a_list_of_somebody_else_is_not_kept(surf: Surf, address: str) -> None:
    page = surf("/offre/anne")
    ready(page)
    page.locator('[data-keep="anne"]').first.click()
    page.goto(f"{address}/favoris?offre=anne&offre=lutins")
    expect(page.locator("#offre-lutins")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert FAVOURITES not in page.evaluate(KEPT)


def test_what_is_taken_off_is_in_no_copy(surf: Surf, address: str) -> None:
    page = surf("/")
    ready(page)
    page.evaluate("localStorage.setItem('ribambelle.favoris', JSON.stringify(['anne', 'lutins']))")
    page.goto(f"{address}/favoris?offre=anne&offre=lutins")
    page.wait_for_function("async () => (await caches.keys()).includes('ribambelle.favoris')")
    page.locator('[data-keep="lutins"]').first.click()
    copied = """async (id) => {
      const kept = await (await caches.open("ribambelle.favoris")).match("/favoris");
      return kept !== undefined && !(await kept.text()).includes(id);
    }"""
    page.wait_for_function(copied, arg="offre-lutins")
    page.goto(f"{address}/offre/anne")
    page.locator('[data-keep="anne"]').first.click()
    page.wait_for_function("async () => !(await caches.keys()).includes('ribambelle.favoris')")


def test_ones_own_list_is_not_shown_as_that_of_a_link(surf: Surf, address: str) -> None:
    page = surf("/offre/anne")
    ready(page)
    page.locator('[data-keep="anne"]').first.click()
    page.locator(".to-kept").click()
    page.wait_for_function("async () => (await caches.keys()).includes('ribambelle.favoris')")
    page.context.set_offline(True)
    page.goto(f"{address}/favoris?offre=lutins")
    expect(page.get_by_role("heading", level=1)).to_have_text("Vous êtes hors connexion")
    for own in ("/favoris", "/favoris?offre=anne"):
        page.goto(address + own)
        expect(page.locator("#offre-anne")).to_be_visible()


def test_nothing_else_is_ever_kept(surf: Surf, address: str) -> None:
    page = surf("/")
    ready(page)
    for path in (LIST, "/offre/anne", "/docs", "/a-propos", "/comparer?offre=anne&offre=lutins", "/nulle-part"):
        page.goto(address + path)
        page.wait_for_load_state("networkidle")
    page.goto(address + LIST)
    page.locator("#suite").click()
    expect(page.locator("#liste > .card")).to_have_count(40)
    assert page.evaluate(KEPT) == {SHELL: shell()}


def test_the_files_of_an_older_version_are_deleted_and_its_favourites_shown_with_those_of_today(
    surf: Surf, address: str
) -> None:
    page = surf("/")
    ready(page)
    page.evaluate(
        """async () => {
          await (await caches.open("ribambelle-000000000000")).put("/static/000000000000/core/style.css", new Response(""));
          const html = "<!doctype html><html lang='fr'><link rel='stylesheet' href='/static/000000000000/core/style.css'><p>Ancien";
          const headers = {"Content-Type": "text/html"};
          await (await caches.open("ribambelle.favoris")).put("/favoris", new Response(html, {headers}));
          const known = await navigator.serviceWorker.ready;
          await known.unregister();
        }"""  # noqa: E501
    )
    page.goto(address + "/a-propos")
    ready(page)
    assert sorted(page.evaluate("caches.keys()")) == sorted([SHELL, FAVOURITES])
    page.context.set_offline(True)
    page.goto(address + "/favoris")
    expect(page.get_by_text("Ancien")).to_be_visible()
    expect(page.locator("link")).to_have_attribute("href", f"/static/{static_version()}/core/style.css")


def test_the_site_works_the_same_without_a_worker(surf: Surf) -> None:
    page = surf(LIST, service_workers="block")
    page.locator("#suite").click()
    expect(page.locator("#liste > .card")).to_have_count(40)
    page.locator("#liste > .card").first.get_by_role("link").first.click()
    expect(page).to_have_url(re.compile("/offre/"))


def test_a_connection_that_goes_and_comes_back_is_told(surf: Surf) -> None:
    page = surf("/a-propos")
    page.context.set_offline(True)
    expect(page.locator("#avis .toast")).to_contain_text("Vous êtes hors connexion. Cette page reste lisible.")
    page.context.set_offline(False)
    expect(page.locator("#avis .toast")).to_contain_text("La connexion est revenue.")
