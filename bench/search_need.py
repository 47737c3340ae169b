"""The need of a week in two indexes of the same offers: as ours holds it, and as one nested object for each slot.

Both have id, kind, features and position, with the live mapping's types, and the availability:

- `week`: as the live index has it, one nested object for each period: `period` and `week`;
- `slot`: one nested object for each time at which somebody may come: `day`, `hours`, `places`, `period`. What touches
  is merged there too, level by level, or else the same need would not find the same offers; a slot of fewer places that
  is no longer than one of more is left out. Hours as a range are found faster than as a start and an end (by a tenth).

Both are merged to one segment. What is compared is the index: the documents as they were sent (`_source`), which say
the same in both and which no search reads, are told apart.
"""

import random
import statistics
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Any

import orjson

from bench.engine import Plain, settled
from bench.measure import Figures
from bench.search_load import Connection
from bench.search_requests import Home, dense_needs
from bench.setup import Say
from domain.week import DAY, DAYS, WEEK
from indexer.documents import Built, all_documents
from mappings.indexes import body as live
from registry.database import connect
from search_api.geo import Point
from search_api.query import filters
from search_api.request import need
from settings import Settings

Document = dict[str, Any]
Clause = dict[str, Any]

SHAPES = ("week", "slot")
ROUNDS = 5
QUERIES = 5_000
"""In one round, both indexes together; asked in turn, `BLOCK` at a time."""

BLOCK = 50
COMPARED = 500
"""Needs whose hits, order and facets are compared, which also warms up."""

RADIUS_KM = 20
BATCH = 2_000
COMMON = ("id", "kind", "features", "position")
SLOTS = {
    "type": "nested",
    "properties": {
        "day": {"type": "keyword"},
        "hours": {"type": "integer_range"},
        "places": {"type": "byte"},
        "period": {"type": "date_range", "format": "strict_date"},
    },
}
"""`hours` in minutes of the day, past its 24 hours where the slot goes on."""


def name(settings: Settings, shape: str) -> str:
    return f"{settings.index_prefix}-need-{shape}"


def compared(settings: Settings, share: float, say: Say) -> Figures:
    """Both indexes built, compared and asked in turn. `share` of the queries, for a quick try."""
    say("The two indexes of the need …")
    plain = Plain(settings.elasticsearch_url)
    try:
        figures = built(settings, plain)
        with connect(settings.database_url) as conn:
            needs = dense_needs(conn, round(QUERIES * max(share, 0.1)) // 2)
        bodies = {
            shape: [orjson.dumps(body(shape, home, parsed(text), start)) for home, text, start in needs]
            for shape in SHAPES
        }
        figures["need_hits"] = statistics.median(same_answers(settings, plain, bodies, COMPARED))
        figures |= asked(settings, plain, bodies, say)
    finally:
        drop(settings, plain)
    return figures


def built(settings: Settings, plain: Plain) -> Figures:
    """Fresh indexes with every offer; how large they are, in MB, and how many nested objects they hold."""
    drop(settings, plain)
    mapping = live("offers")["mappings"]["properties"]
    common = {field: mapping[field] for field in COMMON}
    properties = {
        "week": common | {"availability": mapping["availability"]},
        "slot": common | {"availability": SLOTS},
    }
    for shape in SHAPES:
        content = {
            "settings": {"number_of_shards": 1, "number_of_replicas": 0, "refresh_interval": "-1"},
            "mappings": {"dynamic": "strict", "properties": properties[shape]},
        }
        plain.ask("PUT", f"/{name(settings, shape)}", content)
    nested = dict.fromkeys(SHAPES, 0)
    with connect(settings.database_url) as conn:
        for batch in batches(all_documents(conn, "offers")):
            offers = [orjson.loads(document) for _, document in batch]
            for shape in SHAPES:
                shaped = [of_shape(shape, each) for each in offers]
                nested[shape] += sum(len(each.get("availability", ())) for each in shaped)
                plain.bulk(bulk_body(name(settings, shape), shaped))
    figures: Figures = {}
    for shape in SHAPES:
        index = name(settings, shape)
        plain.send("POST", f"/{index}/_forcemerge?max_num_segments=1&flush=true")
        plain.send("POST", f"/{index}/_refresh")
        settled(settings.elasticsearch_url)
        whole, source = sizes_mb(plain, index)
        figures |= {
            f"need_{shape}_mb": whole - source,
            f"need_{shape}_with_source_mb": whole,
            f"need_{shape}_nested": nested[shape],
        }
    return figures | {
        "index_ratio": figures["need_week_mb"] / figures["need_slot_mb"],
        "index_with_source_ratio": figures["need_week_with_source_mb"] / figures["need_slot_with_source_mb"],
    }


def sizes_mb(plain: Plain, index: str) -> tuple[float, float]:
    """Of the one segment that the index was merged to (the files of those before it may still be on disk), and of the
    sources in it."""
    [[shard]] = plain.ask("GET", f"/{index}/_segments")["indices"][index]["shards"].values()
    [segment] = [each for each in shard["segments"].values() if each["search"]]
    usage = plain.ask("POST", f"/{index}/_disk_usage?run_expensive_tasks=true")[index]
    return segment["size_in_bytes"] / 1e6, usage["fields"]["_source"]["total_in_bytes"] / 1e6


def drop(settings: Settings, plain: Plain) -> None:
    for shape in SHAPES:
        if plain.exists(f"/{name(settings, shape)}"):
            plain.send("DELETE", f"/{name(settings, shape)}")


def batches(documents: Iterator[Built]) -> Iterator[list[Built]]:
    while batch := list(islice(documents, BATCH)):
        yield batch


def bulk_body(index: str, documents: Iterable[Document]) -> bytes:
    lines: list[bytes] = []
    for each in documents:
        lines += (orjson.dumps({"index": {"_index": index, "_id": each["id"]}}), orjson.dumps(each))
    return b"\n".join([*lines, b""])


def of_shape(shape: str, offer: Document) -> Document:
    """What one of the two indexes holds of an offer."""
    kept = {field: offer[field] for field in COMMON if field in offer}
    if periods := offer.get("availability"):
        kept["availability"] = (
            [{"period": each["period"], "week": each["week"]} for each in periods]
            if shape == "week"
            else [slot for each in periods for slot in slots(each)]
        )
    return kept


def slots(period: Document) -> list[Document]:
    """The slots of a period: for each day that a merged range touches, what of it can be asked from that day on."""
    most: dict[tuple[int, int], int] = {}
    for part in period["week"]:
        places = part["gte"] // WEEK
        minutes = (part["gte"] - places * WEEK, part["lt"] - places * WEEK)
        most[minutes] = max(places, most.get(minutes, 0))
    found = []
    for (start, end), places in most.items():
        for day in range(start // DAY, (end - 1) // DAY + 1):
            midnight = day * DAY
            hours = {"gte": max(start - midnight, 0), "lt": end - midnight}
            found.append({"day": DAYS[day], "hours": hours, "places": places, "period": period["period"]})
    return found


def parsed(text: str) -> tuple[need.Day, ...]:
    return need.days([need.parse(text)], 1)


def body(shape: str, home: Home, days: Sequence[need.Day], start: date) -> Document:
    """The nearest twenty that are free for the need, and their facets."""
    centre = Point(home.lat, home.lon)
    free = in_week(days, start) if shape == "week" else in_slots(days, start)
    return {
        "query": {"bool": {"filter": [filters.around(centre, RADIUS_KM), *free]}},
        "aggs": {facet: {"terms": {"field": facet, "size": 50}} for facet in ("kind", "features")},
        "sort": [{"_geo_distance": {"position": filters.point(centre), "unit": "m"}}, {"id": "asc"}],
        "size": 20,
        "track_total_hits": True,
        "_source": False,
    }


def in_week(days: Sequence[need.Day], start: date) -> list[Clause]:
    """As the search has it."""
    pieces = [piece for day in days for piece in day.pieces]
    return [filters.timetable([filters.under_way(start), *(filters.holds(piece) for piece in pieces)])]


def in_slots(days: Sequence[need.Day], start: date) -> list[Clause]:
    """For each piece of the need a slot of its own. Periods do not overlap: all are of the one that holds the day."""
    clauses: list[Clause] = []
    for first, last, places in (piece for day in days for piece in day.pieces):
        day, midnight = DAYS[first // DAY], first // DAY * DAY
        inside = [
            {"term": {"availability.day": day}},
            filters.contains("availability.hours", gte=first - midnight, lt=last - midnight),
            filters.within("availability.places", gte=places),
            filters.under_way(start),
        ]
        nested = {"path": "availability", "query": {"bool": {"filter": inside}}, "score_mode": "none"}
        clauses.append({"nested": nested})
    return clauses


def same_answers(settings: Settings, plain: Plain, bodies: dict[str, list[bytes]], count: int) -> list[int]:
    """How many offers each need finds. AssertionError where the two indexes do not answer the same."""
    totals = []
    for number in range(min(count, len(bodies["week"]))):
        answers = []
        for shape in SHAPES:
            found = orjson.loads(plain.send("POST", path(settings, shape), bodies[shape][number]))
            hits = found["hits"]
            shown = [(hit["_id"], hit["sort"]) for hit in hits["hits"]]
            answers.append((hits["total"], shown, found["aggregations"]))
        assert answers[0] == answers[1], f"the two indexes differ: {bodies['week'][number].decode()}"
        totals.append(answers[0][0]["value"])
    assert any(totals), "no need finds any offer"
    return totals


def path(settings: Settings, shape: str) -> str:
    return f"/{name(settings, shape)}/_search?request_cache=false"


def asked(settings: Settings, plain: Plain, bodies: dict[str, list[bytes]], say: Say) -> Figures:
    """Milliseconds of a query by the engine's own account, and how many times faster ours is: medians of the rounds."""
    port = int(settings.elasticsearch_url.split(",")[0].rpartition(":")[2].strip("/"))
    client = Connection(port)
    rng = random.Random(6)
    requests = {
        shape: [
            (
                f"POST {path(settings, shape)} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(each)}\r\n\r\n"
            ).encode()
            + each
            for each in bodies[shape]
        ]
        for shape in SHAPES
    }
    count = len(bodies["week"])
    rounds: list[dict[str, float]] = []
    for turn in range(ROUNDS):
        order = rng.sample(range(count), k=count)
        before = query_ms(settings, plain)
        for number, begun in enumerate(range(0, count, BLOCK)):
            for shape in SHAPES if number % 2 else reversed(SHAPES):
                for each in order[begun : begun + BLOCK]:
                    client.ask(requests[shape][each])
        spent = {shape: (ms - before[shape]) / count for shape, ms in query_ms(settings, plain).items()}
        rounds.append(spent)
        say(f"  round {turn + 1}: " + ", ".join(f"{shape} {spent[shape]:.2f} ms" for shape in SHAPES))
    return {
        "need_queries": 2 * count,
        "need_week_ms": statistics.median(each["week"] for each in rounds),
        "need_slot_ms": statistics.median(each["slot"] for each in rounds),
        "need_speedup": statistics.median(each["slot"] / each["week"] for each in rounds),
    }


def query_ms(settings: Settings, plain: Plain) -> dict[str, float]:
    """Milliseconds that the node has spent on the query phase of each index so far (it counts nanoseconds)."""
    stats = plain.ask("GET", "/_nodes/stats/indices/search?level=indices")
    [node] = stats["nodes"].values()
    indexes = node["indices"]["indices"]
    return {shape: indexes[name(settings, shape)]["search"]["query_time_in_millis"] for shape in SHAPES}
