"""The places around a commune where people help with online formalities, as the search finds them."""

import asyncio
from dataclasses import dataclass
from datetime import date
from typing import Any

from domain import french
from domain.vocabulary import Kind
from search_api import offers
from search_api.engine.engine import Engine
from search_api.request.parameters import OfferParameters, meaning, read

PURPOSES = {
    Kind.POINT_RELAIS_CAF: "Un agent vous accompagne dans vos démarches avec la Caf, près de chez vous.",
    Kind.POINT_NUMERIQUE_CAF: "Un ordinateur, une connexion et quelqu’un pour vous aider à vous en servir.",
    Kind.FRANCE_SERVICES: "Des conseillers pour toutes les démarches publiques, Caf et impôts compris.",
    Kind.RPE: "Le relais connaît le métier\u00a0: il peut vous inscrire avec vous, à son bureau.",
}
"""What each kind is for here, in the order of the page."""

SHOWN = 2


@dataclass(frozen=True)
class Group:
    kind: str
    label: str
    purpose: str
    places: list[dict[str, Any]]


async def around(engine: Engine, commune: dict[str, Any], today: date) -> list[Group]:
    """The nearest of each kind, however far. Raises EngineUnavailable."""
    found = await asyncio.gather(*(_nearest(engine, commune, kind, today) for kind in PURPOSES))
    return [
        Group(kind.value, kind.label, purpose, places)
        for (kind, purpose), places in zip(PURPOSES.items(), found, strict=True)
    ]


async def _nearest(engine: Engine, commune: dict[str, Any], kind: Kind, today: date) -> list[dict[str, Any]]:
    position = commune["position"]
    asked = {
        "near": f"{position['lat']},{position['lon']}",
        "radius_km": "any",
        "sort": "distance",
        "kind": [kind.value],
        "limit": str(SHOWN),
    }
    answer = await offers.search(engine, meaning(read(OfferParameters, asked), today))
    return [
        {
            "id": item["id"],
            "name": item["name"],
            "commune": item["commune"]["name"],
            "distance": french.distance(item["distance_m"]),
            "fictitious": item["fictitious"],
        }
        for item in answer["items"]
    ]
