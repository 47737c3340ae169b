"""A cluster of Elasticsearch nodes on loopback, whose nodes can be killed and started again."""

import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from local import elasticsearch_node
from local.children import Child, stopping, wait_until
from local.servers import exclusive, sigterm_as_exit

PATIENCE_S = 120
"""Three nodes that start at once on two busy cores need some thirty seconds."""


@dataclass
class Node:
    """One node. `launch` starts its process again, on the same ports and with the same data."""

    name: str
    url: str
    cluster_size: int
    child: Child
    launch: Callable[[], Child] = field(repr=False)


@contextmanager
def running(
    directory: Path,
    report: Callable[[str], None],
    *,
    nodes: int = 3,
    heap_mb: int = 512,
    settings: Mapping[str, str] | None = None,
) -> Iterator[list[Node]]:
    """Nodes that can all become master, joined, with their data under `directory`, until the block ends.

    Their home folder stands beside `directory`, shared with whatever else runs there. `heap_mb` is the heap of each, in
    MiB; `settings` are Elasticsearch's own, for all of them. Raises LocalError when one does not start.
    """
    directory = directory.resolve()
    directory.mkdir(parents=True, exist_ok=True)
    ports = free_ports(2 * nodes)
    names = [f"node-{number}" for number in range(1, nodes + 1)]
    http, transport = dict(zip(names, ports[:nodes], strict=True)), dict(zip(names, ports[nodes:], strict=True))
    common: dict[str, str] = {
        "cluster.name": f"ribambelle-{directory.name}",
        "discovery.type": "multi-node",
        "discovery.seed_hosts": ",".join(f"127.0.0.1:{port}" for port in transport.values()),
        "cluster.initial_master_nodes": ",".join(names),
        **(settings or {}),
    }
    children: list[Child] = []
    with exclusive(directory, report) as lock, sigterm_as_exit(), stopping(children):

        def launch(name: str) -> Child:
            child = elasticsearch_node.launch(
                directory / name,
                directory.parent / "elasticsearch",
                http[name],
                transport[name],
                heap_mb,
                lock,
                report,
                common | {"node.name": name},
            )
            children.append(child)
            return child

        begun = time.monotonic()
        members = [
            Node(name, f"http://127.0.0.1:{http[name]}", nodes, launch(name), partial(launch, name)) for name in names
        ]
        for node in members:
            wait_until(node.child, partial(has_joined, node), PATIENCE_S)
        seconds = f"{time.monotonic() - begun:.1f}".replace(".", ",")
        report(f"{nodes} nœuds d’Elasticsearch sont prêts ({seconds}\u00a0s).")
        yield members


def restart(node: Node) -> None:
    """Start a node whose process was killed; returns once it has joined the others again. Raises LocalError."""
    node.child.guard.wait()  # the folder of its data is locked until the process is gone
    node.child = node.launch()
    wait_until(node.child, partial(has_joined, node), PATIENCE_S)


def has_joined(node: Node) -> bool:
    """Whether this node sees a master, all the others, and every index can be searched."""
    health = elasticsearch_node.health(node.url)
    return bool(health and health["number_of_nodes"] == node.cluster_size and health["status"] != "red")


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, all different."""
    with ExitStack() as held:
        probes = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [probe.getsockname()[1] for probe in probes]
