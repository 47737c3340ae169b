"""The mails that follow a confirmed migration, queued by one statement: there are more than a hundred thousand.

They go into the outbox as `registry.mail.queue` would put them. Their recipients were checked when the file was read.
"""

from uuid import UUID

from registry.database import Connection

INVITED = "Inscrivez-vous pour être trouvée par les parents"
KEPT = "Votre compte est repris"
UNFINISHED = "Votre compte est repris\u00a0: il reste à le compléter"

_INVITATION = """Bonjour,

Votre nom figurait sur l’ancien site, sans compte à votre nom. Cette fiche n’est pas reprise\u00a0: les informations
qu’elle contenait ne venaient pas de vous.

Pour être de nouveau trouvée par les parents, inscrivez-vous. Il faut un quart d’heure, votre attestation
d’agrément et votre numéro de sécurité sociale\u00a0:
{site}/inscription

Un relais petite enfance peut aussi le faire avec vous\u00a0:
{site}/aide

Vous recevez ce message une seule fois. Si vous n’exercez plus, vous n’avez rien à faire.

L’équipe de Ribambelle
"""

_PUBLISHED = """Bonjour,

Votre compte est repris sur le nouveau site, avec votre profil. Connectez-vous avec cette adresse mail\u00a0: un code
vous est envoyé, il n’y a plus de mot de passe.
{site}/connexion

Vérifiez votre profil, et indiquez vos disponibilités\u00a0: c’est ce que les parents regardent d’abord.

L’équipe de Ribambelle
"""

_DRAFT = """Bonjour,

Votre compte est repris sur le nouveau site. Connectez-vous avec cette adresse mail\u00a0: un code vous est envoyé,
il n’y a plus de mot de passe.
{site}/connexion

Certaines informations de l’ancien site n’ont pas pu être reprises\u00a0: votre profil n’est pas encore visible
des parents. Complétez-le dans votre espace\u202f; tout ce qui a été repris y est déjà.

L’équipe de Ribambelle
"""


def queue(conn: Connection, run: UUID, site_url: str) -> int:
    """One mail for each address, however often it is asked for; returns how many were queued."""
    queued = 0
    for outcomes, column, subject, body in (
        (["removed", "closed"], "r.mail", INVITED, _INVITATION),
        (["published", "joined"], "a.mail", KEPT, _PUBLISHED),
        (["draft"], "a.mail", UNFINISHED, _DRAFT),
    ):
        queued += conn.execute(
            "insert into mail_outbox (key, recipient, subject, body)"
            f" select distinct 'legacy-' || {column}, {column}, %s, %s"
            " from legacy_row r left join account a on a.id = r.account and a.closed_at is null"
            f" where r.run = %s and r.outcome = any (%s) and {column} is not null"
            " on conflict (key) do nothing",
            [subject, body.format(site=site_url), run, outcomes],
        ).rowcount
    return queued
