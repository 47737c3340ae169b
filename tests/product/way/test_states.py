"""No sequence of what she, moderators, the département and the calendar do shows a profile that must not be seen, or
loses one that must: a machine of states against rules written down here once more, in plain Python."""

import itertools
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from jobs import calendar
from registry import accounts, database
from registry.accounts import Account
from registry.agrements import requests
from registry.agrements.movements import files
from registry.agrements.movements.rows import Row
from registry.agrements.requests import decisions
from registry.agrements.requests.reasons import reasons
from registry.casework import NotPossible, claims
from registry.casework.kinds import AGREMENT_REQUEST
from registry.database import Connection
from registry.offers import profiles
from registry.offers.profiles import Agrement, Contact, Home, Identity
from tests.conftest import TODAY

NUMBERS = itertools.count(1)
BORN = date(1980, 5, 17)
ACTIONS = ("retrait", "suspension", "levee_suspension", "cessation")


@dataclass
class Known:
    """What the rules say of her. `status` is that of `number`; `ended` are numbers that were withdrawn or given up."""

    publication: str = "draft"
    number: str | None = None
    status: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    asked: tuple[str, date, date] | None = None
    later: list[tuple[str, date, date]] = field(default_factory=list)
    told: list[tuple[date, str, str]] = field(default_factory=list)
    last_told: dict[str, date] = field(default_factory=dict)

    def seen(self) -> bool:
        return self.publication == "published" and self.status == "valid"


class States(RuleBasedStateMachine):
    url: str

    @initialize()
    def registered(self) -> None:
        """Somebody new, whose identity is known, without an agrément."""
        self.conn: Connection = database.connect(self.url, autocommit=False)
        self.today = TODAY
        self.known = Known()
        unique = next(NUMBERS)
        self.first = accounts.create(self.conn, f"m1-{unique}-{id(self)}@example.org", "moderator")
        self.second = accounts.create(self.conn, f"m2-{unique}-{id(self)}@example.org", "moderator")
        self.offer = profiles.create(self.conn, fictitious=True)
        accounts.create(self.conn, f"am-{unique}-{id(self)}@example.org", "am", offer=self.offer)
        profiles.save_identity(self.conn, self.offer, Identity("Nadia", f"Essai{self.offer}", BORN, "44109"))
        profiles.save_home(
            self.conn,
            self.offer,
            Home("3 rue des Lilas", "rue des Lilas", "44000", "44109", 47.2173, -1.5534, None, None, "zone"),
        )
        profiles.save_contact(self.conn, self.offer, Contact("06 39 98 00 01", "am@example.org", False, False))
        self.conn.commit()

    def teardown(self) -> None:
        if hasattr(self, "conn"):
            self.conn.rollback()
            self.conn.close()

    @property
    def now(self) -> datetime:
        return datetime(self.today.year, self.today.month, self.today.day, 9, tzinfo=UTC)

    # She

    def open_state(self) -> str | None:
        found = requests.open_request(self.conn, self.offer)
        return found.standing if found else None

    @rule(same=st.booleans(), begins=st.sampled_from([-400, -1, 0, 1, 2]), lasts=st.sampled_from([1, 3, 900]))
    def asks(self, same: bool, begins: int, lasts: int) -> None:
        """With the number she has, or a new one."""
        number = self.known.number if same and self.known.number else f"{self.offer}-{next(NUMBERS)}"
        starts_on = self.today + timedelta(days=begins)
        asked = (number, starts_on, max(self.today, starts_on) + timedelta(days=lasts))
        agrement = Agrement("44", number, asked[1], asked[2], 3, 0, 216)
        try:
            with self.conn.transaction():
                requests.submit(self.conn, self.offer, "change", agrement, None, self.now, identity_ok=True)
        except NotPossible:
            assert self.open_state() in ("waiting", "second_opinion") or self.known.publication == "closed"
            return
        self.known.asked = asked

    @precondition(lambda self: self.known.publication == "published")
    @rule()
    def pauses(self) -> None:
        self.conn.execute("update offer set publication = 'paused' where id = %s", [self.offer])
        self.known.publication = "paused"

    @precondition(lambda self: self.known.publication == "paused")
    @rule()
    def comes_back(self) -> None:
        self.conn.execute("update offer set publication = 'published' where id = %s", [self.offer])
        self.known.publication = "published"

    @rule()
    def takes_back(self) -> None:
        requests.withdraw(self.conn, self.offer, self.now)
        self.known.asked = None

    # Moderators

    def held(self, moderator: Account) -> Any:
        found = requests.open_request(self.conn, self.offer)
        assert found is not None
        claims.claim(self.conn, AGREMENT_REQUEST, found.id, moderator, self.now)
        return found.id

    @precondition(lambda self: self.open_state() == "waiting")
    @rule()
    def is_validated(self) -> None:
        assert self.known.asked is not None
        number, starts_on, ends_on = self.known.asked
        try:
            with self.conn.transaction():
                decisions.validate(self.conn, self.held(self.first), self.first, self.now)
        except NotPossible as refused:
            note(refused.sentence)
            ended = number == self.known.number and self.known.status in ("withdrawn", "ceased")
            hidden = number != self.known.number and self.known.status == "suspended"
            assert ended or hidden or ends_on < self.today
            with self.conn.transaction():
                decisions.ask_more(self.conn, self.held(self.first), self.first, *self.reason("more"), self.now)
            return
        assert ends_on >= self.today
        self.known.asked = None
        if starts_on > self.today:
            self.known.later.append((number, starts_on, ends_on))
        else:
            self.has(number, starts_on, ends_on)

    @precondition(lambda self: self.open_state() == "waiting")
    @rule(agreed=st.booleans())
    def is_refused(self, agreed: bool) -> None:
        decisions.refuse(self.conn, self.held(self.first), self.first, *self.reason("refusal"), self.now)
        id = self.held(self.second)
        if agreed:
            decisions.confirm_refusal(self.conn, id, self.second, self.now)
            self.known.asked = None
        else:
            decisions.reject_refusal(self.conn, id, self.second, "", self.now)

    @staticmethod
    def reason(use: str) -> tuple[list[str], str]:
        return [next(code for code, each in reasons().items() if use in each.uses)], "Précisions pour vous."

    # The département

    @precondition(lambda self: self.known.number is not None)
    @rule(action=st.sampled_from(ACTIONS), days=st.sampled_from([-1, 0, 0, 1, 2]))
    def is_told(self, action: str, days: int) -> None:
        known = self.known
        assert known.number is not None
        on = self.today + timedelta(days=days)
        row = Row(1, known.number, f"Essai{self.offer}", "Nadia", BORN, action, on)  # type: ignore[arg-type]
        data = f"{self.offer} {next(NUMBERS)}".encode()
        before = known.status
        id, _ = files.receive(self.conn, "44", "essai", data, [row], self.now)
        ((state, reason),) = self.conn.execute("select state, reason from movement where file = %s", [id]).fetchall()
        note(f"{action} {on}: {state} {reason}")
        # What may contradict what was told before is the movements' own tests' to say.
        quiet = on > known.last_told.get(known.number, date.min) and not known.told
        possible = {
            "retrait": ("valid", "suspended", "expired"),
            "cessation": ("valid", "suspended", "expired"),
            "suspension": ("valid", "expired"),
            "levee_suspension": ("suspended",),
        }[action]
        if state in ("applied", "waiting"):
            known.last_told[known.number] = max(on, known.last_told.get(known.number, date.min))
        if quiet and days >= 0:
            assert (state in ("applied", "waiting")) == (before in possible), (before, action, state, reason)
        if state == "waiting":
            assert on > self.today
            known.told.append((on, known.number, action))
        elif state == "applied":
            assert on <= self.today
            self.takes_effect(known.number, action)
        else:
            assert state in ("refused", "duplicate", "unmatched")

    # The calendar

    @rule(days=st.integers(1, 3))
    def passes(self, days: int) -> None:
        """Days pass, and the nightly job with them, or only at the end of a stop."""
        self.today += timedelta(days=days)
        calendar.agrements_of(self.conn, self.now)
        for on, number, action in sorted(self.known.told):
            if on <= self.today:
                self.takes_effect(number, action)
        self.known.told = [each for each in self.known.told if each[0] > self.today]
        for waiting in sorted(self.known.later, key=lambda each: each[1]):
            number, starts_on, ends_on = waiting
            ended = number == self.known.number and self.known.status in ("withdrawn", "ceased")
            other = number != self.known.number and self.known.status == "suspended"
            if starts_on <= self.today and not ended and not other:
                self.known.later.remove(waiting)
                if ends_on >= self.today:
                    self.has(number, starts_on, ends_on)
        if self.known.status == "valid" and self.known.ends_on and self.known.ends_on < self.today:
            self.known.status = "expired"

    # The rules

    def has(self, number: str, starts_on: date, ends_on: date) -> None:
        """A validated agrément became hers. A suspension of this number goes on; movements of another one are over."""
        if number != self.known.number:
            self.known.told = [each for each in self.known.told if each[1] == number]
        suspended = number == self.known.number and self.known.status == "suspended"
        self.known.number, self.known.starts_on, self.known.ends_on = number, starts_on, ends_on
        self.known.status = "suspended" if suspended else "valid"
        if self.known.publication == "draft":
            self.known.publication = "published"

    def takes_effect(self, number: str, action: str) -> None:
        if number != self.known.number:
            return
        over = self.known.ends_on is not None and self.known.ends_on < self.today
        if action == "retrait":
            self.known.status = "withdrawn"
        elif action == "cessation":
            self.known.status = "ceased"
        elif action == "suspension":
            self.known.status = "suspended"
        else:
            self.known.status = "expired" if over else "valid"

    @invariant()
    def is_seen_by_parents_if_and_only_if_she_must_be(self) -> None:
        if not hasattr(self, "conn"):
            return
        ((seen,),) = self.conn.execute("select is_public(o) from offer o where id = %s", [self.offer]).fetchall()
        ((status, publication),) = self.conn.execute(
            "select (select status from agrement where offer = o.id), publication from offer o where id = %s",
            [self.offer],
        ).fetchall()
        note(f"{self.today} seen={seen} {publication} {status}; {self.known}")
        assert seen == self.known.seen()


@pytest.mark.usefixtures("registry_url")
def test_only_what_must_be_seen_is_seen(registry_url: str) -> None:
    class Machine(States):
        url = registry_url

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=20, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
