"""Versioned writes to Elasticsearch in bulk, from bytes, and what became of each."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import orjson
from elastic_transport import NodeConfig, Urllib3HttpNode
from elasticsearch import ApiError, Elasticsearch, OrjsonSerializer

from settings import Settings
from settings.engine import nodes, require_elasticsearch

MOST_BYTES = 8_000_000
"""Documents in one request: what a node takes without trouble; it refuses 100 MB."""


@dataclass(frozen=True, slots=True)
class Write:
    """One document to index, or to delete where `document` is None, with the sequence of its change."""

    target: str
    id: str
    version: int
    document: bytes | None


@dataclass(frozen=True, slots=True)
class Refused:
    """A write that Elasticsearch will never take as it stands."""

    write: Write
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What did not go through: refused for good, or to be sent `again` later (429, 5xx). The rest is done."""

    refused: list[Refused] = field(default_factory=list)
    again: list[Write] = field(default_factory=list)


class Node(Urllib3HttpNode):
    """A node whose certificate is verified by our context alone: the library would also believe the public authorities
    that it ships with. It takes answers of Elasticsearch alone; the library follows no redirect."""

    def __init__(self, config: NodeConfig) -> None:
        super().__init__(config)
        if config.ssl_context is not None:
            self.pool.ca_certs = None  # type: ignore[attr-defined]  # a pool for https has it

    def perform_request(self, *args: Any, **options: Any) -> Any:
        """As the library's; raises settings.engine.Misaddressed too."""
        answer = super().perform_request(*args, **options)
        require_elasticsearch(answer.meta, answer.body)
        return answer


def client(settings: Settings, *, timeout_s: float = 30) -> Elasticsearch:
    """A client for the indexer. Where one of several nodes does not answer, the next is asked at once. That apart the
    transport does not retry; the loops here do. Raises settings.engine.BadEngine."""
    found = nodes(settings, timeout_s=timeout_s)
    return Elasticsearch(
        found,
        node_class=Node,
        max_retries=len(found) - 1,
        retry_on_status=(),
        retry_on_timeout=False,
        serializers={"application/vnd.elasticsearch+json": OrjsonSerializer()},
    )


def send(engine: Elasticsearch, writes: Iterable[Write]) -> Outcome:
    """Apply the writes, in as many requests as their size asks for.

    A 409 says that the index already holds this version or a newer one, a 404 on a delete that there was nothing
    to delete: both are done. Raises elasticsearch's own errors when a call itself failed; whatever was applied by
    then is harmless to apply again.
    """
    outcome = Outcome()
    for part in _parts(writes):
        _send(engine, part, outcome)
    return outcome


def fill(engine: Elasticsearch, target: str, documents: Sequence[tuple[str, bytes]]) -> Outcome:
    """Index new documents, (id, document) each, at version 0, which gives way to any live change.

    At a third of what `send` costs here: the answer says no more than whether anything went wrong. Where it did, the
    same is sent once more to learn what. Raises as `send` does.
    """
    line = b'{"index":{"_id":%b,"version":0,"version_type":"external_gte"}}\n%b\n'
    content = b"".join([line % (orjson.dumps(id), document) for id, document in documents])
    if len(content) <= MOST_BYTES:
        try:
            answer = engine.bulk(index=target, operations=cast(Any, content), filter_path="errors").body
        except ApiError as error:
            if error.status_code not in (400, 413):
                raise
        else:
            if not answer["errors"]:
                return Outcome()
    return send(engine, [Write(target, id, 0, document) for id, document in documents])


def _parts(writes: Iterable[Write]) -> Iterator[list[Write]]:
    part: list[Write] = []
    size = 0
    for write in writes:
        length = len(write.document or b"")
        if part and size + length > MOST_BYTES:
            yield part
            part, size = [], 0
        part.append(write)
        size += length
    if part:
        yield part


def _send(engine: Elasticsearch, writes: list[Write], outcome: Outcome) -> None:
    operations: list[bytes] = []
    for write in writes:
        action = "delete" if write.document is None else "index"
        head = {"_index": write.target, "_id": write.id, "version": write.version, "version_type": "external_gte"}
        operations.append(orjson.dumps({action: head}))
        if write.document is not None:
            operations.append(write.document)
    try:
        # The client passes bytes through; its annotations only know mappings.
        answer = engine.bulk(operations=cast(Any, operations), filter_path="errors,items.*.status,items.*.error").body
    except ApiError as error:
        if error.status_code not in (400, 413):
            raise
        # The request as a whole was refused: halve it until the one that it is about stands alone.
        if len(writes) == 1:
            outcome.refused.append(Refused(writes[0], str(error)))
            return
        middle = len(writes) // 2
        _send(engine, writes[:middle], outcome)
        _send(engine, writes[middle:], outcome)
        return
    if not answer["errors"]:
        return
    for write, item in zip(writes, answer["items"], strict=True):
        ((_, result),) = item.items()
        _sort_out(write, result, outcome)


def _sort_out(write: Write, result: dict[str, Any], outcome: Outcome) -> None:
    status, error = result["status"], result.get("error", {})
    # A missing index is no fault of the document: a rebuild dropped it, or someone did. Until the registry's record
    # of generations says that it is gone, the change waits.
    if status == 429 or status >= 500 or error.get("type") == "index_not_found_exception":
        outcome.again.append(write)
    elif status >= 400 and status != 409 and not (status == 404 and write.document is None):
        cause = error.get("caused_by", {}).get("reason", "")
        outcome.refused.append(Refused(write, f"{error['type']}: {error['reason']} {cause}".strip()))
