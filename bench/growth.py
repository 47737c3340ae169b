"""How the figures grow: the same country once, three and ten times, in a registry of its own beside the bench's."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psutil
import psycopg

from bench import measure
from bench.engine import Plain
from bench.measure import Figures
from bench.setup import Say
from registry.database import Connection, connect
from settings import Settings

SIZES = (1, 3, 10)
DATABASE = "growth"
PAIRS = 1
SUSTAINED_S = 20.0
SPARE_MB = 5_000
"""Of disk, after all; the engine's own watermarks stand at 1 to 3 GB."""

LEAST_MEMORY_MB = 1_500
NEEDED = 3.0
"""Disk that one size takes at its most, in times its registry and indexes: what stands, one more index and the floor's
beside it, the spooled documents, and the write-ahead log."""

# An id of a copy is as long and as random as the original's; its last letter tells the copy, so that no two meet.
_NEW_ID = "substr(md5({copy} || {id}), 1, 11) || substr('ghjkmnpqrstvwxyz', {copy}, 1)"
_SHIFT = 1_000_000_000


def growing(
    settings: Settings, folder: Path, sizes: tuple[int, ...], say: Say, *, warm: bool
) -> Iterator[tuple[int, Figures]]:
    """The figures at each size. `warm`: the engine has seen the work already."""
    for size, grown in at_sizes(settings, folder, sizes, say):
        figures = measure.rebuilds(grown, folder, PAIRS, say, warm=warm or size > sizes[0])
        figures |= measure.change_loop(grown, folder, SUSTAINED_S, say)
        measure.drop_floor(grown)
        figures |= measure.checks(grown, folder, say)
        yield size, figures | measure.sizes(grown)


def at_sizes(settings: Settings, folder: Path, sizes: tuple[int, ...], say: Say) -> Iterator[tuple[int, Settings]]:
    """A registry of its own with the country so many times, as long as disk and memory hold it; says where it ends, and
    why. `sizes` ascend."""
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
            yield size, grown


def does_not_fit(registry_mb: float, folder: Path) -> str | None:
    free, memory = shutil.disk_usage(folder).free / 1e6, psutil.virtual_memory().available / 1e6
    wanted = registry_mb * NEEDED + SPARE_MB
    if free < wanted:
        return f"it takes {wanted / 1000:.0f} GB of disk, {free / 1000:.0f} GB are free"
    if memory < LEAST_MEMORY_MB:
        return f"only {memory:.0f} MB of memory are left"
    return None


@contextmanager
def own_registry(settings: Settings) -> Iterator[Settings]:
    """A copy of the registry, and index names of its own; both are dropped at the end."""
    parts = urlsplit(settings.database_url)
    original = parts.path.lstrip("/")
    maintenance = urlunsplit(parts._replace(path="/postgres"))
    grown = settings.model_copy(
        update={
            "database_url": urlunsplit(parts._replace(path=f"/{DATABASE}")),
            "index_prefix": f"{settings.index_prefix}-growth",
        }
    )

    def drop() -> None:
        with psycopg.connect(maintenance, autocommit=True) as conn:
            conn.execute(f"drop database if exists {DATABASE} with (force)")
        plain = Plain(settings.elasticsearch_url)
        for name in plain.ask("GET", f"/{grown.index_prefix}-*?features=aliases"):
            plain.send("DELETE", f"/{name}")

    drop()
    with psycopg.connect(maintenance, autocommit=True) as conn:
        conn.execute(f"create database {DATABASE} template {original} strategy file_copy")
    try:
        with connect(grown.database_url) as conn:
            conn.execute("truncate index_generation, index_check, outbox cascade")
        yield grown
    finally:
        drop()


def multiply(settings: Settings, has: int, wanted: int) -> None:
    """Bring the registry from `has` times the country to `wanted` times.

    The copies' triggers and foreign keys are passed over, and the exclusion constraints, which would take most of the
    time, are gone in this registry for good: what the copies hold, the originals were checked for.
    """
    with connect(settings.database_url) as conn:
        conn.execute("set session_replication_role = replica")
        conn.execute("set maintenance_work_mem = '512MB'")
        if has == 1:
            conn.execute("create table original as select id from offer")
            conn.execute("alter table original add primary key (id)")
            conn.execute("create table original_timetable as select id from timetable")
            conn.execute("alter table original_timetable add primary key (id)")
            constraints = conn.execute(
                "select conrelid::regclass::text, conname from pg_constraint"
                " where contype = 'x' and conrelid in ('opening'::regclass, 'timetable'::regclass,"
                " 'timetable_range'::regclass)"
            ).fetchall()
            for table, name in constraints:
                conn.execute(f"alter table {table} drop constraint {name}")
        for copy in range(has, wanted):
            for table, changed in _CHANGED.items():
                _copy(conn, table, changed, copy)
            conn.commit()
    with connect(settings.database_url, autocommit=True) as conn:
        conn.execute("vacuum analyze")
        conn.execute("checkpoint")


_OFFER = _NEW_ID.format(copy="%(copy)s", id="t.offer")
_CHANGED = {
    "offer": {"id": _NEW_ID.format(copy="%(copy)s", id="t.id")},
    "opening": {"offer": _OFFER},
    "leave": {"offer": _OFFER},
    "timetable": {"id": f"t.id + %(copy)s * {_SHIFT}::bigint", "offer": _OFFER},
    "timetable_range": {"timetable": f"t.timetable + %(copy)s * {_SHIFT}::bigint"},
    # Without these a changed assistant maternel would lose her licence, which is derived from them.
    "am_home": {"offer": _OFFER},
    "am_contact": {"offer": _OFFER},
    "agrement": {"offer": _OFFER, "number": "t.number || '-' || %(copy)s"},
    "am_mam": {"offer": _OFFER},
}
"""The tables that are copied, and what differs in a copy. Who works in a MAM stays with the first one."""

_OF_ORIGINALS = {
    "offer": "original s on s.id = t.id",
    "timetable": "original_timetable s on s.id = t.id",
    "timetable_range": "original_timetable s on s.id = t.timetable",
}


def _copy(conn: Connection, table: str, changed: dict[str, str], copy: int) -> None:
    columns = [
        row[0]
        for row in conn.execute(
            "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and not attisdropped"
            " and attgenerated = ''",
            [table],
        )
    ]
    values = [changed.get(column, f"t.{column}") for column in columns]
    of_originals = _OF_ORIGINALS.get(table, "original s on s.id = t.offer")
    statement = (
        f"insert into {table} ({', '.join(columns)}) overriding system value"
        f" select {', '.join(values)} from {table} t join {of_originals}"
    )
    conn.execute(statement, {"copy": copy})
