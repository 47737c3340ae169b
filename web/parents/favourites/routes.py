"""`/favoris`: the offers that its address names; `/comparer`: up to four of them side by side.

What is kept stands in the browser (static/core/favourites.js) and in the address, nowhere here.
"""

import asyncio
from collections.abc import Collection
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

from domain import french
from search_api import offers
from web import texts
from web.core.site import Site
from web.parents.favourites import addresses, comparison
from web.shared import cards

router = APIRouter(include_in_schema=False)


@router.get("/favoris")
async def kept(request: Request) -> Response:
    """The cards of a list, in its order."""
    site: Site = request.app.state.site
    today = site.today()
    asked = addresses.read(request.query_params.multi_items(), addresses.MOST)
    found = await offers.some(site.engine, asked.ids, today) if asked.ids else []
    ids = [item["id"] for item in found]
    t = texts.favourites
    values = {
        "asked": bool(asked.count),
        "today": french.day(today),
        "cards": [cards.card(item, today=today) for item in found],
        "count": t.OFFER.of(len(found)),
        "gone": gone_sentence(len(asked.ids) - len(found) + asked.unreadable),
        "gone_ids": _missing(asked.ids, ids),
        "cut": asked.count - asked.unreadable > addresses.MOST,
        "compared": set(ids) if len(ids) <= addresses.MOST_COMPARED else set(),
        "mail": mail_link(site.settings.site_url.rstrip("/") + addresses.of_list("/favoris", ids)),
    }
    return site.page("parents/favourites/kept.html", values)


@router.get("/comparer")
async def compare(request: Request) -> Response:
    """A table of up to four offers."""
    site: Site = request.app.state.site
    today = site.today()
    asked = addresses.read(request.query_params.multi_items(), addresses.MOST_COMPARED)
    # The fiches, for their hours: nothing of the contact that they hold is shown, so they do not count as read.
    read = await asyncio.gather(*(offers.fiche(site.engine, id, today) for id in asked.ids))
    found = [document for document in read if document]
    ids = [document["id"] for document in found]
    values = {
        "offers": [
            {
                **cards.card(document, today=today),
                "without": addresses.of_list("/comparer", [id for id in ids if id != document["id"]]),
            }
            for document in found
        ],
        "rows": comparison.rows(found, today),
        "gone": gone_sentence(len(asked.ids) - len(found) + asked.unreadable),
        "too_many": asked.count if asked.count - asked.unreadable > addresses.MOST_COMPARED else 0,
        "back": addresses.of_list("/favoris", ids),
    }
    return site.page("parents/favourites/compare.html", values)


def gone_sentence(count: int) -> str:
    if count == 0:
        return ""
    return texts.favourites.GONE_ONE if count == 1 else texts.favourites.GONE_MANY.format(count=count)


def mail_link(address: str) -> str:
    """Opens the family's own mail program: we send nothing, and learn no address."""
    t = texts.favourites
    return f"mailto:?subject={quote(t.MAIL_SUBJECT)}&body={quote(t.MAIL_BODY + address)}"


def _missing(asked: list[str], found: Collection[str]) -> str:
    return " ".join(id for id in asked if id not in found)
