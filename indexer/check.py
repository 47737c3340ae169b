"""Registry and index compared body by body, both streamed in the order of their ids, in flat memory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson
from elasticsearch import Elasticsearch

from indexer.documents import Built, all_documents, some_documents
from mappings.indexes import INDEXES, alias
from registry.database import Connection

PAGE = 2_000

Kind = Literal["missing", "ghost", "different"]


@dataclass(frozen=True)
class Difference:
    """`missing`: the index lacks it; `ghost`: the registry does; `different`: the bodies are not equal."""

    index: str
    id: str
    kind: Kind


def compare(
    conn: Connection, engine: Elasticsearch, prefix: str, indexes: Sequence[str] = INDEXES
) -> Iterator[Difference]:
    """Every difference between the registry and the live indexes.

    The two sides are read at slightly different moments, so what seems to differ is looked at once more, one
    by one, before it is told. Changes that still wait in the queue do differ: run this when it is empty.
    """
    for index in indexes:
        engine.indices.refresh(index=alias(prefix, index))
        with conn.transaction():
            suspects = list(_merge(index, all_documents(conn, index), _indexed(engine, alias(prefix, index))))
        for start in range(0, len(suspects), PAGE):
            yield from _again(conn, engine, prefix, index, [each.id for each in suspects[start : start + PAGE]])


def _merge(index: str, registry: Iterator[Built], indexed: Iterator[tuple[str, Any]]) -> Iterator[Difference]:
    left, right = next(registry, None), next(indexed, None)
    while left or right:
        if right is None or (left and left[0].encode() < right[0].encode()):
            assert left  # noqa: S101
            yield Difference(index, left[0], "missing")
            left = next(registry, None)
        elif left is None or right[0].encode() < left[0].encode():
            yield Difference(index, right[0], "ghost")
            right = next(indexed, None)
        else:
            if orjson.loads(left[1]) != right[1]:
                yield Difference(index, left[0], "different")
            left, right = next(registry, None), next(indexed, None)


def _indexed(engine: Elasticsearch, name: str) -> Iterator[tuple[str, Any]]:
    pit = engine.open_point_in_time(index=name, keep_alive="2m").body["id"]
    try:
        after: list[Any] | None = None
        while True:
            answer = engine.search(
                pit={"id": pit, "keep_alive": "2m"},
                size=PAGE,
                sort=[{"id": "asc"}],
                search_after=after,
                track_total_hits=False,
            ).body
            hits = answer["hits"]["hits"]
            if not hits:
                return
            pit = answer["pit_id"]
            for hit in hits:
                yield hit["_id"], hit["_source"]
            after = hits[-1]["sort"]
    finally:
        engine.close_point_in_time(id=pit)


def _again(conn: Connection, engine: Elasticsearch, prefix: str, index: str, ids: list[str]) -> Iterator[Difference]:
    built = some_documents(conn, index, ids)
    found = engine.mget(index=alias(prefix, index), ids=ids).body["docs"]
    for answer in found:
        identifier = answer["_id"]
        document = built.get(identifier)
        if document is None and answer["found"]:
            yield Difference(index, identifier, "ghost")
        elif document is not None and not answer["found"]:
            yield Difference(index, identifier, "missing")
        elif document is not None and orjson.loads(document) != answer["_source"]:
            yield Difference(index, identifier, "different")
