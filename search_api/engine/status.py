"""How fresh the searched data are."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from mappings import indexes
from search_api.engine.engine import Engine, mapping_meta, searches
from search_api.problems import EngineUnavailable


@dataclass(frozen=True)
class Check:
    """The last comparison of an index with the registry, as the indexer wrote it into the index."""

    at: datetime
    differences: int


@dataclass(frozen=True)
class Standing:
    """What a scrape is told. `age_s`: seconds since the moment up to which all commits are searchable; None where
    it is not known. `checks`: by index, where one was made."""

    ready: bool
    age_s: float | None
    checks: dict[str, Check]


async def indexed_at(engine: Engine) -> str | None:
    """The moment up to which all commits are searchable, as the indexer wrote it into the index (ISO 8601, UTC).

    None while no indexer has written one. Read at most every two seconds. Raises EngineUnavailable.
    """
    moment = engine.known_moments.get(engine.offers)
    if moment is None:
        moment = (await _meta(engine, indexes.OFFERS)).get("indexed_at")
    return moment


async def not_ready(engine: Engine, now: datetime) -> str | None:
    """Why the service is not ready, in a French sentence; None when it is. `now` has a time zone.

    Found out once a second at most: probes are not limited, so that visitors behind the same proxy cannot use up what
    they may ask.
    """
    reason = engine.known_unready.get(engine.offers)
    if reason is None:
        reason = await _asked_why(engine, now) or ""
        engine.known_unready.put(engine.offers, reason)
    return reason or None


async def _asked_why(engine: Engine, now: datetime) -> str | None:
    count = {"size": 0, "track_total_hits": 1}
    try:
        found, _ = await searches(engine, [(engine.offers, count), (engine.places, count)])
        moment = await indexed_at(engine)
    except EngineUnavailable:
        return "Elasticsearch ne répond pas, ou les index n’existent pas encore."
    if not found["hits"]["total"]["value"]:
        return "L’index des offres est vide."
    if moment is None:
        return "L’indexation n’a pas encore dit jusqu’où elle est arrivée."
    most = timedelta(seconds=engine.settings.ready_max_lag_s)
    lag = now.astimezone(UTC) - datetime.fromisoformat(moment)
    if lag > most:
        seconds = f"{lag.total_seconds():.0f}"
        return f"L’index a {seconds}\u00a0s de retard\u202f; au plus {most.total_seconds():.0f}\u00a0s sont admises."
    return None


async def standing(engine: Engine, now: datetime) -> Standing:
    """Readiness, age of the data and last checks; `now` has a time zone. Never raises: without an engine, not ready."""
    try:
        meta = {index: await _meta(engine, index) for index in indexes.INDEXES}
    except EngineUnavailable:
        return Standing(ready=False, age_s=None, checks={})
    moment = meta[indexes.OFFERS].get("indexed_at")
    return Standing(
        ready=await not_ready(engine, now) is None,
        age_s=(now - datetime.fromisoformat(moment)).total_seconds() if moment else None,
        checks={
            index: Check(datetime.fromisoformat(check["at"]), check["differences"])
            for index, each in meta.items()
            if (check := each.get("check"))
        },
    )


async def _meta(engine: Engine, index: str) -> dict[str, Any]:
    """What the indexer wrote into an index; the moment that it wrote into the offers' is remembered for the next
    searches."""
    meta = await mapping_meta(engine, indexes.alias(engine.settings.index_prefix, index))
    if index == indexes.OFFERS and (moment := meta.get("indexed_at")):
        engine.known_moments.put(engine.offers, moment)
    return meta
