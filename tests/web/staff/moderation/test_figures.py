"""The figures of the moderation, counted by hand beside them."""

from dataclasses import replace
from datetime import timedelta

from domain import french
from registry.agrements.requests import decisions, figures
from registry.casework import claims, queue
from registry.casework.kinds import AGREMENT_REQUEST
from registry.database import Connection
from tests.conftest import TODAY
from tests.records import assistant
from tests.registry.agrements.requests.people import AGREMENT, asks, draft, moderator
from tests.rooms import NOW
from web.staff.moderation import views, wording

HOUR = timedelta(hours=1)


def test_the_72_hours_and_what_came(registry: Connection) -> None:
    ana, bo = moderator(registry), moderator(registry, "Bo")
    start = NOW - timedelta(days=10)

    def answered(mail: str, hours: int) -> str:
        offer = draft(registry, mail)
        id = asks(registry, offer, replace(AGREMENT, number=mail), start)
        claims.claim(registry, AGREMENT_REQUEST, id, ana, start + hours * HOUR)
        decisions.validate(registry, id, ana, start + hours * HOUR)
        return offer

    answered("a1@example.org", 2)
    answered("b2@example.org", 72)  # on the stroke
    answered("c3@example.org", 73)  # an hour late
    # Asked for more in an hour, answered after a week, and validated 10 hours later: two answers in time.
    offer = draft(registry, "d4@example.org")
    id = asks(registry, offer, now=start)
    claims.claim(registry, AGREMENT_REQUEST, id, ana, start + HOUR)
    decisions.ask_more(registry, id, ana, ["numero"], "", start + HOUR)
    asks(registry, offer, now=start + 168 * HOUR)
    claims.claim(registry, AGREMENT_REQUEST, id, ana, start + 178 * HOUR)
    decisions.validate(registry, id, ana, start + 178 * HOUR)
    # A refusal counts when it is confirmed.
    id = asks(registry, draft(registry, "e5@example.org"), now=start)
    claims.claim(registry, AGREMENT_REQUEST, id, ana, start + 3 * HOUR)
    decisions.refuse(registry, id, ana, ["perime"], "", start + 3 * HOUR)
    claims.claim(registry, AGREMENT_REQUEST, id, bo, start + 80 * HOUR)
    decisions.confirm_refusal(registry, id, bo, start + 80 * HOUR)
    # Long ago, and out of the thirty days.
    old = NOW - timedelta(days=60)
    id = asks(registry, draft(registry, "f6@example.org"), now=old)
    claims.claim(registry, AGREMENT_REQUEST, id, ana, old)
    decisions.ask_more(registry, id, ana, ["numero"], "", old)

    service = figures.service(registry, TODAY)
    assert (service.came, service.validated, service.asked_more, service.refused) == (6, 4, 1, 1)
    assert (service.answers, service.in_time) == (6, 4)
    assert service.median_h == (10 + 72) / 2
    days = {each.day: (each.came, each.answered) for each in figures.by_day(registry, TODAY)}
    assert len(days) == 14
    assert days[start.date()] == (5, 2)
    assert days[(start + 178 * HOUR).date()] == (1, 1)
    assert days[TODAY] == (0, 0)


def test_a_request_without_its_identity_has_not_come_yet(registry: Connection) -> None:
    asks(registry, draft(registry), identity_ok=False)
    assert figures.service(registry, TODAY).came == 0
    load = queue.counts(registry, AGREMENT_REQUEST, moderator(registry), NOW)
    assert load == queue.Counts(0, 0, 0, 0, 0, pending=1, incomplete=0)


def test_each_departement_counts_everybody_once(registry: Connection) -> None:
    ana = moderator(registry)
    assistant(registry, "Nadia B.")
    assistant(registry, "En pause", publication="draft")
    registry.execute("update offer set publication = 'paused' where name = 'En pause'")
    listed = draft(registry)
    id = asks(registry, listed)
    claims.claim(registry, AGREMENT_REQUEST, id, ana, NOW)
    decisions.validate(registry, id, ana, NOW)
    asks(registry, listed, kind="change")  # still listed, and nothing else
    asks(registry, draft(registry, "zoe@example.org"))
    asks(registry, draft(registry, "mia@example.org"), identity_ok=False)
    assert figures.departments(registry) == [figures.Department("44", "Loire-Atlantique", 2, 2)]


def test_the_queue_has_the_least_time_left_first_and_says_it(registry: Connection) -> None:
    ana, bo = moderator(registry), moderator(registry, "Bo")
    late = asks(registry, draft(registry, "a1@example.org"), now=NOW - 75 * HOUR)
    fresh = asks(registry, draft(registry, "b2@example.org"))
    soon = asks(registry, draft(registry, "c3@example.org"), now=NOW - 60 * HOUR)
    asks(registry, draft(registry, "d4@example.org"), identity_ok=False)
    claims.claim(registry, AGREMENT_REQUEST, fresh, bo, NOW)
    rows = queue.waiting(registry, AGREMENT_REQUEST, ana, NOW)
    assert [row.id for row in rows] == [late, soon, fresh]
    assert [row.holder for row in rows] == ["", "", "Bo"]
    assert [wording.left(row.due_at, NOW) for row in rows if row.due_at] == [
        "en retard de 3\u00a0h",
        "reste 12\u00a0h",
        "reste 72\u00a0h",
    ]
    assert [row.holder for row in queue.waiting(registry, AGREMENT_REQUEST, ana, NOW + claims.CLAIM)] == ["", "", ""]
    assert queue.waiting(registry, AGREMENT_REQUEST, ana, NOW, department="49") == []
    load = queue.counts(registry, AGREMENT_REQUEST, ana, NOW)
    assert (load.waiting, load.late, load.soon, load.pending) == (3, 1, 1, 1)
    assert claims.claim_next(registry, AGREMENT_REQUEST, ana, NOW) == late


def test_how_figures_read() -> None:
    standing = views.standing(figures.Department("44", "Loire-Atlantique", 402, 1622))
    assert standing == "402\u00a0référencés, 1\u202f622 en cours de traitement"
    assert french.percent(999, 1000) == "99\u00a0%", "nothing late is rounded away"
