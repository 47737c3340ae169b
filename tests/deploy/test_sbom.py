"""What `make sbom` writes."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from deploy import sbom
from tests.conftest import ROOT

DIGEST = "ab" * 32
SOURCES = ("requirements.in", "requirements.txt", "pyproject.toml", "README.md", "docker-compose.yml", "Dockerfile")
VENDOR = "web/static/vendor"
VENDORED = [f"{VENDOR}/README.md", *(f"{VENDOR}/{name}/{name}.js" for name in ("leaflet", "protomaps-leaflet"))]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What it reads, with the first libraries alone, as a schema takes seconds for all; and one image is pinned."""
    root = tmp_path_factory.mktemp("sbom")
    for file in (*SOURCES, *VENDORED):
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, root / file)
    first, _, _ = (root / "requirements.txt").read_text("utf-8").partition("\ngeojson==")
    (root / "requirements.txt").write_text(first, "utf-8")
    compose = (root / "docker-compose.yml").read_text("utf-8")
    pinned = re.sub(r"(image: caddy:[^@\s]+)(@\S+)?", rf"\1@sha256:{DIGEST}", compose)
    (root / "docker-compose.yml").write_text(pinned, "utf-8")
    return root


@pytest.fixture(scope="module")
def written(clone: Path) -> str:
    assert sbom.main(clone) == 0
    return (clone / "build" / "sbom.json").read_text("utf-8")


def component(document: Any, name: str) -> Any:
    (found,) = [each for each in document["components"] if each["name"] == name]
    return found


def test_what_is_no_cyclonedx_is_not_written(written: str) -> None:
    """What was written has passed the same check, against the schema itself."""
    assert json.loads(written)["specVersion"] == "1.6"
    for wrong in ("{}", '{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"name": "a"}]}'):
        with pytest.raises(sbom.Invalid):
            sbom.checked(wrong)


def test_it_names_every_locked_library_by_the_hashes_that_it_is_installed_by(clone: Path, written: str) -> None:
    document, lock = json.loads(written), (clone / "requirements.txt").read_text("utf-8")
    locked = re.findall(r"^([a-z0-9._-]+)(?:\[[a-z,]+\])?==(\S+)", lock, re.M)
    assert len(locked) > 20
    purls = {each["purl"] for each in document["components"]}
    assert {f"pkg:pypi/{name}@{version}" for name, version in locked} <= purls
    hashes = re.findall("sha256:([0-9a-f]{64})", lock)
    assert set(hashes) == set(re.findall('"content": "([0-9a-f]{64})"', written)) - {
        DIGEST,
        *(component(document, name)["hashes"][0]["content"] for name in ("leaflet", "protomaps-leaflet")),
    }
    depends_on = document["dependencies"][0]["dependsOn"]
    assert any(each.startswith("pkg:pypi/fastapi@") for each in depends_on)
    assert not any(each.startswith("pkg:pypi/anyio@") for each in depends_on)


def test_it_names_what_is_vendored_and_the_servers(written: str) -> None:
    document = json.loads(written)
    assert component(document, "leaflet")["version"] == "1.9.4"
    assert component(document, "protomaps-leaflet")["licenses"] == [{"license": {"id": "BSD-3-Clause"}}]
    assert component(document, "caddy")["hashes"] == [{"alg": "SHA-256", "content": DIGEST}]
    assert {"elasticsearch", "postgres", "valkey/valkey", "python"} <= {each["name"] for each in document["components"]}
    assert "ribambelle" not in {each["name"] for each in document["components"]}


def test_what_is_vendored_is_what_its_table_says(clone: Path, tmp_path: Path) -> None:
    shutil.copytree(clone / VENDOR, tmp_path / VENDOR)
    assert len(sbom.vendored(tmp_path)) == 2
    (tmp_path / VENDOR / "another").mkdir()
    with pytest.raises(sbom.Invalid):
        sbom.vendored(tmp_path)
    (tmp_path / VENDOR / "another").rmdir()
    with (tmp_path / VENDOR / "leaflet" / "leaflet.js").open("ab") as file:
        file.write(b"//")
    with pytest.raises(sbom.Invalid):
        sbom.vendored(tmp_path)


def test_made_again_it_is_the_same(clone: Path, written: str) -> None:
    assert sbom.made(clone) == written
    assert not {"serialNumber", "timestamp"} & {*json.loads(written), *json.loads(written)["metadata"]}
