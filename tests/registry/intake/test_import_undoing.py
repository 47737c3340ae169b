"""An import taken back: everything as it was, while nothing was built on it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from registry import accounts
from registry.database import Connection
from registry.imports import mapping as mappings
from registry.imports.structures import import_structures
from registry.imports.undoing import UndoRefused
from registry.parents import reports
from tests.records import assistant
from tests.registry.intake.lieux import MAPPING, mapping, offer_of, row, undone, written
from tests.registry.intake.tables import tables
from tests.rooms import NOW

pytestmark = pytest.mark.usefixtures("read_once")

Build = Callable[[Connection, str], object]


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
