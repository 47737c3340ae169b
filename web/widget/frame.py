"""The frame that town halls show: the search of one territory, as a list, a map or a counter. It sets no cookie."""

import math
from dataclasses import replace
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from domain import french
from domain.vocabulary import CARE_KINDS, Kind
from registry.accounts import widget
from search_api import free_places, offers
from search_api.free_places import Free
from search_api.parameters import OfferParameters, read, understand
from search_api.problems import RETRY_AFTER_S, EngineUnavailable, ParameterError
from search_api.query_log import watched
from web import texts
from web.core import headers
from web.core.site import Site, registry
from web.shared import cards, maps
from web.shared.search import forms, parameters
from web.shared.search.forms import SearchForm
from web.shared.search.places import Meant, Place, Where, by_id
from web.widget import asked as address
from web.widget import colours, hosts
from web.widget.asked import Asked

router = APIRouter(include_in_schema=False)

PATH = "/widget/cadre"

MOST_CARDS = 8
"""A town hall's page goes on below the frame; the whole list is on our own site."""

A_DAY_S = 86_400


@router.get(PATH)
async def frame(request: Request) -> Response:
    """Without a key it is the preview of our own site, which no other can show."""
    site: Site = request.app.state.site
    registry(request)
    given = request.query_params
    allowed: tuple[str, ...] = ()
    ancestors = hosts.OURSELVES
    if key := given.get("cle", "").strip():
        allowed = await run_in_threadpool(_hosts_of, site, key)
        ancestors = hosts.ancestors(site.settings, allowed) or hosts.NOBODY
    if key and not allowed:
        return _said(site, hosts.NOBODY, texts.widget.REFUSED_KEY, 403)
    if not hosts.is_from(site.settings, request.headers.get("origin"), allowed):
        return _said(site, hosts.NOBODY, texts.widget.REFUSED_ORIGIN, 403)
    asked, error = address.read(given)
    if asked is None:
        return _said(site, ancestors, error, 422)
    try:
        return await _shown(request, site, asked, key, ancestors)
    except EngineUnavailable:
        response = _said(site, ancestors, texts.widget.UNAVAILABLE, 503)
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
        return response


@router.get("/widget/couleur/{colour}.css")
async def stylesheet(request: Request, colour: str) -> Response:
    """A town hall's colour: a file of its own, as the policy lets no style stand in the page."""
    site: Site = request.app.state.site
    known = colours.read(colour)
    if site.registry is None or known is None or known != colour:
        return Response(status_code=404)
    return Response(colours.css(known), media_type="text/css", headers={"Cache-Control": f"public, max-age={A_DAY_S}"})


def _hosts_of(site: Site, key: str) -> tuple[str, ...]:
    assert site.registry is not None  # noqa: S101 (for the types: asked above)
    with site.registry.connection() as conn:
        return widget.hosts_of(conn, key)


async def _shown(request: Request, site: Site, asked: Asked, key: str, ancestors: tuple[str, ...]) -> Response:
    """Raises EngineUnavailable."""
    place = await by_id(site, asked.place)
    if place is None:
        code = asked.place.partition(":")[2]
        return _said(site, ancestors, texts.widget.ERROR_UNKNOWN_TERRITORY.format(code=code), 422)
    form = _form(asked, place, forms.read(request.query_params.multi_items()))
    inside = place.type == "commune"
    where = french.reaching(place.name) if inside else texts.widget.PLACE_TERRITORY.format(place=place.name)
    errors = forms.errors(form, site.today())
    values: dict[str, Any] = {
        "asked": asked,
        "colour": asked.colour,
        "title": texts.widget.TITLE.format(heading=texts.widget.HEADING, where=where),
        "where": where,
        "all": forms.address(form),
        "form": form,
        "kinds": [(kind, Kind(kind).label) for kind in asked.kinds or Kind.codes()],
        "kept": address.pairs(asked, key),
        "errors": list(errors.values()),
    }
    if not errors:
        try:
            values |= await _found(site, asked, form, place)
        except ParameterError as refused:
            values["errors"] = [error["message"] for error in refused.errors]
    return _page(site, ancestors, f"widget/{asked.view}.html", values, 422 if values["errors"] else 200)


def _form(asked: Asked, place: Place, typed: SearchForm) -> SearchForm:
    """The parents' search that the frame stands for: what its own small form may choose, within the territory.

    Where nothing is chosen it is all that minds children: the frame says that it finds that.
    """
    kept = asked.view == "liste"
    of_site = asked.kinds or ("assistant_maternel", *CARE_KINDS)
    chosen = tuple(kind for kind in typed.types if kind in Kind.codes() and (not asked.kinds or kind in asked.kinds))
    form = SearchForm(ou=place.name, lieu=place.id, rayon="0", types=chosen if kept and chosen else of_site)
    return replace(form, jours=typed.jours, debut=typed.debut, fin=typed.fin) if kept else form


async def _found(site: Site, asked: Asked, form: SearchForm, place: Place) -> dict[str, Any]:
    """What one of the views shows. Raises ParameterError, EngineUnavailable."""
    wanted = parameters.of_search(Where(form, Meant(place=place)))
    if asked.view == "carte":
        return {"map": _map(site, wanted, place)}
    listed = read(OfferParameters, {**wanted, "limit": str(MOST_CARDS)})
    query = understand(listed, site.today(), site.settings.keys)
    if asked.view == "compteur":
        return {"counter": counter(await free_places.free(site.engine, query), asked.kinds, site)}
    search = offers.search(site.engine, query)
    answer = await watched(search, PATH, listed, slow_s=site.settings.slow_query_s, sort=query.sort)
    total = answer["total"]["value"]
    days = form.asked_days
    return {
        "count": texts.RESULT.of(total),
        "total": total,
        "cards": [cards.card(item, today=site.today(), days=days) for item in answer["items"]],
    }


def counter(found: Free, kinds: tuple[str, ...], site: Site) -> dict[str, Any]:
    """The figure, what it is of, and the sentences that say what was counted. Free places are told only of assistants
    maternels, who declare them; where none were asked for, the figure is of places to ask."""
    t = texts.widget
    structures = t.STRUCTURE.of(found.structures)
    if not kinds or "assistant_maternel" in kinds:
        figure, unit = found.places, texts.FREE_PLACE
        assistants = t.ASSISTANT.of(found.assistants)
        told = t.FREE_AT.format(assistants=assistants, day=french.day(site.today()))
        notes = [told, t.FREE_NOTE] if found.places else []
        notes += [t.TO_ASK.format(structures=structures)] if found.structures else []
    elif found.structures:
        figure, unit, notes = found.structures, t.STRUCTURE, [t.TO_ASK_ALONE]
    else:
        figure, unit, notes = found.offers, t.OFFER, []
    return {
        "figure": french.number(figure),
        "unit": unit.word(figure),
        "notes": notes,
        "fictitious": found.fictitious,
    }


def _map(site: Site, wanted: dict[str, Any], place: Place) -> dict[str, Any]:
    """What the map's script is told, as JSON in the page."""
    settings = site.settings
    zoom = maps.TERRITORY_ZOOMS[place.type]
    return {
        "query": maps.map_query(wanted),
        "lat": place.point.lat,
        "lon": place.point.lon,
        "zoom": math.floor(zoom) if maps.is_tiled(settings) else zoom,
        **maps.base(settings, place.code),
        "kinds": Kind.labels(),
        "status": texts.SHORT_STATUS,
    }


def _said(site: Site, ancestors: tuple[str, ...], sentence: str, status: int) -> Response:
    """A frame that only says something."""
    values = {"title": texts.widget.REFUSED_TITLE, "sentence": sentence, "colour": colours.DEFAULT, "all": "/"}
    return _page(site, ancestors, "widget/said.html", values, status)


def busy(site: Site, wait_s: int) -> Response:
    """The frame of a client who has asked for too much (web/app.py)."""
    sentence = texts.widget.BUSY.format(wait=french.wait(timedelta(seconds=wait_s)))
    values = {"title": texts.widget.BUSY_TITLE, "sentence": sentence, "colour": colours.DEFAULT, "all": "/"}
    response = _page(site, hosts.ANYBODY, "widget/said.html", values, 429)
    response.headers["Retry-After"] = str(wait_s)
    return response


def _page(site: Site, ancestors: tuple[str, ...], name: str, values: dict[str, Any], status: int) -> Response:
    """A revoked key is to be gone at once, so that browsers ask again each time."""
    response = site.page(name, values, status)
    response.headers["Content-Security-Policy"] = headers.content_policy(site.settings, ancestors)
    response.headers["Cache-Control"] = "private, no-cache" if status == 200 else "no-store"
    response.headers["Vary"] = "Origin"
    return response
