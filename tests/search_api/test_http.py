"""What every answer is sent with: ETag, Cache-Control, compression, CORS; HEAD; what is too long."""

import gzip
import http.client
import socket
import threading
from collections.abc import Iterator

import httpx
import pytest
import uvicorn
from elasticsearch import Elasticsearch
from fastapi.routing import APIRoute

from mappings import indexes
from search_api import problems
from search_api.http import wrappers
from search_api.http.app import create_app
from settings import Settings
from tests.conftest import wait_for
from tests.search_api.conftest import INDEXED_AT, Client, client

LIST = "/api/v1/offers?near=47.2186,-1.5541&facets=kind"
MAP = "/api/v1/map?bbox=-5,41,9,51&zoom=6"
GETS = [
    LIST,
    f"{LIST}&format=geojson",
    "/api/v1/offers/anne",
    "/api/v1/offers/lutins",
    MAP,
    "/api/v1/suggest?q=nantes",
    "/api/v1/counts?by=kind",
    "/api/v1/nearly?need=mon@08:00-18:00",
    "/api/v1/pairs?need=mon@08:00-18:00*2",
]
GZIP = {"Accept-Encoding": "gzip"}
PLAIN = {"Accept-Encoding": "identity"}


def ask(api: Client, method: str, path: str, **headers: str) -> httpx.Response:
    """`headers`: with _ for -. Uncompressed unless they say otherwise."""
    named = PLAIN | {name.replace("_", "-").title(): value for name, value in headers.items()}
    return api.portal.call(lambda: api.http.request(method, path, headers=named))


@pytest.mark.parametrize("path", GETS)
def test_who_has_the_answer_already_gets_a_304(api: Client, path: str) -> None:
    first = ask(api, "GET", path)
    tag = first.headers["etag"]
    assert first.status_code == 200
    assert tag.startswith('"')  # strong
    assert first.headers["cache-control"] == "private, no-cache"
    for kept in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = ask(api, "GET", path, if_none_match=kept)
        assert (again.status_code, again.content) == (304, b"")
        for name in ("etag", "cache-control", "vary", "ratelimit-limit", "access-control-allow-origin"):
            assert name in again.headers
        assert again.headers["etag"] == tag
    for other in ('"other"', tag.strip('"')[:-1], '""'):
        assert ask(api, "GET", path, if_none_match=other).content == first.content


def test_the_etag_outlives_the_moment_and_not_a_change(settings: Settings, engine: Elasticsearch) -> None:
    alias = indexes.alias(settings.index_prefix, "offers")

    def told(moment: str) -> httpx.Response:
        engine.indices.put_mapping(index=alias, meta={"indexed_at": moment})
        with client(settings) as api:  # which remembers no earlier moment
            return ask(api, "GET", LIST)

    before, after = told(INDEXED_AT), told("2026-11-23T09:00:07+00:00")
    told(INDEXED_AT)
    assert after.json()["data"] != before.json()["data"]
    assert {**after.json(), "data": {}} == {**before.json(), "data": {}}
    assert after.headers["etag"] == before.headers["etag"]
    offer = engine.get(index=alias, id="lutins").body["_source"]
    engine.index(index=alias, id="lutins", document=offer | {"name": "Autre nom"}, refresh=True)
    assert told(INDEXED_AT).headers["etag"] != before.headers["etag"]
    engine.index(index=alias, id="lutins", document=offer, refresh=True)
    assert told(INDEXED_AT).headers["etag"] == before.headers["etag"]


def test_the_forms_of_one_address_have_their_own_etags(api: Client) -> None:
    json = ask(api, "GET", LIST)
    geojson = ask(api, "GET", LIST, accept="application/geo+json")
    assert json.headers["etag"] != geojson.headers["etag"]
    for each in (json, geojson):
        assert {"Accept", "Accept-Encoding"} <= set(each.headers["vary"].split(", "))


def test_a_compressed_answer_is_revalidated_like_a_plain_one(api: Client) -> None:
    plain, compressed = ask(api, "GET", LIST), ask(api, "GET", LIST, accept_encoding="br, gzip;q=0.5")
    assert "content-encoding" not in plain.headers
    assert compressed.headers["content-encoding"] == "gzip"
    assert compressed.json() == plain.json()  # httpx unpacks it
    assert int(compressed.headers["content-length"]) < len(plain.content) / 2
    assert compressed.headers["etag"] != plain.headers["etag"]  # strong: other bytes
    for kept in (plain.headers["etag"], compressed.headers["etag"]):
        for coding in ("gzip", "identity", "gzip;q=0"):
            again = ask(api, "GET", LIST, accept_encoding=coding, if_none_match=kept)
            assert (again.status_code, again.headers["etag"]) == (304, kept)
            assert "Accept-Encoding" in again.headers["vary"]
    assert "content-encoding" not in ask(api, "GET", LIST, accept_encoding="gzip;q=0").headers


def test_problems_are_never_kept(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    one = settings.model_copy(update={"rate_limit": 8, "secret_key": "of this test as long as one has to be"})
    with client(one) as api:
        found = [ask(api, "GET", path) for path in ("/api/v1/offers/none", "/api/v1/offers?q=a&x=1", "/api/v1/x")]
        found.append(ask(api, "POST", "/api/v1/offers"))
        monkeypatch.setattr("search_api.offers.fiche", None)
        found.append(ask(api, "GET", "/api/v1/offers/anne"))
        found.append(ask(api, "GET", "/api/v1/suggest?q=" + "x" * problems.MOST_QUERY_BYTES))
        found.append(ask(api, "GET", "/api/v1/offers"))
    with client(settings.model_copy(update={"elasticsearch_url": "http://127.0.0.1:9"})) as api:
        found += [ask(api, "GET", path) for path in ("/api/v1/offers", "/readyz")]
    assert [each.status_code for each in found] == [404, 422, 404, 405, 500, 414, 429, 503, 503]
    for each in found:
        problem = each.json()
        assert each.headers["cache-control"] == "no-store"
        assert "etag" not in each.headers
        kind = problems.KINDS[problem["type"].removeprefix("/problems/")]
        assert (problem["status"], problem["title"]) == (each.status_code, kind.title) == (kind.status, kind.title)
        if each.request.url.path.startswith("/api/"):
            assert each.headers["access-control-allow-origin"] == "*"
            assert "ratelimit-remaining" in each.headers
    assert "NoneType" not in found[4].text


@pytest.mark.parametrize("headers", [PLAIN, GZIP], ids=["plain", "gzip"])
def test_head_is_the_get_without_its_body(api: Client, headers: dict[str, str]) -> None:
    routes = [route for route in api.app.routes if isinstance(route, APIRoute)]
    paths = GETS + [route.path for route in routes if "exports" in route.path] + ["/healthz", "/readyz", "/api/v1/x"]
    for path in paths:
        get, head = (ask(api, method, path, **headers) for method in ("GET", "HEAD"))
        moving = {"ratelimit-remaining", "ratelimit-reset"}
        assert {**head.headers, **dict.fromkeys(moving)} == {**get.headers, **dict.fromkeys(moving)}, path
        assert head.status_code == get.status_code
        assert head.content == b""
    kept = ask(api, "HEAD", LIST).headers["etag"]
    assert ask(api, "HEAD", LIST, if_none_match=kept).status_code == 304


def test_a_405_says_what_is_allowed(api: Client) -> None:
    response = ask(api, "DELETE", "/api/v1/offers/anne")
    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD")


def test_any_site_may_read_the_api_and_nothing_else(api: Client) -> None:
    origin = {"origin": "https://www.example.org"}
    for path in ("/api/v1/suggest?q=n", "/openapi.json"):
        answer = ask(api, "GET", path, **origin)
        assert answer.headers["access-control-allow-origin"] == "*"
        exposed = answer.headers["access-control-expose-headers"]
        assert {"ETag", "RateLimit-Remaining", "Retry-After"} <= set(exposed.split(", "))
    wanted = {"access_control_request_method": "GET", "access_control_request_headers": "if-none-match"}
    before = ask(api, "OPTIONS", "/api/v1/offers", **origin, **wanted)
    assert before.status_code == 204
    assert before.headers["access-control-allow-origin"] == "*"
    assert before.headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS"
    assert before.headers["access-control-allow-headers"] == "*"
    assert "access-control-allow-origin" not in ask(api, "GET", "/healthz", **origin).headers


@pytest.mark.parametrize("query", ["q=" + "x" * 8_000, "kind=eaje&" * 200])
def test_a_request_that_is_too_long_goes_no_further(api: Client, query: str) -> None:
    response = ask(api, "GET", f"/api/v1/offers?{query}")
    assert (response.status_code, response.json()["type"]) == (414, "/problems/request-too-long")


def test_fifty_communes_and_a_long_text_are_not_too_long(api: Client) -> None:
    communes = "&".join(f"commune={code}" for code in ["44109", "44143", "44162"] * 16)
    response = ask(api, "GET", f"/api/v1/offers?{communes}&q={'%C3%A9' * 200}&need=mon-sun@00:00-24:00")
    assert response.status_code == 200


@pytest.fixture
def served(settings: Settings) -> Iterator[http.client.HTTPConnection]:
    """A connection to the API behind its real server."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(create_app(settings), access_log=False, log_level="critical", lifespan="on")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        wait_for(lambda: server.started)
        connection = http.client.HTTPConnection(*listening.getsockname())
        yield connection
        connection.close()
        server.should_exit = True
        thread.join()


def test_one_connection_carries_head_304_and_gzip(served: http.client.HTTPConnection) -> None:
    """The server checks lengths against bodies, and what is left of an answer would be read as the next one."""

    def answer(method: str, path: str, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
        served.request(method, path, headers=headers)
        response = served.getresponse()
        return response, response.read()

    whole, body = answer("GET", LIST)
    head, nothing = answer("HEAD", LIST)
    assert (head.status, nothing) == (200, b"")
    assert head.headers["content-length"] == whole.headers["content-length"] == str(len(body))
    assert answer("GET", LIST, **{"If-None-Match": whole.headers["etag"]})[0].status == 304
    packed, content = answer("GET", LIST, **GZIP)
    assert packed.headers["etag"] == whole.headers["etag"][:-1] + '-gzip"'
    assert gzip.decompress(content)[:100] == body[:100]
    for path in ("/api/v1/exports/structures", "/api/v1/exports/structures?format=geojson"):
        stream, whole_export = answer("GET", path)
        head, nothing = answer("HEAD", path)
        assert (head.status, nothing, head.headers["content-type"]) == (200, b"", stream.headers["content-type"])
        assert gzip.decompress(answer("GET", path, **GZIP)[1]) == whole_export
    assert answer("GET", "/api/v1/offers/lutins")[0].status == 200


def test_compression_ends_where_the_client_says_no() -> None:
    def asked(value: str) -> bool:
        return wrappers.accepts_gzip({"headers": [(b"accept-encoding", value.encode())]})

    assert all(map(asked, ["gzip", "br, gzip", "gzip;q=0.5", "deflate, gzip ; q=1.0, *;q=0"]))
    assert not any(map(asked, ["", "identity", "br", "gzip;q=0", "gzip; q=0.000, br"]))
