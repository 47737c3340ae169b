"""Registry and index compared body by body, both streamed in the order of their ids, in flat memory."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal, cast, get_args

import msgspec
import orjson
from elastic_transport import Transport
from elasticsearch import Elasticsearch
from elasticsearch.serializer import CompatibilityModeJsonSerializer

from indexer.bulk import Node
from indexer.documents import Built, all_documents, look_at_tables, some_documents
from mappings.indexes import INDEXES, OFFERS, alias
from registry.database import Connection

PAGE = 3_000
"""Documents that are asked of Elasticsearch at once, 4 MB; while a page is compared the next one is on its way."""

KEEP_ALIVE = "5m"
PATIENT_S = 120.0

AGAIN = 1_000
LOOKS = 5

Kind = Literal["missing", "ghost", "stale", "different"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Difference:
    """One document that is not in the index as the registry has it.

    `missing`: the index lacks it; `ghost`: the registry does; `different`: the bodies are not equal; `stale`: one of
    these, but the change that mends it waits in the queue, is on its way or was refused (a dead letter).
    """

    index: str
    id: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of one index found: how many documents the registry has, and differences of each kind."""

    index: str
    documents: int
    seconds: float
    counts: dict[Kind, int]


def check(
    conn: Connection,
    engine: Elasticsearch,
    prefix: str,
    on_difference: Callable[[Difference], None],
    indexes: Collection[str] = INDEXES,
) -> list[Checked]:
    """Compare the live indexes with the registry, tell each difference, and keep the result (table `index_check`).

    The connection is in autocommit. Raises elasticsearch's own errors, also where an index is missing; what was
    found in an index before is then not kept.
    """
    results: list[Checked] = []
    for index in indexes:
        begun = time.monotonic()
        counts: dict[Kind, int] = dict.fromkeys(KINDS, 0)
        name = _concrete(engine, alias(prefix, index))
        documents, suspects = _first_look(conn, engine, index, name)
        for each in _second_look(conn, engine, index, name, suspects):
            counts[each.kind] += 1
            on_difference(each)
        results.append(Checked(index, documents, time.monotonic() - begun, counts))
        _record(conn, results[-1])
    return results


def compare(conn: Connection, engine: Elasticsearch, names: Mapping[str, str]) -> Iterator[Difference]:
    """Every difference between the registry and these indexes: by index, a name or an alias.

    The two sides are read at slightly different moments, so what seems to differ is looked at once more before it
    is told. Raises elasticsearch's own errors.
    """
    for index, name in names.items():
        name = _concrete(engine, name)
        _, suspects = _first_look(conn, engine, index, name)
        yield from _second_look(conn, engine, index, name, suspects)


def repair(conn: Connection, differences: Iterable[Difference]) -> int:
    """Queue what is missing, in excess or different, in one transaction; returns how many documents that is."""
    ids: dict[str, set[str]] = {index: set() for index in INDEXES}
    for each in differences:
        if each.kind != "stale":
            ids[each.index].add(each.id)
    with conn.transaction():
        for index, wanted in ids.items():
            conn.execute("select queue_again(%s, %s)", [index, sorted(wanted)])
    return sum(map(len, ids.values()))


def _record(conn: Connection, result: Checked) -> None:
    with conn.transaction():
        conn.execute("delete from index_check where index = %s", [result.index])
        conn.execute(
            "insert into index_check (index, seconds, documents, missing, ghost, stale, different)"
            " values (%s, %s, %s, %s, %s, %s, %s)",
            [result.index, result.seconds, result.documents, *(result.counts[kind] for kind in KINDS)],
        )


# The first look: everything, in two streams ------------------------------------------------------------------------


class _Hit(msgspec.Struct):
    id: str = msgspec.field(name="_id")
    source: msgspec.Raw = msgspec.field(name="_source")
    sort: list[Any]


class _Hits(msgspec.Struct):
    hits: list[_Hit]


class _Page(msgspec.Struct):
    pit_id: str
    hits: _Hits


_PAGE = msgspec.json.Decoder(_Page)


class _Bytes(CompatibilityModeJsonSerializer):
    def loads(self, data: bytes) -> bytes:
        return data


def _first_look(conn: Connection, engine: Elasticsearch, index: str, name: str) -> tuple[int, list[str]]:
    """How many documents the registry has, and the ids of those that seem to differ."""
    engine.indices.refresh(index=name)
    seen = 0

    def counted(documents: Iterable[Built]) -> Iterator[Built]:
        nonlocal seen
        for each in documents:
            seen += 1
            yield each

    look_at_tables(conn)
    with _indexed(engine, name) as indexed, conn.transaction():
        suspects = list(_merge(counted(all_documents(conn, index)), indexed))
    return seen, suspects


def _merge(registry: Iterator[Built], indexed: Iterator[_Hit]) -> Iterator[str]:
    """Ids on one side only, or with other bodies. Both sides come in the order of their ids' bytes, which is that of
    Python's strings; one that doesn't is told too, which costs a second look."""
    left, right = next(registry, None), next(indexed, None)
    while left or right:
        if right is None or (left and left[0] < right.id):
            assert left  # noqa: S101
            yield left[0]
            left = next(registry, None)
        elif left is None or right.id < left[0]:
            yield right.id
            right = next(indexed, None)
        else:
            # The index gives back the bytes that it was sent; only where they are others it matters what they say.
            source = bytes(right.source)
            if left[1] != source and orjson.loads(left[1]) != orjson.loads(source):
                yield right.id
            left, right = next(registry, None), next(indexed, None)


@contextmanager
def _indexed(engine: Elasticsearch, name: str) -> Iterator[Iterator[_Hit]]:
    """All of an index as it is now, in the order of the ids, a page read ahead."""
    nodes = [node.config for node in engine.transport.node_pool.all()]
    # As bulk.client: where one node does not answer, the next is asked at once.
    transport = Transport(
        nodes, Node, serializers={_Bytes.mimetype: _Bytes()}, max_retries=len(nodes) - 1, retry_on_status=()
    )
    with (
        Elasticsearch(_transport=transport).options(request_timeout=PATIENT_S) as raw,
        ThreadPoolExecutor(1) as ahead,
    ):
        pit: str = engine.open_point_in_time(index=name, keep_alive=KEEP_ALIVE).body["id"]

        def read(after: list[Any] | None) -> _Page:
            answer = raw.search(
                pit={"id": pit, "keep_alive": KEEP_ALIVE},
                size=PAGE,
                sort=[{"id": "asc"}],
                search_after=after,
                track_total_hits=False,
                allow_partial_search_results=False,
            )
            return _PAGE.decode(cast(bytes, answer.body))

        def hits() -> Iterator[_Hit]:
            nonlocal pit
            page = read(None)
            while page.hits.hits:
                pit = page.pit_id
                following = ahead.submit(read, page.hits.hits[-1].sort)
                yield from page.hits.hits
                page = following.result()

        try:
            yield hits()
        finally:
            ahead.shutdown()
            engine.close_point_in_time(id=pit)


# The second look: what seemed to differ, as it is now ---------------------------------------------------------------


def _second_look(
    conn: Connection, engine: Elasticsearch, index: str, name: str, suspects: Iterable[str]
) -> Iterator[Difference]:
    left = iter(dict.fromkeys(suspects))
    while ids := list(islice(left, AGAIN)):
        yield from _look(conn, engine, index, name, ids)


def _look(conn: Connection, engine: Elasticsearch, index: str, name: str, ids: list[str]) -> Iterator[Difference]:
    """The index is read before the registry and after. Where it had the same version both times, every change that
    had left the queue by the time of the reading between was in it: what differs and doesn't wait is wrong."""
    for _ in range(LOOKS):
        before = engine.mget(index=name, ids=ids).body["docs"]
        built = some_documents(conn, index, ids)
        known = _known(conn, index, name, ids)
        after = engine.mget(index=name, ids=ids, source=False).body["docs"]
        moving: list[str] = []
        for was, now in zip(before, after, strict=True):
            kind = _kind(built.get(was["_id"]), was)
            if kind and was.get("_version") != now.get("_version"):
                moving.append(was["_id"])
            elif kind:
                yield Difference(index, was["_id"], "stale" if was["_id"] in known else kind)
        ids = moving
        if not ids:
            return
    # It changes faster than it can be looked at.
    yield from (Difference(index, each, "stale") for each in ids)


def _kind(document: bytes | None, found: dict[str, Any]) -> Kind | None:
    if "error" in found:
        raise RuntimeError(f"{found['_index']}/{found['_id']}: {found['error']}")
    if document is None:
        return "ghost" if found["found"] else None
    if not found["found"]:
        return "missing"
    return None if orjson.loads(document) == found["_source"] else "different"


def _known(conn: Connection, index: str, name: str, ids: list[str]) -> set[str]:
    """Those whose change waits, or was refused by this index."""
    rows = conn.execute(
        """
        select id from outbox where index = %(index)s and id = any (%(ids)s)
        union all
        select o.id from fan_out f
        join offer o on o.id > f.after
            and f.value = case f.field when 'commune' then o.commune when 'source' then o.source end
        where %(fans_out)s and o.id = any (%(ids)s)
        union all
        select id from dead_letter where generation = %(name)s and id = any (%(ids)s)
        """,
        {"index": index, "fans_out": index == OFFERS, "name": name, "ids": ids},
    ).fetchall()
    return {row[0] for row in rows}


def _concrete(engine: Elasticsearch, name: str) -> str:
    """The index behind an alias, or the name itself: dead letters are noted under it."""
    (found,) = engine.indices.get(index=name, features="aliases").body
    return str(found)
