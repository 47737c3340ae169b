"""What the pages of `web/am/messages.py` say of her conversations (as `web.texts`); of her switch `contact` says it."""

from domain.french import Plural

UNREAD = Plural("message non lu", "messages non lus")
NAV_UNREAD = Plural("non lu", "non lus")
READ = "Lire mes messages"
CONVERSATIONS = "Conversations"
LEAD = (
    "Répondez ici ou par mail\u00a0: c’est la même conversation. Les parents ne voient pas votre adresse mail."
    " Le texte d’un message est effacé {contact_text_days} jours après son envoi, et la conversation au bout de"
    " {contact_thread_days} jours."
)
EMPTY = "Aucun message pour le moment. Les parents vous écrivent depuis votre fiche."
EMPTY_LINK = "Voir ma fiche"
YOU = "Vous"
FORGOTTEN = "Le texte de ce message est effacé."
BLOCKED = "Vous ne recevez plus les messages de cette famille."
PAGER = "Pages"
NEWER = "Conversations plus récentes"
OLDER = "Conversations plus anciennes"
SETTINGS = "Recevoir des messages"

# One conversation.
CONVERSATION = "Conversation avec {name}"
WROTE = "{name}, le {moment}"
REPORTED = "Vous avez signalé ce message à l’équipe de modération."
REPORT = "Signaler ce message"
BLOCK = "Ne plus rien recevoir de cette famille"
OVER = "Cette conversation est terminée\u00a0: vous ne pouvez plus y répondre."
ANSWER = "Votre réponse"
ANSWER_HINT = (
    "1\u202f500 caractères maximum. Un numéro de téléphone est permis\u202f; pas de lien, d’adresse mail ni de"
    " pièce jointe."
)
SEND = "Envoyer ma réponse"
BACK = "Toutes les conversations"
GONE_TITLE = "Conversation introuvable"
GONE = "Elle n’existe pas, ou elle est déjà effacée."

# Errors, beside the field.
ERROR_EMPTY = "Écrivez votre réponse."
ERROR_LONG = "Cette réponse est trop longue\u00a0: {count} caractères, pour 1\u202f500 au maximum."
ERROR_MANY = "Vous avez envoyé beaucoup de messages à cette famille aujourd’hui. Réessayez demain."
