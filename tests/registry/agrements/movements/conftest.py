"""An index over the test's registry, for what movements show and hide."""

from collections.abc import Iterator

import pytest
from elasticsearch import Elasticsearch

from indexer import generations
from indexer.rebuild import rebuild
from local.servers import Urls
from registry.ids import new_id
from settings import Settings
from tests.indexer.conftest import engine

__all__ = ["engine"]


@pytest.fixture
def indexed(servers: Urls, registry_url: str, run_id: str, engine: Elasticsearch) -> Iterator[Settings]:
    """With an index of offers, empty as the registry still is; it is dropped at the end."""
    settings = Settings(
        database_url=registry_url,
        elasticsearch_url=servers.elasticsearch_url,
        index_prefix=f"movements-{run_id}-{new_id()}",
    )
    rebuild(settings, engine, lambda index, done, total: None, ["offers"])
    yield settings
    generations.drop(engine, engine.indices.get(index=f"{settings.index_prefix}-*").body)
