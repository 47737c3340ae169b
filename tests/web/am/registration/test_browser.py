"""The registration on a small phone in a real browser: fields checked as they are left, the live preview, the pin."""

import io

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.conftest import ROOT
from tests.registry.agrements.documents import files
from tests.rooms import Rooms
from tests.web.am.availability.test_browser import address, phone  # noqa: F401 (a fixture)
from tests.web.am.registration.conftest import PAGES, Applicant
from tests.web.site.conftest import chromium  # noqa: F401 (a fixture)

pytestmark = pytest.mark.browser

AXE = ROOT / "tests" / "web" / "site" / "vendor" / "axe.min.js"
RULES = "['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']"


def holds(page: Page) -> None:
    """No barrier that axe knows, and nothing wider than the screen."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate(f"axe.run({{runOnly: {RULES}}}).then(({{violations}}) => violations)")
    assert [(each["id"], [node["html"][:120] for node in each["nodes"]]) for each in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_on_a_small_phone(rooms: Rooms, chromium: Browser, address: str) -> None:  # noqa: F811
    account = rooms.account("am", "marie@example.org")
    with phone(chromium, rooms, address, account) as page:
        # The map's background is the search's; there is no index here.
        empty = '{"type": "FeatureCollection", "features": []}'
        page.route("**/fond-de-carte*", lambda route: route.fulfill(body=empty, content_type="application/json"))
        page.goto(f"{address}/inscription/1")
        page.get_by_label("Numéro de sécurité sociale").fill("2 79 04 44 109 980 65")
        page.get_by_label("Commune ou pays").fill("Saint-Denis")
        expect(page.locator("#erreur-nir")).to_contain_text("La clé ne correspond pas")
        page.get_by_label("Commune ou pays").blur()
        expect(page.locator("#erreur-lieu_naissance")).to_contain_text("Saint-Denis (93)")
        page.get_by_label("Commune ou pays").fill("Saint-Denis (93)")
        expect(page.locator("#erreur-lieu_naissance")).to_be_hidden()
        holds(page)

        filled = Applicant(rooms, rooms.visit(account))
        filled.browser.get("/inscription/1")
        filled.fill_all()
        for path in ("", "/2a", "/2b", "/3"):
            page.goto(f"{address}/inscription{path}")
            holds(page)

        # A photo of 14 MB is refused as it is chosen, and what was typed stays; a good one is sent once.
        page.goto(f"{address}/inscription/2a")
        page.locator("#copie").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": bytes(14 << 20)})
        expect(page.locator("#erreur-copie")).to_contain_text("Ce fichier pèse plus de 10")
        page.get_by_role("button", name="Enregistrer et continuer").click()
        expect(page.locator("#copie")).to_be_focused()
        page.locator("#copie").set_input_files({"name": "a.pdf", "mimeType": "application/pdf", "buffer": files.pdf()})
        expect(page.locator("#erreur-copie")).to_be_hidden()
        expect(page.locator("#choisis-copie")).to_contain_text("a.pdf")
        page.get_by_role("button", name="Enregistrer et continuer").dblclick()
        page.wait_for_url("**/inscription/2b")

        page.goto(f"{address}/inscription/2c")
        seen = page.locator("#apercu .seen")
        expect(seen).to_contain_text("06 39 98 12 34")
        page.get_by_label("Montrer mon téléphone aux parents").uncheck()
        expect(seen).not_to_contain_text("06 39 98 12 34")
        expect(page.locator("#apercu .unseen")).to_contain_text("Téléphone")
        # The pin is set with a key or a finger, kept with the page, and only then can an address be shown.
        page.get_by_role("radio", name="L’adresse complète").check()
        page.get_by_role("button", name="Mettre le repère au milieu de la carte").press("Enter")
        expect(seen).to_contain_text(PAGES["2c"]["adresse"])
        holds(page)
        page.get_by_role("button", name="Enregistrer et continuer").click()
        page.wait_for_url("**/inscription/3")
    assert filled.row("select answers->>'place_par', answers->>'repere' from registration") == ("repere", "oui")


def test_photographs_of_a_telephone_become_one_copy(rooms: Rooms, chromium: Browser, address: str) -> None:  # noqa: F811
    """Chosen one after the other, each larger than the form may be, as a telephone takes them; and one that is nobody's
    is taken out again."""
    account = rooms.account("am", "marie@example.org")
    filled = Applicant(rooms, rooms.visit(account))
    filled.browser.get("/inscription/1")
    filled.fill("1")
    photo = heavy_photograph()
    assert len(photo) > 10 << 20
    with phone(chromium, rooms, address, account) as page:
        page.goto(f"{address}/inscription/2a")
        for number in (1, 2, 3):
            page.locator("#copie").set_input_files(
                {"name": f"IMG_{number}.jpg", "mimeType": "image/jpeg", "buffer": photo}
            )
            expect(page.locator("#choisis-copie")).to_contain_text(f"IMG_{number}.jpg", timeout=20_000)
        expect(page.locator("#erreur-copie")).to_be_hidden()
        holds(page)
        page.get_by_role("button", name="Retirer IMG_2.jpg").tap()
        expect(page.locator("#choisis-copie li")).to_have_count(2)
        page.get_by_role("button", name="Envoyer et ajouter une autre page").tap()
        page.wait_for_url("**/inscription/2a#copies")
        expect(page.get_by_text("Copie reçue")).to_contain_text("2 pages")
    assert filled.row("select pages, media_type from document") == (2, "image/jpeg")


def test_days_are_typed_with_digits_alone(rooms: Rooms, chromium: Browser, address: str) -> None:  # noqa: F811
    with phone(chromium, rooms, address, rooms.account("am", "marie@example.org")) as page:
        page.goto(f"{address}/inscription/1")
        born = page.get_by_label("Date de naissance")
        born.press_sequentially("17041979")
        expect(born).to_have_value("17/04/1979")
        born.blur()
        expect(page.locator("#compris-naissance")).to_contain_text("17 avril 1979")
        for typed in ("1/9/1979", "01/09/1979", "1979-09-01"):
            born.fill(typed)
            born.blur()
            expect(born).to_have_value(typed)
            expect(page.locator("#compris-naissance")).to_contain_text("1er septembre 1979")
        born.fill("")
        born.press_sequentially("17/04")
        born.press("Backspace")
        expect(born).to_have_value("17/0")


def heavy_photograph() -> bytes:
    """Of twelve million pixels and more than 10 MiB: what a lens sees in the dark compresses badly."""
    noise = Image.effect_noise((4000, 3000), 90)
    file = io.BytesIO()
    Image.merge("RGB", (noise, noise.rotate(180), noise.transpose(Image.Transpose.FLIP_TOP_BOTTOM))).save(
        file, "JPEG", quality=96, subsampling=0
    )
    return file.getvalue()
