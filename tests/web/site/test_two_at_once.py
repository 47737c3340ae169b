"""Two people at once: what the constraints of the database really refuse, and what is answered then.

Of each case the first has written and not committed when the second comes; so the second has looked before, and meets
the row when it writes. These are the constraints themselves, in their tables; `test_constraints` holds that a sentence
stands for each of them and that the page tells it.
"""

import threading
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest

from registry import accounts, database
from registry.accounts import mail_change, recovery, sessions, tokens, widget
from registry.agrements import registrations
from registry.agrements.requests import effect
from registry.casework import cases, history
from registry.casework.history import Line
from registry.casework.kinds import AGREMENT_REQUEST
from registry.database import Connection
from registry.intake import runs
from registry.intake.runs import Outcome
from registry.offers import employers, timetables
from registry.offers.profiles.facts import Agrement
from registry.parents import reports
from registry.parents.contact import sending
from registry.territory import scope
from settings import Settings
from settings.keys import Keys
from tests.conftest import TODAY, wait_for
from tests.records import assistant, structure
from tests.registry.intake.tables import tables
from tests.rooms import NOW, Rooms
from tests.web.am.availability.test_pages import PATH, minder, monday, periods
from web.core import constraints

SITE = "https://exemple.fr"

Step = Callable[[Connection], Any]


def raced(url: str, first: Step, second: Step) -> Any:
    """What `second` returned or raised, which came while `first` was not committed. Where it raised, nothing of it
    stands: everything is as `first` left it."""
    answer: list[Any] = []

    def run() -> None:
        try:
            with database.connect(url) as conn:
                answer.append(second(conn))
                conn.commit()
        except Exception as error:
            answer.append(error)

    with database.connect(url) as conn:
        first(conn)
        left = tables(conn)
        thread = threading.Thread(target=run)
        thread.start()
        _wait_for_a_lock(url)
        conn.commit()
    thread.join(timeout=20)
    if isinstance(answer[0], Exception):
        with database.connect(url) as conn:
            assert tables(conn) == left, "nothing is half saved"
    return answer[0]


def _wait_for_a_lock(url: str) -> None:
    with database.connect(url, autocommit=True) as looking:
        waits = "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
        wait_for(lambda: looking.execute(waits).fetchone() is not None, what="the second, behind the first")


class World:
    """Rows that the cases are about, committed."""

    def __init__(self, url: str, keys: Keys) -> None:
        self.keys = keys
        with database.connect(url) as conn:
            self.offer, self.other = assistant(conn), assistant(conn, "Léa M.")
            self.creche = structure(conn, "Les Lutins")
            self.am = accounts.create(conn, "nadia@example.org", "am")
            self.another = accounts.create(conn, "lea@example.org", "am")
            self.relais = accounts.create(conn, "rpe@example.org", "rpe")
            self.admin = accounts.create(conn, "admin@example.org", "administrator")
            self.employer = accounts.create(conn, "employeur@example.org", "employer", name="Crèche familiale")
            self.case = cases.begin(conn, AGREMENT_REQUEST, Line("submitted"), NOW)
            self.registration = registrations.start_for(conn, self.am)
            self.document: UUID = conn.execute(
                "insert into document (media_type, pages) values ('image/jpeg', 1) returning id"
            ).fetchall()[0][0]
            self.thread: UUID = conn.execute(
                "insert into contact_thread (offer, parent_name, parent_mail, sender, opened_at, ends_at)"
                " values (%s, 'Léa', 'lea@example.org', '', %s, %s) returning id",
                [self.offer, NOW, NOW],
            ).fetchall()[0][0]
            self.files = [runs.begin(conn, "movements", "44", "a.csv", b"same", "previewed") for _ in range(2)]
            conn.commit()


@pytest.fixture
def world(registry_url: str, room_settings: Settings) -> World:
    return World(registry_url, room_settings.keys)


def deleting(table: str, id: object) -> Step:
    return lambda conn: conn.execute(f"delete from {table} where id = %s", [id])


def agrement(number: str) -> Agrement:
    return Agrement("44", number, TODAY, date(2031, 1, 1), 3, 0, 72, "")


CASES: dict[str, Callable[[World], tuple[Step, Step, str]]] = {
    # Somebody was quicker.
    "one mail, two accounts": lambda w: (
        lambda conn: accounts.create(conn, "Ana@example.org", "am"),
        lambda conn: accounts.create(conn, "ana@example.org", "moderator"),
        "account_mail",
    ),
    "one profile, two accounts": lambda w: (
        lambda conn: accounts.create(conn, "a@example.org", "am", offer=w.offer),
        lambda conn: accounts.create(conn, "b@example.org", "am", offer=w.offer),
        "account_of_offer",
    ),
    "the communes of a relais, twice": lambda w: (
        lambda conn: scope.write(conn, w.relais.id, ["44109"]),
        lambda conn: scope.write(conn, w.relais.id, ["44109"]),
        "account_commune_pkey",
    ),
    "one agrément number, two profiles": lambda w: (
        lambda conn: effect.write(conn, w.offer, agrement("044-777")),
        lambda conn: effect.write(conn, w.other, agrement("044-777")),
        "agrement_department_number_key",
    ),
    "a second open request": lambda w: (
        lambda conn: cases.begin(conn, AGREMENT_REQUEST, Line("submitted"), NOW, about=w.offer),
        lambda conn: cases.begin(conn, AGREMENT_REQUEST, Line("submitted"), NOW, about=w.offer),
        "case_file_about",
    ),
    "one file, applied twice": lambda w: (
        lambda conn: runs.move(conn, w.files[0], "applied"),
        lambda conn: runs.move(conn, w.files[1], "applied"),
        "intake_run_applied_once",
    ),
    "two takeovers": lambda w: (
        lambda conn: runs.begin(conn, "legacy", "", "a.csv", b"a", "running"),
        lambda conn: runs.begin(conn, "legacy", "", "b.csv", b"b", "running"),
        "intake_run_one_takeover",
    ),
    "a change of mail, asked twice": lambda w: (
        lambda conn: conn.execute(
            "insert into mail_change (account, new_mail, expires_at) values (%s, 'n@example.org', %s)", [w.am.id, NOW]
        ),
        lambda conn: mail_change.ask(conn, w.keys, w.am, "neuve@example.org", NOW, site_url=SITE),
        "mail_change_account_key",
    ),
    # What it is about has gone.
    "the offer that an error is reported of": lambda w: (
        deleting("offer", w.creche),
        lambda conn: reports.file(conn, w.creche, "hours", "Fermé le lundi", None, NOW),
        "fiche_report_offer_fkey",
    ),
    "the profile whose leave is told": lambda w: (
        deleting("offer", w.offer),
        lambda conn: timetables.add_leave(conn, w.offer, TODAY, TODAY, TODAY, None),
        "leave_offer_fkey",
    ),
    "the account that signs in": lambda w: (
        deleting("account", w.relais.id),
        lambda conn: sessions.open_session(conn, w.relais, NOW, ("mail",), "tests"),
        "session_account_fkey",
    ),
    "the account that asks for a reset": lambda w: (
        deleting("account", w.admin.id),
        lambda conn: recovery.ask(conn, w.relais, w.admin, NOW, site_url=SITE),
        "factor_reset_asked_by_fkey",
    ),
    "the account that makes a token": lambda w: (
        deleting("account", w.admin.id),
        lambda conn: tokens.create(conn, "44", "Logiciel", w.admin, NOW),
        "api_token_created_by_fkey",
    ),
    "the account that makes a key of the widget": lambda w: (
        deleting("account", w.admin.id),
        lambda conn: widget.add(conn, "Mairie", ["mairie.example.org"], w.admin, NOW),
        "widget_key_created_by_fkey",
    ),
    "the employer that keeps timetables": lambda w: (
        deleting("account", w.employer.id),
        lambda conn: employers.set_employed(conn, w.offer, True, w.employer.id),
        "employment_employer_fkey",
    ),
    "the desk that starts a registration": lambda w: (
        deleting("account", w.relais.id),
        lambda conn: registrations.start_for(conn, w.admin, w.relais),
        "registration_desk_fkey",
    ),
    "the copy of the agrément": lambda w: (
        deleting("document", w.document),
        lambda conn: registrations.save_copy(conn, w.registration, w.document, NOW),
        "registration_document_fkey",
    ),
    "the conversation that is answered": lambda w: (
        deleting("contact_thread", w.thread),
        lambda conn: sending.keep(conn, w.thread, "am", "Bonjour", NOW),
        "contact_message_thread_fkey",
    ),
    "the request that is decided": lambda w: (
        deleting("case_file", w.case),
        lambda conn: conn.execute(
            "insert into case_event (case_file, at, action) values (%s, %s, 'validated')", [w.case, NOW]
        ),
        "case_event_case_file_fkey",
    ),
    "the account that writes into a history": lambda w: (
        deleting("account", w.admin.id),
        lambda conn: history.write(conn, w.case, Line("noted", w.admin.id), NOW),
        "case_event_account_fkey",
    ),
    "the file whose rows are kept": lambda w: (
        deleting("intake_run", w.files[0]),
        lambda conn: runs.keep(conn, w.files[0], [Outcome(1, 1, "unreadable")]),
        "intake_row_run_fkey",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_a_constraint_really_refuses_has_its_sentence_and_leaves_nothing(
    world: World, registry_url: str, case: str
) -> None:
    first, second, name = CASES[case](world)
    error = raced(registry_url, first, second)
    assert isinstance(error, psycopg.IntegrityError), error
    assert error.diag.constraint_name == name
    expected = constraints.IN_USE.get(name)
    if expected is None:
        table = error.diag.table_name or ""
        expected = constraints.GONE[name.removeprefix(f"{table}_").removesuffix("_fkey")]
    assert constraints.sentence(error) == expected


def test_one_registration_for_an_account_however_often_it_is_started(world: World, registry_url: str) -> None:
    started: list[registrations.Registration] = []
    found = raced(
        registry_url,
        lambda conn: started.append(registrations.start_for(conn, world.relais)),
        lambda conn: registrations.start_for(conn, world.relais),
    )
    assert found.id == started[0].id


# Through the pages -------------------------------------------------------------------------------------------


def posted_meanwhile(rooms: Rooms, first: Step, send: Callable[[], httpx.Response]) -> httpx.Response:
    """The answer to a form that was sent while `first` was not committed."""
    answers: list[httpx.Response] = []
    with database.connect(rooms.settings.database_url) as conn:
        first(conn)
        thread = threading.Thread(target=lambda: answers.append(send()))
        thread.start()
        _wait_for_a_lock(rooms.settings.database_url)
        conn.commit()
    thread.join(timeout=20)
    return answers[0]


def test_an_account_that_somebody_opened_meanwhile_is_said_beside_its_mail(rooms: Rooms) -> None:
    admin = rooms.visit(rooms.account("administrator"))
    admin.get("/comptes")
    values = {"mail": "m@example.org", "role": "moderator", "name": "Modératrice"}
    answer = posted_meanwhile(
        rooms,
        lambda conn: accounts.create(conn, "m@example.org", "am"),
        lambda: admin.post("/comptes/nouveau", values),
    )
    assert answer.status_code == 422
    assert "déjà celle d’un compte" in admin.text
    with database.connect(rooms.settings.database_url) as conn:
        assert conn.execute("select role from account where mail = 'm@example.org'").fetchall() == [("am",)]
        assert conn.execute("select count(*) from mail_outbox").fetchone() == (0,), "nobody is welcomed"


def test_a_period_that_was_written_meanwhile_is_told_and_stays_as_it_is(rooms: Rooms) -> None:
    account = minder(rooms)
    browser = rooms.visit(account)
    browser.get(f"{PATH}/periode")
    browser.http.headers.update({"accept": "text/html", "referer": f"{rooms.settings.site_url}{PATH}/periode"})
    answer = posted_meanwhile(
        rooms,
        lambda conn: conn.execute(
            "insert into timetable (offer, period) values (%s, '[2026-12-24,)')", [account.offer]
        ),
        lambda: browser.post(f"{PATH}/periode", monday(du="2026-12-01")),
    )
    assert answer.status_code == 422, "told beside the field, as one that was there before"
    assert "période" in browser.text
    assert [each.start for each in periods(rooms, account)] == [date(2026, 12, 24)]
    with database.connect(rooms.settings.database_url) as conn:
        assert conn.execute("select count(*) from declaration").fetchone() == (0,)


def test_leave_of_a_profile_that_went_meanwhile_is_told(rooms: Rooms) -> None:
    account = minder(rooms)
    browser = rooms.visit(account)
    browser.get(PATH)
    browser.http.headers.update({"accept": "text/html", "referer": f"{rooms.settings.site_url}{PATH}"})

    def delete(conn: Connection) -> None:
        conn.execute("update account set offer = null where id = %s", [account.id])
        conn.execute("delete from offer where id = %s", [account.offer])

    answer = posted_meanwhile(
        rooms, delete, lambda: browser.post(f"{PATH}/conges", {"conge_du": "2026-12-24", "conge_au": ""})
    )
    assert answer.status_code == 409
    assert constraints.GONE["offer"] in browser.text
    with database.connect(rooms.settings.database_url) as conn:
        assert conn.execute("select count(*) from leave").fetchone() == (0,)
