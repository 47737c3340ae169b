"""The accounts that an administrator opens: the staff's, with their territories, and those of employers.

An assistant maternel opens hers herself. Territories are written as people who keep them do: communes by INSEE code,
whole EPCI by their SIREN.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from registry import accounts, letters
from registry.accounts import ROLES, Account, Role
from registry.database import Connection

OPENED: tuple[Role, ...] = tuple(role for role in ROLES if role != "am")
"""The roles of these accounts."""


@dataclass(frozen=True)
class Line:
    """One account of the list. `territory`: a department's name, or how many communes."""

    id: UUID
    mail: str
    role: Role
    name: str
    department: str | None
    communes: int
    closed_at: datetime | None
    seen_at: datetime | None


@dataclass(frozen=True)
class Territory:
    """What a role covers; communes by INSEE code."""

    department: str | None = None
    communes: tuple[str, ...] = ()
    offer: str | None = None


def listing(conn: Connection, *, role: str = "", words: str = "", closed: bool = False) -> list[Line]:
    """The accounts of a role, or of all of these, whose mail or name holds `words`; at most 500."""
    rows = conn.execute(
        "select a.id, a.mail, a.role, a.name, a.department,"
        " (select count(*) from account_commune t where t.account = a.id), a.closed_at,"
        " (select max(s.seen_at) from session s where s.account = a.id)"
        " from account a where a.role <> 'am' and (%(role)s = '' or a.role = %(role)s)"
        " and (%(closed)s or a.closed_at is null)"
        " and (strpos(a.mail, lower(%(words)s)) > 0 or strpos(lower(a.name), lower(%(words)s)) > 0)"
        " order by a.role, a.department, a.name, a.mail limit 500",
        {"role": role, "words": words, "closed": closed},
    )
    return [Line(*row) for row in rows]


def find(conn: Connection, id: UUID) -> Account | None:
    """An open account that an administrator may keep."""
    account = accounts.by_id(conn, id)
    return account if account and account.role != "am" else None


def communes_of(conn: Connection, id: UUID) -> list[str]:
    rows = conn.execute("select commune from account_commune where account = %s order by commune", [id])
    return [row[0] for row in rows]


def territory(conn: Connection, role: str, values: dict[str, str]) -> tuple[Territory, dict[str, str]]:
    """What `department`, `communes` and `offer` of a form mean for a role, and a French sentence for each bad one."""
    errors: dict[str, str] = {}
    department: str | None = None
    communes: tuple[str, ...] = ()
    offer: str | None = None
    if role in ("department", "caf"):
        department = values.get("department", "")
        if not conn.execute("select from department where code = %s", [department]).fetchone():
            errors["department"] = "Choisissez le département où ce compte agit."
    if role == "rpe":
        communes, unknown = _communes(conn, values.get("communes", ""))
        if unknown:
            errors["communes"] = (
                f"Inconnus\u00a0: {', '.join(unknown[:5])}. Écrivez des codes INSEE de communes (44109)"
                " ou des SIREN d’intercommunalités (244400404), séparés par des espaces."
            )
        elif not communes:
            errors["communes"] = "Un relais a au moins une commune."
        offer = values.get("offer") or None
        if offer and not conn.execute("select from offer where id = %s and kind = 'rpe'", [offer]).fetchone():
            errors["offer"] = "Aucun relais n’a cet identifiant\u00a0: copiez la fin de l’adresse de sa fiche."
    return Territory(department, communes, offer), errors


def save(conn: Connection, id: UUID, name: str, covered: Territory) -> None:
    """Change the name and the territory of an open account."""
    conn.execute(
        "update account set name = %s, department = %s, offer = %s where id = %s",
        [name, covered.department, covered.offer, id],
    )
    conn.execute("delete from account_commune where account = %s", [id])
    conn.execute(
        "insert into account_commune (account, commune) select %s, unnest(%s::text[])", [id, list(covered.communes)]
    )


def welcome(conn: Connection, account: Account, role_name: str, site_url: str) -> None:
    """Tell somebody that an account was opened for her. It holds no secret: the first sign-in is by code."""
    values = {"role": role_name, "site": site_url.rstrip("/")}
    letters.queue(conn, account.mail, "accounts/welcome", values)


def is_last_administrator(conn: Connection, account: Account) -> bool:
    """Whether nobody could keep accounts any more without this one. Locks the others, so that two do not both go."""
    if account.role != "administrator":
        return False
    rows = conn.execute(
        "select id from account where role = 'administrator' and closed_at is null order by id for update"
    ).fetchall()
    return [row[0] for row in rows] == [account.id]


def _communes(conn: Connection, text: str) -> tuple[tuple[str, ...], list[str]]:
    """The communes that codes name, and the codes that name none."""
    codes = list(dict.fromkeys(re.findall(r"[^\s,;]+", text.upper())))
    rows = conn.execute(
        "select w.code, c.code from unnest(%s::text[]) w (code) join commune c on c.code = w.code or c.epci = w.code",
        [codes],
    ).fetchall()
    known = {row[0] for row in rows}
    return tuple(sorted({row[1] for row in rows})), [code for code in codes if code not in known]
