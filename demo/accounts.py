"""Accounts for the demo: one for every role, in Loire-Atlantique. Their mails arrive in the demo's own mailbox."""

from dataclasses import dataclass
from datetime import date, timedelta

from registry import accounts
from registry.accounts import RULES, Account, Role
from registry.database import Connection

DOMAIN = "demo.example"
"""Reserved for examples (RFC 2606): no mail to it ever reaches anybody."""

DEPARTMENT = "44"
RELAIS_COMMUNES = {"44162": "Saint-Herblain", "44114": "Orvault", "44035": "La Chapelle-sur-Erdre"}


@dataclass(frozen=True)
class DemoAccount:
    """`what`: in French, for the list that the demo prints."""

    mail: str
    what: str


_STAFF: tuple[tuple[str, Role, str, str], ...] = (
    ("moderateur", "moderator", "Maud Modératrice", "modératrice"),
    ("moderateur2", "moderator", "Rémi Relecteur", "second modérateur, pour confirmer un refus"),
    ("departement", "department", "Département de Loire-Atlantique", "département de Loire-Atlantique"),
    ("caf", "caf", "Caf de Loire-Atlantique", "Caf de Loire-Atlantique"),
    ("employeur", "employer", "Crèche familiale Les Exemples", "employeur, une crèche familiale"),
    ("admin", "administrator", "Ada Administratrice", "administratrice"),
    ("admin2", "administrator", "Adam Administrateur", "second administrateur, pour confirmer une réinitialisation"),
)
_OF_COMMUNES: tuple[tuple[str, Role, str, str], ...] = (
    ("rpe", "rpe", "Relais petite enfance des Exemples", "relais petite enfance"),
    ("service", "service", "Guichet unique des Exemples", "service qui reçoit les familles"),
    ("commune", "commune", "Mairie de Saint-Herblain", "mairie"),
)


def demo_accounts(conn: Connection, today: date) -> list[DemoAccount]:
    """Those accounts, made where they are missing. The caller commits."""
    made = [_assistant(conn, today), _fresh(conn), *_of_communes(conn, today)]
    for name, role, shown, what in _STAFF:
        department = DEPARTMENT if role in ("department", "caf") else None
        made.append(DemoAccount(_account(conn, name, role, name_shown=shown, department=department).mail, what))
    return made


def _account(
    conn: Connection,
    name: str,
    role: Role,
    *,
    name_shown: str = "",
    department: str | None = None,
    offer: str | None = None,
    communes: tuple[str, ...] = (),
    ends_on: date | None = None,
) -> Account:
    mail = f"{name}@{DOMAIN}"
    return accounts.by_mail(conn, mail) or accounts.create(
        conn, mail, role, name=name_shown, department=department, offer=offer, communes=communes, ends_on=ends_on
    )


def _assistant(conn: Connection, today: date) -> DemoAccount:
    """Of a generated profile in the relais's territory, whose identity counts as checked."""
    account = accounts.by_mail(conn, f"am@{DOMAIN}")
    if account is None:
        row = conn.execute(
            "select o.id from offer o join agrement g on g.offer = o.id"
            " where o.kind = 'assistant_maternel' and o.fictitious and is_public(o) and coalesce(g.ends_on > %s, true)"
            " and o.commune = any (%s) and not exists (select from account a where a.offer = o.id)"
            " order by o.id limit 1",
            [today + timedelta(days=365), list(RELAIS_COMMUNES)],
        ).fetchone()
        offer = row[0] if row else None
        account = _account(conn, "am", "am", offer=offer)
        conn.execute(
            "update am_identity set checked = 'verified', checked_at = clock_timestamp(), birth_place = '44109'"
            " where offer = %s",
            [offer],
        )
    return DemoAccount(account.mail, "assistante maternelle, dont le profil est publié")


def _fresh(conn: Connection) -> DemoAccount:
    return DemoAccount(_account(conn, "nouvelle", "am").mail, "assistante maternelle qui s’inscrit")


def _of_communes(conn: Connection, today: date) -> list[DemoAccount]:
    """Those of the relais's territory, as a Caf opens them; under convention for two years from the first start on."""
    fiche = conn.execute(
        "select id from offer o where kind = 'rpe' and is_public(o) and commune = any (%s) order by id limit 1",
        [list(RELAIS_COMMUNES)],
    ).fetchone()
    made = []
    for name, role, shown, what in _OF_COMMUNES:
        communes = dict(list(RELAIS_COMMUNES.items())[:1]) if role == "commune" else RELAIS_COMMUNES
        account = _account(
            conn,
            name,
            role,
            name_shown=shown,
            offer=fiche[0] if fiche and role == "rpe" else None,
            communes=tuple(communes),
            ends_on=today + timedelta(days=730) if RULES[role].by_convention else None,
        )
        made.append(DemoAccount(account.mail, f"{what} ({', '.join(communes.values())})"))
    return made
