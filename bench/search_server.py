"""The API as people run it, a process of its own, and what it asks of Elasticsearch for each request."""

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, urlsplit

from bench.processes import ProcessFailed, alongside
from bench.search_requests import Asked
from bench.setup import PROGRAM, environment
from settings import Settings

PATIENCE_S = 30.0
NO_LIMIT = 1_000_000_000
"""Requests in a window: the limiter counts every one of them and refuses none."""

CURSOR_KEY = "of the bench alone and as long as one has to be"
"""The same for each process, so that a cursor of one is good for the next."""

PLAIN = {"Accept-Encoding": "identity"}
HOP_BY_HOP = ("connection", "content-length", "host", "keep-alive", "transfer-encoding")


@dataclass(frozen=True)
class Served:
    """Where a process of ours answers, and its id."""

    port: int
    pid: int


@dataclass(frozen=True)
class Search:
    """One search as the API sent it to Elasticsearch: path, headers and body, byte for byte."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Beside:
    """A request to the API, and the search that it becomes."""

    asked: Asked
    search: Search


@contextmanager
def serving(settings: Settings, log: Path) -> Iterator[Served]:
    """`ribambelle serve` on a free port, once it answers: the limiter counts in Valkey, and never says no."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    env = environment(settings) | {"SECRET_KEY": CURSOR_KEY, "RATE_LIMIT": str(NO_LIMIT)}
    with alongside([PROGRAM, "serve", "--port", str(port)], env, log) as pid:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                get(port, "/healthz")
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise ProcessFailed(f"the API does not begin (see {log})") from None
                time.sleep(0.1)
        yield Served(port, pid)


def get(port: int, path: str) -> tuple[bytes, Mapping[str, str]]:
    """An answer's body and headers (names in small letters). Raises ProcessFailed on any status but 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers=PLAIN)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    if answer.status != 200:
        raise ProcessFailed(f"GET {path}: {answer.status} {content[:600].decode()}")
    return content, {name.lower(): value for name, value in answer.getheaders()}


def recorded(settings: Settings, asked: Sequence[Asked], log: Path) -> list[Beside]:
    """Each request with the search that the API makes of it, seen on the wire between the two.

    So what is sent straight to Elasticsearch is what the API sends, however it builds and sends it. Raises
    ProcessFailed where the API refuses a request, or does not answer it with one search.
    """
    with recording(settings.elasticsearch_url.split(",")[0]) as (url, seen):
        through = settings.model_copy(update={"elasticsearch_url": url})
        with serving(through, log) as api:
            found = []
            for each in asked:
                if each.page == 2:
                    following = json.loads(get(api.port, each.path)[0])["next"]
                    if following is None:
                        continue  # a village: there is no second page
                    each = replace(each, path=f"{each.path}&cursor={quote(following)}", page=1)
                seen.clear()
                get(api.port, each.path)
                if len(seen) != 1:
                    raise ProcessFailed(f"GET {each.path} became {len(seen)} searches: {[one.path for one in seen]}")
                found.append(Beside(each, seen[0]))
    return found


@contextmanager
def recording(url: str) -> Iterator[tuple[str, list[Search]]]:
    """An address that passes everything on to Elasticsearch, and the searches that came by, newest last."""
    target = urlsplit(url)
    assert target.hostname
    seen: list[Search] = []

    class Passing(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
            if self.path.split("?")[0].endswith(("/_search", "/_msearch")):
                seen.append(Search(self.path, headers, body))
            connection = http.client.HTTPConnection(str(target.hostname), target.port, timeout=60)
            connection.request(self.command, self.path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in HOP_BY_HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_HEAD = pass_on  # noqa: N815 (the names that http.server calls)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Passing)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def to_api(path: str) -> bytes:
    """A request to the API as it goes over the wire."""
    lines = (f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: application/json", "Accept-Encoding: identity")
    return "\r\n".join([*lines, "", ""]).encode()


def to_engine(search: Search) -> bytes:
    """The search as the API sent it, but for compression, which neither side has here."""
    kept = {name: value for name, value in search.headers.items() if name.lower() != "accept-encoding"}
    headers = kept | {"Host": "127.0.0.1", "Content-Length": str(len(search.body))} | PLAIN
    lines = [f"POST {search.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + search.body
