"""Which place a form means: the one chosen among the suggestions, or the one that its text names."""

from dataclasses import dataclass, replace
from typing import Any

from search_api import places, suggestions
from search_api.engine import Engine
from search_api.geocoder import Geocoder
from search_api.text import words
from web import texts
from web.search import forms
from web.search.forms import SearchForm

SUGGESTIONS = 6


@dataclass(frozen=True)
class Where:
    """`form` names the place it was resolved to, and `detail` tells it from its namesakes.

    `others` are links to the places that may have been meant instead.
    """

    form: SearchForm
    place: dict[str, Any] | None = None
    detail: str = ""
    others: tuple[dict[str, str], ...] = ()
    error: str | None = None


async def resolve(engine: Engine, geocoder: Geocoder | None, form: SearchForm) -> Where:
    """Without JavaScript nobody chose a suggestion: the text is looked up, and the first place is taken.

    A chosen place counts only while the text still names it: the hidden field outlives a text typed over it.
    Raises EngineUnavailable.
    """
    if form.autour or not (form.ou or form.lieu):
        return Where(form)
    if form.lieu:
        place = await places.place(engine, form.lieu)
        if place is not None and (not form.ou or fold(form.ou) == fold(place["name"])):
            return Where(replace(form, ou=place["name"]), place)
    if not form.ou:
        return Where(form, error=texts.ERROR_NO_PLACE)
    answer = await suggestions.suggest(engine, form.ou, SUGGESTIONS, geocoder)
    # The communes of a postcode follow it, each by its name.
    found = [item for item in answer["items"] if item["type"] not in ("offer", "postcode")]
    if not found:
        return Where(form, error=texts.ERROR_UNKNOWN_PLACE.format(text=form.ou))
    first, *others = found
    place = at_address(first) if first["type"] == "address" else await places.place(engine, first["id"])
    if is_the_one(form.ou, first, others):
        others = []
    chosen = replace(form, ou=first["label"], lieu=kept_id(first))
    return Where(chosen, place, first["detail"], tuple(link(form, item) for item in others))


def at_address(item: dict[str, Any]) -> dict[str, Any]:
    """A street address as a place. The index knows none: it is looked up again by its text on the next page."""
    return {"type": "address", "name": item["label"], "position": item["position"]}


def kept_id(item: dict[str, Any]) -> str:
    return "" if item["type"] == "address" else str(item["id"])


def is_the_one(text: str, first: dict[str, Any], others: list[dict[str, Any]]) -> bool:
    """Whether the text is the first place's whole name and no other's."""
    return fold(text) == fold(first["label"]) and all(fold(text) != fold(item["label"]) for item in others)


def link(form: SearchForm, item: dict[str, Any]) -> dict[str, str]:
    href = forms.address(form, ou=item["label"], lieu=kept_id(item))
    return {"label": item["label"], "detail": item["detail"], "href": href}


def fold(text: str) -> str:
    """Letters and digits only, without case or accents: « Saint-Étienne » is « saint etienne »."""
    return "".join(words(text))
