"""What someone may mean who has begun to type: communes, postcodes, EPCI, departments, offers, addresses."""

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain import french, localities
from domain.spelling import street
from domain.vocabulary import Kind
from search_api.engine.engine import Engine, search, searches
from search_api.engine.geocoder import Geocoder, addresses, looks_like_an_address
from search_api.places import by_ids, label
from search_api.query import place_names, text
from search_api.query.filters import worth
from search_api.query.likeness import begins_so, likeness
from search_api.query.place_names import EXACT, IN_NAME, MISSPELT, Reading, typed_postcode

OF_NOBODY = ("75000", "69000", "13000")
"""Postcodes that people write for all of a city, and that no letter carries: no detail counts them."""

POSTCODE = re.compile(r"(?<!\d)(\d{5})(?!\d)")
"""In the label of an address, between its name and its town."""

COMMUNES_NAMED = 3
"""Of those that share a postcode, so many are named in its detail."""

Item = dict[str, Any]
"""A suggestion (`schemas.Suggestion`)."""

Document = dict[str, Any]


@dataclass(frozen=True)
class Found:
    """What the index knows, best first: `sure` are the places whose whole name was typed, or their postcode; `others`
    begin so, or nearly so."""

    sure: list[Item]
    others: list[Item]
    offers: list[Item]


@dataclass(frozen=True)
class Understood:
    """The places that a text may mean, best first. `sure`: those that it names, of which several are namesakes;
    `others`: what it may begin, or misspell, or name in part; at most as many as were wanted. `offers` are called
    exactly so. `away`: whether a geocoder that was asked did not answer; `is_address`: whether the text looks like a
    street or a station; `wrong_postcode`: one that is typed beside the name of the first of `others`, and not its."""

    sure: list[Item]
    others: list[Item]
    offers: list[Item]
    away: bool = False
    is_address: bool = False
    wrong_postcode: str = ""


async def suggest(engine: Engine, q: str, limit: int, geocoder: Geocoder | None = None) -> dict[str, Any]:
    """Up to `limit` places, offers and addresses for what someone has begun to type. Raises EngineUnavailable.

    The geocoder is asked at the same time about what looks like an address. It is asked after the index about what
    begins no name there, such as a hamlet: not about every letter on the way to a commune. Where nothing at all is
    known of a text, the communes are suggested whose names stand in it: « 12 rue des Lilas Orvault ».
    """
    typed, departments = await read(engine, q)
    is_address = looks_like_an_address(q)
    found, streets = await asyncio.gather(
        indexed(engine, q, limit, typed, departments), addresses(geocoder if is_address else None, q)
    )
    is_known = bool(found.sure) or any(begins_so(q, item["label"]) for item in [*found.others, *found.offers])
    if geocoder and not (is_address or is_known or typed_postcode(q)):
        streets = await addresses(geocoder, q)
    streets = streets or []
    together = sharing(typed_postcode(q), found.sure)
    places = [*together, *found.sure, *found.others]
    # Places are what most people type; a few rows stay for offers, and an exact name comes first of all.
    room_for_offers = min(len(found.offers), max(1, limit // 4))
    ordered = [
        *together,
        *found.sure,
        *(item for item in found.offers if likeness(q, item["label"]) is not None),
        *streets[: max(1, limit // 2)],
        *places[: limit - room_for_offers],
        *found.offers,
        *places,
        *streets,
    ]
    return {"items": distinct(ordered or await standing_in(engine, q, limit, departments))[:limit]}


async def understood(engine: Engine, q: str, limit: int, geocoder: Geocoder | None = None) -> Understood:
    """The places that a text means which nobody chose among the suggestions. Raises EngineUnavailable.

    Where the index is sure of none the geocoder is asked, once: at the same time about what looks like an address.
    Then the communes whose names stand in the text may be meant too: « gare de Nantes ».
    """
    typed, departments = await read(engine, q)
    is_address = looks_like_an_address(q)
    found, streets = await asyncio.gather(
        indexed(engine, q, limit, typed, departments), addresses(geocoder if is_address else None, q)
    )
    offers = [item for item in found.offers if likeness(q, item["label"]) is not None]
    sure = [*found.sure, *(item for item in streets or () if names_address(q, item))]
    if sure:
        return Understood(sure, [], offers)
    asked = None if is_address or typed_postcode(q) else geocoder
    more, standing = await asyncio.gather(addresses(asked, q), standing_in(engine, q, limit, departments))
    streets = more if asked else streets
    if sure := [item for item in streets or () if names_address(q, item)]:
        return Understood(sure, [], offers)
    # Who is on the way to a commune means it before a street; what is no beginning of any name may be misspelt.
    begun = [item for item in found.others if not is_address and begins_so(without_postcode(q), item["label"])]
    if begun and found.others[0] not in begun:  # a large town, misspelt
        begun = [found.others[0], *begun]
    most = limit - min(len(standing), limit // 3)
    nearly = [*begun[: most - min(len(streets or ()), limit // 3)], *(streets or ()), *found.others]
    others = distinct([*distinct(nearly)[:most], *standing])[:limit]
    wrong = place_names.wrong_postcode(typed, others[0]["label"]) if others else ""
    return Understood([], others, offers, streets is None, is_address, wrong)


async def read(engine: Engine, q: str) -> tuple[list[Reading], dict[str, str]]:
    """How a text may be read as a place, and the names of departments by code. Raises EngineUnavailable."""
    departments = await department_names(engine)
    return place_names.readings(q, departments), departments


async def standing_in(engine: Engine, q: str, limit: int, departments: Mapping[str, str]) -> list[Item]:
    """The communes whose names stand among the words of a text, best first. Raises EngineUnavailable."""
    body = place_names.standing_in(q)
    if body is None:
        return []
    hits = (await search(engine, engine.places, body))["hits"]["hits"]
    places = [hit["_source"] for hit in hits]
    order = place_names.best_of(q, [place["name"] for place in places])
    return [suggested_place(places[at], departments) for at in order[:limit]]


def alike(typed: str, name: str) -> bool:
    """Whether what was typed is this name, or this label of a suggestion."""
    return likeness(typed, name) is not None


def without_postcode(q: str) -> str:
    """The words of a text beside its postcode: « Nante » of « 44000 Nante »; a postcode alone stays."""
    return " ".join(word for word in q.split() if not localities.postcode(word)) or q


def names_address(q: str, item: Item) -> bool:
    """Whether a text is this street, lieu-dit or station with its town behind or before it: « quai de la Fosse,
    Nantes »; or its name alone, where that has the town in it (« gare de Nantes »). Its postcode may stand anywhere."""
    before, postcode, city = (*POSTCODE.split(item["label"], maxsplit=1), "", "")[:3]
    words = street(q).split()
    typed = "".join(word for word in words if word != postcode)
    name = street(before)
    for town in (street(city), street(localities.apart(city)[0])):
        is_told = postcode in words or set(town.split()) <= set(name.split())
        if typed in {f"{name}{town}".replace(" ", ""), f"{town}{name}".replace(" ", "")}:
            return True
        if is_told and typed == name.replace(" ", ""):
            return True
    return False


def distinct(items: Iterable[Item]) -> list[Item]:
    return list({(item["type"], item["id"]): item for item in items}.values())


async def department_names(engine: Engine) -> dict[str, str]:
    """Code → name, from what is remembered of the places."""
    found = await by_ids(engine, [f"department:{code}" for code in place_names.DEPARTMENTS])
    return {place["code"]: place["name"] for place in found if place}


async def indexed(
    engine: Engine, q: str, limit: int, typed: Sequence[Reading], departments: Mapping[str, str]
) -> Found:
    """The places and the offers, in one round trip. `limit` of each, but for the communes of a postcode, which are all
    there. `typed`: the readings of `q`."""
    postcode = typed_postcode(q)
    whole = len(postcode) == 5
    body = place_names.sharing(postcode) if whole else place_names.suggestions(q, limit, typed, departments)
    found_places, found_offers = await searches(
        engine, [(engine.places, body), (engine.offers, offer_suggestions(q, limit))]
    )
    places: list[Document] = [hit["_source"] for hit in found_places["hits"]["hits"]]
    places = places if whole else place_names.large_first(q, places)
    every = list(range(len(places)))
    sure = place_names.apart_from_doubles(places, every) if whole else place_names.sure(typed, places)
    items = [suggested_place(place, departments) for place in places]
    return Found(
        [items[at] for at in sure],
        [items[at] for at in every if at not in sure],
        [suggested_offer(hit["_source"]) for hit in found_offers["hits"]["hits"]],
    )


def sharing(postcode: str, items: Sequence[Item]) -> list[Item]:
    """The suggestion of all communes of a postcode together; none for one commune alone, nor for another text."""
    if len(postcode) < 5 or len(items) < 2:
        return []
    names = ", ".join(item["label"] for item in items[:COMMUNES_NAMED])
    together = {
        "type": "postcode",
        "id": f"postcode:{postcode}",
        "code": postcode,
        "label": postcode,
        "detail": f"{len(items)} communes\u00a0: {names}{'…' if len(items) > COMMUNES_NAMED else ''}",
        "position": items[0]["position"],
        "precision": None,
        "communes": [item["code"] for item in items],
        "fictitious": False,
    }
    return [together]


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
    postcodes = [code for code in place.get("postcodes") or [] if code not in OF_NOBODY]
    told = postcodes[0] if len(postcodes) == 1 else f"{len(postcodes)} codes postaux" if postcodes else None
    if place["type"] != "former":
        return " · ".join(filter(None, (department, told)))
    # Several postcodes are those of the commune of today, which the label names.
    kind = "Ancien nom" if place.get("renamed") else "Ancienne commune"
    return " · ".join(filter(None, (kind, department, told if len(postcodes) == 1 else None)))


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
