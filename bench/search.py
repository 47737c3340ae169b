"""How fast a search is, beside the same search sent straight to Elasticsearch: `make bench-search`.

    python -m bench.search [--scale france|demo] [--json FILE] [--record] [--growth] [--profile]

It starts servers of its own and makes its data once, under `.local/bench-<scale>`. docs/search.md tells where the time
goes, bench/RESULTS.md what was measured where.
"""

import argparse
import time
from typing import cast

from bench import command, growth, report, search_growth, search_measure, search_need, search_profile, search_report
from bench.command import say, write
from bench.measure import Figures
from bench.processes import ProcessFailed
from bench.setup import Scale, directory, indexed, prepared
from local.errors import LocalError

PARTS = ("searches", "need")


def parsed(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = command.parser("bench.search", "How fast a search is, beside the engine alone.")
    parser.add_argument("--growth", action="store_true", help="1, 3 and 10 times the offers too; takes an hour")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(growth.SIZES), help="of --growth, ascending")
    parser.add_argument("--profile", action="store_true", help="what each part of a search costs, too")
    parser.add_argument("--only", choices=(*PARTS, "growth", "profile"), help="nothing but that")
    parser.add_argument("--seconds", type=float, default=search_measure.LOAD_S, help="of each load; fewer: a quick try")
    return parser.parse_args(arguments)


def main() -> None:
    options = parsed()
    scale = cast(Scale, options.scale)
    folder = directory(scale) / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    wanted = (
        {options.only}
        if options.only
        else {*PARTS, *(each for each in ("growth", "profile") if options.__dict__[each])}
    )
    share = min(1.0, options.seconds / search_measure.LOAD_S)
    begun = time.perf_counter()
    figures: dict[str, object] = {"scale": scale, "commit": report.commit(), "machine": report.machine()}

    def tell(title: str, head: tuple[str, ...], body: list[tuple[str, ...]], note: str = "") -> None:
        report.show(head, body)
        print(note, flush=True)
        if options.record:
            report.record(f"{title}, {scale}", head, body, note)
        write(options.json, figures)

    try:
        with prepared(scale, say) as settings:
            indexed(settings, folder / "rebuild.log", say)
            if "searches" in wanted:
                found = search_measure.searches(settings, folder, options.seconds, say)
                figures |= found
                rows = [*search_report.api_rows(found), *search_report.alone_rows(found)]
                tell("The search", search_report.HEAD, list(rows), search_report.circumstances(found))
                tell("The search by what is asked", search_report.PARTS_HEAD, search_report.part_rows(found))
            if "need" in wanted:
                found = search_need.compared(settings, share, say)
                figures |= found
                note = (
                    f"{found['need_queries']:,.0f} queries a round, median of {search_need.ROUNDS}; half of the needs"
                    f" find at least {found['need_hits']:,.0f} offers."
                )
                tell("A need of five days", search_report.NEED_HEAD, list(search_report.need_rows(found)), note)
            if "profile" in wanted:
                shares, without = search_profile.profiled(settings, folder, say)
                tell("What a search costs, by its profile", search_profile.SHARES_HEAD, shares)
                tell("What a search costs, by leaving out", search_profile.WITHOUT_HEAD, without)
            figures["bench_s"] = time.perf_counter() - begun
            say(f"{(time.perf_counter() - begun) / 60:.0f} minutes in all.")
            write(options.json, figures)
            if "growth" in wanted:
                grown: dict[int, Figures] = {}
                for size, found in search_growth.growing(settings, folder, tuple(sorted(options.sizes)), say):
                    grown[size] = found
                    figures["growth"] = grown
                    write(options.json, figures)
                table = [search_report.growth_row(size, found) for size, found in grown.items()]
                tell("Growth of a search", search_report.GROWTH_HEAD, table)
    except (LocalError, ProcessFailed) as error:
        raise SystemExit(str(error)) from error


if __name__ == "__main__":
    main()
