"""The connection to Elasticsearch. Every call fails in one way: problems.EngineUnavailable."""

import asyncio
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import orjson

from mappings import indexes
from search_api.engine.expiring import Expiring
from search_api.engine.http_client import Answer, Client, NoAnswer
from search_api.problems import EngineUnavailable
from settings import Settings

NDJSON = "application/x-ndjson"

Contours = tuple[bytes, str]
"""GeoJSON in gzip, and a hash of it."""


@dataclass(frozen=True)
class Engine:
    """What the searches need. `offers` and `places` are aliases: a rebuild switches what stands behind them."""

    client: Client
    settings: Settings
    offers: str
    places: str
    known_places: Expiring[dict[str, Any]] = field(default_factory=lambda: Expiring(60, 10_000))
    known_moments: Expiring[str] = field(default_factory=lambda: Expiring(2, 10))
    known_unready: Expiring[str] = field(default_factory=lambda: Expiring(1, 1))
    known_contours: Expiring[Contours] = field(default_factory=lambda: Expiring(600, 100))  # see contours.py
    contours_in_making: "dict[str, asyncio.Task[Contours]]" = field(default_factory=dict)


def connect(settings: Settings) -> Engine:
    """Opens no connection yet. The caller closes `client`.

    With several addresses, what one node cannot answer is asked of the next one at once, and a node that failed is
    left out for a while: 1 s, then twice as long each time, at most 30 s. Raises ValueError on a bad address.
    """
    client = Client(settings.elasticsearch_url.split(","), timeout_s=settings.request_timeout_s)
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
            for _ in engine.client.nodes:
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
    answer = await asked(engine, "GET", f"/{quoted(index)}/_doc/{quoted(id)}")
    if answer.status == 404 and parsed(answer).get("found") is False:
        return None
    source: dict[str, Any] = content(answer)["_source"]
    return source


async def documents(engine: Engine, index: str, ids: list[str], fields: list[str]) -> dict[str, dict[str, Any]]:
    """Some fields of the documents that exist, by id. Raises EngineUnavailable."""
    path = f"/{quoted(index)}/_mget?_source_includes={quoted(','.join(fields))}"
    found = content(await asked(engine, "POST", path, orjson.dumps({"ids": ids})))["docs"]
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
    """An answer within `request_timeout_s`, all retries together, whatever its status. Raises EngineUnavailable."""
    try:
        return await engine.client.request(method, path, body, media_type)
    except NoAnswer as error:
        raise EngineUnavailable from error


def content(answer: Answer) -> dict[str, Any]:
    """The object in a good answer. Raises as `refuse` does."""
    refuse(answer.status)
    return parsed(answer)


def refuse(status: int) -> None:
    """Raise for all but 200: EngineUnavailable where the same query may find its answer later.

    A query that the engine refuses is a fault of ours: its own message would quote the query, and with it what
    someone searched for, so it goes no further.
    """
    if status in (404, 408, 429) or status >= 500:
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
