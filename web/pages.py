"""The routes of the pages: parse → search → render."""

import math
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from search_api import limits, offers, places
from search_api.engine import RETRY_AFTER_S
from search_api.parameters import Bbox, OfferParameters, Parameters, Zoom, read, understand
from search_api.problems import ParameterError
from search_api.query_log import watched
from web import docs, formats, forms, maps, texts, views
from web.places import Where, resolve
from web.site import Site

PANELS = {
    "kinds": {"type"},
    "need": {"jour", "heures", "des", "naissance", "places"},
    "filters": {"mots", "option", "sous-type", "financement"},
}
"""The folded parts of the form and their fields: one with an error stands open."""

router = APIRouter(include_in_schema=False)


class BaseMapParameters(Parameters):
    """`GET /fond-de-carte`."""

    bbox: Bbox
    zoom: Zoom


@router.get("/")
async def search(request: Request) -> Response:
    """The home page, or the results of the search that the address holds."""
    site: Site = request.app.state.site
    form = forms.read(request.query_params.multi_items())
    if not form.asked:
        return site.page("search.html", _search_values(site, Where(form), {}))
    found = Where(form)
    errors = forms.errors(form, site.today())
    if "ou" not in errors:
        found = await resolve(site.engine, site.geocoder, form)
        if found.error:
            errors["ou"] = found.error
    if errors:
        return site.page("search.html", _search_values(site, found, errors), 422)
    try:
        asked = forms.page(found.form, found.place)
        parameters = read(OfferParameters, asked | maps.view(asked))
        query = await understand(site.engine, parameters, site.today())
    except ParameterError as refused:
        errors = {forms.field_of(e["parameter"]): views.sentence(e["message"]) for e in refused.errors}
        return site.page("search.html", _search_values(site, found, errors), 422)
    search = offers.search(site.engine, query)
    answer = await watched(search, "/", parameters, slow_s=site.settings.slow_query_s, sort=query.sort)
    return site.page("search.html", _search_values(site, found, {}, answer))


@router.get("/offre/{id}")
async def fiche(request: Request, id: str) -> Response:
    """The public page of one offer."""
    site: Site = request.app.state.site
    document = await offers.fiche(site.engine, id, site.today())
    if document is None:
        return not_found(site, texts.OFFER_GONE_TITLE, texts.OFFER_GONE)
    if offers.is_limited(document) and (wait := await limits.retry_after(site.limiter, request)):
        return limited(site, wait)
    if site.views is not None and document["kind"] == "assistant_maternel":
        site.views.seen(id, site.today())
    values = {
        "o": views.fiche(document, site.today()),
        "back": back_to_search(request),
        "map": maps.of_fiche(document, site.settings),
    }
    return site.page("fiche.html", values)


@router.get("/fond-de-carte")
async def base_map(request: Request) -> Response:
    """The contours in view, drawn under the offers: GeoJSON. They change once a year."""
    site: Site = request.app.state.site
    view = read(BaseMapParameters, dict(request.query_params))
    contours = await places.contours(site.engine, view.bbox, view.zoom)
    return JSONResponse(contours, headers={"Cache-Control": "public, max-age=86400"}, media_type="application/geo+json")


@router.get("/docs")
async def documentation(request: Request) -> Response:
    """What the API answers, for those who would use it."""
    site: Site = request.app.state.site
    openapi = request.app.openapi()
    values = {
        "introduction": docs.introduction(openapi),
        "examples": docs.EXAMPLES,
        "endpoints": docs.endpoints(openapi),
    }
    return site.page("docs.html", values)


def not_found(site: Site, title: str = texts.NOT_FOUND_TITLE, text: str = texts.NOT_FOUND) -> Response:
    values = {"title": title, "text": text, "link": {"href": "/", "label": texts.BACK_HOME}}
    return site.page("message.html", values, 404)


def failed(site: Site) -> Response:
    values = {"title": texts.FAILED_TITLE, "text": texts.FAILED, "link": {"href": "/", "label": texts.BACK_HOME}}
    return site.page("message.html", values, 500)


def limited(site: Site, wait_s: int) -> Response:
    minutes = formats.plural(math.ceil(wait_s / 60), texts.MINUTE_ONE, texts.MINUTE_MANY)
    values = {
        "title": texts.LIMITED_TITLE,
        "text": texts.LIMITED.format(minutes=minutes),
        "link": {"href": "/", "label": texts.BACK_HOME},
    }
    response = site.page("message.html", values, 429)
    response.headers["Retry-After"] = str(wait_s)
    return response


def unavailable(request: Request) -> Response:
    """The search engine does not answer: the page says so, instead of showing an empty list."""
    site: Site = request.app.state.site
    again = str(request.url.replace(scheme="", netloc=""))
    values = {
        "title": texts.UNAVAILABLE_TITLE,
        "text": texts.UNAVAILABLE,
        "link": {"href": again, "label": texts.RETRY},
    }
    response = site.page("message.html", values, 503)
    response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response


def back_to_search(request: Request) -> str:
    """The search that the visitor comes from, if it is one of ours; else the home page.

    The address of a fiche stays short enough to be shared that way, and works without JavaScript.
    """
    _, _, came_from = request.headers.get("referer", "").partition("://")
    ours = came_from.startswith(f"{request.url.netloc}/?")
    return came_from.removeprefix(request.url.netloc) if ours else "/"


def _search_values(
    site: Site, found: Where, errors: dict[str, str], answer: dict[str, Any] | None = None
) -> dict[str, Any]:
    form = found.form
    results = views.results(answer, form, found.place, site.today()) if answer else None
    facets = results["facets"] if results else views.uncounted(form)
    return {
        "form": form,
        "asked": form.asked,
        "errors": errors,
        "results": results,
        "facets": facets,
        "counts": {entry["value"]: entry["count_text"] for entry in facets.get("kind", [])},
        "others": found.others,
        "place_detail": found.detail,
        "around": forms.is_around(form, found.place),
        "place_name": found.place["name"] if found.place else "",
        "kinds_summary": views.kinds_summary(form),
        "need_summary": views.need_summary(form),
        "unfolded": {name for name, fields in PANELS.items() if fields & errors.keys()},
        "map": maps.of_search(form, found.place, site.settings, answer) if answer else None,
    }
