"""Servers and data of the bench's own, under `.local/bench-<scale>`; made once, found there afterwards."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Literal

from cryptography.fernet import Fernet

from bench.processes import measured
from cli.servers import LOCAL
from demo import generate
from indexer import bulk, generations
from local.servers import running
from registry import database, territory
from registry.agrements import expiry
from registry.imports import mapping
from registry.imports.structures import import_structures
from settings import Settings

Scale = Literal["demo", "france"]
Say = Callable[[str], None]

PREFIX = "bench"
HEAP_MB = 1024
SEED = 1
TODAY = date(2026, 11, 1)
"""Fixed, so that every run has the same offers, whenever its data were made."""

STRUCTURES = Path(__file__).parent.parent / "demo" / "real"
PROGRAM = str(Path(sys.executable).with_name("ribambelle"))


def directory(scale: Scale) -> Path:
    return LOCAL / f"bench-{scale}"


@contextmanager
def prepared(scale: Scale, say: Say) -> Iterator[Settings]:
    """Settings of running servers whose registry is filled; servers that the environment names are left alone.

    Raises LocalError (in French) when a server cannot be had.
    """
    say("Servers start …")
    nothing = Settings(database_url="", elasticsearch_url="", redis_url="")
    with running(nothing, directory(scale), lambda sentence: None, heap_mb=HEAP_MB) as urls:
        settings = Settings(
            database_url=urls.database_url,
            elasticsearch_url=urls.elasticsearch_url,
            redis_url=urls.redis_url,
            index_prefix=PREFIX,
        )
        fill(settings, scale, say)
        yield settings


def fill(settings: Settings, scale: Scale, say: Say) -> None:
    """The registry as the demo has it, on a fixed day; what is there already is used as it is."""
    database.migrate(settings.database_url)
    with database.connect(settings.database_url) as conn:
        if not conn.execute("select 1 from commune limit 1").fetchone():
            say("Territory …")
            territory.load(conn, lambda done, total: None)
            conn.commit()
        if not conn.execute("select 1 from offer where fictitious limit 1").fetchone():
            if not conn.execute("select 1 from import_record limit 1").fetchone():
                say("Open data …")
                for file in sorted(STRUCTURES.glob("*.geojson")):
                    import_structures(conn, file, mapping.find(file))
                conn.commit()
            say("Fictitious offers …")
            generate(conn, scale=scale, seed=SEED, today=TODAY, report=lambda label, done, total: None)
            conn.commit()
        expiry.expire(conn, TODAY)
        conn.commit()
    say("Vacuum …")
    with database.connect(settings.database_url, autocommit=True) as conn:
        # What autovacuum would do by itself in the next minutes, and so in the middle of the measurements.
        conn.execute("vacuum (analyze)")
        conn.execute("checkpoint")


def indexed(settings: Settings, log: Path, say: Say, *, anew: bool = False) -> None:
    """Live indexes of what the registry holds, built to today's mappings; those that are there already stay, unless
    they shall be built `anew`. Raises ProcessFailed.
    """
    engine = bulk.client(settings, timeout_s=settings.indexer_timeout_s)
    with database.connect(settings.database_url) as conn:
        current = generations.is_current(conn, engine, settings.index_prefix)
    engine.close()
    if anew or not current:
        say("Indexes are built …")
        measured([PROGRAM, "index", "rebuild"], environment(settings), log)


def environment(settings: Settings) -> dict[str, str]:
    """What a process of ours needs to find the bench's servers and nothing else."""
    return os.environ | {
        "DATABASE_URL": settings.database_url,
        "ELASTICSEARCH_URL": settings.elasticsearch_url,
        "REDIS_URL": settings.redis_url,
        "INDEX_PREFIX": settings.index_prefix,
        "METRICS_PORT": "0",
        # The site does not start without; nothing of the bench is encrypted.
        "DOCUMENT_KEYS": Fernet.generate_key().decode(),
    }
