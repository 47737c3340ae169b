"""The jars of the Elasticsearch node: locked by name and SHA-256, fetched into the Maven cache.

`elasticsearch.lock.csv` holds the whole closure of ROOTS, so that nothing is resolved at start and a
download cut short or changed is noticed. `python -m local.jars` writes it anew.
"""

import csv
import hashlib
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import requests

from local.errors import LocalError

if TYPE_CHECKING:
    from jgo.maven import MavenContext

VERSION = "9.5.3"
ROOTS = (
    f"org.elasticsearch:elasticsearch:{VERSION}",
    f"org.elasticsearch.plugin:transport-netty4:{VERSION}",
)
LOCK = Path(__file__).with_name("elasticsearch.lock.csv")
PARALLEL_DOWNLOADS = 8


def maven(cache: Path) -> "MavenContext":
    """Maven's repositories, or those that the user's jgo configuration names, seen through a cache."""
    from jgo.config import GlobalSettings  # as in `fetch`: the image, which imports this room too, has no jgo
    from jgo.maven import MavenContext

    return MavenContext(repo_cache=cache, remote_repos=GlobalSettings.load().repositories or None)


def fetch(report: Callable[[str], None]) -> list[Path]:
    """The files of every locked jar, downloaded where the user's Maven cache lacks them.

    Raises LocalError when the repository cannot be reached or a file is not the locked one.
    """
    from jgo.config import GlobalSettings

    with LOCK.open(encoding="utf-8", newline="") as file:
        locked = {row["coordinate"]: row["sha256"] for row in csv.DictReader(file)}
    cache = GlobalSettings.load().repo_cache
    cached = {coordinate: cached_path(cache, coordinate) for coordinate in locked}
    missing = [
        coordinate for coordinate, path in cached.items() if not path.exists() or sha256(path) != locked[coordinate]
    ]
    if missing:
        report(f"Elasticsearch {VERSION}\u00a0: téléchargement de {len(missing)} fichiers (45\u00a0Mo en tout)…")
        cache.mkdir(parents=True, exist_ok=True)
        # Downloaded aside and moved into place whole: jgo writes straight into its cache, where an
        # interruption, or another clone at the same moment, would leave or meet half a file.
        with tempfile.TemporaryDirectory(dir=cache) as aside:

            def download(coordinate: str) -> None:
                path = resolve(maven(Path(aside)), coordinate)
                if sha256(path) != locked[coordinate]:
                    raise LocalError(
                        f"Le fichier reçu pour {coordinate} n’est pas celui qui est attendu\u00a0: réessayez."
                    )
                cached[coordinate].parent.mkdir(parents=True, exist_ok=True)
                path.replace(cached[coordinate])

            with ThreadPoolExecutor(PARALLEL_DOWNLOADS) as pool:
                list(pool.map(download, missing))
    return list(cached.values())


def cached_path(cache: Path, coordinate: str) -> Path:
    group, name, version = coordinate.split(":")
    return cache.joinpath(*group.split("."), name, version, f"{name}-{version}.jar")


def resolve(context: "MavenContext", coordinate: str) -> Path:
    group, name, version = coordinate.split(":")
    try:
        return context.project(group, name).at_version(version).artifact().resolve()
    except (requests.RequestException, RuntimeError) as error:  # jgo says "not found" by a RuntimeError
        raise LocalError(
            f"Le dépôt Maven n’a pas donné {coordinate}, dont Elasticsearch a besoin\u00a0: vérifiez la connexion à"
            " Internet (ou le miroir que nomme votre configuration de jgo), puis recommencez."
        ) from error


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_lock() -> None:
    """Resolve ROOTS with what they need at run time, and write what was found to LOCK."""
    with tempfile.TemporaryDirectory() as aside:
        context = maven(Path(aside))
        inputs, transitive = context.resolver.resolve([context.create_dependency(root) for root in ROOTS])
        needed = [*inputs, *(jar for jar in transitive if jar.scope in ("compile", "runtime"))]
        coordinates = sorted(f"{jar.groupId}:{jar.artifactId}:{jar.version}" for jar in needed)
        rows = [(coordinate, sha256(resolve(context, coordinate))) for coordinate in coordinates]
    with LOCK.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([("coordinate", "sha256"), *rows])


if __name__ == "__main__":
    write_lock()
