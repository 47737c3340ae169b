"""What a map says, and the ways past it (as `web.texts`)."""

SKIP = "Passer la carte"
BROWSE = "Parcourir la carte"

LEGEND_STATES = ("free", "partial", "later", "to_ask", "to_confirm", "unknown", "full")
"""In the order of the legend; what each is called is `texts.SHORT_STATUS`."""

SCRIPT = {
    "map_busy": "La carte est momentanément en pause. Elle s’affichera dans {seconds}\u00a0s. La liste reste complète.",
    "map_failed": "La carte n’a pas pu être chargée. La liste reste complète.",
    "zone": "Dans ce secteur, adresse non affichée",
    "commune": "Dans cette commune, adresse non affichée",
    "cluster": "{count}\u00a0résultats ici\u00a0: agrandir la carte",
    "here": "{count}\u00a0résultats ici",
    "here_one": "1\u00a0résultat ici",
    "same_address": "{count}\u00a0résultats à la même adresse",
    "same_zone": "{count}\u00a0résultats dans le même secteur",
    "minders_address": "{count}\u00a0assistantes maternelles à la même adresse",
    "minders_zone": "{count}\u00a0assistantes maternelles dans le même secteur",
    "with_all_free": "{text}, une place libre partout",
    "with_free": "{text}, dont {count} avec une place libre",
    "with_status": "{name}, {status}",
    "to_list": "Voir dans la liste",
    "search_zone": "Chercher dans cette zone",
    "unlocated": "Non situés\u00a0: {count}",
    "unlocated_hint": "Nous n’avons pas pu situer ces adresses sur la carte.",
    "opening": "Chargement…",
    "not_opened": "Ces résultats n’ont pas pu être chargés. Ils sont dans la liste.",
    "zoom_in": "Agrandir la carte",
    "zoom_out": "Réduire la carte",
    "close": "Fermer",
    "legend": "Légende",
    "legend_states": LEGEND_STATES,
    "legend_zone": "Secteur d’un à deux kilomètres, adresse non affichée",
    "legend_same": "Plusieurs résultats au même endroit\u00a0: leur nombre",
    "legend_many": "Plusieurs résultats proches\u00a0: agrandir pour les séparer",
}
"""For the scripts, among those of every page (`web.texts.SCRIPT`)."""
