"""Loire-Atlantique as the demo shows it, and some odder offers: in a registry, indexed, behind the API.

Made once for a run: the tests that use it may not leave a public change behind.
"""

import asyncio
import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import httpx
import hypothesis
import pytest
from elasticsearch import Elasticsearch
from fastapi import FastAPI

from demo import generate
from indexer import bulk, generations
from indexer.rebuild import rebuild
from local.servers import Urls
from registry.agrements import expiry
from registry.database import Connection, connect
from registry.imports.mapping import find as find_mapping
from registry.imports.structures import import_structures
from search_api.http.app import close, create_app
from settings import Settings
from tests.conftest import ROOT, TODAY, cloned
from tests.records import Period, Range, assistant, structure
from tests.search_api import oracle_offers

STRUCTURES = ROOT / "demo" / "real"

Parameters = Sequence[tuple[str, str]]

AT_ONCE = 8

# What the comparisons refuse should be told as a test's own assertions are.
pytest.register_assert_rewrite("tests.search_api.comparing")

hypothesis.settings.register_profile("long", print_blob=True)


def examples(count: int) -> hypothesis.settings:
    """Settings for a test that asks the API: `count` examples, ten times as many with --hypothesis-profile=long, or as
    many times as the environment's RANDOM_TIMES says (0.1 for a first look)."""
    times = 10 if hypothesis.settings.get_current_profile_name() == "long" else float(os.environ.get("RANDOM_TIMES", 1))
    # One index for all examples is what these tests want; an answer's time is not what they measure.
    return hypothesis.settings(
        max_examples=max(1, round(count * times)),
        deadline=None,
        suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture, hypothesis.HealthCheck.too_slow],
    )


@dataclass
class Loire:
    """The three ends of the way: the registry, the index, the API. `extra`: ids of `odd_offers` by name."""

    settings: Settings
    elasticsearch: Elasticsearch
    app: FastAPI
    client: httpx.AsyncClient
    runner: asyncio.Runner
    # Not one of `__init__`: Hypothesis prints all of these, and these are a thousand.
    extra: dict[str, str] = field(init=False, default_factory=dict)

    def get(self, path: str, parameters: Parameters = (), **headers: str) -> httpx.Response:
        """The answer of the API, whatever its status."""
        return self.runner.run(self.client.get(path, params=list(parameters), headers=headers))

    def ask(self, path: str, parameters: Parameters = ()) -> Any:
        """The JSON of an answer that must be good."""
        answer = self.get(path, parameters)
        assert answer.status_code == 200, (path, parameters, answer.text)
        return answer.json()

    def many(self, asked: Sequence[tuple[str, Parameters]], method: str = "GET") -> list[httpx.Response]:
        """The answers, whatever their status, of many requests, some at once."""
        turns = asyncio.Semaphore(AT_ONCE)

        async def one(path: str, parameters: Parameters) -> httpx.Response:
            async with turns:
                return await self.client.request(method, path, params=list(parameters))

        async def every() -> list[httpx.Response]:
            return await asyncio.gather(*(one(path, parameters) for path, parameters in asked))

        return self.runner.run(every())

    def pages(self, path: str, parameters: Parameters) -> Iterator[Any]:
        """Every page of a list, through its cursors."""
        cursor: list[tuple[str, str]] = []
        while True:
            page = self.ask(path, [*parameters, *cursor])
            yield page
            if page["next"] is None:
                return
            cursor = [("cursor", page["next"])]

    def documents(self, index: str) -> Iterator[dict[str, Any]]:
        """Every hit of a whole index, with its version; without contours, which are most of the bytes."""
        after = None
        while True:
            answer = self.elasticsearch.search(
                index=f"{self.settings.index_prefix}-{index}",
                size=2_000,
                sort=[{"id": "asc"}],
                search_after=after,
                source_excludes=["contour"],
                version=True,
                seq_no_primary_term=True,
            )
            hits = answer.body["hits"]["hits"]
            yield from hits
            if not hits:
                return
            after = hits[-1]["sort"]


@pytest.fixture(scope="session")
def loire(servers: Urls, template: str, run_id: str) -> Iterator[Loire]:
    """About 5,200 offers, most of them of the department, and all the places of France, indexed, behind the API."""
    with cloned(servers, template, f"loire_{run_id}") as url:
        with connect(url) as conn:
            extra = fill(conn)
        settings = Settings(
            database_url=url,
            elasticsearch_url=servers.elasticsearch_url,
            redis_url="",
            index_prefix=f"loire-{run_id}",
            secret_key="a secret of the tests as long as one has to be",  # noqa: S106
            request_timeout_s=30,
            fiche_limit=1_000_000,
            contacts_floor=1_000_000,
            rate_limit=1_000_000,
        )
        with bulk.client(settings, timeout_s=120) as engine, asyncio.Runner() as runner:
            rebuild(settings, engine, lambda index, done, total: None)
            app = create_app(settings, today=lambda: TODAY)
            client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ribambelle.test")
            loire = Loire(settings, engine, app, client, runner)
            loire.extra.update(extra)
            yield loire
            runner.run(client.aclose())
            runner.run(close(app))
            generations.drop(engine, engine.indices.get(index=f"{settings.index_prefix}-*").body)


@pytest.fixture(scope="session")
def offers(loire: Loire) -> oracle_offers.Offers:
    """What is public of them, as the oracle reads it."""
    with connect(loire.settings.database_url) as conn:
        return oracle_offers.read(conn, set(loire.extra.values()))


def fill(conn: Connection) -> dict[str, str]:
    """The real structures, the generated offers, and those that no generator makes; ids of the latter by name."""
    for file in sorted(STRUCTURES.glob("*.geojson")):
        import_structures(conn, file, find_mapping(file))
    generate(conn, scale="demo", seed=11, today=TODAY, report=lambda label, done, total: None)
    extra = dict(odd_offers(conn))
    expiry.expire(conn, TODAY)
    conn.commit()
    return extra


def odd_offers(conn: Connection) -> Iterator[tuple[str, str]]:
    """What no generator makes: weeks at odd minutes, nights past Monday 00:00, places far away, equal names, values
    at the borders of every filter, and offers that are not public."""
    rng = random.Random(4)
    mams = [structure(conn, f"MAM des Lutins {number}", kind="mam", members=3, at=spot(rng)) for number in range(6)]
    mams += [
        structure(conn, f"MAM close {number}", kind="mam", at=spot(rng), publication="closed") for number in (1, 2)
    ]
    yield from ((f"MAM {number}", mam) for number, mam in enumerate(mams))
    for number in range(560):
        name = f"Semaine {number}"
        yield name, odd_assistant(conn, rng, number, mams)
    for number in range(320):
        yield f"structure {number}", odd_structure(conn, rng, number)
    for number, show in enumerate(("zone", "street", "zone", "zone")):
        # Nobody else serves her school: so a filter, and whoever attacks, can single her out.
        name = f"target {number}"
        yield (
            name,
            assistant(
                conn,
                f"Madame Cible {number}",
                home=(47.2101 + number * 0.013, -1.5402 - number * 0.011),
                address=f"{number} impasse des Cibles",
                show=show,
                schools=[f"École de la Cible {number}"],
                mam=mams[0] if number == 3 else None,
                show_mam=False,
                confirmed_on=TODAY,
            ),
        )
    yield "18e", structure(conn, "Crèche de la Butte", commune="75118", postcode="75018", at=(48.892, 2.345))
    yield "Marseille", structure(conn, "Crèche du Port", commune="13202", postcode="13002", at=(43.305, 5.367))
    for name in ("Éclats", "éclats", "Eclats", "Œuf", "Oeuf", "Zèbre", "L’Œillet", "L'Oeillet", "Île", "À côté"):
        yield name, structure(conn, name, kind="laep", confirmed_on=None)
    mam = structure(conn, "Les Farfadets", kind="mam", at=(47.2305, -1.5605), members=2)
    yield "mam", mam
    yield "tied", assistant(conn, "Tia F.", mam=mam, contact={"show_phone": True, "phone": "06 39 98 00 01"})
    yield "untied", assistant(conn, "Uma F.", mam=mam, show_mam=False, home=(47.2011, -1.5791))
    for publication in ("draft", "paused", "closed"):
        yield publication, structure(conn, f"Invisible {publication}", publication=publication)
        hidden = assistant(conn, f"Cachée {publication}")
        conn.execute("update offer set publication = %s where id = %s", [publication, hidden])
        yield f"AM {publication}", hidden
    for status in ("suspended", "withdrawn", "ceased"):
        hidden = assistant(conn, f"Sans agrément {status}")
        conn.execute("update agrement set status = %s where offer = %s", [status, hidden])
        yield status, hidden
    lapsed = assistant(conn, "Échue")
    conn.execute("update agrement set ends_on = %s where offer = %s", [TODAY - timedelta(days=1), lapsed])
    yield "lapsed", lapsed


FAR_AWAY = (
    *(
        ("97411", "97400", -20.8789, 55.4481),
        ("97302", "97300", 4.9333, -52.3333),
        ("97209", "97200", 14.6161, -61.0588),
    ),
    *(("97611", "97600", -12.7806, 45.2278), ("14754", "14640", 49.3222, 0.0), ("65440", "65000", 43.2329, 0.0)),
    *(("75118", "75018", 48.8920, 2.3450), ("69383", "69003", 45.7530, 4.8690), ("13202", "13002", 43.3050, 5.3670)),
)
"""Commune, postcode, latitude, longitude: overseas, on the meridian of Greenwich, in arrondissements."""

SCHOOLS = (
    *("École Jules-Ferry", "école jules-ferry", "Ecole Jules-Ferry", "Sacré-Cœur", "SACRÉ-COEUR", "L’Île-aux-Enfants"),
    *("L'ile-aux-enfants", "Groupe scolaire Œuvre Saint-Jean", "Élémentaire Çédille"),
)

CONFIRMED = [
    None,
    *(date(2026, 5, day) for day in (1, 22, 22, 23, 23, 24)),
    *(TODAY - timedelta(days=days) for days in (0, 30, 183, 184, 185, 400)),
]
"""About the day six months before TODAY, 23 May."""

AGES = ((0, 216), (0, 36), (3, 72), (24, 132), (30, 216))
"""From and to, in months: siblings of two ages may find a place for one of them."""

CENTS = (None, 1, 299, 300, 301, 349, 350, 351, 355, 400, 450, 599, 600, 601, 10_000, 12_000)


def spot(rng: random.Random, lat: float = 47.2173, lon: float = -1.5534, degrees: float = 0.01) -> tuple[float, float]:
    """Somewhere about a place; where that is on the meridian of Greenwich, on it to the last bit."""
    return round(lat + rng.gauss(0, degrees), 6), lon and round(lon + rng.gauss(0, degrees), 6)


def odd_assistant(conn: Connection, rng: random.Random, number: int, mams: Sequence[str]) -> str:
    if number % 4 == 3:
        commune, postcode, lat, lon = FAR_AWAY[number // 4 % len(FAR_AWAY)]
        home = spot(rng, lat, lon, 0.004)
    else:
        commune, postcode, home = "44109", "44300", spot(rng)
    identifier = assistant(
        conn,
        f"Semaine {number}",
        home=home,
        commune=commune,
        postcode=postcode,
        address=f"{number} chemin des Semaines",
        show=rng.choice(("zone", "zone", "street", "address")),
        street_at=rng.choice((None, (round(home[0] + 0.001, 6), home[1]))),
        mam=rng.choice(mams) if number % 5 == 0 else None,
        show_mam=rng.random() < 0.6,
        capacity=6,
        periods=periods(rng),
        languages=["lsf"],
        features=rng.choice(([], ["handicap"], ["garden", "no_pets"], ["school_run", "garden"])),
        schools=rng.sample(SCHOOLS, rng.choice((0, 0, 1, 2, 3))),
        hourly_cents=rng.choice(CENTS),
        confirmed_on=rng.choice(CONFIRMED),
    )
    conn.execute(
        "update agrement set age_from_months = %s, age_to_months = %s where offer = %s", [*rng.choice(AGES), identifier]
    )
    return identifier


def odd_structure(conn: Connection, rng: random.Random, number: int) -> str:
    """Structures of every band's first and last size, at the same few places."""
    identifier = structure(
        conn,
        f"Taille {number % 20}",
        kind=rng.choice(("accueil_loisirs", "garde_domicile", "mam", "clas")),
        at=rng.choice(((47.22, -1.55), (47.22, -1.55), spot(rng))),
        capacity=rng.choice((None, 1, 2, 3, 4, 5, 12, 13, 24, 25, 39, 40, 59, 60, 61, 500)),
        confirmed_on=rng.choice(CONFIRMED),
        features=rng.choice(([], ["handicap"], ["atypical_hours"])),
        fictitious=True,
    )
    if number % 3:
        start, end = rng.choice(((450, 1_110), (480, 1_080), (0, 1_440), (1_200, 1_860)))
        conn.execute(
            "insert into opening select %s, weekday, %s, %s from generate_series(0, %s) as weekday",
            [identifier, start, end, rng.choice((4, 4, 6))],
        )
        if number % 9 == 1:  # closed on Wednesdays
            conn.execute("delete from opening where offer = %s and weekday = 2", [identifier])
        if number % 9 == 2:  # closed for an hour at noon
            afternoon = conn.execute(
                "update opening set end_minute = 720 where offer = %s and start_minute < 720 returning weekday",
                [identifier],
            ).fetchall()
            for (weekday,) in afternoon:
                conn.execute("insert into opening values (%s, %s, 780, %s)", [identifier, weekday, end])
    return identifier


def periods(rng: random.Random) -> list[Period]:
    """One to three periods around today, with gaps, the last one sometimes open."""
    found: list[Period] = []
    first = TODAY + timedelta(days=rng.randrange(-60, 20))
    for _ in range(rng.randrange(1, 4)):
        last = first + timedelta(days=rng.choice((0, 6, 40, 200)))
        # Sometimes the same hours as before, or nearly: no period then has more of a need than another, and what is
        # free in the one goes on in the other or ends there by some minutes.
        chance = rng.random() if found else 1.0
        again = found[-1][2] if chance < 0.3 else moved(rng, found[-1][2]) if chance < 0.5 else week(rng)
        found.append((first, last, again))
        first = last + timedelta(days=rng.choice((1, 1, 15)))
    if rng.random() < 0.4:
        found[-1] = (found[-1][0], None, found[-1][2])
    return found


def moved(rng: random.Random, ranges: list[Range]) -> list[Range]:
    """The same hours, of which some begin later by as much as a need may be shortened, or by a minute more."""
    lost = rng.choice((1, 15, 16, 30, 60, 61))
    return [
        (day, start + lost if rng.random() < 0.5 and start + lost < min(end, 1_440) else start, end, places)
        for day, start, end, places in ranges
    ]


def week(rng: random.Random) -> list[Range]:
    """At most two ranges a day, none over another: they share out the week between random minutes."""
    if rng.random() < 0.35:
        # A family's week with something missing: a day, an afternoon, a place.
        return [
            (day, 450 + 30 * rng.randrange(3), rng.choice((720, 960, 1_110, 1_140)), rng.randrange(1, 4))
            for day in range(rng.choice((5, 5, 6)))
            if rng.random() < 0.85
        ]
    cuts = sorted(rng.sample(range(10_080), 12))
    if rng.random() < 0.3:
        # Round the clock for some days: ranges that touch at midnight, also at that of Sunday.
        return [(day, 0, 1_440, rng.randrange(1, 7)) for day in range(7) if rng.random() < 0.8]
    # From each cut to the next one, Sunday's end being Monday's beginning.
    pairs = zip(cuts, [*cuts[1:], cuts[0] + 10_080], strict=True)
    ranges = [
        (start // 1_440, start % 1_440, start % 1_440 + min(end - start, 1_440), rng.randrange(1, 7))
        for start, end in pairs
        if rng.random() < 0.8
    ]
    return [each for index, each in enumerate(ranges) if [of[0] for of in ranges[:index]].count(each[0]) < 2]
