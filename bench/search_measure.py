"""What a search costs: the API beside the same search sent straight to Elasticsearch, suggestions, and the map."""

import json
import random
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bench.measure import Figures
from bench.processes import measured, module
from bench.search_load import SIDES, Connection, Slice, Spec
from bench.search_requests import HARD, hard_needs, mixed, typed, whole_country
from bench.search_server import Beside, Served, get, recorded, serving, to_api, to_engine
from bench.setup import Say, environment
from registry.database import connect
from settings import Settings

DRAWN = 1_500
"""Different requests of the mix; each is asked several times, seconds apart."""

COMPARED = 4_000
CLIENTS = (8, 32)
WARM_S = 20.0
LOAD_S = 50.0
"""Seconds of each load, both sides together; `--seconds`."""

NAMES, NAMES_TO_WARM = 150, 40
MAPS, MAPS_TO_WARM = 100, 20
NEEDS, NEEDS_TO_WARM = 200, 40


def searches(settings: Settings, folder: Path, seconds: float, say: Say) -> Figures:
    """The API at 1, 8 and 32 clients beside the engine, then suggestions and maps of one client."""
    with connect(settings.database_url) as conn:
        drawn = mixed(conn, round(DRAWN * min(1.0, seconds / LOAD_S)))
    say("Searches of the mix are recorded …")
    pairs = recorded(settings, drawn, folder / "serve.log")
    with serving(settings, folder / "serve.log") as api:
        figures: Figures = {"requests": len(pairs), **said(api, pairs)}
        figures |= beside(settings, folder, api, pairs, seconds, say)
        figures |= alone(settings, api, say)
    return figures


def said(api: Served, pairs: Sequence[Beside]) -> Figures:
    """What an answer of the API carries, as 1 or 0: so that nobody measures an API with a part of it switched off."""
    _, headers = get(api.port, pairs[0].asked.path)
    return {
        "etag": float("etag" in headers),
        "limited": float(any(name.startswith("ratelimit") for name in headers)),
        "plain": float("content-encoding" not in headers),
    }


def beside(settings: Settings, folder: Path, api: Served, pairs: Sequence[Beside], seconds: float, say: Say) -> Figures:
    """Both sides at 1, 8 and 32 clients, after `WARM_S` seconds that nobody counts."""
    engine_port = int(settings.elasticsearch_url.split(",")[0].rpartition(":")[2].strip("/"))

    def load(clients: int, *, count: int = 0, seconds: float = 0.0) -> list[Slice]:
        spec = Spec(
            {"api": api.port, "direct": engine_port},
            {
                "api": [to_api(each.asked.path).decode("latin-1") for each in pairs],
                "direct": [to_engine(each.search).decode("latin-1") for each in pairs],
            },
            api.pid,
            clients,
            count,
            seconds,
        )
        file = folder / "load.json"
        file.write_text(json.dumps(asdict(spec)), "ascii")
        ran = measured(module("bench.search_load", str(file)), environment(settings), folder / "load.log")
        return [Slice(**each) for each in json.loads(ran.stdout)]

    share = min(1.0, seconds / LOAD_S)
    say("Warming up …")
    load(8, seconds=WARM_S * share)
    say("1 client …")
    one = load(1, count=round(COMPARED * share))
    figures = by_part(pairs, one) | percentiles(1, one)
    figures["p50_ratio"] = figures["api_1_p50_ms"] / figures["direct_1_p50_ms"]
    figures["p99_ratio"] = figures["api_1_p99_ms"] / figures["direct_1_p99_ms"]
    for clients in CLIENTS:
        say(f"{clients} clients …")
        slices = load(clients, seconds=seconds)
        figures |= percentiles(clients, slices) | together(clients, slices)
    figures["api_cpu_ms"] = figures["api_8_cpu_ms"]
    figures["throughput_ratio"] = figures["throughput_8_ratio"]
    return figures


def percentiles(clients: int, slices: Sequence[Slice]) -> Figures:
    figures: Figures = {}
    for side in SIDES:
        ms = [each for one in slices if one.side == side for each in one.ms]
        figures |= {f"{side}_{clients}_p50_ms": statistics.median(ms), f"{side}_{clients}_p99_ms": p99(ms)}
        figures[f"{side}_{clients}_per_s"] = len(ms) / sum(one.seconds for one in slices if one.side == side)
    return figures


def together(clients: int, slices: Sequence[Slice]) -> Figures:
    """Throughput of neighbouring slices compared (median), and what a request costs in processor milliseconds."""
    rates: dict[str, list[float]] = {
        side: [len(one.ms) / one.seconds for one in slices if one.side == side] for side in SIDES
    }
    ratios = [mine / other for mine, other in zip(rates["api"], rates["direct"], strict=True)]
    figures: Figures = {f"throughput_{clients}_ratio": statistics.median(ratios)}
    for side in SIDES:
        mine = [one for one in slices if one.side == side]
        answers = sum(len(one.ms) for one in mine)
        for part in ("engine", "clients", *(("api",) if side == "api" else ())):
            name = f"{side}_{clients}_cpu_ms" if part == "api" else f"{side}_{clients}_{part}_cpu_ms"
            figures[name] = 1000 * sum(one.cpu[part] for one in mine) / answers
    return figures


def by_part(pairs: Sequence[Beside], slices: Sequence[Slice]) -> Figures:
    """Medians of each part of the mix, at one client."""
    counts = Counter(each.asked.part for each in pairs)
    figures: Figures = {}
    for part in counts:
        figures[f"part {part} requests"] = counts[part]
        for one in slices:
            ms = [each for number, each in enumerate(one.ms) if pairs[number % len(pairs)].asked.part == part]
            if ms:
                figures[f"part {part} {one.side}_ms"] = statistics.median(ms)
    return figures


def alone(settings: Settings, api: Served, say: Say) -> Figures:
    """Suggestions, maps of the whole country, and what is asked where few cover a need, at one client, after some that
    nobody counts."""
    with connect(settings.database_url) as conn:
        begun, names = typed(conn, NAMES_TO_WARM, seed=12), typed(conn, NAMES)
        hard = {name: (hard_needs(conn, NEEDS_TO_WARM, name, seed=16), hard_needs(conn, NEEDS, name)) for name in HARD}
    say("Suggestions …")
    asked(api, begun)
    suggestions = asked(api, names)
    say("Maps of the whole country …")
    asked(api, whole_country(MAPS_TO_WARM, seed=13))
    maps = asked(api, whole_country(MAPS))
    figures: Figures = {}
    for name, (to_warm, needs) in hard.items():
        say(f"{name} …")
        asked(api, to_warm)
        ms = asked(api, needs)
        figures |= {f"{name}_p50_ms": statistics.median(ms), f"{name}_p95_ms": p95(ms)}
    return figures | {
        "suggest_count": len(suggestions),
        "suggest_p50_ms": statistics.median(suggestions),
        "suggest_p99_ms": p99(suggestions),
        "map_country_ms": statistics.median(maps),
        "map_country_p99_ms": p99(maps),
    }


def latencies(settings: Settings, folder: Path, count: int, say: Say) -> Figures:
    """p50 and p99 of the API at one client: a search of the mix, a map, a suggestion."""
    with connect(settings.database_url) as conn:
        drawn = [each for each in mixed(conn, count) if each.page == 1]
    with serving(settings, folder / "serve.log") as api:
        say("Warming up …")
        paths = [each.path for each in drawn]
        asked(api, random.Random(5).sample(paths, k=len(paths)))
        say("1 client …")
        ms = asked(api, paths)
        return {"search_p50_ms": statistics.median(ms), "search_p99_ms": p99(ms), **alone(settings, api, say)}


def asked(api: Served, paths: Sequence[str]) -> list[float]:
    """Milliseconds of each answer, one after the other over one connection."""
    client = Connection(api.port)
    return [client.ask(to_api(path)) for path in paths]


def p95(ms: Sequence[float]) -> float:
    return statistics.quantiles(ms, n=20, method="inclusive")[18]


def p99(ms: Sequence[float]) -> float:
    return statistics.quantiles(ms, n=100, method="inclusive")[98]
