"""What the pages of `web/parents/reports/` say (as `web.texts`)."""

TITLE = "Signaler une erreur"
LEAD = "Quelque chose est faux ou n’est plus à jour sur la fiche de {name}\u202f? Dites-le ici, un modérateur regarde."
ABOUT = "Qu’est-ce qui n’est pas juste\u202f?"
ABOUTS = {
    "hours": "les horaires",
    "address": "l’adresse ou la place sur la carte",
    "contact": "le téléphone, le mail ou le site",
    "places": "les places, les âges ou les tarifs",
    "closed": "c’est fermé définitivement",
    "other": "autre chose",
}
TEXT = "Ce qu’il faudrait écrire"
TEXT_HINT = "1\u202f000 caractères au plus. N’écrivez rien de privé sur une personne."
MAIL = "Votre adresse mail"
MAIL_HINT = "Seulement si vous voulez une réponse. Elle est effacée ensuite."
TRAP = "Laissez ce champ vide"
SEND = "Envoyer"
CANCEL = "Revenir à la fiche"
CHILD = "Un enfant en danger\u202f? N’écrivez pas ici\u00a0: appelez le 119, gratuit, jour et nuit."

ERROR_ABOUT = "Choisissez ce qui n’est pas juste."
ERROR_TEXT = "Dites en quelques mots ce qui n’est pas juste."
ERROR_LONG = "C’est trop long\u00a0: {count} caractères, 1\u202f000 au plus."
ERROR_TRAP = "Laissez vide le champ caché, puis envoyez de nouveau."
ERROR_FAST = "C’est trop vite pour un formulaire rempli à la main\u00a0: attendez un instant, puis envoyez de nouveau."
ERROR_MANY = "Trop de signalements depuis votre connexion\u00a0: réessayez dans {wait}."

THANKS_TITLE = "Merci"
THANKS = "Votre signalement porte le numéro {number}. Un modérateur le lira."
THANKS_MAIL = "Vous aurez sa réponse par mail."
NONE_TITLE = "Cette fiche n’existe pas"
NONE = "Elle a été retirée, ou son adresse est incomplète."
HOME = "Faire une recherche"

LIST_TITLE = "Erreurs signalées"
OPEN = "À traiter"
SETTLED = "Traitées"
WAITING = "À traiter\u00a0: {count}. Pris par vous\u00a0: {mine}."
NOTHING_OPEN = "Rien à traiter."
NOTHING_SETTLED = "Rien n’a encore été traité."
REPORT = "{number}, {name}"
SAID_ON = "Signalé le {day}\u00a0: {about}"
WANTS_ANSWER = "La personne attend une réponse par mail."
OUTCOMES = {"mended": "Corrigé, ou demandé à qui tient la fiche", "nothing": "La fiche reste comme elle est"}
OUTCOMES_DONE = {"mended": "corrigé", "nothing": "sans suite"}
NOTE = "Un mot de réponse"
NOTE_HINT = "Envoyé à la personne si elle a laissé son adresse."
SETTLED_ON = "Traité le {day}\u00a0: {outcome}"
ERROR_OUTCOME = "Dites ce qu’il en est."
ALREADY = "Ce signalement est déjà traité, ou n’existe pas."
PAGER = "Pages"
NEWER = "Page précédente"
OLDER = "Page suivante"
