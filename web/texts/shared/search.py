"""What the pages of `web/parents/search/` say (as `web.texts`)."""

# A way: from where one looks to where one goes next.
WAY = "Chercher le long d’un trajet"
WAY_NONE = "du domicile au travail, par exemple"
WAY_TO = "jusqu’{end}"
WAY_HINT = (
    "Le trajet va tout droit du lieu où vous cherchez à ce lieu, à vol d’oiseau : nous ne connaissons ni les rues "
    "ni les ponts."
)
ARRIVAL = "Vers où allez-vous ensuite ?"
ARRIVAL_HINT = "Une commune, un code postal ou une adresse"
DETOUR = "À quelle distance du trajet ?"
DETOURS = {
    "0.5": "À moins de 500 m",
    "1": "À moins de 1 km",
    "2": "À moins de 2 km",
    "5": "À moins de 5 km",
    "10": "À moins de 10 km",
}
ALONG = "sur le trajet {start} {end}, à vol d’oiseau"
YOUR_POSITION = "votre position"
FROM_WAY = "{distance} de votre trajet"
SORT_ALONG = "au plus près du trajet"
UNDERSTOOD_ARRIVAL = "Arrivée retenue : {place}."
LOOSEN_DETOUR = "Chercher à moins de {detour} km du trajet"

ERROR_NO_START = "Dites-nous aussi d’où vous partez : une commune ou un code postal."
ERROR_NO_POINT = "Un trajet va d’une commune ou d’une adresse à une autre : ce lieu est trop étendu."
ERROR_SAME_PLACE = "C’est le lieu d’où vous partez : choisissez-en un autre, ou effacez celui-ci."
ERROR_DETOUR = "Choisissez une distance au trajet dans la liste."

# The filters; what each is called stands in its row (search_api/filter_table.py).
TARIFF_ANY = "peu importe"
TARIFF_AT_MOST = "au plus {money}"
ERROR_TARIFF = "Choisissez un tarif dans la liste."
CHIPS = "Filtres choisis"
CHIP_REMOVE = "Retirer le filtre"
CHIP_WORDS = "« {words} »"

# A need of several children, or of hours that differ by day.
MORE_SLOTS = "Ajouter d’autres horaires, ou un autre enfant"
MORE_SLOTS_HINT = (
    "Quand les heures de deux enfants se recouvrent, nous cherchons une place pour chacun au même endroit. "
    "L’âge demandé plus bas est celui d’un seul enfant."
)
SLOTS = ("Autres horaires ou deuxième enfant", "Autres horaires ou troisième enfant")
ERROR_TOO_MANY_CHILDREN = "Cela fait plus de six enfants à la fois : faites plutôt deux recherches."
ERROR_TOO_MANY_HOURS = "Ces horaires sont trop variés pour une seule recherche : faites-en plutôt deux."

ALERT = "Être prévenu quand une place se libère"
