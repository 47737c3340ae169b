"""Whatever waits for staff is a case: no second claim, history or queue beside it, and no case without its subject."""

import re

import pytest

from registry.casework import cases, kinds
from registry.casework.history import Line
from registry.casework.kinds import FICHE_REPORT, Kind
from registry.database import Connection
from tests.conftest import ROOT
from tests.records import structure
from tests.rooms import NOW

KINDS = [each for each in vars(kinds).values() if isinstance(each, Kind)]


def test_no_other_table_has_a_claim_a_term_or_a_decision(registry: Connection) -> None:
    found = registry.execute(
        "select distinct table_name from information_schema.columns where table_schema = 'public'"
        " and column_name ~ '^(claimed|decided|settled|done|proposed)_(by|at|until)$'"
    ).fetchall()
    # The indexer's queue is of machines, which no moderator takes from.
    assert {table for (table,) in found} == {"case_file", "outbox"}


def test_no_other_module_takes_orders_or_counts_cases() -> None:
    of_casework = re.compile(r"\b(claimed_by|claimed_until|proposed_by)\b|from case_file|(update|insert into) case_")
    found = {
        str(path.relative_to(ROOT))
        for room in ("registry", "web", "jobs", "cli")
        for path in (ROOT / room).rglob("*.py")
        if of_casework.search(path.read_text("utf-8")) and path.parts[-2] not in ("casework", "versions")
    }
    # The page tells until when a claim holds; the sentences of constraints name their columns.
    assert found == {"web/staff/moderation/views.py", "web/core/constraints.py"}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_a_case_and_its_subject_go_together(registry: Connection, kind: Kind) -> None:
    """The table of each kind has the case's id, and a trigger that takes the case along."""
    keys = registry.execute(
        "select count(*) from pg_constraint where contype = 'f' and conrelid = %s::regclass"
        " and confrelid = 'case_file'::regclass and confdeltype = 'c'",
        [kind.code],
    ).fetchone()
    assert keys == (1,)
    triggers = registry.execute(
        "select count(*) from pg_trigger where tgrelid = %s::regclass and tgfoid = 'drop_case'::regproc", [kind.code]
    ).fetchone()
    assert triggers == (1,)


def test_a_subject_that_is_deleted_leaves_no_case_and_no_history(registry: Connection) -> None:
    offer = structure(registry, "Les Lutins")
    ids = [cases.begin(registry, FICHE_REPORT, Line("reported", comment="privé"), NOW) for _ in range(2)]
    for id, number in zip(ids, ("222-222", "333-333"), strict=True):
        registry.execute(
            "insert into fiche_report (id, number, offer, about) values (%s, %s, %s, 'hours')", [id, number, offer]
        )
    registry.execute("delete from case_file where id = %s", [ids[0]])
    assert registry.execute("select number from fiche_report").fetchall() == [("333-333",)]
    registry.execute("delete from offer where id = %s", [offer])
    for table in ("fiche_report", "case_file", "case_event"):
        assert registry.execute(f"select count(*) from {table}").fetchone() == (0,)
