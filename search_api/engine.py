"""The connection to Elasticsearch. Every call fails in one way: EngineUnavailable."""

from collections.abc import Iterator
from contextlib import contextmanager
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
    """Opens no connection yet. The caller closes `client`."""
    client = AsyncElasticsearch(
        settings.elasticsearch_url,
        request_timeout=settings.request_timeout_s,
        # A retry after a time-out would double the wait of someone who is told to come back anyway.
        retry_on_timeout=False,
        max_retries=1,
        serializers={"application/vnd.elasticsearch+json": OrjsonSerializer()},
    )
    prefix = settings.index_prefix
    return Engine(client, settings, indexes.alias(prefix, "offers"), indexes.alias(prefix, "places"))


async def search(engine: Engine, index: str, body: dict[str, Any]) -> dict[str, Any]:
    """Run a search; a partial answer is none. Raises EngineUnavailable."""
    with answering():
        answer = await engine.client.search(index=index, body=body, allow_partial_search_results=False)
    return complete(answer.body)


async def searches(engine: Engine, bodies: list[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Run several searches, each (index, body), in one round trip. Raises EngineUnavailable."""
    lines: list[dict[str, Any]] = []
    for index, body in bodies:
        lines += [{"index": index, "allow_partial_search_results": False}, body]
    with answering():
        answer = await engine.client.msearch(searches=lines)
    return [complete(each) for each in answer.body["responses"]]


async def document(engine: Engine, index: str, id: str) -> dict[str, Any] | None:
    """The document as it stands now, refreshed or not; None where there is none. Raises EngineUnavailable."""
    with answering():
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
    with answering():
        answer = await engine.client.mget(index=index, ids=ids, source_includes=fields)
    found = answer.body["docs"]
    if any("error" in each for each in found):  # an index that is not there is told of each document
        raise EngineUnavailable
    return {each["_id"]: each["_source"] for each in found if each["found"]}


async def mapping_meta(engine: Engine, index: str) -> dict[str, Any]:
    """The `_meta` of the mapping behind an alias. Raises EngineUnavailable."""
    with answering():
        answer = await engine.client.indices.get_mapping(index=index)
    for each in answer.body.values():
        meta: dict[str, Any] = each["mappings"].get("_meta", {})
        return meta
    return {}


@contextmanager
def answering() -> Iterator[None]:
    """EngineUnavailable for whatever is not an answer.

    A query that the engine refuses is a fault of ours: its own message would quote the query, and with it what
    someone searched for, so it goes no further.
    """
    try:
        yield
    except TransportError as error:
        raise EngineUnavailable from error
    except ApiError as error:
        if error.status_code in (404, 408, 429) or error.status_code >= 500:
            raise EngineUnavailable from error
        raise RuntimeError(f"Elasticsearch refused a query of ours with status {error.status_code}") from None


def complete(answer: dict[str, Any]) -> dict[str, Any]:
    if "error" in answer or answer["timed_out"] or answer["_shards"]["failed"]:
        raise EngineUnavailable
    return answer
