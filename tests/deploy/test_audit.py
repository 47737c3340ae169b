"""What `make audit` says. Stand-ins print what pip-audit and npm print, as advisories cannot be had where tests run."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from deploy import audit
from tests.conftest import ROOT

FOUND = {"id": "PYSEC-2019-217", "fix_versions": ["2.10.1"], "aliases": [], "description": "d"}
KNOWN = {"dependencies": [{"name": "jinja2", "version": "2.10", "vulns": [FOUND]}], "fixes": []}
SKIPPED = {"name": "jinja2", "skip_reason": "Dependency not found on PyPI and could not be audited: jinja2 (2.10)"}


def python(*more: Any) -> dict[str, Any]:
    return {"dependencies": [{"name": "anyio", "version": "4.16.0", "vulns": []}, *more], "fixes": []}


WELL = {
    "known.txt": KNOWN,
    "requirements.txt": python(),
    "requirements-local.txt": python(),
    "requirements-dev.txt": python(),
    "audit": {"auditReportVersion": 2, "vulnerabilities": {}},
}


def audited(folder: Path, answers: dict[str, Any]) -> int:
    for name, answer in answers.items():
        (folder / name).write_text(answer if isinstance(answer, str) else json.dumps(answer))
    (folder / "install").write_text("")
    (folder / "tool.py").write_text(
        "import pathlib, sys\n"
        "asked = sys.argv\n"
        "name = asked[asked.index('--requirement') + 1] if '--requirement' in asked else asked[1]\n"
        "print(pathlib.Path(asked[0]).with_name(pathlib.Path(name).name).read_text())\n"
    )
    tool = (sys.executable, str(folder / "tool.py"))
    return audit.main(ROOT, tool, tool)


def test_nothing_known_is_said_where_advisories_can_be_had(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert audited(tmp_path, WELL) == 0
    assert capsys.readouterr().out == "Aucune faille connue.\n"


def test_a_weakness_is_named_with_the_version_that_mends_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    weak = python({"name": "starlette", "version": "0.1", "vulns": [{**FOUND, "id": "CVE-1", "fix_versions": ["0.2"]}]})
    leaflet = {"vulnerabilities": {"leaflet": {"severity": "high", "range": "<1.9.5", "via": []}}}
    assert audited(tmp_path, {**WELL, "requirements.txt": weak, "audit": leaflet}) == 1
    told = capsys.readouterr().out
    assert "starlette 0.1\u00a0: CVE-1, corrigée par 0.2\n" in told
    assert "leaflet <1.9.5 (npm)\u00a0: high\n" in told


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"known.txt": {"dependencies": [SKIPPED], "fixes": []}}, "Le registre ne donne pas d’avis"),
        ({"known.txt": {"dependencies": [], "fixes": []}}, "Le registre ne donne pas d’avis"),
        ({"known.txt": ""}, "pip-audit n’obtient pas les avis"),
        ({"requirements-local.txt": python(SKIPPED)}, "Sans réponse pour jinja2."),
        ({"requirements-dev.txt": python(SKIPPED)}, "Sans réponse pour jinja2."),
        ({"audit": {"message": "405 Method Not Allowed", "error": {}}}, "npm n’obtient pas les avis"),
        ({"audit": ""}, "npm n’obtient pas les avis"),
    ],
)
def test_where_nobody_can_be_asked_nothing_is_said_to_be_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], changed: dict[str, Any], sentence: str
) -> None:
    assert audited(tmp_path, WELL | changed) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith(sentence)
    assert told.err.endswith("Rien n’est vérifié.\n")
