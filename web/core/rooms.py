"""What each role is called, and the rooms that it finds in its navigation, as pairs of address and label."""

from registry.accounts import Role

ROLE_NAMES: dict[Role, str] = {
    "am": "Assistante maternelle ou assistant maternel",
    "manager": "Gestionnaire de crèche",
    "employer": "Employeur (personne morale)",
    "rpe": "Relais petite enfance",
    "service": "Service d’accueil des familles",
    "commune": "Commune ou intercommunalité",
    "department": "Département",
    "caf": "Caf",
    "moderator": "Modération nationale",
    "writer": "Rédaction d’articles",
    "reviewer": "Relecture d’articles",
    "administrator": "Administration",
}

ROOMS: dict[Role, list[tuple[str, str]]] = {
    "am": [
        ("/espace", "Mon espace"),
        ("/espace/disponibilites", "Mes disponibilités"),
        ("/espace/messages", "Messages"),
    ],
    "manager": [],
    "service": [],
    "commune": [("/widget", "Recherche pour votre site")],
    "writer": [],
    "reviewer": [],
    "employer": [("/employeur", "Mes assistantes maternelles")],
    "moderator": [
        ("/moderation", "Demandes"),
        ("/demenagements", "Déménagements"),
        ("/moderation/chiffres", "Chiffres"),
        ("/messages/signales", "Messages signalés"),
        ("/signalements", "Erreurs signalées"),
    ],
    "rpe": [
        ("/rpe", "Mon territoire"),
        ("/rpe/inscription", "Inscrire avec elle"),
        ("/mouvements/territoire", "Mouvements d’agréments"),
        ("/adresses-perdues", "Adresses mail perdues"),
    ],
    "department": [
        ("/departement", "Mon département"),
        ("/mouvements", "Mouvements"),
        ("/mouvements/a-rapprocher", "À rapprocher"),
    ],
    "caf": [
        ("/mouvements", "Mouvements"),
        ("/mouvements/a-rapprocher", "À rapprocher"),
        ("/comptes", "Comptes"),
    ],
    "administrator": [
        ("/comptes", "Comptes"),
        ("/adresses-perdues", "Adresses mail perdues"),
        ("/administration/widgets", "Widgets"),
        ("/administration/journal", "Journal"),
    ],
}


def home(role: Role) -> str:
    """Where a sign-in leads to."""
    return ROOMS[role][0][0] if ROOMS[role] and role != "commune" else "/compte"
