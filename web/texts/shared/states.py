"""What the pages say of waits, of failures and of a missing connection (as `web.texts`)."""

MESSAGES = "Messages du site"
CLOSE = "Fermer ce message"

# Without a connection.
OFFLINE = "Vous êtes hors connexion. Cette page reste lisible."
ONLINE = "La connexion est revenue."
OFFLINE_TITLE = "Vous êtes hors connexion"
OFFLINE_LEAD = "Cette page n’a pas pu être chargée. Vérifiez votre connexion, puis réessayez."
OFFLINE_KEPT = "Sans connexion, vous pouvez consulter la dernière liste de vos favoris ouverte dans ce navigateur."
OFFLINE_NONE = (
    "Pour consulter vos favoris sans connexion, ouvrez-les d’abord une fois avec une connexion. "
    "Les recherches, elles, ne sont pas conservées\u00a0: les places changent trop vite."
)
OFFLINE_COPY = (
    "Vous êtes hors connexion\u00a0: cette liste est celle du {day}. Les places libres ont pu changer depuis."
)

# The browser has a connection, and the site does not answer.
UNREACHABLE_TITLE = "Le site ne répond pas"
UNREACHABLE_LEAD = "Cette page n’a pas pu être chargée. Réessayez dans quelques minutes."
UNREACHABLE_COPY = (
    "Le site ne répond pas\u00a0: cette liste est celle du {day}. Les places libres ont pu changer depuis."
)

# The list.
SO_FAR = "{shown} sur {total}"
SO_FAR_AT_LEAST = "{shown} sur plus de {total}"

SCRIPT = {
    "offline": "Vous êtes hors connexion.",
    "unreachable": "Le site ne répond pas pour le moment.",
    "too_many": "Beaucoup de recherches en peu de temps\u00a0: attendez {seconds}\u00a0s.",
    "filter_undone": "Ce filtre n’a pas été appliqué.",
    "search_undone": "Les résultats affichés sont ceux de la recherche précédente.",
    "card_undone": "Ce résultat n’a pas été affiché sous la carte.",
    "cleared": "Filtres effacés.",
    "more_undone": "La suite de la liste n’a pas été chargée.",
    "loading": "Chargement…",
    "added": "{shown} résultats affichés sur {total}.",
    "cancel": "Annuler",
    "location_cancelled": "La recherche de votre position est annulée.",
    "suggesting": "Recherche de suggestions…",
}
"""Said by the scripts, with `web.texts.SCRIPT`."""
