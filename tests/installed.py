"""Programs that tests run beside our own libraries: what a lock names, installed into `.local/` once for each version
of that lock, by the package managers' ordinary clients."""

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.conftest import LOCAL


def from_npm(folder: Path, *scripts: str) -> Path:
    """A folder with what the lock in `folder` names, and with these scripts of it."""
    files = [folder / name for name in ("package.json", "package-lock.json", ".npmrc", *scripts)]

    def install(home: Path) -> None:
        for file in files:
            shutil.copy(file, home)
        subprocess.run(["npm", "ci"], cwd=home, check=True, capture_output=True)

    name: str = json.loads(files[0].read_bytes())["name"]
    return _once(name, files, install)


def from_pypi(lock: Path) -> Path:
    """The folder of the programs that `lock` names, in a virtual environment of their own: for a tool that wants other
    versions of libraries than we do."""

    def install(home: Path) -> None:
        uv, venv = [sys.executable, "-m", "uv", "--quiet"], str(home / "venv")
        subprocess.run([*uv, "venv", "--python", sys.executable, venv], check=True)
        options = ["--python", venv, "--require-hashes", "--requirement", str(lock)]
        subprocess.run([*uv, "pip", "install", *options], check=True)

    return _once(lock.parent.name, [lock], install) / "venv" / "bin"


def _once(name: str, files: list[Path], install: Callable[[Path], None]) -> Path:
    version = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]
    home = LOCAL / f"{name}-{version}"
    if not (home / "installed").exists():
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        install(home)
        (home / "installed").touch()
    return home
