"""What the staff are told of a lost mailbox, in French."""

from registry.offers.lost_mailbox import Proof

PROOFS: dict[Proof, str] = {
    "identity_card": "carte d’identité",
    "passport": "passeport",
    "residence_permit": "titre de séjour",
    "driving_licence": "permis de conduire",
}

ACTIONS: dict[str, str] = {
    "opened": "Demande ouverte",
    "proof_seen": "Pièce d’identité vue",
    "confirmed": "Demande confirmée, les deux adresses prévenues",
    "changed": "Adresse changée",
    "stopped_old": "Changement arrêté depuis l’ancienne adresse",
    "stopped_new": "Changement arrêté depuis la nouvelle adresse",
    "cancelled": "Demande annulée",
    "lapsed": "Demande close\u00a0: personne ne l’a confirmée à temps",
    "taken": "Changement impossible\u00a0: la nouvelle adresse ne peut plus être utilisée",
    "overtaken": "Demande close\u00a0: le compte a changé d’adresse ou est fermé",
}
"""Lines of the history; the last ones are also outcomes."""

ADMINISTRATION = "l’administration de Ribambelle"
"""Who opened a case, to the two addresses, where it was no relais."""

OPEN_ALREADY = "Une demande est déjà ouverte pour ce compte. Retrouvez-la dans la liste des adresses perdues."
CANNOT_BE_USED = (
    "Cette adresse ne peut pas être utilisée. Demandez à la personne une autre adresse. Si elle pense avoir déjà un"
    " compte avec celle-ci, proposez-lui de se connecter avec."
)
LAPSED = "Le délai pour confirmer est passé. Si la personne a toujours besoin d’aide, ouvrez une nouvelle demande."
OVERTAKEN = "L’adresse de ce compte a changé depuis, ou le compte est fermé. Annulez cette demande."
TOO_NEW = (
    "Votre compte a moins de {days}\u00a0jours\u00a0: ouvrir ou confirmer cette demande revient à une personne dont le"
    " compte est plus ancien."
)
OWN_MAILBOX = "La nouvelle adresse est la vôtre\u00a0: indiquez celle de la personne."
