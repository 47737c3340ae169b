"""What the pages of `web/widget/` say (as `web.texts`)."""

from domain.french import Plural

# The frame on a town hall's site.
HEADING = "Trouver un accueil pour son enfant"
PLACE_TERRITORY = "dans le territoire : {place}"
TITLE = "{heading} {where}"
FORM = "Préciser la recherche"
KIND = "Que cherchez-vous ?"
ALL_KINDS = "Tous les accueils"
DAYS = "Quels jours ?"
HOURS_FROM = "De"
HOURS_TO = "À"
SUBMIT = "Chercher"
NONE = "Rien ne correspond à cette recherche. Sur Ribambelle, vous pouvez chercher aussi dans les communes voisines."
SHOWN = "Les {count} premiers sont ici."
ALL = "Voir tout sur Ribambelle"
NEW_TAB = "(nouvel onglet)"
BY = "Un service de Ribambelle"
MAP_LABEL = "Carte des accueils {where}"
MAP_NO_SCRIPT = "La carte a besoin de JavaScript. La liste est sur Ribambelle."
MAP = {
    "zoom_in": "Agrandir la carte",
    "zoom_out": "Réduire la carte",
    "close": "Fermer",
    "cluster": "{count} offres ici : agrandir la carte",
    "group": "{count} offres au même endroit",
    "fictitious": "Données fictives",
    "zone": "Dans ce quartier, adresse non montrée",
    "commune": "Dans cette commune, adresse non montrée",
    "new_tab": NEW_TAB,
    "busy": "La carte est momentanément en pause. Elle s’affichera dans {seconds}\u00a0s.",
    "failed": "La carte n’a pas pu être chargée. La liste est sur Ribambelle.",
}
"""Said by the map's script: handed to it as JSON in the page."""

# The counter. What it counts is told with it.
NO_FREE = "Aucune place libre déclarée"
ASSISTANT = Plural("assistant maternel ou assistante maternelle", "assistants maternels et assistantes maternelles")
FREE_AT = "chez {assistants}, au {day}, d’après ce qu’ils et elles ont déclaré."
FREE_NOTE = "Une place compte si elle est libre à un moment au moins de la semaine, pas forcément tous les jours."
FICTITIOUS_COUNT = "Ce nombre compte des données fictives."
STRUCTURE = Plural("crèche ou autre lieu d’accueil", "crèches et autres lieux d’accueil")
TO_ASK = "Et {structures} à qui demander une place : leurs places libres ne sont pas connues."
TO_ASK_ALONE = "où demander une place : leurs places libres ne sont pas connues."
OFFER = Plural("adresse utile aux familles", "adresses utiles aux familles")

# What the frame says when it cannot show the search.
REFUSED_TITLE = "Cette recherche ne peut pas être montrée ici"
REFUSED_KEY = "La clé de ce site n’est pas valable. La mairie peut en demander une à l’équipe de Ribambelle."
REFUSED_ORIGIN = "Ce site ne fait pas partie de ceux que la clé autorise."
UNAVAILABLE = "La recherche est momentanément indisponible. Réessayez dans une minute."
BUSY_TITLE = "Trop de pages ouvertes en peu de temps"
BUSY = "Beaucoup de pages ont été ouvertes depuis votre connexion. Dans {wait}, rechargez la page."
ERROR_NO_TERRITORY = "Il manque le territoire : commune, epci ou departement."
ERROR_TWO_TERRITORIES = "Un seul territoire à la fois : commune, epci ou departement."
ERROR_UNKNOWN_TERRITORY = "Le code « {code} » n’est celui d’aucun territoire."
ERROR_KIND = "Le type « {kind} » n’existe pas."
ERROR_COLOUR = "La couleur s’écrit en six chiffres ou lettres de a à f, comme 7a2850."
ERROR_VIEW = "La vue est liste, carte ou compteur."

# The page that writes the snippet.
BUILDER_TITLE = "Montrer la recherche sur le site de votre commune"
BUILDER_LEAD = (
    "Les familles trouvent les accueils de votre territoire sans quitter le site de la mairie. "
    "C’est gratuit, sans cookie ni traceur. Choisissez, regardez l’aperçu, puis copiez le code."
)
TERRITORY = "Votre territoire"
TERRITORY_HINT = "Une commune, une intercommunalité ou un département"
UNDERSTOOD = "Territoire : {place}."
ALL_OF_TODAY = "toute cette commune est affichée."
OTHERS = "Vous pensiez à un autre ?"
KINDS = "Que montrer ?"
KINDS_HINT = "rien de coché : tous les modes d’accueil"
COLOUR = "Votre couleur"
COLOUR_HINT = "les textes restent lisibles, quelle que soit la couleur"
VIEW = "Sous quelle forme ?"
VIEWS = {
    "liste": "La liste, avec une petite recherche",
    "carte": "La carte",
    "compteur": "Un compteur : le nombre de places libres",
}
KEY = "Votre clé"
KEY_HINT = "pas encore de clé ? Laissez vide, vous la mettrez à la place de VOTRE-CLE"
KEY_PLACEHOLDER = "VOTRE-CLE"
ERROR_NO_PLACE = "Dites quel est votre territoire."
ERROR_NOT_A_TERRITORY = "Ce territoire n’est pas reconnu : « {text} ». Essayez le nom d’une commune."
ERROR_BUILDER_KEY = "Une clé a douze lettres et chiffres. Copiez-la telle quelle."
ERROR_BUILDER_KIND = "Ce choix n’existe pas."
BUILD = "Voir l’aperçu et le code"
PREVIEW = "L’aperçu"
PREVIEW_TITLE = "Aperçu : {title}"
SNIPPETS = "Le code à copier"
SNIPPET_NAMES = {
    "script": "Le plus simple : un script, dont la hauteur suit le contenu",
    "iframe": "Sans JavaScript : un cadre, dont vous choisissez la hauteur",
    "element": "Pour un site fait de composants : un élément HTML",
}
KEY_TITLE = "La clé de votre site"
KEY_TEXT = (
    "La recherche ne s’affiche que sur les sites autorisés. Demandez une clé à l’équipe de Ribambelle en donnant "
    "les noms exacts de votre site, par exemple arras.fr et www.arras.fr. Le site doit être en https. "
    "L’aperçu ci-dessus n’a pas besoin de clé."
)
CHANGED = "L’aperçu et le code sont à jour."

# The administrator's page.
KEYS_TITLE = "Clés des widgets"
KEYS_TEXT = (
    "Une clé laisse des sites de mairies, et eux seuls, montrer la recherche. Elle n’est pas secrète : "
    "elle se lit dans leurs pages."
)
KEYS_NAME = "Nom du site"
KEYS_NAME_HINT = "Par exemple : Ville d’Arras."
KEYS_HOSTS = "Noms exacts du site"
KEYS_HOSTS_HINT = "Un par ligne, comme arras.fr et www.arras.fr : chacun compte seul."
KEYS_ADD = "Créer une clé"
KEYS_LIST = "Clés créées"
KEYS_COLUMNS = ("Site", "Clé", "Noms autorisés", "Créée", "État")
KEYS_REVOKE = "Révoquer"
KEYS_REVOKED = "Révoquée le {day}"
KEYS_BUILDER = "Écrire le code pour un site"
