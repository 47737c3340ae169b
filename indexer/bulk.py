"""Versioned writes to Elasticsearch in bulk, from bytes, and what became of each."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

import orjson
from elasticsearch import Elasticsearch


@dataclass(frozen=True)
class Write:
    """One document to index, or to delete where `document` is None, with the sequence of its change."""

    target: str
    id: str
    version: int
    document: bytes | None


@dataclass(frozen=True)
class Refused:
    """A write that Elasticsearch will never take as it stands."""

    write: Write
    reason: str


class TryAgain(Exception):
    """Elasticsearch is busy or failing; nothing is known to be lost, the same writes may be sent again."""


def client(url: str, *, timeout_s: float = 30) -> Elasticsearch:
    """A client for the indexer: its own loops retry, so the transport doesn't."""
    return Elasticsearch(url, request_timeout=timeout_s, max_retries=0, retry_on_timeout=False)


def send(engine: Elasticsearch, writes: Iterable[Write]) -> list[Refused]:
    """Apply the writes in one bulk; returns those that were refused for good.

    A 409 says that the index already holds this version or a newer one, a 404 on a delete that there was
    nothing to delete: both are done. Raises TryAgain when any item met a 429 or 5xx, and elasticsearch's
    own errors when the call itself failed; whatever was applied by then is harmless to apply again.
    """
    writes = list(writes)
    operations: list[bytes] = []
    for write in writes:
        action = "delete" if write.document is None else "index"
        head = {"_index": write.target, "_id": write.id, "version": write.version, "version_type": "external_gte"}
        operations.append(orjson.dumps({action: head}))
        if write.document is not None:
            operations.append(write.document)
    if not operations:
        return []
    # The client passes bytes through; its annotations only know mappings.
    answer = engine.bulk(operations=cast(Any, operations), filter_path="errors,items.*.status,items.*.error")
    if not answer["errors"] and "items" not in answer:
        return []
    refused: list[Refused] = []
    for write, item in zip(writes, answer["items"], strict=True):
        ((action, result),) = item.items()
        status = result["status"]
        if status == 429 or status >= 500:
            raise TryAgain(f"{write.target}: {status} {result.get('error', {}).get('type')}")
        if status >= 400 and status != 409 and not (action == "delete" and status == 404):
            error = result["error"]
            cause = error.get("caused_by", {}).get("reason", "")
            refused.append(Refused(write, f"{error['type']}: {error['reason']} {cause}".strip()))
    return refused
