"""Requests under any sequence of what can happen to them, beside a model in plain Python.

Whatever she, the moderators, the département and the calendar do: nobody is shown who must not be, nobody is lost who
must be found, one request is open at most, and 72 hours are 72 hours.
"""

import hashlib
import itertools
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from registry import database
from registry.agrements import expiry, requests
from registry.agrements.requests import decisions, effect
from registry.casework import NotPossible, claims
from registry.casework.kinds import AGREMENT_REQUEST
from registry.offers.profiles import Agrement
from settings import PARIS
from tests.records import add_period
from tests.registry.agrements.requests.people import AGREMENT, asks, draft, is_public, moderator
from tests.rooms import NOW

WANTED: dict[str, Any] = {
    "number": st.sampled_from(["044-1", "044-2"]),
    "capacity": st.integers(1, 4),
    "begins": st.sampled_from([-400, -30, -1, 0, 1, 3, 20]),
    "lasts": st.sampled_from([20, 31, 500, 1826]),
    "identity_ok": st.sampled_from([True, True, True, False]),
}


@dataclass
class Known:
    """The agrément that the registry has of her, as the model believes."""

    agrement: Agrement
    status: str = "valid"


class Requests(RuleBasedStateMachine):
    url = ""

    def __init__(self) -> None:
        super().__init__()
        self.conn = database.connect(self.url)
        self.offer = draft(self.conn)
        self.staff = [moderator(self.conn), moderator(self.conn, "Bo")]
        self.now: datetime = NOW
        self.state: str | None = None
        self.asked: Agrement = AGREMENT
        self.due: datetime | None = None
        self.holder: tuple[int, datetime] | None = None
        self.proposer: int | None = None
        self.known: Known | None = None
        self.to_begin: list[Agrement] = []
        self.final: set[str] = set()
        self.publication = "draft"
        self.id: Any = None
        self.lines = itertools.count()

    def teardown(self) -> None:
        self.conn.rollback()
        self.conn.close()

    @property
    def today(self) -> date:
        return self.now.astimezone(PARIS).date()

    def holds(self, who: int) -> bool:
        return self.holder is not None and self.holder[0] == who and self.holder[1] > self.now

    def moved(self, state: str | None) -> None:
        self.state, self.holder = state, None

    def obstacle(self, wanted: Agrement) -> bool:
        if wanted.ends_on < self.today or wanted.number in self.final:
            return True
        return (
            self.known is not None and self.known.status == "suspended" and self.known.agrement.number != wanted.number
        )

    def begin(self, wanted: Agrement) -> None:
        kept = self.known is not None and self.known.status == "suspended"
        self.known = Known(wanted, "suspended" if kept else "valid")
        if self.publication == "draft":
            self.publication = "published"

    def tried(self, possible: bool, work: Any) -> bool:
        """Do it; it must be refused exactly when the model says so."""
        try:
            work()
        except NotPossible:
            assert not possible
            return False
        assert possible
        return True

    # She

    @rule(who=st.integers(0, 1), what=st.sampled_from(["ask_more", "refuse", "validate"]), **WANTED)
    def ask_and_be_answered(self, who: int, what: str, **wanted: Any) -> None:
        """A whole way in one go: what may come after it is what is looked for."""
        self.ask(**wanted)
        self.decide(who, True, what)

    @precondition(lambda self: self.state == "second_opinion")
    @rule(who=st.integers(0, 1), what=st.sampled_from(["confirm", "reject"]))
    def look_again(self, who: int, what: str) -> None:
        self.decide(who, True, what)

    @rule(**WANTED)
    def ask(self, number: str, capacity: int, begins: int, lasts: int, identity_ok: bool) -> None:
        starts = self.today + timedelta(begins)
        wanted = replace(
            AGREMENT, number=number, capacity=capacity, starts_on=starts, ends_on=starts + timedelta(lasts)
        )
        possible = self.state not in ("waiting", "second_opinion")
        before = self.id

        def work() -> None:
            self.id = asks(self.conn, self.offer, wanted, self.now, identity_ok=identity_ok)

        answers = self.state in ("pending", "incomplete")
        if self.tried(possible, work):
            assert (self.id == before) == answers
            self.asked = wanted
            self.moved("waiting" if identity_ok else "pending")
            self.due = self.now + timedelta(hours=72) if identity_ok else None
        else:
            self.id = before

    @rule(really=st.sampled_from([False, False, False, False, True]))
    def take_back(self, really: bool) -> None:
        if not really:
            return
        was_open = self.state is not None
        assert requests.withdraw(self.conn, self.offer, self.now) == was_open
        self.moved(None)

    @precondition(lambda self: self.publication in ("published", "paused"))
    @rule()
    def pause_or_back(self) -> None:
        self.publication = "paused" if self.publication == "published" else "published"
        self.conn.execute("update offer set publication = %s where id = %s", [self.publication, self.offer])

    @precondition(lambda self: self.known is not None)
    @rule(first=st.integers(0, 5))
    def tell_places(self, first: int) -> None:
        assert self.known is not None
        self.conn.execute("delete from timetable where offer = %s", [self.offer])
        add_period(self.conn, self.offer, self.today, None, [(first, 480, 1080, self.known.agrement.capacity)])

    # The moderators

    @precondition(lambda self: self.id is not None)
    @rule(
        who=st.integers(0, 1),
        takes=st.sampled_from([True, True, True, False]),
        what=st.sampled_from(["validate", "validate", "ask_more", "refuse", "confirm", "reject", "nothing"]),
    )
    def decide(self, who: int, takes: bool, what: str) -> None:
        """A moderator takes the request, or not, and decides."""
        me, at = self.staff[who], (self.conn, self.id, self.staff[who])
        if takes:
            free = self.holder is None or self.holder[1] <= self.now or self.holder[0] == who
            own = self.state == "second_opinion" and self.proposer == who
            possible = self.state in ("waiting", "second_opinion") and free and not own
            if self.tried(possible, lambda: claims.claim(self.conn, AGREMENT_REQUEST, self.id, me, self.now)):
                self.holder = (who, self.now + claims.CLAIM)
        first = self.state == "waiting" and self.holds(who)
        second = self.state == "second_opinion" and self.holds(who) and self.proposer != who
        match what:
            case "validate":
                possible = first and not self.obstacle(self.asked)
                if self.tried(possible, lambda: decisions.validate(*at, self.now)):
                    if self.asked.starts_on > self.today:
                        self.to_begin.append(self.asked)
                    else:
                        self.begin(self.asked)
                    self.moved(None)
            case "ask_more":
                if self.tried(first, lambda: decisions.ask_more(*at, ["numero"], "", self.now)):
                    self.moved("incomplete")
            case "refuse":
                if self.tried(first, lambda: decisions.refuse(*at, ["perime"], "", self.now)):
                    self.moved("second_opinion")
                    self.proposer = who
            case "confirm":
                if self.tried(second, lambda: decisions.confirm_refusal(*at, self.now)):
                    self.moved(None)
            case "reject":
                if self.tried(second, lambda: decisions.reject_refusal(*at, "", self.now)):
                    self.moved("waiting")
            case _:
                claims.release(self.conn, AGREMENT_REQUEST, self.id, me)
                if self.holder is not None and self.holder[0] == who:
                    self.holder = None

    # The identity system, the département, the calendar

    @rule()
    def identity_settled(self) -> None:
        waits = self.state == "pending"
        assert requests.identity_settled(self.conn, self.offer, self.now) == waits
        if waits:
            self.moved("waiting")
            self.due = self.now + timedelta(hours=72)

    @precondition(lambda self: self.known is not None and self.known.status not in ("withdrawn", "ceased"))
    @rule(action=st.sampled_from(["suspension", "levee_suspension", "retrait", "cessation"]))
    def movement(self, action: str) -> None:
        """As registry/agrements/movements applies one to the number that she has now."""
        assert self.known is not None
        if (action == "levee_suspension") != (self.known.status == "suspended") and action in (
            "suspension",
            "levee_suspension",
        ):
            return
        over = self.known.agrement.ends_on < self.today
        self.known.status = {
            "suspension": "suspended",
            "levee_suspension": "expired" if over else "valid",
            "retrait": "withdrawn",
            "cessation": "ceased",
        }[action]
        number = self.known.agrement.number
        if action in ("retrait", "cessation"):
            self.final.add(number)
        line = next(self.lines)
        file = self.conn.execute(
            "insert into intake_run (kind, scope, name, sha256, via, state, applied_at)"
            " values ('movements', '44', 'm.csv', %s, 'file', 'applied', clock_timestamp()) returning id",
            [hashlib.sha256(b"%d" % line).digest()],
        ).fetchall()[0][0]
        self.conn.execute(
            "insert into movement (file, line, department, number, last_name, first_name, action, effective_on,"
            " row_hash, offer, matched_key, state, applied_at) values (%s, 2, '44', %s, 'Morvan', 'Léa', %s, %s, %s,"
            " %s, agrement_key(%s), 'applied', clock_timestamp())",
            [file, number, action, self.today, hashlib.sha256(b"row %d" % line).digest(), self.offer, number],
        )
        self.conn.execute("update agrement set status = %s where offer = %s", [self.known.status, self.offer])

    @rule(minutes=st.sampled_from([29, 30, 31, 600, 1440, 4320, 40_000]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        effect.take_due(self.conn, self.now)
        expiry.expire(self.conn, self.today)
        for wanted in sorted(self.to_begin, key=lambda each: each.starts_on):
            if wanted.starts_on <= self.today <= wanted.ends_on and not self.obstacle(wanted):
                self.begin(wanted)
                self.to_begin.remove(wanted)
        if self.known and self.known.status == "valid" and self.known.agrement.ends_on < self.today:
            self.known.status = "expired"

    # What holds at every moment

    @invariant()
    def it_stands_where_the_model_says(self) -> None:
        found = requests.open_request(self.conn, self.offer)
        assert (found.standing if found else None) == self.state
        if found is not None and self.state in ("waiting", "second_opinion"):
            assert found.case.due_at == self.due

    @invariant()
    def parents_see_her_exactly_when_they_must(self) -> None:
        must = self.publication == "published" and self.known is not None and self.known.status == "valid"
        assert is_public(self.conn, self.offer) == must

    @invariant()
    def what_parents_see_is_the_last_valid_agrement(self) -> None:
        capacity, places = self.conn.execute(
            "select o.capacity, (select max(r.places) from timetable t join timetable_range r on r.timetable = t.id"
            " where t.offer = o.id) from offer o where o.id = %s",
            [self.offer],
        ).fetchall()[0]
        assert capacity == (self.known.agrement.capacity if self.known else None)
        assert places is None or places <= capacity


def test_requests_under_any_sequence(registry_url: str) -> None:
    class Machine(Requests):
        url = registry_url

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=50,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
