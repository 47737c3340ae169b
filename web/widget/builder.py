"""The page that writes the snippet for a town hall's site, and shows what it will look like."""

import html
import re
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from domain.vocabulary import Kind
from web import texts
from web.core import headers
from web.core.site import Site, registry
from web.shared.search.forms import TEXT_LIMITS, SearchForm
from web.shared.search.places import Item, Where, kept_id, resolve
from web.shared.search.understood import described, former, reason
from web.widget import asked as address
from web.widget import colours
from web.widget.asked import Asked

router = APIRouter(include_in_schema=False)

HEIGHTS = {"liste": 900, "carte": 560, "compteur": 320}
"""Pixels of a plain iframe, whose height follows nothing."""

ATTRIBUTES = {
    "cle": "key",
    "commune": "commune",
    "epci": "epci",
    "departement": "department",
    "types": "kinds",
    "couleur": "color",
    "vue": "view",
}
"""The frame's parameter → the attribute of the script and the element (static/widget/widget.js)."""


@router.get("/widget")
async def builder(request: Request) -> Response:
    """A form whose address holds all of it; nothing is written anywhere. Raises EngineUnavailable."""
    site: Site = request.app.state.site
    registry(request)
    given = request.query_params
    values: dict[str, Any] = {
        "ou": given.get("ou", "").strip(),
        "lieu": given.get("lieu", "").strip(),
        "types": given.getlist("type"),
        "couleur": given.get("couleur", "").strip() or f"#{colours.DEFAULT}",
        "vue": given.get("vue", "") or address.VIEWS[0],
        "cle": given.get("cle", "").strip(),
    }
    errors = _errors(values) if given else {}
    found = Where(SearchForm())
    if given and "ou" not in errors:
        found = await resolve(site, SearchForm(ou=values["ou"], lieu=values["lieu"]))
        if found.place is None or found.place.type not in (*address.TERRITORIES.values(), "former"):
            errors["ou"] = texts.widget.ERROR_NOT_A_TERRITORY.format(text=values["ou"])
    shown = None
    if given and not errors and found.place is not None:
        values |= {"ou": found.form.ou, "lieu": found.form.lieu}
        asked = Asked(found.place.today, tuple(values["types"]), colours.read(values["couleur"]) or "", values["vue"])
        shown = {
            "place": described(found.place, found.start.detail),
            "why": reason(found.start),
            "of_today": former(found.place, texts.widget.ALL_OF_TODAY),
            "others": [_other(values, each) for each in found.start.others],
            "preview": address.address(asked),
            "height": HEIGHTS[asked.view],
            "snippets": snippets(asked, values["cle"], site.settings.site_url),
        }
    page = {"values": values, "errors": errors, "shown": shown, "kinds": Kind.labels()}
    response = site.page("widget/builder.html", page, 422 if errors else 200)
    response.headers["Content-Security-Policy"] = headers.content_policy(site.settings, frames=True)  # the preview
    return response


def snippets(asked: Asked, key: str, site_url: str) -> dict[str, str]:
    """The three ways to show it, each as HTML for a town hall's page."""
    site_url = site_url.rstrip("/")
    pairs = address.pairs(asked, key or texts.widget.KEY_PLACEHOLDER)
    quoted = {ATTRIBUTES[name]: html.escape(value) for name, value in pairs.items()}
    data = " ".join(f'data-{name}="{value}"' for name, value in quoted.items())
    plain = " ".join(f'{name}="{value}"' for name, value in quoted.items())
    script = html.escape(f"{site_url}/widget.js")
    src = html.escape(site_url + address.address(asked, key or texts.widget.KEY_PLACEHOLDER))
    return {
        "script": f'<script src="{script}" {data} async></script>',
        "iframe": (
            f'<iframe src="{src}" title="{html.escape(texts.widget.HEADING)}" width="100%"'
            f' height="{HEIGHTS[asked.view]}" loading="lazy"></iframe>'
        ),
        "element": f'<script src="{script}" async></script>\n<ribambelle-widget {plain}></ribambelle-widget>',
    }


def _errors(values: dict[str, Any]) -> dict[str, str]:
    errors = {}
    if not values["ou"]:
        errors["ou"] = texts.widget.ERROR_NO_PLACE
    elif len(values["ou"]) > TEXT_LIMITS["ou"]:
        errors["ou"] = texts.ERROR_TOO_LONG.format(limit=TEXT_LIMITS["ou"])
    if any(kind not in Kind.codes() for kind in values["types"]):
        errors["type"] = texts.widget.ERROR_BUILDER_KIND
    if colours.read(values["couleur"]) is None:
        errors["couleur"] = texts.widget.ERROR_COLOUR
    if values["vue"] not in address.VIEWS:
        errors["vue"] = texts.widget.ERROR_VIEW
    if values["cle"] and not re.fullmatch("[0-9a-z]{12}", values["cle"]):
        errors["cle"] = texts.widget.ERROR_BUILDER_KEY
    return errors


def _other(values: dict[str, Any], item: Item) -> dict[str, str]:
    """This page with a place that may have been meant instead."""
    pairs = {
        "ou": item["label"],
        "lieu": kept_id(item),
        "type": values["types"],
        "couleur": values["couleur"],
        "vue": values["vue"],
        "cle": values["cle"],
    }
    kept = {name: value for name, value in pairs.items() if value}
    return {"label": item["label"], "detail": item["detail"], "href": f"/widget?{urlencode(kept, doseq=True)}"}
