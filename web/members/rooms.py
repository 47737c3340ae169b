"""The rooms that each role finds in its navigation, as pairs of address and label."""

from registry.accounts import Role

ROOMS: dict[Role, list[tuple[str, str]]] = {
    "am": [("/espace", "Mon espace"), ("/espace/disponibilites", "Mes disponibilités")],
    "employer": [("/employeur", "Mes assistantes maternelles")],
    "moderator": [
        ("/moderation", "Demandes"),
        ("/moderation/chiffres", "Chiffres"),
        ("/messages/signales", "Messages signalés"),
        ("/signalements", "Erreurs signalées"),
    ],
    "rpe": [
        ("/rpe", "Mon territoire"),
        ("/rpe/inscription", "Inscrire avec elle"),
        ("/mouvements/territoire", "Mouvements d’agréments"),
    ],
    "department": [("/departement", "Mon département")],
    "caf": [("/mouvements", "Mouvements"), ("/mouvements/a-rapprocher", "À rapprocher")],
    "administrator": [
        ("/administration", "Comptes"),
        ("/administration/widgets", "Widgets"),
        ("/administration/journal", "Journal"),
    ],
}


def home(role: Role) -> str:
    """Where a sign-in leads to."""
    return ROOMS[role][0][0]
