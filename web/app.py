"""The site: the search API's application with the pages, the static files and the headers around them."""

import gzip
import logging
import os
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
import rcssmin
import rjsmin
from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Lifespan, Receive, Scope, Send

from domain import civil, week
from registry import database
from registry.accounts.sessions import SessionOver
from registry.accounts.throttle import TooMany
from registry.offers.views import Views
from registry.scales import of_pool
from search_api import problems
from search_api.http import limits, metrics, openapi
from search_api.http.app import as_problem
from search_api.http.app import create_app as create_api
from search_api.http.wrappers import READABLE, accepts_gzip
from search_api.parameters import MAX_PLACES
from search_api.problems import EngineUnavailable
from settings import Settings
from web.am import messages
from web.am.availability import routes as availability
from web.am.registration import routes as registration
from web.am.space import routes as space
from web.core import (
    access,
    base_map,
    constraints,
    costs,
    error_pages,
    headers,
    offline,
    pages,
    posted,
    rendering,
    vector_tiles,
)
from web.core.site import RegistryMissing, Site
from web.parents.about import routes as about
from web.parents.alerts import routes as alerts
from web.parents.contact import routes as contact
from web.parents.favourites import routes as favourites
from web.parents.fiche import routes as fiche
from web.parents.help import routes as help_pages
from web.parents.reports import routes as reports
from web.parents.search import routes as search
from web.shared import cards
from web.shared.accounts import routes as accounts
from web.shared.search import forms, need
from web.staff import messages as staff_messages
from web.staff import moves as staff_moves
from web.staff import reports as staff_reports
from web.staff import widget_keys
from web.staff.accounts import administration, keeping, lost_mailbox
from web.staff.department import routes as department
from web.staff.employer import routes as employer
from web.staff.moderation import routes as moderation
from web.staff.movements import api as movements_api
from web.staff.movements import described
from web.staff.movements import routes as movements
from web.staff.rpe import routes as rpe
from web.widget import frame
from web.widget import routes as widget

log = logging.getLogger(__name__)

A_YEAR_S = 365 * 86_400
TEXT = (".css", ".js", ".svg")


ROUTERS = (
    search.router,
    base_map.router,
    vector_tiles.router,
    fiche.router,
    contact.router,
    reports.router,
    alerts.router,
    favourites.router,
    about.router,
    widget.router,
    error_pages.router,
    offline.router,
    accounts.router,
    keeping.router,
    lost_mailbox.router,
    administration.router,
    registration.router,
    space.router,
    messages.router,
    availability.router,
    employer.router,
    moderation.router,
    staff_messages.router,
    staff_reports.router,
    staff_moves.router,
    movements.router,
    movements_api.router,
    department.router,
    rpe.router,
    widget_keys.router,
    help_pages.router,
)
"""The rooms of the site: what parents see, then those behind a sign-in."""


SHOWN_BY_SEVERAL = {
    "icon_of": cards.kind_icon,
    "day_names": dict(zip(need.DAYS, week.NAMES, strict=True)),
    "default_radius": forms.RADIUS,
    "most_children": MAX_PLACES,
    "default_detour": forms.DETOUR,
    "usual_hours": {"start": need.START, "end": need.END},
}
"""What the templates of `shared` know besides the values of their page."""


MOST_FILES_IN_HAND = 10
"""Forms with a file that one process receives at a time: somewhat more than it reads and lets wait (registry.parsing).
Of the others nothing is read, so that they cost no page and no connection of the registry."""

FILES_AGAIN_S = 10


def utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(
    settings: Settings, *, now: Callable[[], datetime] = utc_now, today: Callable[[], date] | None = None
) -> FastAPI:
    """The API and the site. `now` gives the moment in UTC, `today` the civil day in France, by default that of `now`.

    Without a `database_url` there are no accounts, only the search. Raises ValueError without a secret key, and where
    `pmtiles_path` names no file of tiles.
    """
    civil_day = today or (lambda: civil.day(now()))
    app = create_api(settings, today=civil_day)
    static = f"/static/{rendering.static_version()}"
    registry = database.pool(settings.database_url) if settings.database_url else None
    templates = rendering.environment(static, has_accounts=registry is not None)
    app.state.site = Site(
        app.state.engine,
        app.state.geocoder,
        app.state.limiter,
        registry,
        Views(registry) if registry is not None else None,
        settings,
        templates,
        now,
        civil_day,
        of_pool(registry),
        metrics.missing_beside(app.state.metrics),
    )
    templates.filters["dated"] = app.state.site.dated
    templates.globals.update(SHOWN_BY_SEVERAL, vector_tiles=vector_tiles.of(settings) is not None)
    for router in ROUTERS:
        app.include_router(router)
    openapi.add(app, described.SCHEMAS, described.TOKEN)
    files = CachedForEver(directory=rendering.STATIC)
    app.mount(static, files, name="static")
    for error in (EngineUnavailable, HTTPException, Exception, psycopg.Error, *WITH_A_REASON, *MEMBERS):
        app.add_exception_handler(error, page_or_problem)
    app.add_exception_handler(ClientDisconnect, gone)
    # Innermost: what it refuses is measured, compressed and answered to a HEAD like all else.
    app.user_middleware.append(Middleware(within_limits, site=app.state.site, free=files.addresses(static)))
    app.add_middleware(without_nul)
    app.router.lifespan_context = closing(app.router.lifespan_context, app.state.site)
    # Built here, as the framework's own answer to a fault comes from outside of every middleware that is added.
    app.middleware_stack = headers.with_headers(app.build_middleware_stack(), settings)
    return app


def closing(lifespan: Lifespan[Any], site: Site) -> Lifespan[Any]:
    """The API's own lifespan, and at the end of it the registry's connections closed."""

    @asynccontextmanager
    async def lived(app: Any) -> AsyncIterator[None]:
        async with lifespan(app):
            yield
        await run_in_threadpool(close, site)

    return lived


def without_nul(app: ASGIApp) -> ASGIApp:
    """The application, which never meets a NUL in an address of a page: PostgreSQL takes none, and no page sends one.

    U+FFFD stands in its place, as in HTML: were it only taken out, "%0%000" would become one. The API has its own
    answer to one.
    """

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].startswith("/api/"):
            if "\0" in scope["path"]:
                scope = {**scope, "path": scope["path"].replace("\0", "\ufffd")}
            if b"%00" in scope["query_string"]:
                scope = {**scope, "query_string": scope["query_string"].replace(b"%00", b"%EF%BF%BD")}
        await app(scope, receive, send)

    return serve


def within_limits(app: ASGIApp, site: Site, free: frozenset[str]) -> ASGIApp:
    """The application, whose pages a client may ask for as long as its budget lasts, the same as the API's; which
    counts its own. `free`: the addresses of the static files (see web/core/costs.py)."""

    files_in_hand = 0

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal files_in_hand
        cost = 0
        if scope["type"] == "http" and not scope["path"].startswith(READABLE) and scope["path"] not in free:
            cost = costs.of(scope)
            counted = limits.count_request(site.limiter, scope, cost) if cost else None
            if counted is not None and not counted.allowed:
                await refused(Request(scope), counted.reset_s)(scope, receive, send)
                return
        if cost < costs.FILE:
            await app(scope, receive, send)
        elif files_in_hand >= MOST_FILES_IN_HAND:
            await error_pages.crowded(Request(scope), FILES_AGAIN_S)(scope, receive, send)
        else:
            files_in_hand += 1
            try:
                await app(scope, receive, send)
            finally:
                files_in_hand -= 1

    return serve


def refused(request: Request, wait_s: int) -> Response:
    """What a client gets whose budget is spent: a page, the frame of a town hall's page, or a problem."""
    if request.url.path == frame.PATH:
        return frame.busy(request.app.state.site, wait_s)
    return error_pages.busy(request, wait_s) if is_for_reader(request) else problems.too_many_requests(wait_s)


def close(site: Site) -> None:
    """Write the counts that wait, and close the registry's connections."""
    if site.views is not None:
        site.views.close()
    if site.registry is not None:
        site.registry.close()


MINIFIERS: dict[str, Callable[[bytes], bytes]] = {".js": rjsmin.jsmin, ".css": rcssmin.cssmin}


def light(path: Path) -> bytes:
    """A static file without what only its readers need: of our own scripts and styles, which give their reasons, that
    is a quarter once compressed. Vendored files come as light as their authors make them."""
    content = path.read_bytes()
    minify = MINIFIERS.get(path.suffix)
    return content if minify is None or path.is_relative_to(rendering.STATIC / "vendor") else minify(content)


class CachedForEver(StaticFiles):
    """Static files whose address changes with their content. Text is made light and compressed once, and kept: to do it
    for each request was twice the work of a suggestion. Who takes no gzip gets the source."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory=directory)
        self.compressed: dict[str, bytes] = {}

    def addresses(self, static: str) -> frozenset[str]:
        """Of all files, as they are asked for below `static`."""
        files = (path.relative_to(rendering.STATIC) for path in rendering.STATIC.rglob("*") if path.is_file())
        return frozenset(f"{static}/{file.as_posix()}" for file in files)

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = f"public, max-age={A_YEAR_S}, immutable"
        path = Path(full_path)
        if not isinstance(response, FileResponse) or path.suffix not in TEXT or not accepts_gzip(scope):
            return response
        if str(path) not in self.compressed:
            self.compressed[str(path)] = gzip.compress(light(path), mtime=0)
        headers = {name: value for name, value in response.headers.items() if name != "content-length"}
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        return Response(self.compressed[str(path)], status_code, headers)


MEMBERS: dict[type[Exception], Callable[[Request], Response]] = {
    access.SignInNeeded: pages.sign_in_first,
    access.SecondFactorNeeded: pages.second_factor_first,
    SessionOver: pages.sign_in_first,
    RegistryMissing: pages.registry_missing,
    posted.ForeignForm: pages.foreign_form,
    posted.TooLarge: pages.too_large,
    posted.BadForm: pages.foreign_form,
    posted.NoRoom: pages.no_room,
    psycopg.OperationalError: pages.registry_away,
}
"""What stands in the way of a page behind a sign-in, and the page that says so."""

NOT_NOW = (
    *(access.SignInNeeded, access.SecondFactorNeeded, access.ProofNeeded),
    *(SessionOver, posted.ForeignForm),
)
"""What keeps a form from being taken for now: what was typed into it stands."""

WITH_A_REASON = (access.NotAllowed, access.ProofNeeded, TooMany)
"""The same, where the page depends on what the exception holds."""


async def page_or_problem(request: Request, error: Exception) -> Response:
    """A reader gets a page, a program a problem document."""
    if isinstance(error, psycopg.IntegrityError) and (sentence := constraints.sentence(error)) is not None:
        # Two people did the same thing at once, or what a form was about has gone: its reader is no fault of ours.
        log.info("the registry refused a row: %s", error.diag.constraint_name)
        return (
            pages.refused(request, sentence)
            if is_for_reader(request)
            else problems.document(409, "about:blank", "Conflit", f"{sentence} Rien n’a été enregistré.")
        )
    if isinstance(error, psycopg.Error) and not isinstance(error, psycopg.OperationalError):
        # Where it happened and of what kind, not its words: they quote the row, and the server logs what is raised.
        where = "".join(traceback.format_tb(error.__traceback__))
        log.error("the registry refused a statement: %s (%s)\n%s", type(error).__name__, error.sqlstate, where)
    if not is_for_reader(request) and not isinstance(error, (*WITH_A_REASON, *MEMBERS)):
        return await as_problem(request, error)
    if isinstance(error, NOT_NOW) and is_for_reader(request) and (fields := await posted.typed(request)):
        return pages.typed_again(request, pages.way_before(request, error), fields)
    if isinstance(error, EngineUnavailable):
        return error_pages.unavailable(request)
    if isinstance(error, access.NotAllowed):
        return pages.not_allowed(request, error.reason)
    if isinstance(error, access.ProofNeeded):
        return pages.proof_first(request, error)
    if isinstance(error, TooMany):
        return pages.too_many(request, error.wait)
    for kind, shown in MEMBERS.items():
        if isinstance(error, kind):
            return shown(request)
    if isinstance(error, HTTPException) and error.status_code == 404:
        return error_pages.not_found(request.app.state.site)
    if isinstance(error, HTTPException):
        return await as_problem(request, error)
    return error_pages.failed(request.app.state.site)


async def gone(request: Request, error: Exception) -> Response:
    """Who was sending a form has gone, or was too slow for the server. Nobody reads this answer: it stands for sixty
    lines of traceback in the log, which anybody could ask for as often as he likes."""
    return Response(status_code=400)


def is_for_reader(request: Request) -> bool:
    path = request.url.path
    if path == "/" or path.startswith("/offre/"):
        return True
    return not path.startswith("/api/") and "text/html" in request.headers.get("accept", "")
