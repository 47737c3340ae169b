"""The OpenAPI document: what the framework writes of the routes, and what it cannot know.

It adds the schemas that no route names as its own, the headers of every answer, and whole requests with their answers
(examples.json), which the tests ask again, so that none can grow old.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from search_api.http import export_schemas, refusals, schemas

EXAMPLES = Path(__file__).with_name("examples.json")
"""{address in the document: {name: {request, media_type, answer}}}; the answer is text where it is no JSON."""

SCHEMAS = "#/components/schemas/{model}"
ALSO: tuple[type[BaseModel], ...] = (refusals.Problem, schemas.OfferFeatures, export_schemas.StructureFeatures)

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


def operation_id(route: APIRoute) -> str:
    """What a generated client calls the route: the name of its function, with nothing of its address."""
    return route.name


def describe(app: FastAPI) -> None:
    """Let the application tell of itself as `completed` does."""
    plain = app.openapi
    add(app, ALSO, {})

    def document() -> dict[str, Any]:
        if not app.openapi_schema:
            app.openapi_schema = completed(plain(), app.state.schemas, app.state.security_schemes)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # as the framework's documentation has it


def add(app: FastAPI, models: Iterable[type[BaseModel]], security_schemes: Mapping[str, Any]) -> None:
    """Let the document know models that routes name by their schema alone, and ways to say who asks."""
    app.state.schemas = [*getattr(app.state, "schemas", []), *models]
    app.state.security_schemes = {**getattr(app.state, "security_schemes", {}), **security_schemes}


def completed(
    document: dict[str, Any], models: Iterable[type[BaseModel]], security_schemes: Mapping[str, Any]
) -> dict[str, Any]:
    document["security"] = []  # public; a route that wants a token says so
    _, also = models_json_schema([(model, "serialization") for model in models], ref_template=SCHEMAS)
    components = document.setdefault("components", {})
    if security_schemes:
        components["securitySchemes"] = dict(security_schemes)
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
        for operation in operations.values():
            for status, answer in operation["responses"].items():
                if names := headers(path, int(status)):
                    answer["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
        for name, example in examples().get(path, {}).items():
            content = operations["get"]["responses"]["200"]["content"][example["media_type"]]
            told = {"summary": f"GET {example['request']}", "value": example["answer"]}
            content.setdefault("examples", {})[name] = told
    components["schemas"] = referred_to(document)
    return document


def referred_to(document: dict[str, Any]) -> dict[str, Any]:
    """The schemas that a path uses, itself or through another schema; pydantic also lists those of codes that stand
    inline."""
    schemas: dict[str, Any] = document["components"]["schemas"]
    used: set[str] = set()
    left = names_in(document["paths"])
    while left:
        name = left.pop()
        if name not in used:
            used.add(name)
            left |= names_in(schemas[name])
    return {name: schema for name, schema in schemas.items() if name in used}


def names_in(part: Any) -> set[str]:
    return set(re.findall(r'"#/components/schemas/(\w+)"', orjson.dumps(part).decode()))


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
