"""Requests move as the state machine allows, and in no other way."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from registry import accounts, database
from registry.accounts import Account
from registry.agrements import requests
from registry.agrements.requests import decisions
from registry.casework import NotPossible, claims, history
from registry.casework.kinds import AGREMENT_REQUEST
from registry.database import Connection
from tests.registry.agrements.requests.people import AGREMENT, asks, copy, draft, is_public, letters, moderator
from tests.rooms import NOW

HOUR = timedelta(hours=1)


def state(conn: Connection, id: UUID) -> requests.Request:
    found = requests.read(conn, id)
    assert found is not None
    return found


def held(conn: Connection, offer: str, who: Account, **how: Any) -> UUID:
    """A request that this moderator has taken."""
    id = asks(conn, offer, **how)
    claims.claim(conn, AGREMENT_REQUEST, id, who, NOW)
    return id


def test_the_72_hours_are_those_of_the_clock(registry: Connection) -> None:
    # Over a week-end, and over the change of the clocks: 72 hours are 72 hours.
    friday = NOW.replace(month=10, day=23)
    request = state(registry, asks(registry, draft(registry), now=friday))
    assert request.standing == "waiting"
    assert request.case.due_at == friday + 72 * HOUR
    (letter,) = letters(registry)
    assert "26\u00a0octobre\u00a02026 à 10\u00a0h\u00a000" in letter  # winter time


def test_the_clock_starts_when_the_identity_is_settled(registry: Connection) -> None:
    offer = draft(registry)
    id = asks(registry, offer, identity_ok=False)
    who = moderator(registry)
    assert (state(registry, id).standing, state(registry, id).case.due_at) == ("pending", None)
    with pytest.raises(NotPossible):
        claims.claim(registry, AGREMENT_REQUEST, id, who, NOW)
    assert requests.identity_settled(registry, offer, NOW + 30 * HOUR)
    assert state(registry, id).case.due_at == NOW + 102 * HOUR
    assert not requests.identity_settled(registry, offer, NOW + 31 * HOUR), "settled once"
    assert [event.action for event in history.read(registry, id)] == ["submitted", "identity_settled"]


def test_a_complement_answers_the_same_request_and_the_clock_starts_anew(registry: Connection) -> None:
    offer, who, first, second = draft(registry), moderator(registry), copy(registry), copy(registry)
    id = held(registry, offer, who, document=first)
    decisions.ask_more(registry, id, who, ["illisible", "capacite"], "Merci\u202f!", NOW)
    assert state(registry, id).standing == "incomplete"
    letter = letters(registry)[-1]
    assert "ne se lit pas bien" in letter
    assert "nombre d’enfants" in letter
    assert "Merci\u202f!" in letter
    assert "Ana" not in letter, "the moderator's name is not hers to know"

    later = NOW + 100 * HOUR
    assert asks(registry, offer, replace(AGREMENT, capacity=2), later, document=second, kind="change") == id
    answered = state(registry, id)
    assert (answered.standing, answered.capacity, answered.kind) == ("waiting", 2, "registration")
    assert answered.case.due_at == later + 72 * HOUR
    assert answered.document == second
    assert answered.case.held_by(NOW + HOUR) is None, "what the moderator looked at is not what stands there now"
    erased = registry.execute("select deleted_at from document where id = %s", [first]).fetchone()
    assert erased
    assert erased[0] is not None


def test_an_answer_without_a_document_keeps_the_one_that_is_there(registry: Connection) -> None:
    offer, who, document = draft(registry), moderator(registry), copy(registry)
    id = held(registry, offer, who, document=document)
    decisions.ask_more(registry, id, who, ["numero"], "", NOW)
    asks(registry, offer)
    assert state(registry, id).document == document


@pytest.mark.parametrize("proposed", [False, True])
def test_what_a_moderator_looks_at_is_not_changed_meanwhile(registry: Connection, proposed: bool) -> None:
    offer, who = draft(registry), moderator(registry)
    id = held(registry, offer, who)
    if proposed:
        decisions.refuse(registry, id, who, ["identite"], "", NOW)
    with pytest.raises(NotPossible):
        asks(registry, offer, replace(AGREMENT, capacity=6))
    assert state(registry, id).capacity == 3


def test_a_refusal_needs_a_second_pair_of_eyes(registry: Connection) -> None:
    offer, ana, bo, document = draft(registry), moderator(registry), moderator(registry, "Bo"), copy(registry)
    id = held(registry, offer, ana, document=document)
    decisions.refuse(registry, id, ana, ["non_conforme", "autre"], "La date est surchargée.", NOW)
    assert state(registry, id).standing == "second_opinion"
    assert state(registry, id).case.due_at == NOW + 72 * HOUR, "both looks have the same 72 hours"
    assert "surchargée" not in letters(registry)[-1], "she is not told a reason that may not stand"
    with pytest.raises(NotPossible):
        claims.claim(registry, AGREMENT_REQUEST, id, ana, NOW)
    assert claims.claim_next(registry, AGREMENT_REQUEST, ana, NOW) is None
    # Even with a claim that she should not have.
    registry.execute("update case_file set claimed_by = %s, claimed_until = %s where id = %s", [ana.id, NOW + HOUR, id])
    with pytest.raises(NotPossible):
        decisions.confirm_refusal(registry, id, ana, NOW)
    with pytest.raises(NotPossible):
        decisions.reject_refusal(registry, id, ana, "", NOW)
    registry.execute("update case_file set claimed_by = null, claimed_until = null where id = %s", [id])

    assert claims.claim_next(registry, AGREMENT_REQUEST, bo, NOW) == id
    decisions.confirm_refusal(registry, id, bo, NOW)
    assert state(registry, id).standing == "refused"
    letter = letters(registry)[-1]
    assert "n’est pas conforme" in letter
    assert "La date est surchargée." in letter
    assert not is_public(registry, offer)
    kept = registry.execute("select delete_after from document where id = %s", [document]).fetchone()
    assert kept == (NOW + timedelta(days=30),)

    again = asks(registry, offer)
    assert again != id, "after a refusal she may ask again"


def test_a_refusal_that_is_set_aside_goes_back_with_the_time_it_had(registry: Connection) -> None:
    offer, ana, bo = draft(registry), moderator(registry), moderator(registry, "Bo")
    id = held(registry, offer, ana)
    decisions.refuse(registry, id, ana, ["perime"], "", NOW)
    claims.claim(registry, AGREMENT_REQUEST, id, bo, NOW + 2 * HOUR)
    decisions.reject_refusal(registry, id, bo, "Il est en cours.", NOW + 2 * HOUR)
    back = state(registry, id)
    assert (back.standing, back.case.due_at) == ("waiting", NOW + 72 * HOUR)
    assert not any("Il est en cours." in letter for letter in letters(registry)), "that was for her colleagues"
    claims.claim(registry, AGREMENT_REQUEST, id, bo, NOW + 2 * HOUR)
    decisions.validate(registry, id, bo, NOW + 2 * HOUR)
    assert is_public(registry, offer)


def test_only_who_holds_it_decides_and_only_while_she_does(registry: Connection) -> None:
    offer, ana, bo = draft(registry), moderator(registry), moderator(registry, "Bo")
    id = asks(registry, offer)
    with pytest.raises(NotPossible, match="prenez-la"):
        decisions.validate(registry, id, ana, NOW)
    claims.claim(registry, AGREMENT_REQUEST, id, ana, NOW)
    with pytest.raises(NotPossible, match="Un autre modérateur"):
        decisions.validate(registry, id, bo, NOW)
    with pytest.raises(NotPossible, match="Un autre modérateur"):
        claims.claim(registry, AGREMENT_REQUEST, id, bo, NOW + timedelta(minutes=29))
    with pytest.raises(NotPossible, match="prenez-la"):
        decisions.validate(registry, id, ana, NOW + timedelta(minutes=30))
    claims.claim(registry, AGREMENT_REQUEST, id, bo, NOW + timedelta(minutes=30))
    with pytest.raises(NotPossible):
        decisions.ask_more(registry, id, ana, ["numero"], "", NOW + timedelta(minutes=31))
    assert not is_public(registry, offer)


def test_a_claim_can_be_prolonged_and_given_back(registry: Connection) -> None:
    ana, bo = moderator(registry), moderator(registry, "Bo")
    id = held(registry, draft(registry), ana)
    assert claims.claim(registry, AGREMENT_REQUEST, id, ana, NOW + HOUR / 3) == NOW + HOUR / 3 + claims.CLAIM
    claims.release(registry, AGREMENT_REQUEST, id, bo)
    assert state(registry, id).case.held_by(NOW) == ana.id, "nobody gives back what another one holds"
    claims.release(registry, AGREMENT_REQUEST, id, ana)
    claims.claim(registry, AGREMENT_REQUEST, id, bo, NOW)


def test_of_two_moderators_at_once_one_gets_it(registry: Connection, registry_url: str) -> None:
    ana, bo = moderator(registry), moderator(registry, "Bo")
    first, second = asks(registry, draft(registry)), asks(registry, draft(registry, "zoe@example.org"), now=NOW + HOUR)
    registry.commit()
    with database.connect(registry_url) as other:
        assert claims.claim_next(registry, AGREMENT_REQUEST, ana, NOW) == first
        assert claims.claim_next(other, AGREMENT_REQUEST, bo, NOW) == second, (
            "it passes over what another one is just taking"
        )
        registry.commit()
        with pytest.raises(NotPossible, match="Un autre modérateur"):
            claims.claim(other, AGREMENT_REQUEST, first, bo, NOW)


EVERY = ("validate", "ask_more", "refuse", "confirm_refusal", "reject_refusal")
ALLOWED = {"waiting": {"validate", "ask_more", "refuse"}, "second_opinion": {"confirm_refusal", "reject_refusal"}}


@pytest.mark.parametrize(
    "standing", ["pending", "waiting", "incomplete", "second_opinion", "validated", "refused", "withdrawn"]
)
def test_no_other_transition_than_those_of_the_state(registry: Connection, standing: str) -> None:
    offer, ana, bo = draft(registry), moderator(registry), moderator(registry, "Bo")
    id = asks(registry, offer, identity_ok=standing != "pending")
    if standing not in ("pending", "waiting", "withdrawn"):
        claims.claim(registry, AGREMENT_REQUEST, id, bo, NOW)
    match standing:
        case "incomplete":
            decisions.ask_more(registry, id, bo, ["numero"], "", NOW)
        case "validated":
            decisions.validate(registry, id, bo, NOW)
        case "second_opinion" | "refused":
            decisions.refuse(registry, id, bo, ["perime"], "", NOW)
            if standing == "refused":
                claims.claim(registry, AGREMENT_REQUEST, id, ana, NOW)
                decisions.confirm_refusal(registry, id, ana, NOW)
        case "withdrawn":
            assert requests.withdraw(registry, offer, NOW)
    assert state(registry, id).standing == standing
    # As if she held it: whatever the claim says, the state decides.
    registry.execute("update case_file set claimed_by = %s, claimed_until = %s where id = %s", [ana.id, NOW + HOUR, id])
    written = len(history.read(registry, id))
    for action in EVERY:
        if action in ALLOWED.get(standing, set()):
            continue
        more: dict[str, tuple[Any, ...]] = {
            "ask_more": (["numero"], ""),
            "refuse": (["perime"], ""),
            "reject_refusal": ("",),
        }
        with pytest.raises(NotPossible):
            getattr(decisions, action)(registry, id, ana, *more.get(action, ()), NOW)
    if standing not in ALLOWED:
        with pytest.raises(NotPossible):
            claims.claim(registry, AGREMENT_REQUEST, id, ana, NOW)
    assert state(registry, id).standing == standing
    assert len(history.read(registry, id)) == written


@pytest.mark.parametrize(
    ("action", "reasons", "comment"),
    [
        ("ask_more", [], "sans raison"),
        ("ask_more", ["retire"], ""),  # a reason of a refusal
        ("refuse", ["illisible"], ""),  # a reason to ask for more
        ("refuse", ["autre"], ""),  # which one?
        ("refuse", ["jamais-vu"], ""),
        ("refuse", ["perime"], "x" * 2001),
    ],
)
def test_a_letter_without_a_reason_is_not_written(
    registry: Connection, action: str, reasons: list[str], comment: str
) -> None:
    ana = moderator(registry)
    id = held(registry, draft(registry), ana)
    with pytest.raises(NotPossible):
        getattr(decisions, action)(registry, id, ana, reasons, comment, NOW)
    assert state(registry, id).standing == "waiting"
    assert len(letters(registry)) == 1


def test_she_may_take_it_back_and_ask_anew(registry: Connection) -> None:
    offer = draft(registry)
    id = asks(registry, offer)
    assert requests.withdraw(registry, offer, NOW)
    assert not requests.withdraw(registry, offer, NOW)
    assert requests.open_request(registry, offer) is None
    assert asks(registry, offer, now=NOW + HOUR) != id


def test_every_decision_stands_in_the_audit_log(registry: Connection) -> None:
    offer, ana, bo = draft(registry), moderator(registry), moderator(registry, "Bo")
    id = held(registry, offer, ana)
    decisions.ask_more(registry, id, ana, ["numero"], "", NOW)
    asks(registry, offer)
    claims.claim(registry, AGREMENT_REQUEST, id, ana, NOW)
    decisions.refuse(registry, id, ana, ["perime"], "", NOW)
    claims.claim(registry, AGREMENT_REQUEST, id, bo, NOW)
    decisions.confirm_refusal(registry, id, bo, NOW)
    lines = registry.execute(
        "select account, action, offer, detail from audit where offer = %s order by id", [offer]
    ).fetchall()
    assert [(line[0], line[1]) for line in lines] == [
        (ana.id, "request.asked_more"),
        (ana.id, "request.refusal_proposed"),
        (bo.id, "request.refused"),
    ]
    assert all(line[3] == {"request": str(id)} for line in lines)


def test_without_an_account_there_is_nobody_to_write_to(registry: Connection) -> None:
    offer = draft(registry)
    account = accounts.of_offer(registry, offer)
    assert account
    accounts.close(registry, account.id)
    assert state(registry, asks(registry, offer)).standing == "waiting"
    assert letters(registry) == []
