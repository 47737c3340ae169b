"""At the address of Elasticsearch something else answers: every command says so in one sentence, and ends."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from typer.testing import CliRunner

import cli
from registry import database
from settings import get_settings

MOVED = "L’adresse d’Elasticsearch renvoie ailleurs (redirection HTTP)\u00a0: vérifiez ELASTICSEARCH_URL"
STRANGER = "Ce qui répond à l’adresse d’Elasticsearch n’est pas Elasticsearch\u00a0: vérifiez ELASTICSEARCH_URL."

SIGNED = {"X-Elastic-Product": "Elasticsearch"}
PAGE = {"Content-Type": "text/html; charset=utf-8"}
ANSWERS: dict[str, tuple[int, dict[str, str], bytes, str]] = {
    "301": (301, {"Location": "/elsewhere", **PAGE}, b"<html>", MOVED),
    "307": (307, {"Location": "https://127.0.0.1:9/"}, b"", MOVED),
    "302 to nowhere": (302, {}, b"", MOVED),
    "a page": (200, PAGE, b"<html>", STRANGER),
    "a page in Elasticsearch's name": (200, PAGE | SIGNED, b"<html>", STRANGER),
    "other words": (200, {"Content-Type": "text/plain"} | SIGNED, b"ok", STRANGER),
    "a page that is not found": (404, PAGE, b"<html>", STRANGER),
    "JSON of another service": (200, {"Content-Type": "application/json"}, b"{}", STRANGER),
}
COMMANDS = (["index", "status"], ["index", "check"], ["index", "run"], ["serve"])


@contextmanager
def answering(status: int, headers: dict[str, str], body: bytes) -> Iterator[tuple[str, list[str]]]:
    """The address of a server that gives this one answer to everything, and the paths that it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            asked.append(self.path)
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = answer  # noqa: N815 (the library's names)

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("answer", ANSWERS)
def test_every_command_says_it_in_one_sentence(registry_url: str, monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    status, headers, body, sentence = ANSWERS[answer]
    with database.connect(registry_url) as conn:
        conn.execute("insert into index_generation (name, index, state) values ('x-offers-1', 'offers', 'live')")
    with answering(status, headers, body) as (url, asked):
        for name, value in {
            "DATABASE_URL": registry_url,
            "ELASTICSEARCH_URL": url,
            "SECRET_KEY": "a key of the tests as long as one has to be",
            "DEMO": "true",
        }.items():
            monkeypatch.setenv(name, value)
        get_settings.cache_clear()
        for command in COMMANDS:
            done = CliRunner().invoke(cli.app, command)
            assert isinstance(done.exception, SystemExit), (command, done.exception)
            assert done.exit_code == 1, command
            assert done.stderr.startswith(sentence), command
            assert len(done.stderr.splitlines()) == 1, command
    get_settings.cache_clear()
    assert asked
    assert "/elsewhere" not in asked
