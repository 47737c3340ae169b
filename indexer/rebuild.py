"""A full rebuild beside the live indexes, which go on being searched and changed until the aliases switch."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from elasticsearch import Elasticsearch

from indexer import dead_letters, generations
from indexer.bulk import Refused, Write, send
from indexer.documents import Built, all_documents
from mappings.indexes import INDEXES, body, meta, versioned_name
from registry.database import Connection, connect
from settings import Settings

BATCH = 1_000
"""Documents a bulk: between 1,000 and 3,000 nothing is gained or lost (notes/measurements.md)."""

Progress = Callable[[str, int, int], None]
"""Told (index, documents done, documents in all)."""


class RebuildRunning(Exception):
    """Another rebuild holds the lock."""


@dataclass(frozen=True)
class Backfill:
    """What was loaded, what was refused, and the snapshot of the registry that it shows."""

    counts: dict[str, int]
    refused: list[Refused]
    snapshot: str
    seen_at: datetime


def rebuild(
    settings: Settings, engine: Elasticsearch, report: Progress, indexes: Sequence[str] = INDEXES
) -> dict[str, int]:
    """Build indexes anew from the registry, then switch. Returns how many documents each was given; those
    that Elasticsearch refuses become dead letters and do not stop the rest.

    Raises RebuildRunning when another one is under way. After any failure searches see what they saw before,
    and the next rebuild clears away what this one left.
    """
    with connect(settings.database_url, autocommit=True) as conn:
        row = conn.execute("select pg_try_advisory_lock(hashtext('ribambelle rebuild'))").fetchone()
        if not row or not row[0]:
            raise RebuildRunning
        generations.tidy(conn, engine, settings.index_prefix)
        names = _create(conn, engine, settings.index_prefix, indexes)
        loaded = _backfill(settings, engine, names, report)
        for index, name in names.items():
            engine.indices.put_settings(index=name, settings={"index": {"refresh_interval": "200ms"}})
            engine.indices.put_mapping(index=name, meta=meta(index, loaded.seen_at))
            engine.indices.refresh(index=name)
        generations.switch(engine, settings.index_prefix, names)
        generations.drop(engine, generations.record_live(conn, names))
        with conn.transaction():
            # What the snapshot saw stands in the new indexes, and the old ones are gone.
            conn.execute(
                "delete from outbox where index = any (%s) and pg_visible_in_snapshot(xid, %s::pg_snapshot)",
                [list(names), loaded.snapshot],
            )
            conn.execute("delete from dead_letter where index = any (%s) and at < %s", [list(names), loaded.seen_at])
            dead_letters.keep(conn, loaded.refused)
    return loaded.counts


def _create(conn: Connection, engine: Elasticsearch, prefix: str, indexes: Sequence[str]) -> dict[str, str]:
    names = {index: versioned_name(prefix, index, datetime.now(UTC)) for index in indexes}
    for index, name in names.items():
        content = body(index)
        content["settings"]["refresh_interval"] = "-1"
        engine.indices.create(index=name, settings=content["settings"], mappings=content["mappings"])
        generations.record_building(conn, index, name)
    return names


def _backfill(settings: Settings, engine: Elasticsearch, names: dict[str, str], report: Progress) -> Backfill:
    """Load everything at version 0, so that a live change always wins."""
    counts: dict[str, int] = {}
    refused: list[Refused] = []
    with connect(settings.database_url) as reader:
        reader.execute("set transaction isolation level repeatable read read only")
        snapshot, seen_at = reader.execute("select pg_current_snapshot()::text, now()").fetchall()[0]
        for index, name in names.items():
            total = _total(reader, index)
            done = 0
            documents = all_documents(reader, index, batch=BATCH)
            while batch := list(islice(_writes(name, documents), BATCH)):
                refused += send(engine, batch)
                done += len(batch)
                report(index, done, total)
            counts[index] = done
    return Backfill(counts, refused, snapshot, seen_at)


def _writes(name: str, documents: Iterator[Built]) -> Iterator[Write]:
    return (Write(name, identifier, 0, document) for identifier, document in documents)


def _total(reader: Connection, index: str) -> int:
    count = {
        "offers": "select count(*) from offer o where is_public(o)",
        "places": "select (select count(*) from commune) + (select count(distinct epci) from commune)"
        " + (select count(distinct department) from commune)",
    }
    row = reader.execute(count[index]).fetchone()
    return int(row[0]) if row else 0
