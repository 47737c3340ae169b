"""The figures of the search as people read them."""

from bench.measure import Figures
from bench.report import wanted
from bench.search_requests import MIX

NAMED = (
    "api_cpu_ms",
    "p50_ratio",
    "p99_ratio",
    "throughput_ratio",
    "need_speedup",
    "index_ratio",
    "suggest_p99_ms",
    "map_country_ms",
)
"""The names that the issue gives; every other figure in the JSON only explains these."""

Row = tuple[str, str, str, str, str]
HEAD: Row = ("", "the API", "direct", "ratio", "wanted")
NEED_HEAD: Row = ("", "ours", "per slot", "ratio", "wanted")
PARTS_HEAD = ("part of the mix, p50 ms at 1 client", "requests", "the API", "direct", "ratio")
GROWTH_HEAD = (
    "",
    "documents",
    "search p50 ms",
    "p99",
    "map p50 ms",
    "p99",
    "suggest p50 ms",
    "p99",
    "index MB",
)


def api_rows(f: Figures) -> list[Row]:
    """The API, the same search sent straight to Elasticsearch, and what the issue asks for."""
    rows: list[Row] = [
        beside("1 client, p50 ms", f["api_1_p50_ms"], f["direct_1_p50_ms"], most=1.4),
        beside("  p99 ms", f["api_1_p99_ms"], f["direct_1_p99_ms"], most=1.6),
    ]
    for clients in (8, 32):
        ratio = f[f"throughput_{clients}_ratio"]
        rows += [
            (
                f"{clients} clients, requests a second",
                f"{f[f'api_{clients}_per_s']:,.0f}",
                f"{f[f'direct_{clients}_per_s']:,.0f}",
                f"{ratio:.2f}",
                wanted(ratio >= 0.7, "≥ 0.7") if clients == 8 else "",
            ),
            beside("  p50 ms", f[f"api_{clients}_p50_ms"], f[f"direct_{clients}_p50_ms"]),
            beside("  p99 ms", f[f"api_{clients}_p99_ms"], f[f"direct_{clients}_p99_ms"]),
            (
                "  CPU of the API, ms a request",
                f"{f[f'api_{clients}_cpu_ms']:.2f}",
                "",
                "",
                wanted(f["api_cpu_ms"] <= 0.8, "≤ 0.8") if clients == 8 else "",
            ),
            beside("  CPU of the engine, ms", f[f"api_{clients}_engine_cpu_ms"], f[f"direct_{clients}_engine_cpu_ms"]),
        ]
    return rows


def alone_rows(f: Figures) -> list[Row]:
    return [
        (
            f"suggestion ({f['suggest_count']:,.0f}, letter by letter), p99 ms",
            f"{f['suggest_p99_ms']:.1f}",
            "",
            "",
            wanted(f["suggest_p99_ms"] <= 15, "≤ 15"),
        ),
        ("  p50 ms", f"{f['suggest_p50_ms']:.1f}", "", "", ""),
        (
            "map of the whole country, p50 ms",
            f"{f['map_country_ms']:.1f}",
            "",
            "",
            wanted(f["map_country_ms"] <= 150, "≤ 150"),
        ),
        ("  p99 ms", f"{f['map_country_p99_ms']:.1f}", "", "", ""),
        *hard_rows(f),
    ]


HARD_ROWS = (
    ("nearly", "what a little less would find, p95 ms", 150),
    ("nearly along a way", "  along a way of 35 to 65 km, p95 ms", 500),
    ("pairs", "pairs, p95 ms", 150),
)
"""A page waits a second for each group of questions beside its list (`web.shared.search.asking.BESIDE_S`)."""


def hard_rows(f: Figures) -> list[Row]:
    """What is asked where few offers cover a need."""
    rows: list[Row] = []
    for name, what, most in HARD_ROWS:
        p95 = f[f"{name}_p95_ms"]
        rows.append((what, f"{p95:.1f}", "", "", wanted(p95 <= most, f"≤ {most}")))
        rows.append(("  p50 ms", f"{f[f'{name}_p50_ms']:.1f}", "", "", ""))
    return rows


def need_rows(f: Figures) -> list[Row]:
    """A need of five days in our index and in one with an object for each slot."""
    return [
        (
            "five days and facets, engine's ms",
            f"{f['need_week_ms']:.2f}",
            f"{f['need_slot_ms']:.2f}",
            f"{f['need_speedup']:.2f} times faster",
            wanted(f["need_speedup"] >= 1.2, "≥ 1.2"),
        ),
        (
            "index, MB",
            f"{f['need_week_mb']:.1f}",
            f"{f['need_slot_mb']:.1f}",
            f"{f['index_ratio']:.2f}",
            wanted(f["index_ratio"] <= 0.5, "≤ 0.5"),
        ),
        (
            "  with the documents as they were sent",
            f"{f['need_week_with_source_mb']:.1f}",
            f"{f['need_slot_with_source_mb']:.1f}",
            f"{f['index_with_source_ratio']:.2f}",
            "",
        ),
        ("nested objects", f"{f['need_week_nested']:,.0f}", f"{f['need_slot_nested']:,.0f}", "", ""),
    ]


def part_rows(f: Figures) -> list[tuple[str, ...]]:
    return [
        (
            part,
            f"{f[f'part {part} requests']:,.0f}",
            f"{f[f'part {part} api_ms']:.2f}",
            f"{f[f'part {part} direct_ms']:.2f}",
            f"{f[f'part {part} api_ms'] / f[f'part {part} direct_ms']:.2f}",
        )
        for part in MIX
        if f"part {part} api_ms" in f
    ]


def growth_row(size: int, f: Figures) -> tuple[str, ...]:
    return (
        f"{size}×",
        f"{f['documents']:,.0f}",
        f"{f['search_p50_ms']:.1f}",
        f"{f['search_p99_ms']:.1f}",
        f"{f['map_country_ms']:.1f}",
        f"{f['map_country_p99_ms']:.1f}",
        f"{f['suggest_p50_ms']:.1f}",
        f"{f['suggest_p99_ms']:.1f}",
        f"{f['index_mb']:,.0f}",
    )


def circumstances(f: Figures) -> str:
    """What the figures were taken with, and what the clients themselves took."""
    switched = ", ".join(
        label if f[name] else f"NO {label}"
        for name, label in (("etag", "ETag"), ("limited", "limiter"), ("plain", "plain bodies"))
    )
    return (
        f"{f['requests']:,.0f} different requests; answers with {switched}. Servers and clients share the cores; at 8"
        f" clients a request costs the clients themselves {f['api_8_clients_cpu_ms']:.2f} ms of CPU beside the API,"
        f" {f['direct_8_clients_cpu_ms']:.2f} ms beside the engine. The throughput wanted is that at 8 clients."
    )


def beside(label: str, mine: float, other: float, *, most: float | None = None) -> Row:
    ratio = mine / other
    return (
        label,
        f"{mine:.2f}",
        f"{other:.2f}",
        f"{ratio:.2f}",
        "" if most is None else wanted(ratio <= most, f"≤ {most}"),
    )
