"""The camera of docs/: each picture is of a page that was loaded by a window of its size."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from docs import camera

pytestmark = pytest.mark.browser

NANTES = "/?ou=Nantes&lieu=commune:44109"


@pytest.fixture
def page(chromium: Browser, address: str) -> Page:
    return camera.window(chromium.new_context(locale="fr-FR", base_url=address))


def test_a_page_is_loaded_by_a_window_of_the_size(page: Page) -> None:
    page.goto(NANTES)
    for width, height in camera.SIZES.values():
        with camera.loaded(page, width, height) as shown:
            assert shown is not page
            assert shown.evaluate("[innerWidth, innerHeight]") == [width, height]
    assert len(page.context.pages) == 1


def test_what_was_typed_and_what_answers_a_form_are_not_loaded_again(page: Page) -> None:
    page.goto("/")
    page.fill("#ou", "Nantes")
    with camera.loaded(page, 360, 780) as shown:
        assert shown is page
        assert shown.input_value("#ou") == "Nantes"
    page.goto("/a-propos")
    camera.methods[page] = "POST"
    with camera.loaded(page, 360, 780) as shown:
        assert shown is page


def test_a_search_is_shown_as_its_window_shows_it_and_another_page_whole(page: Page, tmp_path: Path) -> None:
    sizes: dict[str, tuple[int, int]] = {}
    for name, path in (("search", NANTES), ("about", "/a-propos")):
        page.goto(path)
        camera.picture(page, tmp_path, name)
        with Image.open(tmp_path / f"{name}-phone.png") as image:
            sizes[name] = image.size
    assert sizes["search"] == camera.SIZES["phone"]
    assert sizes["about"][1] > sizes["search"][1]


def test_how_a_window_got_its_page_is_known(page: Page) -> None:
    page.goto("/a-propos")
    assert camera.methods[page] == "GET"


def test_without_the_font_or_the_french_it_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(camera, "NEEDED", {tmp_path / "none": "fonts-roboto-unhinted", tmp_path: "chromium-l10n"})
    launch: Callable[..., object] = camera.launch
    with pytest.raises(SystemExit, match="Il manque fonts-roboto-unhinted"):
        launch(None)
