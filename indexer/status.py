"""How the indexer stands, in figures: what the registry knows of it, and what a search finds."""

from collections.abc import Collection
from datetime import UTC
from typing import Literal, NamedTuple, TypedDict

from elasticsearch import ApiError, Elasticsearch, NotFoundError, TransportError

from indexer.check import KINDS
from mappings.indexes import INDEXES, OFFERS, PLACES, alias
from registry.database import Connection
from settings.engine import refusal

STATES = ("live", "kept", "building")


class Check(TypedDict):
    """The last comparison of an index with the registry: `at` in ISO 8601 (UTC), and documents by difference."""

    at: str
    seconds: float
    documents: int
    missing: int
    ghost: int
    stale: int
    different: int


class Status(TypedDict):
    """What `ribambelle index status --json` prints. Keys may be added, none is renamed or dropped.

    `queue`: changes that wait or that a worker is at; a fan-out (a renamed commune) counts once until it is
    expanded. `oldest_change_s`: the age of the oldest of them, null when there is none. `rate_per_s`: changes a
    second of all `workers` that are alive, as they last reported. `dead_letters`: by the state of their index.
    `live`, `kept`, `building`: names by index. `checks`: by index, where one was made. `elasticsearch`: `ok`;
    `missing` when it answers but lacks a live index; `away` when it does not answer, not in time, or only with a
    refusal. `refusal`: a French sentence about an address, a password, a key or a certificate that the operator has to
    mend, else null. The rest is Elasticsearch's to tell, and empty or null without it: `indexed_at`, up to when a
    search shows every change (ISO 8601, UTC), and the `documents` that a search finds, by index and by what each is
    counted by; `kinds` of offers and `types` of places are the same figures by their older names.
    """

    queue: int
    oldest_change_s: float | None
    rate_per_s: float
    workers: int
    dead_letters: dict[str, int]
    live: dict[str, str]
    kept: dict[str, str]
    building: dict[str, str]
    checks: dict[str, Check]
    elasticsearch: Literal["ok", "missing", "away"]
    refusal: str | None
    indexed_at: str | None
    documents: dict[str, dict[str, int]]
    kinds: dict[str, int]
    types: dict[str, int]


class Searched(NamedTuple):
    """Elasticsearch's part; `counts` by index and by kind or type."""

    state: Literal["ok", "missing", "away"]
    indexed_at: str | None
    counts: dict[str, dict[str, int]]
    refusal: str | None = None


def status(conn: Connection, engine: Elasticsearch, prefix: str) -> Status:
    """All of it. Elasticsearch may be away or empty; raises psycopg's errors when the registry cannot be read.

    Reads the whole queue: 0.15 s for a million changes.
    """
    with conn.transaction():  # ended before Elasticsearch is asked: it may take its time
        queue, oldest, workers, rate = conn.execute(
            "select q.changes + f.changes, extract(epoch from clock_timestamp() - least(q.oldest, f.oldest))::float8,"
            " w.alive, w.rate"
            " from (select count(*) as changes, min(at) as oldest from outbox) q,"
            " (select count(*) as changes, min(at) as oldest from fan_out) f,"
            " (select count(*) as alive, coalesce(sum(rate), 0) as rate"
            "  from living_workers() left join indexer_worker using (number)) w"
        ).fetchall()[0]
        generations = conn.execute("select state, index, name from index_generation order by created_at").fetchall()
        dead: dict[str, int] = dict(
            conn.execute(
                "select g.state, count(*) from dead_letter d join index_generation g on g.name = d.generation"
                " group by g.state"
            ).fetchall()
        )
        checks = conn.execute(
            "select index, at, seconds, documents, missing, ghost, stale, different from index_check order by index"
        ).fetchall()
    names = {state: {index: name for of, index, name in generations if of == state} for state in STATES}
    searched = _searched(engine, prefix, names["live"])
    return {
        "queue": queue,
        "oldest_change_s": None if oldest is None else round(max(0.0, oldest), 3),
        "rate_per_s": round(rate, 1),
        "workers": workers,
        "dead_letters": {state: dead.get(state, 0) for state in STATES},
        "live": names["live"],
        "kept": names["kept"],
        "building": names["building"],
        "checks": {
            index: {
                "at": at.astimezone(UTC).isoformat(),
                "seconds": seconds,
                "documents": documents,
                "missing": missing,
                "ghost": ghost,
                "stale": stale,
                "different": different,
            }
            for index, at, seconds, documents, missing, ghost, stale, different in checks
        },
        "elasticsearch": searched.state,
        "refusal": searched.refusal,
        "indexed_at": searched.indexed_at,
        "documents": searched.counts,
        "kinds": searched.counts[OFFERS],
        "types": searched.counts[PLACES],
    }


def differences(check: Check) -> int:
    """How many documents were not as the registry has them."""
    return sum(check[kind] for kind in KINDS)


def _searched(engine: Elasticsearch, prefix: str, live: Collection[str]) -> Searched:
    """Through the aliases, as searches do: what they find, not what the registry believes."""
    counts: dict[str, dict[str, int]] = {index: {} for index in INDEXES}
    indexed_at: str | None = None
    try:
        if not live:  # nothing to ask for, but does it answer at all?
            engine.indices.exists_alias(name=alias(prefix, OFFERS))
        for index in live:
            name = alias(prefix, index)
            by = {"by": {"terms": {"field": INDEXES[index].counted_by, "size": 100}}}
            found = engine.search(index=name, size=0, aggs=by, allow_partial_search_results=False).body
            counts[index] = {each["key"]: each["doc_count"] for each in found["aggregations"]["by"]["buckets"]}
        if OFFERS in live:
            for each in engine.indices.get_mapping(index=alias(prefix, OFFERS)).body.values():
                indexed_at = each["mappings"].get("_meta", {}).get("indexed_at")
    except NotFoundError:
        return Searched("missing", None, {index: {} for index in INDEXES})
    except (TransportError, ApiError) as error:
        return Searched("away", None, {index: {} for index in INDEXES}, refusal(error))
    return Searched("ok", indexed_at, counts)
