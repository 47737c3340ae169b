"""What the pages of the registration say that is longer than a label, and the lists that they offer."""

from domain import french

CHILDREN = french.Plural("enfant", "enfants")
OTHER_ROLE = (
    "Cette adresse est celle d’un compte professionnel d’un autre rôle\u00a0: inscrivez-vous avec une autre adresse."
)
NIR_MISSING = "Donnez votre numéro de sécurité sociale\u00a0: il sert à vérifier votre identité, et n’est pas gardé."
LINK_OVER = (
    "Il a plus de {registration_link_days} jours, votre inscription est déjà envoyée, ou vous avez fermé votre session"
    " depuis. Rien n’est perdu\u00a0: connectez-vous avec votre adresse mail pour la retrouver."
)
TOO_MANY_CHECKS = "Vous avez fait beaucoup d’essais aujourd’hui\u00a0: réessayez demain, ou demandez à votre relais."
CERTIFY = "Cochez cette case pour envoyer votre inscription."
MAM_GONE = "Cette MAM n’est pas dans notre liste\u00a0: cherchez-la à nouveau par sa commune."

STEPS = (
    ("1", "Identification"),
    ("2a", "Agrément"),
    ("2b", "Accueil"),
    ("2c", "Adresse et contact"),
    ("3", "Récapitulatif"),
    ("4", "Validation"),
)
"""The portal's steps; its second one is three short pages here."""

HEADINGS = {
    "1": "Qui êtes-vous\u202f?",
    "2a": "Votre agrément",
    "2b": "Votre façon d’accueillir",
    "2c": "Où vous êtes, ce que les parents voient",
    "3": "Récapitulatif",
    "4": "Votre inscription est envoyée",
}

AGES_FROM = (
    *((0, "la naissance"), (2, "2 mois"), (3, "3 mois"), (4, "4 mois"), (6, "6 mois"), (9, "9 mois")),
    *((12, "1 an"), (15, "15 mois"), (18, "18 mois"), (24, "2 ans"), (30, "2 ans et demi"), (36, "3 ans")),
    *((48, "4 ans"), (72, "6 ans")),
)
AGES_TO = (
    *((18, "18 mois"), (24, "2 ans"), (30, "2 ans et demi"), (36, "3 ans"), (48, "4 ans"), (60, "5 ans")),
    *((72, "6 ans"), (96, "8 ans"), (120, "10 ans"), (132, "11 ans"), (144, "12 ans")),
)
"""In months; what another agrément says is compared with its copy by the moderator."""


def ages_to(oldest: int) -> tuple[tuple[int, str], ...]:
    """The choices of the age at which she stops, up to the greatest that an agrément may say, in months."""
    return (*((months, text) for months, text in AGES_TO if months < oldest), (oldest, f"{oldest // 12} ans"))


def children(most: int, usual: int) -> list[tuple[str, str]]:
    """The choices of an agrément’s number of children; more than usual takes a dérogation."""
    return [
        (str(count), f"{CHILDREN.of(count)}{' (dérogation)' if count > usual else ''}") for count in range(1, most + 1)
    ]


LABELS = {
    "prenom": "Prénom de naissance",
    "nom": "Nom de naissance",
    "naissance": "Date de naissance",
    "lieu_naissance": "Lieu de naissance",
    "departement": "Département",
    "numero": "Numéro d’agrément",
    "debut": "Valable du",
    "fin": "Jusqu’au",
    "capacite": "Nombre d’enfants",
    "age_de": "Enfants à partir de",
    "age_a": "Jusqu’à",
    "conditions": "Restrictions",
    "nom_affiche": "Nom affiché",
    "accueil": "Lieu d’accueil",
    "employee": "Employeur",
    "projet": "Projet d’accueil",
    "particularites": "Particularités",
    "langues": "Langues",
    "ecoles": "Écoles desservies",
    "tarif_horaire": "Tarif horaire net",
    "entretien": "Entretien, par jour",
    "repas": "Repas",
    "adresse": "Adresse",
    "montrer": "Montré aux parents",
    "telephone": "Téléphone",
    "courriel": "Mail",
}
SHOWS = (
    ("zone", "Un secteur d’un à deux kilomètres, sans la rue"),
    ("street", "La rue, sans le numéro"),
    ("address", "L’adresse complète"),
)
CHANGED_MEANWHILE = "Cette inscription a changé entre-temps\u00a0: relisez-la, puis envoyez-la."
NOT_IDENTIFIED = "Votre identité n’est pas encore vérifiée."
