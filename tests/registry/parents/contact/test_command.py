"""`ribambelle mail receive`: the server for answers as a process of its own."""

import os
import signal
import smtplib
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import cli
from settings import get_settings
from tests.conftest import ROOT, wait_for
from tests.product.way.conftest import free_port, ribambelle
from tests.registry.parents.contact.conftest import HERS, PARENT, World


def test_it_takes_answers_until_it_is_told_to_stop(world: World, tmp_path: Path) -> None:
    given = world.rooms.settings.model_copy(update={"relay_port": free_port()})
    environment = {name.upper(): str(value) for name, value in given.model_dump(exclude_defaults=True).items()}
    to = world.write().reply_to
    assert to is not None
    # Its clock is the real one: the thread must be live by it.
    world.sql("update contact_thread set ends_at = now() + interval '1 day'")
    world.port = given.relay_port
    with (tmp_path / "log").open("wb") as log:
        running = subprocess.Popen(
            [sys.executable, *ribambelle("mail", "receive")],
            cwd=ROOT,
            env=os.environ | environment,
            stdout=log,
            stderr=log,
        )
    try:

        def listens() -> bool:
            try:
                smtplib.SMTP("127.0.0.1", given.relay_port, timeout=2).close()
            except OSError:
                return running.poll() is not None
            return True

        wait_for(listens, seconds=30, what="the server")
        assert world.answer(to, HERS, "Oui, le mardi.") == "250"
        assert "Oui, le mardi." in world.letters(PARENT)[-1].body
        running.send_signal(signal.SIGTERM)
        assert running.wait(timeout=20) == 0
    finally:
        if running.poll() is None:
            running.kill()
            running.wait()
    told = (tmp_path / "log").read_text("utf-8")
    assert "an answer was relayed" in told
    for private in (HERS, PARENT, to, "mardi"):
        assert private not in told


def test_without_the_sites_key_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://127.0.0.1:9/none")
    monkeypatch.setenv("ELASTICSEARCH_URL", "http://127.0.0.1:9")
    monkeypatch.delenv("SECRET_KEY", raising=False)
    get_settings.cache_clear()
    done = CliRunner().invoke(cli.app, ["mail", "receive"])
    get_settings.cache_clear()
    assert done.exit_code == 1
    assert done.stderr.startswith("SECRET_KEY manque\u00a0: ")
