"""What one parameter may hold, and how its text is read: each an Annotated type with its description.

A description ends with what is allowed, which is also what a refusal says.
"""

import math
import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, GetPydanticSchema, WithJsonSchema
from pydantic_core.core_schema import no_info_after_validator_function

from domain import civil
from domain.week import DAYS
from search_api import filter_table, geo
from search_api.geo import Box, Point
from search_api.request import need
from search_api.request.lists import listed, several, without_repeats
from search_api.request.need import Line

DEFAULT_RADIUS_KM = 10.0
MAX_RADIUS_KM = 50
MIN_ROUTE_POINTS, MAX_ROUTE_POINTS = 2, 25
MAX_ROUTE_KM = 100
DEFAULT_DETOUR_KM, MAX_DETOUR_KM = 2.0, 10
MAX_Q = 200
DEFAULT_LIMIT, MAX_LIMIT = 20, 100
MAX_ZOOM = 20
MAX_CURSOR = 2_000
MAX_SUGGEST_Q, MAX_SUGGESTIONS = 100, 20
MAX_COMMUNES = 50
MAX_AGE_YEARS = civil.MAJORITY_YEARS
MAX_MONTHS_AHEAD = 12
"""From the day on which a place is looked for to a birth: who is expected is born within the year."""
SORTS = ("distance", "availability", "updated", "name", "relevance", "recommended")


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
    """A number as programs write it (5e-05 too): Python's float() would also take inf, nan, 1_0 and ١."""
    if not re.fullmatch(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?\s*", text, re.ASCII | re.IGNORECASE):
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


def as_route(text: str) -> tuple[Point, ...]:
    parts = text.split(";")
    if not MIN_ROUTE_POINTS <= len(parts) <= MAX_ROUTE_POINTS:
        raise ValueError(f"un trajet a de {MIN_ROUTE_POINTS} à {MAX_ROUTE_POINTS} points, celui-ci {len(parts)}")
    return tuple(as_point(part) for part in parts)


def short_enough(points: tuple[Point, ...] | None) -> tuple[Point, ...] | None:
    if points is not None and geo.length_m(points) > MAX_ROUTE_KM * 1_000:
        raise ValueError(f"ce trajet fait plus de {MAX_ROUTE_KM}\u00a0km")
    return points


def as_detour(text: str) -> float:
    """Kilometres."""
    detour = decimal(text)
    if not 0 < detour <= MAX_DETOUR_KM:
        raise ValueError(f"le détour {text} n’est pas entre 0 et {MAX_DETOUR_KM}")
    return detour


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


def one_of(values: Iterable[str]) -> GetPydanticSchema:
    """A text out of a list, which the OpenAPI document tells as well."""

    def check(value: str) -> str:
        if value not in values:
            raise ValueError(f"valeur «\u00a0{value[:60]}\u00a0» inconnue")
        return value

    return GetPydanticSchema(
        lambda source, handler: no_info_after_validator_function(check, handler(source)),
        lambda schema, handler: {
            **{key: told for key, told in handler(schema).items() if key != "anyOf"},
            "type": "string",
            "enum": list(values),
        },
    )


def codes(values: Iterable[str]) -> str:
    return ", ".join(values)


def written(type: str, example: Any, **more: Any) -> WithJsonSchema:
    """What the OpenAPI document says of a parameter: as it is written in a query string, where there is no null."""
    return WithJsonSchema({"type": type, "examples": [example], **more})


def written_like(pattern: str, example: str) -> WithJsonSchema:
    """A text of a form of its own: how to write it; what is read may be a little wider (+47.20)."""
    return written("string", example, pattern=f"^{pattern}$")


DAY = "une date AAAA-MM-JJ"
BIRTHS = f"{DAY}, de {MAX_AGE_YEARS} ans avant from à {MAX_MONTHS_AHEAD} mois après"
BOX = "ouest,sud,est,nord en degrés décimaux (WGS 84), ouest < est et sud < nord"
PLACE_CODE = Field(max_length=10)

LAT = r"-?(90(\.0+)?|[0-8]?[0-9](\.[0-9]+)?)(e-[0-9]{1,2})?"
LON = r"-?(180(\.0+)?|(1[0-7]|[0-9])?[0-9](\.[0-9]+)?)(e-[0-9]{1,2})?"
BELOW_1 = r"0\.[0-9]*[1-9][0-9]*"
RADIUS = rf"(any|50(\.0+)?|([1-9]|[1-4][0-9])(\.[0-9]+)?|{BELOW_1})"
DETOUR = rf"(10(\.0+)?|[1-9](\.[0-9]+)?|{BELOW_1})"
CORNERS = f"{LON},{LAT},{LON},{LAT}"

COMMUNE_CODE, EPCI_CODE, DEPARTMENT_CODE = "[0-9][0-9AB][0-9]{3}", "[0-9]{9}", "[0-9][0-9AB][0-9]?"

WEEKDAY, START_TIME = f"({'|'.join(DAYS)})", "([01][0-9]|2[0-3]):[0-5][0-9]"
NEED = rf"{WEEKDAY}(-{WEEKDAY})?@{START_TIME}-({START_TIME}|24:00)(\*[1-{need.MAX_PLACES}])?"

Near = Annotated[
    Point | None,
    parsed(as_point),
    written_like(f"{LAT},{LON}", "47.2186,-1.5541"),
    described("Le point autour duquel chercher.", "latitude,longitude en degrés décimaux (WGS 84)"),
]
RadiusKm = Annotated[
    float | None,
    parsed(as_radius),
    written_like(RADIUS, "5"),
    described(
        f"La distance au point, en kilomètres ({DEFAULT_RADIUS_KM:.0f} par défaut).",
        f"un nombre jusqu’à {MAX_RADIUS_KM}, ou any avec sort=distance\u202f; seulement avec near",
    ),
]
Route = Annotated[
    tuple[Point, ...] | None,
    parsed(as_route),
    AfterValidator(short_enough),
    written_like(
        f"{LAT},{LON}(;{LAT},{LON}){{{MIN_ROUTE_POINTS - 1},{MAX_ROUTE_POINTS - 1}}}", "47.1906,-1.5490;47.2184,-1.5419"
    ),
    described(
        "Un trajet, par exemple du domicile au travail\u00a0: les offres le long de ce chemin.",
        f"de {MIN_ROUTE_POINTS} à {MAX_ROUTE_POINTS} points latitude,longitude séparés par des points-virgules,"
        f" {MAX_ROUTE_KM}\u00a0km au plus en tout",
    ),
]
DetourKm = Annotated[
    float | None,
    parsed(as_detour),
    written_like(DETOUR, "1.5"),
    described(
        f"La distance au trajet, en kilomètres ({DEFAULT_DETOUR_KM:.0f} par défaut).",
        f"un nombre jusqu’à {MAX_DETOUR_KM}\u202f; seulement avec route",
    ),
]
Communes = Annotated[
    list[Annotated[str, PLACE_CODE, WithJsonSchema({"type": "string", "pattern": f"^{COMMUNE_CODE}$"})]],
    Field(max_length=MAX_COMMUNES),
    AfterValidator(without_repeats),
    described(
        "Une commune ou un arrondissement\u202f; une ville comprend ses arrondissements. Répétable.",
        f"au plus {MAX_COMMUNES} codes INSEE connus",
        ["44109"],
    ),
]
Epci = Annotated[
    str | None,
    PLACE_CODE,
    written_like(EPCI_CODE, "244400404"),
    described("Une intercommunalité.", "un code SIREN d’intercommunalité connu"),
]
Department = Annotated[
    str | None,
    PLACE_CODE,
    written_like(DEPARTMENT_CODE, "44"),
    described("Un département.", "un code de département connu"),
]
BboxOrNone = Annotated[
    Box | None,
    parsed(as_box),
    written_like(CORNERS, "-1.65,47.16,-1.45,47.28"),
    described("Le cadre où chercher.", BOX),
]
Bbox = Annotated[
    Box,
    parsed(as_box),
    written_like(CORNERS, "-1.65,47.16,-1.45,47.28"),
    described("Le cadre de la carte.", BOX),
]
ViewOrNone = Annotated[
    Box | None,
    parsed(as_box),
    written_like(CORNERS, "-1.65,47.16,-1.45,47.28"),
    described("Le cadre d’une carte à donner avec la liste, dans map.", f"{BOX}\u202f; avec zoom"),
]
ZoomOrNone = Annotated[
    int | None,
    parsed(as_integer),
    Field(ge=0, le=MAX_ZOOM),
    written("integer", 12, minimum=0, maximum=MAX_ZOOM),
    described("Le niveau de zoom de cette carte.", f"un entier de 0 à {MAX_ZOOM}\u202f; avec view"),
]
Zoom = Annotated[
    int,
    parsed(as_integer),
    Field(ge=0, le=MAX_ZOOM),
    written("integer", 12, minimum=0, maximum=MAX_ZOOM),
    described("Le niveau de zoom de la carte.", f"un entier de 0 à {MAX_ZOOM}"),
]
Q = Annotated[
    str | None,
    Field(max_length=MAX_Q),
    AfterValidator(lambda text: (text or "").strip() or None),
    written("string", "crèche nantes", maxLength=MAX_Q),
    described(
        "Des mots du nom, du genre, du gestionnaire, du projet ou de la commune\u202f; tous doivent s’y trouver.",
        f"au plus {MAX_Q} caractères",
    ),
]
ChildBirthdates = Annotated[
    list[Annotated[date, parsed(as_day), WithJsonSchema({"type": "string", "format": "date"})]],
    BeforeValidator(several),
    Field(max_length=need.MAX_PLACES),
    described(
        "La naissance d’un enfant, passée ou prévue\u00a0: l’offre doit accueillir son âge à la date from. Répétable,"
        " une fois par enfant (deux fois la même date pour des jumeaux)\u00a0: avec match=best, l’offre accueille l’âge"
        " d’autant d’enfants qu’elle a de places pour eux.",
        f"{BIRTHS}\u202f; au plus {need.MAX_PLACES} enfants",
        ["2026-03-14"],
    ),
]
Need = Annotated[
    list[Annotated[Line, parsed(need.parse), WithJsonSchema({"type": "string", "pattern": f"^{NEED}$"})]],
    Field(max_length=need.MAX_LINES),
    described(
        "Les heures cherchées\u202f; une fin avant le début est le lendemain. Répétable.",
        need.ALLOWED,
        ["mon-fri@08:00-18:00"],
    ),
]
Start = Annotated[
    date | None,
    parsed(as_day),
    written("string", "2027-01-04", format="date"),
    described("Le jour à partir duquel la place est cherchée (aujourd’hui par défaut).", DAY),
]
Seats = Annotated[
    int | None,
    parsed(as_integer),
    Field(ge=1, le=need.MAX_PLACES),
    written("integer", 2, minimum=1, maximum=need.MAX_PLACES),
    described(
        "Le nombre de places cherchées, sur chaque ligne de need qui ne dit pas le sien (par défaut, une pour chaque"
        " child_birthdate, sinon une).",
        f"un entier de 1 à {need.MAX_PLACES}, au moins le nombre de child_birthdate",
    ),
]
Match = Annotated[
    str,
    one_of(("all", "best")),
    described(
        "all\u00a0: une même période couvre tout le besoin à la date from\u202f; best\u00a0: aussi une partie de ses"
        " jours, ou plus tard.",
        "all ou best",
        "best",
    ),
]
Include = Annotated[
    list[Annotated[str, one_of(("to_ask", "unknown"))]],
    BeforeValidator(listed),
    AfterValidator(without_repeats),
    described(
        "to_ask ajoute les structures dont les places ne sont pas connues et dont les horaires conviennent"
        " ou ne sont pas connus, et les assistants maternels dont la déclaration est à confirmer et convenait"
        "\u202f; unknown les assistants maternels qui n’ont rien déclaré pour cette date."
        " Répétable.",
        "to_ask, unknown",
        ["to_ask"],
    ),
]
Sort = Annotated[
    str | None,
    one_of(SORTS),
    described(
        "L’ordre\u00a0: sans lui, relevance avec q, sinon recommended avec need, sinon distance avec near ou route,"
        " sinon name.",
        f"{codes(SORTS)}\u202f; distance demande near ou route, relevance demande q, availability demande need",
        "distance",
    ),
]
Limit = Annotated[
    int,
    parsed(as_integer),
    Field(ge=1, le=MAX_LIMIT),
    written("integer", 20, minimum=1, maximum=MAX_LIMIT),
    described("Le nombre d’offres d’une page.", f"un entier de 1 à {MAX_LIMIT}"),
]
Cursor = Annotated[
    str | None,
    Field(min_length=1, max_length=MAX_CURSOR),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": MAX_CURSOR}),
    described("La suite d’une réponse.", "la valeur next de la réponse précédente, avec les mêmes paramètres"),
]
Facets = Annotated[
    list[Annotated[str, one_of(filter_table.facets())]],
    BeforeValidator(listed),
    AfterValidator(without_repeats),
    described("Les comptes voulus, séparés par des virgules.", codes(filter_table.facets()), ["kind", "feature"]),
]
Format = Annotated[str, one_of(("json", "geojson")), described("La forme de la réponse.", "json ou geojson", "geojson")]
By = Annotated[
    str, one_of(filter_table.counted()), described("Ce qui est compté.", codes(filter_table.counted()), "kind")
]
SuggestQ = Annotated[
    str,
    Field(min_length=1, max_length=MAX_SUGGEST_Q),
    described("Le début d’un nom ou d’un code postal.", f"de 1 à {MAX_SUGGEST_Q} caractères", "nant"),
]
SuggestLimit = Annotated[
    int,
    parsed(as_integer),
    Field(ge=1, le=MAX_SUGGESTIONS),
    written("integer", 8, minimum=1, maximum=MAX_SUGGESTIONS),
    described("Le nombre de propositions.", f"un entier de 1 à {MAX_SUGGESTIONS}"),
]
