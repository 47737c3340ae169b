"""What the address of the desk's page holds: the parents' own form, and what only a relais asks. Pure functions."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from registry.offers.relais import Seen
from web.shared.search import forms, need
from web.shared.search.forms import SearchForm

MINDERS = ("assistant_maternel",)
"""The one kind that the desk looks for."""

DUTIES = {
    "up_to_date": "à jour",
    "to_confirm": "à confirmer",
    "due": "à mettre à jour bientôt",
    "overdue": "en retard",
    "exempt": "dispensée",
}

RESULTS = "#resultats"
"""Where a telephone goes on reading once the form is sent."""

_UNDECIDED: dict[str, Any] = {
    **{name + slot: "" for name in ("debut", "fin", "places") for slot in need.SLOTS},
    **dict.fromkeys(("rayon", "souplesse", "libres", "tri", "suite"), ""),
}
"""Fields that say how a search is made, and none that asks for something."""


@dataclass(frozen=True)
class Asked:
    """`form`: what a parent's page would hold, without the kinds; `commune`: the INSEE code of the one that the list is
    narrowed to; `duty`: a code of DUTIES. Empty where nothing is chosen."""

    form: SearchForm
    commune: str
    duty: str

    @property
    def searches(self) -> bool:
        """Whether it asks for a place, or only lists the territory."""
        return replace(self.form, **_UNDECIDED) != SearchForm()

    @property
    def narrows(self) -> bool:
        """Whether it asks for anything at all."""
        return self.searches or bool(self.commune or self.duty)

    @property
    def of_minders(self) -> SearchForm:
        """The form as the search takes it."""
        return replace(self.form, types=MINDERS)

    def of_duty(self, seen: Iterable[Seen]) -> list[Seen]:
        """Of these those who stand with their duty as is asked for."""
        return [each for each in seen if not self.duty or self.duty in each.standing]

    def errors(self, today: date) -> dict[str, str]:
        """As the parents' page says them; a place may be left out here, where the territory is one."""
        found = forms.errors(self.form, today)
        if not (self.form.ou or self.form.lieu or self.form.autour):
            found.pop("ou", None)
        return found

    def address(self, form: SearchForm, **changes: Any) -> str:
        """The desk's page with this form of the same territory, and `changes` in it."""
        return f"/rpe?{self._query(form, **changes)}{RESULTS}"

    @property
    def again(self) -> str:
        """The page of results as it stands: where one of them leads back to."""
        return self.address(self.form, suite=self.form.suite)

    def person(self, offer: str) -> str:
        """The page of one of the territory, which knows the way back."""
        query = self._query(self.form, suite=self.form.suite)
        return f"/rpe/am/{offer}" + (f"?{query}" if query else "")

    def _query(self, form: SearchForm, **changes: Any) -> str:
        pairs = [(name, value) for name, value in (("commune", self.commune), ("etat", self.duty)) if value]
        return "&".join(filter(None, [forms.query(replace(form, types=()), **changes), urlencode(pairs)]))


def read(pairs: Iterable[tuple[str, str]]) -> Asked:
    """From the pairs of a query string. The desk knows no way and, of kinds, its own alone: what an address has of
    these is left out."""
    pairs = list(pairs)
    values = dict(pairs)
    form = replace(forms.read(pairs), types=(), vers="", vers_lieu="", detour="")
    duty = values.get("etat", "")
    return Asked(form, values.get("commune", "")[:5], duty if duty in DUTIES else "")


def standing(words: Iterable[str]) -> str:
    """« à jour, dispensée »."""
    return ", ".join(DUTIES[word] for word in words)
