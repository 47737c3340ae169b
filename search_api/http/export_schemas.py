"""What an export of the structures holds, typed, for the OpenAPI document (as `schemas`)."""

from typing import Literal

from search_api.http.schemas import Answer, Contact, Facts, Hours, Point, Source


class Structure(Facts):
    """Une structure d’un export\u202f; le CSV a les mêmes noms, avec un point (commune.code)."""

    epci: str | None
    department: str
    opening_hours: list[Hours]
    contact: Contact
    source: Source | None


class StructureFeature(Answer):
    type: Literal["Feature"]
    id: str
    geometry: Point
    properties: Structure


class StructureFeatures(Answer):
    type: Literal["FeatureCollection"]
    features: list[StructureFeature]
