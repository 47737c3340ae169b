"""One full rebuild as `ribambelle index rebuild` does it, in a process of its own that prints its figures as JSON."""

import json
import os
import time
from dataclasses import asdict

import psutil

from bench.processes import high_water_mb, server_cpu
from cli.index import PATIENT_S  # with all that the command carries, so that the memory is the command's
from indexer import bulk
from indexer.rebuild import rebuild
from settings import Settings


def main() -> None:
    """Prints the fields of `Rebuilt`, and what it had taken when the last document was loaded: processor seconds of
    this process (`process`) and of the servers that the bench has started, and the peak memory in MB."""
    settings = Settings()
    engine = bulk.client(settings, timeout_s=PATIENT_S)
    bench = psutil.Process(os.getppid())
    before, own = server_cpu(bench), time.process_time()
    taken: dict[str, float] = {}

    def report(what: str, done: int, total: int) -> None:
        if what.startswith("index ") and done == total:
            taken.update({name: spent - before[name] for name, spent in server_cpu(bench).items()})
            taken.update(process=time.process_time() - own, backfill_rss_mb=high_water_mb(os.getpid()))

    done = rebuild(settings, engine, report)
    print(json.dumps(asdict(done) | taken))


if __name__ == "__main__":
    main()
