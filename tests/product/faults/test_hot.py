"""A few offers that everybody writes at once, and several workers."""

import pytest
from elasticsearch import Elasticsearch

from settings import Settings
from tests.conftest import wait_for
from tests.product.faults.workload import indexing, one, populate, prove, short_or_long, writing

OFFERS = 60
WRITERS = 3
COMMITS = short_or_long(150, 3_000)
"""A few seconds', or a minute's."""


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_hot_offers_updated_deleted_and_inserted_again(settings: Settings, engine: Elasticsearch, workers: int) -> None:
    ids = populate(settings.database_url, OFFERS)
    with indexing(settings, workers):
        with writing(settings.database_url, ids, seed=workers, writers=WRITERS, every_s=0) as written:
            wait_for(lambda: written.commits > COMMITS, seconds=300, what="commits")
        prove(settings, engine)
        assert one(settings, "select count(*) from offer where is_public(offer)") > 0
