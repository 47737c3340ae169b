"""The answers, typed, for the OpenAPI document.

What is sent is not validated against these models on the way (that would cost half of the time of a request,
docs/search.md): a test holds the two together.
"""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, create_model

from domain.vocabulary import Code, Precision, Workplace
from search_api.filter_table import FILTERS


def inline(codes: type[Code]) -> WithJsonSchema:
    """The codes where they stand, rather than a schema of their own that the document refers to."""
    return WithJsonSchema({"type": "string", "enum": list(codes.codes())})


ANY = WithJsonSchema({"type": "string", "enum": ["any"]})
"""Not as a constant: openapi-python-client reads one beside another type as if there were no other."""


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Total(Answer):
    value: int
    relation: Literal["eq", "gte"]


class Data(Answer):
    indexed_at: datetime | None = Field(description="L’instant jusqu’auquel les données sont à jour.")


class Coordinates(Answer):
    lat: float
    lon: float


class Position(Coordinates):
    precision: Annotated[Precision, inline(Precision)] = Field(
        description="zone\u00a0: un secteur, quand l’adresse est cachée\u202f; commune\u00a0: le centre de la commune."
    )


class Commune(Answer):
    code: str
    name: str
    postcode: str


class Territory(Answer):
    code: str
    name: str


class Manager(Answer):
    name: str | None
    type: str | None


class Ages(Answer):
    """En mois\u202f; la fin n’est pas comprise."""

    from_months: int
    to_months: int | None


class Tariff(Answer):
    """En centimes d’euro\u00a0: salaire net d’une heure, entretien d’un jour, un repas."""

    hourly_cents: int | None
    upkeep_cents: int | None
    meal_cents: int | None


class Part(Answer):
    """Une fin à 24:00 est minuit\u202f; une fin avant le début est le lendemain."""

    start: str
    end: str


class DayCoverage(Answer):
    day: str
    covered: bool = Field(description="Toutes les heures demandées sont libres.")
    shortened: Literal[0, 15, 30, 60] | None = Field(
        description="Les minutes qui manquent au plus à chaque bout des heures du jour\u202f; null\u00a0: le jour n’est"
        " pas couvert."
    )
    free: list[Part] = Field(description="Ce qui est libre des heures demandées.")


class Coverage(Answer):
    """Ce qu’une période couvre des jours du besoin, avec places des asked_places places demandées."""

    covered: int
    asked: int
    places: int
    asked_places: int
    share: float = Field(
        description="La part du besoin, de 0 à 1\u00a0: places ÷ asked_places × la moyenne des jours, qui valent 1,"
        " 0,9, 0,8 ou 0,6 selon shortened, et 0 s’ils ne sont pas couverts. Une période plus tardive peut en couvrir"
        " davantage\u00a0: 3 × share, et 1 de plus si elle est en cours, disent laquelle est choisie."
    )
    days: list[DayCoverage]
    summary: str = Field(examples=["Libre 3\u00a0jours sur 4 (lundi, mardi et jeudi)\u202f; pas de place le vendredi"])


class Availability(Answer):
    """À la date from (aujourd’hui par défaut)."""

    status: Literal["free", "partial", "full", "later", "unknown", "to_ask", "to_confirm"] = Field(
        description="free\u00a0: libre\u202f; partial\u00a0: libre pour une partie du besoin\u202f;"
        " full\u00a0: complet\u202f; later\u00a0: libre à partir de free_from\u202f; unknown\u00a0: non déclaré"
        "\u202f; to_ask\u00a0: à demander à la structure\u202f; to_confirm\u00a0: la déclaration de l’assistante"
        " maternelle n’est plus à jour (fresh_until), à lui demander."
    )
    places: int | None = Field(description="Libres jusqu’au jour dit (until, declared_until), au moins.")
    free_from: date | None
    until: date | None = Field(
        description="Le dernier jour de la place, quand la suite est déclarée et ne convient plus autant."
    )
    declared_until: date | None = Field(
        description="Le dernier jour des disponibilités déclarées\u00a0: ce qui suit n’est pas connu. La place ne finit"
        " pas ce jour-là."
    )
    coverage: Coverage | None = Field(description="Seulement pour partial.")


class Mam(Answer):
    id: str
    name: str


class Facts(Answer):
    id: str
    kind: str
    kind_label: str
    subkind: str | None
    subkind_label: str | None
    name: str
    position: Position
    commune: Commune
    address: str | None
    manager: Manager | None
    capacity: int | None
    members: int | None
    ages: Ages | None
    funding: str | None
    features: list[str]
    languages: list[str]
    confirmed_on: date | None
    fresh_until: date | None = Field(
        description="Le dernier jour où ce qui a été confirmé est à jour. Assistante maternelle\u00a0: la veille de la"
        " première échéance de déclaration qui n’est pas respectée, au plus tard la fin de sa dernière période."
        " Structure\u00a0: un nombre fixe de mois après confirmed_on. Sans valeur\u00a0: jamais confirmé."
    )
    fictitious: bool = Field(description="Vrai pour une offre inventée, qui sert à la démonstration.")


class Summary(Facts):
    workplace: Annotated[Workplace, inline(Workplace)] | None
    employed: bool = Field(
        description="Vrai pour un assistant maternel employé par une personne morale (crèche familiale), qui répond de"
        " ses disponibilités à sa place."
    )
    schools: list[str]
    tariff: Tariff | None
    availability: Availability | None
    mam: Mam | None


class Card(Summary):
    distance_m: int | None = Field(None, description="La distance au point near, en mètres\u202f; absente sans lui.")
    detour_m: int | None = Field(None, description="La distance au trajet route, en mètres\u202f; absente sans lui.")


class Hours(Answer):
    day: str
    start: str
    end: str


class FreeHours(Hours):
    places: int


class Period(Answer):
    from_: date = Field(alias="from")
    to: date | None


class Timetable(Answer):
    period: Period
    ranges: list[FreeHours]


class Contact(Answer):
    phone: str | None
    mail: str | None
    site: str | None


class Source(Answer):
    label: str
    licence: str
    published: str


class Fiche(Summary):
    project: str | None
    opening_hours: list[Hours]
    timetable: list[Timetable]
    leave: list[date]
    contact: Contact
    source: Source | None
    epci: str | None
    department: str


class Where(Answer):
    near: Coordinates | None
    radius_km: float | Annotated[Literal["any"], ANY] | None
    route: list[Coordinates] | None
    detour_km: float | None
    commune: list[Territory]
    epci: Territory | None
    department: Territory | None
    bbox: list[float] | None
    q: str | None


if TYPE_CHECKING:

    class Chosen(Where):
        """Where, and the filters of the table by their names."""

else:
    Chosen = create_model("Chosen", __base__=Where, **{row.name: (row.takes.echoed, ...) for row in FILTERS})


class Note(Answer):
    """Un code qui n’a plus cours, et celui qui a été utilisé à sa place."""

    parameter: str
    given: str
    used: str
    detail: str


class Filters(Chosen):
    """La demande telle qu’elle a été comprise, valeurs par défaut comprises."""

    child_birthdate: list[date] = Field(description="Une naissance par enfant\u00a0; vide sans enfant.")
    age_months: list[int] = Field(
        description="L’âge de chaque enfant à la date from, en mois entiers, dans l’ordre de child_birthdate."
    )
    need: list[str]
    from_: date = Field(alias="from")
    places: int
    leniency: int
    match: str
    include: list[str]
    notes: list[Note]


class Query(Filters):
    sort: str
    limit: int
    facets: list[str]


class FacetValue(Answer):
    value: str
    label: str
    count: int
    selected: bool


class Point(Answer):
    """GeoJSON (RFC 7946)\u00a0: longitude, latitude."""

    type: Literal["Point"]
    coordinates: tuple[float, float]


class MapPoint(Answer):
    cluster: Literal[False]
    id: str
    kind: str
    name: str
    precision: str
    fictitious: bool
    availability: str | None


class MapCluster(Answer):
    cluster: Literal[True]
    count: int
    unlocated: int = Field(
        description="De ces offres, celles dont seule la commune est connue. La géométrie et bbox sont ceux des autres."
    )
    kinds: dict[str, int]


class MapFeature(Answer):
    type: Literal["Feature"]
    geometry: Point
    properties: MapPoint | MapCluster
    bbox: list[float] | None = Field(
        None,
        min_length=4,
        max_length=4,
        description="D’un groupe\u00a0: le cadre (ouest, sud, est, nord) de ses offres situées, s’il y en a.",
    )


class MapFeatures(Answer):
    type: Literal["FeatureCollection"]
    features: list[MapFeature] = Field(max_length=200)
    total: Total


class Offers(Answer):
    query: Query
    total: Total
    items: list[Card]
    facets: dict[str, list[FacetValue]]
    map: MapFeatures | None = Field(None, description="La carte de view\u202f; absente sans lui.")
    next: str | None = Field(description="Le cursor de la page suivante\u202f; null à la dernière.")
    data: Data


class OfferFeature(Answer):
    type: Literal["Feature"]
    id: str
    geometry: Point
    properties: Card


class OfferFeatures(Answer):
    type: Literal["FeatureCollection"]
    features: list[OfferFeature]
    query: Query
    total: Total
    facets: dict[str, list[FacetValue]]
    map: MapFeatures | None = None
    next: str | None
    data: Data


class Suggestion(Answer):
    type: Literal["commune", "arrondissement", "epci", "department", "former", "postcode", "offer", "address"] = Field(
        description="former\u00a0: un ancien nom, ou celui d’une ancienne commune\u202f; code et position sont ceux de"
        " la commune d’aujourd’hui."
    )
    id: str
    code: str | None
    label: str
    detail: str
    position: Coordinates
    precision: Literal["address", "street"] | None = Field(description="D’une adresse\u202f; null pour le reste.")
    communes: list[str] | None = Field(description="Les communes d’un code postal\u202f; null pour le reste.")
    fictitious: bool


class Suggestions(Answer):
    items: list[Suggestion]


class Count(Answer):
    value: str
    label: str
    count: int


class Counts(Answer):
    query: Filters
    by: str
    counts: list[Count]
    total: Total


class Health(Answer):
    status: Literal["ok"]
