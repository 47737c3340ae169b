"""The screens of the guide at /aide/guide, taken on a telephone's size from a running demo.

`python -m docs.guide [SITE] [MAILBOX]`: registers somebody fictitious whom the demo's identity system knows, under a
new mail address each time; reads the code that was sent in the demo's mailbox (a page that lists mails); takes each
step's page as it stands, filled in. The pictures replace those in web/static/guide/.
"""

import io
import re
import secrets
import sys
import time
import urllib.request
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Page, sync_playwright

from docs.screens import ARGUMENTS, CHROMIUM
from web.help.guide import FOLDER, STEPS

SITE, MAILBOX = "http://localhost:8000", "http://127.0.0.1:8025/"
PATIENCE_S = 30
COLOURS = 64
"""Enough for pages of flat colours: a picture weighs some 20 kB."""

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
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 360, "height": 640}, locale="fr-FR", device_scale_factor=2)
        page.set_default_timeout(PATIENCE_S * 1000)
        page.goto(f"{site}/inscription", wait_until="networkidle")
        take(page, "depart")
        mail = f"guide-{secrets.token_hex(4)}@example.org"
        page.fill("input[name=mail]", mail)
        page.click("form[action='/inscription'] button[type=submit]")
        page.wait_for_selector("input[name=code]")
        page.fill("input[name=code]", code_for(mailbox, mail))
        take(page, "code")
        page.click("form[action='/inscription/code'] button[type=submit]")
        page.wait_for_url("**/inscription/1")
        for name, (step, fields) in PAGES.items():
            for field, value in fields.items():
                enter(page, field, value)
            if step == "2a":
                # A number is one person's: another each time that the command runs.
                enter(page, "numero", f"44-{secrets.randbelow(10**8):08}")
                page.set_input_files(
                    "input[name=copie]", {"name": "copie.jpg", "mimeType": "image/jpeg", "buffer": copy()}
                )
            take(page, name)
            page.click("form.registration button.button[name=vers][value=suite]")
            page.wait_for_url(re.compile(rf"/inscription/(?!{step}\b)"))
        take(page, "resume")
        page.check("input[name=certifie]")
        page.click("form.registration button.button[name=vers][value=suite]")
        page.wait_for_url("**/inscription/4")
        page.goto(f"{site}/espace/disponibilites", wait_until="networkidle")
        take(page, "disponibilites")
        browser.close()
    missed = [step.picture for step in STEPS if not (FOLDER / f"{step.picture}.png").exists()]
    print(f"{len(STEPS) - len(missed)} screens in {FOLDER}" + (f"; missing: {', '.join(missed)}" if missed else ""))


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
    path = FOLDER / f"{name}.png"
    page.screenshot(path=path, animations="disabled")
    shrink(path)


def shrink(path: Path) -> None:
    with Image.open(path) as image:
        image.convert("RGB").quantize(COLOURS).save(path, optimize=True)


def copy() -> bytes:
    """A picture that stands for her agrément, and says that it is invented."""
    image = Image.new("RGB", (800, 1100), "white")
    ImageDraw.Draw(image).text((80, 80), "ATTESTATION FICTIVE", fill="black", font_size=48)
    written = io.BytesIO()
    image.save(written, "JPEG")
    return written.getvalue()


def code_for(mailbox: str, mail: str) -> str:
    """The six digits that the newest mail to this address holds."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        with urllib.request.urlopen(mailbox, timeout=5) as answer:  # noqa: S310 - the demo's own page
            text = answer.read().decode()
        at = text.find(mail)
        if at >= 0 and (found := re.search(r"(?<![\d-])(\d{6})(?!\d)", text[at:])):
            return found[1]
        time.sleep(0.5)
    raise SystemExit(f"No code for {mail} in {mailbox}.")


if __name__ == "__main__":
    given = sys.argv[1:]
    main(*given, *(SITE, MAILBOX)[len(given) :])
