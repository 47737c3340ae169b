"""What searches say: the parents' page and the desk of a relais (as `web.texts`)."""

from domain.french import Plural

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
IN_ZONE = "dans la zone de la carte"
LOOSEN_ZONE = "Chercher de nouveau {where}"
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
CHIP_WAY = "trajet jusqu’{end}"
ZONE = "Zone de la carte"
TOGGLE_ADD = "Ajouter le filtre"
TOGGLE_FREE = "Seulement libres"

# The bar that says the search, and the sheet that it opens.
TO_RESULTS = "Aller aux résultats"
CHANGE = "Modifier la recherche\u00a0:"
SHEET = "Votre recherche"
CLOSE = "Fermer"
ANYWHERE = "Partout"
PILL_AROUND = "{place} · {radius}\u00a0km"
PILL_ALONE = "{place} seulement"
PILL_WAY = "{start} → {end}"
PILL_ALL = "Tous les jours, tous les accueils"
WHICH = "Quel accueil\u202f?"
SHORT_FILTERS = "Filtres"
SHOW = "Voir les résultats"
SHOW_COUNTED = "Voir {count}"
SHOW_NONE = "Aucun résultat\u00a0: voir comment élargir"
RIBBON_LABEL = "Site de démonstration"
RIBBON = "Démonstration\u00a0: une partie des fiches est inventée."
PROFESSIONALS = "Espace pro"

# A need of several children, or of hours that differ by day.
MORE_SLOTS = "Ajouter d’autres horaires"
MORE_SLOTS_HINT = (
    "Par exemple une nuit, ou les horaires d’un autre enfant. "
    "Quand les heures de deux enfants se recouvrent, nous cherchons une place pour chacun au même endroit."
)
SLOTS = ("Autres horaires ou deuxième enfant", "Autres horaires ou troisième enfant")
CHILD = "Enfant {number}"
ADD_CHILD = "Ajouter un enfant"
ADD_CHILD_HINT = "Pour des jumeaux, indiquez deux fois la même date."
PLACES_OF_BIRTHS = "{count} (selon les naissances indiquées)"
BORN = "enfant né ou attendu le {days}"
BORN_SEVERAL = "{count} enfants nés ou attendus le {days}"
ERROR_TOO_MANY_BIRTHS = "Indiquez six enfants au maximum : au-delà, faites deux recherches."
LOOSEN_AGES = "Chercher sans préciser l’âge"
LENIENCE = "Souplesse sur les horaires"
LENIENCE_NONE = "aucune"
LENIENCES = {"15": "15 minutes", "30": "30 minutes", "60": "1 heure"}
LENIENT = "jusqu’à {minutes} de moins au début et à la fin"
ERROR_LENIENCE = "Choisissez une souplesse dans la liste."
ERROR_FEWER_PLACES = (
    "Vous avez indiqué {count}\u00a0naissances\u00a0: choisissez au moins {count}\u00a0enfants, "
    "ou effacez une date de naissance."
)
ERROR_TOO_MANY_CHILDREN = "Cela fait plus de six enfants à la fois : faites plutôt deux recherches."
ERROR_TOO_MANY_HOURS = "Ces horaires sont trop variés pour une seule recherche : faites-en plutôt deux."

# A further page of a list, without a script.
CONTINUED = "Suite de la liste."
TO_FIRST = "Revenir au début"

ERROR_ZONE = (
    "La zone de la carte n’est pas lisible dans ce lien\u00a0: nous l’avons retirée. Vérifiez le lieu, puis "
    "relancez la recherche."
)

# A need that hardly anybody covers.
WHOLE = Plural("couvre toute votre recherche", "couvrent toute votre recherche")
WHOLE_AT_LEAST = "Au moins {whole}"
PARTLY = ", {count}\u00a0en partie, plus tard ou à confirmer"
NOBODY = "Personne ne couvre toute votre recherche{rest}."
NOBODY_PARTLY = "{count}\u00a0peut-être en partie"
AT_BEST = "Au mieux\u00a0:"
ALL_OF_IT = "toute votre recherche"
WITHIN = "à {minutes} près"
LESS = "En demandant un peu moins"
LESS_MORE = "Autres possibilités"
MORE_FOUND = "{count}\u00a0de\u00a0plus"
PAIRS = "À deux, votre recherche est couverte"
PAIRS_HINT = "Chaque proposition réunit deux assistantes maternelles. Deux contrats seraient à conclure."
MISSING = "Une partie de nos suggestions manque : la recherche a pris trop de temps."
NO_ASSISTANT = {
    "distance": ("", "Nous ne connaissons aucune assistante maternelle {where}."),
    "filters": (
        "La seule assistante maternelle {where} ne correspond pas à vos filtres.",
        "Aucune des {count} assistantes maternelles {where} ne correspond à vos filtres.",
    ),
    "age": (
        "La seule assistante maternelle {where} n’accueille pas d’enfant de l’âge demandé.",
        "Aucune des {count} assistantes maternelles {where} n’accueille d’enfant de l’âge demandé.",
    ),
    "full": (
        "La seule assistante maternelle {where} n’a déclaré aucune place libre à cette date.",
        "Aucune des {count} assistantes maternelles {where} n’a déclaré de place libre à cette date.",
    ),
    "places": (
        "La seule assistante maternelle {where} n’a pas autant de places libres à ces horaires.",
        "Aucune des {count} assistantes maternelles {where} n’a autant de places libres à ces horaires.",
    ),
    "hours": (
        "La seule assistante maternelle {where} n’a pas de place libre à ces horaires.",
        "Aucune des {count} assistantes maternelles {where} n’a de place libre à ces horaires.",
    ),
}

ALERT = "Être prévenu quand une place se libère"
ALERT_PLACE = "Être prévenu quand une place se libère {where}"
