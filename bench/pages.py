"""What a page costs beside the answer of the API that it shows: `make bench-pages`.

    python -m bench.pages [--scale france|demo] [--json FILE] [--record] [--seconds 60]

One client asks one site, as `ribambelle serve` runs it, for pages and answers in turn: first the page, then the answer
in the next pair. Of each it takes the time until all of it is there, and what the site's process has run meanwhile
(by the kernel's account of its threads, in nanoseconds). Bodies are plain, as in the other benches. What the engine
takes is in the time and not in the processor's. The home page shows no answer: it stands beside the search around the
same place, which is what it leads to, as a scale.
"""

import argparse
import random
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import cast
from urllib.parse import urlencode

from bench import command, report
from bench.command import say, write
from bench.measure import Figures
from bench.processes import ProcessFailed
from bench.search_load import Connection
from bench.search_requests import Home, homes
from bench.search_server import Served, serving
from bench.setup import TODAY, Scale, directory, indexed, prepared
from domain.vocabulary import CARE_KINDS
from local.errors import LocalError
from registry.database import Connection as Registry
from registry.database import connect
from search_api.geo import Point
from search_api.parameters import written
from web.shared.search import forms, parameters
from web.shared.search.forms import SearchForm
from web.shared.search.places import Meant, Place, Where

DRAWN = 150
"""Different requests of each page, so that no cache knows the next one; fiches and territories may be fewer."""

WARM = 40
"""Pairs of each page that nobody counts."""

WANTED = {"search page, need": (2.5, 2.0), "search page": (2.5, 2.0)}
"""At most so many times the answer's CPU, and its p50."""

HEAD = ("", "CPU ms", "of the answer", "ratio", "p50 ms", "of the answer", "ratio", "kB", "wanted")
DAYS = ("lun", "mar", "mer", "jeu", "ven")


@dataclass(frozen=True)
class Pair:
    """The addresses of a page and of the answer that it shows."""

    page: str
    answer: str


@dataclass
class Side:
    """Of each request of one side, in milliseconds: the time, and the processor's."""

    ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)


def search_pairs(found: Sequence[Home], rng: random.Random, *, need: bool) -> list[Pair]:
    """Around communes, of two kinds or of all; with hours on some days of the week, too."""
    return [search_pair(home, _form(home, rng, need=need)) for home in found]


def _form(home: Home, rng: random.Random, *, need: bool) -> SearchForm:
    kinds = rng.choice(((), ("assistant_maternel",), ("eaje", "assistant_maternel")))
    form = SearchForm(ou=home.name, lieu=f"commune:{home.commune}", types=kinds, rayon=rng.choice(("", "10", "20")))
    if not need:
        return form
    days = tuple(sorted(rng.sample(DAYS, rng.randint(2, 5)), key=DAYS.index))
    begins, ends = rng.choice(("07:30", "08:00", "08:30")), rng.choice(("17:00", "18:00", "18:30"))
    start = TODAY + timedelta(days=rng.randrange(300))
    return replace(form, jours=days, des=start.isoformat(), debut=begins, fin=ends)


def search_pair(home: Home, form: SearchForm) -> Pair:
    """The page's own parameters are what the API is asked with."""
    place = Place("commune", home.name, Point(home.lat, home.lon), form.lieu, home.commune)
    asked = parameters.of_search(Where(form, Meant(place=place))) | parameters.PAGE
    return Pair(forms.address(form), f"/api/v1/offers?{urlencode(written(asked), doseq=True, safe=':,;@')}")


def widget_pair(home: Home) -> Pair:
    kinds = ("assistant_maternel", *CARE_KINDS)
    asked = [("commune", home.commune), *(("kind", kind) for kind in kinds), ("limit", "8")]
    return Pair(f"/widget/cadre?commune={home.commune}", f"/api/v1/offers?{urlencode(asked)}")


def fiche_pairs(conn: Registry, count: int) -> list[Pair]:
    """Of half assistants maternels, half others; none with a contact, as who reads many of these has to wait."""
    ids = conn.execute(
        "(select id from offer where kind = 'assistant_maternel' and is_public(offer)"
        " and num_nonnulls(phone, mail, site) = 0 order by id limit %(half)s)"
        " union all (select id from offer where kind <> 'assistant_maternel' and is_public(offer)"
        " order by id limit %(half)s)",
        {"half": count // 2},
    ).fetchall()
    return [Pair(f"/offre/{id}", f"/api/v1/offers/{id}") for (id,) in ids]


def pairs_of(conn: Registry, count: int = DRAWN) -> dict[str, list[Pair]]:
    rng = random.Random(21)
    centres = _centres(conn, homes(conn, count, rng, least_population=2_000))
    plain = search_pairs(centres, rng, need=False)
    return {
        "search page, need": search_pairs(centres, rng, need=True),
        "search page": plain,
        "fiche": fiche_pairs(conn, count),
        "home page": [Pair("/", each.answer) for each in plain],
        "widget": [widget_pair(home) for home in centres],
    }


def _centres(conn: Registry, found: Sequence[Home]) -> list[Home]:
    """The communes themselves: a page that is asked for one looks from its centre."""
    codes = [home.commune for home in found]
    rows = conn.execute("select code, lat, lon from commune where code = any (%s)", [codes]).fetchall()
    at = {code: (lat, lon) for code, lat, lon in rows}
    return [Home(*at[home.commune], home.commune, home.name) for home in found]


def compared(site: Served, pairs: Sequence[Pair], seconds: float) -> tuple[Side, Side, float]:
    """Page and answer in turn, one pair after the other; the mean weight of the pages in kB."""
    client, page, answer = Connection(site.port), Side(), Side()
    warming = min(WARM, len(pairs))
    for pair in pairs[:warming]:
        client.ask(_request(pair.page, "text/html"))
        client.ask(_request(pair.answer, "application/json"))
    sizes: list[int] = []
    ends = time.perf_counter() + seconds
    for number, pair in enumerate(_endless(pairs)):
        if time.perf_counter() > ends:
            break
        sides = [(page, pair.page, "text/html"), (answer, pair.answer, "application/json")]
        for side, path, kind in sides if number % 2 else reversed(sides):
            before = ran_ns(site.pid)
            side.ms.append(client.ask(_request(path, kind)))
            side.cpu_ms.append((ran_ns(site.pid) - before) / 1e6)
            if side is page:
                sizes.append(client.length)
    return page, answer, statistics.mean(sizes) / 1_000


def _endless(pairs: Sequence[Pair]) -> Iterator[Pair]:
    while True:
        yield from pairs


def _request(path: str, kind: str) -> bytes:
    lines = (f"GET {path} HTTP/1.1", "Host: 127.0.0.1", f"Accept: {kind}", "Accept-Encoding: identity")
    return "\r\n".join([*lines, "", ""]).encode()


def ran_ns(pid: int) -> int:
    """What the threads of a process have run so far. psutil counts in hundredths of a second, more than a page has."""
    return sum(int(each.read_text("ascii").split()[0]) for each in Path(f"/proc/{pid}/task").glob("*/schedstat"))


def figures_of(name: str, page: Side, answer: Side, kilobytes: float) -> Figures:
    """Medians: on a machine that has other things to do, a mean would tell of these."""
    told = {
        "cpu_ms": statistics.median(page.cpu_ms),
        "answer_cpu_ms": statistics.median(answer.cpu_ms),
        "p50_ms": statistics.median(page.ms),
        "answer_p50_ms": statistics.median(answer.ms),
        "pairs": len(page.ms),
        "kb": kilobytes,
    }
    told |= {
        "cpu_ratio": told["cpu_ms"] / told["answer_cpu_ms"],
        "p50_ratio": told["p50_ms"] / told["answer_p50_ms"],
    }
    return {f"{name}: {figure}": value for figure, value in told.items()}


def row(name: str, f: Figures) -> tuple[str, ...]:
    def told(figure: str, digits: int = 2) -> str:
        return f"{f[f'{name}: {figure}']:.{digits}f}"

    wanted = ""
    if name in WANTED:
        cpu, p50 = WANTED[name]
        met = f[f"{name}: cpu_ratio"] <= cpu and f[f"{name}: p50_ratio"] <= p50
        wanted = report.wanted(met, f"≤ {cpu}, ≤ {p50}")
    of_cpu, of_time = ("cpu_ms", "answer_cpu_ms", "cpu_ratio"), ("p50_ms", "answer_p50_ms", "p50_ratio")
    return name, *map(told, of_cpu), *map(told, of_time), told("kb", 0), wanted


def measured(site: Served, conn: Registry, seconds: float) -> Iterator[Figures]:
    for name, pairs in pairs_of(conn).items():
        say(f"{name} …")
        yield figures_of(name, *compared(site, pairs, seconds))


def parsed(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = command.parser("bench.pages", "What a page costs beside the answer that it shows.")
    parser.add_argument("--seconds", type=float, default=60.0, help="of each page; fewer: a quick try")
    return parser.parse_args(arguments)


def main() -> None:
    options = parsed()
    scale = cast(Scale, options.scale)
    folder = directory(scale) / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    figures: Figures = {}
    try:
        with prepared(scale, say) as settings:
            indexed(settings, folder / "rebuild.log", say)
            with serving(settings, folder / "serve.log") as site, connect(settings.database_url) as conn:
                for found in measured(site, conn, options.seconds):
                    figures |= found
    except (LocalError, ProcessFailed) as error:
        raise SystemExit(str(error)) from error
    body = [row(name, figures) for name in dict.fromkeys(each.partition(":")[0] for each in figures)]
    report.show(HEAD, body)
    if options.record:
        note = f"Page and answer in turn, {options.seconds:.0f} s for each page, medians; plain bodies, one client."
        report.record(f"Pages beside their answers, {scale}", HEAD, body, note)
    write(options.json, {"scale": scale, "commit": report.commit(), "machine": report.machine(), **figures})


if __name__ == "__main__":
    main()
