"""What waited for moderators before there were cases is a case afterwards: nobody's claim, term or history is lost."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from local.servers import Urls
from registry import database
from registry.database import Connection

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
OFFER = "am0000000001"


@pytest.fixture
def before(servers: Urls, run_id: str) -> Iterator[str]:
    """A database as it was at 0021, with what the three kinds of cases need around them."""
    name = f"before_cases_{run_id}"
    with psycopg.connect(servers.database_url, autocommit=True) as conn:
        conn.execute(f"create database {name}")
    url = make_conninfo(servers.database_url, dbname=name)
    database.migrate(url, "0021")
    with database.connect(url) as conn:
        conn.execute("insert into department (code, name, region_code, region_name) values ('44', 'L', '52', 'P')")
        conn.execute(
            "insert into offer (id, kind, name, fictitious, licensed)"
            " select 'am000000000' || n, 'assistant_maternel', 'AM', true, false from generate_series(1, 8) n"
        )
    yield url
    with psycopg.connect(servers.database_url, autocommit=True) as conn:
        conn.execute(f"drop database {name} with (force)")


def test_every_request_keeps_its_state_claim_term_and_history(before: str) -> None:
    with database.connect(before) as conn:
        ana, bo = (_account(conn, name) for name in ("ana", "bo"))
        held = NOON + HOUR
        requests = {
            "identity": _request(conn, 1, "identity", submitted=False),
            "waiting": _request(conn, 2, "waiting", claimed_by=ana, claimed_until=held),
            "incomplete": _request(conn, 3, "incomplete", claimed_by=ana, claimed_until=held),
            "second_opinion": _request(conn, 4, "second_opinion", claimed_by=bo, claimed_until=held),
            "validated": _request(conn, 5, "validated", decided_at=NOON + 9 * HOUR),
            "refused": _request(conn, 6, "refused", decided_at=NOON + 8 * HOUR),
            "withdrawn": _request(conn, 7, "withdrawn"),
        }
        _line(conn, requests["second_opinion"], "refusal_proposed", bo, NOON + HOUR)
        _line(conn, requests["second_opinion"], "refusal_rejected", ana, NOON + 2 * HOUR)
        _line(conn, requests["second_opinion"], "refusal_proposed", ana, NOON + 3 * HOUR)
        _line(conn, requests["withdrawn"], "withdrawn", None, NOON + 5 * HOUR)
        events = conn.execute(
            "select id, request, at, account, action, reasons, comment, due_at from agrement_request_event order by id"
        ).fetchall()
    database.migrate(before)
    with database.connect(before) as conn:
        found = {
            row[0]: row[1:]
            for row in conn.execute(
                "select id, state, outcome, opened_at, submitted_at, due_at, closed_at, claimed_by, claimed_until,"
                " proposed_by, about, department from case_file where kind = 'agrement_request'"
            )
        }
        term = (NOON + HOUR, NOON + 73 * HOUR)

        def stands(name: str, number: int, *facts: Any, submitted: bool = True) -> None:
            state, outcome, closed, claim, proposer = facts
            opened = (NOON, *(term if submitted else (None, None)))
            about = f"am000000000{number}"
            assert found[requests[name]] == (state, outcome, *opened, closed, *claim, proposer, about, "44"), name

        nobody = (None, None)
        stands("identity", 1, "pending", None, None, nobody, None, submitted=False)
        stands("waiting", 2, "waiting", None, None, (ana, held), None)
        stands("incomplete", 3, "incomplete", None, None, nobody, None)
        stands("second_opinion", 4, "second_opinion", None, None, (bo, held), ana)
        stands("validated", 5, "closed", "validated", NOON + 9 * HOUR, nobody, None)
        stands("refused", 6, "closed", "refused", NOON + 8 * HOUR, nobody, None)
        stands("withdrawn", 7, "closed", "withdrawn", NOON + 5 * HOUR, nobody, None)
        kept = conn.execute(
            "select e.id, e.case_file, e.at, e.account, e.action, e.reasons, e.comment, e.due_at from case_event e"
            " join agrement_request r on r.id = e.case_file order by e.id"
        ).fetchall()
        assert kept == events


def test_of_one_offer_one_request_may_be_open_as_before(before: str) -> None:
    with database.connect(before) as conn:
        _request(conn, 2, "waiting")
    database.migrate(before)
    with database.connect(before) as conn, pytest.raises(psycopg.errors.UniqueViolation):
        conn.execute(
            "insert into case_file (kind, about, state, opened_at) values ('agrement_request', %s, 'pending', now())",
            ["am0000000002"],
        )


def test_every_report_on_a_fiche_is_a_case_with_what_was_done(before: str) -> None:
    with database.connect(before) as conn:
        ana = _account(conn, "ana")
        for number, outcome in (("222-222", None), ("333-333", "mended"), ("444-444", "nothing")):
            conn.execute(
                "insert into fiche_report (number, offer, about, text, mail, at, outcome, note, settled_at, settled_by)"
                " values (%s, %s, 'hours', 'Lu', 'lea@example.org', %s, %s, %s, %s, %s)",
                [
                    *(number, OFFER, NOON, outcome, "Corrigé." if outcome == "mended" else None),
                    *((NOON + HOUR, ana) if outcome else (None, None)),
                ],
            )
    database.migrate(before)
    with database.connect(before) as conn:
        reports = conn.execute(
            "select r.number, r.text, r.mail, k.state, k.outcome, k.opened_at, k.submitted_at, k.due_at, k.closed_at,"
            " array(select (e.action, e.at, e.account, e.comment)::text from case_event e where e.case_file = k.id"
            " order by e.id) from fiche_report r join case_file k on k.id = r.id and k.kind = 'fiche_report'"
            " order by r.number"
        ).fetchall()
    came, told = f'(reported,"{NOON:%Y-%m-%d %H:%M:%S}+00",,"")', f'"{NOON + HOUR:%Y-%m-%d %H:%M:%S}+00",{ana}'
    both = ("Lu", "lea@example.org")
    assert reports == [
        ("222-222", *both, "waiting", None, NOON, NOON, None, None, [came]),
        ("333-333", *both, "closed", "mended", NOON, NOON, None, NOON + HOUR, [came, f"(mended,{told},Corrigé.)"]),
        ("444-444", *both, "closed", "nothing", NOON, NOON, None, NOON + HOUR, [came, f'(nothing,{told},"")']),
    ]


def test_every_report_of_a_message_is_a_case(before: str) -> None:
    with database.connect(before) as conn:
        messages = [
            conn.execute(
                "insert into contact_report (offer, side, name, text, at, done_at)"
                " values (%s, 'parent', 'Camille', 'Mots', %s, %s) returning id",
                [OFFER, NOON, done],
            ).fetchall()[0][0]
            for done in (None, NOON + 4 * HOUR)
        ]
    database.migrate(before)
    with database.connect(before) as conn:
        of_messages = conn.execute(
            "select r.id, r.text, k.state, k.outcome, k.opened_at, k.closed_at from contact_report r"
            " join case_file k on k.id = r.id and k.kind = 'contact_report' order by k.closed_at nulls first"
        ).fetchall()
    assert of_messages == [
        (messages[0], "Mots", "waiting", None, NOON, None),
        (messages[1], "Mots", "closed", "settled", NOON, NOON + 4 * HOUR),
    ]


def _account(conn: Connection, name: str) -> UUID:
    row = conn.execute(
        "insert into account (mail, role, name) values (%s, 'moderator', %s) returning id", [f"{name}@x.fr", name]
    ).fetchall()[0]
    id: UUID = row[0]
    return id


def _request(conn: Connection, number: int, state: str, *, submitted: bool = True, **columns: Any) -> UUID:
    values = {
        "offer": f"am000000000{number}",
        "kind": "registration",
        "state": state,
        "department": "44",
        "number": str(number),
        "starts_on": NOON.date(),
        "ends_on": NOON.date(),
        "capacity": 3,
        "created_at": NOON,
        "submitted_at": NOON + HOUR if submitted else None,
        "due_at": NOON + 73 * HOUR if submitted else None,
    } | columns
    row = conn.execute(
        f"insert into agrement_request ({', '.join(values)}) values ({', '.join(f'%({name})s' for name in values)})"
        " returning id",
        values,
    ).fetchall()[0]
    id: UUID = row[0]
    _line(conn, id, "submitted", None, NOON)
    return id


def _line(conn: Connection, request: UUID, action: str, account: UUID | None, at: datetime) -> None:
    conn.execute(
        "insert into agrement_request_event (request, at, account, action, reasons, comment, due_at)"
        " values (%s, %s, %s, %s, '{perime}', 'Vu.', %s)",
        [request, at, account, action, at + HOUR],
    )
