"""Accounts for the demo: one for every role, in Loire-Atlantique. Their mails arrive in the demo's own mailbox."""

from dataclasses import dataclass
from datetime import date, timedelta

from registry import accounts
from registry.accounts import Account, Role
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
)


def demo_accounts(conn: Connection, today: date) -> list[DemoAccount]:
    """Those accounts, made where they are missing. The caller commits."""
    made = [_assistant(conn, today), _fresh(conn), _relais(conn)]
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
) -> Account:
    mail = f"{name}@{DOMAIN}"
    return accounts.by_mail(conn, mail) or accounts.create(
        conn, mail, role, name=name_shown, department=department, offer=offer, communes=communes
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


def _relais(conn: Connection) -> DemoAccount:
    fiche = conn.execute(
        "select id from offer o where kind = 'rpe' and is_public(o) and commune = any (%s) order by id limit 1",
        [list(RELAIS_COMMUNES)],
    ).fetchone()
    account = _account(
        conn,
        "rpe",
        "rpe",
        name_shown="Relais petite enfance des Exemples",
        offer=fiche[0] if fiche else None,
        communes=tuple(RELAIS_COMMUNES),
    )
    return DemoAccount(account.mail, f"relais petite enfance ({', '.join(RELAIS_COMMUNES.values())})")
