"""The places around a commune where people help with online formalities, as the search finds them."""

import asyncio
from dataclasses import dataclass
from typing import Any

from domain import french
from domain.vocabulary import Kind
from search_api import offers
from search_api.parameters import OfferParameters, meaning, read
from web.core.site import Site
from web.shared.search.places import Place

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


async def around(site: Site, commune: Place) -> list[Group]:
    """The nearest of each kind, however far. Raises EngineUnavailable."""
    found = await asyncio.gather(*(_nearest(site, commune, kind) for kind in PURPOSES))
    return [
        Group(kind.value, kind.label, purpose, places)
        for (kind, purpose), places in zip(PURPOSES.items(), found, strict=True)
    ]


async def _nearest(site: Site, commune: Place, kind: Kind) -> list[dict[str, Any]]:
    asked = {
        "near": commune.point,
        "radius_km": "any",
        "sort": "distance",
        "kind": [kind.value],
        "limit": str(SHOWN),
    }
    answer = await offers.search(site.engine, meaning(read(OfferParameters, asked), site.today()))
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
