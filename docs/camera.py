"""Pages of a running demo in Chromium: their pictures, and the mails that the demo's mailbox keeps."""

import io
import json
import re
import time
import urllib.parse
import urllib.request
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, FloatRect, Page, Playwright

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
SIZES = {"wide": (1280, 800), "phone": (360, 780)}
"""Of a picture's name, and of the window, in CSS pixels."""

TALLEST = 2000
"""CSS pixels of a page that a picture shows at most; below it a list only goes on."""

COLOURS = 64
"""Enough for pages of flat colours: a picture of a telephone's screen weighs some 20 kB."""

PATIENCE_S = 30


def launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)


def picture(page: Page, folder: Path, name: str) -> None:
    """The page as it stands, from its top, in both sizes: `name-wide.png` and `name-phone.png`."""
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_load_state("networkidle")
        page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
        tall = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
        clip: FloatRect = {"x": 0, "y": 0, "width": width, "height": max(tall, height)}
        save(page.screenshot(full_page=True, clip=clip, animations="disabled"), folder / f"{name}-{size}.png")


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
