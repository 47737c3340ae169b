"""Which JDK the node runs on."""

from pathlib import Path

import pytest

from local import jdk
from local.errors import LocalError

FULL = "java.base jdk.compiler jdk.jdi jdk.jlink"


def install(home: Path, version: str, modules: str = FULL) -> Path:
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "javac").touch(mode=0o755)
    (home / "release").write_text(f'IMPLEMENTOR="x"\nJAVA_VERSION="{version}"\nMODULES="{modules}"\n', "utf-8")
    return home


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of JVMs, the only place where the search can find one."""
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(jdk, "SYSTEM_FOLDERS", (f"{tmp_path}/*",))
    monkeypatch.setattr(jdk, "USER_FOLDERS", ())
    return tmp_path


def test_takes_a_recent_full_jdk_and_passes_over_the_others(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = install(machine / "a-17", "17.0.15")
    install(machine / "z-25-run-time", "25.0.3", modules="java.base jdk.jlink")
    (install(machine / "y-25-without-compiler", "25") / "bin" / "javac").unlink()
    recent = install(machine / "b-21", "21")
    monkeypatch.setenv("JAVA_HOME", str(old))
    assert jdk.find(print) == recent


def test_java_home_comes_first(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(machine / "z-25", "25.0.3")
    chosen = install(machine / "a-21", "21.0.1")
    monkeypatch.setenv("JAVA_HOME", str(chosen))
    assert jdk.find(print) == chosen


def test_says_what_to_install_where_there_is_none(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(machine / "a-17", "17.0.15")
    # Nothing listens there: as on a machine without the Internet.
    monkeypatch.setenv("CJDK_INDEX_URL", "https://127.0.0.1:9/index.json")
    monkeypatch.setenv("CJDK_CACHE_DIR", str(machine / "cache"))
    with pytest.raises(LocalError, match=r"JDK 21 ou plus récent.*JAVA_HOME"):
        jdk.find(lambda _: None)
