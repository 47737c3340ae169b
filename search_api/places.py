"""Communes, arrondissements, EPCI and departments: codes that were given and their names, a place by its id."""

from collections.abc import Mapping, Sequence
from typing import Any

from search_api.engine.engine import LONGEST_ID, Engine, documents
from search_api.problems import ParameterError, refusal
from search_api.request.offer_query import OfferQuery

FIELDS = ["id", "type", "code", "name", "postcodes", "parent", "department", "epci", "population", "position"]

CODE_OF = {"commune": "de commune", "epci": "d’intercommunalité", "department": "de département"}

Names = Mapping[str, Mapping[str, str]]
"""Type of territory → code → name."""


async def names(engine: Engine, query: OfferQuery) -> Names:
    """The names of a query's territories. Raises ParameterError for codes that are nobody's, EngineUnavailable."""
    return {type: await named(engine, type, codes) for type, codes in query.territories.items() if codes}


async def named(engine: Engine, type: str, codes: Sequence[str]) -> dict[str, str]:
    """Code → name of each of these codes, in their order. Raises as `names` does."""
    found = await known(engine, [f"{type}:{code}" for code in codes])
    errors = [
        refusal(type, code, f"un code {CODE_OF[type]} qui existe", f"le code «\u00a0{code}\u00a0» est inconnu")
        for code, place in zip(codes, found, strict=True)
        if place is None
    ]
    if errors:
        raise ParameterError.of(errors)
    return {place["code"]: place["name"] for place in found if place}


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
