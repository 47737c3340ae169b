"""The duty to declare: states around both deadlines, reminders, breaches, the département's list."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.scales import shipped
from registry import accounts
from registry.database import Connection
from registry.offers import duties, timetables
from settings import Settings
from tests.records import assistant

SETTINGS = Settings(secret_key="a key of the tests as long as one has to be", site_url="https://site.example")  # noqa: S106
SCALES = shipped()
JUNE, DECEMBER = date(2026, 6, 1), date(2026, 12, 1)


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("confirmed", "today", "expected"),
    [
        ("2026-06-01", "2026-06-01", "met"),  # declared on the deadline itself: for the next one
        ("2026-05-31", "2026-06-01", "met"),  # met, and the next deadline is far
        ("2025-12-01", "2026-06-01", "met"),
        ("2025-11-30", "2026-06-01", "overdue"),  # one day too early: it was for 1 December
        ("2025-11-30", "2026-05-31", "due"),
        (None, "2026-06-01", "overdue"),
        ("2026-05-31", "2026-10-31", "met"),  # 31 days before
        ("2026-05-31", "2026-11-01", "due"),  # 30 days before
        ("2026-05-31", "2026-11-30", "due"),
        ("2026-05-31", "2026-12-01", "overdue"),
        ("2026-06-01", "2026-12-01", "met"),
        ("2026-11-30", "2026-12-01", "met"),
        ("2025-11-30", "2026-11-20", "overdue"),  # late for June goes before due for December
        ("2026-11-20", "2026-11-20", "met"),
    ],
)
def test_state_around_the_deadlines(confirmed: str | None, today: str, expected: str) -> None:
    declared = date.fromisoformat(confirmed) if confirmed else None
    assert duties.state(declared, False, date.fromisoformat(today), SCALES) == expected
    assert duties.state(declared, True, date.fromisoformat(today), SCALES) == "exempt"


def test_deadlines_before_her_first_day_are_none_of_hers() -> None:
    assert duties.state(None, False, date(2026, 6, 10), SCALES, since=date(2026, 6, 5)) == "met"
    assert duties.state(None, False, date(2026, 6, 10), SCALES, since=JUNE) == "met"
    assert duties.state(None, False, date(2026, 6, 10), SCALES, since=date(2026, 5, 31)) == "overdue"
    assert duties.state(None, False, date(2026, 11, 10), SCALES, since=date(2026, 6, 5)) == "due"


@given(
    today=st.dates(date(2022, 7, 1), date(2040, 1, 1)),
    confirmed=st.none() | st.integers(0, 900),
    employed=st.booleans(),
    since=st.none() | st.integers(0, 900),
)
def test_state_is_its_plain_definition(today: date, confirmed: int | None, employed: bool, since: int | None) -> None:
    declared = None if confirmed is None else today - timedelta(days=confirmed)
    there = None if since is None else today - timedelta(days=since)
    assert duties.state(declared, employed, today, SCALES, there) == plain(declared, employed, today, there)


def plain(declared: date | None, employed: bool, today: date, there: date | None) -> str:
    """The definition, day by day: walk back from today to the deadlines."""
    if employed:
        return "exempt"

    def is_deadline(day: date) -> bool:
        return (day.month, day.day) in ((6, 1), (12, 1))

    last = today
    while not is_deadline(last):
        last -= timedelta(days=1)
    before = last - timedelta(days=1)
    while not is_deadline(before):
        before -= timedelta(days=1)
    if declared is not None and declared >= last:
        return "met"
    if (declared is None or declared < before) and (there is None or there < last):
        return "overdue"
    soon = any(is_deadline(today + timedelta(days=days)) for days in range(1, 31))
    return "due" if soon else "met"


@pytest.mark.parametrize(
    ("today", "last_day"),
    [("2026-11-23", "2027-05-31"), ("2026-12-01", "2027-11-30"), ("2026-05-31", "2026-11-30")],
)
def test_a_declaration_speaks_of_the_six_months_after_the_next_deadline(today: str, last_day: str) -> None:
    assert duties.horizon(date.fromisoformat(today), SCALES).isoformat() == last_day


def minder(conn: Connection, mail: str, **columns: object) -> str:
    offer = assistant(conn, **columns)  # type: ignore[arg-type]
    accounts.create(conn, mail, "am", offer=offer)
    return offer


def waiting(conn: Connection) -> list[tuple[str, str]]:
    return [
        (recipient, subject)
        for recipient, subject in conn.execute(
            "select recipient, subject from mail_outbox order by queued_at, recipient"
        )
    ]


def test_reminders_go_at_their_days_once_and_to_those_who_are_silent(registry: Connection) -> None:
    minder(registry, "silent@example.org", confirmed_on=date(2026, 5, 20))
    minder(registry, "declared@example.org", confirmed_on=date(2026, 10, 20))
    minder(registry, "employed@example.org", confirmed_on=date(2026, 5, 20), employed=True)
    told = []
    for days in range(40, 0, -1):
        day = DECEMBER - timedelta(days=days)
        # Twice a day, as a job may.
        if sum(duties.remind(registry, SETTINGS, at(day)) for _ in range(2)):
            told.append(days)
    assert told == [30, 7, 1]
    assert {recipient for recipient, _ in waiting(registry)} == {"silent@example.org"}


def test_after_the_deadline_one_reminder_to_those_who_missed_it(registry: Connection) -> None:
    minder(registry, "missed@example.org", confirmed_on=date(2026, 5, 20))
    minder(registry, "late@example.org", confirmed_on=date(2026, 12, 1))
    assert duties.remind(registry, SETTINGS, at(DECEMBER)) == 0
    assert duties.remind(registry, SETTINGS, at(date(2026, 12, 4))) == 1  # made up for, after a stop
    assert duties.remind(registry, SETTINGS, at(date(2026, 12, 5))) == 0
    assert waiting(registry) == [("missed@example.org", "Vos disponibilités ne sont pas à jour")]


def test_a_stop_of_the_jobs_leads_to_one_reminder_not_to_all_of_them(registry: Connection) -> None:
    minder(registry, "silent@example.org", confirmed_on=date(2026, 5, 20))
    assert duties.remind(registry, SETTINGS, at(date(2026, 11, 28))) == 1
    assert duties.remind(registry, SETTINGS, at(date(2026, 11, 30))) == 1


def test_the_first_breach_is_a_dated_warning_and_the_second_is_only_noted(registry: Connection) -> None:
    offer = minder(registry, "missed@example.org", confirmed_on=date(2026, 5, 20))
    minder(registry, "declared@example.org", confirmed_on=date(2026, 6, 1))
    minder(registry, "employed@example.org", employed=True)
    assert duties.note_breaches(registry, SETTINGS, at(DECEMBER - timedelta(days=1))) == 0
    assert [duties.note_breaches(registry, SETTINGS, at(DECEMBER)) for _ in range(2)] == [1, 0]
    assert waiting(registry) == [("missed@example.org", "Avertissement du 1er\u00a0décembre\u00a02026")]
    assert duties.note_breaches(registry, SETTINGS, at(date(2027, 6, 1))) == 2  # she again, and who declared in June
    duty = duties.of_offer(registry, offer, date(2027, 6, 1))
    assert duty.breaches == (DECEMBER, date(2027, 6, 1))
    assert duty.warned_on == DECEMBER
    assert sum(recipient == "missed@example.org" for recipient, _ in waiting(registry)) == 1


def test_a_late_declaration_does_not_hide_the_breach_from_a_job_that_comes_later(registry: Connection) -> None:
    late = minder(registry, "late@example.org", confirmed_on=date(2026, 5, 20))
    met = minder(registry, "met@example.org", confirmed_on=date(2026, 5, 20))
    timetables.declare_full(registry, met, date(2026, 11, 29), None)
    for offer in (late, met):
        timetables.declare_full(registry, offer, date(2026, 12, 2), None)
    duties.note_breaches(registry, SETTINGS, at(date(2026, 12, 3)))
    assert registry.execute("select offer from breach").fetchall() == [(late,)]


def test_the_list_of_the_departement_names_those_who_are_late_in_it_and_no_others(registry: Connection) -> None:
    late = assistant(registry, confirmed_on=date(2025, 11, 30))
    assistant(registry, confirmed_on=date(2026, 5, 30))
    assistant(registry, confirmed_on=date(2025, 11, 30), employed=True)
    gone = assistant(registry, confirmed_on=date(2025, 11, 30))
    registry.execute("update agrement set status = 'withdrawn' where offer = %s", [gone])
    today = date(2026, 6, 2)
    assert [each.offer for each in duties.overdue(registry, "44", today)] == [late]
    assert duties.overdue(registry, "75", today) == []
    assert duties.figures(registry, "44", today) == {
        "up_to_date": 1,  # by a word of 30 May, which met 1 June
        "to_confirm": 2,
        "due": 0,
        "overdue": 1,
        "exempt": 1,
    }


@pytest.mark.parametrize(
    ("confirmed_on", "today", "deadline"),
    [
        (date(2026, 11, 30), date(2026, 11, 30), date(2027, 6, 1)),
        (date(2026, 12, 1), date(2026, 12, 1), date(2027, 12, 1)),
        (date(2026, 5, 31), date(2026, 11, 30), date(2026, 12, 1)),
        (None, date(2026, 11, 30), date(2026, 12, 1)),
    ],
)
def test_the_next_deadline_is_the_first_that_her_word_does_not_meet(
    confirmed_on: date | None, today: date, deadline: date
) -> None:
    assert duties.unmet(confirmed_on, today, SCALES) == deadline
