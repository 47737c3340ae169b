"""The routes of the API: parse, understand, build and run, format."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from search_api import map_view, nearly, offers, pairs, problems
from search_api.engine import status
from search_api.engine.engine import Engine
from search_api.http import limits, nearly_schemas, refusals, schemas
from search_api.http.api_route import ApiRoute
from search_api.http.openapi import GeoJson
from search_api.http.responses import sent, unkept
from search_api.parameters import (
    CountParameters,
    FilterParameters,
    MapParameters,
    NearlyParameters,
    OfferParameters,
    PairParameters,
    SuggestParameters,
    understand,
)
from search_api.query_log import watched
from search_api.request.offer_query import OfferQuery, View
from search_api.suggest import suggest as suggested

GEOJSON = "application/geo+json"
OFFERS, FICHE, MAP, SUGGEST, COUNTS = "/offers", "/offers/{id}", "/map", "/suggest", "/counts"
NEARLY, PAIRS = "/nearly", "/pairs"

router = APIRouter(prefix="/api/v1", route_class=ApiRoute)
probes = APIRouter(tags=["service"])


def answers(*statuses: int, geojson: str | None = None) -> dict[int | str, dict[str, Any]]:
    """What a route may answer besides its model: another one as GeoJSON, these problems, and those of every route."""
    schema = {"$ref": f"#/components/schemas/{geojson}"}
    return {
        **({200: {"content": {GEOJSON: {"schema": schema}}}} if geojson else {}),
        304: {"description": "Rien n’a changé depuis la réponse dont l’ETag est dans If-None-Match."},
        **refusals.problem_answers(*statuses, 414, 422, 429, 500, 503),
    }


@router.get(
    OFFERS,
    tags=["offres"],
    summary="Chercher des offres d’accueil et de soutien aux parents",
    response_model=schemas.Offers,
    responses=answers(geojson="OfferFeatures"),
)
async def search_offers(request: Request, parameters: Annotated[OfferParameters, Query()]) -> Response:
    """Au plus un lieu parmi near, route, commune, epci, department et bbox. Les valeurs d’un même paramètre s’ajoutent
    (OU), sauf feature (ET)\u202f; les paramètres se combinent (ET). Les comptes d’une facette ignorent les valeurs
    choisies dans cette facette. Pour la page suivante, redonnez les mêmes paramètres avec cursor.
    """
    query = understood(request, parameters)
    search = offers.search(engine_of(request), query)
    answer = await watched(search, OFFERS, parameters, slow_s=slow_s(request), sort=query.sort)
    if parameters.format == "geojson" or GEOJSON in request.headers.get("accept", ""):
        return sent(request, offers.as_geojson(answer), GEOJSON, vary="Accept")
    return sent(request, answer, vary="Accept")


@router.get(
    FICHE,
    tags=["offres"],
    summary="La fiche d’une offre",
    response_model=schemas.Fiche,
    responses=answers(404),
)
async def read_offer(request: Request, id: Annotated[str, Path(examples=["anne"])]) -> Response:
    """Les coordonnées d’un assistant maternel, quand il les montre, ne figurent que sur sa fiche, dont la
    consultation est limitée.
    """
    shown = await offers.fiche(engine_of(request), id, today(request))
    if shown is None:
        return problems.not_found("Cette offre n’existe pas, ou n’est plus publiée.")
    if offers.is_limited(shown) and (wait := await limits.wait_for_contact(request.app.state.limiter, request.scope)):
        return problems.too_many_fiches(wait)
    return sent(request, shown)


@router.get(
    MAP,
    tags=["carte"],
    summary="Les offres d’une vue de carte",
    response_class=GeoJson,
    response_model=schemas.MapFeatures,
    responses=answers(),
)
async def show_map(request: Request, parameters: Annotated[MapParameters, Query()]) -> Response:
    """Au plus 200 objets GeoJSON\u00a0: un point par offre, ou des groupes quand il y en a davantage."""
    query = understood(request, parameters)
    search = map_view.features(engine_of(request), query, View(parameters.bbox, parameters.zoom))
    answer = await watched(search, MAP, parameters, slow_s=slow_s(request))
    return sent(request, answer, GEOJSON)


@router.get(
    SUGGEST,
    tags=["lieux"],
    summary="Proposer des lieux et des offres par leur nom",
    response_model=schemas.Suggestions,
    responses=answers(),
)
async def suggest(request: Request, parameters: Annotated[SuggestParameters, Query()]) -> Response:
    """Dès la première lettre\u202f; ni les accents, ni les majuscules, ni les traits d’union, ni les apostrophes ne
    comptent. Un ancien nom est proposé avec la commune d’aujourd’hui.
    """
    search = suggested(engine_of(request), parameters.q, parameters.limit, request.app.state.geocoder)
    answer = await watched(search, SUGGEST, parameters, slow_s=slow_s(request))
    return sent(request, answer)


@router.get(
    COUNTS,
    tags=["offres"],
    summary="Compter les offres",
    response_model=schemas.Counts,
    responses=answers(),
)
async def count_offers(request: Request, parameters: Annotated[CountParameters, Query()]) -> Response:
    """Toutes les conditions s’appliquent, celles du champ compté comprises\u202f; au plus 200 valeurs."""
    query = understood(request, parameters)
    search = offers.counts(engine_of(request), query, parameters.by)
    answer = await watched(search, COUNTS, parameters, slow_s=slow_s(request))
    return sent(request, answer)


@router.get(
    NEARLY,
    tags=["offres"],
    summary="Compter ce qu’un besoin un peu moindre trouverait",
    response_model=nearly_schemas.Nearly,
    responses=answers(),
)
async def count_nearly(request: Request, parameters: Annotated[NearlyParameters, Query()]) -> Response:
    """15, 30 ou 60 minutes de moins au début et à la fin, un jour de moins, une place de moins, 5\u00a0km de
    plus\u00a0: un compte exact pour chaque changement possible, toujours avec match=all.
    """
    query = understood(request, parameters)
    answer = await watched(nearly.nearly(engine_of(request), query), NEARLY, parameters, slow_s=slow_s(request))
    return sent(request, answer)


@router.get(
    PAIRS,
    tags=["offres"],
    summary="Proposer deux offres qui couvrent un besoin ensemble",
    response_model=nearly_schemas.Pairs,
    responses=answers(),
)
async def propose_pairs(request: Request, parameters: Annotated[PairParameters, Query()]) -> Response:
    """Parmi les 200 meilleures offres qui en couvrent une partie, par des places déclarées et à jour\u00a0: un enfant
    chez chacune, ou les jours et les nuits partagés. D’abord celles qui partagent le moins de journées, puis les plus
    proches l’une de l’autre et du lieu.
    """
    query = understood(request, parameters)
    search = pairs.pairs(engine_of(request), query, parameters.limit)
    answer = await watched(search, PAIRS, parameters, slow_s=slow_s(request))
    return sent(request, answer)


TOO_LONG: dict[int | str, dict[str, Any]] = {414: {"description": "L’adresse de la demande est trop longue."}}
"""What the server that carries the site says to any address of that kind (docs/deploy.md)."""


@probes.get("/healthz", summary="Le processus répond", response_model=schemas.Health, responses=TOO_LONG)
async def healthz() -> Response:
    return unkept({"status": "ok"})


@probes.get(
    "/readyz",
    summary="Les données peuvent être cherchées et sont à jour",
    response_model=schemas.Health,
    responses=TOO_LONG | refusals.problem_answers(503),
)
async def readyz(request: Request) -> Response:
    reason = await status.not_ready(engine_of(request), datetime.now(UTC))
    if reason:
        return problems.not_ready(reason)
    return unkept({"status": "ok"})


def understood(request: Request, parameters: FilterParameters) -> OfferQuery:
    """Raises ParameterError."""
    return understand(parameters, today(request), engine_of(request).settings.keys)


def engine_of(request: Request) -> Engine:
    engine: Engine = request.app.state.engine
    return engine


def today(request: Request) -> date:
    clock: Callable[[], date] = request.app.state.today
    return clock()


def slow_s(request: Request) -> float:
    return engine_of(request).settings.slow_query_s
