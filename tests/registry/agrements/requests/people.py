"""An assistant maternel who asks, and the moderators who answer."""

from datetime import date, datetime
from uuid import UUID

from registry import accounts
from registry.accounts import Account
from registry.agrements import requests
from registry.database import Connection
from registry.offers import profiles
from registry.offers.profiles import Agrement, Home, Identity
from tests.conftest import TODAY
from tests.rooms import NOW

AGREMENT = Agrement("44", "044-2024-0117", date(2024, 3, 1), date(2029, 2, 28), 3, 0, 72, "")


def draft(conn: Connection, mail: str = "lea@example.org") -> str:
    """A profile that was never validated, with a home in Nantes and an account; returns its id."""
    offer = profiles.create(conn, fictitious=True, name="Léa M.")
    profiles.save_identity(conn, offer, Identity("Léa", "Morvan", date(1985, 5, 2), "44109"))
    conn.execute("update am_identity set checked = 'verified' where offer = %s", [offer])
    profiles.save_home(
        conn,
        offer,
        Home("3 rue des Mouettes", "rue des Mouettes", "44300", "44109", 47.2173, -1.5534, None, None, "zone"),
    )
    accounts.create(conn, mail, "am", offer=offer)
    return offer


def moderator(conn: Connection, name: str = "Ana") -> Account:
    return accounts.create(conn, f"{name.lower()}@moderation.example.org", "moderator", name=name)


def copy(conn: Connection, pages: int = 1) -> UUID:
    """The copy of an agrément, as far as a request knows of it."""
    row = conn.execute(
        "insert into document (media_type, pages) values ('image/jpeg', %s) returning id", [pages]
    ).fetchall()[0]
    document: UUID = row[0]
    return document


def asks(
    conn: Connection,
    offer: str,
    agrement: Agrement = AGREMENT,
    now: datetime = NOW,
    *,
    document: UUID | None = None,
    identity_ok: bool = True,
    kind: requests.Kind = "registration",
) -> UUID:
    return requests.submit(conn, offer, kind, agrement, document, now, identity_ok=identity_ok)


def is_public(conn: Connection, offer: str) -> bool:
    return bool(conn.execute("select is_public(o) from offer o where id = %s", [offer]).fetchall()[0][0])


def letters(conn: Connection, recipient: str = "lea@example.org") -> list[str]:
    """The mails that wait for somebody, the oldest first."""
    return [
        row[0]
        for row in conn.execute("select body from mail_outbox where recipient = %s order by queued_at, id", [recipient])
    ]


assert AGREMENT.ends_on > TODAY
