"""What the codes are called: the French labels that answers show and that free text finds."""

KINDS = {
    "eaje": "Crèche",
    "mam": "Maison d’assistants maternels",
    "assistant_maternel": "Assistant maternel",
    "rpe": "Relais petite enfance",
    "lieu_information": "Lieu d’information",
    "accueil_loisirs": "Accueil de loisirs",
    "laep": "Lieu d’accueil enfants-parents",
    "mediation_familiale": "Médiation familiale",
    "garde_domicile": "Garde à domicile",
    "espace_rencontre": "Espace de rencontre",
    "reaap": "Réseau d’écoute et d’appui des parents",
    "clas": "Accompagnement à la scolarité",
    "point_relais_caf": "Point relais Caf",
    "point_numerique_caf": "Point numérique Caf",
    "france_services": "France services",
}

CARE_KINDS = ("eaje", "mam", "accueil_loisirs", "garde_domicile")
"""The structures that mind children: only these can be asked whether a place is free for a need."""

SUBKINDS = {
    "multi_accueil": "Multi-accueil",
    "multi_accueil_familial": "Multi-accueil collectif et familial",
    "creche_collective": "Crèche collective",
    "creche_familiale": "Crèche familiale",
    "creche_parentale": "Crèche parentale",
    "creche_personnel": "Crèche de personnel",
    "micro_creche": "Micro-crèche",
    "halte_garderie": "Halte-garderie",
    "jardin_enfants": "Jardin d’enfants",
}

MANAGER_TYPES = {
    "commune": "Commune",
    "intercommunalite": "Intercommunalité",
    "departement": "Département",
    "etat": "État",
    "caf": "Caf",
    "hopital": "Hôpital",
    "association": "Association",
    "mutuelle": "Mutuelle",
    "entreprise": "Entreprise",
}

FUNDINGS = {
    "psu": "Tarif selon vos revenus (PSU)",
    "paje": "Aide versée à la famille (Paje)",
}

FEATURES = {
    "handicap": "Accueil d’enfants en situation de handicap",
    "atypical_hours": "Horaires atypiques",
    "emergency_places": "Accueil d’urgence",
    "occasional_care": "Accueil occasionnel",
    "meals": "Repas fournis",
    "nappies": "Couches fournies",
    "garden": "Jardin",
    "no_smoking": "Non-fumeur",
    "no_pets": "Sans animaux",
    "pets": "Animaux à la maison",
    "school_run": "Trajets d’école",
}

LANGUAGES = {
    "fr": "français",
    "en": "anglais",
    "es": "espagnol",
    "de": "allemand",
    "it": "italien",
    "pt": "portugais",
    "ar": "arabe",
    "br": "breton",
    "pl": "polonais",
    "ro": "roumain",
    "tr": "turc",
    "zh": "chinois",
    "ru": "russe",
    "uk": "ukrainien",
    "lsf": "langue des signes française",
}

WORKPLACES = {
    "home": "À son domicile",
    "mam": "Dans une maison d’assistants maternels",
}

CAPACITIES = {
    "1-2": "1 ou 2 places",
    "3-4": "3 ou 4 places",
    "5-12": "5 à 12 places",
    "13-24": "13 à 24 places",
    "25-39": "25 à 39 places",
    "40-59": "40 à 59 places",
    "60-": "60 places ou plus",
}
"""Bands of capacity. From 5 on they are those of crèches: micro, petite, crèche, grande, très grande (code de la santé
publique, article R2324-46)."""

PRECISIONS = {
    "address": "adresse exacte",
    "street": "rue",
    "zone": "quartier",
    "commune": "commune",
}


def search_words(kind: str, subkind: str | None) -> str:
    """The words of an offer's kind that free text finds (field `what`)."""
    return " ".join(filter(None, (KINDS[kind], SUBKINDS.get(subkind or ""))))
