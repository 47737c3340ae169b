"""Who hides what she had shown is gone from every index, live or kept for a rollback (docs/design.md, 1 and 2)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
from elasticsearch import Elasticsearch

from indexer import bulk, generations, worker
from indexer.rebuild import rebuild, rollback
from local.servers import Urls
from registry.database import connect
from registry.ids import new_id
from settings import Settings
from tests.product.privacy import private
from tests.records import assistant, structure

OLD_HOME, OLD_STREET, OLD_MAM = (47.20123, -1.57912), (47.21987, -1.56034), (47.23456, -1.54321)


@dataclass(frozen=True)
class Indexes:
    settings: Settings
    engine: Elasticsearch

    def names(self) -> list[str]:
        return sorted(self.engine.indices.get(index=f"{self.settings.index_prefix}-*").body)

    def documents(self, name: str) -> list[dict[str, Any]]:
        self.engine.indices.refresh(index=name)
        hits: list[dict[str, Any]] = self.engine.search(index=name, size=100).body["hits"]["hits"]
        return [hit["_source"] for hit in hits]

    def found(self, name: str, **query: Any) -> list[str]:
        """The ids that a query finds in one index."""
        return [hit["_id"] for hit in self.engine.search(index=name, size=100, query=query).body["hits"]["hits"]]


@pytest.fixture
def indexes(servers: Urls, registry_url: str, run_id: str) -> Iterator[Indexes]:
    settings = Settings(
        database_url=registry_url,
        elasticsearch_url=servers.elasticsearch_url,
        index_prefix=f"hiding-{run_id}-{new_id()}",
    )
    with bulk.client(Settings(elasticsearch_url=servers.elasticsearch_url)) as engine:
        yield Indexes(settings, engine)
        generations.drop(engine, engine.indices.get(index=f"{settings.index_prefix}-*").body)


def test_an_old_position_and_address_are_in_no_index(indexes: Indexes) -> None:
    with connect(indexes.settings.database_url) as conn:
        mam = structure(conn, "MAM des Hirondelles", kind="mam", at=OLD_MAM, address="5 quai des Hirondelles")
        at_home = assistant(conn, show="address", home=OLD_HOME, address="8 rue des Anciennes")
        in_street = assistant(
            conn, show="street", home=(47.2001, -1.5501), street_at=OLD_STREET, address="2 allée Jadis"
        )
        in_mam = assistant(conn, mam=mam, home=(47.2301, -1.5101))
    people = [at_home, in_street, in_mam]
    for _ in range(2):
        rebuild(indexes.settings, indexes.engine, lambda label, done, total: None, ["offers"], keep=True)
    worker.drain(indexes.settings, indexes.engine)
    assert len(indexes.names()) == 2
    old = {at_home: OLD_HOME, in_street: OLD_STREET, in_mam: OLD_MAM}
    for name in indexes.names():
        for person, (lat, lon) in old.items():
            around = {"distance": "5m", "position": {"lat": lat, "lon": lon}}
            assert person in indexes.found(name, geo_distance=around), "else nothing is shown below"

    with connect(indexes.settings.database_url) as conn:
        conn.execute("update am_home set show = 'zone' where offer = any (%s)", [people])
        conn.execute("update am_mam set show = false where offer = %s", [in_mam])
    assert worker.drain(indexes.settings, indexes.engine) == 3
    for _ in range(2):
        assert_forgotten(indexes, old, mam)
        # What was kept is live now.
        rollback(indexes.settings, indexes.engine)


def assert_forgotten(indexes: Indexes, old: dict[str, tuple[float, float]], mam: str) -> None:
    for name in indexes.names():
        documents = {each["id"]: each for each in indexes.documents(name)}
        assert set(documents) == {*old, mam}
        for person, (lat, lon) in old.items():
            text = orjson.dumps(documents[person]).decode()
            for gone in (str(lat), str(lon), "Anciennes", "Jadis", "Hirondelles", mam):
                assert gone not in text
            assert private.rounded(lat, lon) not in set(private.positions(documents[person]))
            box = {"top": lat + 0.001, "bottom": lat - 0.001, "left": lon - 0.001, "right": lon + 0.001}
            assert person not in indexes.found(name, geo_bounding_box={"position": box})
        for clause in ({"term": {"mam.id": mam}}, {"term": {"workplace": "mam"}}, {"match": {"name": "Hirondelles"}}):
            assert set(indexes.found(name, **clause)) <= {mam}
