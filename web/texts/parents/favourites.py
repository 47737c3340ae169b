"""What the pages of `web/parents/favourites/` say (as `web.texts`)."""

from domain.french import Plural

LINK = "Mes favoris"
KEEP = "Ajouter aux favoris"
KEEP_NAMED = "Ajouter aux favoris\u00a0: {name}"
TITLE = "Mes favoris"
LEAD = (
    "Cette liste reste dans ce navigateur\u00a0: pas de compte, rien n’est enregistré chez nous."
    " Pour la retrouver ailleurs, envoyez-vous son lien."
)
EMPTY = "Vous n’avez pas encore de favori."
EMPTY_HELP = (
    "Sur une carte ou une fiche, touchez le cœur\u00a0: l’offre vous attend ici, dans ce navigateur."
    " Vous pouvez en ajouter 50."
)
NO_SCRIPT = (
    "Les favoris ont besoin de JavaScript, désactivé dans votre navigateur. Vous pouvez ouvrir un lien de favoris reçu,"
    " ou utiliser les marque-pages de votre navigateur."
)
BLOCKED = (
    "Votre navigateur interdit aux sites de garder quelque chose (navigation privée, ou réglage)\u00a0: les favoris ne"
    " peuvent pas y rester."
)
FULL = "Vous avez déjà 50\u00a0favoris\u00a0: retirez-en un pour ajouter celui-ci."
ADDED = "Ajouté à vos favoris."
SEE = "Voir mes favoris"
REMOVED = "Retiré de vos favoris."
UNDO = "Annuler"
OFFER = Plural("offre", "offres")
GONE_ONE = "Une offre n’est plus publiée\u00a0: elle a été retirée, ou son adresse est mal recopiée."
GONE_MANY = "{count} offres ne sont plus publiées\u00a0: elles ont été retirées, ou leur adresse est mal recopiée."
FORGET = "Retirer ce qui n’est plus publié"
CUT = "Ce lien contient plus de 50 offres\u00a0: les 50 premières sont montrées."
KEEP_ALL = "Ajouter toute cette liste à mes favoris"
KEPT_ALL = "La liste est ajoutée à vos favoris, dans ce navigateur."
LIST = "Vos favoris"

SEND = "S’envoyer la liste"
SEND_HELP = "Le lien contient la liste elle-même. Il s’ouvre sur tout appareil, et se transmet à qui vous voulez."
SEND_MAIL = "Envoyer le lien par mail"
COPY = "Copier le lien"
COPIED = "Le lien est copié."
NOT_COPIED = "Le lien n’a pas pu être copié\u00a0: copiez l’adresse de cette page."
MAIL_SUBJECT = "Mes favoris sur Ribambelle"
MAIL_BODY = "Mes favoris sur Ribambelle\u00a0:\n\n"

COMPARE = "Comparer"
COMPARE_LEGEND = "Lesquelles, côte à côte\u202f? (quatre au plus)"
COMPARE_BUTTON = "Comparer les offres cochées"
COMPARE_TITLE = "Comparer des offres"
COMPARE_CAPTION = "Une colonne pour chaque offre, une ligne pour chaque critère"
COMPARE_NONE = "Cochez deux à quatre offres dans vos favoris, puis «\u00a0Comparer\u00a0»."
COMPARE_ONE = "Il faut au moins deux offres pour comparer\u00a0: en voici une."
COMPARE_TOO_MANY = (
    "Quatre offres au plus tiennent côte à côte\u00a0: vous en avez choisi {count}, voici les quatre premières."
)
SCROLL = "Sur un petit écran, faites défiler le tableau vers la droite."
CRITERION = "Critère"
REMOVE = "Retirer"
REMOVE_NAMED = "Retirer {name} de la comparaison"
BACK = "Revenir aux favoris"
NOT_SAID = "non précisé"

KIND = "Type d’accueil"
PLACE = "Où"
AVAILABILITY = "Disponibilité"
WHEN = "Jours et heures"
TARIFF = "Tarif"
CAPACITY = "Capacité"
AGES = "Âges"
FEATURES = "Particularités"
LANGUAGES = "Langues parlées"
MANAGER = "Gestionnaire"
LEAVE = "Congés annoncés"
LEAVE_MORE = "et {count} autres jours"
