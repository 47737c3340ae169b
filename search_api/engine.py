"""The connection to Elasticsearch. Every call fails in one way: EngineUnavailable."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from elasticsearch import ApiError, AsyncElasticsearch, NotFoundError, OrjsonSerializer, TransportError

from mappings import indexes
from search_api.expiring import Expiring
from settings import Settings

RETRY_AFTER_S = 5
"""How long a client is told to wait: a node restarts in about this time."""


class EngineUnavailable(Exception):
    """Elasticsearch does not answer, answers too late, or has no index yet."""


@dataclass(frozen=True)
class Engine:
    """What the searches need. `offers` and `places` are aliases: a rebuild switches what stands behind them."""

    client: AsyncElasticsearch
    settings: Settings
    offers: str
    places: str
    known_places: Expiring[dict[str, Any]] = field(default_factory=lambda: Expiring(60, 10_000))
    known_moments: Expiring[str] = field(default_factory=lambda: Expiring(2, 10))


def connect(settings: Settings) -> Engine:
    """Opens no connection yet. The caller closes `client`.

    With several addresses, what one node cannot answer is asked of the next one at once, and a node that failed is
    left out for a while: 1 s, then twice as long each time, at most 30 s.
    """
    hosts = settings.elasticsearch_url.split(",")
    client = AsyncElasticsearch(
        hosts,
        # A node that hangs takes half of the time and leaves the rest to another one. With one node there is no retry
        # after a time-out: it would double the wait of someone who is told to come back anyway.
        request_timeout=settings.request_timeout_s / min(len(hosts), 2),
        retry_on_timeout=len(hosts) > 1,
        max_retries=len(hosts),
        # Not 429, an overload: to ask again at once is to add to it.
        retry_on_status=(502, 503, 504),
        serializers={"application/vnd.elasticsearch+json": OrjsonSerializer()},
    )
    prefix = settings.index_prefix
    return Engine(client, settings, indexes.alias(prefix, "offers"), indexes.alias(prefix, "places"))


async def search(engine: Engine, index: str, body: dict[str, Any]) -> dict[str, Any]:
    """Run a search; a partial answer is none. Raises EngineUnavailable."""
    async with answering(engine):
        answer = await engine.client.search(index=index, body=body, allow_partial_search_results=False)
    return complete(answer.body)


async def searches(engine: Engine, bodies: list[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Run several searches, each (index, body), in one round trip. Raises EngineUnavailable."""
    lines: list[dict[str, Any]] = []
    for index, body in bodies:
        lines += [{"index": index, "allow_partial_search_results": False}, body]
    async with answering(engine):
        for _ in engine.client.transport.node_pool.all():
            answer = await engine.client.msearch(searches=lines)
            # The round trip is a success whatever became of the searches, so their 503 are tried again here.
            if all(each["status"] != 503 for each in answer.body["responses"]):
                break
    return [complete(each) for each in answer.body["responses"]]


async def document(engine: Engine, index: str, id: str) -> dict[str, Any] | None:
    """The document as it stands now, refreshed or not; None where there is none. Raises EngineUnavailable."""
    async with answering(engine):
        try:
            answer = await engine.client.get(index=index, id=id)
        except NotFoundError as missing:
            if isinstance(missing.body, dict) and missing.body.get("found") is False:
                return None
            raise
    source: dict[str, Any] = answer.body["_source"]
    return source


async def documents(engine: Engine, index: str, ids: list[str], fields: list[str]) -> dict[str, dict[str, Any]]:
    """Some fields of the documents that exist, by id. Raises EngineUnavailable."""
    async with answering(engine):
        answer = await engine.client.mget(index=index, ids=ids, source_includes=fields)
    found = answer.body["docs"]
    if any("error" in each for each in found):  # an index that is not there is told of each document
        raise EngineUnavailable
    return {each["_id"]: each["_source"] for each in found if each["found"]}


async def mapping_meta(engine: Engine, index: str) -> dict[str, Any]:
    """The `_meta` of the mapping behind an alias. Raises EngineUnavailable."""
    async with answering(engine):
        answer = await engine.client.indices.get_mapping(index=index)
    for each in answer.body.values():
        meta: dict[str, Any] = each["mappings"].get("_meta", {})
        return meta
    return {}


@asynccontextmanager
async def answering(engine: Engine) -> AsyncIterator[None]:
    """EngineUnavailable for whatever is not an answer within `request_timeout_s`, all retries together.

    A query that the engine refuses is a fault of ours: its own message would quote the query, and with it what
    someone searched for, so it goes no further.
    """
    try:
        async with asyncio.timeout(engine.settings.request_timeout_s):
            yield
    except (TransportError, TimeoutError) as error:
        raise EngineUnavailable from error
    except ApiError as error:
        if error.status_code in (404, 408, 429) or error.status_code >= 500:
            raise EngineUnavailable from error
        raise RuntimeError(f"Elasticsearch refused a query of ours with status {error.status_code}") from None


def complete(answer: dict[str, Any]) -> dict[str, Any]:
    if "error" in answer or answer["timed_out"] or answer["_shards"]["failed"]:
        raise EngineUnavailable
    return answer
