"""Builds, once, the home folder from which Elasticsearch nodes start.

The folder is shared by the demo and the tests, is never written after it is built, and is named by a
stamp of all that it is made of: another version or another Java source makes another folder beside it,
under the feet of nobody.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

from local import jars
from local.errors import LocalError

JAVA = Path(__file__).with_name("java")
LOG4J = Path(__file__).with_name("log4j2.properties")
NETTY_DESCRIPTOR = "META-INF/es-plugins/transport-netty4/"
ANALYSIS_DESCRIPTOR = f"""\
name=analysis-common
description=The part of Elasticsearch's analysis-common that a French index uses
version={jars.VERSION}
elasticsearch.version={jars.VERSION}
java.version=21
classname=ribambelle.AnalysisCommonModule
"""


def stamp() -> str:
    """Names the home that the sources of this clone make."""
    digest = hashlib.sha256(ANALYSIS_DESCRIPTOR.encode())
    for source in (jars.LOCK, LOG4J, Path(__file__), *sorted(JAVA.glob("*.java"))):
        digest.update(source.read_bytes())
    return f"{jars.VERSION}-{digest.hexdigest()[:12]}"


def ensure(folder: Path, jdk: Path, report: Callable[[str], None]) -> Path:
    """The home under `folder`, built if it is not there yet; two callers at once build it once.

    Raises LocalError when the jars cannot be had or our sources do not compile.
    """
    home = folder / stamp()
    if home.exists():
        return home
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not home.exists():
            building = folder / "building"
            shutil.rmtree(building, ignore_errors=True)  # what an interrupted build left
            build(building, jdk, report)
            building.rename(home)
    return home


def build(home: Path, jdk: Path, report: Callable[[str], None]) -> None:
    lib, netty, analysis = home / "lib", home / "modules/transport-netty4", home / "modules/analysis-common"
    for directory in (lib, netty, analysis, home / "plugins", home / "config"):
        directory.mkdir(parents=True)
    for jar in jars.fetch(report):
        is_netty = jar.name.startswith(("transport-netty4-", "netty-"))
        link_or_copy(jar, (netty if is_netty else lib) / jar.name)
    with zipfile.ZipFile(netty / f"transport-netty4-{jars.VERSION}.jar") as archive:
        for name in archive.namelist():
            if name.startswith(NETTY_DESCRIPTOR) and not name.endswith("/"):
                (netty / Path(name).name).write_bytes(archive.read(name))
    shutil.copy(LOG4J, home / "config")

    report("Elasticsearch\u00a0: compilation de l’analyse du français…")
    compile_java(jdk, lib, home / "classes", JAVA / "LocalNode.java")
    compile_java(jdk, lib, home / "analysis-classes", JAVA / "AnalysisCommonModule.java")
    with zipfile.ZipFile(analysis / "analysis-common.jar", "w") as archive:
        for file in sorted((home / "analysis-classes").rglob("*.class")):
            archive.write(file, file.relative_to(home / "analysis-classes"))
    (analysis / "plugin-descriptor.properties").write_text(ANALYSIS_DESCRIPTOR, "utf-8")


def link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy(source, target)


def compile_java(jdk: Path, lib: Path, target: Path, source: Path) -> None:
    command = [str(jdk / "bin" / "javac"), "--release", "21", "-nowarn", "-encoding", "UTF-8"]
    command += ["-cp", f"{lib}/*", "-d", str(target), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (our own command)
    if done.returncode:
        raise LocalError(f"La compilation de {source.name} a échoué avec le JDK {jdk}\u00a0: {done.stderr.strip()}")
