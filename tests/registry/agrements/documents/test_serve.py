"""The site does not start without what encrypts copies of agréments."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

import cli
from settings import get_settings
from tests.rooms import DOCUMENT_KEY


@pytest.mark.parametrize(
    ("keys", "demo", "starts"),
    [("", "", False), ("no key", "", False), ("no key", "true", False), (DOCUMENT_KEY, "", True), ("", "true", True)],
    ids=["none", "no key", "no key in a demo", "a key", "none in a demo"],
)
def test_serve_refuses_to_start_without_a_key(
    keys: str, demo: str, starts: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    begun: list[object] = []
    monkeypatch.setattr("cli.serve.uvicorn.run", lambda app, **more: begun.append(app))
    environment = {
        **{"DATABASE_URL": "postgresql://127.0.0.1:1/none", "ELASTICSEARCH_URL": "http://127.0.0.1:1"},
        **{"SECRET_KEY": "s" * 32, "DOCUMENT_KEYS": keys, "DEMO": demo or "false"},
    }
    get_settings.cache_clear()
    try:
        done = CliRunner().invoke(cli.app, ["serve"], env=environment)
    finally:
        get_settings.cache_clear()
    assert (done.exit_code == 0, len(begun) == 1) == (starts, starts)
    if not starts:
        assert "DOCUMENT_KEYS" in done.stderr
        assert done.stderr.count("\n") == 1
        assert "no key" not in done.stderr
