"""Which places a form means: the ones chosen among the suggestions, or the ones that its texts name."""

from dataclasses import dataclass, field, replace
from typing import Any

from search_api import suggest
from search_api.engine import places
from search_api.engine.engine import Engine
from search_api.engine.geocoder import Geocoder
from search_api.query.text import words
from web import texts
from web.shared.search import forms
from web.shared.search.forms import SearchForm

SUGGESTIONS = 6


@dataclass(frozen=True)
class Meant:
    """The place that a text means, `place`, with what tells it from its namesakes, `detail`, or the sentence that
    says why there is none, `error`. `label` and `id` name it in the form; `others` may have been meant instead."""

    label: str = ""
    id: str = ""
    place: dict[str, Any] | None = None
    detail: str = ""
    others: tuple[dict[str, Any], ...] = ()
    error: str = ""


@dataclass(frozen=True)
class Where:
    """`form` names the places it was resolved to: `place`, and `arrival` of a search along a way, each with the
    `detail` that tells it from its namesakes. `others` are links to the places that may have been meant instead."""

    form: SearchForm
    place: dict[str, Any] | None = None
    detail: str = ""
    others: tuple[dict[str, str], ...] = ()
    arrival: dict[str, Any] | None = None
    arrival_detail: str = ""
    arrival_others: tuple[dict[str, str], ...] = ()
    errors: dict[str, str] = field(default_factory=dict)


async def resolve(engine: Engine, geocoder: Geocoder | None, form: SearchForm) -> Where:
    """The form with its places found; `errors`, by field, where one is not. Raises EngineUnavailable."""
    start, arrival = Meant(form.ou, form.lieu), Meant(form.vers, form.vers_lieu)
    along = bool(form.vers)
    if not form.autour and (form.ou or form.lieu):
        start = await meant(engine, geocoder, form.ou, form.lieu, point=along)
    if along:
        arrival = await meant(engine, geocoder, form.vers, form.vers_lieu, point=True)
    form = replace(form, ou=start.label, lieu=start.id, vers=arrival.label, vers_lieu=arrival.id)
    errors = {name: found.error for name, found in (("ou", start), ("vers", arrival)) if found.error}
    if start.place and arrival.place and start.place["position"] == arrival.place["position"]:
        errors["vers"] = texts.search.ERROR_SAME_PLACE
    return Where(
        form,
        start.place,
        start.detail,
        tuple(link(form, item, "ou", "lieu") for item in start.others),
        arrival.place,
        arrival.detail,
        tuple(link(form, item, "vers", "vers_lieu") for item in arrival.others),
        errors,
    )


async def meant(engine: Engine, geocoder: Geocoder | None, text: str, id: str, *, point: bool) -> Meant:
    """Without JavaScript nobody chose a suggestion: the text is looked up, and the first place is taken.

    A chosen place counts only while the text still names it: the hidden field outlives a text typed over it. `point`:
    only where one can be, no larger territory. Raises EngineUnavailable.
    """
    if id:
        place = await places.place(engine, id)
        if place is not None and (not text or alike(text, place["name"])):
            refused = point and not forms.has_point(place)
            return Meant(place["name"], id, place, error=texts.search.ERROR_NO_POINT if refused else "")
    if not text:
        return Meant(error=texts.ERROR_NO_PLACE)
    answer = await suggest.suggest(engine, text, SUGGESTIONS, geocoder)
    # The communes of a postcode follow it, each by its name.
    known = [item for item in answer["items"] if item["type"] not in ("offer", "postcode")]
    found = [item for item in known if not (point and item["type"] in forms.TERRITORIES)]
    if not found:
        return Meant(text, error=texts.search.ERROR_NO_POINT if known else texts.ERROR_UNKNOWN_PLACE.format(text=text))
    first, *others = found
    place = at_address(first) if first["type"] == "address" else await places.place(engine, first["id"])
    if is_the_one(text, first, others):
        others = []
    return Meant(first["label"], kept_id(first), place, first["detail"], tuple(others))


def at_address(item: dict[str, Any]) -> dict[str, Any]:
    """A street address as a place. The index knows none: it is looked up again by its text on the next page."""
    return {"type": "address", "name": item["label"], "position": item["position"]}


def kept_id(item: dict[str, Any]) -> str:
    return "" if item["type"] == "address" else str(item["id"])


def is_the_one(text: str, first: dict[str, Any], others: list[dict[str, Any]]) -> bool:
    """Whether the text is the first place's whole name and no other's."""
    return alike(text, first["label"]) and not any(alike(text, item["label"]) for item in others)


def link(form: SearchForm, item: dict[str, Any], name: str, id: str) -> dict[str, str]:
    """The same search with another place in the fields `name` and `id`."""
    href = forms.address(form, **{name: item["label"], id: kept_id(item)})
    return {"label": item["label"], "detail": item["detail"], "href": href}


def alike(text: str, name: str) -> bool:
    """Whether they are one name as the index reads it, also glued together: « ile yeu » and « L’Île-Yeu »."""
    return "".join(words(text)) == "".join(words(name))
