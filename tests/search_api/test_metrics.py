"""What /metrics tells, and that docs/alerts.yml asks for nothing else."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from elasticsearch import Elasticsearch
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from indexer import metrics as indexer_metrics
from mappings import indexes
from registry import database
from search_api.http import metrics
from settings import Settings
from tests.search_api.conftest import Client, client, load
from tests.search_api.documents import OFFERS, places

ALERTS = Path(__file__).parents[2] / "docs" / "alerts.yml"

PROMQL = {"absent", "and", "by", "deriv", "histogram_quantile", "max", "min", "or", "rate", "sum", "time", "vector"}

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def read(text: str) -> Samples:
    return {
        (each.name, frozenset(each.labels.items())): each.value
        for family in text_string_to_metric_families(text)
        for each in family.samples
    }


def value(found: Samples, name: str, **labels: str) -> float | None:
    return found.get((f"ribambelle_{name}", frozenset(labels.items())))


def told(api: Client) -> str:
    """What the process of this application tells, to whoever scrapes it."""
    app = api.app
    return generate_latest(metrics.told(app.state.metrics, app.state.engine.settings)).decode()


def scraped(api: Client) -> Samples:
    return read(told(api))


def test_requests_are_counted_by_template_and_nothing_else_is_told(settings: Settings) -> None:
    with client(settings) as api:
        api.get("/api/v1/offers", {"near": "47.21873,-1.55391"})
        api.get("/api/v1/offers", {"near": "x"})
        api.get("/api/v1/offers/anne")
        api.get("/api/v1/offers/elise")
        api.get("/jardin-des-plantes")
        api.portal.call(lambda: api.http.request("BREW", "/api/v1/suggest"))
        api.portal.call(lambda: api.http.head("/api/v1/offers/anne"))
        text = told(api)
    found = read(text)

    def count(route: str, status: str, method: str = "GET") -> float | None:
        return value(found, "http_request_seconds_count", route=route, method=method, status=status)

    assert count("/api/v1/offers", "2xx") == count("/api/v1/offers", "4xx") == 1
    assert count("/api/v1/offers/{id}", "2xx") == 2
    assert count("/api/v1/offers/{id}", "2xx", method="HEAD") == 1
    assert count("other", "4xx") == 1
    assert count("/api/v1/suggest", "4xx", method="other") == 1
    for private in ("47.21", "near", "anne", "elise", "jardin", "BREW"):
        assert private not in text


def test_failures_count_as_such(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(*_: object) -> None:
        raise RuntimeError

    with client(settings.model_copy(update={"elasticsearch_url": "http://127.0.0.1:9"})) as api:
        assert api.get("/api/v1/offers/anne").status_code == 503
        monkeypatch.setattr("search_api.http.routes.unkept", fault)
        assert api.get("/healthz").status_code == 500
        found = scraped(api)
    for route in ("/api/v1/offers/{id}", "/healthz"):
        assert value(found, "http_request_seconds_count", route=route, method="GET", status="5xx") == 1
    # And without an engine the scrape itself is answered, with what is known.
    assert value(found, "search_ready") == 0
    assert value(found, "search_data_age_seconds") is None


def test_the_data_tell_their_age_and_their_last_check(engine: Elasticsearch, settings: Settings) -> None:
    own = settings.model_copy(update={"index_prefix": f"{settings.index_prefix}-metrics"})
    names = [
        load(engine, own.index_prefix, "offers", OFFERS[:1]),
        load(engine, own.index_prefix, "places", places()[:3]),
    ]
    now = datetime.now(UTC)

    def aged(age_s: float, **more: Any) -> Samples:
        meta = {"indexed_at": (now - timedelta(seconds=age_s)).isoformat(), **more}
        engine.indices.put_mapping(index=indexes.alias(own.index_prefix, "offers"), meta=meta)
        with client(own) as api:
            return scraped(api)

    fresh = aged(5)
    assert value(fresh, "search_ready") == 1
    assert 5 <= (value(fresh, "search_data_age_seconds") or 0) < 30
    assert value(fresh, "search_check_differences", index="offers") is None
    late = aged(own.ready_max_lag_s + 10, check={"at": "2026-11-23T02:00:00+00:00", "differences": 3})
    assert value(late, "search_ready") == 0
    assert value(late, "search_check_differences", index="offers") == 3
    at = datetime(2026, 11, 23, 2, tzinfo=UTC).timestamp()
    assert value(late, "search_check_timestamp_seconds", index="offers") == at
    engine.indices.delete(index=names)


def test_the_alerts_ask_for_what_is_told(settings: Settings, api: Client, registry_url: str) -> None:
    """A metric or a label that nobody tells is an alert that never comes."""
    with database.connect(registry_url) as conn:
        conn.execute("insert into index_check values ('offers', now(), 1, 0, 0, 0, 0, 0)")
    indexer_metrics.observe({"bulk": 0.1}, changes=1, writes=1, refused=0, again=0, ages_s=[0.1])
    indexer = indexer_metrics.told(settings.model_copy(update={"database_url": registry_url}))
    found = read(generate_latest(indexer).decode())
    api.offers()
    found |= scraped(api)
    labels: dict[str, set[str]] = {}
    for name, pairs in found:
        labels.setdefault(name, set()).update(label for label, _ in pairs)

    rules = [rule for group in yaml.safe_load(ALERTS.read_text("utf-8"))["groups"] for rule in group["rules"]]
    assert len({rule["alert"] for rule in rules}) == len(rules) > 8
    for rule in rules:
        assert rule.keys() <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in ("warning", "critical")
        assert rule["annotations"]["summary"]
        expression = rule["expr"]
        assert expression.count("(") == expression.count(")")
        assert expression.count("{") == expression.count("}")
        asked: set[str] = set()
        for matchers in re.findall(r"\{(.*?)\}", expression):
            asked |= set(re.findall(r"(\w+)\s*(?:=|!=|=~|!~)\"", matchers))
        for grouping in re.findall(r"by \((.*?)\)", expression):
            asked |= set(re.split(r"\s*,\s*", grouping))
        bare = re.sub(r"\{.*?\}|\[.*?\]|by \(.*?\)", "", expression)
        names = set(re.findall(r"[a-zA-Z_]\w*", bare)) - PROMQL
        assert names, rule["alert"]
        assert names <= labels.keys(), rule["alert"]
        for name in names:
            assert asked <= labels[name], rule["alert"]
