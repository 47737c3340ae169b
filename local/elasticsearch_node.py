"""One Elasticsearch node on loopback, from the home folder."""

import json
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from local import elasticsearch_home, jdk
from local.children import Child, start

SYSTEM_MODULES = "jdk.net,jdk.management.agent,ALL-MODULE-PATH"
NATIVE_MODULES = "org.elasticsearch.nativeaccess,org.apache.lucene.core"


def launch(
    directory: Path,
    homes: Path,
    http_port: int,
    transport_port: int,
    heap_mb: int,
    lock: int,
    report: Callable[[str], None],
    settings: Mapping[str, str] | None = None,
) -> Child:
    """Start a node with its data under `directory` and its heap of `heap_mb` MiB. It is not ready yet.

    It is alone unless `settings`, Elasticsearch's own by name, say otherwise: they go before ours; a list is a string
    with commas. Over the `directory` and ports of a node that was killed, it is that node again.

    The home folder is made under `homes` the first time. Raises LocalError when it, or a JDK, cannot be had.
    """
    java_home = jdk.find(report)
    home = elasticsearch_home.ensure(homes, java_home, report)
    merged: dict[str, object] = {
        "cluster.name": "ribambelle",
        "node.name": "local",
        "discovery.type": "single-node",
        "network.host": "127.0.0.1",
        "http.port": http_port,
        "transport.port": transport_port,
        "path.data": directory / "data",
        "path.logs": directory / "logs",
        # The defaults are shares of the disk, up to 10 %: on a developer's well-filled machine they
        # would leave a new index without its primaries, or make all of them read-only.
        "cluster.routing.allocation.disk.watermark.low": "3gb",
        "cluster.routing.allocation.disk.watermark.high": "2gb",
        "cluster.routing.allocation.disk.watermark.flood_stage": "1gb",
        **(settings or {}),
    }
    command = [
        str(java_home / "bin" / "java"),
        f"-Xms{heap_mb}m",
        f"-Xmx{heap_mb}m",
        "-XX:+ExitOnOutOfMemoryError",
        "--module-path",
        str(home / "lib"),
        f"--add-modules={SYSTEM_MODULES}",
        f"--enable-native-access={NATIVE_MODULES}",
        "-Des.distribution.type=tar",
        "-Dlog4j2.disable.jmx=true",
        "-Djava.locale.providers=CLDR",
        "-cp",
        str(home / "classes"),
        "ribambelle.LocalNode",
        str(home),
        *(f"{key}={value}" for key, value in merged.items()),
    ]
    return start("Elasticsearch", command, log=directory / "logs" / "elasticsearch.log", lock=lock)


def is_ready(url: str) -> bool:
    """Whether every index can be searched: the health is yellow (one node has no replica) or green."""
    found = health(url)
    return bool(found and found["status"] != "red")


def health(url: str) -> dict[str, Any] | None:
    """Elasticsearch's account of the cluster, as this node knows it; None where it has no master, or no answer."""
    try:
        with urllib.request.urlopen(f"{url}/_cluster/health", timeout=2) as answer:  # noqa: S310 (our own URL)
            found: dict[str, Any] = json.load(answer)
            return found
    except (OSError, ValueError):
        return None
