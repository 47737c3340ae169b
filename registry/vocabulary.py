"""The codes that the registry's tables accept. A test holds them, the tables and `mappings` together."""

KINDS = (
    "eaje",
    "mam",
    "assistant_maternel",
    "rpe",
    "lieu_information",
    "accueil_loisirs",
    "laep",
    "mediation_familiale",
    "garde_domicile",
    "espace_rencontre",
    "reaap",
    "clas",
    "point_relais_caf",
    "point_numerique_caf",
    "france_services",
)

SUBKINDS = (
    "multi_accueil",
    "multi_accueil_familial",
    "creche_collective",
    "creche_familiale",
    "creche_parentale",
    "creche_personnel",
    "micro_creche",
    "halte_garderie",
    "jardin_enfants",
)
"""Of an `eaje`."""

MANAGER_TYPES = (
    "commune",
    "intercommunalite",
    "departement",
    "etat",
    "caf",
    "hopital",
    "association",
    "mutuelle",
    "entreprise",
)

FEATURES = (
    "handicap",
    "atypical_hours",
    "emergency_places",
    "occasional_care",
    "meals",
    "nappies",
    "garden",
    "no_smoking",
    "no_pets",
    "pets",
    "school_run",
)

LANGUAGES = ("fr", "en", "es", "de", "it", "pt", "ar", "br", "pl", "ro", "tr", "zh", "ru", "uk", "lsf")
"""ISO 639-1 codes, and `lsf` for French sign language, which has none."""
