"""Who is free for the desk's tests, and what they read of its pages."""

import re
from html import unescape
from typing import Any

from tests.rooms import Browser

MONDAY_TO_NOON = [(0, 480, 720, 2)]
MORNING = "jour=lun&debut=08:00&fin=12:00"
REZE: dict[str, Any] = {"commune": "44143", "postcode": "44400", "home": (47.19, -1.55)}
SAINT_HERBLAIN: dict[str, Any] = {"commune": "44162", "postcode": "44800", "home": (47.22, -1.65)}
"""Of the same collectivity as Nantes, more than 5 km from its centre."""


def found(browser: Browser) -> list[str]:
    """Ids of the results, in their order."""
    return re.findall(r'id="offre-(\w+)"', browser.html)


def drawn(browser: Browser) -> dict[str, str]:
    """Id → the HTML of its card."""
    listed = browser.html.partition('id="liste"')[2].partition("</ol>")[0]
    _, *cards = re.split(r'(?=<li class="card")', listed)
    return {re.findall(r'id="offre-(\w+)"', each)[0]: each for each in cards}


def link(browser: Browser, pattern: str) -> str:
    """The first address of the page that begins with the regular expression `pattern`."""
    return unescape(re.findall(rf'href="({pattern}[^"]*)"', browser.html)[0])
