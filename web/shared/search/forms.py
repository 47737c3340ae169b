"""The page's own parameters, in readable French, and what they mean for the search API. Pure functions.

The address bar holds a whole search in these names, so it can be shared and "back" works. Unknown names are
ignored here (links from mail and social sites add their own); the API below refuses what it does not know.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from domain import civil
from search_api.request.parameter_types import DEFAULT_DETOUR_KM
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
PAGE_SIZE = 20
TERRITORIES = ("epci", "department")
"""The types of places in which one can search, but from which nothing is near or far."""

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
    "q": "mots",
    "kind": "type",
    "need": "heures",
    "from": "des",
    "places": "places",
    "child_birthdate": "naissance",
    **{row.name: name for name, row in filters.PANEL.items()},
    "sort": "tri",
    "cursor": "suite",
}


@dataclass(frozen=True)
class SearchForm:
    """What was typed and ticked, as it came: an invalid value is kept, to be shown beside its error. `chosen`: the
    filters of the folded panel."""

    ou: str = ""
    lieu: str = ""
    autour: str = ""
    vers: str = ""
    vers_lieu: str = ""
    detour: str = ""
    rayon: str = ""
    types: tuple[str, ...] = ()
    naissance: str = ""
    des: str = ""
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
    def slots(self) -> tuple[Slot, ...]:
        return need.slots(vars(self))

    @property
    def has_need(self) -> bool:
        return any(slot.days for slot in self.slots)

    @property
    def asks_structures(self) -> bool:
        """Whether no assistant maternel can be found, by the kinds or by a filter of structures."""
        return bool(self.types and "assistant_maternel" not in self.types) or filters.structures_only(self.chosen)

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
            values[known.name] = before if value in before else (*before, value)
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
    """The page's address of this search with `changes`; a change starts again at the first page of results."""
    changed = replace(form, **{"suite": "", **changes})
    values = asdict(changed)
    values |= values.pop("chosen")
    pairs = [(_PARAMETER.get(name, name), value) for name, value in values.items() if value]
    return "/?" + urlencode(pairs, doseq=True, safe=":,")


def errors(form: SearchForm, today: date) -> dict[str, str]:
    """What is wrong with the form in itself: a French sentence for each field, under its page name."""
    found: dict[str, str] = {}
    for name, text in (("ou", form.ou), ("vers", form.vers), ("mots", form.mots)):
        if len(text) > TEXT_LIMITS[name]:
            found[name] = texts.ERROR_TOO_LONG.format(limit=TEXT_LIMITS[name])
    if not (form.ou or form.lieu or form.autour or form.mots):
        found["ou"] = texts.ERROR_NO_PLACE
    elif form.vers and not (form.ou or form.lieu or form.autour):
        found["ou"] = texts.search.ERROR_NO_START
    if form.autour and not re.fullmatch(r"-?\d{1,2}(\.\d{1,6})?,-?\d{1,3}(\.\d{1,6})?", form.autour):
        found["ou"] = texts.ERROR_POSITION
    if form.rayon and form.rayon not in texts.RADII:
        found["rayon"] = texts.ERROR_RADIUS
    if form.detour and form.detour not in texts.search.DETOURS:
        found["detour"] = texts.search.ERROR_DETOUR
    if form.tri and form.tri not in SORTS:
        found["tri"] = texts.ERROR_SORT
    for name, text in (("des", form.des), ("naissance", form.naissance)):
        if text and as_date(text) is None:
            found[name] = texts.ERROR_DATE
    born = as_date(form.naissance)
    if born and (civil.of_age(born, today) or born >= today + timedelta(days=366)):
        found["naissance"] = texts.ERROR_BIRTHDATE_YEARS
    return found | filters.errors(form.chosen) | need.errors(form.slots)


def sorts(form: SearchForm, place: dict[str, Any] | None, arrival: dict[str, Any] | None = None) -> list[str]:
    """The orders that make sense for this search, by their page names."""
    offered = {
        "disponibilite": form.has_need,
        "distance": not {"near", "route"}.isdisjoint(_where(form, place, arrival)),
        "pertinence": bool(form.mots),
    }
    return [name for name in SORTS if offered.get(name, True)]


def is_around(form: SearchForm, place: dict[str, Any] | None) -> bool:
    """Whether a distance means anything: not for a whole department, nor along a way, nor without any place."""
    return not form.vers and (bool(form.autour) or has_point(place))


def has_point(place: dict[str, Any] | None) -> bool:
    """Whether one can be there: a commune or an address, and no larger territory."""
    return place is not None and place["type"] not in TERRITORIES


def field_of(parameter: str) -> str:
    """The page's field where an error about one of the API's parameters is shown."""
    return _FIELD_OF_API.get(parameter, "ou")


def parameters(form: SearchForm, place: dict[str, Any] | None, arrival: dict[str, Any] | None = None) -> dict[str, Any]:
    """The search API's parameters, for OfferParameters. `place` is a document of `places`, of `form.lieu`; `arrival`
    that of `form.vers_lieu`, which only counts while `form.vers` names it.

    Around a commune the distance counts from its centre, since families cross its border for a place;
    « Dans la commune seulement » asks for the commune itself. A way is the straight line between two such points: we
    know no roads.
    """
    chosen = {
        **_where(form, place, arrival),
        "q": form.mots,
        "kind": list(form.types),
        **filters.parameters(form.chosen),
        "need": need.lines(form.slots),
        "from": form.des,
        "places": form.places if form.jours else "",
        "child_birthdate": form.naissance,
        # What answers a part of the need is shown with what is missing: for many families it is a beginning.
        "match": "best" if form.has_need and not form.libres else "",
        "include": "to_ask" if form.has_need and not form.libres else "",
        "sort": SORTS[form.tri] if form.tri in sorts(form, place, arrival) else "",
        "cursor": form.suite,
    }
    return {name: value for name, value in chosen.items() if value}


def page(form: SearchForm, place: dict[str, Any] | None, arrival: dict[str, Any] | None = None) -> dict[str, Any]:
    """The parameters of one page of the list: `parameters` with its facets and its size."""
    return {**parameters(form, place, arrival), "facets": filters.FACETS, "limit": str(PAGE_SIZE)}


def map_query(asked: Mapping[str, Any]) -> str:
    """`parameters` as a query string for `/api/v1/map`, to which the script adds the view."""
    kept = {name: value for name, value in asked.items() if name not in ("sort", "cursor")}
    return urlencode(kept, doseq=True, safe=":,;@")


def _where(form: SearchForm, place: dict[str, Any] | None, arrival: dict[str, Any] | None) -> dict[str, Any]:
    if place is None and not form.autour:
        return {}
    if form.vers and arrival is not None:
        start = form.autour or _point(place or {})
        return {"route": f"{start};{_point(arrival)}", "detour_km": form.detour or DETOUR}
    if place is None:
        return {"near": form.autour, "radius_km": _radius(form)}
    if place["type"] in TERRITORIES:
        return {place["type"]: place["code"]}
    if form.rayon == "0" and place["type"] != "address":
        return {"commune": [place["code"]]}
    return {"near": _point(place), "radius_km": _radius(form)}


def _point(place: Mapping[str, Any]) -> str:
    return f"{place['position']['lat']},{place['position']['lon']}"


def _radius(form: SearchForm) -> str:
    return form.rayon if form.rayon not in ("", "0") else RADIUS


def as_date(text: str) -> date | None:
    """The day of a date field, `2026-09-01`; None when it is empty or none."""
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None
    except ValueError:
        return None
