"""The documents of the indexes, typed. A test holds these models and the JSON mappings together.

The indexer has PostgreSQL build the JSON, and the search API passes it through: the models are the contract
that tests check each document against, not a step on the way.
"""

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.vocabulary import Precision, Weekday, Workplace


class Document(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Range(Document):
    """A half-open range of integers, as Elasticsearch's range fields take it."""

    gte: int
    lt: int | None = None


class Point(Document):
    """Degrees, WGS 84."""

    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)


class Period(Document):
    """Days, the last one included; without `lte` the period is open."""

    gte: date
    lte: date | None = None


class Hours(Document):
    """A range of hours in a day: `end` may be 24:00, or at or before `start`, which then means the next day."""

    day: Weekday
    start: str = Field(pattern=r"^\d\d:\d\d$")
    end: str = Field(pattern=r"^\d\d:\d\d$")


class FreeHours(Hours):
    places: int = Field(ge=1, le=6)


class Availability(Document):
    """One period of an assistant maternel's timetable.

    `week` holds, for each level p from 1 to the free places, the union of the ranges with at least p places, in
    minutes of the week from Monday 00:00, split at Monday 00:00, plus p × 10,080. `ranges` is what people read.
    """

    period: Period
    week: list[Range]
    ranges: list[FreeHours]


class Manager(Document):
    name: str | None = None
    type: str | None = None


class Commune(Document):
    """`codes` holds the commune and, for an arrondissement, its city."""

    code: str
    codes: list[str]
    name: str
    postcode: str


class Tariff(Document):
    """Euro cents: net an hour, upkeep a day, one meal."""

    hourly_cents: int | None = None
    upkeep_cents: int | None = None
    meal_cents: int | None = None


class Mam(Document):
    id: str
    name: str


class Contact(Document):
    """Not searchable. That of an assistant maternel leaves the index by her fiche alone."""

    phone: str | None = None
    mail: str | None = None
    site: str | None = None


class Source(Document):
    label: str
    licence: str
    published: str


class Offer(Document):
    """A document of the index `offers`: what any stranger may see of an offer, and nothing else."""

    id: str
    kind: str
    subkind: str | None = None
    name: str
    what: str
    project: str | None = None
    manager: Manager | None = None
    position: Point
    precision: Precision
    located: bool = Field(description="more is known of where it is than its commune")
    spread_km: float | None = Field(
        None, description="of one that is known by its commune alone: the radius of a circle of the commune's area"
    )
    address: str | None = None
    commune: Commune
    epci: str | None = None
    department: str
    capacity: int | None = None
    members: int | None = None
    ages: Range | None = Field(None, description="months")
    workplace: Workplace | None = None
    employed: Literal[True] | None = Field(None, description="by a legal entity; absent where she is not")
    funding: str | None = None
    features: list[str] | None = None
    languages: list[str] | None = None
    schools: list[str] | None = None
    tariff: Tariff | None = None
    opening: list[Range] | None = None
    opening_hours: list[Hours] | None = None
    availability: list[Availability] | None = None
    leave: list[date] | None = None
    mam: Mam | None = None
    contact: Contact | None = None
    reachable: bool = Field(description="its fiche shows a telephone, a mail or a site, or offers to write to it")
    confirmed_on: date | None = None
    fresh_until: date | None = Field(None, description="the last day on which its word counts; absent without one")
    fictitious: bool
    source: Source | None = None


class Bounds(Document):
    """Degrees, both ends included."""

    gte: float
    lte: float


class Place(Document):
    """A document of the index `places`: a commune, arrondissement, EPCI or department; or a name that a commune bore or
    that of one which is no more (`former`), with all else, `code` and `position` too, from the commune of today."""

    id: str
    type: Literal["commune", "arrondissement", "epci", "department", "former"]
    code: str
    name: str
    current: str | None = Field(None, description="of a former name: what the commune of today is called")
    renamed: Literal[True] | None = Field(None, description="of a former name: the same commune bore it")
    postcodes: list[str] | None = None
    parent: str | None = None
    department: str | None = None
    epci: str | None = None
    population: int
    position: Point
    lat_range: Bounds | None = None
    lon_range: Bounds | None = None
    contour: dict[str, Any] | None = Field(None, description="a GeoJSON geometry, simplified")


class RetiredPlace(Document):
    """Another document of the index `places`: a code that a merger ended, `commune:<that code>`. `code` is the one of
    today. It has no name, so that no suggestion finds it."""

    id: str
    type: Literal["retired"]
    code: str
