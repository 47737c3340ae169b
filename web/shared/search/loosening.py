"""What a search asks less of where nothing is found, as far as parents and the desk do alike. Pure functions."""

from collections.abc import Mapping, Sequence
from typing import Any

from web import texts
from web.shared.search import filters, need
from web.shared.search.forms import SearchForm

Change = tuple[str, Mapping[str, Any]]
"""(what it is called, the form's fields as they are then)."""


def conditions(form: SearchForm, also_partly: str) -> list[Change]:
    """Less of the need, the filters and the children's ages, the smallest step first. `also_partly`: what it is called
    to show those too who do not cover all of the need."""
    found: list[Change] = []
    if form.has_need and form.libres:
        found.append((also_partly, {"libres": ""}))
    stating = filters.without_unstated(form.chosen)
    found += [(label, {"chosen": rest}) for label, rest in stating.items()]
    if form.mots or (form.chosen and {} not in stating.values()):
        found.append((texts.LOOSEN_FILTERS, filters.UNSET))
    if form.naissance:
        found.append((texts.search.LOOSEN_AGES, {"naissance": ()}))
    if form.has_need:
        found.append((texts.LOOSEN_HOURS, {**need.UNSET, "libres": ""}))
    return found


def with_all(changes: Sequence[Change]) -> list[Change]:
    """These, and at last all of them at once: where no step alone helps, they may together."""
    if len(changes) < 2:
        return [*changes]
    return [*changes, (texts.LOOSEN_ALL, {name: value for _, each in changes for name, value in each.items()})]
