"""The raw floors: what the two servers do when nothing but them is asked to work.

A process of its own for each (`python -m bench.floor load|write|read …`); it prints what it did as JSON.
"""

import json
import queue
import random
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from bench.engine import Plain
from indexer.documents import Built, all_documents
from mappings.indexes import INDEXES, body
from registry.database import connect
from settings import Settings

BATCH = 1_000
IN_FLIGHT = 2
PAGE = 2_000


def index_name(prefix: str, index: str) -> str:
    """The floor's own index: under no alias, and unlike any name that a rebuild would tidy away."""
    return f"{prefix}-floor-{index}"


def spool(settings: Settings, folder: Path) -> dict[str, int]:
    """Every document as it stands now, as bulk bodies of 1,000 in files; returns the documents of each index.

    The files stand in the page cache, so that reading one is a copy in memory; 300 MB of bodies in a process of
    Python would only be that much less for the servers.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    counts: dict[str, int] = {}
    with connect(settings.database_url) as conn:
        for index in INDEXES:
            built = all_documents(conn, index)
            counts[index] = 0
            for number in range(1_000_000):
                batch = list(islice(built, BATCH))
                if not batch:
                    break
                counts[index] += len(batch)
                content = bulk_body(index_name(settings.index_prefix, index), batch, 0)
                (folder / f"{index}-{number:06}.ndjson").write_bytes(content)
    return counts


def bulk_body(name: str, documents: Iterable[Built], version: int) -> bytes:
    lines: list[bytes] = []
    for identifier, document in documents:
        head = {"_index": name, "_id": identifier, "version": version, "version_type": "external_gte"}
        lines += (orjson.dumps({"index": head}), document)
    return b"\n".join([*lines, b""])


def create(plain: Plain, prefix: str) -> None:
    """Fresh indexes as a rebuild creates them."""
    drop(plain, prefix)
    for index in INDEXES:
        content = body(index)
        content["settings"]["refresh_interval"] = "-1"
        plain.ask("PUT", f"/{index_name(prefix, index)}", content)


def restore(plain: Plain, prefix: str) -> None:
    """As a rebuild leaves them, ready to be searched."""
    for index in INDEXES:
        settings = {"index": {"refresh_interval": body(index)["settings"]["refresh_interval"]}}
        plain.ask("PUT", f"/{index_name(prefix, index)}/_settings", settings)
        plain.send("POST", f"/{index_name(prefix, index)}/_refresh")


def drop(plain: Plain, prefix: str) -> None:
    for index in INDEXES:
        if plain.exists(f"/{index_name(prefix, index)}"):
            plain.send("DELETE", f"/{index_name(prefix, index)}")


def load(url: str, prefix: str, folder: Path) -> float:
    """Seconds from nothing to two indexes that hold the spooled documents and can be searched."""
    begun = time.perf_counter()
    plain = Plain(url)
    create(plain, prefix)
    for index in INDEXES:
        in_flight(url, (path.read_bytes() for path in sorted(folder.glob(f"{index}-*.ndjson"))))
    restore(plain, prefix)
    return time.perf_counter() - begun


def write(url: str, prefix: str, folder: Path, batches: int, seconds: float) -> float:
    """Documents a second, written again in a random order, by their thousands, into the loaded and searchable index."""
    rng = random.Random(1)
    documents: list[Built] = []
    paths = sorted(folder.glob("offers-*.ndjson"))
    for path in paths:
        lines = path.read_bytes().splitlines()
        found = [(str(orjson.loads(lines[at])["index"]["_id"]), lines[at + 1]) for at in range(0, len(lines), 2)]
        documents += rng.sample(found, min(len(found), 1 + batches * BATCH // len(paths)))
    rng.shuffle(documents)
    name = index_name(prefix, "offers")
    # One version for all rounds: `external_gte` takes it again.
    bodies = [bulk_body(name, documents[at : at + BATCH], 1) for at in range(0, len(documents), BATCH)]
    sizes = [len(documents[at : at + BATCH]) for at in range(0, len(documents), BATCH)]
    written = 0
    begun = time.perf_counter()

    def until_the_end() -> Iterator[bytes]:
        nonlocal written
        while True:
            for content, size in zip(bodies, sizes, strict=True):
                if time.perf_counter() - begun >= seconds:
                    return
                written += size
                yield content

    in_flight(url, until_the_end())
    return written / (time.perf_counter() - begun)


def in_flight(url: str, bodies: Iterable[bytes]) -> None:
    """Send all of them, two at once."""
    waiting: queue.Queue[bytes | None] = queue.Queue(maxsize=IN_FLIGHT)
    failures: list[Exception] = []

    def work() -> None:
        plain = Plain(url)
        while content := waiting.get():
            try:
                if not failures:
                    plain.bulk(content)
            except Exception as error:
                failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(IN_FLIGHT)]
    for thread in threads:
        thread.start()
    for content in bodies:
        waiting.put(content)
    for _ in threads:
        waiting.put(None)
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def read(settings: Settings) -> dict[str, float]:
    """Seconds to read every document of both sides, at once, comparing nothing; and those of each side."""
    spent: dict[str, float] = {}

    def timed(name: str, work: Callable[[], None]) -> None:
        begun = time.perf_counter()
        work()
        spent[name] = time.perf_counter() - begun

    threads = [
        threading.Thread(target=timed, args=("registry_s", lambda: _read_registry(settings))),
        threading.Thread(target=timed, args=("index_s", lambda: _read_index(settings))),
    ]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"seconds": time.perf_counter() - begun, **spent}


def _read_registry(settings: Settings) -> None:
    with connect(settings.database_url) as conn:
        for index in INDEXES:
            for _ in all_documents(conn, index):
                pass


def _read_index(settings: Settings) -> None:
    plain = Plain(settings.elasticsearch_url)
    for index in INDEXES:
        opened: dict[str, Any] = plain.ask("POST", f"/{settings.index_prefix}-{index}/_pit?keep_alive=2m")
        query = {"pit": {"id": opened["id"], "keep_alive": "2m"}, "size": PAGE, "sort": [{"id": "asc"}]}
        query["track_total_hits"] = False
        while True:
            answer = orjson.loads(plain.send("POST", "/_search", orjson.dumps(query)))
            hits = answer["hits"]["hits"]
            if not hits:
                break
            query["search_after"] = hits[-1]["sort"]
        plain.ask("DELETE", "/_pit", {"id": opened["id"]})


def main(arguments: list[str]) -> None:
    settings = Settings()
    url, prefix = settings.elasticsearch_url, settings.index_prefix
    match arguments:
        case ["load", folder]:
            print(json.dumps({"seconds": load(url, prefix, Path(folder))}))
        case ["write", folder, batches, seconds]:
            print(json.dumps({"per_s": write(url, prefix, Path(folder), int(batches), float(seconds))}))
        case ["read"]:
            print(json.dumps(read(settings)))
        case _:
            raise SystemExit("bench.floor load FOLDER | write FOLDER BATCHES SECONDS | read")


if __name__ == "__main__":
    main(sys.argv[1:])
