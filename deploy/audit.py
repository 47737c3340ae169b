"""Whether anything that is locked has a known weakness: `make audit`, on a machine that reaches the advisories.

Python's by pip-audit, of every requirements file, for the system that it runs on; npm's by npm, of what is vendored for
browsers and of the tests' tools. Exit code 1: weaknesses; 2: nobody could be asked, so that nothing is known.

"None found" is worth nothing where the registry hands out files and no advisories: pip-audit then passes over what it
cannot find and says that all is well. So it is first asked for a weakness that everybody knows.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PIP_AUDIT: tuple[str, ...] = (sys.executable, "-m", "pip_audit")
NPM: tuple[str, ...] = ("npm",)
WELL_KNOWN = "jinja2==2.10"
"""Of 2018, with several advisories since."""

PYTHON_LOCKED = (
    "requirements.txt",
    "requirements-local.txt",
    "requirements-dev.txt",
    "tests/search_api/generator/requirements.txt",
)
NPM_LOCKED = ("tests/web/shared/accounts/vendor", "tests/search_api/redocly")
PATIENCE_S = 600


class NotAsked(Exception):
    """The text is a French sentence that says why nothing is known."""


def main(root: Path, pip_audit: Sequence[str] = PIP_AUDIT, npm: Sequence[str] = NPM) -> int:
    try:
        found = [*of_python(root, pip_audit), *of_npm(root, npm)]
    except NotAsked as reason:
        print(f"{reason}\nRien n’est vérifié.", file=sys.stderr)
        return 2
    for line in found:
        print(line)
    print(f"{len(found)} faille(s) connue(s)." if found else "Aucune faille connue.")
    return 1 if found else 0


def of_python(root: Path, pip_audit: Sequence[str]) -> list[str]:
    """A line for each weakness of a locked library. Raises NotAsked."""
    with tempfile.TemporaryDirectory() as folder:
        known = Path(folder) / "known.txt"
        known.write_text(f"{WELL_KNOWN}\n", "utf-8")
        if not weaknesses(told([*pip_audit, "--no-deps", "--requirement", str(known)])):
            raise NotAsked(
                f"Le registre ne donne pas d’avis de sécurité\u00a0: il n’en connaît pas pour {WELL_KNOWN}, qui en a."
            )
    lines = []
    for name in PYTHON_LOCKED:
        answer = told([*pip_audit, "--require-hashes", "--requirement", str(root / name)])
        if skipped := [each["name"] for each in answer["dependencies"] if "skip_reason" in each]:
            raise NotAsked(f"Sans réponse pour {', '.join(skipped)}.")
        lines += weaknesses(answer)
    return lines


def told(command: Sequence[str]) -> Any:
    """What pip-audit says, which resolves nothing and installs nothing. Raises NotAsked."""
    done = run([*command, "--disable-pip", "--format", "json", "--progress-spinner", "off"])
    try:
        return json.loads(done.stdout)
    except ValueError:
        raise NotAsked(f"pip-audit n’obtient pas les avis\u00a0: {last_line(done)}") from None


def weaknesses(answer: Any) -> list[str]:
    """A line for each weakness that pip-audit found."""
    return [
        f"{each['name']} {each['version']}\u00a0: {one['id']}, corrigée par {', '.join(one['fix_versions']) or 'rien'}"
        for each in answer["dependencies"]
        for one in each.get("vulns", ())
    ]


def of_npm(root: Path, npm: Sequence[str]) -> list[str]:
    """A line for each package with a weakness. Raises NotAsked."""
    if shutil.which(npm[0]) is None:
        raise NotAsked("Il faut npm pour les fichiers qui viennent de npm.")
    table = (root / "web/static/vendor/README.md").read_text("utf-8")
    vendored = dict(re.findall(r"^\| `([a-z-]+)/` \|.*\| (\d+\.\d+\.\d+) \|", table, re.MULTILINE))
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        (at / "package.json").write_text(json.dumps({"dependencies": vendored}), "utf-8")
        locked = run([*npm, "install", "--package-lock-only", "--ignore-scripts", "--no-audit"], at)
        if locked.returncode:
            raise NotAsked(f"npm ne trouve pas les paquets\u00a0: {last_line(locked)}")
        found = npm_weaknesses(npm, at)
        for locked_at in NPM_LOCKED:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(root / locked_at / name, at / name)
            found += npm_weaknesses(npm, at)
        return found


def npm_weaknesses(npm: Sequence[str], folder: Path) -> list[str]:
    done = run([*npm, "audit", "--json"], folder)
    try:
        packages = json.loads(done.stdout)["vulnerabilities"]
    except (ValueError, KeyError):
        raise NotAsked(f"npm n’obtient pas les avis\u00a0: {last_line(done)}") from None
    return [f"{name} {each['range']} (npm)\u00a0: {each['severity']}" for name, each in sorted(packages.items())]


def run(command: Sequence[str], folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Raises NotAsked when it takes too long."""
    try:
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE_S, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise NotAsked("Le registre ne répond pas\u00a0; réessayez.") from None


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    return (done.stderr.strip().splitlines() or ["pas de réponse"])[-1]


if __name__ == "__main__":
    sys.exit(main(Path(__file__).parents[1]))
