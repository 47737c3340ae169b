"""Where a home is: in its own commune, or nowhere; and never in the way of a registration."""

import json
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from math import hypot

import pytest

from registry import remote
from registry.territory import geocoding
from settings import Settings
from tests.registry.agrements.identity.conftest import Service

NANTES, SAINT_HERBLAIN = "44109", "44162"
STREET = "27 rue du Secret"


@pytest.fixture
def settings(geocoder: Service) -> Settings:
    return Settings(geocoder_url=f"{geocoder.url}/search", geocoder_timeout_s=0.8)


@contextmanager
def answering(body: bytes, *, pause_s: float = 0) -> Iterator[Settings]:
    """A geocoder that gives everyone this answer, byte by byte where there is a pause between them."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            for at in range(len(body)) if pause_s else (0,):
                try:
                    self.wfile.write(body[at : at + 1] if pause_s else body)
                except OSError:
                    return
                time.sleep(pause_s)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield Settings(geocoder_url=f"http://127.0.0.1:{server.server_port}/search", geocoder_timeout_s=0.3)
        finally:
            server.shutdown()
            thread.join()


def feature(citycode: str, score: float = 0.9, type: str = "housenumber") -> bytes:
    properties = {"type": type, "score": score, "citycode": citycode, "street": "rue X", "name": "27 rue X"}
    geometry = {"type": "Point", "coordinates": [-1.55, 47.21]}
    features = [{"type": "Feature", "geometry": geometry, "properties": properties}]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def test_a_home_and_its_street_are_found_in_the_commune(settings: Settings) -> None:
    found = geocoding.place(settings, STREET, "44000", NANTES)
    assert found is not None
    assert (found.precision, found.street) == ("address", "rue du Secret")
    assert found.street_lat is not None
    assert found.street_lon is not None
    assert 0 < hypot(found.lat - found.street_lat, found.lon - found.street_lon) < 0.01, "near, and not the same"
    assert hypot(found.lat - 47.2316, found.lon + 1.5483) < 0.06
    assert geocoding.place(settings, STREET, "44000", NANTES) == found
    elsewhere = geocoding.place(settings, STREET, "44800", SAINT_HERBLAIN)
    assert elsewhere is not None
    assert (elsewhere.lat, elsewhere.lon) != (found.lat, found.lon)


def test_without_a_number_the_home_is_at_its_street(settings: Settings) -> None:
    found = geocoding.place(settings, "rue du Secret", "44000", NANTES)
    assert found is not None
    assert (found.precision, found.street_lat, found.street_lon) == ("street", found.lat, found.lon)


def test_what_is_not_found_is_none(settings: Settings) -> None:
    assert geocoding.place(settings, "3 rue Introuvable", "44000", NANTES) is None
    assert geocoding.place(settings, "  ", "44000", NANTES) is None
    assert geocoding.place(Settings(geocoder_url=""), STREET, "44000", NANTES) is None


@pytest.mark.parametrize(
    "answer",
    [
        feature(SAINT_HERBLAIN),
        feature(NANTES, score=0.2),
        feature(NANTES, type="municipality"),
        b'{"features": []}',
        b'{"features": [{}]}',
        b"[1]",
        b"<html>",
        b'{"features": "' + bytes(70_000) + b'"}',
    ],
    ids=["another commune", "a poor match", "a whole commune", "none", "empty", "a list", "a page", "far too much"],
)
def test_an_answer_that_is_of_no_use_is_none(answer: bytes) -> None:
    with answering(answer) as settings:
        assert geocoding.place(settings, STREET, "44000", NANTES) is None


def test_the_same_answer_for_the_right_commune_is_taken() -> None:
    with answering(feature(NANTES)) as settings:
        found = geocoding.place(settings, STREET, "44000", NANTES)
    assert found is not None
    assert found.street_lat is None, "it did not answer a street when asked for one"


def test_one_that_drips_is_given_up_in_time() -> None:
    with answering(feature(NANTES), pause_s=0.05) as settings:
        begun = time.monotonic()
        assert geocoding.place(settings, STREET, "44000", NANTES) is None
        assert time.monotonic() - begun < 2 * settings.geocoder_timeout_s + 1


def test_one_that_is_gone_is_none_and_nothing_of_the_address_is_in_a_log(
    settings: Settings, geocoder: Service, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        assert geocoding.place(settings, STREET, "44000", NANTES) is not None
        geocoder.stop()
        for _ in range(remote.FAILURES_IN_A_ROW):
            assert geocoding.place(settings, STREET, "44000", NANTES) is None
    assert "geocoder is away" in caplog.text
    for private in ("Secret", "44000", NANTES):
        assert private not in caplog.text
