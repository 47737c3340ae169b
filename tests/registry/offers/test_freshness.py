"""`offer.fresh_until` is what the rule says, whatever is written, in whatever order, and whenever the terms change."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from psycopg.conninfo import make_conninfo

from local.servers import Urls
from registry import database
from registry.database import Connection
from registry.offers import freshness
from tests.product.freshness.lives import lives
from tests.product.freshness.rule import Life, counts_until
from tests.records import assistant, structure

BEFORE = "0021"
"""The migration before `offer.fresh_until`."""

OPEN, END = date(2026, 6, 1), date(2026, 12, 24)


@pytest.fixture
def shared(registry_url: str) -> Iterator[Connection]:
    """One for all examples of a property."""
    with database.connect(registry_url) as conn:
        yield conn
        conn.rollback()


def read(conn: Connection, offer: str) -> date | None:
    found: date | None = conn.execute("select fresh_until from offer where id = %s", [offer]).fetchall()[0][0]
    return found


def declare(conn: Connection, offer: str, word: date | None) -> None:
    conn.execute("update offer set confirmed_on = %s where id = %s", [word, offer])


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(lives(), st.permutations(["periods", "word", "employed"]), lives())
@example(
    Life("assistant_maternel", False, date(2026, 11, 30), ((OPEN, None),)),
    ["periods", "word", "employed"],
    Life("eaje"),
)
@example(Life("assistant_maternel", False, date(2026, 12, 1), ()), ["word", "periods", "employed"], Life("eaje"))
def test_whatever_is_written_last(shared: Connection, life: Life, order: list[str], before: Life) -> None:
    """From any life to any other of the same kind, in any order of its writings."""
    offer = structure(shared, "X", kind=life.kind, publication="draft")
    others = before.kind == life.kind
    for now in ([before] if others else []) + [life]:
        for step in order:
            if step == "word":
                declare(shared, offer, now.word)
            elif step == "employed":
                shared.execute("update offer set employed = %s where id = %s", [now.employed, offer])
            else:
                shared.execute("delete from timetable where offer = %s", [offer])
                for first, last in now.periods:
                    add_row(shared, offer, first, last)
        assert read(shared, offer) == counts_until(now)


def add_row(conn: Connection, offer: str, first: date, last: date | None) -> None:
    conn.execute("insert into timetable (offer, period) values (%s, daterange(%s, %s, '[]'))", [offer, first, last])


def test_the_known_words(registry: Connection) -> None:
    """Of docs/am.md: the two sides of a deadline, and a word that a rolling half year would have forgotten."""
    offer = assistant(registry)
    for word, until in (
        (date(2026, 11, 30), date(2027, 5, 31)),
        (date(2026, 12, 1), date(2027, 11, 30)),
        (date(2026, 6, 10), date(2027, 5, 31)),
        (date(2018, 3, 1), date(2022, 5, 31)),  # before the rule: the first deadline was met by any word
        (None, None),
    ):
        declare(registry, offer, word)
        assert read(registry, offer) == until


def test_periods_change_it_in_every_way_that_rows_do(registry: Connection) -> None:
    word, horizon = date(2026, 11, 20), date(2027, 5, 31)
    offer, other = assistant(registry, confirmed_on=word), assistant(registry, confirmed_on=word)
    add_row(registry, offer, date(2026, 11, 1), date(2027, 1, 31))
    assert read(registry, offer) == date(2027, 1, 31)
    registry.execute("update timetable set period = daterange('2026-11-01', '2027-03-01', '[]')")
    assert read(registry, offer) == date(2027, 3, 1)
    registry.execute("update timetable set offer = %s", [other])
    assert (read(registry, offer), read(registry, other)) == (horizon, date(2027, 3, 1))
    registry.execute("truncate timetable cascade")
    assert read(registry, other) == horizon


def test_nobody_writes_another_day_than_the_rule_s(registry: Connection) -> None:
    offer = assistant(registry, confirmed_on=date(2026, 11, 20))
    registry.execute("update offer set fresh_until = '2099-01-01' where id = %s", [offer])
    assert read(registry, offer) == date(2027, 5, 31)


def test_what_changes_no_day_writes_no_offer(registry: Connection) -> None:
    """A second period within the same half year: her row stays as it is, and nothing is queued but for the period."""
    offer = assistant(registry, confirmed_on=date(2026, 11, 20))
    add_row(registry, offer, date(2026, 11, 1), None)

    def version() -> Any:
        return registry.execute("select xmin, ctid from offer where id = %s", [offer]).fetchall()[0]

    before = version()
    registry.execute("update timetable set period = '[2026-10-01,)'")
    assert version() == before


@pytest.fixture
def old_registry(servers: Urls, run_id: str) -> Iterator[str]:
    """An empty registry as it was before words had an end."""
    name = f"words_{run_id}"
    with psycopg.connect(servers.database_url, autocommit=True) as admin:
        admin.execute(f"create database {name}")
        try:
            url = make_conninfo(servers.database_url, dbname=name)
            database.migrate(url, BEFORE)
            yield url
        finally:
            admin.execute(f"drop database {name} with (force)")


def test_the_migration_derives_what_is_there_and_queues_nothing(old_registry: str) -> None:
    """The mapping is another one, so that all documents are built anew anyway."""
    lives = [
        Life("assistant_maternel", False, date(2026, 6, 10), ((OPEN, None),)),
        Life("assistant_maternel", False, date(2026, 6, 10), ((OPEN, date(2026, 8, 31)), (date(2026, 9, 1), END))),
        Life("assistant_maternel", True, date(2026, 8, 31)),
        Life("assistant_maternel"),
        Life("eaje", False, date(2018, 2, 28)),
    ]
    with database.connect(old_registry) as conn:
        for number, life in enumerate(lives):
            # Written out, as the tables were: tests.records writes them as they are today.
            conn.execute(
                "insert into offer (id, kind, name, fictitious, confirmed_on, employed)"
                " values (%s, %s, 'X', true, %s, %s)",
                [f"{number:012}", life.kind, life.word, life.employed],
            )
            for first, last in life.periods:
                add_row(conn, f"{number:012}", first, last)
        conn.execute("delete from outbox")
    database.migrate(old_registry)
    with database.connect(old_registry) as conn:
        found = conn.execute("select fresh_until from offer order by id").fetchall()
        assert [until for (until,) in found] == [counts_until(life) for life in lives]
        assert conn.execute("select count(*) from outbox").fetchall() == [(0,)]


def test_the_terms_of_the_migration_are_those_of_the_scales(registry: Connection) -> None:
    assert freshness.replace(registry) is False


def test_terms_that_change_reach_every_offer(registry_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those already there, in batches, and those that are written by a transaction that began before."""
    with database.connect(registry_url) as conn:
        early = [structure(conn, f"{n}", confirmed_on=date(2026, 11, 1)) for n in range(7)]
        conn.execute(
            "insert into scale (name, valid_from, value, unit, source, confidence)"
            " values ('structure_word_months', '2026-10-01', '1', 'months', 'un essai de ce test', 'confirmed')"
        )
    try:
        monkeypatch.setattr(freshness, "AT_ONCE", 3)
        with database.connect(registry_url) as writing:
            late = structure(writing, "late", confirmed_on=date(2026, 11, 1))
            monkeypatch.setattr(freshness, "PATIENCE", "100ms")
            with pytest.raises(psycopg.errors.LockNotAvailable):
                freshness.follow(registry_url)  # it is not rushed past somebody who derived by the old terms
        assert freshness.follow(registry_url) == 3
        with database.connect(registry_url) as conn:
            assert {read(conn, each) for each in (*early, late)} == {date(2026, 12, 1)}
        assert freshness.follow(registry_url) == 0
    finally:
        with database.connect(registry_url) as conn:
            conn.execute("delete from scale")
        freshness.follow(registry_url)


def test_a_run_that_was_interrupted_goes_on(registry: Connection) -> None:
    ids = sorted(structure(registry, f"{n}", confirmed_on=date(2026, 11, 1)) for n in range(4))
    registry.execute("update word_term set months = 2 where whose = 'structure'")
    registry.execute("insert into word_rederivation values (%s)", [ids[1]])
    assert registry.execute("select rederive_words(5)").fetchone() == (True,)
    assert [read(registry, each) for each in ids] == [date(2027, 5, 1)] * 2 + [date(2027, 1, 1)] * 2
    assert registry.execute("select rederive_words(5)").fetchone() == (False,)
