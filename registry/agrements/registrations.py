"""The registration of an assistant maternel: a draft that is kept page by page, then sent to the moderators.

    1 identification ── verified, or pending while the identity system is away
    2 profile: 2a agrément and its copy · 2b ways of minding · 2c address, contact, and what is shown
    3 summary ── submit: the profile is written, the request is the moderators'
    4 validation

What she typed is kept as she typed it, good or not, so that going back and forth, or to another device, loses
nothing; whether a page is right is worked out anew each time. The NIR is the exception: no page keeps it, and what
looks like one in any other field is blanked out.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from psycopg.types.json import Jsonb

from domain import civil
from domain.scales import Scales
from registry import letters, nir
from registry.accounts import Account, links
from registry.agrements import requests
from registry.database import Connection
from registry.offers import profiles
from registry.offers.profiles import checks, placing, typed
from registry.scales import current_scales
from settings.keys import Keys

(PURPOSE,) = links.RESUMING

PAGES: dict[str, tuple[str, ...]] = {
    "1": checks.IDENTITY,
    "2a": checks.AGREMENT,
    "2b": (*checks.PROFILE, "mam_ou"),
    "2c": (*checks.HOME, *checks.CONTACT, "repere"),
}
"""The pages that are filled in, and their fields. The NIR is no field that is kept."""

FOUND = (
    *("lieu_naissance_code", "lieu_naissance_nom", "commune_code", "commune_nom", "mam_nom"),
    *("street_lat", "street_lon", "place_par"),
)
"""What is kept beside the fields: what they were found to mean."""

STEPS = {"1": 1, "2a": 2, "2b": 2, "2c": 2, "3": 3, "4": 4}

COPY_MISSING = "Ajoutez la copie de votre agrément\u00a0: une photo lisible de chaque page, ou un PDF."
IDENTITY_REFUSED = (
    "Ces renseignements ne correspondent à personne dans le système national d’identité. Corrigez-les d’après votre"
    " pièce d’identité et votre carte Vitale\u00a0: nom de naissance, tous vos prénoms, date et lieu de naissance,"
    " numéro. Les chiffres 6 à 10 de ce numéro sont le code du lieu de naissance\u00a0: vous pouvez l’écrire à sa"
    " place."
)
NIR_NEEDED = (
    "Plusieurs personnes portent ce nom et sont nées ce jour-là\u00a0: redonnez votre numéro de sécurité sociale,"
    " que nous ne gardons pas."
)


class NotComplete(Exception):
    """Something is missing; `page` is the first page to go back to."""

    def __init__(self, page: str) -> None:
        super().__init__(page)
        self.page = page


@dataclass(frozen=True)
class Registration:
    """`step`: the furthest that was reached; `desk`: the relais at whose desk it is filled in, if it is.

    `identity`: unchecked, pending, verified or refused, of the identity whose hash is `identity_of`.
    """

    id: UUID
    account: UUID
    answers: dict[str, str] = field(repr=False)
    step: int
    identity: str
    identity_of: bytes | None = field(repr=False)
    document: UUID | None
    desk: UUID | None
    confirmed_at: datetime | None
    submitted_at: datetime | None

    @property
    def identified(self) -> bool:
        """Whether the identity that is written now was found good, or is still to be asked for."""
        return self.identity in ("pending", "verified") and self.identity_of == hash_of(self.answers)


_COLUMNS = "id, account, answers, step, identity, identity_of, document, desk, confirmed_at, submitted_at"


def start_for(conn: Connection, account: Account, desk: Account | None = None) -> Registration:
    """Her registration, begun now if there is none. What is known of her already (an older profile) is filled in."""
    known: dict[str, str] = {"courriel": account.mail}
    if account.offer is not None:
        held = profiles.read(conn, account.offer)
        given = {name: value for name, value in checks.values_of(held).items() if value}
        known |= {name: value for name, value in given.items() if any(name in fields for fields in PAGES.values())}
        if known.get("nom_affiche") == profiles.UNNAMED:
            del known["nom_affiche"]
    conn.execute(
        "insert into registration (account, answers, desk) values (%s, %s, %s) on conflict (account) do nothing",
        [account.id, Jsonb(known), desk and desk.id],
    )
    return _all(conn, "account", account.id, locked=False)[0]


def of_account(conn: Connection, account: UUID, *, locked: bool = False) -> Registration | None:
    return _one(conn, "account", account, locked)


def read(conn: Connection, id: UUID, *, locked: bool = False) -> Registration | None:
    """`locked`: until the end of the transaction nobody else writes it."""
    return _one(conn, "id", id, locked)


def save(conn: Connection, registration: Registration, page: str, values: Mapping[str, str], now: datetime) -> None:
    """Keep what stands on a page, right or wrong; fields of other pages, and the NIR, are not taken from it."""
    kept = {
        name: nir.without(values.get(name, ""))[: checks.LONGEST_PROJECT * 2]
        for name in (*PAGES[page], *FOUND)
        if name in PAGES[page] or name in values
    }
    conn.execute(
        "update registration set answers = answers || %s, step = greatest(step, %s), updated_at = %s where id = %s",
        [Jsonb(kept), STEPS[page], now, registration.id],
    )


def save_copy(conn: Connection, registration: Registration, document: UUID, now: datetime) -> None:
    """The copy of the agrément (registry.agrements.documents); it takes the place of the one before."""
    conn.execute(
        "update registration set document = %s, updated_at = %s where id = %s", [document, now, registration.id]
    )


def save_identity_answer(
    conn: Connection, registration: Registration, values: Mapping[str, str], answer: str, now: datetime
) -> str:
    """Note what the identity system said of this identity (registry.agrements.identity.Answer); returns the state it
    leaves."""
    state = {"verified": "verified", "refused": "refused", "away": "pending"}.get(answer, "unchecked")
    conn.execute(
        "update registration set identity = %s, identity_of = %s, updated_at = %s where id = %s",
        [state, hash_of(values), now, registration.id],
    )
    return state


def reached(conn: Connection, registration: Registration, step: int) -> None:
    conn.execute("update registration set step = greatest(step, %s) where id = %s", [step, registration.id])


def hash_of(values: Mapping[str, str]) -> bytes:
    """Of a civil identity as it is typed: another one has to be checked again. The NIR is not part of it."""
    parts = [" ".join(typed.text(values, name).casefold().split()) for name in checks.IDENTITY]
    return hashlib.sha256(json.dumps(parts).encode()).digest()


def errors_of(registration: Registration, page: str, scales: Scales, today: date) -> dict[str, str]:
    """What is wrong on a page as it is kept."""
    return page_errors(page, registration.answers, scales, today) | (
        {"copie": COPY_MISSING} if page == "2a" and registration.document is None else {}
    )


def page_errors(page: str, values: Mapping[str, str], scales: Scales, today: date) -> dict[str, str]:
    """What is wrong with the fields of a page, whose places are resolved; `values` hold the other pages' too."""
    match page:
        case "1":
            return checks.identity_errors(values, today)
        case "2a":
            return checks.agrement_errors(values, scales, today)
        case "2b":
            return checks.profile_errors(values, scales, today)
        case "2c":
            return checks.home_errors(values, today) | checks.contact_errors(values, today)
    raise ValueError("no such page")


def missing(registration: Registration, scales: Scales, today: date) -> list[str]:
    """The pages that are not right yet, in order."""
    return [
        page
        for page in PAGES
        if (page == "1" and not registration.identified) or errors_of(registration, page, scales, today)
    ]


def resume_link(conn: Connection, keys: Keys, registration: Registration, now: datetime) -> tuple[str, datetime]:
    """A token that leads to this registration on another device, by way of a code, and until when at the latest.

    It ends sooner with the registration's submission, a sign-out, or a change of the account's address.
    """
    expires_at = now + current_scales(conn).duration("registration_link_days", civil.day(now))
    token = links.create(conn, keys, PURPOSE, expires_at, account=registration.account)
    return token, expires_at


def mail_resume_link(
    conn: Connection,
    keys: Keys,
    site_url: str,
    registration: Registration,
    address: str,
    now: datetime,
    *,
    once: bool = False,
) -> None:
    """Mail that link; `once`: not if one was mailed for this registration before."""
    token, expires_at = resume_link(conn, keys, registration, now)
    letters.queue(
        conn,
        address,
        "registration/resume",
        {"site": site_url.rstrip("/"), "token": token, "until": civil.day(expires_at)},
        key=f"registration {registration.id} resume" if once else None,
        expires_at=expires_at,
    )


def submit(conn: Connection, registration: Registration, today: date, now: datetime, *, fictitious: bool) -> str:
    """Write her profile and send it to the moderators; returns her offer, a draft until one has validated it.

    Raises NotComplete while a page is not right, and registry.agrements.requests.NotPossible while one of hers is
    looked at. One that was filled in at a relais's desk is submitted once she has confirmed it (`confirmed_at`).
    """
    incomplete = missing(registration, current_scales(conn), today)
    if incomplete:
        raise NotComplete(incomplete[0])
    if registration.desk is not None and registration.confirmed_at is None:
        raise NotComplete("3")
    values = registration.answers
    told = checks.profile(values)
    offer = _offer(conn, registration, told.name, fictitious=fictitious)
    write_identity(conn, offer, registration, now)
    profiles.save_profile(conn, offer, told)
    profiles.save_contact(conn, offer, checks.contact(values))
    # Last: without a home the triggers derive nothing, so that the offer is written once.
    profiles.save_home(conn, offer, placing.home(conn, values))
    requests.submit(
        conn,
        offer,
        "registration",
        checks.agrement(values),
        registration.document,
        now,
        identity_ok=registration.identity == "verified",
    )
    conn.execute("update registration set submitted_at = %s, step = 4 where id = %s", [now, registration.id])
    links.end(conn, registration.account, links.RESUMING)
    return offer


def write_identity(conn: Connection, offer: str, registration: Registration, now: datetime) -> None:
    """Her civil identity, and what the identity system said of it."""
    profiles.save_identity(conn, offer, checks.identity(registration.answers))
    conn.execute(
        "update am_identity set checked = %s, checked_at = %s where offer = %s", [registration.identity, now, offer]
    )


def confirm(conn: Connection, registration: Registration, now: datetime) -> None:
    """She confirms what was filled in at a relais's desk; then it may be submitted."""
    conn.execute(
        "update registration set confirmed_at = %s where id = %s and confirmed_at is null", [now, registration.id]
    )


def purge(conn: Connection, now: datetime) -> int:
    """Delete the drafts that nobody has gone on with for so long; returns how many."""
    kept = current_scales(conn).duration("registration_draft_days", civil.day(now))
    return conn.execute(
        "delete from registration where submitted_at is null and updated_at < %s", [now - kept]
    ).rowcount


def _offer(conn: Connection, registration: Registration, name: str, *, fictitious: bool) -> str:
    row = conn.execute("select offer from account where id = %s for update", [registration.account]).fetchall()[0]
    if row[0] is not None:
        return str(row[0])
    offer = profiles.create(conn, fictitious=fictitious, name=name)
    conn.execute("update account set offer = %s where id = %s", [offer, registration.account])
    return offer


def _one(conn: Connection, column: str, value: UUID, locked: bool) -> Registration | None:
    return next(iter(_all(conn, column, value, locked)), None)


def _all(conn: Connection, column: str, value: UUID, locked: bool) -> list[Registration]:
    query = f"select {_COLUMNS} from registration where {column} = %s{' for update' if locked else ''}"
    return [Registration(*row) for row in conn.execute(query, [value])]
