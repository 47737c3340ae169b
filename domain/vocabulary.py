"""The codes of the registry, the index and the API, each with what it is called in French.

A code is one member of an enum: a text as any other (tables, documents and addresses hold the code itself), with a
`label`, and a `description` where people need one to know what it stands for. A test holds the checks of the tables
and these lists together.
"""

from enum import StrEnum
from typing import Self


class Code(StrEnum):
    """The base of the lists below."""

    label: str
    description: str

    def __new__(cls, code: str, label: str = "", description: str = "") -> Self:
        # `label` has a default because type checkers take a look-up, Kind("eaje"), for a call of this.
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        member.description = description
        return member

    @classmethod
    def codes(cls) -> tuple[str, ...]:
        """All codes in their order, as plain texts."""
        return tuple(member.value for member in cls)

    @classmethod
    def labels(cls) -> dict[str, str]:
        """Code → label, in the order of the codes."""
        return {member.value: member.label for member in cls}

    @classmethod
    def label_of(cls, code: str) -> str:
        """The label of a code; a code that is none of these, as an index of another version may hold, stands for
        itself."""
        member = cls._value2member_map_.get(code)
        return member.label if isinstance(member, cls) else code


class Kind(Code):
    """What an offer is."""

    EAJE = "eaje", "Crèche", "collective, micro-crèche, halte-garderie…"
    MAM = "mam", "Maison d’assistants maternels", "plusieurs assistants maternels ensemble"
    ASSISTANT_MATERNEL = "assistant_maternel", "Assistant maternel", "agréé, à son domicile"
    RPE = "rpe", "Relais petite enfance", "pour trouver un accueil et ses droits"
    LIEU_INFORMATION = "lieu_information", "Lieu d’information", "sur les modes d’accueil"
    ACCUEIL_LOISIRS = "accueil_loisirs", "Accueil de loisirs", "mercredis, vacances, avant et après l’école"
    LAEP = "laep", "Lieu d’accueil enfants-parents", "jouer et échanger, avec votre enfant"
    MEDIATION_FAMILIALE = "mediation_familiale", "Médiation familiale", "renouer le dialogue après une séparation"
    GARDE_DOMICILE = "garde_domicile", "Garde à domicile", "chez vous"
    ESPACE_RENCONTRE = "espace_rencontre", "Espace de rencontre", "voir son enfant dans un lieu neutre"
    REAAP = "reaap", "Réseau d’écoute et d’appui des parents", "groupes et ateliers de parents"
    CLAS = "clas", "Accompagnement à la scolarité", "aide aux devoirs et sorties"
    POINT_RELAIS_CAF = "point_relais_caf", "Point relais Caf", "être aidé pour ses démarches"
    POINT_NUMERIQUE_CAF = "point_numerique_caf", "Point numérique Caf", "un poste pour ses démarches en ligne"
    FRANCE_SERVICES = "france_services", "France services", "démarches avec toutes les administrations"


STRUCTURE_KINDS = tuple(kind.value for kind in Kind if kind is not Kind.ASSISTANT_MATERNEL)

CARE_KINDS = tuple(kind.value for kind in (Kind.EAJE, Kind.MAM, Kind.ACCUEIL_LOISIRS, Kind.GARDE_DOMICILE))
"""The structures that mind children: only these can be asked whether a place is free for a need."""


class Subkind(Code):
    """Of an `eaje`."""

    MULTI_ACCUEIL = "multi_accueil", "Multi-accueil"
    MULTI_ACCUEIL_FAMILIAL = "multi_accueil_familial", "Multi-accueil collectif et familial"
    CRECHE_COLLECTIVE = "creche_collective", "Crèche collective"
    CRECHE_FAMILIALE = "creche_familiale", "Crèche familiale"
    CRECHE_PARENTALE = "creche_parentale", "Crèche parentale"
    CRECHE_PERSONNEL = "creche_personnel", "Crèche de personnel"
    MICRO_CRECHE = "micro_creche", "Micro-crèche"
    HALTE_GARDERIE = "halte_garderie", "Halte-garderie"
    JARDIN_ENFANTS = "jardin_enfants", "Jardin d’enfants"


class ManagerType(Code):
    """Who runs a structure."""

    COMMUNE = "commune", "Commune"
    INTERCOMMUNALITE = "intercommunalite", "Intercommunalité"
    DEPARTEMENT = "departement", "Département"
    ETAT = "etat", "État"
    CAF = "caf", "Caf"
    HOPITAL = "hopital", "Hôpital"
    ASSOCIATION = "association", "Association"
    MUTUELLE = "mutuelle", "Mutuelle"
    ENTREPRISE = "entreprise", "Entreprise"


class Funding(Code):
    """How a crèche is paid for."""

    PSU = "psu", "Tarif selon vos revenus (PSU)"
    PAJE = "paje", "Aide versée à la famille (Paje)"


class Feature(Code):
    """What an offer has or does."""

    HANDICAP = "handicap", "Accueil d’enfants en situation de handicap"
    ATYPICAL_HOURS = "atypical_hours", "Horaires atypiques"
    EMERGENCY_PLACES = "emergency_places", "Accueil d’urgence"
    OCCASIONAL_CARE = "occasional_care", "Accueil occasionnel"
    MEALS = "meals", "Repas fournis"
    NAPPIES = "nappies", "Couches fournies"
    GARDEN = "garden", "Jardin"
    NO_SMOKING = "no_smoking", "Non-fumeur"
    NO_PETS = "no_pets", "Sans animaux"
    PETS = "pets", "Animaux à la maison"
    SCHOOL_RUN = "school_run", "Trajets d’école"


class Language(Code):
    """Spoken with the children: ISO 639-1 codes, and `lsf` for French sign language, which has none."""

    FR = "fr", "français"
    EN = "en", "anglais"
    ES = "es", "espagnol"
    DE = "de", "allemand"
    IT = "it", "italien"
    PT = "pt", "portugais"
    AR = "ar", "arabe"
    BR = "br", "breton"
    PL = "pl", "polonais"
    RO = "ro", "roumain"
    TR = "tr", "turc"
    ZH = "zh", "chinois"
    RU = "ru", "russe"
    UK = "uk", "ukrainien"
    LSF = "lsf", "langue des signes française"


class Workplace(Code):
    """Where an assistant maternel minds the children."""

    HOME = "home", "À son domicile"
    MAM = "mam", "Dans une maison d’assistants maternels"


class Capacity(Code):
    """Bands of capacity. From 5 on they are those of crèches: micro, petite, crèche, grande, très grande (code de la
    santé publique, article R2324-46)."""

    FROM_1 = "1-2", "1 ou 2 places"
    FROM_3 = "3-4", "3 ou 4 places"
    FROM_5 = "5-12", "5 à 12 places"
    FROM_13 = "13-24", "13 à 24 places"
    FROM_25 = "25-39", "25 à 39 places"
    FROM_40 = "40-59", "40 à 59 places"
    FROM_60 = "60-", "60 places ou plus"


class Precision(Code):
    """What a position stands for."""

    ADDRESS = "address", "adresse exacte"
    STREET = "street", "rue"
    ZONE = "zone", "quartier"
    COMMUNE = "commune", "commune"


HOME_PRECISIONS = tuple(each.value for each in Precision if each is not Precision.COMMUNE)
"""Those that an assistant maternel chooses from for her home."""

STRUCTURE_PRECISIONS = tuple(each.value for each in Precision if each is not Precision.ZONE)
"""Those of an imported structure, which hides nothing."""


class AgrementStatus(Code):
    """How an agrément stands; the labels go after the word « agrément »."""

    VALID = "valid", "en cours de validité"
    SUSPENDED = "suspended", "suspendu par le département"
    WITHDRAWN = "withdrawn", "retiré par le département"
    CEASED = "ceased", "terminé par une cessation d’activité"
    EXPIRED = "expired", "arrivé à son terme"


class Publication(Code):
    """Whether an offer is to be shown; `is_public` of the database decides with it."""

    DRAFT = "draft", "pas encore publié"
    PUBLISHED = "published", "publié"
    PAUSED = "paused", "en pause"
    CLOSED = "closed", "fermé"


class Weekday(Code):
    """Day 0 of everything that counts weekdays is Monday."""

    MON = "mon", "lundi"
    TUE = "tue", "mardi"
    WED = "wed", "mercredi"
    THU = "thu", "jeudi"
    FRI = "fri", "vendredi"
    SAT = "sat", "samedi"
    SUN = "sun", "dimanche"


def search_words(kind: str, subkind: str | None) -> str:
    """The words of an offer's kind that free text finds (field `what`). Raises ValueError for another kind."""
    return " ".join((Kind(kind).label, *([Subkind(subkind).label] if subkind else ())))
