"""The documentation of the public API as a page of ours, from the OpenAPI document.

FastAPI's own `/docs` loads its scripts from another host, which our pages never do.
"""

from collections.abc import Mapping
from typing import Any

PLUMBING = ("service",)
"""The tags of what operators ask, not users."""

EXAMPLES = {
    "Les lieux et les offres dont le nom commence ainsi": "/api/v1/suggest?q=nant",
    "Les crèches autour d’un point, les plus proches d’abord": (
        "/api/v1/offers?near=47.2186,-1.5541&radius_km=5&kind=eaje"
    ),
    "Les assistants maternels d’une commune qui sont libres à ces heures, ou une partie de ces jours": (
        "/api/v1/offers?commune=44109&kind=assistant_maternel&need=mon-fri@08:00-18:00&match=best"
    ),
    "Ce qui se trouve à moins d’un kilomètre d’un trajet": (
        "/api/v1/offers?route=47.1906,-1.5490;47.2184,-1.5419&detour_km=1"
    ),
    "Une liste, ses comptes par genre et la carte de sa vue, en un appel": (
        "/api/v1/offers?commune=44109&facets=kind&view=-1.65,47.16,-1.45,47.28&zoom=12"
    ),
}
"""What one may ask, in French, and how."""

FILES = {
    "Classeur XLSX, pour Excel ou LibreOffice": "/api/v1/exports/structures?department=44&format=xlsx",
    "CSV pour Excel (points-virgules, virgule décimale)": "/api/v1/exports/structures?department=44&format=csv-excel",
    "CSV pour un programme (RFC 4180)": "/api/v1/exports/structures?department=44&format=csv",
    "GeoJSON, pour une carte": "/api/v1/exports/structures?department=44&format=geojson",
    "Nombre d’assistants maternels par commune, en classeur XLSX": (
        "/api/v1/exports/assistants?department=44&format=xlsx"
    ),
}
"""The exports by name, for who comes with a spreadsheet and no program."""


def endpoints(openapi: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every public address: its summary, description, parameters, and the statuses that it answers."""
    found = []
    for path, methods in openapi["paths"].items():
        described = methods.get("get")
        if described is None:  # what a program sends with a token has a guide of its own (docs/movements.md)
            continue
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
        "examples": [",".join(each) if isinstance(each, list) else written(each) for each in examples],
    }


def written(value: Any) -> str:
    """As it stands in a query string."""
    return str(value).lower() if isinstance(value, bool) else str(value)
