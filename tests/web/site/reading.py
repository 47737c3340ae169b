"""What a visitor without JavaScript reads of a page of the search."""

import json
import re
from html import unescape
from typing import Any

import httpx

from tests.search_api.conftest import Client

WEEK = [("jour", day) for day in ("lun", "mar", "mer", "jeu", "ven")]


NANTES = [("ou", "Nantes"), ("lieu", "commune:44109")]
LONG = [("jour", "mar"), ("jour", "jeu"), ("debut", "07:15"), ("fin", "19:15")]
"""Longer days than anybody has."""


NEAREST = r'(?s)<li class="between nearest">(.*?)</li>(?=<li class="card" id=|<li class="between|</ol>)'
"""What stands below the first cards where nobody covers all."""


def text(html: str) -> str:
    """What is read, in one line with ordinary spaces."""
    bare = re.sub(r"<(script|style|title)\b.*?</\1>|<[^>]+>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(bare))


def cards(response: httpx.Response) -> dict[str, str]:
    """The text of each card of the list, by id."""
    found = {}
    for part in re.sub(NEAREST, "", response.text).split('<li class="card" id="offre-')[1:]:
        id, _, rest = part.partition('"')
        found[id] = text("<li" + rest.split("</ol>")[0])
    return found


def search(site: Client, *pairs: tuple[str, str], status: int = 200) -> httpx.Response:
    response = site.get("/", [*NANTES, *pairs])
    assert response.status_code == status
    return response


def links(html: str) -> list[str]:
    return [unescape(href) for href in re.findall(r'<a [^>]*href="(/\?[^"]+)"', html)]


def shown_on_map(html: str) -> Any:
    found = re.search(r"data-map='([^']+)'", html)
    assert found
    return json.loads(unescape(found[1]))


def filtered(html: str, name: str) -> dict[str, str]:
    """The counts of a filter's values, as they are read."""
    ticks = re.findall(rf'<input type="checkbox" name="{name}" value="([^"]+)".*?</label>', html, re.DOTALL)
    counts = re.findall(rf'name="{name}" value="[^"]+".*?class="count">([^<]+)<.*?</label>', html, re.DOTALL)
    return dict(zip(map(unescape, ticks), counts, strict=True))


def above(response: httpx.Response) -> str:
    """What stands above the list, and what its head leaves to say below the first cards."""
    head = response.text.partition('class="results-header"')[2].partition('id="liste"')[0].partition('class="empty"')[0]
    return text(" ".join([head, *re.findall(NEAREST, response.text)]))


def offered(response: httpx.Response) -> dict[str, tuple[str, int]]:
    """What a little less would find: label → its link and how many more."""
    section = response.text.partition('<section class="less"')[2].partition("</section>")[0]
    found = re.findall(r'<a href="([^"]+)#resultats"[^>]*>([^<]+)</a> <small>(\d+)\u00a0de\u00a0plus', section)
    return {unescape(label).replace("\u00a0", " "): (unescape(href), int(more)) for href, label, more in found}
