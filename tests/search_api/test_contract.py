"""What is sent is what the OpenAPI document says, field by field."""

from typing import Any

import pytest
from pydantic import BaseModel

from search_api.http import refusals, schemas
from tests.search_api.conftest import Client

NEAR = {"near": "47.2186,-1.5541"}
FULL = {**NEAR, "facets": "kind,feature,language", "need": "mon@08:00-12:00", "include": "to_ask"}


@pytest.mark.parametrize(
    ("model", "path", "parameters"),
    [
        (schemas.Offers, "/api/v1/offers", {"limit": 100}),
        (schemas.Offers, "/api/v1/offers", {**FULL, "child_birthdate": "2026-01-01", "limit": 2}),
        (schemas.Offers, "/api/v1/offers", {"need": "mon-sat@07:00-18:00", "match": "best", "limit": 100}),
        (schemas.Offers, "/api/v1/offers", {**NEAR, "radius_km": "any"}),
        (schemas.Offers, "/api/v1/offers", {"commune": "69123", "facets": "subkind,funding", "kind": "mam"}),
        (schemas.Offers, "/api/v1/offers", {"epci": "244400404", "q": "crèche"}),
        (schemas.Offers, "/api/v1/offers", {"bbox": "-2,47,-1,48"}),
        (schemas.OfferFeatures, "/api/v1/offers", {**FULL, "format": "geojson"}),
        (schemas.Fiche, "/api/v1/offers/anne", {}),
        (schemas.Fiche, "/api/v1/offers/lutins", {}),
        (schemas.Fiche, "/api/v1/offers/elise", {}),
        (schemas.MapFeatures, "/api/v1/map", {"bbox": "-5,41,9,51", "zoom": 6}),
        (schemas.Suggestions, "/api/v1/suggest", {"q": "l", "limit": 20}),
        (schemas.Counts, "/api/v1/counts", {"by": "kind"}),
        (schemas.Counts, "/api/v1/counts", {"by": "epci", **NEAR}),
        (schemas.Health, "/healthz", {}),
        (refusals.Problem, "/api/v1/offers", {"near": "x"}),
        (refusals.Problem, "/api/v1/offers/nobody", {}),
    ],
)
def test_answers_are_what_the_schemas_say(
    api: Client, model: type[BaseModel], path: str, parameters: dict[str, Any]
) -> None:
    sent = api.get(path, parameters).json()
    read = model.model_validate(sent)
    assert sent.keys() <= {field.alias or name for name, field in model.model_fields.items()}
    assert read.model_dump(by_alias=True, exclude_unset=True).keys() == sent.keys()


def test_the_openapi_document_describes_every_parameter(api: Client) -> None:
    document = api.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    documented = 0
    for path, operations in document["paths"].items():
        operation = operations["get"]
        assert operation["summary"]
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "query":
                assert "Permis" in parameter["description"], (path, parameter["name"])
                assert parameter["schema"].get("examples") or parameter["name"] == "cursor", (path, parameter["name"])
                documented += 1
    assert documented > 60
    names = {each["name"] for each in document["paths"]["/api/v1/offers"]["get"]["parameters"]}
    assert {"near", "from", "need", "kind", "facets", "cursor", "format"} <= names
    errors = document["paths"]["/api/v1/offers/{id}"]["get"]["responses"]
    assert {"404", "422", "429", "503"} <= errors.keys()
    assert "application/problem+json" in errors["429"]["content"]


def test_any_site_may_read_the_api(api: Client) -> None:
    response = api.get("/api/v1/suggest", {"q": "n"}, headers={"Origin": "https://www.example.org"})
    assert response.headers["access-control-allow-origin"] == "*"
