"""The home page and the page of results."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, TypeVar

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from search_api import offers, pairs, reasons
from search_api.nearly import counts
from search_api.parameters import OfferParameters, OfferQuery, meaning, read, understand
from search_api.problems import EngineUnavailable, ParameterError
from search_api.query_log import watched
from web.core import budget
from web.core.site import Site
from web.parents.search import bar, results
from web.shared import maps
from web.shared.search import filters, forms, nearly, need, parameters
from web.shared.search.forms import SearchForm
from web.shared.search.nearly import Beside
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

T = TypeVar("T")

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
        if form.souplesse:
            query = parameters.as_typed(form, query)
        listed = offers.search(site.engine, replace(query, view=maps.view(query)))
        answer = await watched(listed, "/", listing, slow_s=site.settings.slow_query_s, sort=query.sort)
    except ParameterError as refused:
        return _page(site, found, forms.refused(refused))
    loosened, beside = await asyncio.gather(loosen(site, found, answer), ask_beside(site, found, query, answer))
    plan = maps.of_search(found, asked, query, answer, site.settings)
    said = nearly.shown(found, answer, beside, site.today())
    return _page(site, found, {}, results.results(found, answer, site.today(), loosened), plan, said, view)


@router.get("/nombre")
async def number(request: Request) -> Response:
    """What the button of a form that is being filled in says: how many results it would show. Of a form that is not a
    search yet, or holds an error, nothing is counted: the page that the button leads to says what is wrong."""
    site: Site = request.app.state.site
    form = forms.read(request.query_params.multi_items())
    query = await asked_for(site, form) if form.asked else None
    if query and query.route and (spent := budget.pay_for_way(request, query.route, needs=False)):
        return spent
    count = (await offers.totals(site.engine, [query]))[0] if query else None
    return JSONResponse({"text": bar.button(count)})


async def asked_for(site: Site, form: SearchForm) -> OfferQuery | None:
    """What a form searches; None where it holds an error. Raises EngineUnavailable."""
    if forms.errors(form, site.today()):
        return None
    found = await resolve(site, replace(form, suite=""))
    if found.errors:
        return None
    try:
        return meaning(read(OfferParameters, parameters.of_search(found)), site.today())
    except ParameterError:
        return None


async def loosen(site: Site, found: Where, answer: nearly.Answer) -> list[results.Step]:
    """What to ask less of, where nothing was found, with what each such search gives; none that gives nothing."""
    if answer["total"]["value"]:
        return []
    tried = results.steps(found)
    asked = [parameters.of_search(replace(found, form=step.form)) for step in tried]
    queries = [meaning(read(OfferParameters, each), site.today()) for each in asked]
    totals = await offers.totals(site.engine, queries)
    return [replace(step, count=total) for step, total in zip(tried, totals, strict=True) if total]


async def ask_beside(site: Site, found: Where, query: OfferQuery, answer: nearly.Answer) -> Beside:
    """What the first page of a list asks besides, at once: nothing where plenty of offers cover the whole need, who
    comes nearest and pairs only where none of them does. The list stands without it where the engine does not tell all
    of it within BESIDE_S: half of it would pass for the whole.
    What to loosen of a search that finds nothing (`loosen`) is waited for: without it the page would lead nowhere.
    """
    form, covering = found.form, nearly.covering(found.form, answer)
    # What is known to be free, whatever the list shows besides.
    asked = replace(query, to_ask=False, undeclared=False)
    asks_less = form.has_need and not form.suite and not form.asks_structures and covering < nearly.PLENTY
    asks_all = asks_less and not covering
    asks_why = bool(form.has_need or form.births) and not form.suite and nearly.lacks_assistants(form, answer)
    try:
        async with asyncio.timeout(nearly.BESIDE_S):
            less, nearest, two, reason = await asyncio.gather(
                _told(asks_less, lambda: counts(site.engine, asked, nearly.farther(form))),
                _told(asks_all, lambda: offers.first(site.engine, replace(asked, sort="availability"))),
                _told(asks_all, lambda: pairs.pairs(site.engine, asked, nearly.MOST_PAIRS)),
                _told(asks_why, lambda: reasons.why_none(site.engine, asked)),
            )
    except (TimeoutError, EngineUnavailable):
        return Beside()
    return Beside(less, nearest, two, reason)


async def _told(wanted: bool, ask: Callable[[], Awaitable[T]]) -> T | None:
    return await ask() if wanted else None


def _page(
    site: Site,
    found: Where,
    errors: dict[str, str],
    shown: dict[str, Any] | None = None,
    plan: dict[str, Any] | None = None,
    beside: dict[str, Any] | None = None,
    view: str = "liste",
) -> Response:
    """The form with its errors, or with what was found and the map of it; on the home page alone."""
    form = found.form
    values = {
        "form": form,
        "asked": form.asked,
        "errors": errors,
        "results": shown,
        "nearly": beside,
        "filters": shown["filters"] if shown else filters.fields(form.chosen),
        "counts": shown["kinds"] if shown else {},
        **results.around(found, alerts=site.registry is not None),
        "unfolded": {name for name, fields in PANELS.items() if fields & errors.keys()},
        "map": plan,
        "view": view,
        "demo": site.settings.demo,
    }
    return site.page("parents/search.html", values, 422 if errors else 200)
