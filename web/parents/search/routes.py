"""The home page and the page of results."""

import asyncio
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from search_api import offers
from search_api.parameters import OfferParameters, OfferQuery, meaning, read, understand
from search_api.problems import ParameterError
from search_api.query_log import watched
from web.core import budget
from web.core.site import Site
from web.parents.search import bar, results
from web.shared import maps
from web.shared.search import asking, filters, forms, nearly, need, parameters
from web.shared.search.forms import SearchForm
from web.shared.search.places import Where, resolve

PANELS = {
    "kinds": {"type"},
    "need": {
        "des",
        "naissance",
        "souplesse",
        *(name + slot for name in ("jour", "heures", "places") for slot in need.SLOTS),
    },
    "slots": {name + slot for name in ("jour", "heures", "places") for slot in need.SLOTS[1:]},
    "way": {"vers", "detour"},
    "filters": {"mots", *filters.PANEL},
}
"""The folded parts of the form and their fields: one with an error stands open."""

router = APIRouter(include_in_schema=False)


@router.get("/")
async def search(request: Request) -> Response:
    """The home page, or the results of the search that the address holds."""
    site: Site = request.app.state.site
    form = forms.read(request.query_params.multi_items())
    found = Where(form)
    if not form.asked:
        return _page(site, found, {})
    # What a telephone shows: the list, or the map with the cards in a row. Side by side it means nothing.
    view = "carte" if request.query_params.get("vue") == "carte" else "liste"
    errors = forms.errors(form, site.today())
    if not {"ou", "vers"} & errors.keys():
        found = await resolve(site, form)
        errors |= found.errors
    if errors:
        return _page(site, found, errors)
    asked = parameters.of_search(found)
    try:
        listing = read(OfferParameters, asked | parameters.PAGE)
        query = understand(listing, site.today(), site.settings.keys)
        if query.route and (spent := budget.pay_for_way(request, query.route, needs=bool(query.need))):
            return spent
        listed = offers.search(site.engine, query)
        answer = await watched(listed, "/", listing, slow_s=site.settings.slow_query_s, sort=query.sort)
    except ParameterError as refused:
        return _page(site, readable(found, refused), forms.refused(refused))
    loosened, beside = await asyncio.gather(
        loosen(site, found, answer), asking.beside(site, found.form, query, answer, pairs=True)
    )
    plan = maps.of_search(found, asked, query, site.settings)
    said = nearly.shown(found, answer, beside, site.today())
    return _page(site, found, {}, results.results(found, answer, site.today(), loosened), plan, said, view)


def readable(found: Where, refused: ParameterError) -> Where:
    """Without a zone that cannot be read, which no field of the form shows: sent again, it would be refused again."""
    unreadable = any(each["parameter"] == "bbox" for each in refused.errors)
    return replace(found, form=replace(found.form, bbox="")) if unreadable else found


@router.get("/nombre")
async def number(request: Request) -> Response:
    """What a form says while it is being filled in: `text`, its button, how many results it would show; `folded`, its
    parts in a few words; `wrong`, what is wrong with it. Of a form that is not a search yet, or holds an error, nothing
    is counted."""
    site: Site = request.app.state.site
    form = forms.read(request.query_params.multi_items())
    query, wrong = await asked_for(site, form) if form.asked else (None, "")
    if query and query.route and (spent := budget.pay_for_way(request, query.route, needs=False)):
        return spent
    count = (await offers.totals(site.engine, [query]))[0] if query else None
    return JSONResponse({"text": bar.button(count), "folded": results.folded(form), "wrong": wrong})


async def asked_for(site: Site, form: SearchForm) -> tuple[OfferQuery | None, str]:
    """What a form searches, or the first thing that is wrong with it. Raises EngineUnavailable."""
    errors = forms.errors(form, site.today())
    if not errors:
        found = await resolve(site, replace(form, suite=""))
        errors = found.errors
    if not errors:
        try:
            return meaning(read(OfferParameters, parameters.of_search(found)), site.today()), ""
        except ParameterError as refused:
            errors = forms.refused(refused)
    return None, next(iter(errors.values()))


async def loosen(site: Site, found: Where, answer: nearly.Answer) -> list[results.Step]:
    """What to ask less of, where nothing was found, with what each such search gives; none that gives nothing."""
    if answer["total"]["value"]:
        return []
    tried = results.steps(found)
    asked = [parameters.of_search(replace(found, form=step.form)) for step in tried]
    queries = [meaning(read(OfferParameters, each), site.today()) for each in asked]
    totals = await offers.totals(site.engine, queries)
    return [replace(step, count=total) for step, total in zip(tried, totals, strict=True) if total]


def _page(
    site: Site,
    found: Where,
    errors: dict[str, str],
    shown: dict[str, Any] | None = None,
    plan: dict[str, Any] | None = None,
    beside: dict[str, Any] | None = None,
    view: str = "liste",
) -> Response:
    """The form with its errors, or with what was found and the map of it; on the home page alone. What has to be asked
    for again is kept by no cache."""
    form = found.form
    values = {
        "form": form,
        "asked": form.asked,
        "errors": errors,
        "results": shown,
        "nearly": beside,
        "filters": shown["filters"] if shown else filters.fields(form.chosen),
        "counts": shown["kinds"] if shown else {},
        **results.around(found, alerts=site.registry is not None, addresses=site.geocoder is not None),
        "unfolded": {name for name, fields in PANELS.items() if fields & errors.keys()},
        "map": plan,
        "view": view,
        "demo": site.settings.demo,
    }
    response = site.page("parents/search.html", values, 422 if errors else 200)
    if beside and beside["retry"]:
        response.headers["Cache-Control"] = "no-store"
    return response
