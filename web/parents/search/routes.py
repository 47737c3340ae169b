"""The home page, the page of results, and the map below its offers."""

import gzip
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from search_api import contours, offers, problems
from search_api.http import limits
from search_api.http.query_log import watched
from search_api.http.responses import kept_tag
from search_api.http.wrappers import accepts_gzip
from search_api.problems import ParameterError
from search_api.request.parameters import Bbox, OfferParameters, Parameters, Zoom, meaning, read, understand
from web.core import costs
from web.core.site import Site
from web.parents.search import results
from web.shared import maps
from web.shared.search import filters, forms, need
from web.shared.search.places import Where, resolve

PANELS = {
    "kinds": {"type"},
    "need": {"des", "naissance", *(name + slot for name in ("jour", "heures", "places") for slot in need.SLOTS)},
    "slots": {name + slot for name in ("jour", "heures", "places") for slot in need.SLOTS[1:]},
    "way": {"vers", "detour"},
    "filters": {"mots", "tarif-max", *(each.name for each in filters.CHOICES)},
}
"""The folded parts of the form and their fields: one with an error stands open."""

GEOJSON = "application/geo+json"

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
        return site.page("parents/search.html", _search_values(site, Where(form), {}))
    found = Where(form)
    errors = forms.errors(form, site.today())
    if not {"ou", "vers"} & errors.keys():
        found = await resolve(site.engine, site.geocoder, form)
        errors |= found.errors
    if errors:
        return site.page("parents/search.html", _search_values(site, found, errors), 422)
    try:
        asked = forms.page(found.form, found.place, found.arrival)
        parameters = read(OfferParameters, asked | maps.view(asked))
        query = understand(parameters, site.today(), site.settings.keys)
    except ParameterError as refused:
        errors = {forms.field_of(e["parameter"]): results.sentence(e["message"]) for e in refused.errors}
        return site.page("parents/search.html", _search_values(site, found, errors), 422)
    search = offers.search(site.engine, query)
    answer = await watched(search, "/", parameters, slow_s=site.settings.slow_query_s, sort=query.sort)
    loosened = await loosen(site, found) if answer["total"]["value"] == 0 else []
    return site.page("parents/search.html", _search_values(site, found, {}, answer, loosened))


async def loosen(site: Site, found: Where) -> list[results.Step]:
    """What to ask less of, where nothing was found, with what each such search gives; none that gives nothing."""
    tried = results.steps(found.form, found.place)
    parameters = [forms.parameters(step.form, found.place, found.arrival) for step in tried]
    asked = [meaning(read(OfferParameters, each), site.today()) for each in parameters]
    counts = await offers.totals(site.engine, asked)
    return [replace(step, count=count) for step, count in zip(tried, counts, strict=True) if count]


@router.get("/fond-de-carte")
async def base_map(request: Request) -> Response:
    """The contours in view, drawn under the offers: GeoJSON. They change once a year."""
    site: Site = request.app.state.site
    view = read(BaseMapParameters, dict(request.query_params))
    if not contours.is_at_hand(site.engine, view.bbox, view.zoom) and (
        refused := pay(request, costs.of_making(view.bbox, view.zoom))
    ):
        return refused
    gzipped, tag = await contours.in_view(site.engine, view.bbox, view.zoom)
    # A weak tag: compressed or not it is the same.
    headers = {"Cache-Control": "public, max-age=86400", "ETag": f'W/"{tag}"'}
    if kept_tag(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    body = gzipped
    if accepts_gzip(request.scope):
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    else:
        body = gzip.decompress(gzipped)
    return pay(request, costs.of_sending(len(body))) or Response(body, headers=headers, media_type=GEOJSON)


def pay(request: Request, cost: int) -> Response | None:
    """Take more units from the client's budget, once it is known how many; the answer where they are not there."""
    site: Site = request.app.state.site
    counted = limits.count_request(site.limiter, request.scope, cost)
    return None if counted.allowed else problems.too_many_requests(counted.reset_s)


def _search_values(
    site: Site,
    found: Where,
    errors: dict[str, str],
    answer: dict[str, Any] | None = None,
    loosened: Sequence[results.Step] = (),
) -> dict[str, Any]:
    form = found.form
    shown = results.results(answer, form, found.place, site.today(), loosened, found.arrival) if answer else None
    return {
        "form": form,
        "asked": form.asked,
        "errors": errors,
        "results": shown,
        "filters": shown["filters"] if shown else filters.uncounted(asdict(form)),
        "counts": shown["kinds"] if shown else {},
        "alert": results.alert(found) if site.registry is not None else None,
        "notices": results.notices(found),
        "around": forms.is_around(form, found.place),
        "way_summary": results.way_summary(form, found.arrival),
        "kinds_summary": results.kinds_summary(form),
        "need_summary": results.need_summary(form),
        "unfolded": {name for name, fields in PANELS.items() if fields & errors.keys()},
        "map": maps.of_search(found, site.settings, answer) if answer else None,
    }
