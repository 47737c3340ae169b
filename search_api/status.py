"""How fresh the searched data are."""

from datetime import UTC, datetime, timedelta

from search_api.engine import Engine, EngineUnavailable, mapping_meta, searches


async def indexed_at(engine: Engine) -> str | None:
    """The moment up to which all commits are searchable, as the indexer wrote it into the index (ISO 8601, UTC).

    None while no indexer has written one. Read at most every two seconds. Raises EngineUnavailable.
    """
    moment = engine.known_moments.get(engine.offers)
    if moment is None:
        moment = (await mapping_meta(engine, engine.offers)).get("indexed_at")
        if moment:
            engine.known_moments.put(engine.offers, moment)
    return moment


async def not_ready(engine: Engine, now: datetime) -> str | None:
    """Why the service is not ready, in a French sentence; None when it is. `now` has a time zone."""
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
