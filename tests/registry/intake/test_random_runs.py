"""Random files over a random registry: a preview is what happens, and what is undone has not happened."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.database import Connection
from registry.imports.report import Entry, Report
from registry.imports.structures import import_structures, preview
from tests.registry.intake.lieux import mapping, told, undone, written
from tests.registry.intake.tables import tables

pytestmark = pytest.mark.usefixtures("read_once")


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
