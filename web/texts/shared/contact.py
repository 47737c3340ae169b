"""What the pages of `web/parents/contact/` say (as `web.texts`)."""

# Writing.
TITLE = "Écrire à {name}"
LEAD = (
    "{name} reçoit votre message par mail, sans voir votre adresse. Sa réponse vous arrive par mail, sans que vous"
    " voyiez la sienne."
)
NAME = "Votre nom ou prénom"
NAME_HINT = "Il est montré au-dessus de votre message."
MAIL = "Votre adresse mail"
MAIL_HINT = "Nous vous écrivons d’abord pour vérifier que c’est la vôtre. Elle n’est pas montrée."
TEXT = "Votre message"
TEXT_HINT = (
    "1\u202f500 caractères au plus. Un numéro de téléphone est permis\u202f; pas de lien, d’adresse mail ni de"
    " pièce jointe."
)
TRAP = "Laissez ce champ vide"
SEND = "Continuer"
CANCEL = "Revenir à la fiche"
KEPT = (
    "Votre message est oublié {contact_text_days} jours après son envoi, la conversation au bout de"
    " {contact_thread_days} jours. {name} peut"
    " signaler un message aux modérateurs."
)
CHECK_TITLE = "Ouvrez votre boîte mail"
CHECK = (
    "Votre message n’est pas encore parti\u00a0: un mail vous attend avec un lien pour l’envoyer\u202f; il dit jusqu’à"
    " quand. Regardez aussi dans les indésirables."
)
BACK = "Revenir à la fiche"

# Errors, beside the field.
ERROR_NAME = "Écrivez votre nom ou votre prénom."
ERROR_NAME_LONG = "Ce nom est trop long\u00a0: 80 caractères au plus."
ERROR_NAME_LINK = "Écrivez un nom, sans lien ni adresse."
ERROR_EMPTY = "Écrivez votre message."
ERROR_LONG = "Ce message est trop long\u00a0: {count} caractères, pour 1\u202f500 au plus."
ERROR_LINK = (
    "«\u00a0{piece}\u00a0» ressemble à un lien ou à une adresse mail\u00a0: retirez-le. Si ce n’en est pas un, mettez"
    " une espace après le point."
)
ERROR_FAST = "Ce formulaire a été envoyé très vite après son ouverture. Relisez votre message, puis envoyez-le."
ERROR_TRAP = "Un champ caché a été rempli, sans doute par votre navigateur. Relisez votre message, puis envoyez-le."
ERROR_MANY = (
    "Pour que personne ne soit dérangé, le nombre de messages par jour est limité\u00a0: réessayez dans {wait}. Votre"
    " texte est toujours là."
)

# She takes none, or the link has had its time.
AWAY_TITLE = "On ne peut pas lui écrire ici"
AWAY = (
    "Cette personne ne reçoit pas de message par Ribambelle en ce moment. Sa fiche indique s’il existe un autre moyen"
    " de la joindre."
)
MANY_TITLE = "Limite du jour atteinte"
MANY = (
    "Pour que personne ne soit dérangé, le nombre de messages par jour est limité. Votre message n’est pas perdu\u00a0:"
    " revenez à ce lien dans {wait}, s’il vaut encore."
)
OVER_TITLE = "Ce lien n’est plus valable"
OVER = "Il a déjà servi, ou son délai est passé. Si votre message n’est pas parti, écrivez-le à nouveau."
HOME = "Faire une recherche"

# Confirming.
CONFIRM_TITLE = "Envoyer votre message\u202f?"
CONFIRM_TO = "À {name}"
CONFIRM_FROM = "De {name}"
CONFIRM = "Envoyer mon message"
SENT_TITLE = "Votre message est envoyé"
SENT = "{name} le reçoit par mail. Sa réponse vous arrivera par mail\u202f; répondez-y comme d’habitude."

# Blocking and reporting, from the links in a mail.
GONE = "La conversation est trop ancienne, ou elle est déjà effacée."
BLOCK_TITLE = "Ne plus rien recevoir de ce parent\u202f?"
BLOCK_REPLIES_TITLE = "Ne plus recevoir de réponses\u202f?"
BLOCK = (
    "{name} n’en est pas averti. Ses messages ne vous arriveront plus. Vous pourrez changer d’avis dans votre espace."
)
BLOCK_REPLIES = "La conversation avec {name} est fermée\u00a0: plus rien ne passe, ni dans un sens ni dans l’autre."
BLOCK_BUTTON = "Ne plus rien recevoir"
BLOCKED_TITLE = "C’est fait"
BLOCKED = "Plus aucun message de {name} ne vous arrivera."
REPORT_TITLE = "Signaler ce message\u202f?"
REPORT = "Un modérateur de Ribambelle lira ce message de {name}, et lui seul. {name} n’en est pas averti."
REPORT_BUTTON = "Signaler aux modérateurs"
REPORTED_TITLE = "Merci, c’est signalé"
REPORTED = "Un modérateur lira ce message. En cas de menace ou de danger, appelez le 17."
REPORT_FORGOTTEN = "Son texte est déjà oublié, comme tous après quelque temps\u00a0: il ne peut plus être signalé."
ALSO_BLOCK = "Ne plus rien recevoir de {name}"
ALSO_REPORT = "Signaler ce message aux modérateurs"

# The staff's list.
REPORTS_TITLE = "Messages signalés"
REPORTS_WAITING = "À traiter\u00a0: {count}. Pris par vous\u00a0: {mine}."
REPORTS_PAGER = "Pages"
REPORTS_OLDER = "Page précédente"
REPORTS_NEWER = "Page suivante"
REPORTS_NONE = "Aucun message signalé n’attend."
REPORTS_LEAD = "Les plus anciens d’abord. Chaque lecture de cette page est enregistrée au journal."
REPORTS_WARNING = "Un parent signalé par trois assistantes maternelles ne peut plus écrire à personne par Ribambelle."
REPORTED_ON = "Signalé le {day}"
BY_PARENT = "Écrit par un parent\u00a0: {name}"
BY_AM = "Écrit par l’assistante maternelle\u00a0: {name}"
FICHE_OF = "Fiche de {name}"
COUNT = "Ce parent a été signalé par {count} assistantes maternelles."
SETTLE = "C’est traité\u00a0: effacer ce texte"

# Her switch.
SPACE_TITLE = "Messages des parents"
SPACE_LEAD = (
    "Les parents peuvent vous écrire par Ribambelle, même si vous n’affichez ni téléphone ni mail. Ils ne voient pas"
    " votre adresse\u00a0: vous répondez au mail, et nous transmettons."
)
SPACE_HIDDEN = (
    "Votre fiche n’est pas visible en ce moment\u00a0: les parents ne peuvent pas vous écrire. Les conversations déjà"
    " commencées continuent."
)
SPACE_OFF = (
    "Vous ne recevez pas de messages par Ribambelle. Les parents vous joignent par le téléphone ou le mail que vous"
    " affichez sur votre fiche."
)
SPACE_UNREACHABLE = (
    "Vous ne recevez pas de messages par Ribambelle, et vous n’affichez ni téléphone ni mail\u00a0: les parents ne"
    " peuvent pas vous joindre depuis votre fiche."
)
SPACE_TICK = "Recevoir les messages des parents par Ribambelle"
SPACE_SAVE = "Enregistrer"
SPACE_BACK = "Revenir à mon espace"
SPACE_BLOCKED = "Parents dont vous ne recevez plus rien"
SPACE_BLOCKED_SINCE = "depuis le {day}"
SPACE_UNBLOCK = "Recevoir à nouveau"
