"""The steps of a case: opened, confirmed by somebody else, stopped or done. Callers commit; each step is audited."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from domain import civil
from registry import accounts, letters
from registry.accounts import Account, addresses, audit, links, mail_change, throttle
from registry.accounts.recovery import KNOWN
from registry.casework import NotPossible, cases, claims
from registry.casework.history import Line
from registry.casework.kinds import LOST_MAILBOX
from registry.database import Connection
from registry.offers import relais
from registry.offers.lost_mailbox import HOLD, LATEST, SIDES, STOP, WAITS, Outcome, Proof, Side, views, wording
from registry.offers.lost_mailbox.views import File
from registry.scales import current_scales
from settings import Settings


@dataclass(frozen=True)
class Wanted:
    """What was typed and checked: `new_mail` as addresses.read gives it; the day in France on which it was seen."""

    new_mail: str = field(repr=False)
    proof: Proof
    seen_on: date


class Taken(Exception):
    """The new address is that of another account, be it open to this one of the staff or not."""


def whom(conn: Connection, staff: Account, *, offer: str = "", mail: str = "") -> Account | None:
    """The open account of the assistant maternel whom `staff` may help.

    A relais finds those of its communes, by profile or by their whole address; an administrator who knows the whole
    address finds anybody, and can look through none.
    """
    by_profile = bool(offer) and staff.role == "rpe"
    found = accounts.of_offer(conn, offer) if by_profile else accounts.by_mail(conn, mail)
    if found is None or found.role != "am":
        return None
    if staff.role == "administrator":
        return found
    return found if found.offer is not None and relais.is_in_territory(conn, staff, found.offer) else None


def begin(conn: Connection, settings: Settings, staff: Account, found: Account, wanted: Wanted, now: datetime) -> UUID:
    """The first of two, who has seen the proof; nobody is told yet. Raises Taken, NotPossible and throttle.TooMany."""
    _hold_known(conn, settings, staff, wanted.new_mail, now)
    if cases.open_about(conn, LOST_MAILBOX, str(found.id)) is not None:
        raise NotPossible(wording.OPEN_ALREADY)
    if accounts.by_mail(conn, wanted.new_mail) is not None:
        raise Taken
    mailbox = addresses.mailbox(wanted.new_mail)
    throttle.count(conn, settings.keys, "lost mailbox", str(staff.id), throttle.DESKS_BY_ACCOUNT, now)
    throttle.count(conn, settings.keys, "lost mailbox to", mailbox, throttle.CHANGES_BY_MAILBOX, now)
    home = conn.execute("select commune from am_home where offer = %s", [found.offer]).fetchone()
    # One open case for an account: two at once meet the unique index of `about`.
    id = cases.begin(
        conn,
        LOST_MAILBOX,
        Line("opened", staff.id),
        now,
        due=now + WAITS,
        about=str(found.id),
        commune=home[0] if home else None,
    )
    conn.execute(
        "insert into lost_mailbox (id, account, old_mail, new_mail, proof, seen_on) values (%s, %s, %s, %s, %s, %s)",
        [id, found.id, found.mail, wanted.new_mail, wanted.proof, wanted.seen_on],
    )
    cases.propose(conn, id, Line("proof_seen", staff.id), now)
    audit.note(conn, staff, "lost_mailbox.opened", found.offer, ["mail"], proof=wanted.proof)
    return id


def confirm(conn: Connection, settings: Settings, staff: Account, file: File, now: datetime) -> datetime:
    """The second of two, another account than the first: both addresses are told, and HOLD begins. Returns its end.

    Raises NotPossible and throttle.TooMany.
    """
    claims.claim(conn, LOST_MAILBOX, file.id, staff, now)
    case = claims.held(conn, LOST_MAILBOX, file.id, staff, now, "second_opinion")
    _hold_known(conn, settings, staff, file.new_mail, now)
    if case.due_at is not None and case.due_at <= now:
        raise NotPossible(wording.LAPSED)
    account = accounts.by_id(conn, file.account)
    if account is None or account.mail != file.old_mail:
        raise NotPossible(wording.OVERTAKEN)
    if accounts.by_mail(conn, file.new_mail) is not None:
        raise NotPossible(wording.CANNOT_BE_USED)
    for mail in (file.old_mail, file.new_mail):
        mailbox = addresses.mailbox(mail)
        throttle.count(conn, settings.keys, "letter of a keeper", mailbox, throttle.LETTERS_BY_MAILBOX, now)
    changes_at = now + HOLD
    conn.execute("update lost_mailbox set changes_at = %s where id = %s", [changes_at, file.id])
    cases.submit(conn, file.id, Line("confirmed", staff.id), now, pending=True)
    _tell_of_both(conn, settings, file, changes_at)
    audit.note(conn, staff, "lost_mailbox.confirmed", account.offer, ["mail"])
    return changes_at


def cancel(conn: Connection, settings: Settings, staff: Account, file: File, now: datetime) -> None:
    """By one of the staff, before it is done: also the second person, who does not agree. Raises NotPossible."""
    case = cases.read(conn, LOST_MAILBOX, file.id, lock=True)
    if case is None or case.state == "closed":
        raise NotPossible(LOST_MAILBOX.over)
    _end(conn, settings, file, Line("cancelled", staff.id), now, told=case.state == "pending")
    audit.note(conn, staff, "lost_mailbox.cancelled", file.offer)


def may_stop(conn: Connection, settings: Settings, token: str, now: datetime) -> bool:
    """Whether this link of a mail would stop a change. To look changes nothing."""
    link = links.peek(conn, settings.keys, STOP, token, now)
    return link is not None and _of_link(conn, link) is not None


def stop(conn: Connection, settings: Settings, token: str, now: datetime) -> bool:
    """By whoever reads one of the two mailboxes; False for a link that stops nothing (any more)."""
    link = links.use(conn, settings.keys, STOP, token, now)
    file = _of_link(conn, link, lock=True) if link is not None else None
    if link is None or file is None:
        return False
    action: Outcome = "stopped_old" if link.payload["side"] == "old" else "stopped_new"
    _end(conn, settings, file, Line(action), now, told=True)
    audit.note(conn, None, "lost_mailbox.stopped", file.offer, side=link.payload["side"])
    return True


def follow(conn: Connection, settings: Settings, now: datetime) -> int:
    """Give the accounts whose HOLD is over their new address, close what nobody confirmed, and delete what was closed
    long enough ago; returns how many. For the job of the calendar, as often as it likes."""
    kept = current_scales(conn).duration("lost_mailbox_days", civil.day(now))
    due = conn.execute(
        "select m.id, k.state from lost_mailbox m join case_file k on k.id = m.id"
        " where k.state = 'pending' and m.changes_at <= %(now)s"
        " or k.state = 'second_opinion' and k.due_at <= %(now)s order by m.changes_at, m.id"
        " for update of k skip locked",
        {"now": now},
    ).fetchall()
    for id, state in due:
        file = _read(conn, id)
        if state == "pending":
            _change(conn, settings, file, now)
        else:
            _end(conn, settings, file, Line("lapsed"), now, told=False)
    forgotten = conn.execute(
        "delete from lost_mailbox m using case_file k where k.id = m.id and k.closed_at < %s", [now - kept]
    ).rowcount
    return len(due) + forgotten


def _change(conn: Connection, settings: Settings, file: File, now: datetime) -> None:
    # Her own change of address, which may be under way on another connection, ends before this one is decided.
    conn.execute("select from account where id = %s for update", [file.account])
    account = accounts.by_id(conn, file.account)
    if account is None or account.mail != file.old_mail:
        _end(conn, settings, file, Line("overtaken"), now, told=True)
        return
    values = {"offer": account.offer, "old": file.old_mail, "new": file.new_mail}
    query = "select exists (select from am_contact where offer = %(offer)s and lower(mail) = %(old)s)"
    (contact,) = conn.execute(query, values).fetchall()[0]
    if mail_change.change(conn, account.id, file.new_mail, settings.site_url, contact=contact) == "taken":
        _end(conn, settings, file, Line("taken"), now, told=True)
        return
    conn.execute("update am_contact set mail = %(new)s where offer = %(offer)s and lower(mail) = %(old)s", values)
    cases.close(conn, file.id, Line("changed"), now)
    _tell_staff(conn, settings, file, "changed")
    audit.note(conn, None, "account.mail", account.offer, ["mail"])


def _end(conn: Connection, settings: Settings, file: File, line: Line, now: datetime, *, told: bool) -> None:
    """Nothing is changed, and all who know of it learn that; both addresses do where they were `told` before."""
    cases.close(conn, file.id, line, now)
    links.end(conn, file.account, (STOP,))
    if told:
        site = settings.site_url.rstrip("/")
        for side in SIDES:
            key = f"lost mailbox {file.id} ended {side}"
            letters.queue(conn, _mail(file, side), "accounts/lost_ended", {"side": side, "site": site}, key=key)
    _tell_staff(conn, settings, file, line.action)


def _tell_of_both(conn: Connection, settings: Settings, file: File, changes_at: datetime) -> None:
    """To each address, with a link of its own that stops it. Neither learns the other one."""
    site = settings.site_url.rstrip("/")
    opener = accounts.by_id(conn, file.opened_by) if file.opened_by else None
    for side in SIDES:
        payload = {"case": file.id.hex, "side": side}
        # Until the job makes the change, which may be an hour late, the link stops it: `may_stop` asks for the state.
        until = changes_at + LATEST
        token = links.create(conn, settings.keys, STOP, until, account=file.account, payload=payload)
        values = {
            "changes_at": changes_at,
            "link": f"{site}/compte/adresse/arreter?jeton={token}",
            "opener": opener.name if opener is not None and opener.role == "rpe" else wording.ADMINISTRATION,
            "site": site,
        }
        letters.queue(conn, _mail(file, side), f"accounts/lost_{side}", values, expires_at=changes_at)


def _tell_staff(conn: Connection, settings: Settings, file: File, outcome: str) -> None:
    """The two who opened and confirmed it, where their accounts are still there."""
    rows = conn.execute(
        "select distinct a.mail from case_event e join account a on a.id = e.account and a.closed_at is null"
        " where e.case_file = %s and e.action in ('opened', 'confirmed')",
        [file.id],
    ).fetchall()
    values = {
        "outcome": wording.ACTIONS[outcome],
        "link": f"{settings.site_url.rstrip('/')}/adresses-perdues/{file.id}",
    }
    for (mail,) in rows:
        letters.queue(conn, mail, "accounts/lost_staff", values, key=f"lost mailbox {file.id} staff {mail}")


def _hold_known(conn: Connection, settings: Settings, staff: Account, new_mail: str, now: datetime) -> None:
    """Nobody lets an accomplice in on the way, or takes an account to a mailbox of her own. Raises NotPossible.

    In a demo, where all accounts are new, their age is not asked for.
    """
    query = "select exists (select from account where id = %s and created_at > %s)"
    (is_new,) = conn.execute(query, [staff.id, now - KNOWN]).fetchall()[0]
    if is_new and not settings.demo:
        raise NotPossible(wording.TOO_NEW.format(days=KNOWN.days))
    if addresses.mailbox(new_mail) == addresses.mailbox(staff.mail):
        raise NotPossible(wording.OWN_MAILBOX)


def _of_link(conn: Connection, link: links.Link, *, lock: bool = False) -> File | None:
    """The case that a link stops, while it can be stopped."""
    case = cases.read(conn, LOST_MAILBOX, UUID(hex=link.payload["case"]), lock=lock)
    return _read(conn, case.id) if case is not None and case.state == "pending" else None


def _read(conn: Connection, id: UUID) -> File:
    """Whoever asks: for what no reader does."""
    found = views.read(conn, id)
    if found is None:
        raise LookupError("a case without its subject")
    return found


def _mail(file: File, side: Side) -> str:
    return file.old_mail if side == "old" else file.new_mail
