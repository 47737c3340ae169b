"""Street addresses from a geocoder on loopback that speaks the Base Adresse Nationale's API, and that fails."""

import json
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from search_api import suggest as suggestions
from search_api.engine import geocoder
from search_api.engine.geocoder import Geocoder, looks_like_an_address
from search_api.http.schemas import Suggestions
from settings import Settings
from tests.search_api.conftest import Client


def feature(label: str, type: str = "housenumber", score: float = 0.9, **more: Any) -> dict[str, Any]:
    """As the BAN answers, some of its members left out."""
    properties = {
        "label": label,
        "id": f"44109_{abs(hash(label))}",
        "type": type,
        "score": score,
        "name": "12 Rue de Strasbourg",
        "postcode": "44000",
        "citycode": "44109",
        "city": "Nantes",
        "context": "44, Loire-Atlantique, Pays de la Loire",
        "importance": 0.7,
        "x": 355812.5,
        **more,
    }
    geometry = {"type": "Point", "coordinates": [-1.5521, 47.2182]}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def collection(*features: dict[str, Any]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features, "query": "x"}).encode()


HOUSE = feature("12 Rue de Strasbourg 44000 Nantes", id="44109_7263_00012")
STREET = feature("Rue de Strasbourg 44000 Nantes", "street", 0.7, id="44109_7263")


@dataclass
class Ban:
    """Answers every request with `status` and `body`, once it is not `held`; remembers what it was asked."""

    url: str
    status: int = 200
    body: bytes = collection(HOUSE, STREET)
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[dict[str, list[str]]] = field(default_factory=list)
    held: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def ban() -> Iterator[Ban]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.asked.append(parse_qs(urlsplit(self.path).query))
            told.held.wait(10)
            self.send_response(told.status)
            for name, value in {"Content-Length": str(len(told.body)), **told.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(told.body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

        def handle(self) -> None:
            with suppress(ConnectionError):  # the client did not wait
                super().handle()

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        told = Ban(f"http://127.0.0.1:{server.server_port}/search/")
        told.held.set()
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield told
        told.held.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def connected(ban: Ban, api: Client) -> Iterator[Geocoder]:
    found = geocoder.connect(Settings(geocoder_url=ban.url, geocoder_timeout_s=2))
    assert found is not None
    yield found
    api.portal.call(geocoder.close, found)


def suggest(api: Client, connected: Geocoder | None, q: str, limit: int = 8) -> list[dict[str, Any]]:
    found = api.portal.call(suggestions.suggest, api.app.state.engine, q, limit, connected)
    Suggestions.model_validate(found)
    items: list[dict[str, Any]] = found["items"]
    return items


def addresses(api: Client, connected: Geocoder, q: str) -> list[str]:
    return [item["label"] for item in api.portal.call(geocoder.addresses, connected, q) or ()]


def understand(api: Client, connected: Geocoder, q: str) -> suggestions.Understood:
    return api.portal.call(suggestions.understood, api.app.state.engine, q, 6, connected)


def test_an_address_is_suggested_with_its_point(api: Client, ban: Ban, connected: Geocoder) -> None:
    items = suggest(api, connected, "12 rue de Stras")
    assert items[:2] == [
        {
            "type": "address",
            "id": "address:44109_7263_00012",
            "code": None,
            "label": "12 Rue de Strasbourg 44000 Nantes",
            "detail": "Adresse",
            "position": {"lat": 47.2182, "lon": -1.5521},
            "precision": "address",
            "communes": None,
            "fictitious": False,
        },
        {**items[1], "id": "address:44109_7263", "precision": "street"},
    ]
    assert ban.asked == [{"q": ["12 rue de Stras"], "limit": ["5"], "autocomplete": ["1"]}]


@pytest.mark.parametrize(
    ("q", "asked"),
    [
        ("12 rue de Strasbourg", True),
        ("3bis quai", True),
        ("8 avenue", True),
        ("place Royale", True),
        ("Bd de l’Égalité", True),
        ("14 Général Leclerc", True),
        ("rue", False),
        ("Nantes", False),
        ("44000", False),
        ("44000 Nantes", False),
        ("Paris 18", False),
        ("Lyon 3e arrondissement", False),
        ("Saint-Denis 974", False),
        ("Rueil-Malmaison", False),
        ("1, 2, 3", False),
    ],
)
def test_only_what_looks_like_an_address_goes_out(q: str, asked: bool) -> None:
    assert looks_like_an_address(q) is asked


def test_only_plausible_addresses_are_kept(api: Client, ban: Ban, connected: Geocoder) -> None:
    far = feature("nowhere")
    far["geometry"]["coordinates"] = [47.2, 91]
    ban.body = collection(
        feature("Nantes", "municipality"), feature("Le Bourg", "locality"), feature("weak", score=0.39), far, STREET
    )
    assert addresses(api, connected, "rue de strasbourg") == ["Le Bourg", STREET["properties"]["label"]]


def station(**more: Any) -> dict[str, Any]:
    """A point of interest, as the Géoplateforme answers: no label, and lists of what an address has once."""
    properties = {
        "toponym": "Gare de Nantes",
        "category": ["zone d’activité ou d’intérêt", "gare voyageurs uniquement"],
        "postcode": ["44000"],
        "citycode": ["44109"],
        "city": ["Nantes"],
        "score": 0.8,
        "_type": "poi",
        **more,
    }
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [-1.5419, 47.2173]},
        "properties": properties,
    }


def test_a_station_is_asked_for_among_the_points_of_interest(api: Client, ban: Ban, connected: Geocoder) -> None:
    ban.body = collection(station(), station(toponym="Nantes", category=["administratif", "commune"]))
    [item] = [each for each in suggest(api, connected, "gare de nantes") if each["type"] == "address"]
    assert (item["label"], item["detail"], item["precision"]) == (
        "Gare de Nantes 44000 Nantes",
        "Gare ou station",
        "address",
    )
    assert item["position"] == {"lat": 47.2173, "lon": -1.5419}
    assert ban.asked[0]["index"] == ["address,poi"]


def test_a_name_that_the_index_does_not_know_is_asked_once(api: Client, ban: Ban, connected: Geocoder) -> None:
    ban.body = collection(feature("La Zzquerie 44000 Nantes", "locality", id="44109_b123"))
    assert [item["label"] for item in suggest(api, connected, "la zzquerie")] == ["La Zzquerie 44000 Nantes"]
    assert len(ban.asked) == 1
    assert suggest(api, connected, "nantes")[0]["id"] == "commune:44109"
    assert len(ban.asked) == 1, "what the index knows is not asked"


def test_what_only_resembles_a_name_of_the_index_is_asked(api: Client, ban: Ban, connected: Geocoder) -> None:
    ban.body = collection(feature("Nanntes 44300 Nantes", "locality", id="44109_b124"))
    assert suggest(api, connected, "naanntes")[0]["id"] == "address:44109_b124"
    assert suggest(api, connected, "nante")[0]["id"] == "commune:44109"
    assert len(ban.asked) == 1, "what begins a name of the index is not asked while it is typed"


def test_a_page_asks_about_all_that_the_index_is_not_sure_of(api: Client, ban: Ban, connected: Geocoder) -> None:
    ban.body = collection(feature("La Nanterie 44300 Nantes", "locality", id="44109_b125", postcode="44300"))
    for q in ("nantes", "44260", "44999", "Saint-Denis 93"):
        understand(api, connected, q)
    assert ban.asked == []
    found = understand(api, connected, "nante")
    assert found.sure == []
    assert found.others[0]["id"] == "commune:44109", "a name that begins so is likelier"
    assert "address:44109_b125" in {item["id"] for item in found.others}
    assert [item["id"] for item in understand(api, connected, "la nanterie, Nantes").sure] == ["address:44109_b125"]


def test_another_towns_street_is_not_taken_for_the_typed_one(api: Client, ban: Ban, connected: Geocoder) -> None:
    rue = feature("Rue de la Paix 75002 Paris", "street", 0.45, id="75102_1", postcode="75002", city="Paris")
    ban.body = collection(rue)
    found = understand(api, connected, "rue de la Paix Nantes")
    assert found.sure == []
    assert [item["id"] for item in found.others] == ["address:75102_1", "commune:44109"]
    assert [item["id"] for item in understand(api, connected, "Paris rue de la Paix").sure] == ["address:75102_1"]


def test_a_geocoder_that_is_away_is_told_of(api: Client, ban: Ban, connected: Geocoder) -> None:
    assert not understand(api, connected, "12 rue de strasbourg").away
    ban.held.clear()
    connected.timeout_s = 0.2
    began = time.monotonic()
    found = understand(api, connected, "3 rue zzquerie")
    assert (found.sure, found.others, found.away) == ([], [], True)
    assert time.monotonic() - began < 0.8
    assert len(ban.asked) == 2, "it is not asked twice for one text"
    for q in ("nantes", "zzqx", "44999"):
        assert not understand(api, connected, q).away, "its failure says nothing of what it is not asked"


def test_an_answer_is_remembered(api: Client, ban: Ban, connected: Geocoder) -> None:
    for q in ("12 rue de Strasbourg", "12  RUE de strasbourg "):
        assert len(addresses(api, connected, q)) == 2
    assert len(ban.asked) == 1


FAILURES: dict[str, dict[str, Any]] = {
    "an error": {"status": 500},
    "too many": {"status": 429},
    "a page": {"body": b"<html>"},
    "another shape": {"body": b'{"features": [{"properties": {"label": 3}}]}'},
    "not a collection": {"body": b"[]"},
    "a huge answer": {"body": b'{"features": [' + b" " * 10_000_000 + b"]}"},
    "cut short": {"headers": {"Content-Length": "100000"}},
    "elsewhere": {"status": 302, "headers": {"Location": "/search/elsewhere"}},
}


@pytest.mark.parametrize("how", FAILURES)
def test_a_geocoder_that_fails_takes_nothing_away(
    api: Client, ban: Ban, connected: Geocoder, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    for name, value in FAILURES[how].items():
        setattr(ban, name, value)
    with caplog.at_level(logging.DEBUG):
        assert suggest(api, connected, "place des petits lu") == suggest(api, None, "place des petits lu")
        assert suggest(api, connected, "1 les petits lutins") == suggest(api, None, "1 les petits lutins")
    assert len(ban.asked) == 2  # a redirect is not followed, and a failure is not remembered as an answer
    assert "petits" not in caplog.text


def test_a_geocoder_that_hangs_is_not_waited_for(api: Client, ban: Ban, connected: Geocoder) -> None:
    ban.held.clear()
    connected.timeout_s = 0.2
    began = time.monotonic()
    assert suggest(api, connected, "rue de nantes") == suggest(api, None, "rue de nantes")
    assert time.monotonic() - began < 1.5


def test_after_three_failures_it_is_left_alone_for_a_while(
    api: Client, ban: Ban, connected: Geocoder, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, logger="ribambelle.geocoder")
    ban.status = 503
    for number in range(5):
        assert addresses(api, connected, f"{number} rue de Strasbourg") == []
    assert len(ban.asked) == 3
    assert caplog.messages == ["3 failures in a row, the last Refused: left alone for 30 s"]
    ban.status = 200
    assert addresses(api, connected, "12 rue de Strasbourg") == []
    connected.resting_until = time.monotonic()
    assert len(addresses(api, connected, "12 rue de Strasbourg")) == 2
    ban.status = 503
    assert addresses(api, connected, "13 rue de Strasbourg") == []
    assert addresses(api, connected, "14 rue de Strasbourg") == []
    assert len(ban.asked) == 6  # the row of failures began anew


def test_a_text_that_it_refuses_is_no_failure(api: Client, ban: Ban, connected: Geocoder) -> None:
    ban.status = 400
    for number in range(4):
        assert addresses(api, connected, f"{number} rue ?") == []
    assert len(ban.asked) == 4


def test_without_a_geocoder_there_are_no_addresses(api: Client) -> None:
    assert geocoder.connect(Settings(geocoder_url="")) is None
    assert all(item["type"] != "address" for item in suggest(api, None, "12 rue de Strasbourg"))
