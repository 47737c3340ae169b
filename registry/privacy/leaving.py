"""An assistant maternel leaves: she asks, confirms by a mailed link, and what is private of her is erased.

Callers commit.
"""

from datetime import datetime, timedelta

from domain import civil
from registry import accounts, letters
from registry.accounts import Account, audit, links
from registry.agrements.movements import applying
from registry.database import Connection
from registry.intake import runs
from registry.scales import current_scales
from settings.keys import Keys

(PURPOSE,) = links.LEAVING

LIFE = timedelta(days=2)
"""Of the link; it ends sooner with a change of the address, and when all devices are signed out."""

CLOSED_NAME = "Profil fermé"


def ask(conn: Connection, keys: Keys, account: Account, now: datetime, *, site_url: str) -> None:
    """Mail the link that confirms it; nothing is erased yet, and the links before are good no more."""
    links.end(conn, account.id, links.LEAVING)
    token = links.create(conn, keys, PURPOSE, now + LIFE, account=account.id)
    values = {"site": site_url.rstrip("/"), "token": token, "until": civil.day(now + LIFE)}
    letters.queue(conn, account.mail, "privacy/leaving", values, expires_at=now + LIFE)


def of_link(conn: Connection, keys: Keys, token: str, now: datetime) -> Account | None:
    """Whose leaving a link confirms; looking at it uses nothing up."""
    link = links.peek(conn, keys, PURPOSE, token, now)
    return accounts.by_id(conn, link.account) if link and link.account else None


def confirm(conn: Connection, keys: Keys, token: str, now: datetime) -> bool:
    """She leaves. False for a link that is over; of two at once, one does it."""
    link = links.use(conn, keys, PURPOSE, token, now)
    account = accounts.by_id(conn, link.account) if link and link.account else None
    if account is None:
        return False
    leave(conn, account, now)
    return True


def leave(conn: Connection, account: Account, now: datetime) -> None:
    """She leaves for good: her account and her profile are closed, every private row of hers is erased, and she and
    the relais of her commune are told.

    What stays: the closed offer, without a word of hers, whose id is never given again; the audit log, which holds
    names of facts and no values; the mail that tells her, until it has had its time; and the movements of her agrément,
    which are the département's, as it sent them (`forget_names` says until when). They no longer lead to the offer.
    """
    offer = account.offer
    relais, about = _relais(conn, offer) if offer is not None else ([], {})
    if offer is not None:
        _forget_offer(conn, offer)
    conn.execute(
        "delete from document d where d.account = %s or d.id in (select document from registration where account = %s)",
        [account.id, account.id],
    )
    for table in ("registration", "challenge", "link", "lost_mailbox"):
        conn.execute(f"delete from {table} where account = %s", [account.id])
    runs.forget_person(conn, account.id, offer, account.mail)
    conn.execute("delete from sign_in_code where mail = %s", [account.mail])
    conn.execute("delete from alert where mail = %s", [account.mail])
    conn.execute("delete from mail_outbox where recipient = %s", [account.mail])
    accounts.close(conn, account.id)
    conn.execute("update account set name = '', offer = null where id = %s", [account.id])
    audit.note(conn, account, "account.left", offer, at=now.isoformat(timespec="seconds"))
    letters.queue(conn, account.mail, "privacy/left", {}, key=f"left {account.id}")
    for each in relais:
        letters.queue(conn, each.mail, "privacy/left_relais", about, key=f"left {account.id} {each.id}")


def forget_names(conn: Connection, now: datetime) -> int:
    """Erase whom movements name, `movement_name_days` after they took effect, where she has left and the département
    has lifted what it ordered; returns how many. What still holds (a retrait, a cessation, a suspension that was not
    lifted) keeps its name: by it she is known again if she registers anew with that number. The caller commits."""
    kept = current_scales(conn).duration("movement_name_days", civil.day(now))
    return conn.execute(
        """
        update movement m set last_name = '', first_name = '', birth_date = null from intake_run f
        where f.id = m.file and m.offer is null and m.matched_key is not null and m.last_name <> ''
            and m.state <> 'waiting' and coalesce(m.applied_at, f.received_at) < %s
            and (m.state <> 'applied' or m.action = 'levee_suspension' or m.action = 'suspension' and exists (
                select from movement l where l.department = m.department and l.matched_key = m.matched_key
                    and l.state = 'applied' and l.action = 'levee_suspension' and l.effective_on > m.effective_on))
        """,
        [now - kept],
    ).rowcount


def _relais(conn: Connection, offer: str) -> tuple[list[Account], dict[str, str]]:
    """Who is told, and what: the name that parents read, and where."""
    row = conn.execute(
        "select c.code, c.name, o.name from am_home h join commune c on c.code = h.commune"
        " join offer o on o.id = h.offer where h.offer = %s",
        [offer],
    ).fetchone()
    return (accounts.relais_of(conn, row[0]), {"commune": row[1], "name": row[2]}) if row else ([], {})


def _forget_offer(conn: Connection, offer: str) -> None:
    held = conn.execute("select department from agrement where offer = %s", [offer]).fetchone()
    if held is not None:
        applying.lock(conn, held[0])
    conn.execute("select from offer where id = %s for no key update", [offer])
    # First the publication: a published offer must have a place, which goes with her home.
    conn.execute(
        "update offer set publication = 'closed', name = %s, project = null, features = '{}', languages = '{}',"
        " schools = '{}', hourly_cents = null, upkeep_cents = null, meal_cents = null, site = null,"
        " confirmed_on = null, employed = false where id = %s",
        [CLOSED_NAME, offer],
    )
    conn.execute("delete from document where id in (select document from agrement_request where offer = %s)", [offer])
    conn.execute("update movement set offer = null where offer = %s", [offer])
    for table in _OF_OFFER:
        conn.execute(f"delete from {table} where offer = %s", [offer])


_OF_OFFER = (
    *("agrement_request", "agrement_move", "timetable", "leave", "employment", "declaration", "breach", "offer_view"),
    *("link", "contact_report", "contact_thread", "contact_block", "contact_off", "alert_match", "fiche_report"),
    *("am_mam", "am_contact", "am_identity", "agrement", "am_home"),
)
