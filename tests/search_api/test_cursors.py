"""Pages neither repeat nor skip, and only our own cursors are taken."""

from collections.abc import Iterator
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import pytest
from elasticsearch import Elasticsearch
from itsdangerous import Signer

from mappings import indexes
from search_api.request import cursors
from settings import Settings
from tests.search_api.conftest import Client, client, load
from tests.search_api.documents import OFFERS, TODAY, offer

NEAR = "47.2186,-1.5541"
CROWD = [
    offer(f"o{n:03}", "eaje", f"Crèche {n % 7}", 47.2, -1.5, precision="commune" if n % 3 else "address")
    for n in range(60)
]
"""Many equal sort values: only the id, and whether more than the commune is known, tells them apart."""

SEARCHES = [
    {"near": NEAR, "radius_km": "any", "sort": "distance"},
    {"sort": "name"},
    {"sort": "updated"},
    {"q": "creche"},
    {"q": "creche", "near": NEAR, "sort": "relevance"},
    {"near": NEAR, "sort": "recommended"},
    {"need": "mon@08:00-12:00", "include": "to_ask", "near": NEAR},
    {"need": "mon@08:00-12:00", "include": "to_ask"},
]


OTHERS = [offer(f"n{number}", "rpe", "Autre relais crèche", 48.0, -1.0) for number in range(20)]


@pytest.fixture(scope="module")
def crowded(engine: Elasticsearch, settings: Settings) -> Iterator[Settings]:
    own = settings.model_copy(update={"index_prefix": f"{settings.index_prefix}-crowded"})
    names = [load(engine, own.index_prefix, "places", []), load(engine, own.index_prefix, "offers", OFFERS + CROWD)]
    yield own
    engine.indices.delete(index=names)


@pytest.fixture(scope="module")
def builds(engine: Elasticsearch, settings: Settings) -> Iterator[tuple[Settings, list[str]]]:
    """Two builds of an index: the second one with other offers beside those of the first."""
    own = settings.model_copy(update={"index_prefix": f"{settings.index_prefix}-rebuilt"})
    names = [load(engine, own.index_prefix, "offers", found) for found in (OFFERS + CROWD, OFFERS + CROWD + OTHERS)]
    yield own, names
    engine.indices.delete(index=names)


def pages(api: Client, asked: dict[str, Any], limit: int = 7) -> Iterator[list[str]]:
    cursor: dict[str, str] = {}
    while True:
        answer = api.offers(**asked, limit=limit, **cursor)
        yield [item["id"] for item in answer["items"]]
        if answer["next"] is None:
            return
        cursor = {"cursor": answer["next"]}


@pytest.mark.parametrize("asked", SEARCHES)
def test_pages_together_are_the_whole_list_in_order(crowded: Settings, asked: dict[str, Any]) -> None:
    with client(crowded) as api:
        whole = api.offers(**asked, limit=100)
        assert whole["next"] is None
        found = list(pages(api, asked))
        assert [id for page in found for id in page] == [item["id"] for item in whole["items"]]
        assert all(len(page) == 7 for page in found[:-1])
        assert len(whole["items"]) == whole["total"]["value"]


@pytest.mark.parametrize("asked", SEARCHES)
def test_a_list_goes_on_through_a_rebuild_and_other_offers_changes(
    engine: Elasticsearch, builds: tuple[Settings, list[str]], asked: dict[str, Any]
) -> None:
    own, (first_build, second_build) = builds
    alias = indexes.alias(own.index_prefix, "offers")

    def switch(old: str, new: str) -> None:
        actions: list[dict[str, Any]] = [
            {"remove": {"index": old, "alias": alias, "must_exist": False}},
            {"add": {"index": new, "alias": alias}},
        ]
        engine.indices.update_aliases(actions=actions)

    switch(second_build, first_build)
    with client(own) as api:
        whole = api.ids(**asked, limit=100)
        first = api.offers(**asked, limit=5)
        switch(first_build, second_build)
        rest = api.ids(**asked, limit=100, cursor=first["next"])
    new = {document.id for document in OTHERS}
    assert [id for id in rest if id not in new] == whole[5:]


def test_an_offer_withdrawn_between_two_pages_is_gone_at_once(engine: Elasticsearch, crowded: Settings) -> None:
    index = indexes.alias(crowded.index_prefix, "offers")
    with client(crowded) as api:
        first = api.offers(sort="name", limit=10)
        withdrawn = api.ids(sort="name", limit=11)[-1]
        source = engine.get(index=index, id=withdrawn)["_source"]
        engine.delete(index=index, id=withdrawn, refresh=True)
        try:
            assert withdrawn not in api.ids(sort="name", limit=10, cursor=first["next"])
        finally:
            engine.index(index=index, id=withdrawn, document=source, refresh=True)


def refused(api: Client, **parameters: Any) -> str:
    response = api.get("/api/v1/offers", parameters)
    assert response.status_code == 422, response.text
    [error] = response.json()["errors"]
    assert error["parameter"] == "cursor"
    return str(error["message"])


def test_a_changed_or_foreign_cursor_is_refused(api: Client) -> None:
    cursor = api.offers(near=NEAR, limit=2)["next"]
    changed = cursor[:10] + ("A" if cursor[10] != "A" else "B") + cursor[11:]
    forged = Signer("another key", salt="search_api.cursors", digest_method=sha256).sign(b"W10")
    for text in (
        changed,
        cursor[:-1],
        "x",
        "a.b",
        forged.decode(),
    ):
        assert "pas valable" in refused(api, near=NEAR, limit=2, cursor=text)


@pytest.mark.parametrize(
    "other", [{"near": "47.2,-1.5"}, {"near": NEAR, "kind": "eaje"}, {"near": NEAR, "sort": "name"}, {"q": "creche"}]
)
def test_the_cursor_of_another_search_is_refused(api: Client, other: dict[str, Any]) -> None:
    cursor = api.offers(near=NEAR, limit=2)["next"]
    assert "autre recherche" in refused(api, **other, cursor=cursor)


def test_a_cursor_of_before_the_orders_changed_is_one_of_another_search(
    api: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has other sort values, which the engine would refuse."""
    with monkeypatch.context() as before:
        before.setattr(cursors, "SORT_VERSION", cursors.SORT_VERSION - 1)
        cursor = api.offers(near=NEAR, limit=2)["next"]
    assert "autre recherche" in refused(api, near=NEAR, limit=2, cursor=cursor)


def test_another_limit_or_other_facets_are_still_the_same_search(api: Client) -> None:
    cursor = api.offers(near=NEAR, limit=2)["next"]
    assert api.ids(near=NEAR, limit=3, facets="kind", cursor=cursor) == api.ids(near=NEAR, limit=5)[2:]


def test_a_cursor_keeps_the_day_of_its_first_page_and_then_expires(settings: Settings) -> None:
    day = [date(2027, 8, 31)]
    with client(settings, today=lambda: day[0]) as api:
        first = api.offers(sort="name", limit=1)
        day[0] += timedelta(days=1)
        rest = api.offers(sort="name", limit=20, cursor=first["next"])
        assert rest["query"]["from"] == "2027-08-31"
        assert api.offers(sort="name")["query"]["from"] == "2027-09-01"
        day[0] += timedelta(days=1)
        assert "expiré" in refused(api, sort="name", cursor=first["next"])
        day[0] = TODAY
        assert "expiré" in refused(api, sort="name", cursor=first["next"])
