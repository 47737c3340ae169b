"""The measurements over one filled registry, each beside its floor. `Figures` holds them all, by name."""

import json
import statistics
from dataclasses import asdict
from pathlib import Path

from bench import changes, floor
from bench.engine import Plain, settled
from bench.processes import measured, module
from bench.setup import PROGRAM, Say, environment
from registry.database import connect
from settings import Settings

Figures = dict[str, float]

PAIRS = 4
SUSTAINED_S = 40.0
VISIBLE_S = 40.0
FLOOR_S = 15.0
WRITE_BATCHES = 50
"""Thousands of documents that the floor of the changes writes again and again."""


def rebuilds(settings: Settings, folder: Path, pairs: int, say: Say, *, warm: bool = False) -> Figures:
    """Floor and rebuild in turn; unless the engine is `warm`, after one of each that nobody counts, as its compiler has
    to see the work.

    Before each, what the one before left in the background is waited for. A floor's index is dropped before the
    rebuild; the live index of the last rebuild stands beside each of them alike. The last floor's index stays.
    """
    plain = Plain(settings.elasticsearch_url)
    say("Documents are spooled …")
    counts = floor.spool(settings, folder / "spool")
    documents = sum(counts.values())
    size = sum(path.stat().st_size for path in (folder / "spool").iterdir())
    if not warm:
        say("Rebuild and floor, to warm up …")
        _one_rebuild(settings, plain, folder, documents)
        _one_floor(settings, folder, documents)
    raw: list[Figures] = []
    built: list[Figures] = []
    for pair in range(pairs):
        # floor, rebuild, rebuild, floor …: a machine that slows down on the way slows down both.
        for each in (("floor", "rebuild"), ("rebuild", "floor"))[pair % 2]:
            if each == "floor":
                raw.append(_one_floor(settings, folder, documents))
            else:
                built.append(_one_rebuild(settings, plain, folder, documents))
        floor_rate, rate = raw[-1]["docs_per_s"], built[-1]["docs_per_s"]
        say(f"  pair {pair + 1}: floor {floor_rate:,.0f} documents a second, rebuild {rate:,.0f}")
    if pairs % 2:
        _one_floor(settings, folder, documents)
    return {
        "documents": documents,
        "document_bytes": size / documents,
        "rebuild_ratio": statistics.median(
            each["docs_per_s"] / beside["docs_per_s"] for each, beside in zip(built, raw, strict=True)
        ),
        "rebuild_rss_mb": max(each["rss_mb"] for each in built),
        **{f"rebuild_{name}": value for name, value in _median(built).items() if name != "rss_mb"},
        **{f"rebuild_floor_{name}": value for name, value in _median(raw).items()},
    }


def _one_floor(settings: Settings, folder: Path, documents: int) -> Figures:
    _at_rest(settings)
    command = module("bench.floor", "load", str(folder / "spool"))
    ran = measured(command, environment(settings), folder / "floor.log")
    return {"docs_per_s": documents / json.loads(ran.stdout)["seconds"], "cpu_engine_s": ran.cpu_s["engine"]}


def _one_rebuild(settings: Settings, plain: Plain, folder: Path, documents: int) -> Figures:
    floor.drop(plain, settings.index_prefix)
    _at_rest(settings)
    ran = measured(module("bench.rebuild_once"), environment(settings), folder / "rebuild.log")
    done = json.loads(ran.stdout)
    assert sum(done["counts"].values()) == documents, "the registry changed meanwhile"
    return {
        "docs_per_s": documents / done["backfill_s"],
        "backfill_s": done["backfill_s"],
        "compare_s": done["compare_s"],
        "rss_mb": ran.rss_mb,
        **{f"cpu_{part}_s": done[part] for part in ("engine", "registry", "process")},
    }


def _at_rest(settings: Settings) -> None:
    with connect(settings.database_url, autocommit=True) as conn:
        conn.execute("checkpoint")
    settled(settings.elasticsearch_url)


def _median(runs: list[Figures]) -> Figures:
    return {name: statistics.median(each[name] for each in runs) for name in runs[0]}


def checks(settings: Settings, folder: Path, say: Say) -> Figures:
    """`ribambelle index check` and its floor. The queue must be empty and the live index complete."""
    env = environment(settings)
    settled(settings.elasticsearch_url)
    say("Check …")
    ran = measured([PROGRAM, "index", "check"], env, folder / "check.log")
    read = json.loads(measured(module("bench.floor", "read"), env, folder / "floor.log").stdout)
    return {
        "check_s": ran.seconds,
        "check_rss_mb": ran.rss_mb,
        "check_floor_s": read["seconds"],
        "check_floor_registry_s": read["registry_s"],
        "check_floor_index_s": read["index_s"],
    }


def changes_at_once(settings: Settings, folder: Path, seconds: float, say: Say) -> Figures:
    """The same transactions as those of `change_loop`, but in two statements, which asks less of the registry."""
    say("Sustained changes, ten in a statement …")
    at_once = changes.sustained(settings, folder / "index-run.log", seconds, at_once=True)
    return {"changes_at_once_per_s": at_once.per_s, "changes_at_once_waiting": at_once.waiting}


def change_loop(settings: Settings, folder: Path, seconds: float, say: Say) -> Figures:
    """Sustained changes, a statement for each offer, and their floor, which needs the floor's index (`rebuilds`)."""
    env = environment(settings)
    log = folder / "index-run.log"
    say("Floor of the changes …")
    command = module("bench.floor", "write", str(folder / "spool"), str(WRITE_BATCHES), str(FLOOR_S))
    ran = json.loads(measured(command, env, folder / "floor.log").stdout)
    settled(settings.elasticsearch_url)
    say("Sustained changes …")
    borne = changes.sustained(settings, log, seconds)
    return {
        "changes_per_s": borne.per_s,
        "changes_floor_per_s": ran["per_s"],
        "changes_written_per_s": borne.written_per_s,
        "changes_waiting": borne.waiting,
        "changes_deadlocks": borne.deadlocks,
    } | {f"changes_worker_{stage}_share": share for stage, share in borne.stages.items()}


def visibility(settings: Settings, folder: Path, seconds: float, say: Say) -> Figures:
    """Commit to searchable at a steady pace, and its floor, which needs the floor's index."""
    settled(settings.elasticsearch_url)
    say("Commit to searchable …")
    shown = changes.visible(settings, folder / "index-run.log", seconds)
    raw = changes.visible_floor(settings, seconds)
    return {f"visible_{name}": value for name, value in asdict(shown).items()} | {
        f"visible_floor_{name}": value for name, value in asdict(raw).items()
    }


def writers_alone(settings: Settings, seconds: float, say: Say) -> Figures:
    """What PostgreSQL and the triggers let writers commit when no worker runs: changes a second."""
    say("Writers alone …")
    return {"changes_writers_alone_per_s": changes.capacity_to_write(settings, seconds)}


def drop_floor(settings: Settings) -> None:
    floor.drop(Plain(settings.elasticsearch_url), settings.index_prefix)


def sizes(settings: Settings) -> Figures:
    """Bytes on disk, in MB: the live indexes, and the registry."""
    plain = Plain(settings.elasticsearch_url)
    store = plain.ask("GET", f"/{settings.index_prefix}-offers,{settings.index_prefix}-places/_stats/store")
    with connect(settings.database_url) as conn:
        ((registry,),) = conn.execute("select pg_database_size(current_database())").fetchall()
    return {"index_mb": store["_all"]["total"]["store"]["size_in_bytes"] / 1e6, "registry_mb": registry / 1e6}


def everything(settings: Settings, folder: Path, *, pairs: int, seconds: float, say: Say) -> Figures:
    """All of the issue's figures. The check comes last, over an index that has taken in all the changes."""
    figures = rebuilds(settings, folder, pairs, say)
    figures |= change_loop(settings, folder, seconds, say)
    figures |= changes_at_once(settings, folder, seconds, say)
    figures |= writers_alone(settings, FLOOR_S, say)
    figures |= visibility(settings, folder, seconds, say)
    drop_floor(settings)
    figures |= checks(settings, folder, say)
    return figures | sizes(settings)
