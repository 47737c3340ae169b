"""What the values of facets are called."""

from domain.vocabulary import Capacity, Feature, Funding, Kind, Language, Subkind, Weekday, Workplace

UP_TO_DATE = {
    "true": "À jour",
    "false": "Pas à jour",
}

FACETS = {
    "kind": Kind.labels(),
    "subkind": Subkind.labels(),
    "feature": Feature.labels(),
    "funding": Funding.labels(),
    "language": Language.labels(),
    "workplace": Workplace.labels(),
    "capacity": Capacity.labels(),
    "up_to_date": UP_TO_DATE,
    "day": Weekday.labels(),
}
"""Facet → the labels of its values, of the facets whose values are known beforehand."""
