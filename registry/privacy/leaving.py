"""An assistant maternel leaves: what is private of her is erased. The caller commits."""

from datetime import datetime

from registry import accounts
from registry.accounts import Account, audit
from registry.agrements.movements import applying
from registry.database import Connection
from registry.intake import runs

CLOSED_NAME = "Profil fermé"


def leave(conn: Connection, account: Account, now: datetime) -> None:
    """She leaves for good: her account and her profile are closed, and every private row of hers is erased.

    What stays: the closed offer, without a word of hers, whose id is never given again; the audit log, which holds
    names of facts and no values; and the département's movements of her agrément, without her name. Only where one is
    in force or to come do they keep it, so that they meet her again if she registers anew with that number.
    """
    offer = account.offer
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


def _forget_offer(conn: Connection, offer: str) -> None:
    held = conn.execute("select department, number, status from agrement where offer = %s", [offer]).fetchone()
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
    _let_go_of_movements(conn, offer, held[2] if held else None)
    for table in _OF_OFFER:
        conn.execute(f"delete from {table} where offer = %s", [offer])


_OF_OFFER = (
    *("agrement_request", "timetable", "leave", "employment", "declaration", "breach", "offer_view", "link"),
    *("contact_report", "contact_thread", "contact_block", "contact_off", "alert_match", "fiche_report"),
    *("am_mam", "am_contact", "am_identity", "agrement", "am_home"),
)


def _let_go_of_movements(conn: Connection, offer: str, status: str | None) -> None:
    """Her name stays in them where one is in force or to come: by it they find her again (movements.rematch)."""
    conn.execute(
        "update movement m set last_name = '', first_name = '', birth_date = null where m.offer = %s and not %s"
        " and not exists (select from movement w where w.offer = m.offer and w.state = 'waiting')",
        [offer, status in ("suspended", "withdrawn", "ceased")],
    )
    conn.execute("update movement set offer = null where offer = %s", [offer])
