"""Changes that meet: delivered twice, in reverse, committed in another order than begun, or during a rebuild."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from elasticsearch import Elasticsearch

from indexer import bulk, queue, worker
from indexer.bulk import Outcome, Write
from indexer.rebuild import rebuild
from registry.database import Connection, connect
from settings import Settings
from tests.conftest import TODAY, wait_for
from tests.product.faults.workload import prove
from tests.records import add_period, assistant, structure

Change = Callable[[Connection, str], object]


def rename(conn: Connection, offer: str) -> None:
    conn.execute("update offer set name = name || ' encore' where id = %s", [offer])


def delete(conn: Connection, offer: str) -> None:
    conn.execute("delete from offer where id = %s", [offer])


def insert(conn: Connection, offer: str) -> None:
    structure(conn, "Revenue", id=offer)


def close(conn: Connection, offer: str) -> None:
    conn.execute("update offer set publication = 'closed' where id = %s", [offer])


def publish(conn: Connection, offer: str) -> None:
    conn.execute("update offer set publication = 'published' where id = %s", [offer])


def add_opening(conn: Connection, offer: str) -> None:
    conn.execute("insert into opening values (%s, 0, 480, 1080)", [offer])


def add_leave(conn: Connection, offer: str) -> None:
    conn.execute("insert into leave values (%s, %s)", [offer, TODAY])


@pytest.fixture
def two(database_url: str) -> Iterator[tuple[Connection, Connection]]:
    """Two sessions of the registry."""
    with connect(database_url) as one, connect(database_url) as other:
        yield one, other
        one.rollback()
        other.rollback()


@contextmanager
def waiting(settings: Settings, conn: Connection, change: Change, offer: str) -> Iterator[None]:
    """Make the change, which must wait for a lock; in the block, what it waits for is to be committed. Then it is
    committed, too."""
    (pid,) = conn.execute("select pg_backend_pid()").fetchall()[0]
    thread = threading.Thread(target=change, args=(conn, offer))
    with connect(settings.database_url, autocommit=True) as onlooker:
        thread.start()
        blocked = "select cardinality(pg_blocking_pids(%s)) > 0"
        wait_for(lambda: bool(onlooker.execute(blocked, [pid]).fetchall()[0][0]), what="a wait for the other's lock")
        yield
    thread.join(10)
    assert not thread.is_alive()
    conn.commit()


def delivered(settings: Settings, change: Change, offer: str) -> list[Write]:
    """What a worker has read after the change, and not yet sent."""
    with connect(settings.database_url, autocommit=True) as conn:
        change(conn, offer)
        return worker.build(conn, queue.claim(conn, queue.enlist(conn)))


@pytest.mark.parametrize(("first", "second"), [(rename, rename), (rename, delete), (delete, insert), (close, publish)])
def test_delivered_twice_and_in_reverse(
    settings: Settings, engine: Elasticsearch, two: tuple[Connection, Connection], first: Change, second: Change
) -> None:
    """A slow worker reads after the first change and sends after another worker has dealt with the second."""
    registry, _ = two
    offer = structure(registry, "Les Lutins")
    registry.commit()
    worker.drain(settings, engine)
    early = delivered(settings, first, offer)
    late = delivered(settings, second, offer)
    assert [each.id for each in early + late] == [offer] * 2
    for writes in (late, early, late, early):
        assert bulk.send(engine, writes) == Outcome()
    # Both workers have their acknowledgements, and forget; to deliver once more would hide what went wrong.
    registry.execute("delete from outbox")
    registry.commit()
    prove(settings, engine)


def test_transactions_on_two_children_of_one_offer_commit_in_the_order_of_their_sequence(
    settings: Settings, engine: Elasticsearch, two: tuple[Connection, Connection]
) -> None:
    """The one that began first writes second: it has to wait, and so commits second."""
    first, second = two
    offer = structure(first, "Les Lutins")
    first.commit()
    worker.drain(settings, engine)
    early, late = (conn.execute("select pg_current_xact_id()::text").fetchall()[0] for conn in (first, second))
    add_leave(second, offer)
    with waiting(settings, first, add_opening, offer):
        second.commit()
    order = first.execute("select xid::text from outbox order by seq").fetchall()
    first.commit()
    assert order == [late, early]
    worker.drain(settings, engine)
    prove(settings, engine)


@pytest.mark.parametrize(("first", "second"), [(publish, add_opening), (add_opening, publish)])
def test_a_child_of_an_offer_that_is_just_being_published(
    settings: Settings, engine: Elasticsearch, two: tuple[Connection, Connection], first: Change, second: Change
) -> None:
    one, other = two
    offer = structure(one, "Les Lutins", publication="draft")
    one.commit()
    first(one, offer)
    with waiting(settings, other, second, offer):
        one.commit()
        worker.drain(settings, engine)
    assert worker.drain(settings, engine) == 1
    prove(settings, engine)


def test_a_range_is_written_while_its_timetable_moves_to_another_offer(
    settings: Settings, engine: Elasticsearch, two: tuple[Connection, Connection]
) -> None:
    one, other = two
    here, there = assistant(one, "Nadia B."), assistant(one, "Tia F.")
    timetable = add_period(one, here, TODAY, TODAY + timedelta(days=30), [(0, 480, 1_080, 2)])
    one.commit()
    worker.drain(settings, engine)

    def move(conn: Connection, offer: str) -> None:
        conn.execute("update timetable set offer = %s where id = %s", [offer, timetable])

    def write(conn: Connection, offer: str) -> None:
        conn.execute("insert into timetable_range values (%s, %s, 1, 480, 1080, 1)", [timetable, int(offer)])

    move(one, there)
    with waiting(settings, other, write, "1"):
        one.commit()
        assert worker.drain(settings, engine) == 2, "both offers changed"
    assert worker.drain(settings, engine) == 1
    prove(settings, engine)
    write(one, "2")
    with waiting(settings, other, move, here):
        one.commit()
        assert worker.drain(settings, engine) == 1
    assert worker.drain(settings, engine) == 2
    prove(settings, engine)


@pytest.mark.parametrize("change", [rename, delete, close, add_opening])
def test_a_transaction_that_began_before_a_rebuild_and_commits_after_the_switch(
    settings: Settings, engine: Elasticsearch, two: tuple[Connection, Connection], change: Change
) -> None:
    registry, _ = two
    offer = structure(registry, "Les Lutins")
    registry.commit()
    change(registry, offer)
    rebuild(settings, engine, lambda what, done, total: None, ["offers"])
    registry.commit()
    assert worker.drain(settings, engine) == 1
    prove(settings, engine)


@pytest.mark.parametrize("change", [rename, delete, close, add_opening])
def test_a_change_that_a_rebuild_did_not_see_is_left_on_the_queue(
    settings: Settings, engine: Elasticsearch, two: tuple[Connection, Connection], change: Change
) -> None:
    registry, _ = two
    offer = structure(registry, "Les Lutins")
    registry.commit()

    def after_the_snapshot(what: str, done: int, total: int) -> None:
        change(registry, offer)
        registry.commit()

    rebuild(settings, engine, after_the_snapshot, ["offers"])
    assert worker.drain(settings, engine) == 1
    prove(settings, engine)
