"""The table of indexes, their names and aliases, and the bodies that create them.

A new index is a row of INDEXES, its JSON beside this file, and its generator in `registry/functions/`.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Index:
    """One index, by whatever the rooms must know of it.

    `mapping`: its JSON. `generator`: the function of the database that builds its documents (registry/functions).
    `calls`: the functions that this one calls; what they say stands in a document too. `counted_by`: the keyword field
    by which its documents are counted. `label`: what they are called, French, plural. `plain_ids`: its ids are digits
    and small letters, which every collation orders as their bytes. `sharded`: it takes the setting `index_shards`; any
    other has one shard.
    """

    mapping: Path
    generator: str
    counted_by: str
    label: str
    calls: tuple[str, ...] = ()
    plain_ids: bool = False
    sharded: bool = False


OFFERS = "offers"
PLACES = "places"

LONGEST_ID = 64
"""Ours are far shorter; Elasticsearch refuses those of more than 512 bytes, and the empty one."""

INDEXES: dict[str, Index] = {
    OFFERS: Index(
        mapping=_HERE / "offers.json",
        generator="offer_documents",
        counted_by="kind",
        label="offres",
        calls=("search_words", "is_public", "day_code", "hour_text"),
        plain_ids=True,
        sharded=True,
    ),
    PLACES: Index(mapping=_HERE / "places.json", generator="place_documents", counted_by="type", label="lieux"),
}
"""By name. The registry has the names and generators in its table `search_index`; a test holds the two together."""


def alias(prefix: str, index: str) -> str:
    """The name that searches use."""
    return f"{prefix}-{index}"


def versioned_name(prefix: str, index: str, now: datetime) -> str:
    """The name of one build of an index; `now` (UTC) is its version."""
    return f"{alias(prefix, index)}-{now.astimezone(UTC):%Y%m%d%H%M%S%f}"


def has_length_of_an_id(id: str) -> bool:
    return 0 < len(id) <= LONGEST_ID


def body(index: str, *, shards: int = 1, replicas: int = 0) -> dict[str, Any]:
    """Settings and mappings for `indices.create`.

    `gc_deletes` keeps the versions of deleted documents longer than any lag, so that a late write of an older
    version cannot bring one back. One shard: more cost 1.3 to 1.9 times at this size (docs/search.md).
    """
    return {
        "settings": {
            "number_of_shards": shards,
            "number_of_replicas": replicas,
            "refresh_interval": "200ms",
            "gc_deletes": "24h",
            "analysis": _read(_HERE / "analysis.json"),
        },
        "mappings": _read(INDEXES[index].mapping),
    }


def meta(indexed_at: datetime, check: tuple[datetime, int] | None = None) -> dict[str, Any]:
    """What the API reads in the `_meta` of a live index: up to when it shows every change, and when the last check
    was and how many differences it found."""
    found: dict[str, Any] = {"indexed_at": indexed_at.astimezone(UTC).isoformat()}
    if check:
        found["check"] = {"at": check[0].astimezone(UTC).isoformat(), "differences": check[1]}
    return found


def contract(index: str) -> str:
    """A fingerprint of an index's settings and mappings; another one asks for a rebuild."""
    return hashlib.sha256(json.dumps(body(index), sort_keys=True).encode()).hexdigest()[:16]


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content
