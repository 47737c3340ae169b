"""What the pages of `web/parents/alerts/` say (as `web.texts`)."""

# Asking.
TITLE = "Être prévenu quand une place se libère"
LEAD = (
    "Nous vous écrivons quand un assistant maternel ou une assistante maternelle déclare une place libre qui répond à"
    " votre recherche."
)
NEED = "Votre recherche"
CHANGE = "Changer la recherche"
ASSISTANTS = "L’alerte porte sur les assistants maternels\u00a0: ils sont les seuls à déclarer leurs places libres ici."
NOW_NONE = "Aucune place ne répond à votre recherche en ce moment."
NOW_ONE = "1\u00a0assistant maternel y répond en ce moment. Seules les places suivantes vous seront annoncées."
NOW_MANY = (
    "{count}\u00a0assistants maternels y répondent en ce moment. Seules les places suivantes vous seront annoncées."
)
MAIL = "Votre adresse mail"
MAIL_HINT = "Nous vous écrivons d’abord pour vérifier que c’est la vôtre. Elle n’est donnée à personne."
RHYTHM = "Quand vous écrire\u202f?"
RHYTHMS = (
    ("at_once", "Dès qu’une place se libère"),
    ("weekly", "Une fois par semaine, le lundi, s’il y a du nouveau"),
)
TRAP = "Laissez ce champ vide"
SEND = "Créer l’alerte"
KEPT = (
    "L’alerte prend fin d’elle-même au bout de {alert_days} jours, ou {alert_after_wanted_days} jours après la date"
    " souhaitée. Un clic l’arrête avant."
)
BACK = "Revenir aux résultats"
CHECK_TITLE = "Ouvrez votre boîte mail"
CHECK = (
    "L’alerte n’a pas encore commencé\u00a0: un mail vous attend avec un lien pour la confirmer\u202f; il dit jusqu’à"
    " quand. Regardez aussi dans les indésirables."
)

# The summary of the need.
KINDS = "assistants maternels"
AT_LEAST = "{count}\u00a0places"
FILTERS = "avec vos filtres"

# What stands in the way.
FIRST_TITLE = "Cherchez d’abord"
FIRST = "Une alerte garde une recherche\u00a0: dites d’abord où, et quels jours si vous le savez."
BROKEN = "Cette recherche est à revoir avant d’en faire une alerte\u00a0: {reason}"
UNSURE_PLACE = (
    "{reason} Faites d’abord la recherche, choisissez le lieu voulu, puis créez l’alerte depuis les résultats."
)
NO_PLACE = "Dites où vous cherchez\u00a0: une alerte pour la France entière n’aiderait personne."
OTHER_KINDS = (
    "Votre recherche ne porte que sur des structures, qui ne déclarent pas leurs places libres ici\u00a0: appelez-les,"
    " ou cherchez aussi parmi les assistants maternels."
)
STRUCTURES_FILTER = (
    "Avec {filters}, votre recherche ne porte que sur des structures, qui ne déclarent pas leurs places libres"
    " ici\u00a0: appelez-les, ou retirez {these} pour chercher parmi les assistants maternels."
)
THESE = ("ce filtre", "ces filtres")
TOO_WIDE = (
    "{count} assistants maternels répondent déjà à cette recherche\u00a0: l’alerte vous écrirait sans cesse. Précisez"
    " les jours, les heures ou la distance."
)
TO_SEARCH = "Faire une recherche"

# Errors, beside the field.
ERROR_RHYTHM = "Choisissez quand nous vous écrivons."
ERROR_TRAP = "Un champ caché a été rempli, sans doute par votre navigateur. Relisez, puis envoyez à nouveau."
ERROR_FAST = "Ce formulaire a été envoyé très vite après son ouverture. Relisez, puis envoyez-le à nouveau."
ERROR_MANY = "Trop de demandes pour cette adresse ou depuis cet endroit\u00a0: réessayez dans {wait}."

# Confirming.
CONFIRM_TITLE = "Commencer cette alerte\u202f?"
CONFIRM = "Commencer l’alerte"
CONFIRM_AT_ONCE = "Vous recevrez un mail dès qu’une place se libère, dix par jour au plus."
CONFIRM_WEEKLY = "Vous recevrez un mail le lundi, s’il y a du nouveau."
CONFIRMED_TITLE = "L’alerte a commencé"
CONFIRMED = "Elle dure jusqu’au {day}\u202f; chaque mail permet de l’arrêter d’un clic."
OVER_TITLE = "Ce lien n’est plus valable"
OVER = "L’alerte est arrêtée, ou le délai pour la confirmer est passé. Vous pouvez en créer une autre."
FULL_TITLE = "Vous avez déjà cinq alertes"
FULL = "Arrêtez-en une, puis revenez à ce lien\u00a0:"
FULL_STOP = "Arrêter"
FULL_ELSEWHERE = (
    "Vos autres alertes utilisent une autre variante de cette adresse (avec un «\u00a0+\u00a0» avant le @)."
    " Pour en arrêter une, ouvrez le lien d’arrêt dans un mail de cette alerte, puis revenez à ce lien."
)

# Stopping and prolonging.
STOP_TITLE = "Arrêter cette alerte\u202f?"
STOP = "Vous ne recevrez plus rien pour cette recherche, et votre adresse sera effacée."
STOP_BUTTON = "Arrêter l’alerte"
STOPPED_TITLE = "L’alerte est arrêtée"
STOPPED = "Votre adresse est effacée. Vous pourrez créer une autre alerte quand vous voudrez."
PROLONG_TITLE = "Prolonger cette alerte\u202f?"
PROLONG = "Six mois de plus à partir d’aujourd’hui."
PROLONG_BUTTON = "Prolonger l’alerte"
PROLONGED_TITLE = "L’alerte est prolongée"
