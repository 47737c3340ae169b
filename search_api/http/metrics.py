"""What /metrics and the access log tell: how requests go, and how the searched data stand. Never an address, a query
or an id.

The counts are those of one process, as `ribambelle serve` runs, on a port of its own (METRICS_HOST, METRICS_PORT): what
it tells is for the operator, and to answer it is no visitor's to ask for. With several processes give each its port and
scrape all of them.
"""

import asyncio
import logging
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from time import perf_counter
from typing import cast

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from search_api.engine import engine, status
from search_api.engine.status import Standing
from settings import Settings

ACCESS = logging.getLogger("ribambelle.access")
"""One line a request, for who turns it on at level INFO: "GET /api/v1/offers/{id} 200 3.1 ms". It tells no more than
/metrics does: neither address nor query string nor id, as together they would tell who looks for what, and where."""

METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
OTHER = "other"
"""The label of any other method, and of what no route of the API or the pages answers (static files among it):
a client may send what it likes, and each value would be kept for ever."""


SCRAPE_TIMEOUT_S = 3.0
"""For each call to Elasticsearch during a scrape, as the indexer's; Prometheus gives up a scrape after 10 s."""


def requests(registry: CollectorRegistry) -> Histogram:
    """The times of requests, in seconds, by route, method and class of status; and the process's memory and CPU."""
    ProcessCollector(registry=registry)
    return Histogram(
        "ribambelle_http_request_seconds",
        "Time from a request to the end of its answer, by the route's template",
        ["route", "method", "status"],
        buckets=(0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
        registry=registry,
    )


def missing_beside(registry: CollectorRegistry) -> Counter:
    """How often a page of results left out what stands beside its list, as it was not had in time, by its part."""
    return Counter(
        "ribambelle_search_beside_missing",
        "Parts beside a list of results that were not had in time",
        ["part"],
        registry=registry,
    )


def measured(app: ASGIApp, requests: Histogram) -> ASGIApp:
    """The application, with each of its requests observed. What fails unhandled counts as a 500."""
    known: dict[tuple[str, str, int], Histogram] = {}  # `labels` takes longer than all the rest

    async def measure(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        status = 0

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = cast(int, message["status"])
            await send(message)

        started = perf_counter()
        try:
            await app(scope, receive, note)
        except Exception:
            status = 500
            raise
        finally:
            if status:  # none: the client went away before there was an answer
                # The router leaves the route in the scope that it was given.
                template = getattr(scope.get("route"), "path_format", OTHER)
                method = scope["method"] if scope["method"] in METHODS else OTHER
                key = (template, method, status // 100)
                if key not in known:
                    known[key] = requests.labels(template, method, f"{status // 100}xx")
                took_s = perf_counter() - started
                known[key].observe(took_s)
                if ACCESS.isEnabledFor(logging.INFO):
                    ACCESS.info("%s %s %d %.1f ms", method, template, status, took_s * 1_000)

    return measure


def told(own: CollectorRegistry, settings: Settings) -> CollectorRegistry:
    """What a scrape of this process is answered: what it has counted, and the data as they stand then."""
    registry = CollectorRegistry()
    registry.register(own)
    registry.register(Data(settings))
    return registry


class Data:
    """A collector, as prometheus_client wants one. Each scrape comes in a thread and asks the engine from an event loop
    and over a connection of its own: those of the site belong to the site's loop."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings.model_copy(update={"request_timeout_s": SCRAPE_TIMEOUT_S})

    def collect(self) -> Iterable[Metric]:
        return families(asyncio.run(self._read()))

    async def _read(self) -> Standing:
        asked = engine.connect(self.settings)
        try:
            return await status.standing(asked, datetime.now(UTC))
        finally:
            await asked.client.close()


def families(standing: Standing) -> Iterator[Metric]:
    """The data's standing as gauges. What is not known is left out."""
    yield GaugeMetricFamily("ribambelle_search_ready", "1 when /readyz says 200", float(standing.ready))
    if standing.age_s is not None:
        age = "Age of the searched data: the time since the moment up to which every change is searchable"
        yield GaugeMetricFamily("ribambelle_search_data_age_seconds", age, standing.age_s)
    if standing.checks:
        at = "When the index was last compared with the registry"
        moments = GaugeMetricFamily("ribambelle_search_check_timestamp_seconds", at, labels=["index"])
        found = "Documents that were not as the registry has them then"
        differences = GaugeMetricFamily("ribambelle_search_check_differences", found, labels=["index"])
        for index, check in standing.checks.items():
            moments.add_metric([index], check.at.timestamp())
            differences.add_metric([index], check.differences)
        yield moments
        yield differences
