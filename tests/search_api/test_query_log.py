"""Slow and empty searches leave one line, which tells nothing of who searched for what, or where."""

import logging
from typing import Any

import pytest

from settings import Settings
from tests.search_api.conftest import client

SEARCHES: list[tuple[str, dict[str, Any], str]] = [
    (
        "/api/v1/offers",
        {"near": "47.2186,-1.5541", "need": "mon@08:00-12:00", "kind": ["eaje", "mam"], "include": "to_ask"},
        "slow",
    ),
    ("/api/v1/offers", {"q": "introuvable", "from": "2027-01-04"}, "slow,empty"),
    ("/api/v1/map", {"bbox": "-5,41,9,51", "zoom": 6}, "slow"),
    ("/api/v1/suggest", {"q": "nantes"}, "slow"),
    ("/api/v1/counts", {"by": "kind", "commune": "44109"}, "slow"),
    ("/api/v1/nearly", {"need": "mon@08:00-12:00", "commune": "44109"}, "slow"),
    ("/api/v1/pairs", {"need": ["mon-fri@08:00-12:00", "sun@20:00-08:00"], "commune": "44109"}, "slow"),
]


def lines(settings: Settings, caplog: pytest.LogCaptureFixture, *, slow_s: float) -> list[str]:
    caplog.clear()
    caplog.set_level(logging.INFO, "ribambelle")
    with client(settings.model_copy(update={"slow_query_s": slow_s})) as api:
        for path, parameters, _ in SEARCHES:
            assert api.get(path, parameters).status_code == 200
    return [record.getMessage() for record in caplog.records if record.name == "ribambelle.search"]


def test_each_slow_search_is_one_line(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    found = lines(settings, caplog, slow_s=1e-9)
    assert len(found) == len(SEARCHES)
    for line, (path, parameters, reasons) in zip(found, SEARCHES, strict=True):
        words = dict(word.split("=", 1) for word in line.split()[1:])
        assert line.split()[0] == reasons
        assert words["route"] == path.removeprefix("/api/v1")
        assert words["parameters"] == ",".join(sorted(parameters))
        assert int(words["took_ms"]) >= 0
        assert (words["hits"] == "0") == ("empty" in reasons)
    assert "sort=recommended" in found[0]
    assert "kind=eaje,mam" in found[0]
    for private in ("47.21", "-1.55", "mon@", "08:00", "introuvable", "2027", "nantes", "44109", "-5,41", "192.0.2"):
        assert not any(private in line for line in found)


def test_a_quick_search_is_told_only_when_it_is_empty(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    [line] = lines(settings, caplog, slow_s=100)
    assert line.startswith("empty ")


def test_a_search_that_fails_after_long_is_told_too(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, logger="ribambelle.search")
    away = settings.model_copy(update={"slow_query_s": 1e-9, "elasticsearch_url": "http://127.0.0.1:9"})
    with client(away) as api:
        assert api.get("/api/v1/offers", {"q": "rose"}).status_code == 503
    [line] = [record.getMessage() for record in caplog.records if record.name == "ribambelle.search"]
    assert line.startswith("slow ")
    assert "hits=none" in line
