"""Which places a form means: the ones chosen among the suggestions, or the ones that its texts name."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from domain.localities import postcode
from search_api import places, suggest
from search_api.geo import Point
from web import texts
from web.core.site import Site
from web.shared.search.forms import SearchForm

SUGGESTIONS = 6

TERRITORIES = ("epci", "department")
"""The types of places in which one can search, but from which nothing is near or far."""

Item = Mapping[str, Any]
"""A suggestion, as `search_api.suggest` gives it."""


@dataclass(frozen=True)
class Place:
    """Where one can look. `type`: that of the index, or `address`, or `position`, the visitor's own; these two have
    neither `id` nor `code`. Of a former name `code` and `point` are those of the commune of today."""

    type: str
    name: str
    point: Point
    id: str = ""
    code: str = ""

    @property
    def is_territory(self) -> bool:
        """Whether it is larger than a commune, so that one cannot be there."""
        return self.type in TERRITORIES

    @property
    def today(self) -> str:
        """The id of the territory that it is, or for a former name that of the commune of today."""
        return f"commune:{self.code}" if self.type == "former" else self.id


@dataclass(frozen=True)
class Meant:
    """The place that a text means, `place`, with what tells it from its namesakes, `detail`, or the sentence that
    says why there is none, `error`. `label` and `id` name it in the form; `others` may have been meant instead.
    `typed`: the text that was looked up, "" for a place that was chosen; `is_guess`: where it is no name of the place,
    so that the reader is told; `away`, `is_address`, `wrong_postcode` and `offers` as in `suggest.Understood`."""

    label: str = ""
    id: str = ""
    place: Place | None = None
    detail: str = ""
    others: tuple[Item, ...] = ()
    error: str = ""
    typed: str = ""
    is_guess: bool = False
    away: bool = False
    is_address: bool = False
    wrong_postcode: str = ""
    offers: tuple[Item, ...] = ()

    @property
    def is_unsure(self) -> bool:
        """Whether the reader is to look at it: a guess, or one of several namesakes."""
        return bool(self.place and (self.is_guess or self.others))


@dataclass(frozen=True)
class Where:
    """A search with its places: the form, which names those it was resolved to, where it looks from, and the end of
    the way of a search along one. `errors`, by field, where a place is not known."""

    form: SearchForm
    start: Meant = field(default_factory=Meant)
    end: Meant = field(default_factory=Meant)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def place(self) -> Place | None:
        return self.start.place

    @property
    def arrival(self) -> Place | None:
        return self.end.place

    @property
    def is_around(self) -> bool:
        """Whether a distance means anything: not for a whole department, nor along a way, nor in a zone of the map, nor
        without any place."""
        form, place = self.form, self.place
        return not (form.vers or form.bbox) and place is not None and not place.is_territory


async def resolve(site: Site, form: SearchForm) -> Where:
    """The form, which has no errors in its places, with them found. Raises EngineUnavailable."""
    start, end = await asyncio.gather(start_of(site, form), end_of(site, form))
    errors = {name: found.error for name, found in (("ou", start), ("vers", end)) if found.error}
    if start.place and end.place and start.place.point == end.place.point:
        errors["vers"] = texts.search.ERROR_SAME_PLACE
    resolved = replace(form, ou=start.label, lieu=start.id, vers=end.label, vers_lieu=end.id)
    # Without JavaScript the zone, which is hidden, outlives the place that was typed over the one that it belongs to.
    if form.lieu and start.id != form.lieu:
        resolved = replace(resolved, bbox="")
    return Where(resolved, start, end, errors)


async def start_of(site: Site, form: SearchForm) -> Meant:
    """Raises EngineUnavailable."""
    if place := here(form):
        return Meant(form.ou, form.lieu, place)
    if form.ou or form.lieu:
        return await named(site, form.ou, form.lieu, point=bool(form.vers))
    return Meant()


async def end_of(site: Site, form: SearchForm) -> Meant:
    """Raises EngineUnavailable."""
    return await named(site, form.vers, form.vers_lieu, point=True) if form.vers else Meant(id=form.vers_lieu)


async def named(site: Site, text: str, id: str, *, point: bool) -> Meant:
    """The place that was chosen by its `id`, or the first of those that the text may mean: without JavaScript nobody
    chose one.

    A chosen place counts only while the text still names it: the hidden field outlives a text typed over it. `point`:
    only where one can be, no larger territory. Raises EngineUnavailable.
    """
    if id:
        place = await by_id(site, id)
        if place is not None and (not text or suggest.alike(text, place.name)):
            refused = point and place.is_territory
            return Meant(place.name, place.id, place, error=texts.search.ERROR_NO_POINT if refused else "")
    if not text:
        return Meant(error=texts.ERROR_NO_PLACE)
    found = await suggest.understood(site.engine, text, SUGGESTIONS, site.geocoder)
    items = found.sure or found.others
    offers = () if point else tuple(found.offers)
    if not items:
        return Meant(text, typed=text, error=unknown(text, away=found.away), offers=offers)
    fitting = [item for item in items if not (point and item["type"] in TERRITORIES)]
    if not fitting:
        return Meant(text, error=texts.search.ERROR_NO_POINT)
    first, *others = fitting
    place = of_item(first)
    return Meant(
        *(place.name, place.id, place, first["detail"], tuple(others)),
        typed=text,
        is_guess=not found.sure,
        away=found.away,
        is_address=found.is_address,
        wrong_postcode=found.wrong_postcode,
        offers=offers,
    )


def unknown(text: str, *, away: bool) -> str:
    """The sentence where no place can be meant. `away`: a geocoder that might have known one did not answer."""
    if away:
        return texts.ERROR_ADDRESSES_AWAY
    if code := postcode(text):
        return texts.ERROR_UNKNOWN_POSTCODE.format(code=code)
    return texts.ERROR_UNKNOWN_PLACE.format(text=text)


async def by_id(site: Site, id: str) -> Place | None:
    """A place of the index by its id, as `commune:44109`. Raises EngineUnavailable."""
    found = await places.place(site.engine, id)
    if found is None:
        return None
    return Place(found["type"], places.label(found), point_of(found["position"]), found["id"], found["code"])


def here(form: SearchForm) -> Place | None:
    """The visitor's own position, where the form has one."""
    return Place("position", texts.search.YOUR_POSITION, form.position) if form.position else None


def of_item(item: Item) -> Place:
    """A suggestion as a place. The index knows no address: it is looked up again by its text on the next page."""
    return Place(item["type"], item["label"], point_of(item["position"]), kept_id(item), item["code"] or "")


def point_of(position: Mapping[str, float]) -> Point:
    return Point(position["lat"], position["lon"])


def kept_id(item: Item) -> str:
    return "" if item["type"] == "address" else str(item["id"])
