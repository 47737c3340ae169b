"""The public page of one offer."""

import psycopg
from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from registry.database import Pool
from registry.parents.contact import may_be_written_to
from search_api import offers
from web import texts
from web.core.budget import read_contact
from web.core.error_pages import not_found
from web.core.site import Site
from web.parents.fiche import reminder, structured
from web.shared import maps
from web.shared.fiche import views

router = APIRouter(include_in_schema=False)

NOT_INDEXED = "noindex"

PATIENCE_S = 0.5
"""For the registry, which only says whether she takes messages: the rest of the fiche does not wait for it."""


@router.get("/offre/{id}")
async def fiche(request: Request, id: str) -> Response:
    """The public page of one offer."""
    site: Site = request.app.state.site
    document = await offers.fiche(site.engine, id, site.today())
    if document is None:
        return not_found(site, texts.OFFER_GONE_TITLE, texts.OFFER_GONE)
    if refused := await read_contact(request, document):
        return refused
    minder = document["kind"] == "assistant_maternel"
    if site.views is not None and minder:
        site.views.seen(id, site.today())
    url = address(site, id)
    values = {
        "o": views.fiche(document, site.now()),
        "canonical": url,
        "json_ld": structured.json_ld(document, url),
        "can_report": site.registry is not None,
        "back": back_to_search(request),
        "map": maps.of_fiche(document, site.settings),
        "can_write": minder and site.registry is not None and await run_in_threadpool(can_write, site.registry, id),
    }
    response = site.page("shared/fiche.html", values)
    if not views.is_indexed(document):
        response.headers["X-Robots-Tag"] = NOT_INDEXED
    return response


@router.get("/offre/{id}/rappel.ics")
async def remind(request: Request, id: str) -> Response:
    """A reminder for one's calendar."""
    site: Site = request.app.state.site
    document = await offers.fiche(site.engine, id, site.today())
    if document is None:
        return not_found(site, texts.OFFER_GONE_TITLE, texts.OFFER_GONE)
    calendar = reminder.ics(document, address(site, id), site.now())
    headers = {"Content-Disposition": 'attachment; filename="rappel.ics"', "X-Robots-Tag": NOT_INDEXED}
    return Response(calendar, media_type="text/calendar; charset=utf-8", headers=headers)


def address(site: Site, id: str) -> str:
    """The one address of a fiche, whatever name the site was reached by."""
    return f"{site.settings.site_url.rstrip('/')}/offre/{id}"


def can_write(registry: Pool, id: str) -> bool:
    """Whether a form to write to her can be offered now."""
    try:
        with registry.connection(timeout=PATIENCE_S) as conn:
            return may_be_written_to(conn, id)
    except psycopg.OperationalError:
        return False


def back_to_search(request: Request) -> str:
    """The search that the visitor comes from, if it is one of ours; else the home page.

    The address of a fiche stays short enough to be shared that way, and works without JavaScript.
    """
    _, _, came_from = request.headers.get("referer", "").partition("://")
    ours = came_from.startswith(f"{request.url.netloc}/?")
    return came_from.removeprefix(request.url.netloc) if ours else "/"
