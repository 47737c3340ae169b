"""The mails that tell an assistant maternel where her request stands.

Each tells what she needs for her next step and names nobody else; the subject, which a stranger may see on her
telephone, tells nothing at all.
"""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from registry import accounts
from registry.casework import letters
from registry.database import Connection
from settings import get_settings

Name = Literal[
    "received",
    "identity_pending",
    "incomplete",
    "second_look",
    "look_goes_on",
    "validated",
    "validated_later",
    "validated_hidden",
    "effective",
    "refused",
    "withdrawn",
]


def send(
    conn: Connection,
    request: UUID,
    offer: str,
    name: Name,
    *,
    due: datetime | None = None,
    starts: date | None = None,
    reasons: str = "",
    clamped: bool = False,
) -> bool:
    """Queue this letter to the account of the offer; False when there is none to write to.

    It is written in the transaction of what it tells: what parents see is read as it stands there.
    """
    account = accounts.of_offer(conn, offer)
    if account is None:
        return False
    publication, public = conn.execute(
        "select o.publication, is_public(o) from offer o where o.id = %s", [offer]
    ).fetchall()[0]
    values = {
        "due": due,
        "starts": starts,
        "reasons": reasons,
        "clamped": clamped,
        "site": get_settings().site_url.rstrip("/"),
        "publication": publication,
        "public": public,
    }
    return letters.send(conn, request, account.mail, f"requests/{name}", values)
