"""What a site is made of, as CycloneDX: `make sbom` writes build/sbom.json.

The libraries of requirements.txt with the hashes that they are installed by (cyclonedx-bom reads them), what is
vendored for browsers, and the images of docker-compose.yml and Dockerfile, with their digests once `make pin-images`
was run.
Made twice of the same files it is the same, byte by byte: no time, no serial number.

It tells what depends on what for the site itself alone: requirements.txt says no more.
"""

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from deploy import pin_images

VERSION = SchemaVersion.V1_6
Component = dict[str, Any]

ROW = re.compile(r"^\| `([a-z-]+)/` \| .* \| ([0-9.]+) \| ([A-Z]+-[0-9]-Clause)\b.* \| `([0-9a-f]{64})` \|$", re.M)
"""Of web/static/vendor/README.md: name, version, licence, hash."""


class Invalid(Exception):
    """No CycloneDX can be made, or what was made is none."""


def main(root: Path) -> int:
    written = root / "build" / "sbom.json"
    text = checked(made(root))
    written.parent.mkdir(exist_ok=True)
    written.write_text(text, encoding="utf-8")
    print(f"{written.relative_to(root)}\u00a0: {len(json.loads(text)['components'])} composants.")
    return 0


def made(root: Path) -> str:
    """The whole document."""
    document = of_libraries(root)
    libraries = [library(each) for each in document["components"]]
    others = [*vendored(root), *images(root)]
    site = document["metadata"]["component"]
    names = direct(root)
    parts = [each["bom-ref"] for each in [*libraries, *others] if each in others or each["name"] in names]
    document["components"] = sorted([*libraries, *others], key=lambda each: str(each["bom-ref"]))
    document["dependencies"] = [{"ref": site["bom-ref"], "dependsOn": sorted(parts)}]
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def checked(text: str) -> str:
    """The same, which is what the schema of CycloneDX asks for. Raises Invalid."""
    if wrong := JsonStrictValidator(VERSION).validate_str(text):
        raise Invalid(str(wrong))
    return text


def of_libraries(root: Path) -> Any:
    """What cyclonedx-bom makes of requirements.txt."""
    options = ["--pyproject", str(root / "pyproject.toml"), "--output-reproducible", "--no-validate"]
    version = ["--sv", VERSION.to_version()]
    command = [sys.executable, "-m", "cyclonedx_py", "requirements", str(root / "requirements.txt"), *options, *version]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    return json.loads(done.stdout)


def library(component: Component) -> Component:
    """Named for what it is, not for its line; without the line, which is nothing but its hashes once more."""
    kept = {name: value for name, value in component.items() if name != "description"}
    return {**kept, "bom-ref": component["purl"]}


def direct(root: Path) -> set[str]:
    """The libraries that the site asks for itself."""
    lines = (root / "requirements.in").read_text("utf-8").splitlines()
    return {canonicalize_name(Requirement(line).name) for line in lines if line and not line.startswith("#")}


def vendored(root: Path) -> list[Component]:
    """The scripts of the pages that come from npm, as the table beside them tells. Raises Invalid."""
    folder = root / "web" / "static" / "vendor"
    found = []
    for name, version, licence, digest in ROW.findall((folder / "README.md").read_text("utf-8")):
        content = (folder / name / f"{name}.js").read_bytes()
        if hashlib.sha256(content).hexdigest() != digest:
            raise Invalid(f"{name}.js is not the file of {folder / 'README.md'}")
        found.append(
            {
                **part("library", name, version, f"pkg:npm/{name}@{version}"),
                "hashes": [{"alg": "SHA-256", "content": digest}],
                "licenses": [{"license": {"id": licence}}],
            }
        )
    if {each["name"] for each in found} != {each.name for each in folder.iterdir() if each.is_dir()}:
        raise Invalid(f"{folder / 'README.md'} does not name what lies beside it")
    return found


def images(root: Path) -> list[Component]:
    """The servers, and what the site's own image begins with."""
    found: dict[str, Component] = {}
    for file in pin_images.FILES:
        for match in pin_images.IMAGE.finditer((root / file).read_text("utf-8")):
            name, _, tag = match["name"].rpartition(":")
            if not name:  # our own
                continue
            made = part("container", name, tag, f"pkg:docker/{name}@{tag}")
            _, _, digest = match[0].partition("@sha256:")
            found[name] = {**made, "hashes": [{"alg": "SHA-256", "content": digest}]} if digest else made
    return list(found.values())


def part(kind: str, name: str, version: str, purl: str) -> Component:
    return {"type": kind, "name": name, "version": version, "purl": purl, "bom-ref": purl}


if __name__ == "__main__":
    sys.exit(main(Path(__file__).parents[1]))
