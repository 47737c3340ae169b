"""The README's first command, as a newcomer gives it: in a clean clone, with nothing set up."""

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from registry import database
from tests.conftest import ROOT, wait_for

FIRST_S, AGAIN_S = 240, 60
"""Bounds for a busy machine; the figures that are promised stand in the README and are measured, not tested."""


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clone") / "ribambelle"
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", ROOT, folder], check=True)
    return folder


@pytest.fixture(scope="module")
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def demo(clone: Path, port: int, seconds: float, stop: signal.Signals) -> Iterator[str]:
    """`make demo`, ready; yields what it printed. Then `stop` as a terminal sends it, and nothing is left."""
    output = clone.parent / f"output-{stop.name}"
    environment = {k: v for k, v in os.environ.items() if not k.endswith("_URL") and k != "VIRTUAL_ENV"}
    with output.open("w") as file:
        process = subprocess.Popen(
            ["make", "demo", f"PORT={port}"],
            cwd=clone,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_for(
            lambda: "Ctrl-C" in output.read_text("utf-8") or process.poll() is not None,
            seconds=seconds,
            what="the demo",
        )
        assert process.poll() is None, output.read_text("utf-8")
        children = psutil.Process(process.pid).children(recursive=True)
        assert len(children) >= 9, "three servers, three reference services, the indexer, the tasks and the site"
        yield output.read_text("utf-8")
    finally:
        if process.poll() is None:
            if stop is signal.SIGINT:
                os.killpg(process.pid, stop)
            else:
                process.send_signal(stop)
        process.wait(timeout=30)
    _, alive = psutil.wait_procs(children, timeout=15)
    assert alive == [], "nothing is left running"


def test_a_clean_clone_shows_the_product_and_ctrl_c_stops_it(clone: Path, port: int) -> None:
    with demo(clone, port, FIRST_S, signal.SIGINT) as printed, httpx.Client(timeout=10) as http:
        assert f"http://localhost:{port}/" in printed
        examples = re.findall(r"curl '([^']+)'", printed)
        assert len(examples) == 3
        for example in examples:
            assert http.get(example).raise_for_status().json()["items"], example
        assert http.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
        assert "Où cherchez-vous" in http.get(f"http://127.0.0.1:{port}/").text
        a_code_arrives(http, f"http://127.0.0.1:{port}", printed)
        check = subprocess.run([clone / ".venv/bin/ribambelle", "index", "check"], cwd="/", capture_output=True)
        assert check.returncode == 0, check.stdout.decode() + check.stderr.decode()
        assert "indexer pauses" not in (clone / ".local/demo/index.log").read_text("utf-8")


def a_code_arrives(http: httpx.Client, site: str, printed: str) -> None:
    """Ask for a code as the form of the sign-in does; it comes to the mailbox that was printed."""
    mailbox = re.search(r"arrivent ici\u00a0: (http://127\.0\.0\.1:\d+/)", printed)
    assert mailbox
    accounts = re.findall(r"\w+@demo\.example", printed)
    assert len(accounts) == 12
    page = http.get(f"{site}/connexion").text
    token = re.search(r'name="csrf" value="(\w+)"', page)
    assert token
    sent = http.post(f"{site}/connexion", data={"csrf": token[1], "mail": accounts[0]}, follow_redirects=True)
    assert sent.status_code == 200, sent.text
    wait_for(
        lambda: bool(http.get(f"{mailbox[1]}mails", params={"to": accounts[0]}).json()), seconds=90, what="the code"
    )


def test_a_second_start_keeps_the_data_and_follows_a_change_in_postgresql(clone: Path, port: int) -> None:
    before = time.monotonic()
    with demo(clone, port, AGAIN_S, signal.SIGTERM) as printed, httpx.Client(timeout=10) as http:
        assert "communes de France" not in printed, f"it loaded again, in {time.monotonic() - before:.0f} s"
        far_ahead = (
            f"http://127.0.0.1:{port}/api/v1/offers?commune=44109&kind=assistant_maternel&from=2031-01-01&limit=100"
        )
        need = f"{far_ahead}&need=sun@03:00-04:00"
        offer = next(
            item["id"] for item in http.get(far_ahead).json()["items"] if item["availability"]["status"] == "unknown"
        )
        assert offer not in {item["id"] for item in http.get(need).json()["items"]}
        servers = (clone / ".local/demo/run.json").read_text("utf-8")
        found = re.search(r'"database_url": "([^"]+)"', servers)
        assert found
        with database.connect(found[1]) as conn:
            conn.execute(
                "with t as (insert into timetable (offer, period) values (%s, '[2031-01-01,)') returning id)"
                " insert into timetable_range (timetable, weekday, slot, start_minute, end_minute, places)"
                " select id, 6, 1, 0, 600, 1 from t",
                [offer],
            )
        wait_for(lambda: offer in {item["id"] for item in http.get(need).json()["items"]}, seconds=5)


def test_a_taken_port_is_told_in_one_sentence(clone: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = server.getsockname()[1]
        done = subprocess.run(
            [clone / ".venv/bin/ribambelle", "demo", "--port", str(taken)], capture_output=True, text=True, timeout=30
        )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert str(taken) in done.stderr
