"""The fiche's page: what a reader, a search engine and a calendar get."""

import json
import re
from collections.abc import Callable
from html import unescape

import pytest
from icalendar import Calendar
from playwright.sync_api import Page, expect

from tests.search_api.conftest import Client
from tests.web.site.conftest import SHOWN_PHONE

DESCRIBED = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


def test_a_real_structure_is_described_to_engines_and_an_am_never(site: Client) -> None:
    page = site.get("/offre/horaires")
    found = DESCRIBED.search(page.text)
    assert found
    assert json.loads(found[1])["name"] == "Crèche <b>du</b> Port"
    assert '<link rel="canonical"' in page.text
    assert "x-robots-tag" not in page.headers
    hers = site.get("/offre/gisele")
    assert hers.headers["x-robots-tag"] == "noindex"
    assert not DESCRIBED.search(hers.text)


def test_the_week_marks_today_and_says_how_to_ask(site: Client) -> None:
    page = unescape(site.get("/offre/horaires").text)
    assert page.count('aria-current="date"') == 1
    assert re.search(r'class="opening-now">.*?(Ouvert|Fermé) en ce moment', page, re.DOTALL)
    assert "Comment demander une place" in page


def test_what_is_free_is_told_in_a_sentence(site: Client) -> None:
    page = re.sub(r"\s+", " ", unescape(site.get("/offre/gisele").text))
    assert "Ce qui est libre, et à partir de quand" in page
    assert "du lundi au jeudi : 8 h – 17 h (2 places)" in page


def test_a_reminder_holds_no_contact(site: Client) -> None:
    answer = site.get("/offre/gisele/rappel.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    text = answer.text
    assert SHOWN_PHONE.replace(" ", "") not in text.replace(" ", "")
    assert "gisele@example.org" not in text
    (event,) = Calendar.from_ical(text).walk("VEVENT")
    assert str(event["summary"]) == "Contacter Gisèle T. (données fictives)"
    assert site.get("/offre/personne/rappel.ics").status_code == 404


@pytest.mark.browser
def test_its_address_is_shared_by_a_button(open_page: Callable[..., Page]) -> None:
    page = open_page("/offre/horaires", width=360)
    page.context.grant_permissions(["clipboard-write"])
    page.evaluate("delete Navigator.prototype.share")
    page.get_by_role("button", name="Partager").click()
    expect(page.get_by_text("L’adresse de la fiche est copiée.")).to_be_visible()
    # Pasted as a person does: no script of a page may read the clipboard (web/core/headers.py).
    page.evaluate("document.body.append(Object.assign(document.createElement('textarea'), {id: 'pasted'}))")
    page.locator("#pasted").press("Control+V")
    expect(page.locator("#pasted")).to_have_value(re.compile("/offre/horaires$"))
