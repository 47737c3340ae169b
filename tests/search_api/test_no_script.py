"""No search runs a script in the engine, whatever is asked."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from search_api import free_places, reasons, saved_searches
from search_api.engine import engine as engines
from search_api.parameters import FilterParameters, meaning, read
from tests.search_api.conftest import Client
from tests.search_api.documents import TODAY

NEAR = {"near": "47.2186,-1.5541"}
NEED = {
    "need": ["mon-fri@07:15-18:30", "sun@20:00-06:00*2"],
    "child_birthdate": ["2026-05-04", "2021-05-04"],
    "include": ["to_ask", "unknown"],
}
LISTS: list[dict[str, Any]] = [
    *(
        {**NEAR, **NEED, "match": match, "sort": sort}
        for match in ("all", "best")
        for sort in ("recommended", "availability")
    ),
    {"route": "47.2186,-1.5541;47.25,-1.6", **NEED, "match": "best"},
    {**NEAR, "sort": "distance", "view": "-2,47,-1,48", "zoom": 9},
    {"q": "crèche des lutins", **NEED, "match": "best", "sort": "relevance"},
    {"department": "44", "sort": "updated", "facets": "kind,feature,day,hourly_cents_max,up_to_date,commune,capacity"},
]
OTHERS: list[tuple[str, dict[str, Any]]] = [
    ("nearly", {**NEAR, **NEED}),
    ("pairs", {**NEAR, **NEED}),
    ("map", {**NEED, "bbox": "-2,47,-1,48", "zoom": 9}),
    ("counts", {"by": "commune", **NEAR, **NEED}),
    ("suggest", {"q": "sant herblain"}),
    ("suggest", {"q": "44000"}),
]


def keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys(inner)


@pytest.mark.parametrize(("route", "asked"), [*(("offers", each) for each in LISTS), *OTHERS])
def test_no_script_in_any_search_body(
    api: Client, monkeypatch: pytest.MonkeyPatch, route: str, asked: dict[str, Any]
) -> None:
    """The bodies as they are sent, and the engine answers them."""
    sent = recording(monkeypatch)
    assert api.get(f"/api/v1/{route}", asked).status_code == 200
    assert_without_script(sent)


def test_no_script_in_what_has_no_route_of_its_own(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Why nobody fits, the free places of a town hall's frame, the alerts."""
    asked = {**NEAR, "need": NEED["need"], "child_birthdate": NEED["child_birthdate"]}
    query = meaning(read(FilterParameters, asked), TODAY)
    site = api.app.state.engine
    for ask in (
        lambda: reasons.why_none(site, query),
        lambda: free_places.free(site, query),
        lambda: saved_searches.matching(site, [saved_searches.Asked(query)]),
        lambda: saved_searches.count(site, query),
    ):
        with monkeypatch.context() as patched:
            sent = recording(patched)
            api.portal.call(ask)
            assert_without_script(sent)


def recording(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The bodies of searches from now on."""
    sent: list[bytes] = []
    send = engines.asked

    async def recorded(engine: Any, method: str, path: str, body: bytes = b"", *more: str) -> Any:
        if path.partition("?")[0].endswith("search"):
            sent.append(body)
        return await send(engine, method, path, body, *more)

    monkeypatch.setattr(engines, "asked", recorded)
    return sent


def assert_without_script(sent: list[bytes]) -> None:
    assert sent
    for body in sent:
        found = {name for line in body.splitlines() for name in keys(orjson.loads(line))}
        assert not {name for name in found if "script" in name or name == "runtime_mappings"}
