"""The icons of the installed page, pictures of `web/static/core/icon.svg`: `python -m docs.icons`."""

import io

from PIL import Image
from playwright.sync_api import sync_playwright

from docs.camera import launch
from web.core.rendering import STATIC

FOLDER = STATIC / "core"

SIZES = {"icon-192.png": (192, 1.0), "icon-512.png": (512, 1.0), "icon-maskable.png": (512, 0.8)}
"""The side in pixels, and how much of it the drawing takes. A system cuts a maskable icon to a circle of four fifths:
its ground goes to the edges, and the drawing stays inside."""

GROUND = "#7a2850"
"""Of icon.svg itself."""

COLOURS = 32


def main() -> None:
    drawing = (FOLDER / "icon.svg").read_text("utf-8")
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for name, (side, share) in SIZES.items():
            page = browser.new_page(viewport={"width": side, "height": side})
            ground = GROUND if share < 1 else "transparent"
            wide, edge = side * share, side * (1 - share) / 2
            page.set_content(
                f"<style>html {{ background: {ground} }} body {{ margin: 0 }}"
                f" svg {{ display: block; width: {wide}px; margin: {edge}px }}</style>{drawing}"
            )
            save(page.screenshot(omit_background=True), name)
            page.close()
        browser.close()


def save(png: bytes, name: str) -> None:
    with Image.open(io.BytesIO(png)) as image:
        image.convert("RGBA").quantize(COLOURS, method=Image.Quantize.FASTOCTREE).save(FOLDER / name, optimize=True)


if __name__ == "__main__":
    main()
