"""Imports of structures as runs: what a preview says is what happens, once, and can be taken back while nothing was
built on it."""

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from domain import civil
from registry import database
from registry.database import Connection
from registry.imports import mapping as mappings
from registry.imports.report import lines
from registry.imports.structures import KIND, PlanChanged, import_structures, kept, preview
from registry.intake import runs
from registry.scales import current_scales
from tests.conftest import wait_for
from tests.registry.intake.lieux import offer_of, row, states, told, written
from tests.registry.intake.tables import tables
from tests.rooms import NOW

pytestmark = pytest.mark.usefixtures("read_once")


# A preview ------------------------------------------------------------------------------------------------


def test_a_preview_tells_each_row_and_writes_only_the_run(
    registry: Connection, tmp_path: Path, source: mappings.Mapping
) -> None:
    import_structures(registry, written(tmp_path, row("1"), row("2"), row("3"), row("4"), row("5")), source)
    before = tables(registry)
    queued = registry.execute("select count(*) from outbox").fetchall()
    changed = written(
        tmp_path, row("1"), row("2", places="24"), row("6"), row("7", nom=""), row("3"), row("4"), name="neuf.json"
    )
    shown = preview(registry, changed, source)
    assert [each for each in told(shown) if each[1] != "repaired"] == [
        (4, "rejected", "sans nom", "elle n’a pas de nom"),
        (1, "unchanged", "Les Lutins 1", ""),
        (2, "updated", "Les Lutins 2", "capacité «\u00a020\u00a0» → «\u00a024\u00a0»"),
        (3, "created", "Les Lutins 6", ""),
        (5, "unchanged", "Les Lutins 3", ""),
        (6, "unchanged", "Les Lutins 4", ""),
        (None, "closed", "Les Lutins 5", f"offre {offer_of(registry, '5')}"),
    ]
    assert tables(registry) == before
    assert registry.execute("select count(*) from outbox").fetchall() == queued
    assert states(registry) == ["previewed", "applied"]


def test_what_was_previewed_is_what_is_applied_and_stays_to_be_read(
    registry: Connection, tmp_path: Path, source: mappings.Mapping
) -> None:
    file = written(tmp_path, row("1"), row("2", tel="?"), row("3", nom=""), row("2"))
    shown = preview(registry, file, source)
    done = import_structures(registry, file, source)
    assert (done.run, told(done)) == (shown.run, told(shown))
    assert done.run is not None
    run = runs.find(registry, done.run)
    assert (run.state, run.scope, run.name) == ("applied", "essai", "lieux.json")
    assert list(lines(kept(registry, run), unchanged=True)) == list(lines(done, unchanged=True))


def test_the_same_file_twice_is_one_run(registry: Connection, tmp_path: Path, source: mappings.Mapping) -> None:
    file = written(tmp_path, row("1"), row("2"))
    first = import_structures(registry, file, source)
    before = tables(registry)
    preview(registry, file, source)
    again = import_structures(registry, file, source)
    assert again.run == first.run
    assert again.counts["unchanged"] == 2
    assert tables(registry) == before
    assert states(registry) == ["applied"]


def test_when_the_registry_changed_since_the_preview_it_says_so_and_does_nothing(
    registry: Connection, tmp_path: Path, source: mappings.Mapping
) -> None:
    import_structures(registry, written(tmp_path, row("1"), row("2"), row("3")), source)
    file = written(tmp_path, row("1", places="24"), row("2", places="25"), row("3"), name="neuf.json")
    preview(registry, file, source)
    registry.execute("update offer set capacity = 23 where id = %s", [offer_of(registry, "1")])
    before = tables(registry)
    with pytest.raises(PlanChanged) as changed:
        import_structures(registry, file, source)
    assert [each[:3] for each in told(changed.value.report) if each[1] != "repaired"] == [
        (1, "updated", "Les Lutins 1")
    ], "the other rows would do what was shown"
    assert "«\u00a023\u00a0» → «\u00a024\u00a0»" in told(changed.value.report)[-1][3]
    assert tables(registry) == before
    # Seen anew, it is applied.
    preview(registry, file, source)
    assert import_structures(registry, file, source).counts["updated"] == 2


def test_a_preview_that_nobody_applies_is_deleted(
    registry: Connection, tmp_path: Path, source: mappings.Mapping
) -> None:
    import_structures(registry, written(tmp_path, row("1")), source)
    preview(registry, written(tmp_path, row("2"), name="neuf.json"), source, allow_closing=True)
    kept = current_scales(registry).duration("intake_preview_days", civil.day(NOW))
    registry.execute("update intake_run set received_at = %s", [NOW - kept * 1.1])
    assert runs.purge(registry, NOW) == 1
    assert states(registry) == ["applied"]


def test_a_run_is_named_by_four_digits_at_the_least_and_a_history_is_as_long_as_was_asked(
    registry: Connection, tmp_path: Path, source: mappings.Mapping
) -> None:
    only = import_structures(registry, written(tmp_path, row("1")), source).run
    assert only is not None
    assert runs.named(registry, only.hex[: runs.SHORTEST].upper(), KIND).id == only
    for short in ("", only.hex[: runs.SHORTEST - 1]):
        with pytest.raises(runs.RunGone):
            runs.named(registry, short, KIND)
    import_structures(registry, written(tmp_path, row("1"), row("2")), source)
    newest = import_structures(registry, written(tmp_path, row("1"), row("2"), row("3")), source).run
    assert [each.id for each in runs.history(registry, KIND, most=1)] == [newest]
    assert [each.id for each in runs.history(registry, KIND)][-1] == only


def test_killed_half_way_nothing_has_happened(registry_url: str, tmp_path: Path, source: mappings.Mapping) -> None:
    """An import, and an undo, is one transaction: it waits here for a row that somebody else holds, and dies."""
    with database.connect(registry_url) as conn:
        done = import_structures(conn, written(tmp_path, row("1"), row("2")), source)
        conn.commit()
        before, was = tables(conn), states(conn)
        offer = offer_of(conn, "1")
    changed = written(tmp_path, row("1", places="24"), row("3"), row("2"), name="b.json")
    importing = (
        "from registry.imports import mapping, structures;"
        " structures.import_structures(conn, Path(sys.argv[2]), mapping.load(Path(sys.argv[3])))"
    )
    undoing = f"from uuid import UUID; from registry.imports import undoing; undoing.undo(conn, UUID('{done.run}'))"
    for work in (importing, undoing):
        program = (
            "import sys; from pathlib import Path; from registry import database\n"
            f"with database.connect(sys.argv[1]) as conn:\n    {work}\n"
        )
        with (
            database.connect(registry_url) as holding,
            psycopg.connect(registry_url, autocommit=True) as looking,
        ):
            holding.execute("select from offer where id = %s for update", [offer])

            def waits(looking: psycopg.Connection[Any] = looking) -> bool:
                query = (
                    "select exists (select from pg_stat_activity where datname = current_database()"
                    " and wait_event_type = 'Lock')"
                )
                return bool(looking.execute(query).fetchall()[0][0])

            process = subprocess.Popen(
                [sys.executable, "-c", program, registry_url, str(changed), str(tmp_path / "source.toml")]
            )
            try:
                wait_for(waits, seconds=60, what="the program to meet the row")
            finally:
                process.send_signal(signal.SIGKILL)
                process.wait()
        with database.connect(registry_url) as conn:
            # Its own lock shows when the server has noticed its end.
            conn.execute("select pg_advisory_xact_lock(hashtext('import essai'))")
            assert (tables(conn), states(conn)) == (before, was)
    with database.connect(registry_url) as conn:
        assert import_structures(conn, changed, source).counts["updated"] == 1
