"""The pictures in docs/screens/, taken from a running demo: `python -m docs.screens [ADDRESS]`.

Each page is taken wide (1440 px) and at 360 px, by the Chromium of the system.
"""

import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

FOLDER = Path(__file__).parent / "screens"
SIZES = {"wide": (1440, 900), "phone": (360, 780)}
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
SEARCH = (
    "/?ou=Nantes&lieu=commune:44109&type=eaje&type=assistant_maternel"
    "&jour=lun&jour=mar&jour=jeu&jour=ven&debut=08:00&fin=18:00"
)


def main(site: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for size in SIZES:
            take(browser, size, site, "home", "/")
            take(browser, size, site, "search", SEARCH)
        browser.close()


def take(browser: Browser, size: str, site: str, name: str, path: str) -> None:
    width, height = SIZES[size]
    page = browser.new_page(viewport={"width": width, "height": height}, locale="fr-FR")
    page.goto(site + path, wait_until="networkidle")
    page.screenshot(path=FOLDER / f"{name}-{size}.png")
    page.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8000")
