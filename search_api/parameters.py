"""The query strings of the API: what each parameter is called, may hold and means.

The models check one parameter at a time; `understand` checks them against each other and against the places
that are known, and gives the query that the rest of the room works on.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated, Any, TypeVar, get_origin

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema

from search_api import cursors, need
from search_api.engine import Engine
from search_api.facets import COUNTED
from search_api.labels import FACETS, FEATURES, FUNDINGS, KINDS, LANGUAGES, SUBKINDS
from search_api.need import Line
from search_api.offer_query import Box, OfferQuery, Point
from search_api.places import named
from search_api.problems import ParameterError, parameter_errors, refusal, unknown

DEFAULT_RADIUS_KM = 10.0
MAX_RADIUS_KM = 50
MAX_Q = 200
DEFAULT_LIMIT, MAX_LIMIT = 20, 100
MAX_COMMUNES = 50
MAX_AGE_YEARS = 18
SORTS = ("distance", "updated", "name", "relevance", "recommended")


Model = TypeVar("Model", bound=BaseModel)


def described(meaning: str, allowed: str, *examples: Any) -> Any:
    """A parameter's documentation; `allowed` is also what an error says."""
    return Field(
        description=f"{meaning} Permis\u00a0: {allowed}.",
        examples=list(examples),
        json_schema_extra={"x-allowed": allowed},
    )


def numbers(text: str, count: int) -> list[float]:
    """`count` finite decimal numbers separated by commas. Raises ValueError in French."""
    parts = text.split(",")
    if len(parts) != count:
        raise ValueError(f"«\u00a0{text[:60]}\u00a0» n’a pas {count} nombres séparés par des virgules")
    return [decimal(part) for part in parts]


def decimal(text: str) -> float:
    """A finite number, written with digits only: Python's float() would also take inf, nan, 1_0 and ١."""
    if not re.fullmatch(r"\s*[+-]?(\d+\.?\d*|\.\d+)\s*", text, re.ASCII):
        raise ValueError(f"«\u00a0{text[:60]}\u00a0» n’est pas un nombre")
    return float(text)


def latitude(value: float) -> float:
    if not -90 <= value <= 90:
        raise ValueError(f"la latitude {value} n’est pas entre -90 et 90")
    return value


def longitude(value: float) -> float:
    if not -180 <= value <= 180:
        raise ValueError(f"la longitude {value} n’est pas entre -180 et 180")
    return value


def as_point(text: str) -> Point:
    lat, lon = numbers(text, 2)
    return Point(latitude(lat), longitude(lon))


def as_box(text: str) -> Box:
    west, south, east, north = numbers(text, 4)
    box = Box(longitude(west), latitude(south), longitude(east), latitude(north))
    if not (west < east and south < north):
        raise ValueError("l’ouest doit être inférieur à l’est et le sud au nord (un cadre ne passe pas l’antiméridien)")
    return box


def as_radius(text: str) -> float:
    """Kilometres; infinity for `any`."""
    if text == "any":
        return math.inf
    radius = decimal(text)
    if not 0 < radius <= MAX_RADIUS_KM:
        raise ValueError(f"le rayon {text} n’est pas entre 0 et {MAX_RADIUS_KM}")
    return radius


def as_day(text: str) -> date:
    """Only YYYY-MM-DD: pydantic alone would also take numbers of seconds."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        raise ValueError(f"«\u00a0{text[:60]}\u00a0» n’est pas une date de la forme AAAA-MM-JJ")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"le jour {text} n’existe pas") from None


def as_integer(text: str) -> int:
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII):
        raise ValueError(f"«\u00a0{text[:60]}\u00a0» n’est pas un nombre entier")
    return int(text)


def parsed(convert: Callable[[str], Any]) -> BeforeValidator:
    """Turn the text of a query string into a value; values that are none (defaults) pass."""
    return BeforeValidator(lambda value: convert(value) if isinstance(value, str) else value)


def not_yet(value: str) -> BeforeValidator:
    """Refuse a value that the design promises and that no version answers yet."""

    def check(given: Any) -> Any:
        if given == value:
            raise ValueError(f"pas encore\u00a0: {value} viendra avec une prochaine version")
        return given

    return BeforeValidator(check)


def without_repeats(values: list[Any]) -> list[Any]:
    return list(dict.fromkeys(values))


def listed(value: Any) -> Any:
    """`a,b` and repeated values alike."""
    if isinstance(value, str):
        value = [value]
    return [part for each in value for part in each.split(",")] if isinstance(value, list) else value


def one_of(values: Iterable[str]) -> AfterValidator:
    def check(value: str) -> str:
        if value not in values:
            raise ValueError(f"valeur «\u00a0{value[:60]}\u00a0» inconnue")
        return value

    return AfterValidator(check)


def codes(labels: Iterable[str]) -> str:
    return ", ".join(labels)


def choice(labels: Mapping[str, str], meaning: str, example: str) -> Any:
    return described(f"{meaning} Répétable.", codes(labels), [example])


def text_like(example: str) -> WithJsonSchema:
    """What is read from a text of a form of its own is a text in the OpenAPI document."""
    return WithJsonSchema({"type": "string", "examples": [example]})


DAY = "une date AAAA-MM-JJ"
BOX = "ouest,sud,est,nord en degrés décimaux (WGS 84), ouest < est et sud < nord"
PLACE_CODE = Field(max_length=10)

Near = Annotated[
    Point | None,
    parsed(as_point),
    text_like("47.2186,-1.5541"),
    described("Le point autour duquel chercher.", "latitude,longitude en degrés décimaux (WGS 84)"),
]
RadiusKm = Annotated[
    float | None,
    parsed(as_radius),
    text_like("5"),
    described(
        f"La distance au point, en kilomètres ({DEFAULT_RADIUS_KM:.0f} par défaut).",
        f"un nombre jusqu’à {MAX_RADIUS_KM}, ou any avec sort=distance\u202f; seulement avec near",
    ),
]
Communes = Annotated[
    list[Annotated[str, PLACE_CODE]],
    Field(max_length=MAX_COMMUNES),
    AfterValidator(without_repeats),
    described(
        "Une commune ou un arrondissement\u202f; une ville comprend ses arrondissements. Répétable.",
        f"au plus {MAX_COMMUNES} codes INSEE connus",
        ["44109"],
    ),
]
Epci = Annotated[
    str | None, PLACE_CODE, described("Une intercommunalité.", "un code SIREN d’intercommunalité connu", "244400404")
]
Department = Annotated[str | None, PLACE_CODE, described("Un département.", "un code de département connu", "44")]
BboxOrNone = Annotated[
    Box | None,
    parsed(as_box),
    text_like("-1.65,47.16,-1.45,47.28"),
    described("Le cadre où chercher.", BOX),
]
Bbox = Annotated[
    Box,
    parsed(as_box),
    text_like("-1.65,47.16,-1.45,47.28"),
    described("Le cadre de la carte.", BOX),
]
Zoom = Annotated[
    int,
    parsed(as_integer),
    Field(ge=0, le=20),
    described("Le niveau de zoom de la carte.", "un entier de 0 à 20", "12"),
]
Q = Annotated[
    str | None,
    Field(max_length=MAX_Q),
    AfterValidator(lambda text: (text or "").strip() or None),
    described(
        "Des mots du nom, du genre, du gestionnaire, du projet ou de la commune\u202f; tous doivent s’y trouver.",
        f"au plus {MAX_Q} caractères",
        "crèche nantes",
    ),
]
Kinds = Annotated[
    list[Annotated[str, one_of(KINDS)]],
    AfterValidator(without_repeats),
    choice(KINDS, "Le genre d’offre.", "eaje"),
]
Subkinds = Annotated[
    list[Annotated[str, one_of(SUBKINDS)]],
    AfterValidator(without_repeats),
    choice(SUBKINDS, "Le type de crèche.", "micro_creche"),
]
Features = Annotated[
    list[Annotated[str, one_of(FEATURES)]],
    AfterValidator(without_repeats),
    choice(FEATURES, "Ce que l’offre propose\u202f; toutes les valeurs données sont exigées.", "meals"),
]
Fundings = Annotated[
    list[Annotated[str, one_of(FUNDINGS)]],
    AfterValidator(without_repeats),
    choice(FUNDINGS, "Le financement d’une crèche.", "psu"),
]
Languages = Annotated[
    list[Annotated[str, one_of(LANGUAGES)]],
    AfterValidator(without_repeats),
    choice(LANGUAGES, "Une langue parlée.", "en"),
]
ChildBirthdate = Annotated[
    date | None,
    parsed(as_day),
    text_like("2026-03-14"),
    described(
        "La naissance de l’enfant, passée ou prévue\u00a0: l’offre doit accueillir son âge à la date from.",
        f"{DAY}, au plus {MAX_AGE_YEARS} ans avant from",
    ),
]
Need = Annotated[
    list[Annotated[Line, parsed(need.parse), text_like("mon-fri@08:00-18:00")]],
    Field(max_length=need.MAX_LINES),
    described(
        "Les heures cherchées\u202f; une fin avant le début est le lendemain. Répétable.",
        need.ALLOWED,
    ),
]
Start = Annotated[
    date | None,
    parsed(as_day),
    text_like("2027-01-04"),
    described("Le jour à partir duquel la place est cherchée (aujourd’hui par défaut).", DAY),
]
Seats = Annotated[
    int,
    parsed(as_integer),
    Field(ge=1, le=need.MAX_PLACES),
    described("Le nombre de places cherchées, sur chaque ligne de need.", f"un entier de 1 à {need.MAX_PLACES}", "1"),
]
Match = Annotated[
    str,
    not_yet("best"),
    one_of(("all",)),
    described("all\u00a0: une même période couvre tout le besoin.", "all", "all"),
]
Include = Annotated[
    str | None,
    one_of(("to_ask",)),
    described(
        "to_ask ajoute les structures dont les places ne sont pas connues et dont les horaires conviennent"
        " ou ne sont pas connus.",
        "to_ask",
        "to_ask",
    ),
]
Sort = Annotated[
    str | None,
    not_yet("availability"),
    one_of(SORTS),
    described(
        "L’ordre\u00a0: sans lui, relevance avec q, sinon recommended avec need, sinon distance avec near, sinon name.",
        f"{codes(SORTS)}\u202f; distance demande near, relevance demande q",
        "distance",
    ),
]
Limit = Annotated[
    int,
    parsed(as_integer),
    Field(ge=1, le=MAX_LIMIT),
    described("Le nombre d’offres d’une page.", f"un entier de 1 à {MAX_LIMIT}", "20"),
]
Cursor = Annotated[
    str | None,
    Field(max_length=2_000),
    described("La suite d’une réponse.", "la valeur next de la réponse précédente, avec les mêmes paramètres"),
]
Facets = Annotated[
    list[Annotated[str, one_of(FACETS)]],
    BeforeValidator(listed),
    AfterValidator(without_repeats),
    described("Les comptes voulus, séparés par des virgules.", codes(FACETS), ["kind,feature"]),
]
Format = Annotated[str, one_of(("json", "geojson")), described("La forme de la réponse.", "json ou geojson", "geojson")]
By = Annotated[str, one_of(COUNTED), described("Ce qui est compté.", codes(COUNTED), "kind")]
SuggestQ = Annotated[
    str,
    Field(min_length=1, max_length=100),
    described("Le début d’un nom ou d’un code postal.", "de 1 à 100 caractères", "nant"),
]
SuggestLimit = Annotated[
    int, parsed(as_integer), Field(ge=1, le=20), described("Le nombre de propositions.", "un entier de 1 à 20", "8")
]


class Parameters(BaseModel):
    """A query string that refuses what it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FilterParameters(Parameters):
    """What every search of offers can be asked."""

    near: Near = None
    radius_km: RadiusKm = None
    commune: Communes = []
    epci: Epci = None
    department: Department = None
    q: Q = None
    kind: Kinds = []
    subkind: Subkinds = []
    feature: Features = []
    funding: Fundings = []
    language: Languages = []
    child_birthdate: ChildBirthdate = None
    need: Need = []
    start: Start = Field(None, alias="from")
    places: Seats = 1
    match: Match = "all"
    include: Include = None


class OfferParameters(FilterParameters):
    """`GET /api/v1/offers`."""

    bbox: BboxOrNone = None
    sort: Sort = None
    limit: Limit = DEFAULT_LIMIT
    cursor: Cursor = None
    facets: Facets = []
    format: Format = "json"


class MapParameters(FilterParameters):
    """`GET /api/v1/map`: the view and the filters; a place may be asked for beside the view."""

    bbox: Bbox
    zoom: Zoom


class CountParameters(FilterParameters):
    """`GET /api/v1/counts`."""

    bbox: BboxOrNone = None
    by: By


class SuggestParameters(Parameters):
    """`GET /api/v1/suggest`."""

    q: SuggestQ
    limit: SuggestLimit = 8


def refuse_misused(items: Iterable[tuple[str, str]], model: type[BaseModel]) -> None:
    """ParameterError for parameters that `model` lacks, and for those of one value that come twice (the framework
    would keep the last)."""
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
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


def read(model: type[Model], values: Mapping[str, Any]) -> Model:
    """A query string as a model: text, or lists of text. Raises ParameterError."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise parameter_errors(error.errors(), model) from None


async def understand(engine: Engine, parameters: FilterParameters, today: date) -> OfferQuery:
    """The query that the parameters mean on that day (a cursor keeps the day of its first page).

    Raises ParameterError where they contradict each other or name an unknown place, EngineUnavailable where
    the places cannot be read.
    """
    paged = parameters if isinstance(parameters, OfferParameters) else None
    secret = engine.settings.secret_key
    cursor = cursors.read(secret, paged.cursor, today) if paged and paged.cursor else None
    today = cursor.day if cursor else today
    box = None if isinstance(parameters, MapParameters) else getattr(parameters, "bbox", None)
    refuse_two_places(parameters, box)

    sort = (paged and paged.sort) or default_sort(parameters)
    if paged:
        refuse_sort(parameters, sort)
    start = parameters.start or today
    refuse_adult(parameters.child_birthdate, start)

    communes = [await named(engine, "commune", code) for code in parameters.commune]
    query = OfferQuery(
        today=today,
        start=start,
        sort=sort,
        limit=paged.limit if paged else 0,
        near=parameters.near,
        radius_km=radius(parameters),
        communes=tuple(communes),
        epci=await named(engine, "epci", parameters.epci) if parameters.epci is not None else None,
        department=(
            await named(engine, "department", parameters.department) if parameters.department is not None else None
        ),
        bbox=box,
        q=parameters.q,
        selected=tuple((facet, tuple(values)) for facet in FACETS if (values := getattr(parameters, facet))),
        child_birthdate=parameters.child_birthdate,
        need=tuple(parameters.need),
        places=parameters.places,
        to_ask=parameters.include == "to_ask",
        facets=tuple(paged.facets) if paged else (),
    )
    if cursor:
        cursors.refuse_foreign(cursor, query)
        query = replace(query, after=cursor.after)
    return query


def default_sort(parameters: FilterParameters) -> str:
    if parameters.q:
        return "relevance"
    if parameters.need:
        return "recommended"
    return "distance" if parameters.near is not None else "name"


def radius(parameters: FilterParameters) -> float | None:
    """Kilometres around the point; None without a point or without a limit."""
    if parameters.near is None or parameters.radius_km == math.inf:
        return None
    return DEFAULT_RADIUS_KM if parameters.radius_km is None else parameters.radius_km


def refuse_two_places(parameters: FilterParameters, box: Box | None) -> None:
    near = parameters.near
    places = {
        "near": near and f"{near.lat},{near.lon}",
        "commune": ",".join(parameters.commune) or None,
        "epci": parameters.epci,
        "department": parameters.department,
        "bbox": box and f"{box.west},{box.south},{box.east},{box.north}",
    }
    given = {name: value for name, value in places.items() if value is not None}
    if len(given) > 1:
        allowed, together = f"un seul parmi {codes(places)}", " et ".join(given)
        raise ParameterError.of(
            [refusal(name, value, allowed, f"{together} ne vont pas ensemble") for name, value in given.items()]
        )
    if parameters.radius_km is not None and near is None:
        raise ParameterError("radius_km", parameters.radius_km, "seulement avec near", "il manque le point near")


def refuse_sort(parameters: FilterParameters, sort: str) -> None:
    if sort == "distance" and parameters.near is None:
        raise ParameterError("sort", sort, codes(SORTS), "distance demande un point near")
    if sort == "relevance" and not parameters.q:
        raise ParameterError("sort", sort, codes(SORTS), "relevance demande des mots q")
    if parameters.radius_km == math.inf and sort != "distance":
        raise ParameterError(
            "radius_km",
            "any",
            f"un nombre jusqu’à {MAX_RADIUS_KM}, ou any avec sort=distance",
            "any demande sort=distance",
        )


def refuse_adult(born: date | None, start: date) -> None:
    if born and start.year - born.year > MAX_AGE_YEARS:
        raise ParameterError(
            "child_birthdate",
            born,
            f"{DAY}, au plus {MAX_AGE_YEARS} ans avant from",
            "cette personne n’est plus un enfant",
        )
