"""The French labels of codes, for those who may not import the mappings (the pages)."""

from mappings.vocabulary import (
    CAPACITIES,
    CARE_KINDS,
    FEATURES,
    FUNDINGS,
    KINDS,
    LANGUAGES,
    MANAGER_TYPES,
    PRECISIONS,
    SUBKINDS,
    WORKPLACES,
)

DAYS = {
    "mon": "lundi",
    "tue": "mardi",
    "wed": "mercredi",
    "thu": "jeudi",
    "fri": "vendredi",
    "sat": "samedi",
    "sun": "dimanche",
}

UP_TO_DATE = {
    "true": "Confirmée depuis moins de six mois",
    "false": "Non confirmée depuis six mois",
}

FACETS = {
    "kind": KINDS,
    "subkind": SUBKINDS,
    "feature": FEATURES,
    "funding": FUNDINGS,
    "language": LANGUAGES,
    "workplace": WORKPLACES,
    "capacity": CAPACITIES,
    "up_to_date": UP_TO_DATE,
    "day": DAYS,
}
"""Facet → the labels of its values, of the facets whose values are known beforehand."""

__all__ = [
    "CAPACITIES",
    "CARE_KINDS",
    "DAYS",
    "FACETS",
    "FEATURES",
    "FUNDINGS",
    "KINDS",
    "LANGUAGES",
    "MANAGER_TYPES",
    "PRECISIONS",
    "SUBKINDS",
    "UP_TO_DATE",
    "WORKPLACES",
]
