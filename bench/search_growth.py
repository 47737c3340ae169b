"""How a search grows: the same country once, three and ten times, in a registry and indexes of its own."""

from collections.abc import Iterator
from pathlib import Path

from bench import measure, search_measure
from bench.engine import Plain, settled
from bench.growth import SIZES, does_not_fit, multiply, own_registry
from bench.measure import Figures
from bench.setup import Say, indexed
from registry.database import connect
from settings import Settings

__all__ = ["SIZES", "growing"]

REQUESTS = 1_000


def growing(settings: Settings, folder: Path, sizes: tuple[int, ...], say: Say) -> Iterator[tuple[int, Figures]]:
    """The figures at each size, as long as disk and memory hold it; says where it ends, and why."""
    with own_registry(settings) as grown:
        has = 1
        for size in sizes:
            with connect(grown.database_url) as conn:
                ((registry,),) = conn.execute("select pg_database_size(current_database())").fetchall()
            if reason := does_not_fit(registry / 1e6 * size / has, folder):
                say(f"{size} times the country does not fit here: {reason}.")
                return
            if size > has:
                say(f"Offers are multiplied to {size} times …")
                multiply(grown, has, size)
                has = size
            indexed(grown, folder / "rebuild.log", say, anew=True)
            settled(grown.elasticsearch_url)
            plain = Plain(grown.elasticsearch_url)
            documents = plain.ask("GET", f"/{grown.index_prefix}-offers/_count")["count"]
            figures = search_measure.latencies(grown, folder, REQUESTS, say)
            yield size, {"documents": documents, **figures, "index_mb": measure.sizes(grown)["index_mb"]}
