"""How the indexer stands, in figures."""

from typing import Any

from elasticsearch import Elasticsearch

from indexer import generations
from mappings.indexes import alias
from registry.database import Connection


def status(conn: Connection, engine: Elasticsearch, prefix: str) -> dict[str, Any]:
    """The queue's length and age in seconds, dead letters, live indexes, and documents of each kind."""
    queue, age, dead = conn.execute(
        "select (select count(*) from outbox), (select extract(epoch from now() - min(at)) from outbox),"
        " (select count(*) from dead_letter)"
    ).fetchall()[0]
    live = generations.live(conn)
    kinds: dict[str, int] = {}
    indexed_at = None
    if "offers" in live:
        name = alias(prefix, "offers")
        answer = engine.search(index=name, size=0, aggs={"kind": {"terms": {"field": "kind", "size": 50}}}).body
        kinds = {bucket["key"]: bucket["doc_count"] for bucket in answer["aggregations"]["kind"]["buckets"]}
        mapping = engine.indices.get_mapping(index=name).body[live["offers"]]["mappings"]
        indexed_at = mapping.get("_meta", {}).get("indexed_at")
    return {
        "queue": queue,
        "oldest_change_s": round(float(age), 1) if age is not None else None,
        "dead_letters": dead,
        "live": live,
        "indexed_at": indexed_at,
        "kinds": kinds,
    }
