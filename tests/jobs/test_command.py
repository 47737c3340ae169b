"""`ribambelle jobs`, as far as it does not run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import cli
from settings import get_settings


def test_without_valkey_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://127.0.0.1:9/none")
    monkeypatch.setenv("ELASTICSEARCH_URL", "http://127.0.0.1:9")
    monkeypatch.delenv("REDIS_URL", raising=False)
    get_settings.cache_clear()
    done = CliRunner().invoke(cli.app, ["jobs"])
    get_settings.cache_clear()
    assert done.exit_code == 1
    assert done.stderr.startswith("REDIS_URL manque\u00a0: ")


FAILS = """
import logging
import cli, jobs.run
from indexer import bulk

def worker(settings, schedule):
    with bulk.client(settings, timeout_s=1) as engine:
        try:
            engine.info()
        except Exception as error:
            logging.getLogger("test").warning("%s", type(error).__name__)
    return 0

jobs.run.worker = worker
cli.app()
"""
"""The command with its own logging, and in place of its tasks one call to an Elasticsearch that is away."""


def test_its_log_holds_no_address_of_elasticsearch(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FAILS, "jobs", "--directory", str(tmp_path)],
        env=os.environ
        | {
            "DATABASE_URL": "postgresql://127.0.0.1:9/none",
            "ELASTICSEARCH_URL": "http://127.0.0.1:9,http://127.0.0.1:9/other",
            "REDIS_URL": "redis://127.0.0.1:9",
            "SECRET_KEY": "a key of the tests as long as one has to be",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stderr.endswith(" test ConnectionError\n")
    assert "127.0.0.1" not in done.stderr
    assert "Traceback" not in done.stderr
