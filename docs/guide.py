"""The screens of the guide at /aide/guide, taken on a telephone's size from a running demo.

`python -m docs.guide [SITE] [MAILBOX]`: registers somebody fictitious whom the demo's identity system knows, under a
new mail address each time; reads the code that was sent in the demo's mailbox (a page that lists mails); takes each
step's page as it stands, filled in. The pictures replace those in web/static/parents/guide/.
"""

import io
import re
import secrets
import sys
from collections.abc import Callable

from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Page, sync_playwright

from docs.camera import PATIENCE_S, code_in, launch, mail_to, save
from web.parents.help.guide import FOLDER, STEPS

SITE, MAILBOX = "http://localhost:8000", "http://127.0.0.1:8025/"
Fields = dict[str, str | list[str]]

PAGES: dict[str, tuple[str, Fields]] = {
    "identite": (
        "1",
        {
            "prenom": "Marie Claire",
            "nom": "Exemple",
            "naissance": "17/04/1979",
            "lieu_naissance": "Nantes",
            "nir": "279044410998064",
        },
    ),
    "agrement": (
        "2a",
        {
            "departement": "44",
            "debut": "01/09/2024",
            "fin": "31/08/2029",
            "capacite": "3",
            "age_de": "2",
            "age_a": "72",
        },
    ),
    "accueil": (
        "2b",
        {
            "nom_affiche": "Marie E.",
            "accueil": "domicile",
            "projet": "Un jardin, des livres, des sorties au parc.",
            "particularites": ["garden", "meals"],
            "tarif_horaire": "3,80",
            "entretien": "3,90",
        },
    ),
    "adresse": (
        "2c",
        {
            "adresse": "27 rue Introuvable",
            "code_postal": "44300",
            "commune": "Nantes",
            "montrer": "zone",
            "telephone": "06 39 98 12 34",
        },
    ),
}
"""Step → the registration's page and what is typed there. Fictitious, as local/reference/identities.csv has her."""


def main(site: str, mailbox: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page(viewport={"width": 360, "height": 640}, locale="fr-FR", device_scale_factor=2)
        page.set_default_timeout(PATIENCE_S * 1000)
        register(page, site, mailbox, take)
        page.goto(f"{site}/espace/disponibilites", wait_until="networkidle")
        take(page, "disponibilites")
        browser.close()
    missed = [step.picture for step in STEPS if not (FOLDER / f"{step.picture}.png").exists()]
    print(f"{len(STEPS) - len(missed)} screens in {FOLDER}" + (f"; missing: {', '.join(missed)}" if missed else ""))


def register(page: Page, site: str, mailbox: str, seen: Callable[[Page, str], None]) -> None:
    """Register somebody fictitious, to the end; `seen` gets each step's page, filled in, and the step's name."""
    page.goto(f"{site}/inscription", wait_until="networkidle")
    seen(page, "depart")
    mail = f"guide-{secrets.token_hex(4)}@example.org"
    page.fill("input[name=mail]", mail)
    page.click("form[action='/inscription'] button[type=submit]")
    page.wait_for_selector("input[name=code]")
    page.fill("input[name=code]", code_in(mail_to(mailbox, mail, "code")))
    seen(page, "code")
    page.click("form[action='/inscription/code'] button[type=submit]")
    page.wait_for_url("**/inscription/1")
    fill(page, seen)
    page.check("input[name=certifie]")
    forward(page)
    page.wait_for_url("**/inscription/4")


def fill(page: Page, seen: Callable[[Page, str], None]) -> None:
    """The steps of a registration that has begun, hers or at a relais's desk, up to its summary."""
    for name, (step, fields) in PAGES.items():
        for field, value in fields.items():
            enter(page, field, value)
        if step == "2a":
            # A number is one person's: another each time that the command runs.
            enter(page, "numero", f"44-{secrets.randbelow(10**8):08}")
            page.set_input_files("input[name=copie]", {"name": "copie.jpg", "mimeType": "image/jpeg", "buffer": copy()})
        seen(page, name)
        forward(page)
        page.wait_for_url(re.compile(rf"/inscription/(.*/)?(?!{step}\b)\w+$"))
    seen(page, "resume")


def forward(page: Page) -> None:
    page.click("form.registration button.button[name=vers][value=suite]")


def enter(page: Page, name: str, value: str | list[str]) -> None:
    """Type, choose or tick, as the field wants it."""
    fields = page.locator(f"[name='{name}']:not([type=hidden])")
    for each in [value] if isinstance(value, str) else value:
        first = fields.first
        kind = first.evaluate("field => field.tagName === 'SELECT' ? 'select' : field.type")
        if kind == "select":
            first.select_option(each)
        elif kind in ("radio", "checkbox"):
            tick(page.locator(f"[name='{name}'][value='{each}']"))
        else:
            first.fill(each)


def tick(field: Locator) -> None:
    # The square that is seen is drawn beside the field itself.
    field.check(force=True)


def take(page: Page, name: str) -> None:
    """The page from its main part on, without the focus's ring."""
    page.evaluate("document.activeElement.blur(); window.scrollTo(0, document.querySelector('h1').offsetTop - 12)")
    save(page.screenshot(animations="disabled"), FOLDER / f"{name}.png")


def copy() -> bytes:
    """A picture that stands for her agrément, and says that it is invented."""
    image = Image.new("RGB", (800, 1100), "white")
    ImageDraw.Draw(image).text((80, 80), "ATTESTATION FICTIVE", fill="black", font_size=48)
    written = io.BytesIO()
    image.save(written, "JPEG")
    return written.getvalue()


if __name__ == "__main__":
    given = sys.argv[1:]
    main(*given, *(SITE, MAILBOX)[len(given) :])
