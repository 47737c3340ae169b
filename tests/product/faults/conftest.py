"""A registry of the test's own, its index of offers, and the settings that its processes get."""

from collections.abc import Iterator

import pytest
from elasticsearch import Elasticsearch

from indexer import bulk, generations
from indexer.rebuild import rebuild
from local.servers import Urls
from registry.ids import new_id
from settings import Settings


@pytest.fixture
def elasticsearch_url(servers: Urls) -> str:
    """Modules that hurt their Elasticsearch have one of their own instead."""
    return servers.elasticsearch_url


@pytest.fixture
def database_url(registry_url: str) -> str:
    """Modules that hurt their PostgreSQL have one of their own instead."""
    return registry_url


@pytest.fixture
def engine(elasticsearch_url: str) -> Iterator[Elasticsearch]:
    with bulk.client(Settings(elasticsearch_url=elasticsearch_url)) as client:
        yield client


@pytest.fixture
def settings(database_url: str, elasticsearch_url: str, run_id: str, engine: Elasticsearch) -> Iterator[Settings]:
    """With an index of offers, empty as the registry still is; it is dropped at the end."""
    settings = Settings(
        database_url=database_url,
        elasticsearch_url=elasticsearch_url,
        redis_url="",
        index_prefix=f"faults-{run_id}-{new_id()}",
        secret_key="a secret of the tests as long as one has to be",  # noqa: S106
        # The processes share two cores with whatever else the machine does.
        request_timeout_s=20,
        rate_limit=1_000_000,
    )
    rebuild(settings, engine, lambda what, done, total: None, ["offers"])
    yield settings
    generations.drop(engine, engine.indices.get(index=f"{settings.index_prefix}-*").body)
