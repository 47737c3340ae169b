"""What a change leaves on the queue, whatever statement makes it, in its own transaction."""

import threading
from datetime import date

import psycopg
import pytest

from registry import accounts, database
from registry.database import Connection
from registry.parents.contact import stopping
from tests.conftest import wait_for
from tests.records import add_period, assistant, structure

MONDAY = (0, 480, 1_080, 1)


def taken(conn: Connection) -> list[str]:
    """The offers on the queue, one for each row; takes them off."""
    return sorted(row[0] for row in conn.execute("delete from outbox where index = 'offers' returning id"))


def waits(conn: Connection, pid: int) -> bool:
    """Whether a session is waiting for another one's lock."""
    return bool(conn.execute("select cardinality(pg_blocking_pids(%s)) > 0", [pid]).fetchall()[0][0])


def test_one_row_for_each_offer_and_statement(registry: Connection) -> None:
    ids = sorted(structure(registry, name) for name in ("Une", "Deux", "Trois"))
    assert taken(registry) == ids
    registry.execute("update offer set project = 'Au calme.'")
    assert taken(registry) == ids
    registry.execute("insert into opening select id, day, 480, 1080 from offer, generate_series(0, 4) as day")
    assert taken(registry) == ids
    registry.execute("update offer set project = 'Au calme.'")
    assert taken(registry) == [], "nothing changed"


def test_what_no_stranger_may_see_leaves_nothing(registry: Connection) -> None:
    draft = structure(registry, "Brouillon", publication="draft")
    registry.execute("insert into opening values (%s, 0, 480, 1080)", [draft])
    offer = assistant(registry)
    taken(registry)
    registry.execute("update am_contact set phone = '06 39 98 00 00'")
    registry.execute("update am_identity set last_name = 'Autre'")
    registry.execute("update agrement set number = 'AUTRE'")
    assert taken(registry) == []
    registry.execute("update am_contact set show_phone = true")
    assert taken(registry) == [offer]


def test_whether_she_takes_messages_is_public_and_whose_mailbox_it_is_is_not(registry: Connection) -> None:
    offer, other = assistant(registry), assistant(registry)
    taken(registry)
    account = accounts.create(registry, "nadia@example.org", "am", offer=offer).id
    assert taken(registry) == [offer]
    registry.commit()
    before = registry.execute("select xmin, ctid from offer order by id").fetchall()
    registry.execute("update account set mail = 'autre@example.org', name = 'Autre' where id = %s", [account])
    accounts.create(registry, "relais@example.org", "rpe", offer=other)
    assert taken(registry) == []
    assert registry.execute("select xmin, ctid from offer order by id").fetchall() == before
    registry.execute("insert into contact_off (offer) values (%s), (%s)", [offer, other])
    assert taken(registry) == [offer], "the other one was never written to"
    registry.execute("update account set closed_at = now()")
    assert taken(registry) == [], "she takes none already"
    registry.execute("delete from contact_off")
    assert taken(registry) == []
    registry.execute("update account set closed_at = null where id = %s", [account])
    assert taken(registry) == [offer]
    registry.execute("update account set offer = %s where id = %s", [other, account])
    assert taken(registry) == sorted([offer, other])
    registry.execute("delete from account")
    assert taken(registry) == [other]


def test_rows_that_move_to_another_parent_queue_both(registry: Connection) -> None:
    one, other = (structure(registry, name) for name in ("Une", "Autre"))
    registry.execute("insert into opening values (%s, 0, 480, 1080)", [one])
    taken(registry)
    registry.execute("update opening set offer = %s", [other])
    assert taken(registry) == sorted([one, other])

    her, colleague = assistant(registry), assistant(registry)
    timetable = add_period(registry, her, date(2026, 9, 1), date(2026, 12, 31), [MONDAY])
    later = add_period(registry, colleague, date(2027, 1, 1), None, [])
    taken(registry)
    registry.execute("update timetable_range set timetable = %s", [later])
    assert taken(registry) == sorted([her, colleague])
    registry.execute("update timetable set offer = %s where id = %s", [colleague, timetable])
    assert taken(registry) == sorted([her, colleague])


def test_copy_is_captured(registry: Connection) -> None:
    offer = structure(registry, "Une")
    taken(registry)
    with (
        registry.cursor() as cursor,
        cursor.copy("copy opening (offer, weekday, start_minute, end_minute) from stdin") as copy,
    ):
        for day in range(5):
            copy.write_row((offer, day, 480, 1_080))
    assert taken(registry) == [offer]


def test_truncate_is_captured(registry: Connection) -> None:
    open_one, _ = structure(registry, "Ouverte"), structure(registry, "Sans horaires")
    registry.execute("insert into opening values (%s, 0, 480, 1080)", [open_one])
    her = assistant(registry, contact={"show_phone": True})
    add_period(registry, her, date(2026, 9, 1), None, [MONDAY])
    taken(registry)
    registry.execute("truncate opening")
    assert taken(registry) == [open_one]
    registry.execute("truncate timetable_range")
    assert taken(registry) == [her]
    registry.execute("truncate am_contact")
    assert taken(registry) == [her]
    assert registry.execute("select phone from offer where id = %s", [her]).fetchall() == [(None,)]
    accounts.create(registry, "nadia@example.org", "am", offer=her)
    stopping.switch(registry, her, False)
    taken(registry)
    registry.execute("truncate contact_off")
    assert taken(registry) == [her], "she takes messages again"
    registry.execute("truncate account cascade")
    assert taken(registry) == [her]
    registry.execute("truncate agrement")
    assert taken(registry) == [her], "she is public no more"
    registry.execute("truncate offer cascade")
    assert len(taken(registry)) == 2


def test_the_name_of_a_mam_queues_those_who_work_there(registry: Connection) -> None:
    mam = structure(registry, "Les Farfadets", kind="mam")
    shown, _ = assistant(registry, mam=mam), assistant(registry, mam=mam, show_mam=False)
    taken(registry)
    registry.execute("update offer set name = 'Les Lutins' where id = %s", [mam])
    assert taken(registry) == sorted([mam, shown])


def test_a_renamed_commune_queues_all_of_its_offers_in_bounded_chunks(registry: Connection) -> None:
    ids = sorted(structure(registry, f"Crèche {number}") for number in range(5))
    structure(registry, "Brouillon", publication="draft")
    structure(registry, "Ailleurs", commune="44162", postcode="44800")
    registry.execute("delete from outbox")
    registry.execute("update commune set name = 'Naoned' where code = '44109'")
    places = [row[0] for row in registry.execute("delete from outbox where index = 'places' returning id")]
    assert sorted(places) == ["commune:44109", "department:44", "epci:244400404"]
    assert taken(registry) == [], "85,000 offers are not locked for a name"
    chunks = []
    while registry.execute("select expand_fan_out(2)").fetchall() == [(True,)]:
        chunks.append(taken(registry))
    assert [id for chunk in chunks for id in chunk] == ids
    assert max(map(len, chunks)) == 2
    registry.execute("update commune set population = population + 1 where code = '44109'")
    assert registry.execute("select expand_fan_out(2)").fetchall() == [(False,)], "their documents don't show it"
    registry.execute("update commune set area_km2 = area_km2 + 1 where code = '44109'")
    assert registry.execute("select expand_fan_out(9)").fetchall() == [(True,)]
    assert taken(registry) == ids


def test_names_and_codes_of_before_are_queued_with_the_commune_of_today(registry: Connection) -> None:
    def places() -> list[str]:
        return sorted(id for (id,) in registry.execute("delete from outbox where index = 'places' returning id"))

    places()
    registry.execute("update commune set population = population + 1 where code = '44213'")
    assert {"commune:44213", "former:44213:varades", "former:44011:belligne"} <= set(places())
    registry.execute("update former_name set name = 'Varade' where id = '44213:varades'")
    assert set(places()) == {"former:44213:varades"}
    registry.execute("delete from former_name where id = '44213:varades'")
    assert places() == ["former:44213:varades"]
    registry.execute("insert into retired_commune values ('44999', '44213')")
    assert places() == ["commune:44999"]
    registry.execute("truncate retired_commune")
    assert "commune:44999" in places()


def test_what_is_said_of_a_source_stands_in_the_documents_of_its_offers(registry: Connection) -> None:
    registry.execute("insert into source values ('caf', 'Caf', 'ODbL', '2025')")
    offer, _ = structure(registry, "Une", source="caf"), structure(registry, "Autre")
    taken(registry)
    registry.execute("update source set published = '2026'")
    registry.execute("select expand_fan_out(100)")
    assert taken(registry) == [offer]


def test_a_zone_that_moves_takes_its_homes_along(registry: Connection) -> None:
    offer = assistant(registry)
    taken(registry)
    registry.execute("update zone_anchor set lat = lat + 0.001, shown_lat = shown_lat + 0.001 where commune = '44109'")
    assert taken(registry) == [offer]
    assert registry.execute("select lat from offer where id = %s", [offer]).fetchall() == [(47.216,)]


def test_two_changes_of_the_territory_follow_one_another(registry: Connection, registry_url: str) -> None:
    """They may change the same EPCI's document, which has no row of its own to lock."""
    registry.execute("update commune set population = population + 1 where code = '44109'")
    with database.connect(registry_url) as other:
        thread = threading.Thread(
            target=other.execute, args=["update commune set population = population + 1 where code = '44162'"]
        )
        thread.start()
        wait_for(lambda: waits(registry, other.info.backend_pid), what="the second change's wait")
        registry.rollback()
        thread.join(timeout=10)
        other.rollback()


def test_a_transaction_that_lost_a_deadlock_is_done_again(registry: Connection, registry_url: str) -> None:
    one, other = sorted(structure(registry, name) for name in ("Une", "Autre"))
    registry.commit()
    met = threading.Barrier(2)

    def rename(first: str, second: str) -> int:
        attempts = 0

        def work(conn: Connection) -> None:
            nonlocal attempts
            attempts += 1
            conn.execute("set local deadlock_timeout = '50ms'")
            conn.execute("update offer set project = project || %s where id = %s", [first, first])
            if attempts == 1:
                met.wait(timeout=10)
            conn.execute("update offer set project = project || %s where id = %s", [first, second])

        database.retried(registry_url, work)
        return attempts

    registry.execute("update offer set project = ''")
    registry.commit()
    attempts: list[int] = []
    threads = [
        threading.Thread(target=lambda pair=pair: attempts.append(rename(*pair)))
        for pair in ((one, other), (other, one))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(attempts) == [1, 2]
    projects = registry.execute("select project from offer").fetchall()
    assert all(sorted([project[:12], project[12:]]) == [one, other] for (project,) in projects)


def test_an_error_that_no_second_try_would_mend_is_told_at_once(registry_url: str) -> None:
    attempts = []

    def work(conn: Connection) -> None:
        attempts.append(1)
        conn.execute("select 1 / 0")

    with pytest.raises(psycopg.errors.DivisionByZero):
        database.retried(registry_url, work)
    assert attempts == [1]
