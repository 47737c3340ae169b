"""schemathesis asks what the OpenAPI document allows, and what it does not, and holds the answers to the document."""

import re
from collections.abc import Sequence
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from schemathesis.config import (
    ChecksConfig,
    GenerationConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
)
from schemathesis.openapi import from_dict

from search_api.geo import Point, length_m
from search_api.http.app import create_app
from search_api.request.parameter_types import MAX_ROUTE_KM
from settings import Settings
from tests.search_api import documents

EXAMPLES = 60
"""Random ones of each route, after those that schemathesis derives from the bounds of each parameter."""

REFUSED = ["404", "405", "414", "422"]
"""How what the document does not allow is answered; a text beyond its length may be too long for an address at all."""

KNOWN = {"commune": ["44109", "44143"], "epci": "244400404", "department": "44"}
COMMUTE, BOX = "47.1875,-1.5490;47.2186,-1.5541", "-1.65,47.16,-1.45,47.28"
PLACES = ("near", "route", *KNOWN, "bbox")


@pytest.fixture(scope="session")
def app(settings: Settings) -> FastAPI:
    """Run by schemathesis, in a loop of its own."""
    return create_app(settings, today=lambda: documents.TODAY)


def document() -> schemathesis.BaseSchema:
    """Read before there is an engine: the document does not depend on it."""
    nowhere = Settings(elasticsearch_url="http://127.0.0.1:9", secret_key="of this test as long as one has to be")  # noqa: S106
    generation = GenerationConfig(max_examples=EXAMPLES, deterministic=True, database="none")
    refused = ChecksConfig.from_dict({"negative_data_rejection": {"expected-statuses": REFUSED}})
    project = ProjectConfig(generation=generation, checks=refused)
    config = SchemathesisConfig(seed=5, projects=ProjectsConfig(default=project))
    return from_dict(create_app(nowhere).openapi(), config=config)


schema = document().exclude(path="/readyz")  # these documents are not of today


@schema.parametrize()
@hypothesis_settings(deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_as_documented(case: schemathesis.Case[Any], app: FastAPI) -> None:
    if case.meta and case.meta.generation.mode.is_positive and case.query:
        places = [name for name in PLACES if (name, case.path) != ("bbox", "/api/v1/map")]
        case.query = coherent(dict(case.query), places)
    case.call_and_validate(app=app)


def coherent(query: dict[str, Any], places: Sequence[str]) -> dict[str, Any]:
    """The request less what no schema can tell of it, and what is refused for it, rightly: which values exist, and
    which go with which others (docs/api.md)."""
    query.pop("cursor", None)
    query |= {name: code for name, code in KNOWN.items() if name in query}
    for name in [name for name in places if name in query][1:]:
        del query[name]
    if "route" in query and too_long(query["route"]):
        query["route"] = COMMUTE
    query |= {name: BOX for name in ("bbox", "view") if name in query and not is_box(query[name])}
    if "view" in query:
        query.setdefault("zoom", 9)
    elif "bbox" not in query or "bbox" in places:
        query.pop("zoom", None)
    if "need" in query:
        query["need"] = [line for line in query["need"] if len(set(re.findall(r"\d\d:\d\d", line))) == 2]
    if born := query.get("child_birthdate"):
        query["from"] = min(born)
        query["child_birthdate"] = [min(born)] * len(born)  # nobody is expected more than a year after `from`
        if int(query.get("places", len(born))) < len(born):
            del query["places"]
    if not query.get("need"):
        query.pop("leniency", None)
    if not sortable(query):
        query.pop("sort", None)
    if "near" not in query or (query.get("radius_km") == "any" and query.get("sort") != "distance"):
        query.pop("radius_km", None)
    if "route" not in query:
        query.pop("detour_km", None)
    return query


def sortable(query: dict[str, Any]) -> bool:
    match query.get("sort"):
        case "distance":
            return "near" in query or "route" in query
        case "availability":
            return bool(query.get("need"))
        case "relevance":
            return bool(query.get("q", "").strip())
    return True


def is_box(text: str) -> bool:
    west, south, east, north = map(float, text.split(","))
    return west < east and south < north


def too_long(route: str) -> bool:
    return length_m(tuple(Point(*map(float, point.split(","))) for point in route.split(";"))) > MAX_ROUTE_KM * 1_000
