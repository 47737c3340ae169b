"""What each part of a search costs, in two ways.

`shares`: by Elasticsearch's own `profile`, which tells every clause, aggregation and the fetch apart, but makes cheap
clauses that are asked of many offers look dearer than they are. `without`: the same searches with one part left out, in
turn, by the clock, which tells less apart and is right.
"""

import json
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.engine import Plain
from bench.processes import ProcessFailed
from bench.search_requests import MIX, mixed
from bench.search_server import Beside, recorded
from bench.setup import Say
from registry.database import connect
from settings import Settings

Body = dict[str, Any]

DRAWN = 600
EACH = 40
"""Searches of each part of the mix."""

WARM, RUNS = 3, 5
"""Times that each search is run before it counts, and that count."""

FIELD = re.compile(r"([a-z][a-z_]*(?:\.[a-z_]+)*):")
"""The fields in a description of a query."""

FIELDS_OF = {
    "where": ("position", "commune", "epci", "department"),
    "need": ("availability", "opening"),
    "words": ("name", "what", "project", "manager"),
}
SPENT_ON = ("where", "need", "words", "other clauses", "rewrite", "order", "facets", "cards")
"""`order` is what collects and sorts; `cards` the fetch; words are looked up, and misspelt ones found, by `rewrite`."""

SHARES_HEAD = ("part of the mix", "profiled ms", *SPENT_ON)
WITHOUT_HEAD = ("part of the mix, p50 ms", "whole", "no facets", "no order", "no cards", "nothing but the count")


def profiled(settings: Settings, folder: Path, say: Say) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """The rows of both tables, for each part of the mix."""
    with connect(settings.database_url) as conn:
        drawn = mixed(conn, DRAWN, seed=7)
    say("Searches of the mix are recorded …")
    of_part: dict[str, list[Beside]] = {}
    for each in recorded(settings, drawn, folder / "serve.log"):
        if len(of_part.setdefault(each.asked.part, [])) < EACH:
            of_part[each.asked.part].append(each)
    plain = Plain(settings.elasticsearch_url)
    for _ in range(WARM):
        for chosen in of_part.values():
            for each in chosen:
                ask(plain, each, body_of(each))
    shown, clocked = [], []
    for part in (each for each in MIX if each in of_part):
        say(f"{part} …")
        chosen = of_part[part]
        shown.append(shares(plain, part, chosen))
        clocked.append(without(plain, part, chosen))
    return shown, clocked


def body_of(each: Beside) -> Body:
    """The body of a request that is one search."""
    if each.search.path.partition("?")[0].endswith("_msearch"):
        raise ProcessFailed(f"{each.asked.path} is not one search")
    body: Body = json.loads(each.search.body)
    return body


def ask(plain: Plain, each: Beside, body: Body) -> Body:
    """Everything of the answer, whatever the API itself asks of it (`filter_path` would hide the profile)."""
    answer: Body = plain.ask("POST", each.search.path.partition("?")[0], body)
    return answer


def shares(plain: Plain, part: str, chosen: Sequence[Beside]) -> tuple[str, ...]:
    """Milliseconds that were profiled, and of what, in percent."""
    spent: Counter[str] = Counter()
    for each in chosen:
        for shard in ask(plain, each, body_of(each) | {"profile": True})["profile"]["shards"]:
            for search in shard["searches"]:
                spent["rewrite"] += search["rewrite_time"]
                for clause in search["query"]:
                    spent.update(clauses(clause))
                for collector in search["collector"]:
                    spent["order"] += collected(collector)
            for aggregation in shard["aggregations"]:
                spent["facets"] += aggregation["time_in_nanos"]
            if fetch := shard.get("fetch"):
                spent["cards"] += fetch["time_in_nanos"]
    whole = sum(spent.values())
    return part, f"{whole / 1e6 / len(chosen):.2f}", *(f"{100 * spent[what] / whole:.0f} %" for what in SPENT_ON)


def clauses(clause: Body, inside: str | None = None) -> Counter[str]:
    """Nanoseconds of a clause and of those in it, each its own alone."""
    children = clause.get("children", [])
    fields = FIELD.findall(clause["description"])
    if "BlockJoin" in clause["type"]:
        inside = "need"  # whatever is asked of a period
    what = inside or next((of_field(field) for field in fields if not children), "other clauses")
    spent = Counter({what: max(clause["time_in_nanos"] - sum(each["time_in_nanos"] for each in children), 0)})
    for each in children:
        spent.update(clauses(each, inside))
    return spent


def of_field(field: str) -> str:
    return next((what for what, fields in FIELDS_OF.items() if field.partition(".")[0] in fields), "other clauses")


def collected(collector: Body) -> int:
    """Nanoseconds of the order and the count; the facets, which are collected too, are told by themselves."""
    children = collector.get("children", [])
    own = 0
    if "aggregation" not in collector["reason"]:
        own = max(collector["time_in_nanos"] - sum(each["time_in_nanos"] for each in children), 0)
    return own + sum(collected(each) for each in children)


def without(plain: Plain, part: str, chosen: Sequence[Beside]) -> tuple[str, ...]:
    """Median milliseconds by the client's clock, with a part of each search left out."""
    variants: tuple[Callable[[Body], Body], ...] = (dict, no_facets, no_order, no_cards, count_alone)
    took: list[list[float]] = [[] for _ in variants]
    for each in chosen:
        bodies = [json.dumps(variant(body_of(each))).encode() for variant in variants]
        runs = [[milliseconds(plain, each, body) for body in bodies] for _ in range(RUNS)]
        for number, ms in enumerate(zip(*runs, strict=True)):
            took[number].append(statistics.median(ms))
    return part, *(f"{statistics.median(ms):.2f}" for ms in took)


def milliseconds(plain: Plain, each: Beside, body: bytes) -> float:
    """By the client's clock. Without the request cache, which answers searches of no size."""
    path, _, options = each.search.path.partition("?")
    begun = time.perf_counter()
    plain.send("POST", f"{path}?{options}&request_cache=false", body)
    return 1000 * (time.perf_counter() - begun)


def no_facets(body: Body) -> Body:
    return {name: value for name, value in body.items() if name != "aggs"}


def no_order(body: Body) -> Body:
    return {name: value for name, value in body.items() if name != "search_after"} | {"sort": ["_doc"]}


def no_cards(body: Body) -> Body:
    return {name: value for name, value in body.items() if name != "search_after"} | {"size": 0}


def count_alone(body: Body) -> Body:
    return no_cards(no_facets(body))
