"""`ribambelle accounts`: the first administrator, and what it refuses."""

from collections.abc import Callable, Iterator

import pytest
import typer
from typer.testing import CliRunner, Result

from cli import accounts as commands
from local.servers import Urls
from registry import accounts
from registry.database import Connection
from settings import get_settings

Run = Callable[..., Result]


@pytest.fixture
def run(servers: Urls, registry_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    monkeypatch.setenv("DATABASE_URL", registry_url)
    monkeypatch.setenv("ELASTICSEARCH_URL", servers.elasticsearch_url)
    get_settings.cache_clear()
    app = typer.Typer()
    app.command("create")(commands.create)
    app.command("close")(commands.close)
    yield lambda *words: CliRunner().invoke(app, list(words))
    get_settings.cache_clear()


def test_the_first_administrator_is_made_once_and_can_be_closed(run: Run, registry: Connection) -> None:
    assert run("create", "Admin@example.org", "--role", "administrator", "--name", "A").exit_code == 0
    made = accounts.by_mail(registry, "admin@example.org")
    assert made is not None
    assert made.role == "administrator"
    registry.rollback()
    again = run("create", "admin@example.org", "--role", "moderator")
    assert again.exit_code == 1
    assert "déjà cette adresse" in again.output
    assert run("close", "admin@example.org").exit_code == 0
    assert accounts.by_mail(registry, "admin@example.org") is None


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["x", "--role", "moderator"], "adresse mail complète"),
        (["c@example.org", "--role", "caf"], "Choisissez le département"),
        (["r@example.org", "--role", "rpe", "--communes", "00000"], "inconnus"),
        (["r@example.org", "--role", "rpe", "--communes", "44109"], "dernier jour de la convention"),
        (["m@example.org", "--role", "moderator", "--until", "2020-01-01"], "entre aujourd’hui et le"),
        (["m@example.org", "--role", "moderator", "--until", "demain"], "comme 31/12/2027"),
        (["a@example.org", "--role", "am"], "Invalid value"),
    ],
)
def test_what_is_wrong_is_told(run: Run, registry: Connection, words: list[str], sentence: str) -> None:
    refused = run("create", *words)
    assert refused.exit_code != 0
    assert sentence in refused.output
    assert registry.execute("select count(*) from account").fetchall() == [(0,)]
