"""The jars of the node, when they cannot be had as they were locked."""

from pathlib import Path

import pytest

from local import jars
from local.errors import LocalError


@pytest.fixture
def home_without_internet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with an empty Maven cache, whose configuration names a repository where nothing listens."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for variable in ("M2_REPO", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    (tmp_path / ".config").mkdir()
    (tmp_path / ".config" / "jgo.conf").write_text("[repositories]\ncentral = http://127.0.0.1:9\n", "utf-8")
    return tmp_path


def test_a_repository_that_does_not_answer_is_told(home_without_internet: Path) -> None:
    with pytest.raises(LocalError, match="vérifiez la connexion à Internet"):
        jars.fetch(lambda _: None)


def test_a_damaged_file_in_the_cache_is_not_taken_for_the_jar(home_without_internet: Path) -> None:
    reports: list[str] = []
    cache = home_without_internet / ".m2" / "repository"
    damaged = jars.cached_path(cache, jars.ROOTS[0])
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(b"half a jar")
    with pytest.raises(LocalError):
        jars.fetch(reports.append)
    assert "53 fichiers" in reports[0]
