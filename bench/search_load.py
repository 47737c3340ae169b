"""Clients that ask two servers the same things in turn: `python -m bench.search_load SPEC`, a process of its own.

One thread, requests prepared as bytes, answers read and thrown away: on two cores, what a client does itself is taken
from the servers. Both sides have the same clients. Prints its figures as JSON.
"""

import json
import select
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import cycle
from pathlib import Path

import psutil

from bench.processes import cpu_s, server_cpu

SIDES = ("api", "direct")
READ = 1 << 18
PATIENCE_S = 60


@dataclass(frozen=True)
class Spec:
    """`ports` and `requests` of each side, request by request the same; `pid` of the API. With one client the sides
    take turns request by request, `count` times; with more in slices of `slice_s`, until `seconds` have passed."""

    ports: dict[str, int]
    requests: dict[str, list[str]]
    pid: int
    clients: int
    count: int = 0
    seconds: float = 0.0
    slice_s: float = 2.5


@dataclass
class Slice:
    """What one side answered in one slice: milliseconds of each answer, seconds in all, and the processor seconds that
    the API, the engine and these clients took meanwhile."""

    side: str
    ms: list[float] = field(default_factory=list)
    seconds: float = 0.0
    cpu: dict[str, float] = field(default_factory=dict)


class Connection:
    """One client: a kept-open connection with at most one request on its way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent = 0.0
        self._answer = bytearray()
        self._missing = -1
        self.length = 0
        """Of the last answer's body, where it says so itself."""

    def send(self, request: bytes) -> None:
        self._answer.clear()
        self._missing = -1
        self.sent = time.perf_counter()
        self.socket.sendall(request)

    def received(self) -> bool:
        """Read what there is, or wait for it; whether the answer is now whole. RuntimeError on any status but 200."""
        data = self.socket.recv(READ)
        if not data:
            raise RuntimeError("the server closed a connection")
        if self._missing >= 0:
            self._missing -= len(data)
            return self._missing <= 0
        answer = self._answer
        answer += data
        end = answer.find(b"\r\n\r\n")
        if end < 0:
            return False
        if not answer.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"answered with {bytes(answer[:500])!r}")
        head = bytes(answer[:end]).lower()
        if (place := head.find(b"content-length:")) >= 0:
            self.length = int(head[place + 15 :].split(b"\r\n", 1)[0])
            self._missing = end + 4 + self.length - len(answer)
            return self._missing <= 0
        # In chunks: the last one is empty, and no JSON that we ask for has a line end before it.
        return answer.endswith(b"\r\n0\r\n\r\n")

    def ask(self, request: bytes) -> float:
        """Milliseconds until the whole answer is here."""
        self.send(request)
        while not self.received():
            pass
        return 1000 * (time.perf_counter() - self.sent)


def spent(pid: int) -> dict[str, float]:
    """Processor seconds so far."""
    engine = server_cpu(psutil.Process().parent())["engine"]
    return {"api": cpu_s(pid), "engine": engine, "clients": time.process_time()}


def in_turn(spec: Spec, requests: dict[str, list[bytes]]) -> list[Slice]:
    """One client: request by request, and the other side first each time."""
    connections = {side: Connection(spec.ports[side]) for side in SIDES}
    found = {side: Slice(side) for side in SIDES}
    for number in range(spec.count):
        for side in SIDES if number % 2 else reversed(SIDES):
            found[side].ms.append(connections[side].ask(requests[side][number % len(requests[side])]))
    for each in found.values():
        each.seconds = sum(each.ms) / 1000
    return list(found.values())


def in_slices(spec: Spec, requests: dict[str, list[bytes]]) -> list[Slice]:
    """Several clients: api, direct, direct, api …"""
    endless = {side: cycle(requests[side]) for side in SIDES}
    found: list[Slice] = []
    ends = time.perf_counter() + spec.seconds
    while time.perf_counter() < ends:
        for side in SIDES if len(found) % 4 == 0 else reversed(SIDES):
            # Anew each time: the API closes what is idle for some seconds.
            connections = [Connection(spec.ports[side]) for _ in range(spec.clients)]
            before = spent(spec.pid)
            one = together(side, connections, endless[side], spec.slice_s)
            one.cpu = {name: value - before[name] for name, value in spent(spec.pid).items()}
            found.append(one)
    return found


def together(side: str, connections: list[Connection], requests: Iterator[bytes], seconds: float) -> Slice:
    """Every client asks the next thing as soon as it has its answer; ends when all have their last one."""
    found = Slice(side)
    by_number = {each.socket.fileno(): each for each in connections}
    with select.epoll() as poll:
        for number in by_number:
            poll.register(number, select.EPOLLIN)
        begun = time.perf_counter()
        for each in connections:
            each.send(next(requests))
        busy = len(connections)
        while busy:
            ready = poll.poll(PATIENCE_S)
            if not ready:
                raise TimeoutError(f"nothing is answered for {PATIENCE_S} s")
            for number, _ in ready:
                client = by_number[number]
                if not client.received():
                    continue
                now = time.perf_counter()
                found.ms.append(1000 * (now - client.sent))
                if now - begun < seconds:
                    client.send(next(requests))
                else:
                    busy -= 1
        found.seconds = time.perf_counter() - begun
    for each in connections:
        each.socket.close()
    return found


def main() -> None:
    spec = Spec(**json.loads(Path(sys.argv[1]).read_text("ascii")))
    requests = {side: [each.encode("latin-1") for each in spec.requests[side]] for side in SIDES}
    found = in_turn(spec, requests) if spec.clients == 1 else in_slices(spec, requests)
    print(json.dumps([asdict(each) for each in found]))


if __name__ == "__main__":
    main()
