"""What the database itself refuses is answered in a sentence, and nothing of the form is saved.

`test_two_at_once` meets the constraints themselves."""

import html
import threading
from typing import Any

import httpx
import pytest
from psycopg import sql

from registry import database
from registry.accounts import Account
from registry.database import Connection
from tests.conftest import wait_for
from tests.rooms import Rooms
from tests.web.am.availability.test_pages import PATH, minder, monday, periods
from web.core import constraints

BY_PROGRAMS = {
    *("alembic_version", "commune", "department", "epci", "former_name", "retired_commune", "source", "zone_anchor"),
    *("dead_letter", "fan_out", "index_check", "index_generation", "indexed_change", "indexer_worker", "outbox"),
    *("import_record", "alert_match", "breach", "scale", "word_term", "word_rederivation", "offer_view"),
    "search_index",
}
"""Tables that no form writes."""

CODES = {
    *("kind", "subkind", "state", "role", "purpose", "side", "how", "outcome", "publication", "status", "checked"),
    *("identity", "step", "via", "show", "rhythm", "about", "action", "number", "id", "slot", "weekday", "funding"),
    *("features", "languages", "manager_type", "position_precision", "start_minute", "device", "unsubscribe"),
    *("line", "proof", "lat", "lon", "street_lat", "street_lon", "topic"),
}
"""Columns whose values are codes, points and counts that the program writes itself, whatever is typed."""

TYPED = {"agrement_number_check", "agrement_request_number_check"}
"""Of the columns of these names, those that are typed."""

BETWEEN_COLUMNS = {
    "account_check": "the pages of accounts ask for a département",
    "case_file_check": "a state and its days are written together",
    "case_file_check1": "a case is closed with its outcome",
    "case_file_check2": "a case is closed with its day",
    "case_file_check3": "a state and its days are written together",
    "case_file_check4": "who proposes writes the state",
    "intake_run_check": "a state and its days are written together",
    "intake_run_check1": "a state and its days are written together",
    "intake_run_check2": "a state and its days are written together",
    "alert_check": "an area or a territory, as the search has it",
    "am_home_check": "both coordinates of the geocoder, or none",
    "mail_outbox_check": "the sender of mails writes both",
    "movement_check": "a state and its day are written together",
    "movement_check1": "whom it matches is written with the state",
    "offer_check1": "an assistant maternel has no subkind",
    "offer_check2": "derived from her private tables",
    "offer_check3": "derived from her agrément",
}
"""Checks between columns that the program writes itself."""

KEYS = {
    "contact_message_key_key": "drawn at random",
    "device_pkey": "drawn at random",
    "document_page_pkey": "numbered by the program, in a document of its own",
    "fiche_report_number_key": "drawn at random, again when it is taken",
    "intake_row_pkey": "numbered by the program, in a run of its own",
    "mail_outbox_key_key": "every queueing of a mail gives way to the one that is there",
}
"""Keys that no two forms can share, beside those that are an `id` or the hash of a token."""

ALL = """
    select c.conrelid::regclass::text, c.conname, c.contype::text,
        array(select a.attname::text from pg_attribute a where a.attrelid = c.conrelid and a.attnum = any (c.conkey))
    from pg_constraint c where c.connamespace = 'public'::regnamespace and c.contype in ('c', 'f', 'x')
    union all
    select i.indrelid::regclass::text, x.relname, 'u',
        array(select a.attname::text from pg_attribute a where a.attrelid = i.indrelid and a.attnum = any (i.indkey))
    from pg_index i join pg_class x on x.oid = i.indexrelid
    where i.indisunique and x.relnamespace = 'public'::regnamespace
    order by 1, 2
"""
"""Table, name, kind (check, foreign key, exclusion, unique) and columns."""


def test_every_constraint_that_a_form_can_meet_has_a_sentence(registry: Connection) -> None:
    missing = []
    for table, name, kind, columns in registry.execute(ALL).fetchall():
        match kind:
            case "f":
                column = name.removeprefix(f"{table}_").removesuffix("_fkey")
                known = column in constraints.GONE or name == "offer_source_fkey"  # which imports write
            case "u":
                known = name in constraints.IN_USE or name in KEYS or columns in (["id"], ["token_hash"])
            case "x":
                known = name in constraints.IN_USE or name in constraints.REFUSED
            case _:
                of_codes = len(columns) == 1 and columns[0] in CODES and name not in TYPED
                known = name in constraints.REFUSED or name in constraints.IN_USE or of_codes or name in BETWEEN_COLUMNS
        if table not in BY_PROGRAMS and not known:
            missing.append((table, name, kind, columns))
    assert missing == []


def test_no_sentence_is_left_of_a_constraint_that_is_gone(registry: Connection) -> None:
    names = {name for _, name, _, _ in registry.execute(ALL).fetchall()}
    by_trigger = {"timetable_places_within_agrement"}
    assert (constraints.IN_USE.keys() | constraints.REFUSED.keys()) - names == by_trigger
    columns = {name.removesuffix("_fkey") for name in names if name.endswith("_fkey")}
    assert [one for one in constraints.GONE if not any(name.endswith(f"_{one}") for name in columns)] == []


NAMED = (
    [("unique_violation", "offer", name, text) for name, text in constraints.IN_USE.items()]
    + [("check_violation", "offer", name, text) for name, text in constraints.REFUSED.items()]
    + [("foreign_key_violation", "offer", f"offer_{column}_fkey", text) for column, text in constraints.GONE.items()]
)


@pytest.mark.parametrize(("state", "table", "name", "sentence"), NAMED, ids=[name for _, _, name, _ in NAMED])
def test_a_form_that_meets_a_constraint_says_its_sentence_and_saves_nothing(
    rooms: Rooms, refusing: "Refusing", state: str, table: str, name: str, sentence: str
) -> None:
    """The error is invented: one trigger raises it with the constraint's name, under one form. So this holds that each
    name is known, how its sentence is told, and that nothing stays of the form; not that the constraint refuses what
    it should. `test_two_at_once` provokes real ones."""
    refusing.when_a_declaration_is_noted(state, table, name)
    answer = refusing.browser.post(f"{PATH}/periode", monday(du="2026-12-01"))
    assert answer.status_code == 409
    page = html.unescape(answer.text)
    assert f"{sentence} Rien n’a été enregistré" in page
    assert f'href="{PATH}/periode"' in page, "it leads on"
    assert periods(rooms, refusing.account) == []


def test_a_constraint_that_no_form_can_meet_is_a_fault_of_ours(rooms: Rooms, refusing: "Refusing") -> None:
    refusing.when_a_declaration_is_noted("check_violation", "offer", "offer_kind_check")
    answer = refusing.browser.post(f"{PATH}/periode", monday(du="2026-12-01"))
    assert answer.status_code == 500
    assert "offer_kind_check" not in answer.text
    assert "private words" not in answer.text
    assert periods(rooms, refusing.account) == []


class Refusing:
    """A signed-in assistant maternel, whose week the database refuses at its last statement as a test says."""

    def __init__(self, rooms: Rooms) -> None:
        self.rooms = rooms
        self.account: Account = minder(rooms)
        self.browser = rooms.visit(self.account)
        self.browser.get(f"{PATH}/periode")
        # As a real one says it; without, it is a program, and answered as one.
        self.browser.http.headers.update({"accept": "text/html", "referer": f"{rooms.settings.site_url}{PATH}/periode"})

    def sql(self, statement: sql.SQL | sql.Composed) -> None:
        with database.connect(self.rooms.settings.database_url) as conn:
            conn.execute(statement)

    def when_a_declaration_is_noted(self, state: str, table: str, name: str) -> None:
        self.sql(
            sql.SQL(
                "create function refuse() returns trigger language plpgsql as $$ begin"
                " raise exception 'a row with private words' using errcode = {}, table = {}, constraint = {}; end $$;"
                "create trigger refuse before insert on declaration for each row execute function refuse()"
            ).format(sql.Literal(state), sql.Literal(table), sql.Literal(name))
        )

    def end(self) -> None:
        self.sql(sql.SQL("drop function if exists refuse cascade"))


@pytest.fixture
def refusing(rooms: Rooms) -> Any:
    made = Refusing(rooms)
    yield made
    made.end()


def test_a_capacity_that_is_lowered_while_a_week_is_saved_is_said_beside_the_field(rooms: Rooms) -> None:
    account = minder(rooms)
    browser = rooms.visit(account)
    browser.get(f"{PATH}/periode")
    answers: list[httpx.Response] = []
    with database.connect(rooms.settings.database_url) as other:
        other.execute("update agrement set capacity = 1 where offer = %s", [account.offer])
        saving = threading.Thread(
            target=lambda: answers.append(browser.post(f"{PATH}/periode", monday(places="3", du="2026-12-01")))
        )
        saving.start()
        with database.connect(rooms.settings.database_url, autocommit=True) as looking:
            waits = "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
            wait_for(lambda: looking.execute(waits).fetchone() is not None, what="the save, behind the agrément")
        other.commit()
    saving.join(timeout=20)
    assert answers[0].status_code == 422
    assert 'id="erreur-j0c1_places"' in browser.html
    assert "Le lundi, indiquez 1 place" in browser.text.replace("\u00a0", " ")
    assert 'value="08:00"' in browser.html, "what was typed is still there"
    assert periods(rooms, account) == []
