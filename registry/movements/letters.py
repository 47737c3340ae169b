"""Who is told that a movement took effect: the assistant maternel, and the relais of her commune."""

from registry import accounts, mail
from registry.database import Connection
from registry.movements.rows import Action, day
from registry.movements.stored import Stored

SUBJECT = "Ribambelle\u00a0: votre profil"
RELAIS_SUBJECT = "Ribambelle\u00a0: un changement dans votre territoire"

WHAT_IT_MEANS: dict[Action, str] = {
    "suspension": "Le département nous a dit que votre agrément est suspendu à partir du {day}. Votre profil n’est plus"
    " visible des parents. Rien n’en est effacé\u00a0: il reviendra tel quel si la suspension est levée.",
    "levee_suspension": "Le département nous a dit que la suspension de votre agrément est levée à partir du {day}."
    " Si votre agrément est en cours et votre profil publié, les parents le retrouvent tel qu’il était.",
    "retrait": "Le département nous a dit que votre agrément est retiré à partir du {day}. Votre profil n’est plus"
    " visible des parents.",
    "cessation": "Le département nous a dit que vous cessez votre activité à partir du {day}. Votre profil n’est plus"
    " visible des parents.",
}

LETTER = (
    "Bonjour,\n\n{meaning}\n\nCette décision est celle du département, pas la nôtre. Si elle vous étonne, ou si vous"
    " voulez la contester, adressez-vous à la protection maternelle et infantile (PMI) de votre département"
    "\u00a0: les voies de recours sont écrites dans le courrier que vous en avez reçu.\n\n"
    "Vous pouvez toujours vous connecter à votre espace.\n\nL’équipe Ribambelle\n"
)

RELAIS_LETTER = (
    "Bonjour,\n\nUn mouvement d’agrément dit par le département a pris effet le {day} à {commune}, dans votre"
    " territoire.\n\nPar discrétion, ce message ne nomme personne\u00a0: connectez-vous et ouvrez"
    " «\u00a0Mouvements d’agréments\u00a0» pour savoir de qui il s’agit.\n\nL’équipe Ribambelle\n"
)


def tell(conn: Connection, offer: str, movement: Stored) -> None:
    """Queue the mails of a movement that took effect; once, whatever is run twice."""
    on = day(movement.row.effective_on)
    assistant = accounts.of_offer(conn, offer)
    if assistant is not None:
        meaning = WHAT_IT_MEANS[movement.row.action].format(day=on)
        mail.queue(conn, assistant.mail, SUBJECT, LETTER.format(meaning=meaning), f"movement:{movement.id}:am")
    home = conn.execute(
        "select c.code, c.name from am_home h join commune c on c.code = h.commune where h.offer = %s", [offer]
    ).fetchone()
    for relais in accounts.relais_of(conn, home[0]) if home else ():
        text = RELAIS_LETTER.format(day=on, commune=home[1] if home else "")
        mail.queue(conn, relais.mail, RELAIS_SUBJECT, text, f"movement:{movement.id}:{relais.id}")
