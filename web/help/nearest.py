"""The places around a commune where people help with online formalities, as the search finds them."""

import asyncio
from dataclasses import dataclass
from datetime import date
from typing import Any

from search_api import offers
from search_api.engine import Engine
from search_api.parameters import OfferParameters, read, understand
from web import formats

KINDS = {
    "point_relais_caf": (
        "Point relais Caf",
        "Un agent vous accompagne dans vos démarches avec la Caf, près de chez vous.",
    ),
    "point_numerique_caf": (
        "Point numérique Caf",
        "Un ordinateur, une connexion et quelqu’un pour vous aider à vous en servir.",
    ),
    "france_services": (
        "France services",
        "Des conseillers pour toutes les démarches publiques, Caf et impôts compris.",
    ),
    "rpe": (
        "Relais petite enfance",
        "Le relais connaît le métier\u00a0: il peut vous inscrire avec vous, à son bureau.",
    ),
}
"""Label and what it is for, in the order of the page."""

SHOWN = 2


@dataclass(frozen=True)
class Group:
    kind: str
    label: str
    purpose: str
    places: list[dict[str, Any]]


async def around(engine: Engine, commune: dict[str, Any], today: date) -> list[Group]:
    """The nearest of each kind, however far. Raises EngineUnavailable."""
    found = await asyncio.gather(*(_nearest(engine, commune, kind, today) for kind in KINDS))
    return [Group(kind, *KINDS[kind], places) for kind, places in zip(KINDS, found, strict=True)]


async def _nearest(engine: Engine, commune: dict[str, Any], kind: str, today: date) -> list[dict[str, Any]]:
    position = commune["position"]
    asked = {
        "near": f"{position['lat']},{position['lon']}",
        "radius_km": "any",
        "sort": "distance",
        "kind": [kind],
        "limit": str(SHOWN),
    }
    answer = await offers.search(engine, await understand(engine, read(OfferParameters, asked), today))
    return [
        {
            "id": item["id"],
            "name": item["name"],
            "commune": item["commune"]["name"],
            "distance": formats.distance(item["distance_m"]),
            "fictitious": item["fictitious"],
        }
        for item in answer["items"]
    ]
