"""The site as a page that can be installed: its manifest, the worker that answers without a connection, and the page
that it shows then. What that worker keeps, and what it never keeps, stands in static/core/worker.js."""

import json
import re
from functools import cache

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from web import texts
from web.core import rendering
from web.core.site import Site

router = APIRouter(include_in_schema=False)

PAGE = "/hors-connexion"

SHOWN = ("core/base.html", "core/offline.html", "parents/favourites/kept.html")
"""Templates of the pages that are shown without a connection: their files are the worker's."""

KEPT_S = 600
"""How long a browser asks for no newer worker, nor manifest: a new version of the site needs none at once, as the old
files stay with the old worker."""

PAPER, SURFACE = "#fcf8f1", "#fffefb"
"""Of the light colours in style.css; the window's frame follows the page in the dark (core/base.html)."""

ICONS = (
    ("icon-192.png", "192x192", "any"),
    ("icon-512.png", "512x512", "any"),
    ("icon-maskable.png", "512x512", "maskable"),
)
"""Pictures of core/icon.svg (`python -m docs.icons`); of the last one a system may cut the edges."""


@router.get("/sw.js")
async def worker(request: Request) -> Response:
    """The script of the worker, which stands above all pages so that it may answer for all."""
    site: Site = request.app.state.site
    static = str(site.templates.globals["static"])
    told = json.dumps({"version": static.rpartition("/")[2], "files": files(static), "page": PAGE})
    headers = {"Cache-Control": f"public, max-age={KEPT_S}"}
    return Response(f"const SITE = {told};\n{script()}", headers=headers, media_type="text/javascript")


@router.get("/manifest.webmanifest")
async def manifest(request: Request) -> Response:
    site: Site = request.app.state.site
    static = site.templates.globals["static"]
    values = {
        "id": "/",
        "name": texts.SITE,
        "short_name": texts.SITE,
        "description": texts.HOME_LEAD,
        "lang": "fr",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": SURFACE,
        "icons": [
            {"src": f"{static}/core/{name}", "sizes": sizes, "type": "image/png", "purpose": purpose}
            for name, sizes, purpose in ICONS
        ],
        "shortcuts": [{"name": texts.favourites.TITLE, "url": "/favoris"}],
    }
    headers = {"Cache-Control": f"public, max-age={KEPT_S}"}
    return JSONResponse(values, headers=headers, media_type="application/manifest+json")


@router.get(PAGE)
async def offline(request: Request) -> Response:
    """What stands in for a page that could not be loaded."""
    site: Site = request.app.state.site
    return site.page("core/offline.html", {})


@cache
def script() -> str:
    return (rendering.STATIC / "core" / "worker.js").read_text("utf-8")


def files(static: str) -> list[str]:
    """The addresses of the styles, scripts and pictures of the pages that are shown without a connection."""
    templates = rendering.HERE / "templates"
    named = [re.findall(r"\{\{ static \}\}(/[\w./-]+)", (templates / name).read_text("utf-8")) for name in SHOWN]
    return sorted({static + path for found in named for path in found})
