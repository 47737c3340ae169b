"""The images of compose and Dockerfile: each by its version, and by its digest once `make pin-images` was run.

There is no registry here: stand-ins for the operator's tools print what these print.
"""

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from deploy.pin_images import FILES, OWN
from tests.conftest import ROOT

LINES = r"^(?:[ \t]*image:|FROM)[ \t]+(\S+)"

BUILDX = """#!/bin/sh
[ "$1 $2" = "buildx version" ] && exit 0
[ "$1 $2 $3" = "buildx imagetools inspect" ] || exit 9
{failing}
digest() {{ printf '%s' "$1" | sha256sum | cut -d' ' -f1; }}
echo "Name:      docker.io/library/$4"
echo "MediaType: application/vnd.oci.image.index.v1+json"
echo "Digest:    sha256:$(digest "$4{salt}")"
echo
echo "Manifests:"
echo "  Name:      docker.io/library/$4@sha256:$(digest other)"
echo "  MediaType: application/vnd.oci.image.manifest.v1+json"
echo "  Platform:  linux/amd64"
"""
SKOPEO = """#!/bin/sh
[ "$1" = "--version" ] && exit 0
[ "$1 $2 $3 $4" = "inspect --no-tags --format {{.Digest}}" ] || exit 9
printf 'sha256:%s\\n' "$(printf '%s' "${5#docker://}" | sha256sum | cut -d' ' -f1)"
"""
CRANE = """#!/bin/sh
[ "$1" = "version" ] && exit 0
[ "$1" = "digest" ] || exit 9
printf 'sha256:%s\\n' "$(printf '%s' "$2" | sha256sum | cut -d' ' -f1)"
"""
NO_BUILDX = '#!/bin/sh\necho "docker: unknown command: docker buildx" >&2\nexit 1\n'


def names(root: Path) -> list[str]:
    return [
        name
        for file in FILES
        for name in re.findall(LINES, (root / file).read_text("utf-8"), re.MULTILINE)
        if name != OWN
    ]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The two files and the command, in a folder of their own."""
    root = tmp_path / "clone"
    (root / "deploy").mkdir(parents=True)
    for file in (*FILES, "deploy/pin_images.py"):
        shutil.copy(ROOT / file, root / file)
    (tmp_path / "bin").mkdir()
    for program in ("sh", "sha256sum", "cut"):
        found = shutil.which(program)
        assert found
        (tmp_path / "bin" / program).symlink_to(found)
    return root


def pin(root: Path, **tools: str) -> subprocess.CompletedProcess[str]:
    """Run the command where these tools are the only ones."""
    programs = root.parent / "bin"
    for name, script in tools.items():
        (programs / name).write_text(script, "utf-8")
        (programs / name).chmod(0o755)
    environment = {"PATH": str(programs), "LANG": "C.UTF-8"}
    return subprocess.run(
        [sys.executable, str(root / "deploy" / "pin_images.py")], env=environment, capture_output=True, text=True
    )


def expected(name: str, salt: str = "") -> str:
    return f"{name}@sha256:{hashlib.sha256(f'{name}{salt}'.encode()).hexdigest()}"


def test_every_image_has_a_version_and_all_or_none_a_digest() -> None:
    found = names(ROOT)
    assert len(found) >= 6
    for name in found:
        assert re.fullmatch(r"[a-z0-9./-]+:[\w.-]+(@sha256:[0-9a-f]{64})?", name), name
        assert ":latest" not in name, name
    assert len({"@" in name for name in found}) == 1
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"]
    assert {service["image"] for service in services.values()} - {OWN} <= set(found)


@pytest.mark.parametrize(
    "tools",
    [
        {"docker": BUILDX.format(failing="", salt="")},
        {"docker": NO_BUILDX, "skopeo": SKOPEO},
        {"crane": CRANE},
    ],
    ids=["docker", "skopeo", "crane"],
)
def test_every_image_gets_the_digest_that_its_tag_leads_to(clone: Path, tools: dict[str, str]) -> None:
    before = {file: (clone / file).read_text("utf-8") for file in FILES}
    wanted = [expected(name.partition("@")[0]) for name in names(clone)]
    mode = (clone / "Dockerfile").stat().st_mode
    done = pin(clone, **tools)
    assert (done.returncode, done.stderr) == (0, "")
    assert (
        done.stdout == f"{len(wanted)} images épinglées par leur empreinte, dont {len(wanted)} nouvelles ou changées.\n"
    )
    assert names(clone) == wanted
    for file in FILES:
        after = (clone / file).read_text("utf-8")
        assert re.sub("@sha256:[0-9a-f]{64}", "", after) == re.sub("@sha256:[0-9a-f]{64}", "", before[file])
    assert (clone / "Dockerfile").stat().st_mode == mode
    assert sorted(path.name for path in clone.iterdir()) == sorted([*FILES, "deploy"])


def test_run_again_it_takes_what_the_tags_lead_to_by_then(clone: Path) -> None:
    tags = [name.partition("@")[0] for name in names(clone)]
    pin(clone, docker=BUILDX.format(failing="", salt=""))
    again = pin(clone, docker=BUILDX.format(failing="", salt=""))
    assert "dont 0 nouvelles" in again.stdout
    pin(clone, docker=BUILDX.format(failing="", salt="moved"))
    assert names(clone) == [expected(tag, "moved") for tag in tags]


@pytest.mark.parametrize(
    ("tools", "sentence"),
    [
        ({}, "Il faut docker avec buildx, skopeo ou crane"),
        ({"docker": NO_BUILDX}, "Il faut docker avec buildx, skopeo ou crane"),
        (
            {
                "docker": BUILDX.format(
                    failing='case "$4" in python*) echo "ERROR: no such host" >&2; exit 1;; esac', salt=""
                )
            },
            "docker n’obtient pas l’empreinte de python:3.13-slim\u00a0: ERROR: no such host",
        ),
        (
            {"docker": BUILDX.format(failing='case "$4" in caddy*) echo Digest: sha256:12; exit 0;; esac', salt="")},
            "docker n’obtient pas l’empreinte de caddy:2\u00a0: pas d’empreinte dans la réponse",
        ),
    ],
    ids=["no tool", "no buildx", "no answer", "no digest"],
)
def test_without_a_digest_nothing_is_changed(clone: Path, tools: dict[str, str], sentence: str) -> None:
    before = {file: (clone / file).read_bytes() for file in FILES}
    done = pin(clone, **tools)
    assert done.returncode == 1
    assert done.stderr.startswith(sentence)
    assert done.stderr.endswith("Rien n’est changé.\n")
    assert {file: (clone / file).read_bytes() for file in FILES} == before


@pytest.mark.parametrize("name", ["caddy", "caddy:latest", "registry.example:5000/caddy"])
def test_an_image_without_a_version_is_refused(clone: Path, name: str) -> None:
    compose = clone / "docker-compose.yml"
    compose.write_text(re.sub(r"image: caddy\S+", f"image: {name}", compose.read_text("utf-8")), "utf-8")
    done = pin(clone, crane=CRANE)
    assert done.returncode == 1
    assert done.stderr == f"Donnez une version à {name}, autre que latest. Rien n’est changé.\n"
