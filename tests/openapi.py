"""OpenAPI documents: what Redocly says of them, and whether an answer is as they tell."""

import os
import subprocess
from pathlib import Path
from typing import Any

import orjson
from jsonschema import Draft202012Validator

from tests import installed
from tests.conftest import ROOT

ALONE = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}


def complaints(document: Any, folder: Path) -> list[Any]:
    """What breaks one of Redocly's recommended rules, warnings too."""
    file = folder / "openapi.json"
    file.write_bytes(orjson.dumps(document))
    redocly = installed.from_npm(ROOT / "tests/search_api/redocly") / "node_modules" / ".bin" / "redocly"
    command = [str(redocly), "lint", "--extends=recommended", "--format=json", str(file)]
    done = subprocess.run(command, cwd=folder, env=os.environ | ALONE, capture_output=True, text=True)
    told = orjson.loads(done.stdout)
    problems: list[Any] = told["problems"]
    assert (sum(told["totals"].values()) == 0) == (problems == []), done.stderr
    return problems


def validator(document: Any, schema: Any) -> Draft202012Validator:
    """Stricter than the document, which lets members be added later on: today they are these."""
    schemas = document["components"]["schemas"]
    closed = {name: {"additionalProperties": False, **each} for name, each in schemas.items()}
    return Draft202012Validator({**schema, "components": {"schemas": closed}})
