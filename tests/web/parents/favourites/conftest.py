"""The site of tests/web/site over an index of its own."""

from collections.abc import Iterator

import pytest
from elasticsearch import Elasticsearch

from local.servers import Urls
from settings import Settings
from tests.search_api import documents
from tests.search_api.conftest import load
from tests.web.site.conftest import OFFERS, address, chromium, open_page, site, with_square

__all__ = ["address", "chromium", "open_page", "settings", "site"]


@pytest.fixture(scope="session")
def settings(servers: Urls, run_id: str) -> Iterator[Settings]:
    prefix = f"favourites-{run_id}"
    with Elasticsearch(servers.elasticsearch_url) as engine:
        places = [with_square(place) for place in documents.places()]
        names = [load(engine, prefix, "offers", OFFERS), load(engine, prefix, "places", places)]
        yield Settings(
            elasticsearch_url=servers.elasticsearch_url,
            database_url="",
            redis_url="",
            index_prefix=prefix,
            secret_key="a key of the tests as long as one has to be",  # noqa: S106
        )
        engine.indices.delete(index=names)
