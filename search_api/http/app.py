"""The application: the API alone. The pages build theirs on top of it."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import date

from fastapi import FastAPI, Request, Response
from prometheus_client import CollectorRegistry
from starlette.exceptions import HTTPException

from domain import civil
from search_api import problems
from search_api.engine import engine, geocoder
from search_api.http import contacts, exports, limits, metrics, openapi, routes, wrappers
from search_api.problems import EngineUnavailable, ParameterError
from settings import Settings

DESCRIPTION = """Trouver un accueil pour son enfant et un soutien de parent, en France.

Les erreurs suivent la RFC 9457 (`application/problem+json`) et nomment le paramètre, sa valeur et ce qui est permis.
Les genres, sous-genres et autres codes ont leur libellé français dans les réponses. Les positions sont en degrés
(WGS 84)\u202f; celle d’un domicile caché est celle de son secteur ou de sa commune. La licence indiquée est celle du
logiciel\u202f; chaque fiche nomme la source de ses données et leur licence (`source`)."""


def paris_today() -> date:
    return civil.today()


def create_app(settings: Settings, *, today: Callable[[], date] = paris_today) -> FastAPI:
    """The API over the indexes that `settings` names; `today` gives the civil day in France.

    `app.state.engine`, `app.state.geocoder` and `app.state.limiter` hold what the searches and the limits need,
    `app.state.metrics` what this process tells of itself (see metrics.told).
    Raises settings.keys.WeakKey, a ValueError, without a secret key that is long enough: anyone could forge cursors.
    """
    _ = settings.keys

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        await close(app)

    # The framework's pages about the API load their scripts from another host; ours is web/core/docs.py.
    app = FastAPI(
        title="Ribambelle",
        version="1",
        description=DESCRIPTION,
        license_info={"name": "MIT", "identifier": "MIT"},
        servers=[{"url": settings.site_url.rstrip("/"), "description": "Ce site"}],
        generate_unique_id_function=openapi.operation_id,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # wrappers.without_last_slash
    )
    app.router.default = wrappers.without_last_slash(app.router)
    app.state.engine = engine.connect(settings)
    app.state.geocoder = geocoder.connect(settings)
    app.state.limiter = limits.connect(settings)
    app.state.today = today
    app.state.metrics = CollectorRegistry()
    contacts.tell(app.state.limiter.contacts, app.state.metrics)
    # The last is the outermost: a HEAD tells the length of what a GET would send, compressed or not.
    app.add_middleware(wrappers.open_to_all, limiter=app.state.limiter)
    app.add_middleware(wrappers.compressing)
    app.add_middleware(wrappers.answering_head)
    app.add_middleware(metrics.measured, requests=metrics.requests(app.state.metrics))
    for error in (ParameterError, EngineUnavailable, HTTPException, Exception):
        app.add_exception_handler(error, as_problem)
    app.include_router(routes.router)
    app.include_router(exports.router)
    app.include_router(routes.probes)
    openapi.describe(app)
    return app


async def as_problem(request: Request, error: Exception) -> Response:
    """Whatever goes wrong, as a problem document; a fault of ours says nothing of its reason."""
    if isinstance(error, ParameterError):
        return problems.invalid(error)
    if isinstance(error, EngineUnavailable):
        return problems.unavailable()
    if isinstance(error, HTTPException):
        return problems.http_error(error.status_code, allowing_head(error.headers))
    return problems.http_error(500)


def allowing_head(headers: Mapping[str, str] | None) -> Mapping[str, str] | None:
    """What a 405 allows: wherever there is a GET there is a HEAD, which the framework does not know of."""
    allowed = (headers or {}).get("Allow", "").split(", ")
    return {**(headers or {}), "Allow": ", ".join([*allowed, "HEAD"])} if "GET" in allowed else headers


async def close(app: FastAPI) -> None:
    """Close the connections of an application whose lifespan no server runs."""
    await app.state.engine.client.close()
    await geocoder.close(app.state.geocoder)
    await limits.close(app.state.limiter)
