"""The offers that are judged, and the API over them."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
from elasticsearch.helpers import bulk

from mappings import indexes
from search_api.http.app import close, create_app
from tests.conftest import TODAY
from tests.loire import Loire

REPORT = pytest.StashKey[list[str]]()


@pytest.fixture(scope="module")
def judged_loire(loire: Loire) -> Iterator[Loire]:
    with without_chance(loire) as judged:
        yield judged


@contextmanager
def without_chance(loire: Loire) -> Iterator[Loire]:
    """The department's offers alone, with ids that are the same in each run.

    Ids end every order: those that an import draws at random would let equal offers change places, and the baseline
    with them. The odd offers of the other tests are left out, so that one more of them moves nothing here.
    """
    settings = loire.settings.model_copy(update={"index_prefix": f"judged-{loire.settings.index_prefix}"})
    index, places = (indexes.alias(settings.index_prefix, each) for each in indexes.INDEXES)
    odd = set(loire.extra.values())
    offers = (stable(hit["_source"]) for hit in loire.documents("offers") if hit["_id"] not in odd)
    body = indexes.body("offers")
    body["mappings"]["_meta"] = {"indexed_at": "2026-11-23T09:00:00+00:00"}
    loire.elasticsearch.indices.create(index=f"{index}-1", aliases={index: {}}, **body)
    live = loire.elasticsearch.indices.get_alias(name=indexes.alias(loire.settings.index_prefix, "places")).body
    loire.elasticsearch.indices.put_alias(index=list(live), name=places)
    bulk(
        loire.elasticsearch,
        ({"_index": f"{index}-1", "_id": offer["id"], "_source": offer} for offer in offers),
        refresh=True,
    )
    app = create_app(settings, today=lambda: TODAY)
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ribambelle.test")
    yield replace(loire, settings=settings, client=client)
    loire.runner.run(client.aclose())
    loire.runner.run(close(app))
    loire.elasticsearch.indices.delete(index=f"{index}-1")
    loire.elasticsearch.indices.delete_alias(index=list(live), name=places)


def stable(offer: dict[str, Any]) -> dict[str, Any]:
    """The generator's ids come from its seed; a real structure is given one by what it is and where."""
    if not offer.get("source"):
        return offer
    said = [offer.get(name) for name in ("kind", "subkind", "name", "address", "position", "commune")]
    return {**offer, "id": hashlib.sha256(repr(said).encode()).hexdigest()[:12]}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for line in config.stash.get(REPORT, []):
        terminalreporter.write_line(line)
