"""The page's own parameters, in readable French, and what they mean for the search API. Pure functions.

The address bar holds a whole search in these names, so it can be shared and "back" works. Unknown names are
ignored here (links from mail and social sites add their own); the API below refuses what it does not know.
"""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from web import texts

DAYS = {"lun": "mon", "mar": "tue", "mer": "wed", "jeu": "thu", "ven": "fri", "sam": "sat", "dim": "sun"}
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
START, END = "08:00", "18:00"
"""The hours that stand in an untouched form; they count once a day is ticked."""
FACETS = "kind,subkind,feature,funding"
TEXT_LIMITS = {"ou": 100, "mots": 200}
"""Characters; those of the search API's suggestions and free text."""
PAGE_SIZE = 20

_PARAMETER = {
    "types": "type",
    "jours": "jour",
    "options": "option",
    "sous_types": "sous-type",
    "financements": "financement",
}
"""The fields that the address repeats or spells otherwise than Python can."""

_FIELD_OF_API = {
    "near": "ou",
    "radius_km": "rayon",
    "commune": "ou",
    "epci": "ou",
    "department": "ou",
    "q": "mots",
    "kind": "type",
    "need": "heures",
    "from": "des",
    "places": "places",
    "child_birthdate": "naissance",
    "feature": "option",
    "subkind": "sous-type",
    "funding": "financement",
    "sort": "tri",
    "cursor": "suite",
}


@dataclass(frozen=True)
class SearchForm:
    """What was typed and ticked, as it came: an invalid value is kept, to be shown beside its error."""

    ou: str = ""
    lieu: str = ""
    autour: str = ""
    rayon: str = ""
    types: tuple[str, ...] = ()
    naissance: str = ""
    des: str = ""
    jours: tuple[str, ...] = ()
    debut: str = ""
    fin: str = ""
    places: str = ""
    libres: str = ""
    mots: str = ""
    sous_types: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    financements: tuple[str, ...] = ()
    tri: str = ""
    suite: str = ""

    @property
    def asked(self) -> bool:
        """Whether this is a search at all, or the home page."""
        return self != SearchForm()

    @property
    def start(self) -> str:
        return self.debut or START

    @property
    def end(self) -> str:
        return self.fin or END

    @property
    def filtered(self) -> int:
        """How many of the folded-away filters are set."""
        return bool(self.mots) + len(self.sous_types) + len(self.options) + len(self.financements)


def read(pairs: Iterable[tuple[str, str]]) -> SearchForm:
    """The form from the pairs of a query string; of a single-valued name the last one counts."""
    values: dict[str, Any] = {}
    names = {_PARAMETER.get(f.name, f.name): f for f in fields(SearchForm)}
    for name, value in pairs:
        field = names.get(name)
        if field is None or not value.strip():
            continue
        if field.default == ():
            known = values.get(field.name, ())
            values[field.name] = known if value in known else (*known, value)
        else:
            values[field.name] = value.strip()
    form = SearchForm(**values)
    if form.autour and form.ou not in ("", texts.MY_POSITION):
        return replace(form, autour="")  # without JavaScript the hidden position outlives the text typed over it
    return form


def address(form: SearchForm, **changes: Any) -> str:
    """The page's address of this search with `changes`; a change starts again at the first page of results."""
    changed = replace(form, **{"suite": "", **changes})
    pairs = [(_PARAMETER.get(name, name), value) for name, value in asdict(changed).items() if value]
    return "/?" + urlencode(pairs, doseq=True, safe=":,")


def errors(form: SearchForm, today: date) -> dict[str, str]:
    """What is wrong with the form in itself: a French sentence for each field, under its page name."""
    found: dict[str, str] = {}
    for name, text in (("ou", form.ou), ("mots", form.mots)):
        if len(text) > TEXT_LIMITS[name]:
            found[name] = texts.ERROR_TOO_LONG.format(limit=TEXT_LIMITS[name])
    if not (form.ou or form.lieu or form.autour or form.mots):
        found["ou"] = texts.ERROR_NO_PLACE
    if form.autour and not re.fullmatch(r"-?\d{1,2}(\.\d{1,6})?,-?\d{1,3}(\.\d{1,6})?", form.autour):
        found["ou"] = texts.ERROR_POSITION
    if form.rayon and form.rayon not in texts.RADII:
        found["rayon"] = texts.ERROR_RADIUS
    if form.tri and form.tri not in SORTS:
        found["tri"] = texts.ERROR_SORT
    if form.places and form.places not in tuple("123456"):
        found["places"] = texts.ERROR_PLACES
    for name, text in (("des", form.des), ("naissance", form.naissance)):
        if text and as_date(text) is None:
            found[name] = texts.ERROR_DATE
    born = as_date(form.naissance)
    if born and not today - timedelta(days=18 * 365) < born < today + timedelta(days=366):
        found["naissance"] = texts.ERROR_BIRTHDATE_YEARS
    if any(day not in DAYS for day in form.jours):
        found["jour"] = texts.ERROR_DAY
    if not all(_is_time(text) for text in (form.start, form.end)):
        found["heures"] = texts.ERROR_TIME
    elif form.start == form.end:
        found["heures"] = texts.ERROR_SAME_TIMES
    elif not form.jours and (form.start, form.end) != (START, END):
        found["jour"] = texts.ERROR_HOURS_WITHOUT_DAYS
    return found


def sorts(form: SearchForm, place: dict[str, Any] | None) -> list[str]:
    """The orders that make sense for this search, by their page names."""
    offered = {
        "disponibilite": bool(form.jours),
        "distance": "near" in _where(form, place),
        "pertinence": bool(form.mots),
    }
    return [name for name in SORTS if offered.get(name, True)]


def is_around(form: SearchForm, place: dict[str, Any] | None) -> bool:
    """Whether a distance means anything: not for a whole department, nor without any place."""
    return bool(form.autour) or (place is not None and place["type"] not in ("epci", "department"))


def field_of(parameter: str) -> str:
    """The page's field where an error about one of the API's parameters is shown."""
    return _FIELD_OF_API.get(parameter, "ou")


def needs(form: SearchForm) -> list[str]:
    """The API's need lines from the ticked days, one for each run of days: `mon-wed@08:00-18:00`."""
    codes = list(DAYS.values())
    ticked = sorted({list(DAYS).index(day) for day in form.jours if day in DAYS})
    runs: list[list[int]] = []
    for index in ticked:
        if runs and index == runs[-1][-1] + 1:
            runs[-1].append(index)
        else:
            runs.append([index])
    days = (codes[run[0]] + (f"-{codes[run[-1]]}" if len(run) > 1 else "") for run in runs)
    return [f"{run}@{form.start}-{form.end}" for run in days]


def parameters(form: SearchForm, place: dict[str, Any] | None) -> dict[str, Any]:
    """The search API's parameters, for OfferParameters. `place` is a document of `places`, of `form.lieu`.

    Around a commune the distance counts from its centre, since families cross its border for a place;
    « Dans la commune seulement » asks for the commune itself.
    """
    chosen = {
        **_where(form, place),
        "q": form.mots,
        "kind": list(form.types),
        "subkind": list(form.sous_types),
        "feature": list(form.options),
        "funding": list(form.financements),
        "need": needs(form),
        "from": form.des,
        "places": form.places if form.jours else "",
        "child_birthdate": form.naissance,
        # What answers a part of the need is shown with what is missing: for many families it is a beginning.
        "match": "best" if form.jours and not form.libres else "",
        "include": "to_ask" if form.jours and not form.libres else "",
        "sort": SORTS[form.tri] if form.tri in sorts(form, place) else "",
        "cursor": form.suite,
    }
    return {name: value for name, value in chosen.items() if value}


def page(form: SearchForm, place: dict[str, Any] | None) -> dict[str, Any]:
    """The parameters of one page of the list: `parameters` with its facets and its size."""
    return {**parameters(form, place), "facets": FACETS, "limit": str(PAGE_SIZE)}


def map_query(form: SearchForm, place: dict[str, Any] | None) -> str:
    """The same search as a query string for `/api/v1/map`, to which the script adds the view."""
    kept = {k: v for k, v in parameters(form, place).items() if k not in ("sort", "cursor")}
    return urlencode(kept, doseq=True, safe=":,@")


def _where(form: SearchForm, place: dict[str, Any] | None) -> dict[str, Any]:
    if form.autour:
        return {"near": form.autour, "radius_km": _radius(form)}
    if place is None:
        return {}
    if place["type"] in ("epci", "department"):
        return {place["type"]: place["code"]}
    if form.rayon == "0" and place["type"] != "address":
        return {"commune": [place["code"]]}
    position = place["position"]
    return {"near": f"{position['lat']},{position['lon']}", "radius_km": _radius(form)}


def _radius(form: SearchForm) -> str:
    return form.rayon if form.rayon not in ("", "0") else RADIUS


def as_date(text: str) -> date | None:
    """The day of a date field, `2026-09-01`; None when it is empty or none."""
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None
    except ValueError:
        return None


def _is_time(text: str) -> bool:
    return re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text) is not None
