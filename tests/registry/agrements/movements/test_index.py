"""From a département's file to what parents find: the real change loop and the real Elasticsearch."""

from datetime import date, timedelta

import httpx
from elasticsearch import Elasticsearch

from indexer.check import compare
from mappings.indexes import alias
from registry import accounts
from registry.agrements import movements
from registry.database import Connection, connect
from settings import Settings
from tests.conftest import TODAY, wait_for
from tests.indexer.conftest import following
from tests.records import minutes, structure
from tests.registry.agrements.movements.people import as_csv, line, person, send
from tests.rooms import NOW

PROMISED_S = 2
"""A profile withdrawn or suspended is gone from search after this."""

SOON = TODAY + timedelta(days=3)


def test_a_file_hides_a_profile_and_brings_it_back_byte_for_byte(
    registry: Connection, indexed: Settings, engine: Elasticsearch
) -> None:
    name = alias(indexed.index_prefix, "offers")

    def found() -> set[str]:
        hits = engine.search(index=name, query={"term": {"kind": "assistant_maternel"}}, size=10).body["hits"]["hits"]
        return {hit["_id"] for hit in hits}

    def document(offer: str) -> bytes:
        return httpx.get(f"{indexed.elasticsearch_url}/{name}/_source/{offer}").content

    def hidden(*offers: str) -> None:
        wait_for(lambda: not found() & set(offers), seconds=PROMISED_S, what="the hiding")

    caf = accounts.create(registry, "caf@example.org", "caf", department="44")
    mam = structure(registry, "Les Ormes", kind="mam")
    week = [(day, minutes("08:00"), minutes("18:00"), 2) for day in range(5)]
    offer = person(registry, periods=[(date(2026, 9, 1), None, week)], mam=mam, project="Au calme", hourly_cents=420)
    other = person(registry, "044-002", "Roux", "Lou")
    with following(indexed, engine):
        registry.commit()
        wait_for(lambda: found() == {offer, other})
        before = document(offer)
        assert b"Au calme" in before

        rows = [
            line("suspension", TODAY.isoformat()),
            line("levée de suspension", SOON.isoformat()),
            line("retrait", SOON.isoformat(), "044-002", "Roux", "Lou"),
        ]
        send(registry, caf, as_csv(*rows), NOW)
        registry.commit()
        hidden(offer)
        assert found() == {other}

        # The day before, nothing; on the day, both at once.
        assert movements.apply_due(registry, SOON - timedelta(days=1)) == 0
        registry.commit()
        assert movements.apply_due(registry, SOON) == 2
        registry.commit()
        hidden(other)
        wait_for(lambda: found() == {offer}, seconds=PROMISED_S, what="the coming back")
        assert document(offer) == before

        # Whoever registers with a number that was withdrawn is never seen, not for a moment.
        rows = [line("retrait", "2026-11-01", "044-003", "Blanc", "Zoé")]
        send(registry, caf, as_csv(*rows), NOW)
        late = person(registry, "044-003", "Blanc", "Zoé")
        movements.rematch(registry, "44", "044-003", NOW)
        seen = structure(registry, "Après elle")
        registry.commit()
        wait_for(lambda: "Après elle".encode() in document(seen))
        assert late not in found()
        with connect(indexed.database_url, autocommit=True) as conn:
            assert list(compare(conn, engine, {"offers": name})) == []
