"""Find a JDK that can compile our two Java sources and run Elasticsearch."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from local.errors import LocalError

OLDEST = 21
"""Elasticsearch 9's classes are compiled for Java 21."""

NEEDED_MODULES = {"jdk.compiler", "jdk.jdi", "jdk.jlink"}
"""The server's entitlement module requires the last two, which a trimmed run time leaves out."""

SYSTEM_FOLDERS = (
    "/usr/lib/jvm/*",
    "/usr/java/*",
    "/opt/java/*",
    "/Library/Java/JavaVirtualMachines/*/Contents/Home",
    "/opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home",
    "/usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home",
)
USER_FOLDERS = (".sdkman/candidates/java/*", ".jdks/*", "Library/Java/JavaVirtualMachines/*/Contents/Home")


def full_jdk_version(home: Path) -> int | None:
    """The major version of the JDK in `home`, or None where it is no full JDK.

    Reads the `release` file that every JDK since 9 carries, as running each candidate would cost a
    tenth of a second at every start.
    """
    try:
        release = dict(re.findall(r'^(\w+)="(.*)"$', (home / "release").read_text("utf-8"), re.MULTILINE))
    except (OSError, UnicodeDecodeError):
        return None
    version = re.match(r"\d+", release.get("JAVA_VERSION", ""))
    full = set(release.get("MODULES", "").split()) >= NEEDED_MODULES and (home / "bin" / "javac").exists()
    return int(version[0]) if version and full else None


def installed() -> Iterator[Path]:
    """Homes of the Javas of this machine: what the user chose first, then the system's, newest name first."""
    if java_home := os.environ.get("JAVA_HOME"):
        yield Path(java_home)
    if javac := shutil.which("javac"):
        yield Path(javac).resolve().parent.parent
    for pattern in SYSTEM_FOLDERS:
        yield from sorted(Path("/").glob(pattern.lstrip("/")), reverse=True)
    for pattern in USER_FOLDERS:
        yield from sorted(Path.home().glob(pattern), reverse=True)


def find(report: Callable[[str], None]) -> Path:
    """The home of a full JDK of version 21 or later, fetched where the machine has none.

    Raises LocalError when there is none and none can be fetched.
    """
    for home in installed():
        if (full_jdk_version(home) or 0) >= OLDEST:
            return home
    import cjdk  # here, because the image imports this room too, and has none

    report("Aucun JDK 21 ou plus récent sur cette machine\u00a0: téléchargement d’un JDK 25 (Temurin)…")
    try:
        return Path(cjdk.java_home(vendor="temurin", version="25"))
    except Exception as error:  # cjdk lets its HTTP library's errors through beside its own
        raise LocalError(
            "Elasticsearch demande un JDK 21 ou plus récent, complet (avec javac), introuvable ici et non"
            " téléchargeable\u00a0: installez-en un (par exemple «\u00a0apt install openjdk-21-jdk\u00a0» ou"
            " «\u00a0brew install openjdk@21\u00a0»), ou indiquez le vôtre par la variable JAVA_HOME."
        ) from error
