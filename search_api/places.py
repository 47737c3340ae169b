"""Communes, arrondissements, EPCI and departments: codes that were given and their names, a place by its id.

A code that a merger ended stands for the commune of today, wherever it is given (`by_ids`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mappings.indexes import has_length_of_an_id
from search_api.engine.engine import Engine, documents
from search_api.problems import ParameterError, refusal
from search_api.query import sources
from search_api.request.offer_query import OfferQuery

CODE_OF = {"commune": "de commune", "epci": "d’intercommunalité", "department": "de département"}

Names = Mapping[str, Mapping[str, str]]
"""Type of territory → code → name."""


@dataclass(frozen=True)
class Resolved:
    """A query with the codes of today. `notes`: what became of each code that is not (`schemas.Note`)."""

    query: OfferQuery
    names: Names
    notes: tuple[dict[str, str], ...] = ()


async def resolved(engine: Engine, query: OfferQuery) -> Resolved:
    """Raises ParameterError for codes that are nobody's and never were, EngineUnavailable."""
    found = {type: await named(engine, type, codes) for type, codes in query.territories.items() if codes}
    notes = tuple(
        note(type, code, place) for type, each in found.items() for code, place in each.items() if code != place["code"]
    )
    names = {type: {place["code"]: place["name"] for place in each.values()} for type, each in found.items()}
    return Resolved(replace(query, communes=tuple(names["commune"])) if notes else query, names, notes)


async def named(engine: Engine, type: str, codes: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Each of these codes → its place of today, in their order. Raises as `resolved` does."""
    found = await by_ids(engine, [f"{type}:{code}" for code in codes])
    errors = [
        refusal(type, code, f"un code {CODE_OF[type]} qui existe", f"le code «\u00a0{code}\u00a0» est inconnu")
        for code, place in zip(codes, found, strict=True)
        if place is None
    ]
    if errors:
        raise ParameterError.of(errors)
    return {code: place for code, place in zip(codes, found, strict=True) if place}


def note(parameter: str, given: str, place: Mapping[str, Any]) -> dict[str, str]:
    detail = f"le code «\u00a0{given}\u00a0» n’a plus cours\u00a0: la commune est aujourd’hui {place['name']}"
    return {"parameter": parameter, "given": given, "used": place["code"], "detail": f"{detail} ({place['code']})"}


async def place(engine: Engine, id: str) -> dict[str, Any] | None:
    """A place by its id (`commune:44109`, `epci:244400404`, `department:44`), without its contour.

    Raises EngineUnavailable.
    """
    if not has_length_of_an_id(id):
        return None
    [found] = await by_ids(engine, [id])
    return found


async def by_ids(engine: Engine, ids: Sequence[str]) -> list[dict[str, Any] | None]:
    """The places with these ids, None for those that there are not; remembered for a while, the unknown ones too. For
    the id of a retired code (`commune:93059`) the commune of today, which has another id."""
    found = await remembered(engine, ids)
    today = {place["id"]: f"commune:{place['code']}" for place in found if place and place["type"] == "retired"}
    if not today:
        return found
    living = dict(zip(today, await remembered(engine, list(today.values())), strict=True))
    return [living.get(place["id"], place) if place else None for place in found]


async def remembered(engine: Engine, ids: Sequence[str]) -> list[dict[str, Any] | None]:
    """Those documents of the index."""
    kept = {id: engine.known_places.get(id) for id in ids}
    if unseen := [id for id, place in kept.items() if place is None]:
        fetched = await documents(engine, engine.places, unseen, list(sources.PLACE))
        for id in unseen:
            kept[id] = fetched.get(id, {})
            engine.known_places.put(id, fetched.get(id, {}))
    return [kept[id] or None for id in ids]


def label(place: Mapping[str, Any]) -> str:
    """What a place is called: « Varades (Loireauxence) » for a name of before."""
    return f"{place['name']} ({place['current']})" if place["type"] == "former" else str(place["name"])
