"""Civil identities, checked against the national identity system (docs/identity-service.md is its contract).

The NIR goes there and nowhere else: it is not kept, and neither it nor a name is in a log or an error.
"""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from registry import accounts, letters, remote
from registry.agrements import registrations, requests
from registry.database import Connection
from registry.offers.profiles import Identity, checks
from settings import Settings

log = logging.getLogger(__name__)

Answer = Literal["verified", "refused", "nir_needed", "away"]

ANSWERS: dict[str, Answer] = {"match": "verified", "no_match": "refused", "nir_needed": "nir_needed"}

MOST_AT_A_TIME = 200
"""Asked again in one run of the job, which comes back in a few minutes."""

AWAY_IN_A_ROW = 3
"""Then the run ends: the system is away, and not only unable to read one of the questions."""


def verify(settings: Settings, identity: Identity, nir: str | None) -> Answer:
    """What the national identity system says of a person; "away" when it says nothing now, for whatever reason.

    Takes twice `identity_timeout_s` and a moment at most; hold no transaction meanwhile. `nir`: 15 characters, spaces
    allowed; without it several persons of the same name, day and place of birth make "nir_needed".
    """
    if not settings.identity_url:
        return "away"
    question = {
        "last_name": identity.last_name,
        "first_names": identity.first_name,
        "birth_date": identity.birth_date.isoformat() if identity.birth_date else None,
        "birth_place": identity.birth_place,
    }
    if nir:
        question["nir"] = "".join(nir.split()).upper()
    url = f"{settings.identity_url.rstrip('/')}/v1/verifications"
    try:
        answer = remote.ask(
            "identity", "POST", url, settings.identity_timeout_s, body=question, token=settings.identity_token
        )
    except remote.Away:
        return "away"
    result = answer.get("result")
    if not isinstance(result, str) or result not in ANSWERS:
        log.error("identity: an answer that its contract does not know")
        return "away"
    return ANSWERS[result]


@dataclass(frozen=True)
class Waiting:
    """A person whose identity could not be checked when she gave it: in her registration, her profile, or both."""

    account: UUID
    registration: UUID | None
    identity_of: bytes | None
    offer: str | None
    identity: Identity


def check_pending(
    connect: Callable[[], AbstractContextManager[Connection]], settings: Settings, now: datetime
) -> dict[Answer, int]:
    """Ask again for those who wait, and tell them; returns how many got which answer. Each is settled by itself.

    `connect` gives a connection that commits at the end of its block. May run late, twice or at once with itself.
    """
    told: dict[Answer, int] = {}
    if not settings.identity_url:
        return told
    with connect() as conn:
        all_waiting = pending(conn)
    away = 0
    for waiting in all_waiting:
        answer = verify(settings, waiting.identity, None)
        told[answer] = told.get(answer, 0) + 1
        away = away + 1 if answer == "away" else 0
        if away == AWAY_IN_A_ROW:
            break
        if answer != "away":
            with connect() as conn:
                settle(conn, settings, waiting, answer, now)
    return told


def pending(conn: Connection) -> list[Waiting]:
    """Some of those who wait, in no order, so that nobody stands in the way of the others for ever."""
    found: list[Waiting] = []
    for account, offer, id, answers, identity_of in conn.execute(
        "select a.id, a.offer, r.id, r.answers, r.identity_of from registration r join account a on a.id = r.account"
        " where r.identity = 'pending' and a.closed_at is null order by random() limit %s",
        [MOST_AT_A_TIME],
    ):
        # What she has changed since is checked when she sends that page.
        if registrations.hash_of(answers) == identity_of:
            found.append(Waiting(account, id, identity_of, offer, checks.identity(answers)))
    seen = {waiting.account for waiting in found}
    for account, offer, *names in conn.execute(
        "select a.id, i.offer, i.first_name, i.last_name, i.birth_date, i.birth_place"
        " from am_identity i join account a on a.offer = i.offer and a.role = 'am'"
        " where i.checked = 'pending' and a.closed_at is null order by random() limit %s",
        [MOST_AT_A_TIME],
    ):
        if account not in seen:
            found.append(Waiting(account, None, None, offer, Identity(*names)))
    return found


def settle(conn: Connection, settings: Settings, waiting: Waiting, answer: Answer, now: datetime) -> bool:
    """Note the answer, let her request go on to the moderators, and write to her; False when she was quicker.

    Refused, or one of several of her name: she has to give it again, as her NIR was not kept. The caller commits.
    """
    state = {"verified": "verified", "refused": "refused", "nir_needed": "unchecked"}[answer]
    changed = conn.execute(
        "update registration set identity = %s where id = %s and identity = 'pending' and identity_of = %s",
        [state, waiting.registration, waiting.identity_of],
    ).rowcount
    if waiting.offer is not None:
        identity = waiting.identity
        changed += conn.execute(
            "update am_identity set checked = %s, checked_at = %s where offer = %s and checked = 'pending'"
            " and (first_name, last_name) = (%s, %s) and birth_date is not distinct from %s"
            " and birth_place is not distinct from %s",
            [
                *(state, now, waiting.offer, identity.first_name, identity.last_name),
                *(identity.birth_date, identity.birth_place),
            ],
        ).rowcount
    account = accounts.by_id(conn, waiting.account)
    if not changed or account is None:
        return False
    if answer == "verified" and waiting.offer is not None and requests.identity_settled(conn, waiting.offer, now):
        return True  # which has told her
    link = f"{settings.site_url.rstrip('/')}/connexion?suite=/inscription"
    letters.queue(conn, account.mail, "identity/settled", {"answer": answer, "link": link})
    return True
