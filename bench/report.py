"""The figures as people read them."""

import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from bench.measure import Figures

RESULTS = Path(__file__).with_name("RESULTS.md")
NAMED = (
    "rebuild_ratio",
    "rebuild_rss_mb",
    "changes_per_s",
    "visible_p50_s",
    "visible_p99_s",
    "check_s",
    "check_rss_mb",
)
"""The names that are promised; every other figure in the JSON only explains these."""

Row = tuple[str, str, str, str, str]
HEAD: Row = ("", "measured", "floor", "of the floor", "wanted")


def rows(f: Figures) -> list[Row]:
    """What is measured, its raw floor in the same run, their ratio, and what is wanted."""
    return [*_of_rebuild(f), *_of_changes(f), *_of_visibility(f), *_of_check(f)]


def _of_rebuild(f: Figures) -> list[Row]:
    return [
        (
            "full rebuild, documents a second",
            f"{f['rebuild_docs_per_s']:,.0f}",
            f"{f['rebuild_floor_docs_per_s']:,.0f}",
            f"{f['rebuild_ratio']:.2f}",
            wanted(f["rebuild_ratio"] >= 0.65, "≥ 0.65"),
        ),
        (
            "  seconds until ready to switch",
            f"{f['rebuild_backfill_s']:.1f}",
            f"{f['documents'] / f['rebuild_floor_docs_per_s']:.1f}",
            "",
            "",
        ),
        ("  seconds of the comparison", f"{f['rebuild_compare_s']:.1f}", "", "", ""),
        ("  peak memory, MB", f"{f['rebuild_rss_mb']:.0f}", "", "", wanted(f["rebuild_rss_mb"] < 150, "< 150")),
    ]


def _of_changes(f: Figures) -> list[Row]:
    found: list[Row] = [
        (
            "sustained changes a second",
            f"{f['changes_per_s']:,.0f}",
            f"{f['changes_floor_per_s']:,.0f}",
            f"{f['changes_per_s'] / f['changes_floor_per_s']:.2f}",
            wanted(f["changes_per_s"] >= 1_500, "≥ 1,500"),
        ),
        (
            "  ten in a statement",
            f"{f['changes_at_once_per_s']:,.0f}",
            "",
            f"{f['changes_at_once_per_s'] / f['changes_floor_per_s']:.2f}",
            "",
        ),
    ]
    if "changes_writers_alone_per_s" in f:
        found.append(("  written, when no worker runs", f"{f['changes_writers_alone_per_s']:,.0f}", "", "", ""))
    return found


def _of_visibility(f: Figures) -> list[Row]:
    if "visible_p50_s" not in f:
        return []
    return [
        (
            f"commit to searchable at {f['visible_per_s']:.0f} a second, p50 s",
            f"{f['visible_p50_s']:.3f}",
            f"{f['visible_floor_p50_s']:.3f}",
            f"{f['visible_p50_s'] / f['visible_floor_p50_s']:.2f}",
            wanted(f["visible_p50_s"] <= 0.4, "≤ 0.4"),
        ),
        (
            "  p99 s",
            f"{f['visible_p99_s']:.3f}",
            f"{f['visible_floor_p99_s']:.3f}",
            f"{f['visible_p99_s'] / f['visible_floor_p99_s']:.2f}",
            wanted(f["visible_p99_s"] <= 1.0, "≤ 1.0"),
        ),
    ]


def _of_check(f: Figures) -> list[Row]:
    return [
        (
            "index check, s",
            f"{f['check_s']:.1f}",
            f"{f['check_floor_s']:.1f}",
            f"{f['check_s'] / f['check_floor_s']:.2f}",
            wanted(f["check_s"] < 60, "< 60"),
        ),
        ("  peak memory, MB", f"{f['check_rss_mb']:.0f}", "", "", wanted(f["check_rss_mb"] < 200, "< 200")),
    ]


def wanted(met: bool, bound: str) -> str:
    """What is wanted, and whether it is missed."""
    return bound if met else f"{bound}  MISSED"


GROWTH_HEAD = (
    "",
    "documents",
    "rebuild docs/s",
    "of the floor",
    "MB",
    "changes/s",
    "check s",
    "MB",
    "index MB",
    "PG MB",
)


def growth_row(size: int, f: Figures) -> tuple[str, ...]:
    return (
        f"{size}×",
        f"{f['documents']:,.0f}",
        f"{f['rebuild_docs_per_s']:,.0f}",
        f"{f['rebuild_ratio']:.2f}",
        f"{f['rebuild_rss_mb']:.0f}",
        f"{f['changes_per_s']:,.0f}",
        f"{f['check_s']:.0f}",
        f"{f['check_rss_mb']:.0f}",
        f"{f['index_mb']:,.0f}",
        f"{f['registry_mb']:,.0f}",
    )


def where_time_went(f: Figures) -> str:
    """Two lines: processor seconds of a rebuild, and the worker's own account of its time under sustained load."""
    prefix, suffix = "changes_worker_", "_share"
    shares = {name[len(prefix) : -len(suffix)]: each for name, each in f.items() if name.startswith(prefix)}
    return (
        f"Processor seconds of a rebuild: engine {f['rebuild_cpu_engine_s']:.1f} (of the floor"
        f" {f['rebuild_floor_cpu_engine_s']:.1f}), registry {f['rebuild_cpu_registry_s']:.1f}, the process itself"
        f" {f['rebuild_cpu_process_s']:.1f}.\nThe worker's time under sustained load: "
        + ", ".join(f"{name} {100 * share:.0f} %" for name, share in shares.items())
        + "."
    )


def show(head: Sequence[str], body: Sequence[Sequence[str]]) -> None:
    table = Table(*head, box=None, header_style="bold")
    for column in table.columns[1:]:
        column.justify = "right"
    for row in body:
        table.add_row(*row)
    Console(highlight=False, width=None if os.isatty(1) else 120).print(table)


def markdown(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---", *["---:" for _ in head[1:]]], *body]
    return "\n".join("| " + " | ".join(cell.strip() for cell in line) + " |" for line in lines)


def record(title: str, head: Sequence[str], body: Sequence[Sequence[str]], note: str) -> None:
    """Append a run to bench/RESULTS.md: date, commit, machine, table."""
    section = f"\n## {title}, {datetime.now(UTC):%Y-%m-%d}\n\nCommit {commit()}; {machine()}.\n\n"
    with RESULTS.open("a", encoding="utf-8") as file:
        file.write(f"{section}{markdown(head, body)}\n\n{note}\n")


def commit() -> str:
    def git(*arguments: str) -> str:
        ran = subprocess.run(["git", *arguments], cwd=RESULTS.parent, capture_output=True, text=True, check=False)
        return ran.stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no")
    return (git("rev-parse", "--short", "HEAD") or "unknown") + (" with changes" if changed else "")


def machine() -> str:
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    return f"{psutil.cpu_count()} cores ({model}), {psutil.virtual_memory().total / 2**30:.0f} GiB of memory"
