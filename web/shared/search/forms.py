"""The page's own parameters, in readable French: the form that an address holds, and what is wrong with it. Pure.

The address bar holds a whole search in these names, so it can be shared and "back" works. Unknown names are
ignored here (links from mail and social sites add their own); the API below refuses what it does not know.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from domain import civil
from search_api.geo import Point
from search_api.parameters import DEFAULT_DETOUR_KM, MAX_AGE_YEARS, MAX_MONTHS_AHEAD, MAX_PLACES
from search_api.problems import ParameterError
from web import texts
from web.shared.search import filters, need
from web.shared.search.filters import Chosen
from web.shared.search.need import Slot

SORTS = {
    "conseille": "recommended",
    "disponibilite": "availability",
    "distance": "distance",
    "mise-a-jour": "updated",
    "nom": "name",
    "pertinence": "relevance",
}
RADIUS = "5"
"""The distance, in kilometres, of a search that names none."""
DETOUR = f"{DEFAULT_DETOUR_KM:g}"
"""The distance to the way, in kilometres, of a search that names none."""
TEXT_LIMITS = {"ou": 100, "vers": 100, "mots": 200}
"""Characters; those of the search API's suggestions and free text."""
_PARAMETER = {
    "vers_lieu": "vers-lieu",
    "types": "type",
    **{f"jours{slot}": f"jour{slot}" for slot in need.SLOTS},
}
"""The fields that the address repeats or spells otherwise than Python can."""

_FIELD_OF_API = {
    "near": "ou",
    "radius_km": "rayon",
    "route": "vers",
    "detour_km": "detour",
    "commune": "ou",
    "epci": "ou",
    "department": "ou",
    "bbox": "ou",
    "q": "mots",
    "kind": "type",
    "need": "heures",
    "from": "des",
    "places": "places",
    "leniency": "souplesse",
    "child_birthdate": "naissance",
    **{row.name: name for name, row in filters.PANEL.items()},
    "sort": "tri",
    "cursor": "suite",
}


@dataclass(frozen=True)
class SearchForm:
    """What was typed and ticked, as it came: an invalid value is kept, to be shown beside its error. `naissance`: a day
    for each child, of twins the same twice. `souplesse`: minutes that the hours may be shorter at either end. `chosen`:
    the filters of the folded panel. `bbox`: the zone of the map that is searched instead of the place, as the search
    API writes a box."""

    ou: str = ""
    lieu: str = ""
    autour: str = ""
    vers: str = ""
    vers_lieu: str = ""
    detour: str = ""
    bbox: str = ""
    rayon: str = ""
    types: tuple[str, ...] = ()
    naissance: tuple[str, ...] = ()
    des: str = ""
    souplesse: str = ""
    jours: tuple[str, ...] = ()
    debut: str = ""
    fin: str = ""
    places: str = ""
    jours2: tuple[str, ...] = ()
    debut2: str = ""
    fin2: str = ""
    places2: str = ""
    jours3: tuple[str, ...] = ()
    debut3: str = ""
    fin3: str = ""
    places3: str = ""
    libres: str = ""
    mots: str = ""
    chosen: Chosen = field(default_factory=dict)
    tri: str = ""
    suite: str = ""

    @property
    def asked(self) -> bool:
        """Whether this is a search at all, or the home page."""
        return self != SearchForm()

    @property
    def position(self) -> Point | None:
        """The visitor's own, which `autour` holds as `47.2186,-1.5541`; None where it holds none."""
        if not re.fullmatch(r"-?\d{1,2}(\.\d{1,6})?,-?\d{1,3}(\.\d{1,6})?", self.autour):
            return None
        lat, lon = map(float, self.autour.split(","))
        return Point(lat, lon) if abs(lat) <= 90 and abs(lon) <= 180 else None

    @cached_property
    def births(self) -> tuple[date, ...]:
        """The children's, as far as they are days."""
        return tuple(born for text in self.naissance if (born := civil.typed_day(text)))

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        return need.slots(vars(self))

    @cached_property
    def asked_days(self) -> tuple[str, ...]:
        """The weekdays of all slots in the API's codes, in their order."""
        return need.asked_days(self.slots)

    @cached_property
    def has_need(self) -> bool:
        return any(slot.days for slot in self.slots)

    @property
    def asks_structures(self) -> bool:
        """Whether no assistant maternel can be found, by the kinds or by a filter of structures."""
        return self.lists_structures or bool(filters.structures_only(self.chosen))

    @property
    def lists_structures(self) -> bool:
        """Whether kinds are chosen, and no assistant maternel among them."""
        return bool(self.types) and "assistant_maternel" not in self.types

    @property
    def filtered(self) -> int:
        """How many of the folded-away filters are set."""
        return filters.count(self.chosen) + bool(self.mots)


def read(pairs: Iterable[tuple[str, str]]) -> SearchForm:
    """The form from the pairs of a query string; of a single-valued name the last one counts."""
    values: dict[str, Any] = {}
    names = {_PARAMETER.get(f.name, f.name): f for f in fields(SearchForm) if f.name != "chosen"}
    for name, value in pairs:
        if name in filters.PANEL and value.strip():
            values["chosen"] = filters.added(values.get("chosen", {}), name, value)
        known = names.get(name)
        if known is None or not value.strip():
            continue
        if known.default == ():
            before = values.get(known.name, ())
            values[known.name] = before if value in before and name != "naissance" else (*before, value)
        else:
            values[known.name] = value.strip()
    form = SearchForm(**values)
    # Without JavaScript what is hidden outlives the text typed over it, or taken away.
    if form.autour and form.ou not in ("", texts.MY_POSITION):
        form = replace(form, autour="")
    if not form.vers:
        form = replace(form, vers_lieu="", detour="")
    return form


def address(form: SearchForm, **changes: Any) -> str:
    """The parents' page of this search with `changes`; a change starts again at the first page of results."""
    return "/?" + query(form, **changes)


def place_alone(form: SearchForm) -> SearchForm:
    """Where a form looks, how far, and in which order it shows what is there: without any filter or need."""
    kept = ("ou", "lieu", "autour", "vers", "vers_lieu", "detour", "rayon", "bbox", "tri")
    return SearchForm(**{name: getattr(form, name) for name in kept})


def query(form: SearchForm, **changes: Any) -> str:
    """The same as a query string alone, for whichever page."""
    changed = replace(form, **{"suite": "", **changes})
    values = {each.name: getattr(changed, each.name) for each in fields(changed) if each.name != "chosen"}
    values |= changed.chosen
    pairs = [(_PARAMETER.get(name, name), value) for name, value in values.items() if value]
    return urlencode(pairs, doseq=True, safe=":,")


def errors(form: SearchForm, today: date) -> dict[str, str]:
    """What is wrong with the form in itself: a French sentence for each field, under its page name."""
    found: dict[str, str] = {}
    for name, text in (("ou", form.ou), ("vers", form.vers), ("mots", form.mots)):
        if len(text) > TEXT_LIMITS[name]:
            found[name] = texts.ERROR_TOO_LONG.format(limit=TEXT_LIMITS[name])
    if not (form.ou or form.lieu or form.autour or form.bbox or form.mots):
        found["ou"] = texts.ERROR_NO_PLACE
    elif form.vers and not (form.ou or form.lieu or form.autour):
        found["ou"] = texts.search.ERROR_NO_START
    if form.autour and form.position is None:
        found["ou"] = texts.ERROR_POSITION
    if form.rayon and form.rayon not in texts.RADII:
        found["rayon"] = texts.ERROR_RADIUS
    if form.detour and form.detour not in texts.search.DETOURS:
        found["detour"] = texts.search.ERROR_DETOUR
    if form.tri and form.tri not in SORTS:
        found["tri"] = texts.ERROR_SORT
    if form.souplesse and form.souplesse not in texts.search.LENIENCES:
        found["souplesse"] = texts.search.ERROR_LENIENCE
    for name, text in (("des", form.des), *(("naissance", each) for each in form.naissance)):
        if text and civil.typed_day(text) is None:
            found[name] = civil.NO_DAY if civil.is_no_day(text) else texts.ERROR_DATE
    start = civil.typed_day(form.des) or today
    if "naissance" not in found and any(not is_a_childs(born, start) for born in form.births):
        found["naissance"] = texts.ERROR_BIRTHDATE_YEARS
    if len(form.naissance) > MAX_PLACES:
        found["naissance"] = texts.search.ERROR_TOO_MANY_BIRTHS
    return found | filters.errors(form.chosen) | need.errors(form.slots, len(form.births))


def is_a_childs(born: date, start: date) -> bool:
    """As the search API takes it, on the day from which the place is looked for."""
    months = (start.year - born.year) * 12 + start.month - born.month - (start.day < born.day)
    return -MAX_MONTHS_AHEAD <= months <= MAX_AGE_YEARS * 12


def field_of(parameter: str) -> str:
    """The page's field where an error about one of the API's parameters is shown."""
    return _FIELD_OF_API.get(parameter, "ou")


def refused(error: ParameterError) -> dict[str, str]:
    """What the search API has refused, as sentences beside the page's fields."""
    return {
        field_of(each["parameter"]): texts.search.ERROR_ZONE
        if each["parameter"] == "bbox"
        else sentence(each["message"])
        for each in error.errors
    }


def sentence(message: str) -> str:
    """The search API's reason for a refusal, as a sentence beside the field."""
    return message[:1].upper() + message[1:].rstrip(".") + "."
