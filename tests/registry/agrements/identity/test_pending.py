"""Those whose identity could not be checked when they gave it: asked for again, and told."""

from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from registry import accounts, database, remote
from registry.accounts import Account
from registry.agrements import identity, registrations, requests
from registry.database import Connection
from registry.offers import profiles
from registry.offers.profiles import Agrement, Identity
from settings import Settings
from tests.registry.agrements.identity.conftest import Service
from tests.rooms import NOW

MARIE = {
    **{"prenom": "Marie Claire", "nom": "Exemple", "naissance": "17/04/1979", "lieu_naissance": "Nantes"},
    "lieu_naissance_code": "44109",
}
NOBODY = MARIE | {"nom": "Inconnue"}
SOPHIE = MARIE | {"prenom": "Sophie", "nom": "Homonyme", "naissance": "01/01/1980"}


@pytest.fixture
def settings(identity_service: Service, registry_url: str) -> Settings:
    return Settings(
        identity_url=identity_service.url,
        identity_timeout_s=1,
        database_url=registry_url,
        secret_key="a key as long as one has to be at least",  # noqa: S106
    )


def draft(url: str, mail: str, answers: dict[str, str]) -> Account:
    """A registration that was left while the system was away."""
    with database.connect(url) as conn:
        account = accounts.create(conn, mail, "am")
        conn.execute(
            "insert into registration (account, answers, identity, identity_of) values (%s, %s, 'pending', %s)",
            [account.id, Jsonb(answers), registrations.hash_of(answers)],
        )
        return account


def run(settings: Settings) -> dict[Any, int]:
    def connect() -> AbstractContextManager[Connection]:
        return database.connect(settings.database_url)

    return identity.check_pending(connect, settings, NOW)


def mails(conn: Connection, recipient: str) -> list[tuple[str, str]]:
    return [
        (row[0], row[1])
        for row in conn.execute("select subject, body from mail_outbox where recipient = %s", [recipient])
    ]


def state(conn: Connection, account: Account) -> str:
    return str(conn.execute("select identity from registration where account = %s", [account.id]).fetchall()[0][0])


def test_each_is_asked_for_again_and_told_once(settings: Settings, registry: Connection, registry_url: str) -> None:
    marie = draft(registry_url, "marie@example.org", MARIE)
    nobody = draft(registry_url, "nobody@example.org", NOBODY)
    sophie = draft(registry_url, "sophie@example.org", SOPHIE)
    assert run(settings) == {"verified": 1, "refused": 1, "nir_needed": 1}
    assert run(settings) == {}
    assert [state(registry, each) for each in (marie, nobody, sophie)] == ["verified", "refused", "unchecked"]
    for account in (marie, nobody, sophie):
        ((subject, body),) = mails(registry, account.mail)
        assert "/inscription" in body
        for private in ("Exemple", "Inconnue", "Homonyme", "Sophie", "1979"):
            assert private not in subject + body


def test_while_it_is_away_they_wait(
    settings: Settings, registry: Connection, registry_url: str, identity_service: Service
) -> None:
    marie = draft(registry_url, "marie@example.org", MARIE)
    identity_service.away(True)
    assert run(settings) == {"away": 1}
    assert (state(registry, marie), mails(registry, marie.mail)) == ("pending", [])
    registry.rollback()
    identity_service.away(False)
    remote.breaker.cache_clear()
    assert run(settings) == {"verified": 1}


def test_a_request_that_waited_is_the_moderators_then(settings: Settings, registry: Connection) -> None:
    offer = profiles.create(registry, fictitious=True)
    account = accounts.create(registry, "marie@example.org", "am", offer=offer)
    profiles.save_identity(registry, offer, Identity("Marie Claire", "Exemple", date(1979, 4, 17), "44109"))
    registry.execute("update am_identity set checked = 'pending'")
    agrement = Agrement("44", "044-2024-1", date(2024, 1, 1), date(2028, 12, 31), 3, 0, 72, "")
    requests.submit(registry, offer, "registration", agrement, None, datetime.now(UTC), identity_ok=False)
    registry.commit()
    assert run(settings) == {"verified": 1}
    assert registry.execute("select checked from am_identity").fetchall() == [("verified",)]
    standing = requests.open_request(registry, offer)
    assert standing is not None
    assert (standing.standing, standing.case.submitted_at) == ("waiting", NOW)
    told = [body for _, body in mails(registry, account.mail)]
    assert told, "she is told that the moderators have it"


def test_who_changed_her_name_meanwhile_is_left_as_she_is(
    settings: Settings, registry: Connection, registry_url: str
) -> None:
    marie = draft(registry_url, "marie@example.org", MARIE)
    (waiting,) = identity.pending(registry)
    registry.execute("update registration set identity_of = %s", [registrations.hash_of(NOBODY)])
    assert not identity.settle(registry, settings, waiting, "verified", NOW)
    assert (state(registry, marie), mails(registry, marie.mail)) == ("pending", [])
