"""The site: the search API's application with the pages, the static files and the headers around them."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from search_api.app import as_problem, paris_today
from search_api.app import create_app as create_api
from search_api.engine import EngineUnavailable
from settings import Settings
from web import pages, rendering

A_YEAR_S = 365 * 86_400


def create_app(settings: Settings, *, today: Callable[[], date] = paris_today) -> FastAPI:
    """The API and the site; `today` gives the civil day in France. Raises ValueError without a secret key."""
    app = create_api(settings, today=today)
    static = f"/static/{rendering.static_version()}"
    templates = rendering.environment(static)
    app.state.site = pages.Site(app.state.engine, app.state.geocoder, app.state.limiter, settings, templates, today)
    app.include_router(pages.router)
    app.mount(static, CachedForEver(directory=rendering.STATIC), name="static")
    for error in (EngineUnavailable, HTTPException, Exception):
        app.add_exception_handler(error, page_or_problem)
    app.add_middleware(with_headers, headers=security_headers(settings))
    return app


def with_headers(app: ASGIApp, headers: Mapping[str, str]) -> ASGIApp:
    """The application, whose answers have these headers too, where they do not say otherwise."""
    added = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(each for each in added if each[0] not in present)]
            await send(message)

        await app(scope, receive, send_with if scope["type"] == "http" else send)

    return serve


class CachedForEver(StaticFiles):
    """Static files whose address changes with their content."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = f"public, max-age={A_YEAR_S}, immutable"
        return response


async def page_or_problem(request: Request, error: Exception) -> Response:
    """A reader gets a page, a program a problem document."""
    if not is_for_reader(request):
        return await as_problem(request, error)
    if isinstance(error, EngineUnavailable):
        return pages.unavailable(request)
    if isinstance(error, HTTPException) and error.status_code == 404:
        return pages.not_found(request.app.state.site)
    if isinstance(error, HTTPException):
        return await as_problem(request, error)
    return pages.failed(request.app.state.site)


def is_for_reader(request: Request) -> bool:
    path = request.url.path
    if path == "/" or path.startswith("/offre/"):
        return True
    return not path.startswith("/api/") and "text/html" in request.headers.get("accept", "")


def security_headers(settings: Settings) -> dict[str, str]:
    """Only our own files run, and the tiles' host is the only other one that is asked for anything.

    `same-origin` keeps a family's search, which stands in the address, from the sites that a fiche links to.
    """
    tiles = urlsplit(settings.tile_url.replace("{s}", "*"))
    images = f"'self' data: {tiles.scheme}://{tiles.netloc}" if tiles.netloc else "'self' data:"
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": images,
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Permissions-Policy": "geolocation=(self)",
    }
