"""A registry of the test's own, its index, and the change loop."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from elasticsearch import Elasticsearch

from indexer import bulk, generations, worker
from indexer.rebuild import rebuild
from local.servers import Urls
from mappings.indexes import alias
from registry.ids import new_id
from settings import Settings


@pytest.fixture
def engine(servers: Urls) -> Iterator[Elasticsearch]:
    with bulk.client(Settings(elasticsearch_url=servers.elasticsearch_url)) as client:
        yield client


@pytest.fixture
def configured(servers: Urls, registry_url: str, run_id: str, engine: Elasticsearch) -> Iterator[Settings]:
    """Settings of this test's own registry and index names; the indexes are dropped at the end."""
    settings = Settings(
        database_url=registry_url,
        elasticsearch_url=servers.elasticsearch_url,
        index_prefix=f"test-{run_id}-{new_id()}",
    )
    yield settings
    generations.drop(engine, engine.indices.get(index=f"{settings.index_prefix}-*").body)


@pytest.fixture
def built(configured: Settings, engine: Elasticsearch) -> Settings:
    """The same with an index of offers, empty as the registry still is; the places would only take time here."""
    rebuild(configured, engine, lambda index, done, total: None, ["offers"])
    return configured


@pytest.fixture
def found(built: Settings, engine: Elasticsearch) -> Callable[[], dict[str, str]]:
    """Names by id, as a search finds them now."""

    def search() -> dict[str, str]:
        answer = engine.search(index=alias(built.index_prefix, "offers"), size=1_000)
        return {hit["_id"]: hit["_source"]["name"] for hit in answer.body["hits"]["hits"]}

    return search


@contextmanager
def following(settings: Settings, engine: Elasticsearch) -> Iterator[None]:
    """The change loop in a thread, as `ribambelle index run` runs it."""
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(settings, engine, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=20)
        assert not thread.is_alive()
