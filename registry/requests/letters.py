"""The mails that tell an assistant maternel where her request stands.

Each tells what she needs for her next step and names nobody else; the subject, which a stranger may see on her
telephone, tells nothing at all.
"""

from datetime import date, datetime
from typing import Literal

from registry import accounts, mail
from registry.database import Connection
from settings import PARIS, get_settings

Name = Literal[
    "received",
    "identity_pending",
    "incomplete",
    "second_look",
    "look_goes_on",
    "validated",
    "validated_later",
    "validated_hidden",
    "effective",
    "refused",
    "withdrawn",
]

SUBJECT = "Ribambelle\u00a0: votre demande"

LETTERS: dict[Name, str] = {
    "received": "Nous avons bien reçu votre demande. Un modérateur la compare à la copie de votre agrément\u00a0: vous"
    " aurez sa réponse par mail, au plus tard le {due}.",
    "identity_pending": "Nous avons bien reçu votre demande. Le service qui vérifie les identités ne nous a pas encore"
    " répondu\u00a0: nous le lui redemandons, sans que vous ayez rien à faire, et nous vous écrirons dès que votre"
    " demande sera devant un modérateur.",
    "incomplete": "Un modérateur a regardé votre demande. Pour qu’il puisse l’accepter, il manque encore"
    " ceci\u00a0:\n\n{reasons}\n\nPour répondre, corrigez ou complétez ici\u00a0:\n{site}/espace/agrement\n\nCe que"
    " vous avez déjà saisi est gardé. Dès votre réponse, un modérateur reprend votre demande.",
    "second_look": "Un premier modérateur a regardé votre demande, et un second la relit. Vous aurez leur réponse par"
    " mail, au plus tard le {due}.",
    "look_goes_on": "Votre demande a été relue et son examen continue. Vous aurez la réponse par mail, au plus tard le"
    " {due}.",
    "validated": "Votre agrément est vérifié et votre demande acceptée. {seen}{clamped}\n\nPour voir votre"
    " profil comme le voient les parents\u00a0:\n{site}/espace/apercu\n\nPour dire vos places libres\u00a0:\n"
    "{site}/espace/disponibilites",
    "validated_later": "Votre agrément est vérifié et votre demande acceptée. Il commence le {starts}\u00a0: ce"
    " jour-là, votre profil en tiendra compte, sans que vous ayez rien à faire.",
    "effective": "Votre agrément commence aujourd’hui. {seen}{clamped}\n\nPour voir votre profil\u00a0:\n"
    "{site}/espace/apercu",
    "validated_hidden": "Votre agrément est vérifié et votre demande acceptée. Mais d’après ce que nous a dit le"
    " département, il n’est pas en vigueur aujourd’hui\u00a0: votre profil n’est pas visible des parents. Votre"
    " département peut vous dire pourquoi.{clamped}",
    "refused": "Deux modérateurs ont regardé votre demande et n’ont pas pu l’accepter, pour la raison suivante\u00a0:"
    "\n\n{reasons}\n\nCette réponse porte sur votre demande à notre site, et non sur votre agrément, qui relève de"
    " votre département. {standing}Vous pouvez faire une nouvelle demande à tout moment\u00a0:\n{site}/espace/agrement",
    "withdrawn": "Votre demande est retirée, comme vous l’avez voulu. Elle ne sera pas examinée. {standing}",
}

FRAME = "Bonjour,\n\n{text}\n\nL’équipe Ribambelle\n"

CLAMPED = (
    "\n\nL’agrément permet moins de places que vous n’en aviez dit dans vos disponibilités\u00a0: nous les avons"
    " ramenées à ce qu’il permet. Vérifiez-les, s’il vous plaît."
)

MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)


def send(
    conn: Connection,
    offer: str,
    name: Name,
    *,
    due: datetime | None = None,
    starts: date | None = None,
    reasons: str = "",
    clamped: bool = False,
) -> bool:
    """Queue this letter to the account of the offer; False when there is none to write to.

    It is written in the transaction of what it tells: what parents see is read as it stands there.
    """
    account = accounts.of_offer(conn, offer)
    if account is None:
        return False
    publication, public = conn.execute(
        "select o.publication, is_public(o) from offer o where o.id = %s", [offer]
    ).fetchall()[0]
    text = LETTERS[name].format(
        due=moment(due) if due else "",
        starts=day(starts) if starts else "",
        reasons=reasons,
        clamped=CLAMPED if clamped else "",
        site=get_settings().site_url.rstrip("/"),
        seen=_seen(publication, public),
        standing="Votre profil reste en ligne, tel qu’il était. " if public else "",
    )
    return mail.queue(conn, account.mail, SUBJECT, FRAME.format(text=text.rstrip()))


def day(value: date) -> str:
    """« 1er décembre 2026 »."""
    return f"{'1er' if value.day == 1 else value.day}\u00a0{MONTHS[value.month - 1]}\u00a0{value.year}"


def moment(value: datetime) -> str:
    """« 26 novembre 2026 à 10 h 00 », in France."""
    local = value.astimezone(PARIS)
    return f"{day(local.date())} à {local.hour}\u00a0h\u00a0{local.minute:02}"


def _seen(publication: str, public: bool) -> str:
    if public:
        return "Les parents trouvent votre profil dès maintenant."
    if publication == "paused":
        return "Votre profil est en pause\u00a0: les parents le trouveront dès que vous la lèverez."
    return ""
