"""The site's figures are the operator's: on a port of their own, and nothing of them on the public one."""

import socket
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.product.security.serving import accepts, as_process, free_port


def got(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


def test_the_figures_have_a_port_that_opens_and_closes_with_the_site(tmp_path: Path) -> None:
    port = free_port()
    with as_process(tmp_path / "site.log", METRICS_PORT=str(port)) as (public, _):
        assert got(public, "/healthz")[0] == 200
        status, text = got(public, "/metrics")
        assert status == 404
        assert "ribambelle_" not in text
        status, text = got(port, "/metrics")
        assert status == 200
        assert 'ribambelle_http_request_seconds_count{method="GET",route="/healthz",status="2xx"}' in text
        # Without an engine too, which is when they are wanted most.
        assert "ribambelle_search_ready 0.0" in text
    assert not accepts(port)


def test_a_port_that_is_taken_is_said_in_one_sentence(tmp_path: Path) -> None:
    log = tmp_path / "site.log"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with pytest.raises((AssertionError, subprocess.TimeoutExpired)), as_process(log, METRICS_PORT=port):
            pass
    [sentence] = log.read_text("utf-8").splitlines()
    assert f"127.0.0.1:{port}" in sentence
    assert "Réglez METRICS_PORT et METRICS_HOST" in sentence
