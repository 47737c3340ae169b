"""Searches the other way round: which of some offers answer which of many saved needs.

A saved need is asked by the very query of a search, of places that are free as declared: so it finds what a search
would find. It names the parameters of `OfferParameters` that decide what is found, without how it is shown.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from domain.week import WEEK
from search_api import free_places, geo, offers
from search_api.answer import cards
from search_api.engine.engine import Engine, asked, content, documents, quoted, searches
from search_api.parameters import FilterParameters, meaning, read, written
from search_api.problems import ParameterError
from search_api.query import queries, sources
from search_api.query.filters import Clause
from search_api.request.offer_query import OfferQuery

log = logging.getLogger(__name__)

KEPT = frozenset(field.alias or name for name, field in FilterParameters.model_fields.items()) - {"match", "include"}
"""The parameters of a saved need; the others say how results are shown, or admit offers not known to be free."""

KIND = "assistant_maternel"
"""The only offers that declare their free places (docs/design.md, "Availability")."""

AT_ONCE = 100
"""Searches in one round trip, so that those of visitors come between."""

MOST = 2_000
"""Offers that one need may find; where there are as many there may be more."""

Area = tuple[float, float, float, float]
"""West, south, east, north, in degrees."""


@dataclass(frozen=True)
class Asked:
    """A need, and the offers that are tried on it, at most 10,000; None: all."""

    query: OfferQuery
    offers: Sequence[str] | None = None


def kept(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What is saved of a search's parameters, as text; assistants maternels alone are asked for."""
    saved = {name: value for name, value in parameters.items() if name in KEPT and value}
    return {**written(saved), "kind": [KIND]}


def understood(parameters: Mapping[str, Any], today: date) -> OfferQuery | None:
    """What a saved need means today: from the wanted day on, or from today when that has passed.

    None where it means nothing any more: a child who is grown up. Codes are taken as they stand: the registry replaces
    those of communes that merge, and no offer is in any other territory that is gone.
    """
    given = dict(parameters)
    if str(given.get("from", "")) < today.isoformat():  # ISO days compare as text
        given.pop("from", None)
    try:
        return meaning(read(FilterParameters, given), today)
    except ParameterError:
        return None


async def refresh(engine: Engine) -> None:
    """Let searches see every document that was written before. Raises EngineUnavailable."""
    content(await asked(engine, "POST", f"/{quoted(engine.offers)}/_refresh"))


async def matching(engine: Engine, needs: Sequence[Asked]) -> list[list[str]]:
    """Of each need the offers that answer it, at most MOST of all. Raises EngineUnavailable."""
    found: list[list[str]] = []
    for start in range(0, len(needs), AT_ONCE):
        found += await _together(engine, [(engine.offers, body(each)) for each in needs[start : start + AT_ONCE]])
    return found


async def count(engine: Engine, query: OfferQuery) -> int:
    """How many offers answer a need now. Raises EngineUnavailable."""
    [[found]] = await offers.counted(engine, [queries.counting([], [[condition(query)]])])
    return found


async def places(engine: Engine, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The documents of these offers as far as a card shows them, by id. Raises EngineUnavailable."""
    wanted = list(ids)
    return await documents(engine, engine.offers, wanted, list(sources.CARD)) if wanted else {}


def still_free(documents: Mapping[str, dict[str, Any]], ids: Iterable[str], query: OfferQuery) -> list[dict[str, Any]]:
    """The cards of those of the offers `ids` that are free for the need, or for what suffices of it, in their order;
    nothing of a contact.

    `documents`: by id, as `places` gives them; what is gone is not among them.
    """
    asked = (query.start, query.days, query.today, query.ages_months, query.leniency)
    places = 1 if query.days else query.places
    found = [cards.summary(at_least(documents[id], places), *asked) for id in ids if id in documents]
    return [card for card in found if offers.suffices(card, query.leniency)]


def at_least(document: dict[str, Any], places: int) -> dict[str, Any]:
    """The document for who looks for so many places at once (`free_places.at_least`): hours at which fewer are free are
    left out, so that the last day told is theirs too."""
    least = places * WEEK
    periods = document.get("availability") or []
    weeks = [{**each, "week": [part for part in each["week"] if part["gte"] >= least]} for each in periods]
    return {**document, "availability": weeks}


def body(need: Asked) -> dict[str, Any]:
    tried = [] if need.offers is None else [{"ids": {"values": list(need.offers)}}]
    return {
        "query": {"bool": {"filter": [*tried, condition(need.query)]}},
        "size": MOST if need.offers is None else len(need.offers),
        "sort": ["_doc"],
        "track_total_hits": False,
        "_source": False,
    }


def condition(query: OfferQuery) -> Clause:
    """The conditions of the search; without hours those who have as many places free at once, at some time of the week
    of the day."""
    found = queries.every_condition(query)
    if query.need:
        return found
    return {"bool": {"filter": [found, free_places.at_least(query, query.places)]}}


def week(query: OfferQuery) -> tuple[tuple[int, int], ...]:
    """The minutes of the week that must be free, (start, end), at whatever number of places."""
    return tuple((start, end) for day in query.sufficient_days for start, end, _ in day.pieces)


def reach(query: OfferQuery) -> tuple[Area | None, tuple[str, ...]]:
    """Where an offer must be at least: an area, or the ids of territories of which it must be in one."""
    territories = tuple(f"{type}:{code}" for type, codes in query.territories.items() for code in codes)
    if territories:
        return None, territories
    return (query.surroundings or query.bbox or geo.WORLD).corners, ()


async def _together(engine: Engine, bodies: list[tuple[str, dict[str, Any]]]) -> list[list[str]]:
    try:
        answers = await searches(engine, bodies)
    except RuntimeError:  # one that the engine refuses must not keep the others from their answers
        if len(bodies) == 1:
            log.error("a saved need that Elasticsearch refuses is left out")
            return [[]]
        middle = len(bodies) // 2
        return [*await _together(engine, bodies[:middle]), *await _together(engine, bodies[middle:])]
    return [list(_ids(each)) for each in answers]


def _ids(answer: dict[str, Any]) -> Iterator[str]:
    for hit in answer["hits"]["hits"]:
        yield hit["_id"]
