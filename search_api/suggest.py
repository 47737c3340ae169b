"""What someone may mean who has begun to type: communes, postcodes, EPCI, departments, offers, addresses."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain import french
from domain.spelling import glued
from domain.spelling import place as folded
from domain.vocabulary import Kind
from search_api.engine.engine import Engine, search, searches
from search_api.engine.geocoder import Geocoder, addresses, is_away
from search_api.places import known, label
from search_api.query import place_names, text
from search_api.query.filters import worth
from search_api.query.place_names import EXACT, IN_NAME, MISSPELT, readings, typed_postcode

COMMUNES_NAMED = 3
"""Of those that share a postcode, so many are named in its detail."""

Item = dict[str, Any]
"""A suggestion (`schemas.Suggestion`)."""


@dataclass(frozen=True)
class Found:
    """`items`, best first. `exact`: the ids of the places whose whole name was typed, or their postcode. `away`:
    whether a geocoder that was asked did not answer."""

    items: list[Item]
    exact: frozenset[str]
    away: bool = False


async def suggest(engine: Engine, q: str, limit: int, geocoder: Geocoder | None = None) -> dict[str, Any]:
    """Up to `limit` places, offers and addresses for what someone has begun to type. Raises EngineUnavailable."""
    return {"items": (await look_up(engine, q, limit, geocoder)).items}


async def look_up(
    engine: Engine, q: str, limit: int, geocoder: Geocoder | None = None, *, only_places: bool = False
) -> Found:
    """The same, with how sure each is. `only_places`: no offer is wanted. Raises EngineUnavailable.

    The geocoder is asked at the same time about what looks like an address, and about all else where the index knows
    nothing of that name; what it does not answer in time is left out.
    """
    names = await department_names(engine)
    (places, offers), streets = await asyncio.gather(indexed(engine, q, limit, names), addresses(geocoder, q))
    if not (places or streets or (offers and not only_places)):
        streets = await addresses(geocoder, q, whatever=True)
    # Places are what most people type; a few rows stay for offers, and an exact name comes first of all.
    room_for_offers = min(len(offers), max(1, limit // 4))
    typed = {folded(reading.name) for reading in readings(q, names)}
    exact = [item for item in places if item["type"] == "postcode" or folded(name_of(item)) in typed]
    ordered = [
        *exact,
        *(item for item in [*places, *offers] if text.words(item["label"]) == text.words(q)),
        *streets[: max(1, limit // 2)],
        *places[: limit - room_for_offers],
        *offers,
        *places,
        *streets,
    ]
    items = list({(item["type"], item["id"]): item for item in ordered}.values())
    whole = {f"department:{q.strip().upper()}"} | (
        {item["id"] for item in places} if len(typed_postcode(q)) == 5 else set()
    )
    sure = exact or [item for item in places if item["id"] in whole or alike(q, name_of(item))]
    sure += [street for street in streets if alike(q, street["label"])]
    return Found(items[:limit], frozenset(item["id"] for item in sure), is_away(geocoder))


async def standing_in(engine: Engine, q: str, limit: int) -> list[Item]:
    """The communes whose names stand among the words of a text that is no place's name, best first: « gare de Nantes ».
    Raises EngineUnavailable."""
    body = place_names.standing_in(q)
    if body is None:
        return []
    names = await department_names(engine)
    hits = (await search(engine, engine.places, body))["hits"]["hits"]
    places = [hit["_source"] for hit in hits]
    order = place_names.best_of(q, [place["name"] for place in places])
    return [suggested_place(places[at], names) for at in order[:limit]]


def name_of(item: Item) -> str:
    """The name by which a suggestion was found: of a former one, without the name of today after it."""
    return str(item["label"]).rpartition(" (")[0] if item["type"] == "former" else str(item["label"])


def alike(typed: str, name: str) -> bool:
    """Whether they are one name as the index reads it, also glued together: « ile yeu » and « L’Île-Yeu »."""
    return glued(typed) == glued(name) or "".join(text.words(typed)) == "".join(text.words(name))


async def department_names(engine: Engine) -> dict[str, str]:
    """Code → name, from what is remembered of the places."""
    found = await known(engine, [f"department:{code}" for code in place_names.DEPARTMENTS])
    return {place["code"]: place["name"] for place in found if place}


async def indexed(
    engine: Engine, q: str, limit: int, departments: Mapping[str, str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The places and the offers, each best first, in one round trip."""
    postcode = typed_postcode(q)
    whole = len(postcode) == 5
    body = place_names.sharing(postcode) if whole else place_names.suggestions(q, limit, departments)
    found_places, found_offers = await searches(
        engine, [(engine.places, body), (engine.offers, offer_suggestions(q, limit))]
    )
    places = [hit["_source"] for hit in found_places["hits"]["hits"]]
    items = [suggested_place(place, departments) for place in places]
    if whole:
        items = of_postcode(postcode, places, items)
    return items, [suggested_offer(hit["_source"]) for hit in found_offers["hits"]["hits"]]


def of_postcode(postcode: str, places: list[dict[str, Any]], items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those who share it all together, then each; the city of an arrondissement shares nothing and comes last."""
    cities = {place.get("parent") for place in places}
    of_them = [item for item in items if item["code"] not in cities]
    others = [item for item in items if item["code"] in cities]
    if len(of_them) < 2:
        return of_them + others
    names = ", ".join(item["label"] for item in of_them[:COMMUNES_NAMED])
    together = {
        "type": "postcode",
        "id": f"postcode:{postcode}",
        "code": postcode,
        "label": postcode,
        "detail": f"{len(of_them)} communes\u00a0: {names}{'…' if len(of_them) > COMMUNES_NAMED else ''}",
        "position": of_them[0]["position"],
        "precision": None,
        "communes": [item["code"] for item in of_them],
        "fictitious": False,
    }
    return [together, *of_them, *others]


def offer_suggestions(q: str, limit: int) -> dict[str, Any]:
    """Offers by their name alone: "crèche" is a kind, for the filters, and every crèche would answer."""
    together = " ".join(text.words(q))
    begun = {"match_bool_prefix": {"name.prefix": {"query": together, "operator": "and"}}}
    nearly = {"query": together, "operator": "and", "fuzziness": text.FUZZINESS, "prefix_length": 1}
    return {
        "query": {
            "dis_max": {
                "queries": [
                    worth(EXACT, {"term": {"name.sort": q.strip()}}),
                    worth(IN_NAME, begun),
                    worth(MISSPELT, {"match": {"name.prefix": nearly}}),
                ]
            }
        },
        "sort": [{"_score": "desc"}, {"name.sort": "asc"}, {"id": "asc"}],
        "size": limit,
        "track_total_hits": False,
        "_source": ["id", "kind", "name", "position", "commune.name", "fictitious"],
    }


def suggested_place(place: dict[str, Any], departments: Mapping[str, str]) -> dict[str, Any]:
    return {
        "type": place["type"],
        "id": place["id"],
        "code": place["code"],
        "label": label(place),
        "detail": place_detail(place, departments),
        "position": place["position"],
        "precision": None,
        "communes": None,
        "fictitious": False,
    }


def place_detail(place: dict[str, Any], departments: Mapping[str, str]) -> str:
    """What tells a place from its namesakes: « Loire-Atlantique (44) · 44600 »."""
    if place["type"] == "department":
        return f"Département · {place['code']}"
    code = place.get("department") or ""
    department = f"{departments[code]} ({code})" if code in departments else code
    if place["type"] == "epci":
        return " · ".join(filter(None, ("Intercommunalité", department)))
    postcodes = place.get("postcodes") or []
    told = postcodes[0] if len(postcodes) == 1 else f"{len(postcodes)} codes postaux"
    former = place["type"] == "former"
    kind = ("Ancien nom" if place.get("renamed") else "Ancienne commune") if former else None
    return " · ".join(filter(None, (kind, department, told if postcodes else None)))


def suggested_offer(offer: dict[str, Any]) -> dict[str, Any]:
    detail = f"{Kind.label_of(offer['kind'])} {french.reaching(offer['commune']['name'])}"
    return {
        "type": "offer",
        "id": offer["id"],
        "code": None,
        "label": offer["name"],
        "detail": f"{detail} (données fictives)" if offer["fictitious"] else detail,
        "position": offer["position"],
        "precision": None,
        "communes": None,
        "fictitious": offer["fictitious"],
    }
