"""Imports of structures as runs: what a preview says is what happens, once, and can be taken back while nothing was
built on it."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.conninfo import make_conninfo

from domain import civil
from local.servers import Urls
from registry import accounts, database, territory
from registry.database import Connection
from registry.imports import mapping as mappings
from registry.imports import planning
from registry.imports.report import Entry, Report, lines
from registry.imports.structures import KIND, PlanChanged, import_structures, kept, preview
from registry.imports.undoing import UndoRefused, undo
from registry.intake import runs
from registry.parents import reports
from registry.scales import current_scales
from registry.territory import Territory
from tests.conftest import wait_for
from tests.records import assistant
from tests.registry.intake.tables import tables
from tests.rooms import NOW

MAPPING = """
key = ["id"]
[source]
code = "essai"
label = "Ville d’essai"
licence = "Licence Ouverte 2.0"
published = "2026"
[offer]
name = "nom"
kind.value = "eaje"
capacity = "places"
phone = "tel"
[place]
postcode = "cp"
commune_name = "ville"
"""

NANTES = {"cp": "44000", "ville": "Nantes"}


def mapping(tmp_path: Path, text: str = MAPPING) -> mappings.Mapping:
    path = tmp_path / "source.toml"
    path.write_text(text, "utf-8")
    return mappings.load(path)


def row(id: str, **facts: Any) -> dict[str, Any]:
    return {"id": id, "nom": f"Les Lutins {id}", "places": "20", "tel": "", **NANTES} | facts


def written(tmp_path: Path, *rows: dict[str, Any], name: str = "lieux.json") -> Path:
    path = tmp_path / name
    path.write_text(json.dumps(list(rows)), "utf-8")
    return path


@pytest.fixture(scope="module")
def nantes(template: str, servers: Urls) -> Territory:
    """The territory, read once: no test here changes it, and it takes longer than all the rest."""
    with database.connect(make_conninfo(servers.database_url, dbname=template)) as conn:
        return territory.read(conn)


@pytest.fixture(autouse=True)
def read_once(nantes: Territory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "read_territory", lambda conn: nantes)


@pytest.fixture
def source(tmp_path: Path) -> mappings.Mapping:
    return mapping(tmp_path)


def told(report: Report) -> list[tuple[int | None, str, str, str]]:
    return [(each.line, each.event, each.name, each.reason) for each in report.entries]


def states(conn: Connection) -> list[str]:
    return [each.state for each in runs.history(conn, KIND)]


def offer_of(conn: Connection, key: str) -> str:
    return str(conn.execute("select offer from import_record where key = %s", [key]).fetchall()[0][0])


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


# Taking it back -------------------------------------------------------------------------------------------


def undone(conn: Connection, report: Report) -> None:
    assert report.run is not None
    undo(conn, report.run)


def test_undone_everything_is_as_it_was(registry: Connection, tmp_path: Path, source: mappings.Mapping) -> None:
    import_structures(registry, written(tmp_path, row("1"), row("2"), row("3"), row("4")), source)
    import_structures(
        registry, written(tmp_path, row("1"), row("2"), row("3"), name="b.json"), source, allow_closing=True
    )
    before = tables(registry)
    described = mapping(tmp_path, MAPPING.replace("Ville d’essai", "Nantes"))
    done = import_structures(
        registry,
        written(tmp_path, row("1"), row("2", places="24"), row("4"), row("5"), name="c.json"),
        described,
        allow_closing=True,
    )
    counts = done.counts
    assert (counts["created"], counts["updated"], counts["reopened"], counts["closed"]) == (1, 1, 1, 1)
    assert "libellé" in done.notices[0]
    undone(registry, done)
    assert tables(registry) == before
    with pytest.raises(UndoRefused, match="déjà annulé"):
        undone(registry, done)
    assert import_structures(registry, tmp_path / "c.json", described, allow_closing=True).counts == counts


def test_a_first_import_undone_leaves_nothing(registry: Connection, tmp_path: Path, source: mappings.Mapping) -> None:
    before = tables(registry)
    undone(registry, import_structures(registry, written(tmp_path, row("1"), row("2")), source))
    assert tables(registry) == before


def test_what_the_staff_wrote_beside_it_stays(registry: Connection, tmp_path: Path, source: mappings.Mapping) -> None:
    import_structures(registry, written(tmp_path, row("1")), source)
    done = import_structures(registry, written(tmp_path, row("1", places="24"), name="b.json"), source)
    offer = offer_of(registry, "1")
    registry.execute("update offer set phone = '02 40 00 00 00', project = 'Au jardin' where id = %s", [offer])
    undone(registry, done)
    assert registry.execute("select capacity, phone, project from offer").fetchall() == [
        (20, "02 40 00 00 00", "Au jardin")
    ]


Build = Callable[[Connection, str], object]


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda conn, offer: conn.execute("update offer set capacity = 9 where id = %s", [offer]), "capacité"),
        (lambda conn, offer: conn.execute("update offer set project = 'Au jardin' where id = %s", [offer]), "données"),
        (lambda conn, offer: conn.execute("update offer set publication = 'closed' where id = %s", [offer]), "publica"),
        (lambda conn, offer: accounts.create(conn, "am@example.org", "am", offer=offer), "compte"),
        (
            lambda conn, offer: reports.file(conn, offer, "hours", "", None, NOW),
            "signalée",
        ),
        (
            lambda conn, offer: conn.execute(
                "insert into contact_thread (offer, parent_name, parent_mail, sender, opened_at, ends_at)"
                " values (%s, 'Léa', 'lea@example.org', '', %s, %s)",
                [offer, NOW, NOW],
            ),
            "parents y ont écrit",
        ),
        (
            lambda conn, offer: conn.execute(
                "with a as (insert into alert (mail, recipient, parameters, search, title, rhythm, starts_on, week,"
                " territory, created_at, ends_at, due_at) values ('lea@example.org', '', '{}', '/?x', 'x', 'weekly',"
                " %(at)s, '{}', '{44109}', %(at)s, %(at)s, %(at)s) returning id)"
                " insert into alert_match (alert, offer, opened_at) select id, %(offer)s, %(at)s from a",
                {"offer": offer, "at": NOW},
            ),
            "alerte",
        ),
        (lambda conn, offer: assistant(conn, mam=offer), "assistante maternelle y travaille"),
        (lambda conn, offer: conn.execute("insert into opening values (%s, 0, 480, 720)", [offer]), "horaires"),
    ],
)
def test_what_was_built_on_a_new_offer_is_not_undone(
    registry: Connection, tmp_path: Path, build: Build, said: str
) -> None:
    """Nor is anything else of that import."""
    mam = mapping(tmp_path, MAPPING.replace('"eaje"', '"mam"'))
    done = import_structures(registry, written(tmp_path, row("1"), row("2")), mam)
    build(registry, offer_of(registry, "2"))
    before = tables(registry)
    with pytest.raises(UndoRefused, match="Rien n’a été changé") as refused:
        undone(registry, done)
    (obstacle,) = refused.value.obstacles
    assert (obstacle.line, obstacle.name) == (2, "Les Lutins 2")
    assert said in obstacle.reason
    assert tables(registry) == before


def test_being_read_is_nothing_built(registry: Connection, tmp_path: Path, source: mappings.Mapping) -> None:
    before = tables(registry)
    done = import_structures(registry, written(tmp_path, row("1")), source)
    registry.execute("insert into offer_view values (%s, %s, 3)", [offer_of(registry, "1"), NOW.date()])
    undone(registry, done)
    assert tables(registry) == before


def test_a_later_import_of_the_source_is_undone_first(
    registry: Connection, tmp_path: Path, source: mappings.Mapping
) -> None:
    empty = tables(registry)
    first = import_structures(registry, written(tmp_path, row("1"), row("2")), source)
    second = import_structures(registry, written(tmp_path, row("1"), row("2"), row("3"), name="b.json"), source)
    assert second.run is not None
    with pytest.raises(UndoRefused, match=second.run.hex[:8]) as refused:
        undone(registry, first)
    assert [(each.line, each.name) for each in refused.value.obstacles] == [(1, "Les Lutins 1"), (2, "Les Lutins 2")]
    undone(registry, second)
    undone(registry, first)
    assert tables(registry) == empty


def test_imports_of_other_sources_do_not_stand_in_the_way(registry: Connection, tmp_path: Path) -> None:
    first = import_structures(registry, written(tmp_path, row("1")), mapping(tmp_path))
    import_structures(registry, tmp_path / "lieux.json", mapping(tmp_path, MAPPING.replace('"essai"', '"autre"')))
    undone(registry, first)
    assert registry.execute("select source from offer").fetchall() == [("autre",)]


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


# Random files over a random registry ----------------------------------------------------------------------

KEYS = ["1", "2", "3", "4", "5"]

ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.sampled_from([*KEYS, ""]),
            "nom": st.sampled_from(["Les Lutins", "Ô Bébés", "Les Lutins", ""]),
            "places": st.sampled_from(["", "20", "24", "beaucoup"]),
            "tel": st.sampled_from(["", "02 40 12 34 56", "?"]),
            "cp": st.sampled_from(["44000", "44000", "99999"]),
            "ville": st.sampled_from(["Nantes", "Nantes", "Atlantide"]),
        }
    ),
    min_size=1,
    max_size=8,
)

EDITS = st.lists(
    st.tuples(
        st.sampled_from(KEYS),
        st.sampled_from(
            ["publication = 'closed'", "publication = 'published'", "capacity = 7", "phone = null", "project = 'x'"]
        ),
    ),
    max_size=4,
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(earlier=st.lists(ROWS, max_size=2), edits=EDITS, rows=ROWS)
def test_a_preview_is_what_happens_and_what_is_undone_has_not_happened(
    registry: Connection, tmp_path: Path, earlier: list[list[Any]], edits: list[tuple[str, str]], rows: list[Any]
) -> None:
    source = mapping(tmp_path)
    with registry.transaction(force_rollback=True):
        for each in earlier:
            import_structures(registry, written(tmp_path, *each, name="avant.json"), source, allow_closing=True)
        for key, change in edits:
            registry.execute(
                f"update offer set {change} where id = (select offer from import_record where key = %s)", [key]
            )
        before = tables(registry)
        file = written(tmp_path, *rows)
        shown = preview(registry, file, source, allow_closing=True)
        assert tables(registry) == before
        done = import_structures(registry, file, source, allow_closing=True)
        assert told(done) == told(shown)
        _held_against_the_tables(done, before, tables(registry))
        if done.run == shown.run:
            undone(registry, done)
        assert tables(registry) == before


def _held_against_the_tables(done: Report, before: dict[str, list[Any]], after: dict[str, list[Any]]) -> None:
    """The counts told are those of the rows that differ."""
    old, new = ({json.loads(each)["id"]: json.loads(each) for (each,) in found["offer"]} for found in (before, after))
    created = new.keys() - old.keys()
    closed = [id for id in old if old[id]["publication"] != "closed" and new[id]["publication"] == "closed"]
    changed = {id for id in old if new[id] != old[id]} - set(closed)
    assert len(created) == done.counts["created"]
    assert not old.keys() - new.keys()
    assert len(closed) == done.counts["closed"]
    assert len(changed) <= done.counts["updated"] + done.counts["reopened"]
    named: list[Entry] = [each for each in done.entries if each.event == "updated" and each.reason]
    assert len(named) <= len(changed)
