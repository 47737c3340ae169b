"""The query strings of the API, and what they mean together.

The models check one parameter at a time; `understand` checks them against each other, and gives the query that the
rest of the room works on. All of it is pure: whether a territory has such a code, `places` says afterwards.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic.fields import FieldInfo

from search_api.filter_table import FILTERS, Value
from search_api.geo import Box, Route
from search_api.problems import ParameterError, parameter_errors, refusal, unknown
from search_api.request import cursors, filter_types
from search_api.request.need import MAX_LINES, MAX_PLACES
from search_api.request.need_types import LENIENCIES, Leniency
from search_api.request.offer_query import OfferQuery, Scope, View
from search_api.request.pair_types import MAX_PAIRS, PairLimit
from search_api.request.parameter_types import (
    BIRTHS,
    BOX,
    DEFAULT_DETOUR_KM,
    DEFAULT_LIMIT,
    DEFAULT_RADIUS_KM,
    MAX_AGE_YEARS,
    MAX_MONTHS_AHEAD,
    MAX_RADIUS_KM,
    SORTS,
    Bbox,
    BboxOrNone,
    By,
    ChildBirthdates,
    Communes,
    Cursor,
    Department,
    DetourKm,
    Epci,
    Facets,
    Format,
    Include,
    Limit,
    Match,
    Near,
    Need,
    Q,
    RadiusKm,
    Seats,
    Sort,
    Start,
    SuggestLimit,
    SuggestQ,
    ViewOrNone,
    Zoom,
    ZoomOrNone,
    codes,
)
from search_api.request.parameter_types import Route as RouteParameter
from settings.keys import Keys

__all__ = [
    "DEFAULT_DETOUR_KM",
    "MAX_AGE_YEARS",
    "MAX_LINES",
    "MAX_MONTHS_AHEAD",
    "MAX_PLACES",
    "Bbox",
    "CountParameters",
    "FilterParameters",
    "MapParameters",
    "NearlyParameters",
    "OfferParameters",
    "OfferQuery",
    "PairParameters",
    "Parameters",
    "Scope",
    "SuggestParameters",
    "View",
    "Zoom",
    "meaning",
    "read",
    "refuse_any_distance",
    "refuse_misused",
    "understand",
    "written",
]

Model = TypeVar("Model", bound=BaseModel)


class Parameters(BaseModel):
    """A query string that refuses what it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class WhereParameters(Parameters):
    """Where to search, and for which words."""

    near: Near = None
    radius_km: RadiusKm = None
    route: RouteParameter = None
    detour_km: DetourKm = None
    commune: Communes = Field(default_factory=list)
    epci: Epci = None
    department: Department = None
    q: Q = None


if TYPE_CHECKING:

    class ChosenParameters(WhereParameters):
        """Where, and the filters of the table by their names."""

else:
    ChosenParameters = create_model("ChosenParameters", __base__=WhereParameters, **filter_types.parameters())


class FilterParameters(ChosenParameters):
    """What every search of offers can be asked."""

    child_birthdate: ChildBirthdates = Field(default_factory=list)
    need: Need = Field(default_factory=list)
    start: Start = Field(None, alias="from")
    places: Seats = None
    leniency: Leniency = 0
    match: Match = "all"
    include: Include = Field(default_factory=list)


class OfferParameters(FilterParameters):
    """`GET /api/v1/offers`."""

    bbox: BboxOrNone = None
    view: ViewOrNone = None
    zoom: ZoomOrNone = None
    sort: Sort = None
    limit: Limit = DEFAULT_LIMIT
    cursor: Cursor = None
    facets: Facets = Field(default_factory=list)
    format: Format = "json"


class MapParameters(FilterParameters):
    """`GET /api/v1/map`: the view and the filters; a place may be asked for beside the view."""

    bbox: Bbox
    zoom: Zoom


class CountParameters(FilterParameters):
    """`GET /api/v1/counts`."""

    bbox: BboxOrNone = None
    by: By


class NearlyParameters(FilterParameters):
    """`GET /api/v1/nearly`."""

    need: Need = Field(min_length=1)
    bbox: BboxOrNone = None


class PairParameters(NearlyParameters):
    """`GET /api/v1/pairs`."""

    limit: PairLimit = MAX_PAIRS


class SuggestParameters(Parameters):
    """`GET /api/v1/suggest`."""

    q: SuggestQ
    limit: SuggestLimit = 8


def refuse_misused(items: Iterable[tuple[str, str]], model: type[BaseModel]) -> None:
    """ParameterError for parameters that `model` lacks, and for those of one value that come twice (the framework
    would keep the last)."""
    fields = public_fields(model)
    given: dict[str, list[str]] = {}
    for name, value in items:
        given.setdefault(name, []).append(value)
    errors = []
    for name, values in given.items():
        if name not in fields:
            errors.append(unknown(name, values[0], fields))
        elif len(values) > 1 and get_origin(fields[name].annotation) is not list:
            errors.append(refusal(name, ", ".join(values), "une seule valeur", "donné plusieurs fois"))
    if errors:
        raise ParameterError.of(errors)


@lru_cache
def public_fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    return {field.alias or name: field for name, field in model.model_fields.items()}


def read(model: type[Model], values: Mapping[str, Any]) -> Model:
    """A query string as a model: texts, or lists of texts; a point, a box or a way may be one already. Raises
    ParameterError."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise parameter_errors(error.errors(), model) from None


def written(given: Mapping[str, Any]) -> dict[str, str | list[str]]:
    """Parameters as a query string has them: points, boxes and ways as text too."""
    return {name: list(value) if isinstance(value, list) else text_of(value) for name, value in given.items()}


def text_of(value: Any) -> str:
    return ";".join(map(str, value)) if isinstance(value, tuple) else str(value)


def understand(parameters: FilterParameters, today: date, keys: Keys, scope: Scope | None = None) -> OfferQuery:
    """The query that the parameters mean on that day; with a cursor, which `keys` have signed, on its first page's day.
    With a `scope` it is a search of staff, whose cursors are its own.

    Raises ParameterError where they contradict each other, or the cursor is not theirs.
    """
    text = parameters.cursor if isinstance(parameters, OfferParameters) else None
    if not text:
        return meaning(parameters, today, scope)
    cursor = cursors.read(keys, text, today)
    query = meaning(parameters, cursor.day, scope)
    cursors.refuse_foreign(cursor, query)
    return replace(query, after=cursor.after)


def meaning(parameters: FilterParameters, today: date, scope: Scope | None = None) -> OfferQuery:
    """The same without a look at a cursor: the first page. Raises ParameterError where parameters contradict each
    other."""
    paged = parameters if isinstance(parameters, OfferParameters) else None
    box = None if isinstance(parameters, MapParameters) else getattr(parameters, "bbox", None)
    refuse_two_places(parameters, box)
    sort = (paged and paged.sort) or default_sort(parameters)
    if paged:
        refuse_sort(parameters, sort)
    query = OfferQuery(
        today=today,
        start=parameters.start or today,
        sort=sort,
        limit=paged.limit if paged else 0,
        near=parameters.near,
        radius_km=radius(parameters),
        route=Route(parameters.route, parameters.detour_km or DEFAULT_DETOUR_KM) if parameters.route else None,
        communes=tuple(parameters.commune),
        epci=parameters.epci,
        department=parameters.department,
        bbox=box,
        q=parameters.q,
        selected=tuple((row.name, values) for row in FILTERS if (values := chosen(getattr(parameters, row.name)))),
        children=tuple(parameters.child_birthdate),
        need=tuple(parameters.need),
        places=seats(parameters),
        leniency=leniency(parameters),
        best=parameters.match == "best",
        to_ask="to_ask" in parameters.include,
        undeclared="unknown" in parameters.include,
        facets=tuple(paged.facets) if paged else (),
        view=view(paged) if paged else None,
        scope=scope,
    )
    refuse_no_child(query)
    return query


def chosen(given: Any) -> tuple[Value, ...]:
    """The values of a filter, whether it takes several or one."""
    if given is None:
        return ()
    return tuple(given) if isinstance(given, list) else (given,)


def view(parameters: OfferParameters) -> View | None:
    """The map to answer with the list. Raises ParameterError for half of one."""
    if parameters.view is not None and parameters.zoom is not None:
        return View(parameters.view, parameters.zoom)
    if parameters.view is not None:
        raise ParameterError("zoom", "", "un entier de 0 à 20", "il manque le zoom de view")
    if parameters.zoom is not None:
        raise ParameterError("view", "", BOX, "il manque le cadre view de ce zoom")
    return None


def default_sort(parameters: FilterParameters) -> str:
    if parameters.q:
        return "relevance"
    if parameters.need:
        return "recommended"
    return "distance" if parameters.near is not None or parameters.route is not None else "name"


def radius(parameters: FilterParameters) -> float | None:
    """Kilometres around the point; None without a point or without a limit."""
    if parameters.near is None or parameters.radius_km == math.inf:
        return None
    return DEFAULT_RADIUS_KM if parameters.radius_km is None else parameters.radius_km


def refuse_two_places(parameters: FilterParameters, box: Box | None) -> None:
    near = parameters.near
    route = parameters.route
    refuse_together(
        {
            "near": text_of(near) if near else None,
            "route": text_of(route) if route else None,
            "commune": ",".join(parameters.commune) or None,
            "epci": parameters.epci,
            "department": parameters.department,
            "bbox": text_of(box) if box else None,
        }
    )
    if parameters.radius_km is not None and near is None:
        raise ParameterError("radius_km", parameters.radius_km, "seulement avec near", "il manque le point near")
    if parameters.detour_km is not None and route is None:
        raise ParameterError("detour_km", parameters.detour_km, "seulement avec route", "il manque le trajet route")


def refuse_together(places: Mapping[str, str | None]) -> None:
    """ParameterError that names all of the places that are given, where there are several."""
    given = {name: value for name, value in places.items() if value is not None}
    if len(given) > 1:
        allowed, together = f"un seul parmi {codes(places)}", " et ".join(given)
        raise ParameterError.of(
            [refusal(name, value, allowed, f"{together} ne vont pas ensemble") for name, value in given.items()]
        )


def refuse_sort(parameters: FilterParameters, sort: str) -> None:
    if sort == "distance" and parameters.near is None and parameters.route is None:
        raise ParameterError("sort", sort, codes(SORTS), "distance demande un point near ou un trajet route")
    if sort == "availability" and not parameters.need:
        raise ParameterError("sort", sort, codes(SORTS), "availability demande un besoin need")
    if sort == "relevance" and not parameters.q:
        raise ParameterError("sort", sort, codes(SORTS), "relevance demande des mots q")
    if parameters.radius_km == math.inf and sort != "distance":
        raise any_distance()


def any_distance() -> ParameterError:
    allowed = f"un nombre jusqu’à {MAX_RADIUS_KM}, ou any avec sort=distance"
    return ParameterError("radius_km", "any", allowed, "any demande sort=distance")


def refuse_any_distance(query: OfferQuery) -> None:
    """ParameterError for a search around a point without a limit, by those that have no order of distance."""
    if query.near is not None and query.radius_km is None:
        raise any_distance()


def seats(parameters: FilterParameters) -> int:
    """The places that are looked for: as given, or one for each child. Raises ParameterError where some child would
    have none."""
    children = parameters.child_birthdate
    if parameters.places is None:
        return len(children) or 1
    if parameters.places < len(children):
        allowed = "au moins autant de places que d’enfants"
        message = f"places={parameters.places} est moins que les {len(children)} enfants de child_birthdate"
        given = {"places": str(parameters.places), "child_birthdate": ", ".join(map(str, children))}
        raise ParameterError.of([refusal(name, value, allowed, message) for name, value in given.items()])
    return parameters.places


def leniency(parameters: FilterParameters) -> int:
    """Minutes. Raises ParameterError where there are no hours that might be shorter."""
    if parameters.leniency and not parameters.need:
        raise ParameterError("leniency", parameters.leniency, LENIENCIES, "leniency demande un besoin need")
    return parameters.leniency


def refuse_no_child(query: OfferQuery) -> None:
    """ParameterError for the birth date of somebody who is grown up on the day, or whom nobody can expect yet."""
    for born in query.children:
        months = query.months_old(born)
        if months > MAX_AGE_YEARS * 12:
            raise ParameterError("child_birthdate", born, BIRTHS, "cette personne n’est plus un enfant")
        if months < -MAX_MONTHS_AHEAD:
            message = "cette naissance est prévue plus d’un an après la date de début demandée"
            raise ParameterError("child_birthdate", born, BIRTHS, message)
