"""`ribambelle index status`: one page for people, one object for machines, whatever is away."""

import json

import pytest
from typer.testing import CliRunner

import cli
from local.servers import Urls
from registry import database
from settings import get_settings
from tests.records import structure


@pytest.fixture
def prefix(servers: Urls, registry_url: str, run_id: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The command's environment names a registry of one change and nothing in Elasticsearch."""
    monkeypatch.setenv("DATABASE_URL", registry_url)
    monkeypatch.setenv("ELASTICSEARCH_URL", servers.elasticsearch_url)
    monkeypatch.setenv("INDEX_PREFIX", f"test-{run_id}-status")
    get_settings.cache_clear()
    with database.connect(registry_url) as conn:
        structure(conn, "Les Lutins")
    return f"test-{run_id}-status"


def run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(cli.app, ["index", "status", *arguments])
    return done.exit_code, done.stdout, done.stderr


def test_before_there_is_an_index_it_says_what_to_do(prefix: str) -> None:
    code, out, advice = run()
    assert code == 0
    assert "En attente\u00a0: 1, le plus ancien depuis " in out
    assert "Indexeurs en marche\u00a0: 0\n" in out
    assert "index rebuild" in advice


def test_without_elasticsearch_the_registrys_part_is_shown_and_the_code_is_1(
    prefix: str, registry_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELASTICSEARCH_URL", "http://127.0.0.1:9")
    get_settings.cache_clear()
    with database.connect(registry_url) as conn:
        conn.execute("insert into index_generation (name, index, state) values ('x-offers-1', 'offers', 'live')")
        conn.execute("insert into index_check values ('offers', '2026-11-23 02:00Z', 4.5, 1234, 1, 0, 0, 2)")
    code, out, problem = run()
    assert code == 1
    assert "Offres, en service\u00a0: x-offers-1\n" in out
    assert "23/11/2026 à 03:00:00, 1\u202f234\u00a0documents\u00a0: 1\u00a0absent, 2\u00a0différents\n" in out
    assert problem.startswith("Elasticsearch ne répond pas")

    code, out, _ = run("--json")
    assert code == 1
    found = json.loads(out)
    assert (found["elasticsearch"], found["queue"], found["live"]) == ("away", 1, {"offers": "x-offers-1"})
