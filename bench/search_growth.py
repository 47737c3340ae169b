"""How a search grows: the same country once, three and ten times, in a registry and indexes of its own."""

from collections.abc import Iterator
from pathlib import Path

from bench import measure, search_measure
from bench.engine import Plain, settled
from bench.growth import at_sizes
from bench.measure import Figures
from bench.setup import Say, indexed
from settings import Settings

REQUESTS = 1_000


def growing(settings: Settings, folder: Path, sizes: tuple[int, ...], say: Say) -> Iterator[tuple[int, Figures]]:
    """The figures at each size."""
    for size, grown in at_sizes(settings, folder, sizes, say):
        indexed(grown, folder / "rebuild.log", say, anew=True)
        settled(grown.elasticsearch_url)
        plain = Plain(grown.elasticsearch_url)
        documents = plain.ask("GET", f"/{grown.index_prefix}-offers/_count")["count"]
        figures = search_measure.latencies(grown, folder, REQUESTS, say)
        yield size, {"documents": documents, **figures, "index_mb": measure.sizes(grown)["index_mb"]}
