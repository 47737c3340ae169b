"""Index names, aliases, and the bodies that create an index."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

INDEXES = ("offers", "places")

_HERE = Path(__file__).parent


def alias(prefix: str, index: str) -> str:
    """The name that searches use."""
    return f"{prefix}-{index}"


def versioned_name(prefix: str, index: str, now: datetime) -> str:
    """The name of one build of an index; `now` (UTC) is its version."""
    return f"{alias(prefix, index)}-{now.astimezone(UTC):%Y%m%d%H%M%S%f}"


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
            "analysis": _read("analysis.json"),
        },
        "mappings": _read(f"{index}.json"),
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


def _read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((_HERE / name).read_text(encoding="utf-8"))
    return content
