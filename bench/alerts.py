"""Saved needs against a stream of changes: `make bench-alerts`.

    python -m bench.alerts [--scale france|demo] [--needs 10000] [--seconds 120] [--json FILE] [--record]

On a copy of the bench's registry with indexes of its own, so that needs and changes stay out of the other benches. The
change loop runs as its process, the jobs' run as often as the beat starts it. The floor is the same searches, prebuilt,
in the same round trips from one plain connection.
"""

import argparse
import asyncio
import random
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import orjson
import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from bench import command, report, search_requests
from bench.alert_load import EVERY_S, NOW, Figures, under_load
from bench.command import say, write
from bench.engine import Plain, settled
from bench.processes import ProcessFailed
from bench.search_requests import Pairs
from bench.setup import HEAP_MB, TODAY, Scale, directory, fill, indexed
from bench.writers import offers
from indexer import bulk, generations
from jobs import alerts
from local.errors import LocalError
from local.servers import running
from registry import indexed_changes
from registry.database import Connection, connect
from registry.parents.alerts import asking, matching
from search_api import saved_searches
from search_api.engine import engine
from search_api.engine.engine import Engine
from search_api.parameters import FilterParameters, meaning, read
from search_api.request.offer_query import OfferQuery
from settings import Settings
from web.parents.alerts.asked import MOST_NOW

NAME = "alerts"
RUNS = 5
IN_A_RUN = 5_000
"""Changes of the runs beside their floor: those of twenty seconds."""

MIX = {
    search_requests.week: 50,
    search_requests.part_of_week: 25,
    search_requests.best_of_week: 10,
    search_requests.along: 5,
    search_requests.around: 5,
    search_requests.in_commune: 5,
}
"""What is saved, in percent: a guess."""

_TRIED = """
create table tried (offer text, at timestamptz);
create function tried() returns trigger language plpgsql as
$$ begin insert into tried select offer, clock_timestamp() from gone; return null; end $$;
create trigger tried after delete on indexed_change referencing old table as gone for each statement
    execute function tried();
create table written (offer text primary key, at timestamptz);
"""


def parsed(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = command.parser("bench.alerts", "Saved needs against a stream of changes.")
    parser.add_argument("--needs", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=120)
    return parser.parse_args(arguments)


def main() -> None:
    options = parsed()
    try:
        with copied(cast(Scale, options.scale)) as (settings, folder):
            figures = measure(settings, folder, options.needs, options.seconds)
    except (LocalError, ProcessFailed) as error:
        raise SystemExit(str(error)) from error
    write(options.json, {"scale": options.scale, "commit": report.commit(), **figures})
    head = ("", "measured", "floor", "ratio", "wanted")
    table = rows(figures)
    note = (
        f"{figures['needs']:,.0f} needs of {figures['groups']:,.0f} kinds, {figures['per_s']:.0f} changes a second for"
        f" {options.seconds:.0f} s, of which three in ten open or close a week; {figures['openings']:,.0f} openings,"
        f" {figures['mails']:,.0f} mails. A run begins every {EVERY_S:.0f} s."
    )
    report.show(head, table)
    print(note, flush=True)
    if options.record:
        report.record(f"Saved needs, {options.scale}", head, table, note)


@contextmanager
def copied(scale: Scale) -> Iterator[tuple[Settings, Path]]:
    """Settings over a copy of the bench's registry, filled and indexed, and a folder for logs; dropped at the end."""
    folder = directory(scale) / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    say("Servers start …")
    nothing = Settings(database_url="", elasticsearch_url="", redis_url="")
    with running(nothing, directory(scale), lambda sentence: None, heap_mb=HEAP_MB) as urls:
        settings = Settings(
            database_url=make_conninfo(urls.database_url, dbname=NAME),
            elasticsearch_url=urls.elasticsearch_url,
            redis_url=urls.redis_url,
            index_prefix=f"bench-{NAME}",
            secret_key="of the bench as long as one has to be",  # noqa: S106 (of this run)
        )
        original = str(conninfo_to_dict(urls.database_url)["dbname"])
        with psycopg.connect(make_conninfo(urls.database_url, dbname="template1"), autocommit=True) as conn:
            conn.execute(f"drop database if exists {NAME} with (force)")
            conn.execute(f"create database {NAME} template {original} strategy file_copy")
            try:
                with connect(settings.database_url, autocommit=True) as own, suppress(psycopg.errors.UndefinedTable):
                    # What the copy says of the indexes is about those of the original.
                    own.execute("truncate index_generation, index_check, outbox, fan_out cascade")
                fill(settings, scale, say)
                indexed(settings, folder / "rebuild.log", say, anew=True)
                yield settings, folder
            finally:
                with bulk.client(settings) as client:
                    generations.drop(client, client.indices.get(index=f"{settings.index_prefix}-*").body)
                conn.execute(f"drop database {NAME} with (force)")


def measure(settings: Settings, folder: Path, needs: int, seconds: float) -> Figures:
    with connect(settings.database_url, autocommit=True) as conn:
        say("Changes are noted where nobody waits …")
        ids = offers(settings.database_url).with_places
        figures = {"note_none_ms": noting(conn, ids)}
        say("Needs are saved …")
        saved(conn, settings, needs)
        ((figures["needs"], figures["groups"]),) = conn.execute(
            "select count(*)::float8, count(distinct parameters)::float8 from alert"
        ).fetchall()
        figures["note_ms"] = noting(conn, ids)
        conn.execute("truncate indexed_change")
        say("All offers are searched for each …")
        begun = time.perf_counter()
        while conn.execute("select 1 from alert where due_at <= %s", [NOW]).fetchone():
            alerts.follow(settings, NOW)
        figures["full_s"] = time.perf_counter() - begun
        settled(settings.elasticsearch_url)
        say("Changes …")
        conn.execute(_TRIED)
        figures |= under_load(conn, settings, folder, seconds)
        conn.execute("drop trigger tried on indexed_change")
        settled(settings.elasticsearch_url)
        say("Runs beside their floor …")
        return figures | asyncio.run(beside_floor(conn, settings, ids))


def noting(conn: Connection, ids: list[str]) -> float:
    """Milliseconds that a batch of a thousand costs the change loop more: the median."""
    took = []
    for start in range(0, 20_000, 1_000):
        begun = time.perf_counter()
        with conn.transaction():
            indexed_changes.note(conn, ids[start % len(ids) :][:1_000])
        took.append(time.perf_counter() - begun)
    return statistics.median(took) * 1_000


def saved(conn: Connection, settings: Settings, count: int) -> None:
    """As the page saves them, and refuses those that too many offers answer; confirmed."""
    rng = random.Random(5)
    homes = search_requests.homes(conn, 2 * count, rng)
    parts = rng.choices(list(MIX), list(MIX.values()), k=len(homes))
    asked = [saved_searches.kept(as_lists(part(rng, home))) for part, home in zip(parts, homes, strict=True)]
    kept = asyncio.run(narrow(settings, asked))[:count]
    with conn.transaction():
        for number, (parameters, query) in enumerate(kept):
            wanted = asking.Wanted(
                f"parent{number}@example.org",
                "at_once",
                parameters,
                "/?ou=x",
                "une recherche",
                query.start,
                saved_searches.week(query),
                asking.Reach(*saved_searches.reach(query)),
            )
            asking.ask(conn, settings, wanted, NOW)
        conn.execute("update alert set confirmed_at = %s, ends_at = %s", [NOW, NOW + timedelta(days=183)])
        conn.execute("truncate mail_outbox, throttle")
    conn.execute("vacuum (analyze) alert")


def as_lists(pairs: Pairs) -> dict[str, Any]:
    """A query string as the parameters that a page saves."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in ("need", "kind", "feature", "commune"):
            found.setdefault(name, []).append(value)
        else:
            found[name] = value
    return found


async def narrow(settings: Settings, asked: list[dict[str, Any]]) -> list[tuple[dict[str, Any], OfferQuery]]:
    searched = engine.connect(settings.model_copy(update={"request_timeout_s": 60}))
    found = []
    for start in range(0, len(asked), saved_searches.AT_ONCE):
        some = asked[start : start + saved_searches.AT_ONCE]
        queries = [meaning(read(FilterParameters, each), TODAY) for each in some]
        bodies = [
            (searched.offers, {"query": saved_searches.condition(each), "size": 0, "track_total_hits": MOST_NOW + 1})
            for each in queries
        ]
        counts = [each["hits"]["total"]["value"] for each in await engine.searches(searched, bodies)]
        found += [
            (parameters, query)
            for parameters, query, count in zip(some, queries, counts, strict=True)
            if count <= MOST_NOW
        ]
    await searched.client.close()
    return found


async def beside_floor(conn: Connection, settings: Settings, ids: list[str]) -> Figures:
    """Runs over as many changes as twenty seconds bring, and the searches of each alone: medians, in seconds."""
    rng = random.Random(6)
    searched = engine.connect(settings.model_copy(update={"request_timeout_s": 60}))
    plain = Plain(settings.elasticsearch_url)
    runs, floors, searches, registry = [], [], [], []
    for number in range(RUNS + 1):
        some = rng.sample(ids, min(IN_A_RUN, len(ids)))
        bodies = prebuilt(conn, searched, some)
        begun = time.perf_counter()
        matching.candidates(conn, some, TODAY)
        candidates_s = time.perf_counter() - begun
        begun = time.perf_counter()
        for each in bodies:
            plain.send("POST", "/_msearch", each, "application/x-ndjson")
        floor = time.perf_counter() - begun
        indexed_changes.note(conn, some)
        begun = time.perf_counter()
        done = alerts.Done()
        await alerts.try_changes(conn, searched, NOW, done)
        run = time.perf_counter() - begun
        if number:  # the first warms up
            runs.append(run)
            floors.append(floor)
            searches.append(float(done.searches))
            registry.append(candidates_s)
    await searched.client.close()
    return {
        "run_s": statistics.median(runs),
        "run_floor_s": statistics.median(floors),
        "run_ratio": statistics.median(run / floor for run, floor in zip(runs, floors, strict=True)),
        "run_searches": statistics.median(searches),
        "run_candidates_s": statistics.median(registry),
    }


def prebuilt(conn: Connection, searched: Engine, ids: list[str]) -> list[bytes]:
    """The searches that these changes ask for, as the bodies of their round trips."""
    head = orjson.dumps({"index": searched.offers, "allow_partial_search_results": False})
    lines = []
    for group in matching.candidates(conn, ids, TODAY):
        query = saved_searches.understood(group.parameters, TODAY)
        if query is not None:
            lines.append(
                head + b"\n" + orjson.dumps(saved_searches.body(saved_searches.Asked(query, group.offers))) + b"\n"
            )
    return [b"".join(lines[at : at + saved_searches.AT_ONCE]) for at in range(0, len(lines), saved_searches.AT_ONCE)]


def rows(f: Figures) -> list[tuple[str, str, str, str, str]]:
    return [
        (
            f"a run over {IN_A_RUN:,} changes, s",
            f"{f['run_s']:.2f}",
            f"{f['run_floor_s']:.2f}",
            f"{f['run_ratio']:.2f}",
            report.wanted(f["run_s"] < EVERY_S, f"< {EVERY_S:.0f}"),
        ),
        ("  its searches", f"{f['run_searches']:,.0f}", "", "", ""),
        ("  of it in the registry, to find them, s", f"{f['run_candidates_s']:.2f}", "", "", ""),
        ("share of the time that the jobs' run takes", f"{f['busy']:.2f}", "", "", report.wanted(f["busy"] < 1, "< 1")),
        ("commit to tried, p50 s", f"{f['tried_p50_s']:.1f}", f"{EVERY_S / 2:.0f}", "", ""),
        ("  p99 s", f"{f['tried_p99_s']:.1f}", f"{EVERY_S:.0f}", "", report.wanted(f["tried_p99_s"] < 50, "< 50")),
        ("commit to mail queued, p50 s", f"{f['told_p50_s']:.1f}", "", "", ""),
        ("  p99 s", f"{f['told_p99_s']:.1f}", "", "", report.wanted(f["told_p99_s"] < 55, "< 55")),
        ("all offers searched for every need, s", f"{f['full_s']:.0f}", "", "", ""),
        ("a batch of 1,000 notes its changes, ms", f"{f['note_ms']:.1f}", "", "", ""),
        ("  where nobody saved a need", f"{f['note_none_ms']:.2f}", "", "", ""),
    ]


if __name__ == "__main__":
    main()
