"""What a validated request does to a profile, and what it must never do."""

import hashlib
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from registry.accounts import Account
from registry.agrements import expiry, movements
from registry.agrements.movements.rows import Action
from registry.agrements.requests import decisions, effect, open_request
from registry.casework import NotPossible, claims
from registry.casework.kinds import AGREMENT_REQUEST
from registry.database import Connection
from registry.offers.profiles import Agrement
from tests.conftest import TODAY
from tests.records import add_period
from tests.registry.agrements.requests.people import AGREMENT, asks, copy, draft, is_public, letters, moderator
from tests.rooms import NOW

A_DAY = timedelta(days=1)


def validated(
    conn: Connection, offer: str, who: Account, agrement: Agrement = AGREMENT, *, at: Any = NOW, **how: Any
) -> UUID:
    id = asks(conn, offer, agrement, at, **how)
    claims.claim(conn, AGREMENT_REQUEST, id, who, at)
    decisions.validate(conn, id, who, at)
    return id


def refused_validation(conn: Connection, offer: str, who: Account, agrement: Agrement, sentence: str) -> None:
    """It is not validated, and nothing of it is done."""
    before = conn.execute("select * from agrement order by offer").fetchall()
    id = asks(conn, offer, agrement)
    claims.claim(conn, AGREMENT_REQUEST, id, who, NOW)
    mails = len(letters(conn))
    with pytest.raises(NotPossible, match=sentence):
        decisions.validate(conn, id, who, NOW)
    found = open_request(conn, offer)
    assert found is not None
    assert found.standing == "waiting"
    assert conn.execute("select * from agrement order by offer").fetchall() == before
    assert len(letters(conn)) == mails


def told(conn: Connection, action: Action, number: str, state: str = "unmatched", day: date = TODAY) -> None:
    """A movement that the département sent of a number nobody has yet."""
    file = conn.execute(
        "insert into intake_run (kind, scope, name, sha256, via, state)"
        " values ('movements', '44', 'mouvements.csv', %s, 'file', 'previewed') returning id",
        [hashlib.sha256(action.encode()).digest()],
    ).fetchall()[0][0]
    conn.execute(
        "insert into movement (file, line, department, number, last_name, first_name, birth_date, action,"
        " effective_on, row_hash, state) values (%s, 2, '44', %s, 'Morvan', 'Léa', '1985-05-02', %s, %s, %s, %s)",
        [file, number, action, day, hashlib.sha256(f"{action}{number}".encode()).digest(), state],
    )


def status(conn: Connection, offer: str) -> str:
    return str(conn.execute("select status from agrement where offer = %s", [offer]).fetchall()[0][0])


def test_a_validated_profile_is_published_with_its_agrement(registry: Connection) -> None:
    offer, document = draft(registry), copy(registry)
    assert not is_public(registry, offer)
    id = validated(
        registry, offer, moderator(registry), replace(AGREMENT, conditions="Pas le mercredi"), document=document
    )
    assert is_public(registry, offer)
    row = registry.execute(
        "select department, number, starts_on, ends_on, capacity, age_from_months, age_to_months, conditions, status"
        " from agrement where offer = %s",
        [offer],
    ).fetchone()
    assert row == ("44", "044-2024-0117", date(2024, 3, 1), date(2029, 2, 28), 3, 0, 72, "Pas le mercredi", "valid")
    shown = registry.execute("select capacity, licensed, publication from offer where id = %s", [offer]).fetchone()
    assert shown == (3, True, "published")
    assert registry.execute(
        "select r.effective_at, k.closed_at from agrement_request r join case_file k using (id) where id = %s", [id]
    ).fetchone() == (
        NOW,
        NOW,
    )
    assert registry.execute("select delete_after from document where id = %s", [document]).fetchone() == (
        NOW + 30 * A_DAY,
    )
    assert "Les parents trouvent votre profil dès maintenant." in letters(registry)[-1]
    assert registry.execute("select count(*) from outbox where id = %s", [offer]).fetchall()[0][0] >= 1


def test_the_last_valid_profile_stays_up_during_a_change(registry: Connection) -> None:
    offer, ana, bo = draft(registry), moderator(registry), moderator(registry, "Bo")
    validated(registry, offer, ana)
    id = asks(registry, offer, replace(AGREMENT, capacity=4, number="044-2026-1"), kind="change")
    shown = "select capacity, licensed, publication from offer where id = %s"
    assert registry.execute(shown, [offer]).fetchone() == (3, True, "published")
    claims.claim(registry, AGREMENT_REQUEST, id, ana, NOW)
    decisions.refuse(registry, id, ana, ["perime"], "", NOW)
    claims.claim(registry, AGREMENT_REQUEST, id, bo, NOW)
    decisions.confirm_refusal(registry, id, bo, NOW)
    assert registry.execute(shown, [offer]).fetchone() == (3, True, "published")
    assert "Votre profil reste en ligne" in letters(registry)[-1]
    validated(registry, offer, ana, replace(AGREMENT, capacity=4), kind="change")
    assert registry.execute(shown, [offer]).fetchone() == (4, True, "published")


def test_a_lower_capacity_brings_the_places_down_with_it(registry: Connection) -> None:
    offer, ana = draft(registry), moderator(registry)
    validated(registry, offer, ana)
    add_period(registry, offer, TODAY, None, [(0, 480, 1080, 3), (1, 480, 1080, 1), (2, 480, 1080, 2)])
    validated(registry, offer, ana, replace(AGREMENT, capacity=1), kind="change")
    places = registry.execute("select array_agg(places order by weekday) from timetable_range").fetchall()[0][0]
    assert places == [1, 1, 1]
    assert is_public(registry, offer)
    assert "ramenées" in letters(registry)[-1]


def test_a_paused_profile_stays_paused(registry: Connection) -> None:
    offer, ana = draft(registry), moderator(registry)
    validated(registry, offer, ana)
    registry.execute("update offer set publication = 'paused' where id = %s", [offer])
    validated(registry, offer, ana, replace(AGREMENT, capacity=4), kind="change")
    assert not is_public(registry, offer)
    assert "en pause" in letters(registry)[-1]


def test_one_who_left_is_not_brought_back(registry: Connection) -> None:
    offer, ana = draft(registry), moderator(registry)
    registry.execute("update offer set publication = 'closed' where id = %s", [offer])
    refused_validation(registry, offer, ana, AGREMENT, "quitté le site")


def test_another_ones_number_is_not_taken(registry: Connection) -> None:
    ana, first, second = moderator(registry), draft(registry), draft(registry, "zoe@example.org")
    validated(registry, first, ana)
    refused_validation(registry, second, ana, replace(AGREMENT, number="044 2024/0117"), "d’une autre")
    assert not is_public(registry, second)
    assert is_public(registry, first)


@pytest.mark.parametrize(("final", "sentence"), [("withdrawn", "retiré"), ("ceased", "cessation")])
def test_a_number_that_is_over_is_not_validated_again(registry: Connection, final: str, sentence: str) -> None:
    offer, ana = draft(registry), moderator(registry)
    validated(registry, offer, ana)
    registry.execute("update agrement set status = %s where offer = %s", [final, offer])
    refused_validation(registry, offer, ana, replace(AGREMENT, number="0442024 0117"), sentence)
    # A new agrément, with a number of its own, is another matter. She takes the old question back first.
    registry.execute("delete from case_file where state = 'waiting'")
    validated(registry, offer, ana, replace(AGREMENT, number="044-2026-0042"))
    assert is_public(registry, offer)


def test_a_suspension_is_not_lifted_by_a_moderator(registry: Connection) -> None:
    offer, ana = draft(registry), moderator(registry)
    validated(registry, offer, ana)
    registry.execute("update agrement set status = 'suspended' where offer = %s", [offer])
    validated(registry, offer, ana, replace(AGREMENT, ends_on=date(2034, 2, 28)), kind="renewal")
    assert status(registry, offer) == "suspended"
    assert not is_public(registry, offer)
    assert "pas visible des parents" in letters(registry)[-1]
    refused_validation(registry, offer, ana, replace(AGREMENT, number="044-2026-0042"), "suspendu")


def test_an_agrement_that_is_over_is_refused_and_a_renewal_brings_her_back(registry: Connection) -> None:
    offer, ana = draft(registry), moderator(registry)
    short = replace(AGREMENT, ends_on=TODAY)
    validated(registry, offer, ana, short)
    assert expiry.expire(registry, TODAY + A_DAY) == 1
    assert not is_public(registry, offer)
    refused_validation(registry, offer, ana, replace(AGREMENT, ends_on=TODAY - A_DAY), "pris fin")
    registry.execute("delete from case_file where state = 'waiting'")
    validated(registry, offer, ana, replace(AGREMENT, ends_on=TODAY + 100 * A_DAY), kind="renewal")
    assert is_public(registry, offer)


def test_a_retrait_that_waited_for_the_number_is_never_overtaken(registry: Connection) -> None:
    offer = draft(registry)
    told(registry, "retrait", "044/2024/0117")
    validated(registry, offer, moderator(registry))
    assert status(registry, offer) == "withdrawn"
    assert not is_public(registry, offer)
    assert "pas visible des parents" in letters(registry)[-1]
    # In one transaction: no change was queued that would have shown her in between.
    assert registry.execute("select count(*) from outbox where id = %s", [offer]).fetchall()[0][0] == 0


def test_one_that_begins_later_waits_for_its_day(registry: Connection) -> None:
    offer, ana = draft(registry), moderator(registry)
    starts = TODAY + 10 * A_DAY
    validated(registry, offer, ana, replace(AGREMENT, starts_on=starts))
    assert not is_public(registry, offer), "nobody minds children before her agrément begins"
    assert "3\u00a0décembre\u00a02026" in letters(registry)[-1]
    assert effect.take_due(registry, NOW + 9 * A_DAY) == 0
    # Half past eleven in the evening of the day before, in universal time: it is the day itself in France.
    assert effect.take_due(registry, (NOW + 9 * A_DAY).replace(hour=23, minute=30)) == 1
    assert is_public(registry, offer)
    assert effect.take_due(registry, NOW + 11 * A_DAY) == 0, "once"
    assert "commence aujourd’hui" in letters(registry)[-1]


def test_a_renewal_in_advance_follows_the_old_agrement_without_a_gap(registry: Connection) -> None:
    offer, ana = draft(registry), moderator(registry)
    ends = TODAY + 5 * A_DAY
    validated(registry, offer, ana, replace(AGREMENT, ends_on=ends))
    add_period(registry, offer, TODAY, None, [(0, 480, 1080, 3)])
    renewal = replace(AGREMENT, starts_on=ends + A_DAY, ends_on=date(2031, 11, 28), capacity=2)
    validated(registry, offer, ana, renewal, kind="renewal")
    assert registry.execute("select capacity from offer where id = %s", [offer]).fetchone() == (3,), "not yet"
    registry.commit()
    later = NOW + 6 * A_DAY
    assert effect.take_due(registry, later) == 1
    assert expiry.expire(registry, later.date()) == 0
    assert is_public(registry, offer)
    assert registry.execute("select max(places) from timetable_range").fetchone() == (2,)


def test_what_was_withdrawn_meanwhile_does_not_begin(registry: Connection) -> None:
    offer, ana = draft(registry), moderator(registry)
    validated(registry, offer, ana)
    validated(registry, offer, ana, replace(AGREMENT, starts_on=TODAY + A_DAY, capacity=4), kind="renewal")
    registry.execute("update agrement set status = 'withdrawn' where offer = %s", [offer])
    assert effect.take_due(registry, NOW + 2 * A_DAY) == 0
    assert status(registry, offer) == "withdrawn"


def test_a_movement_in_the_future_of_the_number_waits_for_its_day(registry: Connection) -> None:
    offer = draft(registry)
    told(registry, "suspension", "044-2024-0117", day=TODAY + 3 * A_DAY)
    validated(registry, offer, moderator(registry))
    assert is_public(registry, offer)
    movements.apply_due(registry, TODAY + 3 * A_DAY)
    assert not is_public(registry, offer)
