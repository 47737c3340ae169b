"""What the pages of `web/parents/fiche/` say (as `web.texts`)."""

WRITE = "Lui écrire"
WRITE_HINT = "Par Ribambelle\u00a0: ni son adresse ni la vôtre ne sont montrées."
WAY = "Itinéraire"
WAY_TO = "vers {name}"

# When it is open.
OPEN_NOW = "Ouvert en ce moment, jusqu’à {until}"
CLOSED_NOW = "Fermé en ce moment. Ouvre {when}"
CLOSED_TODAY = "Fermé aujourd’hui"
PUBLIC_HOLIDAY_TODAY = "Aujourd’hui est un jour férié ({name})\u00a0: renseignez-vous avant de venir."
TODAY = "aujourd’hui"
TOMORROW = "demain"
AT = "{day} à {clock}"
UNLESS_HOLIDAY = ", sauf si elle ferme ce jour férié ({name})"
TODAY_MARK = "aujourd’hui"
PUBLIC_HOLIDAY = "Jour férié\u00a0: {day} ({name})."
CLOSING = "Fermetures annoncées\u00a0: {days}."
ON_DAY = "le {day}"
DAYS_SPAN = "du {start} au {end}"
SCHOOL_DATES = "du {start} au {end}"
SCHOOL_FROM = "à partir du {start}"
SCHOOL = {
    "accueil_loisirs": "Prochaines {name} (zone {zone})\u00a0: {dates}. Les horaires et les inscriptions y sont souvent"
    " différents.",
    "eaje": "Prochaines {name} (zone {zone})\u00a0: {dates}. Beaucoup de crèches ferment alors quelques jours\u00a0:"
    " demandez-le.",
    "mam": "Prochaines {name} (zone {zone})\u00a0: {dates}. Demandez les congés de la maison.",
}

# How to ask for a place.
ASK_TITLE = "Comment demander une place"
ASK_EAJE = (
    "Écrivez ou téléphonez à la crèche\u00a0: dites l’âge de votre enfant, les jours, les heures et la date souhaités."
    " Demandez si l’inscription se fait chez elle, à la mairie ou à l’intercommunalité\u202f; certaines places sont"
    " données par une commission, à des dates fixes."
)
ASK_EAJE_PUBLIC = (
    "C’est une crèche de la commune\u00a0: l’inscription se fait le plus souvent à la mairie, au service de la petite"
    " enfance ou dans un guichet unique, et une commission attribue les places. Demandez-lui ses dates."
)
ASK_PAJE = (
    "Vous signez un contrat avec la crèche, et la Caf ou la MSA vous verse une aide, le complément de libre choix du"
    " mode de garde."
)
ASK = {
    "mam": (
        "Chaque assistante maternelle ou assistant maternel de la maison a ses propres places et son propre contrat."
        " Demandez à la maison qui a une place.",
    ),
    "accueil_loisirs": (
        "L’inscription se fait auprès de l’accueil ou de la mairie, souvent quelques semaines avant les vacances ou à"
        " la rentrée pour les mercredis.",
    ),
    "garde_domicile": (
        "Demandez un devis à la structure\u00a0: vous pouvez aussi partager la garde avec une autre famille.",
    ),
    "assistant_maternel": (
        "Prenez contact, puis convenez d’une rencontre chez elle ou chez lui. Vous signez ensuite un contrat de"
        " travail\u00a0: le relais petite enfance vous aide à l’écrire, gratuitement.",
    ),
}
PRICE_TITLE = "Ce que vous payez"
PRICE = {
    "psu": "Le tarif horaire dépend de vos revenus et du nombre de vos enfants, selon un barème national des Caf.",
    "paje": "La crèche fixe son tarif. La Caf ou la MSA vous rembourse une partie, selon vos revenus.",
}

# What an assistant maternel has free.
FREE_TITLE = "Ce qui est libre, et à partir de quand"
FREE_NOW = "En ce moment"
FREE_NOW_UNTIL = "En ce moment, jusqu’au {end}"
FREE_NOW_DECLARED = "En ce moment (déclaré jusqu’au {end})"
FREE_FROM = "À partir du {start}"
FREE_FROM_DECLARED = "À partir du {start} (déclaré jusqu’au {end})"
FREE_SPAN = "Du {start} au {end}"
NOTHING_FREE = "pas de place"
TO_CONFIRM = (
    "Ces disponibilités ne sont plus à jour. Demandez à l’assistante maternelle si une place est encore libre, avant de"
    " compter dessus."
)

# What to do with a fiche.
ACTIONS = "Cette fiche"
SHARE = "Partager"
SHARED = "L’adresse de la fiche est copiée."
NOT_SHARED = "L’adresse n’a pas pu être copiée\u00a0: copiez-la en haut de votre navigateur."
PRINT = "Imprimer"
REMIND = "Me le rappeler (agenda)"
REPORT = "Signaler une erreur"
REMINDER_TITLE = "Contacter {name}"
REMINDER_TEXT = "La fiche sur Ribambelle\u00a0: {url}"
