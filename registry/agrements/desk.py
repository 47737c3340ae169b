"""Registration at a relais's desk: begun there with an assistant maternel, confirmed by herself.

She confirms by a link that is mailed to her, or by a code that the relais prints and she types where she wants. Both
work once, and only for `desk_confirmation_days`. Until then nothing is sent to the moderators.
"""

import secrets
from datetime import date, datetime
from uuid import UUID

from domain import civil
from registry import accounts, ids, letters
from registry.accounts import Account, audit, links
from registry.agrements import registrations
from registry.agrements.registrations import Registration
from registry.database import Connection
from registry.scales import current_scales
from settings.keys import Keys

LINK, CODE = "desk_confirmation", "desk_code"
CODE_LENGTH = 10
"""Of the alphabet of ids: 50 bits, which nobody guesses in a month."""

OTHER_ROLE = "Cette adresse mail est celle d’un autre compte du site\u00a0: demandez-lui son adresse à elle."
HAS_ACCOUNT = (
    "Un compte existe déjà avec cette adresse mail. Elle se connecte elle-même avec le code qu’elle reçoit par mail,"
    " ici ou chez elle, et retrouve son inscription."
)


class Taken(Exception):
    """This mail is somebody's already; `sentence` is French."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def begin(conn: Connection, relais: Account, address: str, *, site_url: str) -> Registration:
    """The registration of this mail's owner at this desk, begun now or gone on with; she is told. Raises Taken."""
    known = accounts.by_mail(conn, address)
    if known is not None:
        if known.role != "am":
            raise Taken(OTHER_ROLE)
        found = registrations.of_account(conn, known.id)
        if found is None or found.desk != relais.id or found.confirmed_at or found.submitted_at:
            raise Taken(HAS_ACCOUNT)
        return found
    account = accounts.create(conn, address, "am")
    letters.queue(conn, address, "registration/desk_begun", {"site": site_url.rstrip("/")})
    audit.note(conn, relais, "desk.begin", None, ["mail"])
    return registrations.start_for(conn, account, desk=relais)


def release(conn: Connection, owner: Account) -> bool:
    """She has signed in herself: what she enters from now on is hers alone, and no relais reads or writes it any more.

    So a relais that began a registration for an address whose owner never came learns nothing of her. True when there
    was one.
    """
    return (
        conn.execute(
            "update registration set desk = null where account = %s and desk is not null and confirmed_at is null"
            " and submitted_at is null",
            [owner.id],
        ).rowcount
        == 1
    )


def waiting(conn: Connection, relais: Account) -> list[tuple[UUID, str, datetime, int]]:
    """Those of this desk that are not confirmed: id, mail, day of the last change, furthest step; the newest first."""
    return [
        (id, address, at, step)
        for id, address, at, step in conn.execute(
            "select r.id, a.mail, r.updated_at, r.step from registration r join account a on a.id = r.account"
            " where r.desk = %s and r.confirmed_at is null and r.submitted_at is null and a.closed_at is null"
            " order by r.updated_at desc",
            [relais.id],
        )
    ]


def mail_link(
    conn: Connection, keys: Keys, site_url: str, registration: Registration, owner: Account, now: datetime
) -> None:
    """Mail her the link by which she confirms; the ones before are good no more."""
    until = _until(conn, now)
    _forget(conn, registration, LINK)
    token = links.create(conn, keys, LINK, until, account=owner.id, payload={"registration": str(registration.id)})
    values = {
        "link": f"{site_url.rstrip('/')}/inscription/confirmer?jeton={token}",
        "until": civil.day(until),
    }
    letters.queue(conn, owner.mail, "registration/desk", values, expires_at=until)


def printed_code(
    conn: Connection, keys: Keys, registration: Registration, owner: Account, now: datetime
) -> tuple[str, date]:
    """A code for her paper, and the last day it works; shown this once, the ones before are good no more."""
    until = _until(conn, now)
    _forget(conn, registration, CODE)
    code = "".join(secrets.choice(ids.ALPHABET) for _ in range(CODE_LENGTH))
    links.create(
        conn,
        keys,
        CODE,
        until,
        account=owner.id,
        payload={"registration": str(registration.id), "code": _digests(keys, code)[0]},
    )
    return code, civil.day(until)


def of_link(conn: Connection, keys: Keys, token: str, now: datetime) -> Registration | None:
    """What a mailed link would confirm; looking at it uses nothing up."""
    link = links.peek(conn, keys, LINK, token, now)
    return _open(conn, UUID(link.payload["registration"])) if link else None


def confirm_by_link(
    conn: Connection, keys: Keys, token: str, now: datetime, *, fictitious: bool
) -> Registration | None:
    """She confirms; it goes to the moderators. None for a link that is over. Raises registrations.NotComplete."""
    link = links.use(conn, keys, LINK, token, now)
    return _confirm(conn, UUID(link.payload["registration"]), now, fictitious) if link else None


def confirm_by_code(conn: Connection, keys: Keys, code: str, now: datetime, *, fictitious: bool) -> Registration | None:
    """The same by a printed code; case, blanks and hyphens do not matter. Count tries before (throttle)."""
    row = conn.execute(
        "update link set used_at = %s where purpose = %s and payload ->> 'code' = any (%s) and used_at is null"
        " and expires_at > %s returning payload ->> 'registration'",
        [now, CODE, _digests(keys, code), now],
    ).fetchone()
    return _confirm(conn, UUID(row[0]), now, fictitious) if row else None


def _confirm(conn: Connection, id: UUID, now: datetime, fictitious: bool) -> Registration | None:
    registration = _open(conn, id)
    owner = accounts.by_id(conn, registration.account) if registration else None
    if registration is None or owner is None:
        return None
    registrations.confirm(conn, registration, now)
    confirmed = registrations.read(conn, id)
    assert confirmed is not None  # noqa: S101 - locked above
    offer = registrations.submit(conn, confirmed, civil.day(now), now, fictitious=fictitious)
    letters.queue(conn, owner.mail, "registration/desk_confirmed", {}, key=f"desk confirmed {id}")
    audit.note(conn, owner, "desk.confirmed", offer)
    return confirmed


def _open(conn: Connection, id: UUID) -> Registration | None:
    found = registrations.read(conn, id, locked=True)
    return found if found and found.desk and not found.confirmed_at and not found.submitted_at else None


def _forget(conn: Connection, registration: Registration, purpose: str) -> None:
    conn.execute(
        "delete from link where purpose = %s and payload ->> 'registration' = %s", [purpose, str(registration.id)]
    )


def _until(conn: Connection, now: datetime) -> datetime:
    return now + current_scales(conn).duration("desk_confirmation_days", civil.day(now))


def _digests(keys: Keys, code: str) -> list[str]:
    """Under every key, the newest first."""
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    # As it is misread on paper: the alphabet has none of these letters.
    plain = plain.translate(str.maketrans("oil", "011"))
    return [made.hex() for made in keys.digests("desk code", plain)]
