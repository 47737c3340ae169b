"""Pages of a running demo in Chromium: their pictures, and the mails that the demo's mailbox keeps."""

import io
import json
import os
import re
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from weakref import WeakKeyDictionary

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, FloatRect, Page, Playwright, Request, ViewportSize

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
FRENCH = {"LANGUAGE": "fr", "LANG": "fr_FR.UTF-8"}
"""Of the browser, whose own words stand in fields of dates, hours and files: a page's `locale` does not reach them."""

FONTS = Path(__file__).with_name("camera-fonts.conf")
"""Roboto (Debian's fonts-roboto-unhinted), which every Android has, and as wide as what Windows and Apple have: where a
line breaks here it breaks for people too. A bare Debian has DejaVu alone, an eighth wider, and no telephone has it."""

NEEDED = {
    Path("/usr/share/fonts/truetype/roboto"): "fonts-roboto-unhinted",
    Path("/usr/lib/chromium/locales/fr.pak"): "chromium-l10n",
}
"""tests/web/site/install_chromium.sh installs them."""

SIZES = {"wide": (1280, 800), "phone": (360, 780)}
"""Of a picture's name, and of the window, in CSS pixels."""

TALLEST = 2000
"""CSS pixels of a page that a picture shows at most; below it a list only goes on."""

SEARCHES = "search"
"""How the names of pages begin whose first screen is the answer: they are shown as a window shows them, as there a
map and a bar that stay in view stand once, and not in the middle of a tall page."""

COLOURS = 256
"""All that such a PNG may have: with 64 the garland's three colours turned pink and grey."""

PATIENCE_S = 30

methods: WeakKeyDictionary[Page, str] = WeakKeyDictionary()
"""By which each window got the document that it shows."""


def launch(playwright: Playwright) -> Browser:
    """A French browser with fonts that people have. Raises SystemExit where it or they are not installed."""
    if missing := [package for path, package in NEEDED.items() if not path.exists()]:
        raise SystemExit(f"Il manque {', '.join(missing)}\u00a0: apt-get install {' '.join(missing)}")
    environment = {**os.environ, **FRENCH, "FONTCONFIG_FILE": str(FONTS)}
    arguments = [*ARGUMENTS, "--lang=fr-FR"]
    return playwright.chromium.launch(executable_path=CHROMIUM, args=arguments, env={**environment})


def window(context: BrowserContext) -> Page:
    """A new one, of which is known how it got what it shows."""
    page = context.new_page()
    page.set_default_timeout(PATIENCE_S * 1000)

    def note(request: Request) -> None:
        if request.is_navigation_request() and request.frame == page.main_frame:
            methods[page] = request.method

    page.on("request", note)
    return page


def picture(page: Page, folder: Path, name: str) -> None:
    """The page as it stands, from its top, in both sizes: `name-wide.png` and `name-phone.png`."""
    for size, (width, height) in SIZES.items():
        with loaded(page, width, height) as shown:
            shown.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
            tall = min(shown.evaluate("document.documentElement.scrollHeight"), TALLEST)
            clip: FloatRect = {"x": 0, "y": 0, "width": width, "height": max(tall, height)}
            if name.startswith(SEARCHES):
                png = shown.screenshot(animations="disabled")
            else:
                png = shown.screenshot(full_page=True, clip=clip, animations="disabled")
            save(png, folder / f"{name}-{size}.png")


@contextmanager
def loaded(page: Page, width: int, height: int) -> Iterator[Page]:
    """The same page, loaded by a window of this size: scripts look at the size once, and a map that is made narrower
    is not the map of a telephone. What answers a form, or holds what was typed, is only there where it is: of that the
    window changes its size."""
    size: ViewportSize = {"width": width, "height": height}
    if methods.get(page, "GET") != "GET" or page.evaluate(TYPED):
        page.set_viewport_size(size)
        page.wait_for_load_state("networkidle")
        yield page
        return
    fresh = window(page.context)
    try:
        fresh.set_viewport_size(size)
        fresh.goto(page.url, wait_until="networkidle")
        yield fresh
    finally:
        fresh.close()


TYPED = """() => [...document.querySelectorAll("main input, main textarea, main select")].some((field) =>
  field.type === "file" ? field.files.length > 0
  : field.type === "checkbox" || field.type === "radio" ? field.checked !== field.defaultChecked
  : field.tagName === "SELECT" ? [...field.options].some((option) => option.selected !== option.defaultSelected)
    && field.selectedIndex > 0
  : field.type !== "hidden" && field.value !== field.defaultValue)"""


def save(png: bytes, path: Path) -> None:
    """A picture in few colours."""
    with Image.open(io.BytesIO(png)) as image:
        image.convert("RGB").quantize(COLOURS).save(path, optimize=True)


def mail_to(mailbox: str, recipient: str, part: str, *, after: int = 0) -> str:
    """The newest mail's text to this address that has `part` in it, once more than `after` mails have come to it.

    Raises SystemExit when none has come in PATIENCE_S.
    """
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        bodies = mails_to(mailbox, recipient)
        found = next((body for body in bodies if part in body), None)
        if len(bodies) > after and found is not None:
            return found
        time.sleep(0.5)
    raise SystemExit(f"No mail to {recipient} with {part!r} in {mailbox}.")


def mails_to(mailbox: str, recipient: str) -> list[str]:
    """Their texts, newest first."""
    address = f"{mailbox}mails?{urllib.parse.urlencode({'to': recipient})}"
    with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 - the demo's own page
        return [mail["body"] for mail in json.load(answer)]


def link_in(body: str, part: str) -> str:
    """The path of the address in a mail that has this part."""
    found = next((path for path in re.findall(r"https?://[^/\s]+(/\S+)", body) if part in path), None)
    if found is None:
        raise SystemExit(f"No link with {part!r} in the mail:\n{body}")
    return str(found)


def code_in(body: str) -> str:
    """The six digits of a sign-in, which stand together or in two groups."""
    found = re.search(r"(?<![\d-])(\d{3})[\s\u202f\u00a0]?(\d{3})(?!\d)", body)
    if found is None:
        raise SystemExit("No code in the mail.")
    return found[1] + found[2]
