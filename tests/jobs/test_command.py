"""`ribambelle jobs`, as far as it does not run."""

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
