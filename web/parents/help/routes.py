"""`/aide`: which commune; `/aide/{code}`: who helps around it; `/aide/guide`: the guide to print."""

from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from domain import french
from domain.localities import postcode
from search_api import suggest
from web import texts
from web.core.error_pages import not_found
from web.core.site import Site
from web.parents.help import guide, nearest
from web.shared.search.places import by_id
from web.shared.search.understood import choices, former

COMMUNES = ("commune", "arrondissement", "former")
"""The types of suggestions that have a commune's code."""

LONGEST = 100
SUGGESTED = 8

NO_PLACE = "Écrivez le nom d’une commune ou son code postal."
UNKNOWN = "Cette commune n’est pas reconnue\u00a0: vérifiez l’orthographe, ou essayez le code postal."
UNKNOWN_POSTCODE = "Aucune commune n’a ce code postal\u00a0: écrivez le nom de la commune."
WHICH = "Laquelle\u202f?"
GUESS = "Vous pensiez à…"

router = APIRouter(include_in_schema=False)


@router.get("/aide")
async def hub(request: Request) -> Response:
    """The form, its error, or the communes that may have been meant; straight on where there is only one."""
    site: Site = request.app.state.site
    if "ou" not in request.query_params:
        return _hub(site, "")
    text = request.query_params["ou"].replace("\0", "").strip()[:LONGEST]
    if not text:
        return _hub(site, text, error=NO_PLACE)
    answer = await suggest.understood(site.engine, text, SUGGESTED)
    sure, others = ([item for item in items if item["type"] in COMMUNES] for items in (answer.sure, answer.others))
    found = sure or others
    if not found:
        return _hub(site, text, error=UNKNOWN_POSTCODE if postcode(text) else UNKNOWN)
    links = [{"href": address(item), "label": item["label"], "detail": item["detail"]} for item in found]
    if len(sure) == 1:
        return RedirectResponse(links[0]["href"], 303)
    why = choices(text, found, sure=bool(sure), is_address=answer.is_address, wrong_postcode=answer.wrong_postcode)
    return _hub(site, text, why=why, title=WHICH if len(links) > 1 else GUESS, links=links)


@router.get("/aide/guide")
def printed_guide(request: Request) -> Response:
    site: Site = request.app.state.site
    return site.page("parents/help/guide.html", {"steps": guide.steps(site.dated), "site_url": site.settings.site_url})


@router.get("/aide/{commune}")
async def around(request: Request, commune: str, nom: str = "") -> Response:
    """The nearest places of each kind, by distance from the commune's own point. `nom`: the id of its name of before by
    which the reader came, who is told what became of it."""
    site: Site = request.app.state.site
    place = await by_id(site, f"commune:{commune}")
    if place is None:
        return not_found(site, "Cette commune n’existe pas", UNKNOWN)
    named = await by_id(site, nom)
    of_today = former(named, texts.DISTANCES_OF_TODAY) if named and named.code == place.code else ""
    groups = await nearest.around(site, place)
    names = {"leaving": french.leaving(place.name), "reaching": french.reaching(place.name)}
    return site.page("parents/help/commune.html", {"place": place, "groups": groups, "of_today": of_today, **names})


def address(item: suggest.Item) -> str:
    """The page of a suggested commune."""
    page = f"/aide/{item['code']}"
    return f"{page}?{urlencode({'nom': item['id']})}" if item["type"] == "former" else page


def _hub(
    site: Site, text: str, *, error: str = "", why: str = "", title: str = "", links: list[dict[str, Any]] | None = None
) -> Response:
    """`why`, `title`: what stands above the links."""
    return site.page(
        "parents/help/hub.html",
        {"text": text, "error": error, "why": why, "title": title, "links": links or []},
        422 if error else 200,
    )
