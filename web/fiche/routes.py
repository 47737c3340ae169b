"""The public page of one offer."""

import psycopg
from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from registry.contact import reachable
from registry.database import Pool
from search_api import limits, offers
from web import maps, texts
from web.fiche import views
from web.pages import limited, not_found
from web.site import Site

router = APIRouter(include_in_schema=False)

PATIENCE_S = 0.5
"""For the registry, which only says whether she takes messages: the rest of the fiche does not wait for it."""


@router.get("/offre/{id}")
async def fiche(request: Request, id: str) -> Response:
    """The public page of one offer."""
    site: Site = request.app.state.site
    document = await offers.fiche(site.engine, id, site.today())
    if document is None:
        return not_found(site, texts.OFFER_GONE_TITLE, texts.OFFER_GONE)
    if offers.is_limited(document) and (wait := await limits.retry_after(site.limiter, request)):
        return limited(site, wait)
    minder = document["kind"] == "assistant_maternel"
    if site.views is not None and minder:
        site.views.seen(id, site.today())
    values = {
        "o": views.fiche(document, site.today()),
        "back": back_to_search(request),
        "map": maps.of_fiche(document, site.settings),
        "can_write": minder and site.registry is not None and await run_in_threadpool(can_write, site.registry, id),
    }
    return site.page("fiche.html", values)


def can_write(registry: Pool, id: str) -> bool:
    """Whether a form to write to her can be offered now."""
    try:
        with registry.connection(timeout=PATIENCE_S) as conn:
            return reachable(conn, id)
    except psycopg.OperationalError:
        return False


def back_to_search(request: Request) -> str:
    """The search that the visitor comes from, if it is one of ours; else the home page.

    The address of a fiche stays short enough to be shared that way, and works without JavaScript.
    """
    _, _, came_from = request.headers.get("referer", "").partition("://")
    ours = came_from.startswith(f"{request.url.netloc}/?")
    return came_from.removeprefix(request.url.netloc) if ours else "/"
