"""The French labels of codes, for those who may not import the mappings (the pages)."""

from mappings.vocabulary import (
    CARE_KINDS,
    FEATURES,
    FUNDINGS,
    KINDS,
    LANGUAGES,
    MANAGER_TYPES,
    PRECISIONS,
    SUBKINDS,
)

FACETS = {"kind": KINDS, "subkind": SUBKINDS, "feature": FEATURES, "funding": FUNDINGS, "language": LANGUAGES}
"""Facet → the labels of its values."""

__all__ = [
    "CARE_KINDS",
    "FACETS",
    "FEATURES",
    "FUNDINGS",
    "KINDS",
    "LANGUAGES",
    "MANAGER_TYPES",
    "PRECISIONS",
    "SUBKINDS",
]
