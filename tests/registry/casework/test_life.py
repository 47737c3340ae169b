"""Cases under any sequence of steps, beside a model in plain Python.

A claim expires by itself and keeps others off until then; a second pair of eyes is another person's; terms are as they
were given; every step has its line; and what is counted is what is listed.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from registry import accounts, database
from registry.casework import NotPossible, cases, claims, history, queue
from registry.casework.history import Line
from registry.casework.kinds import Kind
from registry.database import Connection
from tests.rooms import NOW

KIND = Kind("essay", "ce dossier", "le")
OTHER = Kind("other_essay", "ce dossier", "le")
HALF_AN_HOUR = timedelta(minutes=30)
TERM = timedelta(hours=72)
TURN = ("waiting", "second_opinion")


@dataclass
class Model:
    state: str
    department: str
    commune: str
    opened: datetime
    submitted: datetime | None
    due: datetime | None
    outcome: str | None = None
    holder: int | None = None
    until: datetime | None = None
    proposer: int | None = None
    lines: list[tuple[str, datetime, int | None, datetime | None]] = field(default_factory=list)

    def held_by(self, now: datetime) -> int | None:
        return self.holder if self.until is not None and self.until > now else None

    def may_be_taken(self, who: int, now: datetime) -> bool:
        own = self.state == "second_opinion" and self.proposer == who
        return self.state in TURN and self.held_by(now) in (None, who) and not own

    def step(self, state: str, action: str, now: datetime, who: int | None) -> None:
        self.state, self.holder, self.until = state, None, None
        if state != "second_opinion":
            self.proposer = None
        self.lines.append((action, now, who, self.due))


class Life(RuleBasedStateMachine):
    url = ""

    def __init__(self) -> None:
        super().__init__()
        self.conn = database.connect(self.url)
        self.staff = [accounts.create(self.conn, f"{name}@example.org", "moderator", name=name) for name in "abc"]
        self.service = accounts.create(self.conn, "service@example.org", "rpe", communes=["44109"])
        self.now = NOW
        self.known: dict[UUID, Model] = {}
        self.open_about: dict[str, UUID] = {}

    def teardown(self) -> None:
        self.conn.rollback()
        self.conn.close()

    def tried(self, possible: bool, work: Any) -> bool:
        """Do it; it must be refused exactly when the model says so."""
        try:
            work()
        except NotPossible:
            assert not possible
            return False
        assert possible
        return True

    def one(self, data: st.DataObject) -> tuple[UUID, Model]:
        id = data.draw(st.sampled_from(sorted(self.known)))
        return id, self.known[id]

    @rule(
        pending=st.sampled_from([False, False, True]),
        with_term=st.booleans(),
        about=st.sampled_from([None, "a", "b"]),
        department=st.sampled_from(["44", "49"]),
    )
    def begins(self, pending: bool, with_term: bool, about: str | None, department: str) -> None:
        commune = "44109" if department == "44" else "49007"
        due = self.now + TERM if with_term else None

        def begin(kind: Kind) -> UUID:
            return cases.begin(
                self.conn,
                kind,
                Line("came"),
                self.now,
                pending=pending,
                due=due,
                about=about,
                department=department,
                commune=commune,
            )

        if about in self.open_about:
            with pytest.raises(psycopg.errors.UniqueViolation), self.conn.transaction():
                begin(KIND)
            return
        id = begin(KIND)
        if about is not None:
            self.open_about[about] = id
        submitted = None if pending else self.now
        made = Model("pending" if pending else "waiting", department, commune, self.now, submitted, due)
        made.due = None if pending else due
        made.lines.append(("came", self.now, None, made.due))
        self.known[id] = made

    @precondition(lambda self: self.known)
    @rule(data=st.data(), who=st.integers(0, 2))
    def takes(self, data: st.DataObject, who: int) -> None:
        id, model = self.one(data)
        with pytest.raises(NotPossible):
            claims.claim(self.conn, OTHER, id, self.staff[who], self.now)
        if self.tried(
            model.may_be_taken(who, self.now),
            lambda: claims.claim(self.conn, KIND, id, self.staff[who], self.now),
        ):
            model.holder, model.until = who, self.now + HALF_AN_HOUR

    @rule(who=st.integers(0, 2))
    def takes_the_next(self, who: int) -> None:
        taken = claims.claim_next(self.conn, KIND, self.staff[who], self.now)
        free = {id for id, each in self.known.items() if each.may_be_taken(who, self.now)}
        assert taken == next((id for id in self.in_order() if id in free), None)
        if taken is not None:
            self.known[taken].holder, self.known[taken].until = who, self.now + HALF_AN_HOUR

    @precondition(lambda self: self.known)
    @rule(data=st.data(), who=st.integers(0, 2))
    def gives_back(self, data: st.DataObject, who: int) -> None:
        id, model = self.one(data)
        claims.release(self.conn, KIND, id, self.staff[who])
        if model.holder == who:
            model.holder = model.until = None

    @precondition(lambda self: self.known)
    @rule(
        data=st.data(),
        who=st.integers(0, 2),
        takes=st.sampled_from([True, True, False]),
        what=st.sampled_from(["ask_back", "propose", "propose", "close", "confirm", "confirm", "set_aside"]),
    )
    def decides(self, data: st.DataObject, who: int, takes: bool, what: str) -> None:
        """As a house does: it needs the case in a state and a claim, then takes the step."""
        id, model = self.one(data)
        account, wanted = self.staff[who], "second_opinion" if what in ("confirm", "set_aside") else "waiting"
        if takes and model.may_be_taken(who, self.now):
            claims.claim(self.conn, KIND, id, account, self.now)
            model.holder, model.until = who, self.now + HALF_AN_HOUR
        possible = model.state == wanted and model.held_by(self.now) == who
        possible = possible and not (wanted == "second_opinion" and model.proposer == who)
        line = Line(what, account.id, ["reason"], "a comment")

        def decide() -> None:
            claims.held(self.conn, KIND, id, account, self.now, wanted)  # type: ignore[arg-type]
            step = {"confirm": cases.close}.get(what) or getattr(cases, what)
            step(self.conn, id, line, self.now)

        if not self.tried(possible, decide):
            return
        state = {"ask_back": "incomplete", "propose": "second_opinion", "set_aside": "waiting"}.get(what, "closed")
        if state == "second_opinion":
            model.proposer = who
        if state == "closed":
            model.outcome = what
            self.open_about = {about: other for about, other in self.open_about.items() if other != id}
        model.step(state, what, self.now, who)

    @precondition(lambda self: self.known)
    @rule(data=st.data(), pending=st.sampled_from([False, False, True]))
    def comes_back(self, data: st.DataObject, pending: bool) -> None:
        """The other side answers; a closed case stays closed."""
        id, model = self.one(data)
        if model.state == "closed":
            for step in (cases.submit, cases.close):
                with pytest.raises(LookupError):
                    step(self.conn, id, Line("late"), self.now)
            return
        if model.state in TURN:
            return
        cases.submit(self.conn, id, Line("answered"), self.now, pending=pending, due=self.now + TERM)
        model.submitted = None if pending else self.now
        model.due = None if pending else self.now + TERM
        model.step("pending" if pending else "waiting", "answered", self.now, None)

    @rule(minutes=st.sampled_from([1, 29, 30, 31, 600, 3000, 4320]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    def in_order(self) -> list[UUID]:
        """Whose turn is staff's, the least time left first; what has no term last."""

        def key(id: UUID) -> tuple[Any, ...]:
            due = self.known[id].due
            return (due is None, due or NOW, self.known[id].submitted, id)

        return sorted((id for id, each in self.known.items() if each.state in TURN), key=key)

    @invariant()
    def each_stands_where_the_model_says(self) -> None:
        for id, model in self.known.items():
            case = cases.read(self.conn, KIND, id)
            assert case is not None
            assert (case.state, case.outcome) == (model.state, model.outcome)
            assert (case.opened_at, case.submitted_at, case.due_at) == (model.opened, model.submitted, model.due)
            assert (case.closed_at is not None) == (model.state == "closed")
            held = model.held_by(self.now)
            assert case.held_by(self.now) == (None if held is None else self.staff[held].id)
            for who, account in enumerate(self.staff):
                own = model.state == "second_opinion" and model.proposer == who
                assert case.is_own_proposal(account.id) == own

    @invariant()
    def every_step_has_its_line(self) -> None:
        for id, model in self.known.items():
            told = [(event.action, event.at, event.account) for event in history.read(self.conn, id)]
            ids = [None if who is None else self.staff[who].id for _, _, who, _ in model.lines]
            assert told == [(action, at, ids[n]) for n, (action, at, _, _) in enumerate(model.lines)]
            due = self.conn.execute("select due_at from case_event where case_file = %s order by id", [id])
            assert [row[0] for row in due] == [line[3] for line in model.lines]

    @invariant()
    def counts_are_lists(self) -> None:
        for department in ("", "44"):
            here = {id: each for id, each in self.known.items() if department in ("", each.department)}
            order = [id for id in self.in_order() if id in here]
            late = [id for id in order if (due := here[id].due) is not None and due < self.now]
            for who, account in enumerate(self.staff[:2]):
                mine = [id for id in order if here[id].held_by(self.now) == who]
                for part, expected in (("all", order), ("mine", mine), ("late", late)):
                    listed = self.listed(account, department=department, part=part)
                    assert [each.id for each in listed] == expected
                    assert [each.state for each in listed] == [here[id].state for id in expected]
                counts = queue.counts(self.conn, KIND, account, self.now, department=department)
                assert counts.waiting + counts.second_opinion == len(order)
                assert (counts.mine, counts.late) == (len(mine), len(late))
                soon = [
                    id
                    for id in order
                    if (due := here[id].due) is not None and self.now <= due < self.now + timedelta(days=1)
                ]
                assert counts.soon == len(soon)
                for name in ("waiting", "second_opinion", "pending", "incomplete"):
                    assert getattr(counts, name) == sum(each.state == name for each in here.values())
        assert {code for code, _ in queue.departments(self.conn, KIND)} == {
            self.known[id].department for id in self.in_order()
        }

    @invariant()
    def a_service_sees_what_lies_in_its_communes(self) -> None:
        listed = self.listed(self.service, within=self.service.id)
        assert [each.id for each in listed] == [id for id in self.in_order() if self.known[id].commune == "44109"]
        counts = queue.counts(self.conn, KIND, self.service, self.now, within=self.service.id)
        assert counts.waiting + counts.second_opinion == len(listed)

    @invariant()
    def what_is_done_is_listed_with_its_outcome(self) -> None:
        done = queue.closed(self.conn, KIND, limit=1000)
        assert {(each.id, each.outcome, each.comment) for each in done} == {
            (id, model.outcome, "a comment") for id, model in self.known.items() if model.state == "closed"
        }
        assert [each.closed_at for each in done] == sorted((each.closed_at for each in done), reverse=True)

    def listed(self, account: accounts.Account, **how: Any) -> list[queue.Waiting]:
        """All pages, two on each: none is listed twice or left out between them."""
        found: list[queue.Waiting] = []
        while page := queue.waiting(self.conn, KIND, account, self.now, offset=len(found), limit=2, **how):
            found += page
        return found


def test_cases_under_any_sequence(registry_url: str) -> None:
    class Machine(Life):
        url = registry_url

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_a_letter_is_sent_once_for_each_line(registry: Connection) -> None:
    from registry.casework import letters

    id = cases.begin(registry, KIND, Line("came"), NOW)
    values = {"number": "222-222", "name": "Les Lutins", "outcome": "nothing", "note": "", "link": "https://x.example"}

    def send() -> bool:
        return letters.send(registry, id, "lea@example.org", "reports/settled", values)

    assert [send(), send()] == [True, False]
    cases.close(registry, id, Line("nothing"), NOW)
    assert send()
