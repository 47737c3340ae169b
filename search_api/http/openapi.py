"""The OpenAPI document: what the framework writes of the routes, and what it cannot know.

It adds the schemas that no route names as its own, the headers of every answer, and whole requests with their answers
(examples.json), which the tests ask again, so that none can grow old.
"""

from functools import cache
from pathlib import Path
from typing import Any

import orjson
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from search_api.http import schemas

EXAMPLES = Path(__file__).with_name("examples.json")
"""{address in the document: {name: {request, media_type, answer}}}; the answer is text where it is no JSON."""

SCHEMAS = "#/components/schemas/{model}"
ALSO: tuple[type[BaseModel], ...] = (schemas.Problem, schemas.OfferFeatures, schemas.StructureFeatures)

HEADERS = {
    "ETag": "Change avec le contenu, data excepté\u202f; à redonner dans If-None-Match.",
    "RateLimit-Limit": "Le nombre de demandes permises dans une fenêtre de temps.",
    "RateLimit-Remaining": "Le nombre de celles qui restent.",
    "RateLimit-Reset": "Le nombre de secondes jusqu’à la fenêtre suivante.",
    "Retry-After": "Le nombre de secondes à attendre.",
}
LIMITS = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")


class GeoJson(JSONResponse):
    """Only to tell the framework under which media type a route's model stands."""

    media_type = "application/geo+json"


def describe(app: FastAPI) -> None:
    """Let the application tell of itself as `completed` does."""
    plain = app.openapi

    def document() -> dict[str, Any]:
        if not app.openapi_schema:
            app.openapi_schema = completed(plain())
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # as the framework's documentation has it


def completed(document: dict[str, Any]) -> dict[str, Any]:
    _, also = models_json_schema([(model, "serialization") for model in ALSO], ref_template=SCHEMAS)
    components = document.setdefault("components", {})
    components["schemas"] = {
        name: opened(schema) for name, schema in {**also["$defs"], **components.get("schemas", {})}.items()
    }
    components["headers"] = {
        name: {
            "description": meaning,
            "schema": {"type": "string"} if name == "ETag" else {"type": "integer", "minimum": 0},
        }
        for name, meaning in HEADERS.items()
    }
    for path, operations in document["paths"].items():
        for status, answer in operations["get"]["responses"].items():
            if names := headers(path, int(status)):
                answer["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
        for name, example in examples().get(path, {}).items():
            content = operations["get"]["responses"]["200"]["content"][example["media_type"]]
            told = {"summary": f"GET {example['request']}", "value": example["answer"]}
            content.setdefault("examples", {})[name] = told
    return document


def opened(schema: dict[str, Any]) -> dict[str, Any]:
    """Our models refuse what they do not know, for the tests; but a member may be added to an answer (docs/api.md,
    "What stays"), and no client made from the document may break on it."""
    return {key: told for key, told in schema.items() if (key, told) != ("additionalProperties", False)}


def headers(path: str, status: int) -> list[str]:
    """The headers that say more than the answer itself."""
    kept = status in (200, 304) and path.startswith("/api/") and "/exports/" not in path
    return [
        *(["ETag"] if kept else []),
        *(LIMITS if path.startswith("/api/") else []),
        *(["Retry-After"] if status in (429, 503) else []),
    ]


@cache
def examples() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = orjson.loads(EXAMPLES.read_bytes())
    return found
