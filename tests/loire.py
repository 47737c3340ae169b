"""Loire-Atlantique as the demo shows it, and some odder offers: in a registry, indexed, behind the API.

Made once for a run: the tests that use it may not leave a public change behind.
"""

import asyncio
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import hypothesis
import pytest
from elasticsearch import Elasticsearch

from indexer import bulk, generations
from indexer.rebuild import rebuild
from local.servers import Urls
from registry import agrements
from registry.database import Connection, connect
from registry.generation import generate
from registry.imports.mapping import find as find_mapping
from registry.imports.structures import import_structures
from search_api.app import close, create_app
from settings import Settings
from tests.conftest import ROOT, TODAY, cloned
from tests.records import Period, Range, assistant, structure

STRUCTURES = ROOT / "registry" / "data" / "structures"

Parameters = Sequence[tuple[str, str]]

hypothesis.settings.register_profile("long", print_blob=True)


def examples(count: int) -> hypothesis.settings:
    """Settings for a test that asks the API: `count` examples, ten times as many with --hypothesis-profile=long."""
    times = 10 if hypothesis.settings.get_current_profile_name() == "long" else 1
    # One index for all examples is what these tests want; an answer's time is not what they measure.
    return hypothesis.settings(
        max_examples=count * times,
        deadline=None,
        suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture, hypothesis.HealthCheck.too_slow],
    )


@dataclass(repr=False)
class Loire:
    """The three ends of the way: the registry, the index, the API. `extra`: ids of `odd_offers` by name."""

    settings: Settings
    elasticsearch: Elasticsearch
    client: httpx.AsyncClient
    runner: asyncio.Runner
    extra: dict[str, str]

    def get(self, path: str, parameters: Parameters = (), **headers: str) -> httpx.Response:
        """The answer of the API, whatever its status."""
        return self.runner.run(self.client.get(path, params=list(parameters), headers=headers))

    def ask(self, path: str, parameters: Parameters = ()) -> Any:
        """The JSON of an answer that must be good."""
        answer = self.get(path, parameters)
        assert answer.status_code == 200, (path, parameters, answer.text)
        return answer.json()

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
    """About 4,600 offers of the department and all the places of France, indexed, behind the API."""
    with cloned(servers, template, f"loire_{run_id}") as url:
        with connect(url) as conn:
            extra = fill(conn)
        settings = Settings(
            database_url=url,
            elasticsearch_url=servers.elasticsearch_url,
            redis_url="",
            index_prefix=f"loire-{run_id}",
            secret_key="a secret of the tests",  # noqa: S106
            request_timeout_s=30,
            fiche_limit=1_000_000,
        )
        with bulk.client(settings.elasticsearch_url, timeout_s=120) as engine, asyncio.Runner() as runner:
            rebuild(settings, engine, lambda index, done, total: None)
            app = create_app(settings, today=lambda: TODAY)
            client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ribambelle.test")
            yield Loire(settings, engine, client, runner, extra)
            runner.run(client.aclose())
            runner.run(close(app))
            generations.drop(engine, engine.indices.get(index=f"{settings.index_prefix}-*").body)


def fill(conn: Connection) -> dict[str, str]:
    """The real structures, the generated offers, and those that no generator makes; ids of the latter by name."""
    for file in sorted(STRUCTURES.glob("*.geojson")):
        import_structures(conn, file, find_mapping(file))
    generate(conn, scale="demo", seed=11, today=TODAY, report=lambda label, done, total: None)
    extra = dict(odd_offers(conn))
    agrements.expire(conn, TODAY)
    conn.commit()
    return extra


def odd_offers(conn: Connection) -> Iterator[tuple[str, str]]:
    """Weeks at odd minutes, nights past Monday 00:00, arrondissements, equal names, and offers that are not public."""
    rng = random.Random(4)
    for number in range(120):
        name = f"Semaine {number}"
        home = (47.2173 + rng.gauss(0, 0.01), -1.5534 + rng.gauss(0, 0.01))
        yield name, assistant(conn, name, home=home, capacity=6, periods=periods(rng), languages=["lsf"])
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


def periods(rng: random.Random) -> list[Period]:
    """One to three periods around today, with gaps, the last one sometimes open."""
    found: list[Period] = []
    first = TODAY + timedelta(days=rng.randrange(-60, 20))
    for _ in range(rng.randrange(1, 4)):
        last = first + timedelta(days=rng.choice((0, 6, 40, 200)))
        found.append((first, last, week(rng)))
        first = last + timedelta(days=rng.choice((1, 1, 15)))
    if rng.random() < 0.4:
        found[-1] = (found[-1][0], None, found[-1][2])
    return found


def week(rng: random.Random) -> list[Range]:
    """At most two ranges a day, none over another: they share out the week between random minutes."""
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
