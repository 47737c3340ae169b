"""The filters of the folded panel: what each is called in the address, and what it asks of the search API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain import french
from search_api import labels
from search_api.query.facets import PRICES
from web import texts


@dataclass(frozen=True)
class Filter:
    """`field` of the form, `name` in the address, `facet` of the API and its parameter."""

    field: str
    name: str
    facet: str


CHOICES = (
    Filter("options", "option", "feature"),
    Filter("sous_types", "sous-type", "subkind"),
    Filter("financements", "financement", "funding"),
    Filter("exercices", "exercice", "workplace"),
    Filter("tailles", "taille", "capacity"),
    Filter("ecoles", "ecole", "school"),
    Filter("langues", "langue", "language"),
)
"""Those of which several values may be ticked, in the order of the page."""

UNSET: dict[str, Any] = {"mots": "", "tarif_max": "", "a_jour": "", **{each.field: () for each in CHOICES}}
"""The form's fields without any of the folded-away filters."""

TARIFFS = {f"{cents / 100:.2f}": str(cents) for cents in PRICES}
"""Euros an hour in the address → cents."""

FACETS = ",".join(("kind", *(each.facet for each in CHOICES), "hourly_cents_max", "up_to_date"))

MOST = 15
"""Of a filter's values, the most frequent and those that are chosen: there may be hundreds of schools."""

Entry = Mapping[str, Any]
Facets = Mapping[str, Sequence[Entry]]


def shown(facets: Facets) -> dict[str, Any]:
    """The filters that make a difference for what was found, or are set, from the facets of an answer."""
    choices = []
    for each in CHOICES:
        entries = [entry for entry in facets[each.facet] if entry["count"] or entry["selected"]]
        kept = [entry for at, entry in enumerate(entries) if at < MOST or entry["selected"]]
        choices.append(panel(each, [{**entry, "count_text": french.number(entry["count"])} for entry in kept]))
    tariffs = [entry for entry in facets["hourly_cents_max"] if entry["value"] in TARIFFS.values()]
    fresh = next(entry for entry in facets["up_to_date"] if entry["value"] == "true")
    return {
        "choices": [each for each in choices if each["entries"]],
        "tariffs": tariff_steps(tariffs) if any(each["count"] or each["selected"] for each in tariffs) else [],
        "up_to_date": french.number(fresh["count"]) if fresh["count"] or fresh["selected"] else None,
    }


def uncounted(chosen: Mapping[str, Any]) -> dict[str, Any]:
    """The same filters where there are no results to count: what was ticked stays ticked beside an error.

    `chosen`: the form's values, by field.
    """
    choices = []
    for each in CHOICES:
        ticked = chosen[each.field]
        known = labels.FACETS.get(each.facet) or {name: name for name in ticked}
        entries = [
            {"value": code, "label": label, "count_text": "", "selected": code in ticked}
            for code, label in known.items()
        ]
        choices.append(panel(each, entries))
    return {
        "choices": [each for each in choices if each["entries"]],
        "tariffs": [(euros, tariff_label(euros)) for euros in TARIFFS],
        "up_to_date": "",
    }


def panel(each: Filter, entries: list[dict[str, Any]]) -> dict[str, Any]:
    return {"name": each.name, "title": texts.search.FILTERS[each.name], "entries": entries}


def tariff_steps(entries: Sequence[Entry]) -> list[tuple[str, str]]:
    counts = {entry["value"]: french.number(entry["count"]) for entry in entries}
    return [(euros, f"{tariff_label(euros)} ({counts.get(cents, '0')})") for euros, cents in TARIFFS.items()]


def tariff_label(euros: str) -> str:
    return texts.search.TARIFF_AT_MOST.format(money=french.money(int(TARIFFS[euros])))
