"""What the pages say, in one place, so that it can be reread as a whole.

Labels of kinds, features and so on are domain.vocabulary's, what the filters are called is search_api.filter_table's.
`{names}` are filled in by `str.format`. The spaces before ; ! ? are U+202F, before : and inside « » U+00A0. What one
area alone says is in the module of its name; templates read it as `t.alerts.TITLE`. Touches domain only.
"""

from domain.french import Plural
from web.texts import widget
from web.texts.parents import about, alerts, favourites
from web.texts.shared import contact, fiche, inbox, maps, notices, reports, search, states

__all__ = [
    "about",
    "alerts",
    "contact",
    "favourites",
    "fiche",
    "inbox",
    "maps",
    "notices",
    "reports",
    "search",
    "states",
    "widget",
]

SITE = "Ribambelle"
TAGLINE = "Trouver une place pour son enfant"
HOME_TITLE = "Crèches et assistants maternels près de chez vous"
RESULTS_TITLE = "Résultats de la recherche"
SKIP = "Aller au contenu"
HOME_LINK = "Ribambelle, page d’accueil"

# The search form.
WHERE = "Où cherchez-vous ?"
WHERE_HINT = "Une commune ou un code postal"
WHERE_HINT_ADDRESS = "Une adresse, une commune ou un code postal"
WHERE_EXAMPLE = "Nantes, 44400…"
HOME_LEAD = (
    "Crèches, assistants maternels, relais et lieux d’accueil : voyez qui est près de chez vous, "
    "et qui a de la place. Sans compte à créer."
)
AROUND_ME = "Autour de moi"
MY_POSITION = "Ma position"
SUBMIT = "Chercher"
UPDATE = "Mettre à jour"
RADIUS = "Jusqu’où ?"
RADII = {
    "0": "Dans la commune seulement",
    "1": "À moins de 1 km",
    "2": "À moins de 2 km",
    "5": "À moins de 5 km",
    "10": "À moins de 10 km",
    "20": "À moins de 20 km",
    "50": "À moins de 50 km",
}
KINDS = "Que cherchez-vous ?"
KINDS_ALL = "tous"
KIND_GROUPS = (
    ("Faire garder son enfant", ("eaje", "assistant_maternel", "mam", "garde_domicile", "accueil_loisirs")),
    (
        "Être conseillé, rencontrer d’autres parents",
        ("rpe", "lieu_information", "laep", "mediation_familiale", "espace_rencontre", "reaap", "clas"),
    ),
    ("Faire ses démarches", ("point_relais_caf", "point_numerique_caf", "france_services")),
)
OTHER_KINDS = "Conseil, rencontres, démarches"
NEED = "Pour quand ?"
NEED_OPTIONAL = "Jours, heures, âge de l’enfant"
NEED_NONE = "sans préciser"
BIRTHDATE = "Naissance de chaque enfant"
BIRTHDATE_HINT = "date de naissance ou date prévue"
FROM = "À partir du"
FROM_DAY = "à partir du {day}"
DAYS = "Quels jours ?"
DAY_SHORT = {
    "lun": "Lun",
    "mar": "Mar",
    "mer": "Mer",
    "jeu": "Jeu",
    "ven": "Ven",
    "sam": "Sam",
    "dim": "Dim",
}
HOURS_FROM = "De"
HOURS_TO = "À"
HOURS_LEGEND = "Quelles heures ?"
PLACES = "Pour combien d’enfants ?"
ONLY_FREE = "Seulement les places libres pour toute la recherche"
ONLY_FREE_HINT = "laisse de côté ce qui n’en couvre qu’une partie, et les structures à qui il faut demander"
FILTERS = "Plus de filtres"
FILTERS_NONE = "aucun"
NAME = "Nom ou mot-clé"
FEATURES = "Ce qui compte pour vous"
SORT = "Trier par"
SORTS = {
    "conseille": "ce qui vous convient",
    "disponibilite": "jours couverts",
    "distance": "distance",
    "mise-a-jour": "mise à jour récente",
    "nom": "nom",
    "pertinence": "correspondance des mots",
}
RESET = "Tout effacer"

# Errors, beside the field.
ERROR_SUMMARY = "La recherche n’a pas pu être faite : corrigez ce qui est signalé."
ERROR_NO_PLACE = "Dites-nous où vous cherchez : une commune ou un code postal."
ERROR_UNKNOWN_PLACE = "Ce lieu n’est pas reconnu : « {text} ». Essayez le nom d’une commune ou un code postal."
ERROR_UNKNOWN_POSTCODE = "Aucune commune n’a le code postal {code}. Essayez le nom de la commune."
ERROR_ADDRESSES_AWAY = (
    "La recherche d’adresses ne répond pas pour le moment. Essayez le nom d’une commune ou un code postal."
)
ERROR_TOO_LONG = "Ce texte est trop long : {limit} caractères au plus."
ERROR_POSITION = "Votre position n’a pas été comprise. Tapez plutôt le nom d’une commune."
ERROR_DATE = "Cette date n’est pas comprise. Écrivez-la ainsi : 2026-09-01."
ERROR_BIRTHDATE_YEARS = "Vérifiez cette date : l’enfant a moins de 18 ans, ou naîtra dans l’année."
ERROR_DAY = "Ce jour n’est pas connu."
ERROR_TIME = "Cette heure n’est pas comprise. Écrivez-la ainsi : 08:00."
ERROR_SAME_TIMES = "L’heure de fin est la même que celle de début."
ERROR_HOURS_WITHOUT_DAYS = "Cochez aussi les jours qui vous concernent."
ERROR_PLACES = "Choisissez un nombre d’enfants entre 1 et 6."
ERROR_RADIUS = "Choisissez une distance dans la liste."
ERROR_SORT = "Choisissez un tri dans la liste."

# The results.
RESULT = Plural("résultat", "résultats")
AT_LEAST = "plus de {count}"
AROUND = "autour {of_place}"
AROUND_ADDRESS = "autour de {place}"
AROUND_POSITION = "autour de votre position"
IN_TERRITORY = "dans le territoire : {place}"
EVERYWHERE = "partout"
UNDERSTOOD = "Lieu retenu : {place}."
GUESSED = "Aucun lieu ne s’appelle exactement « {text} »."
GUESSED_ADDRESS = "Cette adresse n’est pas reconnue : « {text} »."
WRONG_POSTCODE = "Le code postal {code} n’est pas celui {of_place}."
NAMESAKES = "Plusieurs lieux s’appellent « {text} »."
SHARED_POSTCODE = "Plusieurs communes ont le code postal {code}."
FORMER = "{name}, c’est aujourd’hui {today} : {consequence}"
DISTANCES_OF_TODAY = "les distances partent du centre de cette commune."
ALL_OF_TODAY = "les résultats sont ceux de toute cette commune."
OFFER_OF_THAT_NAME = "Un établissement ou un service porte ce nom :"
ADDRESSES_AWAY = "La recherche d’adresses ne répond pas pour le moment."
OTHER_PLACE = "Vous pensiez à un autre lieu ?"
LIST = "Liste"
FROM_CENTRE = "Distances depuis le centre {of_commune}."
REFINE, REFINE_WITH = "Affiner", "avec mon adresse"
"""One link, of which a narrow screen shows the first word."""
UNLOCATED = "Adresse non située"
UNLOCATED_HINT = "Nous n’avons pas pu situer ces adresses sur la carte."
MAP = "Carte"
MAP_LABEL = "Carte des résultats"
MAP_NO_SCRIPT = "La carte a besoin de JavaScript. La liste contient tous les résultats."
MORE = "Voir plus de résultats"
EMPTY = "Rien ne correspond à toute votre recherche"
EMPTY_HELP = "Ce n’est pas la fin de la recherche. Essayez d’élargir :"
LOOSEN_RADIUS = "Chercher à moins de {radius} km"
LOOSEN_HOURS = "Chercher sans préciser les jours et les heures"
LOOSEN_ASK = "Voir aussi ce qui couvre une partie de votre recherche, et les structures à qui demander"
LOOSEN_FILTERS = "Retirer les filtres"
LOOSEN_KINDS = "Chercher tous les accueils et services"
LOOSEN_ALL = "Élargir tout cela à la fois"
LOOSEN_RPE = "Demander de l’aide à un relais petite enfance"
DATA_OF = "Données du {day}"

# Availability, on cards and fiches.
FREE_PLACE = Plural("place libre", "places libres")
FREE_UNTIL = "jusqu’au {day}"
FREE_DECLARED_UNTIL = "disponibilités déclarées jusqu’au {day}"
FULL = "Complet"
LATER = "Libre à partir du {day}"
PARTIAL_FROM = "À partir du {day}"
PARTIAL_FROM_TO = "Du {start} au {end}"
PARTIAL_UNTIL = "Jusqu’au {day}"
UNKNOWN = "Disponibilités inconnues"
TO_ASK = "Places à demander"
TO_CONFIRM = "Disponibilités à confirmer"
DECLARED = "disponibilités déclarées {ago}, à jour"
DECLARED_SAID = "déclarées {ago}, à jour"
DECLARED_TO_CONFIRM = "disponibilités déclarées {ago}, à confirmer"
NEVER_DECLARED = "disponibilités jamais déclarées"
NEVER_DECLARED_SHORT = "Disponibilités jamais déclarées"
FREE_THE_DAY = "Libre le {day}"
FREE_THE_DAYS = "Libre les {count}\u00a0jours"
TO_CONFIRM_SHORT = "À confirmer"
SINCE = "déclaré {ago}"
STRIP = {"yes": "{days}\u00a0: libre", "part": "{days}\u00a0: libre en partie", "no": "{days}\u00a0: pas de place"}
MORE_FEATURES = Plural("autre particularité", "autres particularités")
FICTITIOUS_SHORT = "Fictif"
SHORT_STATUS = {
    "free": "Place libre",
    "full": "Complet",
    "partial": "Libre en partie",
    "later": "Libre plus tard",
    "unknown": "Disponibilités inconnues",
    "to_ask": "Places à demander",
    "to_confirm": "Disponibilités à confirmer",
}

# Cards and fiches.
FICTITIOUS = "Données fictives"
FICTITIOUS_LONG = (
    "Données fictives : cette fiche montre à quoi ressemble le service. La personne ou le lieu n’existe pas."
)
DISTANCE = "à {distance}"
DISTANCE_WITHIN = "à moins de {distance}"
DISTANCE_BETWEEN = "entre {low} et {high}"
ZONE_OF = "un secteur {of_commune}"
COMMUNE_OF = "quelque part {in_commune}"
ZONE_SENTENCE = (
    "{name} a choisi de ne pas montrer son adresse : la carte montre un secteur {of_commune}, pas son domicile."
)
COMMUNE_ZONE_SENTENCE = (
    "{name} a choisi de ne pas montrer son adresse : la carte montre la commune {of_commune}, pas son domicile."
)
STREET_SENTENCE = "La carte montre la rue, pas le numéro."
COMMUNE_SENTENCE = "L’adresse n’a pas pu être située exactement : la carte montre la commune {of_commune}."
CHILD = Plural("enfant", "enfants")
CAPACITY = "{children} au plus"
CAPACITY_OF = "capacité\u00a0: {places}"
PLACE = Plural("place", "places")
MEMBERS = "assistants maternels"
HOURLY = "{money} net de l’heure"
HOURLY_SHORT = "{money}/h net"
FEATURES_SHORT = {"handicap": "Accueil du handicap"}
"""On cards, where the vocabulary’s label is too long."""
UPKEEP = "{money} d’entretien par jour"
MEAL = "{money} par repas"
AGES = "Âges"
CHILDREN = "Enfants accueillis"
CAPACITY_LABEL = "Capacité"
MANAGER = "Gestionnaire"
MANAGER_TYPE = "Type de gestionnaire"
CONTACT = "Contact"
PHONE = "Téléphone"
MAIL = "Courriel"
WEBSITE = "Site"
NO_CONTACT = "Aucune coordonnée n’est publiée."
OPENING_HOURS = "Horaires d’ouverture"
OPENING_UNKNOWN = "Les horaires ne sont pas connus : demandez-les à la structure."
CLOSED = "fermé"
FUNDING = "Tarif"
PRACTICAL = "En pratique"
PROJECT = "Le projet d’accueil"
TIMETABLE = "Disponibilités"
TIMETABLE_FROM = "À partir du {start}"
TIMETABLE_FROM_TO = "Du {start} au {end}"
TIMETABLE_CURRENT = "en ce moment"
TIMETABLE_EMPTY = "Aucune disponibilité n’est déclarée."
TIMETABLE_PAST = "Les disponibilités déclarées sont passées : demandez où elles en sont."
WEEK_CAPTION = "Places libres dans la semaine"
OPENING_CAPTION = "Heures d’ouverture dans la semaine"
DAY = "Jour"
HOURS_AND_PLACES = "Heures et places libres"
HOURS = "Heures"
NO_PLACE = "pas de place"
LEAVE = "Congés annoncés"
TARIFFS = "Tarifs"
TARIFF_NOTE = "Tarifs annoncés, avant aides. Le contrat se conclut entre vous et l’assistant maternel."
FEATURES_TITLE = "Particularités"
LANGUAGES = "Langues parlées"
IN_MAM = "dans la MAM « {name} »"
MAP_ATTRIBUTION = "Contours : Etalab, IGN Admin Express"
FICHE_MAP_NO_SCRIPT = "La carte a besoin de JavaScript."
MAM = "Exerce dans une maison d’assistants maternels"
WHERE_TITLE = "Où ?"
FICHE_MAP_LABEL = "Carte : où se trouve {name}"
BACK = "Retour aux résultats"
BACK_HOME = "Faire une recherche"
SOURCE = "Source : {label}, {licence} (données : {when})."
AM_DATA = "Ces informations sont déclarées par l’assistant maternel."

# Pages that have nothing to show.
NOT_FOUND_TITLE = "Cette page n’existe pas"
NOT_FOUND = "L’adresse est peut-être mal recopiée."
OFFER_GONE_TITLE = "Cette fiche n’existe pas ou n’est plus publiée"
OFFER_GONE = "Elle a pu être retirée depuis votre recherche."
UNAVAILABLE_TITLE = "La recherche est momentanément indisponible"
UNAVAILABLE = "Ce n’est pas vous, c’est nous : le moteur de recherche ne répond pas. Réessayez dans une minute."
RETRY = "Réessayer"
FAILED_TITLE = "Quelque chose n’a pas marché"
FAILED = "L’erreur vient de nous. Vous pouvez reprendre votre recherche."
LIMITED_TITLE = "Trop de fiches consultées d’un coup"
LIMITED = (
    "Pour protéger les coordonnées des assistants maternels, le nombre de fiches lues à la suite est limité. "
    "Réessayez dans {wait}."
)
BUSY_TITLE = "Trop de pages ouvertes en peu de temps"
BUSY = "Beaucoup de pages ont été ouvertes depuis votre connexion. Réessayez dans {wait}."
BUSY_FORM = (
    "Beaucoup de pages ont été ouvertes depuis votre connexion. "
    "Gardez cette page ouverte. Dans {wait}, rechargez-la\u00a0: votre navigateur proposera d’envoyer à nouveau votre"
    " saisie."
)
CROWDED_TITLE = "Beaucoup de fichiers arrivent en ce moment"
CROWDED = (
    "Le vôtre n’a pas été reçu. Gardez cette page ouverte. Dans {wait}, rechargez-la\u00a0: votre navigateur proposera"
    " d’envoyer à nouveau votre saisie."
)

# The footer.
ABOUT = (
    "Ribambelle aide les parents à trouver un accueil pour leur enfant. Le site est libre, gratuit, "
    "sans compte ni traceur."
)
SOURCES = "Sources des données"
SOURCE_LINES = (
    "Communes et contours : Etalab, IGN (Admin Express), DILA — Licence Ouverte.",
    "Crèches et MAM : données ouvertes du Département de Loire-Atlantique.",
    "Les offres marquées « Fictif » ou « Données fictives » sont inventées pour la démonstration.",
)
NAV = "Professionnels"
NAV_REGISTER = "Assistante maternelle\u202f?"
NAV_SIGN_IN = "Se connecter"
HELP_LINK = "Aide pour les assistantes maternelles"
API_LINK = "Documentation de l’API publique"

# The documentation of the API.
API_TITLE = "L’API publique de Ribambelle"
API_OPENAPI = "Le document OpenAPI"
API_EXAMPLES = "Des requêtes pour commencer"
API_FILES = "Fichiers à télécharger"
API_FILES_HINT = (
    "Crèches, MAM, relais et autres structures d’un département. Dans l’adresse, remplacez 44 par le numéro du vôtre."
)
API_ADDRESSES = "Toutes les adresses"
API_STATUSES = "Réponses : {statuses}."
API_REQUIRED = "obligatoire"
API_EXAMPLE = "Exemple :"

# Said by the scripts: handed to them as JSON in the page.
SCRIPT = {
    "suggestions": "{count} suggestions. Flèches pour choisir, Entrée pour valider.",
    "suggestion": "1 suggestion. Flèche bas pour la choisir, Entrée pour valider.",
    "no_suggestion": "Aucune suggestion. Indiquez le nom d’une commune ou un code postal.",
    "no_postcode": "Aucun code postal ne s’écrit ainsi. Essayez le nom de la commune.",
    "too_wide": "Ce lieu est trop étendu. Indiquez une commune ou une adresse.",
    "no_answer": "Les suggestions ne répondent pas pour le moment. Vérifiez votre connexion, puis lancez la recherche.",
    "locating": "Recherche de votre position…",
    "not_located": "Votre position n’a pas pu être obtenue. Tapez le nom d’une commune.",
    "my_position": MY_POSITION,
    "fictitious": FICTITIOUS,
    "show": search.SHOW,
    "same_times": ERROR_SAME_TIMES,
    "without_days": ERROR_HOURS_WITHOUT_DAYS,
    "itinerary": "Itinéraire",
    "itinerary_to": "Itinéraire vers {name}",
    **maps.SCRIPT,
    "status": SHORT_STATUS,
    **states.SCRIPT,
}
