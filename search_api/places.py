"""Communes, arrondissements, EPCI and departments: checked, suggested, drawn."""

from collections.abc import Sequence
from typing import Any

from search_api import text
from search_api.engine import Engine, documents, search, searches
from search_api.filters import Clause, any_of
from search_api.labels import KINDS
from search_api.offer_query import Box, Named
from search_api.problems import ParameterError, refusal
from search_api.text import worth

FIELDS = ["id", "type", "code", "name", "postcodes", "parent", "department", "epci", "population", "position"]

KINDS_OF_PLACE = {"commune": "commune", "epci": "intercommunalité", "department": "département"}

EXACT, BEGINS, IN_NAME, MISSPELT = 100.0, 20.0, 10.0, 1.0
"""How well a name matches; times the logarithm of the population, at most 7, so that a better match always wins
over a larger place, save that a small place's exact name stays before a large one's beginning."""

LARGER_THAN_A_COMMUNE = 0.5
"""Paris is first of all the city: a department or an EPCI of the same name comes after."""

LONGEST_ID = 64
"""Ids are far shorter; Elasticsearch refuses those of more than 512 bytes."""

COMMUNES_FROM_ZOOM = 9
MOST_CONTOURS = 400


async def named(engine: Engine, type: str, codes: Sequence[str]) -> tuple[Named, ...]:
    """The places with these codes. Raises ParameterError for codes that are none's, EngineUnavailable."""
    found = await known(engine, [f"{type}:{code}" for code in codes])
    errors = [
        refusal(
            type, code, f"un code de {KINDS_OF_PLACE[type]} qui existe", f"le code «\u00a0{code}\u00a0» est inconnu"
        )
        for code, place in zip(codes, found, strict=True)
        if place is None
    ]
    if errors:
        raise ParameterError.of(errors)
    return tuple(Named(place["code"], place["name"]) for place in found if place)


async def place(engine: Engine, id: str) -> dict[str, Any] | None:
    """A place by its id (`commune:44109`, `epci:244400404`, `department:44`), without its contour.

    Raises EngineUnavailable.
    """
    if not 0 < len(id) <= LONGEST_ID:
        return None
    [found] = await known(engine, [id])
    return found


async def known(engine: Engine, ids: Sequence[str]) -> list[dict[str, Any] | None]:
    """The places with these ids, None for those that there are not; remembered for a while, the unknown ones too."""
    kept = {id: engine.known_places.get(id) for id in ids}
    if unseen := [id for id, place in kept.items() if place is None]:
        fetched = await documents(engine, engine.places, unseen, FIELDS)
        for id in unseen:
            kept[id] = fetched.get(id, {})
            engine.known_places.put(id, fetched.get(id, {}))
    return [kept[id] or None for id in ids]


async def suggest(engine: Engine, q: str, limit: int) -> dict[str, Any]:
    """Places, and offers by their name, for what someone has begun to type. Raises EngineUnavailable."""
    found_places, found_offers = await searches(
        engine, [(engine.places, place_suggestions(q, limit)), (engine.offers, offer_suggestions(q, limit))]
    )
    places = [suggested_place(hit["_source"]) for hit in found_places["hits"]["hits"]]
    offers = [suggested_offer(hit["_source"]) for hit in found_offers["hits"]["hits"]]
    # Places are what most people type; a few rows stay for offers, and an exact name comes first of all.
    room_for_offers = min(len(offers), max(1, limit // 4))
    exact = [item for item in [*places, *offers] if text.words(item["label"]) == text.words(q)]
    ordered = exact + [item for item in [*places[: limit - room_for_offers], *offers, *places] if item not in exact]
    items = list({(item["type"], item["id"]): item for item in ordered}.values())
    return {"items": items[:limit]}


def place_suggestions(q: str, limit: int) -> dict[str, Any]:
    """Exact names, then those that begin so, then those nearly so; each by population."""
    return {
        "query": {
            "function_score": {
                "query": {"dis_max": {"queries": name_matches(q)}},
                "functions": [
                    {"field_value_factor": {"field": "population", "modifier": "log1p", "missing": 0}},
                    {"filter": {"terms": {"type": ["epci", "department"]}}, "weight": LARGER_THAN_A_COMMUNE},
                ],
                "score_mode": "multiply",
                "boost_mode": "multiply",
            }
        },
        "sort": [{"_score": "desc"}, {"id": "asc"}],
        "size": limit,
        "_source": FIELDS,
    }


def name_matches(q: str) -> list[Clause]:
    if not text.words(q):
        return [{"match_none": {}}]
    matches: list[Clause] = []
    for words in text.spellings(q):
        together = " ".join(words)
        matches += [
            worth(EXACT, any_of({"term": {"name.exact": together}}, {"term": {"name.exact": "-".join(words)}})),
            worth(IN_NAME, {"match_bool_prefix": {"name.prefix": {"query": together, "operator": "and"}}}),
            worth(BEGINS, any_of({"prefix": {"name.exact": together}}, {"prefix": {"name.exact": "-".join(words)}})),
        ]
    misspelt = {"query": " ".join(text.words(q)), "operator": "and", "fuzziness": text.FUZZINESS, "prefix_length": 1}
    matches.append(worth(MISSPELT, {"match": {"name": misspelt}}))
    if (digits := q.replace(" ", "")).isdigit():
        matches.append(worth(BEGINS, {"prefix": {"postcodes.prefix": {"value": digits}}}))
    return matches


def offer_suggestions(q: str, limit: int) -> dict[str, Any]:
    """Offers by their name alone: "crèche" is a kind, for the filters, and every crèche would answer."""
    together = " ".join(text.words(q))
    begun = {"match_bool_prefix": {"name.prefix": {"query": together, "operator": "and"}}}
    nearly = {"match": {"name.prefix": {"query": together, "operator": "and", "fuzziness": text.FUZZINESS}}}
    return {
        "query": {
            "dis_max": {
                "queries": [
                    worth(EXACT, {"term": {"name.sort": q.strip()}}),
                    worth(IN_NAME, begun),
                    worth(MISSPELT, nearly),
                ]
            }
        },
        "sort": [{"_score": "desc"}, {"name.sort": "asc"}, {"id": "asc"}],
        "size": limit,
        "_source": ["id", "kind", "name", "position", "commune.name", "fictitious"],
    }


def suggested_place(place: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": place["type"],
        "id": place["id"],
        "code": place["code"],
        "label": place["name"],
        "detail": place_detail(place),
        "position": place["position"],
        "fictitious": False,
    }


def place_detail(place: dict[str, Any]) -> str:
    if place["type"] == "epci":
        return "Intercommunalité"
    if place["type"] == "department":
        return f"Département · {place['code']}"
    postcodes = place.get("postcodes") or []
    told = postcodes[0] if len(postcodes) == 1 else f"{len(postcodes)} codes postaux"
    return " · ".join(filter(None, (place.get("department"), told if postcodes else None)))


def suggested_offer(offer: dict[str, Any]) -> dict[str, Any]:
    detail = f"{KINDS.get(offer['kind'], offer['kind'])} {at(offer['commune']['name'])}"
    return {
        "type": "offer",
        "id": offer["id"],
        "code": None,
        "label": offer["name"],
        "detail": f"{detail} (données fictives)" if offer["fictitious"] else detail,
        "position": offer["position"],
        "fictitious": offer["fictitious"],
    }


def at(commune: str) -> str:
    """« à Nantes », « au Mans », « aux Sorinières »."""
    for article, contracted in (("Le ", "au "), ("Les ", "aux ")):
        if commune.startswith(article):
            return contracted + commune.removeprefix(article)
    return f"à {commune}"


async def contours(engine: Engine, bbox: Box, zoom: int) -> dict[str, Any]:
    """Contours in view as GeoJSON: those of communes from zoom 9, else of departments; the most populated ones
    where there are more than the map can take. Raises EngineUnavailable.
    """
    type = "commune" if zoom >= COMMUNES_FROM_ZOOM else "department"
    in_view = [
        {"term": {"type": type}},
        {"range": {"lat_range": {"gte": bbox.south, "lte": bbox.north, "relation": "intersects"}}},
        {"range": {"lon_range": {"gte": bbox.west, "lte": bbox.east, "relation": "intersects"}}},
    ]
    body = {
        "query": {"bool": {"filter": in_view}},
        "sort": [{"population": "desc"}, {"id": "asc"}],
        "size": MOST_CONTOURS,
        "_source": ["type", "code", "name", "contour"],
    }
    found = await search(engine, engine.places, body)
    # Not by the geojson package: it would walk through every coordinate, 0.2 s for a full view.
    return {"type": "FeatureCollection", "features": [contour(hit["_source"]) for hit in found["hits"]["hits"]]}


def contour(place: dict[str, Any]) -> dict[str, Any]:
    properties = {key: place[key] for key in ("type", "code", "name")}
    return {"type": "Feature", "geometry": place["contour"], "properties": properties}
