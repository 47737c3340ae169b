"""The check of an identity, against the reference service: what it answers, and what happens while it is away."""

import csv
import logging
import re
import time
from datetime import date

import pytest

from registry import nir, remote
from registry.agrements import identity
from registry.offers.profiles import Identity
from settings import Settings
from tests.conftest import ROOT, wait_for
from tests.registry.agrements.identity.conftest import Service

MARIE = Identity("Marie Claire", "Exemple", date(1979, 4, 17), "44109")
MARIE_NIR = "2 79 04 44 109 980 64"
SOPHIE = Identity("Sophie", "Homonyme", date(1980, 1, 1), "44109")
CORSICAN = Identity("Maria Ghjulia", "Inventata", date(1981, 2, 14), "2A004")


@pytest.fixture
def settings(identity_service: Service) -> Settings:
    return Settings(identity_url=identity_service.url, identity_timeout_s=0.5)


def test_what_it_answers(settings: Settings) -> None:
    assert identity.verify(settings, MARIE, MARIE_NIR) == "verified"
    assert identity.verify(settings, MARIE, None) == "verified", "the only one of her name"
    assert identity.verify(settings, Identity("marie", "EXEMPLE", MARIE.birth_date, "44109"), MARIE_NIR) == "verified"
    assert identity.verify(settings, MARIE, "285114418498156") == "refused", "the number of another"
    assert identity.verify(settings, Identity("Marie", "Autre", MARIE.birth_date, "44109"), None) == "refused"
    assert identity.verify(settings, Identity("Marie", "Exemple", date(1979, 4, 18), "44109"), None) == "refused"
    assert identity.verify(settings, CORSICAN, "281022A00498469") == "verified"
    assert identity.verify(settings, SOPHIE, None) == "nir_needed"
    assert identity.verify(settings, SOPHIE, "280014410999153") == "verified"


def test_none_at_hand_is_away() -> None:
    assert identity.verify(Settings(identity_url=""), MARIE, MARIE_NIR) == "away"


def test_a_slow_one_is_given_up_in_time(settings: Settings, identity_service: Service) -> None:
    identity_service.away("slow")
    begun = time.monotonic()
    assert identity.verify(settings, MARIE, None) == "away"
    took = time.monotonic() - begun
    assert 2 * settings.identity_timeout_s <= took < 2 * settings.identity_timeout_s + 1, "tried twice"


def test_it_is_left_alone_while_it_is_away_and_asked_again_after(
    settings: Settings, identity_service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "REST_S", 0.5)
    identity_service.stop()
    answers = [identity.verify(settings, MARIE, None) for _ in range(3)]
    assert answers == ["away"] * 3
    circuit = remote.breaker("identity", f"{settings.identity_url}/v1/verifications")
    assert circuit.current_state == "open"
    begun = time.monotonic()
    assert identity.verify(settings, MARIE, None) == "away"
    assert time.monotonic() - begun < 0.05, "nobody is asked"
    identity_service.start()
    wait_for(lambda: identity.verify(settings, MARIE, None) == "verified", what="the service's return")
    assert circuit.current_state == "closed"


def test_a_refused_token_is_told_to_the_operator_and_leaves_the_circuit_closed(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """So does any question that the service does not understand: one person's must not stop the others'."""
    nameless = Identity("", "Exemple", date(1979, 4, 17), "44109")
    for _ in range(remote.FAILURES_IN_A_ROW + 1):
        assert identity.verify(settings, nameless, None) == "away"
    assert "status 422" in caplog.text
    assert identity.verify(settings, MARIE, None) == "verified"


def test_nothing_of_a_person_is_in_a_log(
    settings: Settings, identity_service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        identity.verify(settings, MARIE, MARIE_NIR)
        identity.verify(settings, Identity("", "Exemple", MARIE.birth_date, "44109"), MARIE_NIR)
        identity_service.away(True)
        identity.verify(settings, MARIE, MARIE_NIR)
        identity_service.stop()
        for _ in range(4):
            identity.verify(settings, MARIE, MARIE_NIR)
    ours = [record for record in caplog.records if record.name != "asyncio"]
    assert ours, "there is a log to look at"
    text = "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in ours).casefold()
    for private in ("marie", "exemple", "1979", "44109", MARIE_NIR, MARIE_NIR.replace(" ", "")):
        assert private not in text


def test_the_contract_shows_the_people_that_the_reference_knows() -> None:
    contract = (ROOT / "docs/identity-service.md").read_text("utf-8")
    with (ROOT / "local/reference/identities.csv").open(encoding="utf-8", newline="") as file:
        known = list(csv.DictReader(file))
    assert known
    for person in known:
        born = date.fromisoformat(person["birth_date"])
        assert nir.error(person["nir"], born) is None
        number = re.sub(r"^(.)(..)(..)(..)(...)(...)(..)$", r"\1 \2 \3 \4 \5 \6 \7", person["nir"])
        names = f"{person['first_names']} | {person['last_name']}"
        assert f"| {names} | {born:%d/%m/%Y} | {person['birth_place']} | {number} |" in contract
