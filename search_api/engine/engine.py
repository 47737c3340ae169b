"""The connection to Elasticsearch. Every call fails in one way: problems.EngineUnavailable."""

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast
from urllib.parse import quote

import orjson
from elastic_transport import AsyncTransport, SerializerCollection, TransportError

from mappings import indexes
from search_api.engine.expiring import Expiring
from search_api.engine.node import Node
from search_api.problems import EngineUnavailable
from settings import Settings
from settings.engine import nodes, of_status, refusal

LOG = logging.getLogger("ribambelle.engine")

NDJSON = "application/x-ndjson"

AGAIN = (502, 503, 504)
"""What another node may answer better. Not 429, an overload: to ask again at once is to add to it."""

MOST_CONNECTIONS = 64
"""To one node; further requests wait for theirs within their time."""

LONGEST_OUT_S = 10
"""A node that failed is asked again after so long at the latest. Short, as the library counts each of the many requests
that one fault fails at once as a failure of its own."""

Contours = tuple[bytes, str]
"""GeoJSON in gzip, and a hash of it."""


class Answer(NamedTuple):
    status: int
    body: bytes


@dataclass(frozen=True)
class Engine:
    """What the searches need. `offers` and `places` are aliases: a rebuild switches what stands behind them."""

    client: AsyncTransport
    settings: Settings
    offers: str
    places: str
    known_places: Expiring[dict[str, Any]] = field(default_factory=lambda: Expiring(60, 10_000))
    known_moments: Expiring[str] = field(default_factory=lambda: Expiring(2, 10))
    known_unready: Expiring[str] = field(default_factory=lambda: Expiring(1, 1))
    known_contours: Expiring[Contours] = field(default_factory=lambda: Expiring(600, 100))  # see contours.py
    known_refusals: Expiring[bool] = field(default_factory=lambda: Expiring(60, 10))
    contours_in_making: "dict[str, asyncio.Task[Contours]]" = field(default_factory=dict)


class Bytes(SerializerCollection):
    """Bodies as they come and go: what they hold is read by orjson, and whoever answers may not speak JSON at all."""

    def dumps(self, data: Any, mimetype: str | None = None) -> bytes:
        return cast(bytes, data)

    def loads(self, data: bytes, mimetype: str | None = None) -> Any:
        return data


def connect(settings: Settings) -> Engine:
    """Opens no connection yet. The caller closes `client`. Raises settings.engine.BadEngine.

    With several addresses, what one node cannot answer is asked of the next one at once, and a node that failed is
    left out for a while: 1 s, then twice as long each time, at most LONGEST_OUT_S.
    """
    found = nodes(settings, timeout_s=settings.request_timeout_s, connections=MOST_CONNECTIONS)
    several = len(found) > 1
    if several:
        # A node that hangs takes half of the time and leaves the rest to another one. One alone takes all of it: a
        # second try would double the wait of someone who is told to come back anyway.
        found = [each.replace(request_timeout=settings.request_timeout_s / 2) for each in found]
    client = AsyncTransport(
        found,
        Node,
        max_retries=len(found),
        retry_on_status=AGAIN,
        retry_on_timeout=several,
        dead_node_backoff_factor=1,
        max_dead_node_backoff=LONGEST_OUT_S,
        meta_header=False,
    )
    client.serializers = Bytes()
    prefix = settings.index_prefix
    return Engine(client, settings, indexes.alias(prefix, indexes.OFFERS), indexes.alias(prefix, indexes.PLACES))


async def search(engine: Engine, index: str, body: dict[str, Any]) -> dict[str, Any]:
    """Run a search; a partial answer is none. Raises EngineUnavailable."""
    path = f"/{quoted(index)}/_search?allow_partial_search_results=false"
    return complete(content(await asked(engine, "POST", path, orjson.dumps(body))))


async def searches(engine: Engine, bodies: list[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Run several searches, each (index, body), in one round trip. Raises EngineUnavailable."""
    lines: list[dict[str, Any]] = []
    for index, body in bodies:
        lines += [{"index": index, "allow_partial_search_results": False}, body]
    request = b"".join(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE) for line in lines)
    try:
        async with asyncio.timeout(engine.settings.request_timeout_s):
            for _ in engine.client.node_pool.all():
                answer = content(await asked(engine, "POST", "/_msearch", request, NDJSON))
                # The round trip is a success whatever became of the searches, so their 503 are tried again here.
                if all(each["status"] != 503 for each in answer["responses"]):
                    break
    except TimeoutError as error:
        raise EngineUnavailable from error
    for each in answer["responses"]:
        refuse(each["status"])
    return [complete(each) for each in answer["responses"]]


async def document(engine: Engine, index: str, id: str) -> dict[str, Any] | None:
    """The document as it stands now, refreshed or not; None where there is none. Raises EngineUnavailable."""
    return (await got(engine, index, [id])).get(id)


async def documents(engine: Engine, index: str, ids: list[str], fields: list[str]) -> dict[str, dict[str, Any]]:
    """Some fields of the documents that exist, by id. Raises EngineUnavailable."""
    return await got(engine, index, ids, f"?_source_includes={quoted(','.join(fields))}")


async def got(engine: Engine, index: str, ids: list[str], options: str = "") -> dict[str, dict[str, Any]]:
    """The documents that exist, by id. The ids go in the body: in a path `..` would lead elsewhere."""
    found = content(await asked(engine, "POST", f"/{quoted(index)}/_mget{options}", orjson.dumps({"ids": ids})))["docs"]
    if any("error" in each for each in found):  # an index that is not there is told of each document
        raise EngineUnavailable
    return {each["_id"]: each["_source"] for each in found if each["found"]}


async def mapping_meta(engine: Engine, index: str) -> dict[str, Any]:
    """The `_meta` of the mapping behind an alias. Raises EngineUnavailable."""
    for each in content(await asked(engine, "GET", f"/{quoted(index)}/_mapping")).values():
        meta: dict[str, Any] = each["mappings"].get("_meta", {})
        return meta
    return {}


async def asked(
    engine: Engine, method: str, path: str, body: bytes = b"", media_type: str = "application/json"
) -> Answer:
    """An answer within `request_timeout_s`, all retries together, whatever its status, save that it does not know us.
    Raises EngineUnavailable."""
    headers = {"content-type": media_type, "accept": "application/json"}
    try:
        async with asyncio.timeout(engine.settings.request_timeout_s):
            meta, content = await engine.client.perform_request(method, path, body=body or None, headers=headers)
    except (TransportError, TimeoutError) as error:
        tell(engine, refusal(error))
        raise EngineUnavailable from error
    if meta.status in (401, 403):
        tell(engine, of_status(meta.status))
        raise EngineUnavailable
    return Answer(meta.status, content)


def tell(engine: Engine, sentence: str | None) -> None:
    """Log what only the operator can mend, each sentence once a minute: every search would say it."""
    if sentence and engine.known_refusals.get(sentence) is None:
        engine.known_refusals.put(sentence, True)
        LOG.error(sentence)


def content(answer: Answer) -> dict[str, Any]:
    """The object in a good answer. Raises as `refuse` does."""
    refuse(answer.status)
    return parsed(answer)


def refuse(status: int) -> None:
    """Raise for all but 200: EngineUnavailable where the same query may find its answer later.

    A query that the engine refuses is a fault of ours: its own message would quote the query, and with it what
    someone searched for, so it goes no further.
    """
    if status in (401, 403, 404, 408, 429) or status >= 500:
        raise EngineUnavailable
    if status != 200:
        raise RuntimeError(f"Elasticsearch refused a query of ours with status {status}")


def parsed(answer: Answer) -> dict[str, Any]:
    """EngineUnavailable for what is not an object in JSON: whoever answered is not Elasticsearch."""
    try:
        found = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        raise EngineUnavailable from None
    if not isinstance(found, dict):
        raise EngineUnavailable
    return found


def complete(answer: dict[str, Any]) -> dict[str, Any]:
    if "error" in answer or answer["timed_out"] or answer["_shards"]["failed"]:
        raise EngineUnavailable
    return answer


def quoted(part: str) -> str:
    """One part of a path, or a value of a query string."""
    return quote(part, safe="")
