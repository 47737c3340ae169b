"""The accounts that others open and keep: an administrator's, and a Caf's for its département (roles.RULES).

Assistants maternels and managers of crèches open theirs themselves. Territories are written as people who keep them do:
communes by INSEE code, whole EPCI by their SIREN.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from domain import civil, french
from registry import accounts, letters
from registry.accounts import RULES, Account, Role, roles
from registry.accounts.second import HAS_ANY
from registry.database import Connection
from registry.territory import current_codes, scope

OPENED: tuple[Role, ...] = tuple(role for role, rule in RULES.items() if rule.opened_by is not None)
"""The roles of these accounts."""

LONGEST_CONVENTION = timedelta(days=5 * 366)
WARNED = timedelta(days=30)
"""So long before its last day the person is told that an account ends."""


@dataclass(frozen=True)
class Line:
    """One account of the list. `communes`: how many its territory has."""

    id: UUID
    mail: str
    role: Role
    name: str
    department: str | None
    communes: int
    ends_on: date | None
    closed_at: datetime | None
    seen_at: datetime | None
    has_second: bool
    reset_waits: bool


@dataclass(frozen=True)
class Territory:
    """What an account covers, communes by INSEE code, and its last day."""

    department: str | None = None
    communes: tuple[str, ...] = ()
    offer: str | None = None
    ends_on: date | None = None


_KEPT = f"a.role = any (%(roles)s) and (%(within)s::uuid is null or {scope.lies_within('a.id', '%(within)s')})"
"""SQL, of an `account a`: whether a keeper keeps it."""


def _kept_by(keeper: Account) -> dict[str, object]:
    """The parameters of _KEPT: an administrator keeps all of them, a Caf those whose territory lies in its own."""
    if keeper.role == "administrator":
        return {"roles": list(OPENED), "within": None}
    return {"roles": list(roles.opened_by(keeper.role)), "within": keeper.id}


def listing(conn: Connection, keeper: Account, *, role: str = "", words: str = "", closed: bool = False) -> list[Line]:
    """The accounts that `keeper` keeps, of a role or of all, whose mail or name holds `words`; at most 500."""
    rows = conn.execute(
        "select a.id, a.mail, a.role, a.name, a.department,"
        f" {scope.count('a.id')}, a.ends_on, a.closed_at,"
        " (select max(s.seen_at) from session s where s.account = a.id),"
        f" {HAS_ANY},"
        " exists (select from factor_reset r where r.account = a.id and r.expires_at > now())"
        f" from account a where {_KEPT} and (%(role)s = '' or a.role = %(role)s)"
        " and (%(closed)s or a.closed_at is null)"
        " and (strpos(a.mail, lower(%(words)s)) > 0 or strpos(lower(a.name), lower(%(words)s)) > 0)"
        " order by a.role, a.department, a.name, a.mail limit 500",
        _kept_by(keeper) | {"role": role, "words": words, "closed": closed},
    )
    return [Line(*row) for row in rows]


def find(conn: Connection, keeper: Account, id: UUID) -> Account | None:
    """An open account that `keeper` keeps."""
    row = conn.execute(
        f"select {accounts.COLUMNS} from account a where a.id = %(id)s and a.closed_at is null and {_KEPT}",
        _kept_by(keeper) | {"id": id},
    ).fetchone()
    return Account(*row) if row else None


def with_second_factor(conn: Connection, mail: str) -> Account | None:
    """The assistant maternel's account of exactly this mail, if it needs a second factor: only to give a lost one back.

    An administrator who knows the whole address finds it; nobody can look through these accounts.
    """
    found = accounts.by_mail(conn, mail)
    return found if found is not None and found.role not in OPENED and found.has_codes else None


def territory(
    conn: Connection, role: str, values: dict[str, str], today: date, *, within: UUID | None = None
) -> tuple[Territory, dict[str, str]]:
    """What `department`, `communes`, `offer` and `ends_on` of a form mean for a role, and a French sentence for each
    field that is wrong.

    `within`: the account that must answer for every commune.
    """
    errors: dict[str, str] = {}
    department: str | None = None
    communes: tuple[str, ...] = ()
    offer: str | None = None
    rule = next((rule for name, rule in RULES.items() if name == role), None)
    if rule is not None and rule.scope == "department":
        department = values.get("department", "")
        if conn.execute("select from department where code = %s", [department]).fetchone() is None:
            errors["department"] = "Choisissez le département de ce compte."
    if rule is not None and rule.scope == "communes":
        communes, wrong = _communes(conn, values.get("communes", ""), within)
        if wrong:
            errors["communes"] = wrong
    if role == "rpe":
        offer = values.get("offer") or None
        known = conn.execute(
            "select from offer o where o.id = %(offer)s and o.kind = 'rpe'"
            f" and (%(within)s::uuid is null or {scope.covers('%(within)s', 'o.commune')})",
            {"offer": offer, "within": within},
        ).fetchone()
        if offer and known is None:
            errors["offer"] = "Aucune fiche de relais ne correspond. Copiez la fin de son adresse, après /offre/."
    ends_on, wrong = _last_day(values.get("ends_on", ""), today, required=rule is not None and rule.by_convention)
    if wrong:
        errors["ends_on"] = wrong
    return Territory(department, communes, offer, ends_on), errors


@dataclass(frozen=True)
class Changed:
    """What a change did to the territory or the last day (`scope`), and whether something was taken away (`less`)."""

    scope: bool
    less: bool


def save(conn: Connection, account: Account, name: str, covered: Territory) -> Changed:
    """Change the name, the territory and the last day of an open account."""
    before = {code for code, _ in scope.listed(conn, account.id)}
    conn.execute(
        "update account set name = %s, department = %s, offer = %s, ends_on = %s where id = %s",
        [name, covered.department, covered.offer, covered.ends_on, account.id],
    )
    scope.write(conn, account.id, covered.communes)
    less = account.department != covered.department or not before <= set(covered.communes)
    more = not set(covered.communes) <= before
    return Changed(less or more or account.ends_on != covered.ends_on, less)


def welcome(conn: Connection, account: Account, role_name: str, site_url: str) -> None:
    """Tell somebody that an account was opened for her. It holds no secret: the first sign-in is by code."""
    values = {
        "role": role_name,
        "site": site_url.rstrip("/"),
        "second": account.needs_second,
        "days": accounts.ENROL.days,
        "ends_on": account.ends_on,
        "keeper": roles.keeper_name(account.role),
    }
    letters.queue(conn, account.mail, "accounts/welcome", values)


def invite_again(conn: Connection, account: Account, role_name: str, now: datetime, *, site_url: str) -> None:
    """Give somebody who never set a second factor as long again for it as a new account has."""
    accounts.allow_enrolment(conn, account.id, now)
    welcome(conn, account, role_name, site_url)


def scope_changed(conn: Connection, account: Account, site_url: str, *, signed_out: bool) -> None:
    """Tell somebody that what the account covers, or until when, is another now."""
    values = {"site": site_url.rstrip("/"), "signed_out": signed_out, "keeper": roles.keeper_name(account.role)}
    letters.queue(conn, account.mail, "accounts/scope", values)


def end_over(conn: Connection, now: datetime, *, site_url: str) -> int:
    """Close the accounts whose last day has passed, and warn those whose last day is near; returns how many it closed.

    For the job of the calendar, as often as it likes; a session ends on the day itself (sessions.find).
    """
    today = civil.day(now)
    soon = conn.execute(
        "select id, mail, role, ends_on from account where closed_at is null and ends_on between %s and %s",
        [today, today + WARNED],
    ).fetchall()
    for id, mail, role, ends_on in soon:
        values = {"ends_on": ends_on, "site": site_url.rstrip("/"), "keeper": roles.keeper_name(role)}
        letters.queue(conn, mail, "accounts/ends", values, key=f"account {id} ends {ends_on}")
    over = conn.execute("select id from account where closed_at is null and ends_on < %s", [today]).fetchall()
    for (id,) in over:
        accounts.close(conn, id)
    return len(over)


def is_last_administrator(conn: Connection, account: Account) -> bool:
    """Whether nobody could keep accounts any more without this one. Locks the others, so that two do not both go."""
    if account.role != "administrator":
        return False
    rows = conn.execute(
        "select id from account where role = 'administrator' and closed_at is null order by id for update"
    ).fetchall()
    return [row[0] for row in rows] == [account.id]


def _communes(conn: Connection, text: str, within: UUID | None) -> tuple[tuple[str, ...], str]:
    """The communes that codes name, also those of before a merger, and what is wrong with them, in French."""
    typed = re.findall(r"[^\s,;]+", text.upper())
    current = current_codes(conn, typed)
    codes = list(dict.fromkeys(current.get(code, code) for code in typed))
    rows = conn.execute(
        f"select w.code, c.code, %(within)s::uuid is null or {scope.covers('%(within)s', 'c.code')}"
        " from unnest(%(codes)s::text[]) w (code) join commune c on c.code = w.code or c.epci = w.code",
        {"codes": codes, "within": within},
    ).fetchall()
    known = {row[0] for row in rows}
    unknown = [code for code in codes if code not in known]
    # Of an EPCI that lies in two départements, the communes of this one.
    outside = sorted({row[1] for row in rows if not row[2] and row[0] == row[1]})
    found = tuple(sorted({row[1] for row in rows if row[2]}))
    if unknown:
        return found, (
            f"Codes inconnus\u00a0: {', '.join(unknown[:5])}. Indiquez des codes INSEE de communes (44109)"
            " ou des SIREN d’intercommunalités (244400404), séparés par des espaces."
        )
    if outside:
        return found, f"Retirez ces communes, qui ne sont pas dans votre département\u00a0: {', '.join(outside[:5])}."
    return found, "" if found else "Indiquez au moins une commune."


def _last_day(text: str, today: date, *, required: bool) -> tuple[date | None, str]:
    """The last day that a form names, and what is wrong with it, in French."""
    if not text:
        return None, "Indiquez le dernier jour de la convention." if required else ""
    day = civil.typed_day(text)
    if day is None:
        return None, civil.NO_DAY if civil.is_no_day(text) else "Indiquez une date, comme 31/12/2027."
    if not today <= day <= today + LONGEST_CONVENTION:
        return None, f"Indiquez une date entre aujourd’hui et le {french.day(today + LONGEST_CONVENTION)}."
    return day, ""
