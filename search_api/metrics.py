"""What /metrics and the access log tell: how requests go, and how the searched data stand. Never an address, a query
or an id.

The counts are those of one process, as `ribambelle serve` runs. Several processes behind one port would each answer
with their own share of them: give every process a port of its own and scrape each, or move to prometheus_client's
multiprocess mode, which writes a file for each process.
"""

import logging
from time import perf_counter
from typing import cast

from prometheus_client import CollectorRegistry, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from search_api.status import Standing

MEDIA_TYPE = CONTENT_TYPE_PLAIN_0_0_4

ACCESS = logging.getLogger("ribambelle.access")
"""One line a request, for who turns it on at level INFO: "GET /api/v1/offers/{id} 200 3.1 ms". It tells no more than
/metrics does: neither address nor query string nor id, as together they would tell who looks for what, and where."""

METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
OTHER = "other"
"""The label of any other method, and of what no route of the API or the pages answers (static files among it):
a client may send what it likes, and each value would be kept for ever."""


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


def text(registry: CollectorRegistry, standing: Standing) -> bytes:
    """The exposition: what the process has counted, and the data as they stand now. What is not known is left out."""
    data = CollectorRegistry()
    Gauge("ribambelle_search_ready", "1 when /readyz says 200", registry=data).set(standing.ready)
    if standing.age_s is not None:
        age = "Age of the searched data: the time since the moment up to which every change is searchable"
        Gauge("ribambelle_search_data_age_seconds", age, registry=data).set(standing.age_s)
    if standing.checks:
        at = "When the index was last compared with the registry"
        moments = Gauge("ribambelle_search_check_timestamp_seconds", at, ["index"], registry=data)
        found = "Documents that were not as the registry has them then"
        differences = Gauge("ribambelle_search_check_differences", found, ["index"], registry=data)
        for index, check in standing.checks.items():
            moments.labels(index).set(check.at.timestamp())
            differences.labels(index).set(check.differences)
    return generate_latest(registry) + generate_latest(data)
