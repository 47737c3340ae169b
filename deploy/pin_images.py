"""Write the digest of each image into docker-compose.yml and Dockerfile: `make pin-images`.

A tag may be moved to another image by whoever owns it; a digest stays what it is. Run again it takes what the tags
lead to by then. The registry is asked with the operator's own tool, so that its proxies, mirrors and sign-ins count.
The standard library alone: nothing needs to be installed.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

FILES = ("docker-compose.yml", "Dockerfile")
OWN = "ribambelle"
"""Built from here, and of no registry."""

IMAGE = re.compile(r"^(?P<before>[ \t]*image:[ \t]+|FROM[ \t]+)(?P<name>[^\s@]+)(?:@sha256:[0-9a-f]{64})?(?=\s)", re.M)
TAGGED = re.compile(r"(?:[^/:]+(?::\d+)?/)?[^:]+:(?!latest$)[\w.-]+")
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
PATIENCE_S = 60
"""For one image."""


class NotPinned(Exception):
    """Nothing was changed; the text is a French sentence that says why."""


class Tool(NamedTuple):
    """`there`: a command that succeeds where the tool can be used. `ask`: the command that tells of an image.
    `line`: what comes before the digest in its output, at the beginning of a line."""

    there: tuple[str, ...]
    ask: tuple[str, ...]
    line: str


TOOLS = (
    Tool(("docker", "buildx", "version"), ("docker", "buildx", "imagetools", "inspect", "{}"), "Digest:"),
    Tool(("skopeo", "--version"), ("skopeo", "inspect", "--no-tags", "--format", "{{.Digest}}", "docker://{}"), ""),
    Tool(("crane", "version"), ("crane", "digest", "{}"), ""),
)
"""Each tells the digest of the list of all platforms, where an image has one."""


def main(root: Path) -> int:
    try:
        changed, images = pin(root)
    except NotPinned as reason:
        print(reason, file=sys.stderr)
        return 1
    print(f"{images} images épinglées par leur empreinte, dont {changed} nouvelles ou changées.")
    return 0


def pin(root: Path) -> tuple[int, int]:
    """Write the digests into both files, or nothing at all: how many images are new or changed, of how many.

    Raises NotPinned.
    """
    before = {root / name: (root / name).read_bytes().decode() for name in FILES}
    names = sorted({name for text in before.values() for name in images(text)})
    if untagged := [name for name in names if not TAGGED.fullmatch(name)]:
        raise NotPinned(f"Donnez une version à {', '.join(untagged)}, autre que latest. Rien n’est changé.")
    found = digests(names, tool())
    after = {path: pinned(text, found) for path, text in before.items()}
    replace({path: text for path, text in after.items() if text != before[path]})
    old = "".join(before.values())
    return sum(f"{name}@{digest}" not in old for name, digest in found.items()), len(names)


def images(text: str) -> list[str]:
    """The names with their tags, without digests, that a file has from a registry."""
    return [match["name"] for match in IMAGE.finditer(text) if match["name"] != OWN]


def pinned(text: str, found: dict[str, str]) -> str:
    """The same file with these digests; all else in it stays as it is."""

    def with_digest(match: re.Match[str]) -> str:
        name = match["name"]
        return f"{match['before']}{name}@{found[name]}" if name in found else match[0]

    return IMAGE.sub(with_digest, text)


def tool() -> Tool:
    """The first of TOOLS that can be used. Raises NotPinned."""
    for each in TOOLS:
        if shutil.which(each.there[0]) and run(each.there).returncode == 0:
            return each
    raise NotPinned("Il faut docker avec buildx, skopeo ou crane pour demander les empreintes. Rien n’est changé.")


def digests(names: list[str], asked: Tool) -> dict[str, str]:
    """The digest that each tag leads to now. Raises NotPinned."""
    return {name: digest(name, asked) for name in names}


def digest(name: str, asked: Tool) -> str:
    try:
        # Not `format`: one of the tools has braces of its own.
        done = run(tuple(word.replace("{}", name) for word in asked.ask))
    except subprocess.TimeoutExpired:
        raise NotPinned(f"Le registre ne répond pas pour {name}. Rien n’est changé\u00a0; réessayez.") from None
    if done.returncode == 0:
        for line in done.stdout.splitlines():
            if line.startswith(asked.line) and DIGEST.fullmatch(value := line.removeprefix(asked.line).strip()):
                return value
    said = (done.stderr.strip().splitlines() or ["pas d’empreinte dans la réponse"])[-1]
    raise NotPinned(f"{asked.ask[0]} n’obtient pas l’empreinte de {name}\u00a0: {said}\nRien n’est changé.")


def run(command: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    """Raises subprocess.TimeoutExpired."""
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)  # noqa: S603


def replace(contents: dict[Path, str]) -> None:
    """Each file is the old one or the new one at any moment; all are written before the first takes its place."""
    fresh = {path: path.with_name(f".{path.name}.new") for path in contents}
    try:
        for path, text in contents.items():
            fresh[path].write_bytes(text.encode())
            shutil.copymode(path, fresh[path])
        for path, new in fresh.items():
            new.replace(path)
    finally:
        for new in fresh.values():
            new.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main(Path(__file__).parents[1]))
