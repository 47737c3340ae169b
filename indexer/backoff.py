"""How long to leave a server alone that is away, restarting or overloaded."""

import random
from collections.abc import Iterator

import elasticsearch
import psycopg

ENGINE_ABSENCES = (elasticsearch.TransportError, elasticsearch.ApiError)
"""What Elasticsearch looks like from here when it is away or overloaded."""

REGISTRY_ABSENCES = (psycopg.OperationalError, psycopg.InterfaceError)
"""The same of PostgreSQL."""

FIRST_S = 0.2
LONGEST_S = 30.0


def pauses() -> Iterator[float]:
    """Pauses in seconds, doubled each time, with jitter, so that several processes do not knock together."""
    pause = FIRST_S
    while True:
        yield pause * random.uniform(0.5, 1)  # noqa: S311
        pause = min(LONGEST_S, pause * 2)
