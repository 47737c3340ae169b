"""Elasticsearch over the plainest client there is: one connection, bytes in, bytes out. The floors use nothing else."""

import http.client
import json
import time
from typing import Any
from urllib.parse import urlsplit


class Plain:
    """One kept-open connection, for one thread."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url.split(",")[0])
        assert parts.hostname
        self._connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=120)

    def send(self, method: str, path: str, body: bytes | None = None, kind: str = "application/json") -> bytes:
        """The answer's body. Raises RuntimeError, with what Elasticsearch said, on any status but 2xx."""
        self._connection.request(method, path, body, {"Content-Type": kind})
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:500]!r}")
        return content

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        return json.loads(self.send(method, path, None if body is None else json.dumps(body).encode()))

    def bulk(self, body: bytes) -> None:
        """Raises RuntimeError when any document of it was refused."""
        if self.send("POST", "/_bulk?filter_path=errors", body, "application/x-ndjson") != b'{"errors":false}':
            raise RuntimeError("Elasticsearch refused documents of a prebuilt bulk")

    def exists(self, path: str) -> bool:
        self._connection.request("HEAD", path)
        answer = self._connection.getresponse()
        answer.read()
        return answer.status == 200


def settled(url: str) -> None:
    """Return when nothing of what was done before still works in the background: merges done, all of it on disk."""
    plain = Plain(url)
    plain.send("POST", "/_flush")
    quiet = 0
    while quiet < 3:
        merges = plain.ask("GET", "/_stats/merge?filter_path=_all.total.merges.current").get("_all", {})
        quiet = quiet + 1 if merges.get("total", {}).get("merges", {}).get("current", 0) == 0 else 0
        time.sleep(0.3)
