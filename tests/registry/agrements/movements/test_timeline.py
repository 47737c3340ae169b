"""The law of movements: what is accepted can happen, and what is refused is refused for a reason that can be read."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from registry import accounts
from registry.agrements import movements
from registry.agrements.movements import files
from registry.agrements.movements.rows import ACTIONS, Action
from registry.agrements.movements.timeline import AFTER, STANDINGS, Entry, Standing, verdicts
from registry.database import Connection
from tests.conftest import TODAY
from tests.registry.agrements.movements.people import as_csv, line, person, preview, public, status
from tests.rooms import NOW

DAY = timedelta(days=1)

told = st.tuples(st.sampled_from(ACTIONS), st.integers(-3, 3))


def entries(facts: Sequence[tuple[Action, int]], start: int = 2) -> list[Entry]:
    return [
        Entry(action, TODAY + days * DAY, f"ligne {number}", number)
        for number, (action, days) in enumerate(facts, start)
    ]


@given(st.sampled_from(["active", "suspended", "withdrawn", "ceased"]), st.lists(told, max_size=6))
@example("active", [("retrait", 0), ("suspension", 0), ("cessation", 0)])
@example("active", [("suspension", -1), ("suspension", 0), ("levee_suspension", 1)])
def test_what_is_accepted_can_happen_and_what_is_not_names_its_lines(
    standing: Standing, facts: list[tuple[Action, int]]
) -> None:
    new = entries(facts)
    found = verdicts(standing, [], [], new)
    assert set(found) == {each.row for each in new}
    now = standing
    accepted = [each for each in new if each.row is not None and found[each.row].outcome == "accepted"]
    for each in sorted(accepted, key=lambda each: each.effective_on):
        assert (now, each.action) in AFTER
        now = AFTER[now, each.action]
    for each in new:
        verdict = found[each.row or 0]
        if verdict.outcome == "refused" and "contradictoires" in (verdict.reason or ""):
            assert (verdict.reason or "").count("ligne ") == 2
            assert f"ligne {each.row} " in (verdict.reason or "")
        assert (verdict.outcome == "accepted") == (verdict.reason is None)


@given(st.lists(told, max_size=6, unique=True).flatmap(lambda facts: st.tuples(st.just(facts), st.permutations(facts))))
def test_the_order_of_the_lines_means_nothing(
    both: tuple[list[tuple[Action, int]], list[tuple[Action, int]]],
) -> None:
    def accepted(facts: list[tuple[Action, int]]) -> set[tuple[Action, date]]:
        new = entries(facts)
        found = verdicts("active", [], [], new)
        return {(each.action, each.effective_on) for each in new if found[each.row or 0].outcome == "accepted"}

    assert accepted(both[0]) == accepted(both[1])


numbers = st.sampled_from(["044-001", "044-002"])
rows = st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(-3, 4), numbers), min_size=1, max_size=4)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(rows, min_size=1, max_size=4), st.lists(st.integers(0, 2), min_size=4, max_size=4))
@example([[("suspension", -1, "044-001")], [("levee_suspension", 2, "044-001")], [("retrait", 2, "044-001")]], [1] * 4)
def test_no_order_of_files_shows_what_must_not_be_seen_or_loses_what_must(
    registry: Connection, sent: list[list[tuple[Action, int, str]]], nights: list[int]
) -> None:
    with registry.transaction(force_rollback=True):
        caf = accounts.create(registry, "caf@example.org", "caf", department="44")
        people = {number: person(registry, number) for number in ("044-001", "044-002")}
        before = {offer: facts(registry, offer) for offer in people.values()}
        today, final = TODAY, dict[str, str]()
        for file, nights_after in zip(sent, nights, strict=False):
            lines = [line(action, (TODAY + days * DAY).isoformat(), number) for action, days, number in file]
            apply(registry, caf, as_csv(*lines), today)
            check(registry, people, today, final)
            once = held(registry)
            apply(registry, caf, as_csv(*lines), today)
            # The same rows in another file: it has a line that is none.
            apply(registry, caf, as_csv(*lines, [";;;;;;x"]), today)
            assert held(registry) == once
            today += nights_after * DAY
            movements.apply_due(registry, today)
            check(registry, people, today, final)
        # Nothing but her visibility has changed.
        assert {offer: facts(registry, offer) for offer in people.values()} == before


def apply(conn: Connection, caf: accounts.Account, data: bytes, today: date) -> None:
    now = NOW + (today - TODAY)
    files.apply(conn, preview(conn, caf, data, today), caf, now)


def held(conn: Connection) -> list[tuple[Any, ...]]:
    """How every agrément stands, and what has happened or will."""
    return conn.execute(
        "select 'agrement', offer, status, null from agrement union all"
        " select state, offer, action, effective_on::text from movement where state in ('waiting', 'applied')"
        " order by 1, 2, 4, 3"
    ).fetchall()


def check(conn: Connection, people: dict[str, str], today: date, final: dict[str, str]) -> None:
    for offer in people.values():
        now: Standing = "active"
        applied = conn.execute(
            "select action, effective_on from movement where offer = %s and state = 'applied' order by effective_on",
            [offer],
        ).fetchall()
        for action, effective_on in applied:
            assert effective_on <= today
            assert (now, action) in AFTER
            now = AFTER[now, action]
        shown = status(conn, offer)
        assert STANDINGS[shown] == now
        assert public(conn, offer) == (shown == "valid")
        assert shown == final.get(offer, shown)
        if shown in ("withdrawn", "ceased"):
            final[offer] = shown
    assert not conn.execute(
        "select from movement where state = 'previewed' or (state = 'waiting' and effective_on <= %s)", [today]
    ).fetchall()


def facts(conn: Connection, offer: str) -> str:
    return str(conn.execute("select to_jsonb(o) - 'licensed' from offer o where id = %s", [offer]).fetchall()[0][0])
