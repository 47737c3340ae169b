"""The routes of the API: parse, understand, build and run, format."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response

from search_api import limits, map, metrics, offers, places, problems, schemas, status
from search_api.engine import Engine
from search_api.parameters import (
    CountParameters,
    MapParameters,
    OfferParameters,
    Parameters,
    SuggestParameters,
    refuse_misused,
    understand,
)

GEOJSON = "application/geo+json"
API = "/api/v1"
MODELS: dict[str, type[Parameters]] = {
    f"{API}/offers": OfferParameters,
    f"{API}/map": MapParameters,
    f"{API}/suggest": SuggestParameters,
    f"{API}/counts": CountParameters,
}


def model_of(request: Request) -> type[Parameters]:
    """What the request's query string is read as; a fiche has no parameters."""
    return MODELS.get(request.url.path, Parameters)


def refuse_misused_parameters(request: Request) -> None:
    refuse_misused(request.query_params.multi_items(), model_of(request))


router = APIRouter(prefix=API, dependencies=[Depends(refuse_misused_parameters)])
probes = APIRouter(tags=["service"])


@router.get(
    "/offers",
    tags=["offres"],
    summary="Chercher des offres d’accueil et de soutien aux parents",
    response_model=schemas.Offers,
    responses={200: {"content": {GEOJSON: {}}}, **schemas.problem_answers(422, 503)},
)
async def search_offers(request: Request, parameters: Annotated[OfferParameters, Query()]) -> Response:
    """Au plus un lieu parmi near, commune, epci, department et bbox. Les valeurs d’un même paramètre s’ajoutent
    (OU), sauf feature (ET)\u202f; les paramètres se combinent (ET). Les comptes d’une facette ignorent les valeurs
    choisies dans cette facette. Pour la page suivante, redonnez les mêmes paramètres avec cursor.
    """
    query = await understand(engine_of(request), parameters, today(request))
    answer = await offers.search(engine_of(request), query)
    if parameters.format == "geojson" or GEOJSON in request.headers.get("accept", ""):
        return sent(offers.as_geojson(answer), GEOJSON, vary="Accept")
    return sent(answer, vary="Accept")


@router.get(
    "/offers/{id}",
    tags=["offres"],
    summary="La fiche d’une offre",
    response_model=schemas.Fiche,
    responses=schemas.problem_answers(404, 422, 429, 503),
)
async def read_offer(request: Request, id: str) -> Response:
    """Les coordonnées d’un assistant maternel, quand il les montre, ne figurent que sur sa fiche, dont la
    consultation est limitée.
    """
    shown = await offers.fiche(engine_of(request), id, today(request))
    if shown is None:
        return problems.not_found("Cette offre n’existe pas, ou n’est plus publiée.")
    if offers.is_limited(shown) and (wait := await limits.retry_after(request.app.state.limiter, request)):
        return problems.too_many(wait)
    return sent(shown)


@router.get(
    "/map",
    tags=["carte"],
    summary="Les offres d’une vue de carte",
    response_model=schemas.MapFeatures,
    responses=schemas.problem_answers(422, 503),
)
async def show_map(request: Request, parameters: Annotated[MapParameters, Query()]) -> Response:
    """Au plus 200 objets GeoJSON\u00a0: un point par offre, ou des groupes quand il y en a davantage."""
    query = await understand(engine_of(request), parameters, today(request))
    return sent(await map.features(engine_of(request), query, parameters.bbox, parameters.zoom), GEOJSON)


@router.get(
    "/suggest",
    tags=["lieux"],
    summary="Proposer des lieux et des offres par leur nom",
    response_model=schemas.Suggestions,
    responses=schemas.problem_answers(422, 503),
)
async def suggest(request: Request, parameters: Annotated[SuggestParameters, Query()]) -> Response:
    """Dès la première lettre\u202f; ni les accents, ni les majuscules, ni les traits d’union ne comptent."""
    return sent(await places.suggest(engine_of(request), parameters.q, parameters.limit))


@router.get(
    "/counts",
    tags=["offres"],
    summary="Compter les offres",
    response_model=schemas.Counts,
    responses=schemas.problem_answers(422, 503),
)
async def count_offers(request: Request, parameters: Annotated[CountParameters, Query()]) -> Response:
    """Toutes les conditions s’appliquent, celles du champ compté comprises\u202f; au plus 200 valeurs."""
    query = await understand(engine_of(request), parameters, today(request))
    return sent(await offers.counts(engine_of(request), query, parameters.by))


@probes.get("/healthz", summary="Le processus répond", response_model=schemas.Health)
async def healthz() -> Response:
    return sent({"status": "ok"})


@probes.get(
    "/readyz",
    summary="Les données peuvent être cherchées et sont à jour",
    response_model=schemas.Health,
    responses=schemas.problem_answers(503),
)
async def readyz(request: Request) -> Response:
    reason = await status.not_ready(engine_of(request), datetime.now(UTC))
    if reason:
        return problems.not_ready(reason)
    return sent({"status": "ok"})


# Not in the OpenAPI document: it is the operator's, and its format is Prometheus' own.
@probes.get("/metrics", include_in_schema=False)
async def read_metrics(request: Request) -> Response:
    standing = await status.standing(engine_of(request), datetime.now(UTC))
    return Response(metrics.text(request.app.state.metrics, standing), media_type=metrics.MEDIA_TYPE)


def engine_of(request: Request) -> Engine:
    engine: Engine = request.app.state.engine
    return engine


def today(request: Request) -> date:
    clock: Callable[[], date] = request.app.state.today
    return clock()


def sent(content: dict[str, Any], media_type: str = "application/json", *, vary: str | None = None) -> Response:
    return Response(orjson.dumps(content), headers={"Vary": vary} if vary else None, media_type=media_type)
