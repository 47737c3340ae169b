"""The documentation of the public API as a page of ours, from the OpenAPI document.

FastAPI's own `/docs` loads its scripts from another host, which our pages never do.
"""

from collections.abc import Mapping
from typing import Any

PLUMBING = ("service",)
"""The tags of what operators ask, not users."""

EXAMPLES = (
    "/api/v1/suggest?q=nant",
    "/api/v1/offers?near=47.2186,-1.5541&radius_km=5&kind=eaje",
    "/api/v1/offers?commune=44109&kind=assistant_maternel&need=mon-fri@08:00-18:00&facets=feature",
)


def endpoints(openapi: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every public address: its summary, description, parameters, and the statuses that it answers."""
    found = []
    for path, methods in openapi["paths"].items():
        described = methods["get"]
        if set(described.get("tags", [])) & set(PLUMBING):
            continue
        found.append(
            {
                "id": path.strip("/").replace("/", "-").replace("{", "").replace("}", ""),
                "path": path,
                "summary": described["summary"],
                "description": described.get("description", ""),
                "parameters": [parameter(each) for each in described.get("parameters", [])],
                "statuses": ", ".join(described["responses"]),
            }
        )
    return found


def introduction(openapi: Mapping[str, Any]) -> list[str]:
    """The description's paragraphs, without its Markdown."""
    return str(openapi["info"]["description"]).replace("`", "").split("\n\n")


def parameter(described: Mapping[str, Any]) -> dict[str, Any]:
    examples = described["schema"].get("examples", [])
    return {
        "name": described["name"],
        "required": described["required"],
        "description": described.get("description", ""),
        "examples": [", ".join(each) if isinstance(each, list) else str(each) for each in examples],
    }
