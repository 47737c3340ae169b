"""deploy/Caddyfile with the real Caddy before the real site, on loopback, under a certificate of its own authority."""

import json
import os
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.conftest import LOCAL, ROOT, wait_for
from tests.product.security.serving import (
    Port,
    accepts,
    as_process,
    connect,
    free_port,
    rest,
    send_until_closed,
    status,
)

NOWHERE = "/api/v1/nowhere"
"""Counts as a request, and needs no engine."""


@dataclass(frozen=True)
class Proxy:
    """`ask` gives the whole answer as bytes; `source` is the visitor's address."""

    http: Port
    https: Port
    log: Path
    site: psutil.Process
    process: "subprocess.Popen[bytes]"

    def connect(self, source: str = "127.0.0.2") -> ssl.SSLSocket:
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE  # its authority is of this test only
        return trusting.wrap_socket(connect(self.https, source), server_hostname="localhost")

    def ask(self, path: str, *headers: str, source: str = "127.0.0.2") -> bytes:
        with self.connect(source) as connected:
            lines = [f"GET {path} HTTP/1.1", "Host: localhost", "Connection: close", *headers, "", ""]
            connected.sendall("\r\n".join(lines).encode())
            return rest(connected)

    def left(self, *headers: str, source: str) -> int:
        """How many requests this visitor has left, after one."""
        answer = self.ask(NOWHERE, *headers, source=source)
        return int(
            dict(line.split(b": ") for line in answer.split(b"\r\n\r\n")[0].lower().split(b"\r\n")[1:])[
                b"ratelimit-remaining"
            ]
        )


def caddy() -> str:
    """The program. Where it is missing these tests are left out, but not in CI."""
    found = shutil.which("caddy") or shutil.which("caddy", path=LOCAL / "caddy/usr/bin")
    if found is None:
        assert os.environ.get("CI") != "true", "il manque Caddy"
        pytest.skip("il manque Caddy")
    return found


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    program, directory = caddy(), tmp_path_factory.mktemp("caddy")
    http, https = free_port(), free_port()
    # A window that no test outlives. Requests that reach the site come from 127.0.0.1 all, as from one proxy.
    limits = {"RATE_LIMIT": "1000", "RATE_WINDOW_S": "86400", "TRUSTED_PROXIES": "127.0.0.1"}
    site_url = f"https://localhost:{https}"
    with as_process(directory / "site.log", SITE_URL=site_url, **limits) as (upstream, site):
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(directory),
            "SITE_URL": site_url,
            "SITE_UPSTREAM": f"127.0.0.1:{upstream}",
            "CADDY_BIND": "127.0.0.1",
            "HTTP_PORT": str(http),
            "HTTPS_PORT": str(https),
        }
        log = directory / "caddy.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [program, "run", "--adapter", "caddyfile", "--config", str(ROOT / "deploy/Caddyfile")],
                env=environment,
                cwd=directory,
                stdout=output,
                stderr=output,
            )
        found = Proxy(http, https, log, site, process)
        try:
            wait_for(lambda: is_ready(found) or process.poll() is not None, seconds=30, what="Caddy")
            assert process.poll() is None, log.read_text("utf-8")
            yield found
        finally:
            process.terminate()
            process.wait(20)


def is_ready(proxy: Proxy) -> bool:
    """It listens before it has a certificate."""
    if not accepts(proxy.https):
        return False
    try:
        return status(proxy.ask("/healthz")) == 200
    except OSError:
        return False


def logged(proxy: Proxy, what: str) -> list[dict[str, Any]]:
    lines = proxy.log.read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines if line.startswith("{") and what in line]


def test_it_listens_where_it_was_told_to_and_has_no_door_for_administration(proxy: Proxy) -> None:
    listening = {
        (each.laddr.ip, each.laddr.port)
        for each in psutil.Process(proxy.process.pid).net_connections("tcp")
        if each.status == psutil.CONN_LISTEN
    }
    assert listening == {("127.0.0.1", proxy.http), ("127.0.0.1", proxy.https)}


def test_two_visitors_behind_the_proxy_are_two_clients(proxy: Proxy) -> None:
    first = proxy.left(source="127.0.0.2")
    assert proxy.left(source="127.0.0.2") == first - 1
    assert proxy.left(source="127.0.0.3") == 999
    assert proxy.left(source="127.0.0.2") == first - 2


def test_a_forged_header_makes_nobody_another_client(proxy: Proxy) -> None:
    before = proxy.left(source="127.0.0.4")
    forgeries = (
        ["X-Forwarded-For: 203.0.113.9"],
        ["X-Forwarded-For: 203.0.113.9, 127.0.0.1"],
        ["X-Forwarded-For: 203.0.113.9", "X-Forwarded-For: 127.0.0.1"],
        ["X-Forwarded-For: junk,,", "Forwarded: for=203.0.113.9"],
        ["X-Real-IP: 203.0.113.9", "Connection: X-Forwarded-For, close"],
    )
    found = [proxy.left(*headers, source="127.0.0.4") for headers in forgeries]
    assert found == [before - number for number in range(1, len(forgeries) + 1)]


def test_http_is_sent_to_https(proxy: Proxy) -> None:
    with connect(proxy.http) as connected:
        connected.sendall(b"GET /?near=47.21,-1.55 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answer = rest(connected)
    assert status(answer) == 308
    assert b"\r\nLocation: https://localhost" in answer


def test_large_headers_are_refused_by_the_proxy_itself(proxy: Proxy) -> None:
    answer = proxy.ask("/healthz", "X: " + "x" * 40_000)
    assert status(answer) == 431
    assert b"problem+json" not in answer  # that would be the site's
    with proxy.connect() as connected:
        connected.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ")
        assert send_until_closed(connected, b"x" * 65_536, 50_000_000) < 20_000_000


def test_large_bodies_are_refused_with_the_sites_page_or_by_the_proxy(proxy: Proxy) -> None:
    head = "POST /connexion HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n"
    answer = upload(proxy, f"{head}Content-Length: 34000000\r\n\r\n".encode(), b"x" * 60_000, 34_000_000)
    assert status(answer) == 413
    assert "choisissez un fichier plus léger" in answer.decode()
    answer = upload(proxy, f"{head}Content-Length: 99000000\r\n\r\n".encode(), b"x" * 60_000, 99_000_000)
    assert status(answer) == 413
    chunk = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    head += "Content-Type: multipart/form-data; boundary=b\r\nTransfer-Encoding: chunked\r\n\r\n"
    part = b'--b\r\nContent-Disposition: form-data; name="copy"; filename="copy.pdf"\r\n\r\n'
    answer = upload(proxy, head.encode() + b"%x\r\n%s\r\n" % (len(part), part), chunk, 99_000_000)
    assert status(answer) == 413
    assert status(proxy.ask("/healthz")) == 200


def upload(proxy: Proxy, head: bytes, piece: bytes, most: int) -> bytes:
    """The answer that comes while a body is being sent, as to a browser. Fails when the body is taken to its end."""
    with proxy.connect() as connected:
        connected.sendall(head)
        sent, answer = 0, b""
        while sent < most and not answer:
            connected.settimeout(20)
            try:
                sent += connected.send(piece)
                connected.settimeout(0.001)
                answer = connected.recv(65_536)
            except TimeoutError:
                continue
            except OSError:
                break
        connected.settimeout(20)
        assert sent < most
        return answer + rest(connected)


def test_the_logs_say_neither_who_asked_nor_for_what(proxy: Proxy) -> None:
    private = "q=impasse-du-secret&near=47.21234,-1.55678"
    answer = proxy.ask(f"/api/v1/nowhere?{private}", f"Referer: https://localhost/?{private}", source="127.0.0.5")
    assert status(answer) == 404
    wait_for(lambda: bool(logged(proxy, "/api/v1/nowhere")), what="a line about it")
    text = proxy.log.read_text("utf-8")
    for each in ("secret", "47.21", "127.0.0.5", "near", "Referer", "headers"):
        assert each not in text, each
    line = logged(proxy, "/api/v1/nowhere")[-1]
    assert (line["status"], line["request"]["uri"]) == (404, "/api/v1/nowhere")


def test_a_site_that_is_away_is_said_in_french_and_not_logged_with_the_query(proxy: Proxy) -> None:
    """The last: it ends the site."""
    children = [proxy.site, *proxy.site.children(recursive=True)]
    for each in children:
        each.kill()
    psutil.wait_procs(children, timeout=10)
    answer = proxy.ask("/?q=impasse-du-secret", source="127.0.0.6")
    assert status(answer) == 502
    assert "Le site ne répond pas" in answer.decode()
    assert b"\r\nRetry-After: 30\r\n" in answer
    wait_for(lambda: bool(logged(proxy, '"status":502')), what="a line about it")
    text = proxy.log.read_text("utf-8")
    assert "secret" not in text
    assert "127.0.0.6" not in text
