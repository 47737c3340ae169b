"""How fast the indexer is, beside the raw floor in the same run: `make bench-indexer`.

    python -m bench.indexer [--scale france|demo] [--json FILE] [--record] [--growth]

It starts servers of its own and makes its data once, under `.local/bench-<scale>`. docs/indexer.md tells what limits
the figures, bench/RESULTS.md what was measured where.
"""

import argparse
import time
from typing import cast

from bench import command, growth, measure, report
from bench.command import say, write
from bench.processes import ProcessFailed
from bench.setup import Scale, directory, prepared
from local.errors import LocalError


def parsed(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = command.parser("bench.indexer", "How fast the indexer is, beside its floor.")
    parser.add_argument("--growth", action="store_true", help="1, 3 and 10 times the offers too; takes hours")
    parser.add_argument("--only-growth", action="store_true", help="nothing but that")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(growth.SIZES), help="of --growth, ascending")
    parser.add_argument("--pairs", type=int, default=measure.PAIRS, help="floors and rebuilds, in turn")
    parser.add_argument("--seconds", type=float, default=measure.SUSTAINED_S, help="of each load of changes")
    return parser.parse_args(arguments)


def main() -> None:
    options = parsed()
    scale = cast(Scale, options.scale)
    folder = directory(scale) / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    begun = time.perf_counter()
    figures: dict[str, object] = {"scale": scale, "commit": report.commit(), "machine": report.machine()}
    try:
        with prepared(scale, say) as settings:
            grown: dict[int, measure.Figures] = {}
            if not options.only_growth:
                found = measure.everything(settings, folder, pairs=options.pairs, seconds=options.seconds, say=say)
                found["bench_s"] = time.perf_counter() - begun
                tell(f"The indexer, {scale}", found, record=options.record)
                grown[1] = found
                figures |= found
                write(options.json, figures)
            if options.growth or options.only_growth:
                sizes = tuple(size for size in sorted(options.sizes) if size not in grown)
                for size, found in growth.growing(settings, folder, sizes, say, warm=bool(grown)):
                    grown[size] = found
                    figures["growth"] = grown
                    write(options.json, figures)
                table = [report.growth_row(size, found) for size, found in grown.items()]
                report.show(report.GROWTH_HEAD, table)
                if options.record:
                    report.record(f"Growth, {scale}", report.GROWTH_HEAD, table, "")
    except (LocalError, ProcessFailed) as error:
        raise SystemExit(str(error)) from error


def tell(title: str, figures: measure.Figures, *, record: bool) -> None:
    note = (
        f"{figures['documents']:,.0f} documents of {figures['document_bytes']:,.0f} bytes;"
        f" {figures['bench_s'] / 60:.0f} minutes in all.\n{report.where_time_went(figures)}"
    )
    report.show(report.HEAD, report.rows(figures))
    print(note, flush=True)
    if record:
        report.record(title, report.HEAD, report.rows(figures), note)


if __name__ == "__main__":
    main()
