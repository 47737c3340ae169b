"""The OpenAPI document: valid, and each of its examples asked, answered as it says and by its schemas.

When an answer has changed and shall: `WRITE_EXAMPLES=1 pytest tests/search_api/test_openapi.py` writes them anew.
"""

import os
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from jsonschema import Draft202012Validator
from schemathesis.openapi import from_dict

from search_api.http.openapi import EXAMPLES
from settings import Settings
from tests.openapi import complaints, validator
from tests.search_api.conftest import Client

WRITE = "WRITE_EXAMPLES" in os.environ

COMPANIONS: dict[str, dict[str, Any]] = {
    "radius_km": {"near": "47.2186,-1.5541"},
    "sort": {"near": "47.2186,-1.5541"},
    "detour_km": {"route": "47.1906,-1.5490;47.2184,-1.5419"},
    "leniency": {"need": "mon-fri@08:00-18:00"},
    "view": {"zoom": 12},
    "zoom": {"view": "-1.65,47.16,-1.45,47.28"},
}
"""What a parameter does not go without, and no schema can tell."""


@pytest.fixture(scope="module")
def document(api: Client) -> Any:
    return api.get("/openapi.json").json()


def test_the_document_is_openapi_3_1(document: Any) -> None:
    assert document["openapi"].startswith("3.1")
    from_dict(document).validate()
    for name, schema in document["components"]["schemas"].items():
        Draft202012Validator.check_schema(schema)
        list(validator(document, {"$ref": f"#/components/schemas/{name}"}).iter_errors({}))  # every reference resolves


def test_redocly_finds_nothing_to_say(document: Any, tmp_path: Path) -> None:
    assert complaints(document, tmp_path) == []


def test_redocly_would_find_what_is_missing(document: Any, tmp_path: Path) -> None:
    less = {name: value for name, value in document.items() if name not in ("servers", "security")}
    assert {each["ruleId"] for each in complaints(less, tmp_path)} == {"no-empty-servers", "security-defined"}


def test_who_may_ask_what_the_licence_is_and_where_is_told(document: Any, settings: Settings) -> None:
    assert document["security"] == []
    assert document["info"]["license"] == {"name": "MIT", "identifier": "MIT"}
    assert [each["url"] for each in document["servers"]] == [settings.site_url]


def test_every_example_of_a_parameter_is_answered(api: Client, document: Any) -> None:
    asked = 0
    for path, operation in operations(document):
        parameters = operation.get("parameters", [])
        required = {each["name"]: each["schema"]["examples"][0] for each in parameters if each["required"]}
        names = {each["name"] for each in parameters}
        address = path.format(**required)
        for each in parameters:
            if each["name"] == "cursor":  # serves in one place only: a whole request shows it
                continue
            assert each["schema"]["examples"], (path, each["name"])
            for example in each["schema"]["examples"]:
                validator(document, each["schema"]).validate(example)
                in_query = {name: value for name, value in required.items() if f"{{{name}}}" not in path}
                companions = {name: value for name, value in COMPANIONS.get(each["name"], {}).items() if name in names}
                given = {} if each["in"] == "path" else {each["name"]: example}
                refuse_untrue(document, path, api.get(address, pairs({**in_query, **companions, **given})))
                asked += 1
    assert asked > 70


def test_every_route_shows_requests_that_are_answered_so(api: Client, document: Any) -> None:
    told = orjson.loads(EXAMPLES.read_bytes())
    assert told.keys() == {path for path, _ in operations(document) if path.startswith("/api/")}
    for path, examples in told.items():
        for name, example in examples.items():
            if WRITE and name == "next_page":
                cursor = examples["first_page"]["answer"]["next"]
                example["request"] = f"{examples['first_page']['request']}&cursor={cursor}"
            answer = api.get(example["request"])
            refuse_untrue(document, path, answer)
            if WRITE:
                example |= {"media_type": media_type(answer), "answer": content(answer)}
            assert (media_type(answer), content(answer)) == (example["media_type"], example["answer"]), example[
                "request"
            ]
    if WRITE:
        EXAMPLES.write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2) + b"\n")
    shown = [
        example
        for _, operation in operations(document)
        for each in operation["responses"]["200"]["content"].values()
        for example in each.get("examples", {}).values()
    ]
    assert {each["summary"] for each in shown} == {
        f"GET {example['request']}" for examples in told.values() for example in examples.values()
    }


def operations(document: Any) -> list[tuple[str, Any]]:
    return [(path, each["get"]) for path, each in document["paths"].items()]


def refuse_untrue(document: Any, path: str, answer: httpx.Response) -> None:
    """The answer must be good, of a documented media type, and by its schema."""
    assert answer.status_code == 200, (answer.request.url, answer.text)
    documented = document["paths"][path]["get"]["responses"]["200"]["content"]
    validator(document, documented[media_type(answer)]["schema"]).validate(content(answer))


def media_type(answer: httpx.Response) -> str:
    return answer.headers["content-type"].partition(";")[0]


def content(answer: httpx.Response) -> Any:
    return answer.json() if "json" in media_type(answer) else answer.text


def pairs(parameters: dict[str, Any]) -> dict[str, Any]:
    """As programs write them: true, not True."""
    return {name: str(value).lower() if isinstance(value, bool) else value for name, value in parameters.items()}
