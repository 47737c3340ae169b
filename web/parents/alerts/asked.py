"""From the search that an address holds to the need that is saved of it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from domain import french
from registry.parents.alerts.asking import Reach, Rhythm, Wanted
from search_api import saved_searches
from search_api.parameters import FilterParameters, OfferQuery, meaning, read
from search_api.problems import ParameterError
from web.core.site import Site
from web.shared.search import filters, forms, parameters, summary
from web.shared.search.filters import Chosen
from web.shared.search.forms import SearchForm
from web.shared.search.places import Where, resolve
from web.shared.search.understood import reason
from web.texts import ERROR_ADDRESSES_AWAY
from web.texts.parents import alerts as texts

MOST_NOW = 500
"""Offers that may answer a need when it is saved: it is for places that are hard to find."""


class Refused(Exception):
    """This search cannot be saved; the message is a French sentence."""


@dataclass(frozen=True)
class Need:
    """`search` is the site's address of the same search, `title` says it in words; `now`: how many answer it now."""

    search: str
    title: str
    parameters: dict[str, Any]
    query: OfferQuery
    now: int

    def wanted(self, mail: str, rhythm: Rhythm) -> Wanted:
        return Wanted(
            mail,
            rhythm,
            self.parameters,
            self.search,
            self.title,
            self.query.start,
            saved_searches.week(self.query),
            Reach(*saved_searches.reach(self.query)),
        )


def form_of(pairs: Iterable[tuple[str, str]]) -> SearchForm:
    """The search of an address, without how its results were shown. No need is saved of a part of the map: it would
    be one of the whole country."""
    return replace(forms.read(pairs), suite="", tri="", bbox="")


async def need(site: Site, form: SearchForm) -> Need:
    """Raises Refused, EngineUnavailable."""
    today = site.today()
    if errors := forms.errors(form, today):
        raise Refused(texts.BROKEN.format(reason=_first(errors)))
    if form.lists_structures:
        raise Refused(texts.OTHER_KINDS)
    if in_the_way := filters.structures_only(form.chosen):
        raise Refused(_of_structures(in_the_way))
    found = await resolve(site, form)
    if found.errors:
        raise Refused(texts.BROKEN.format(reason=_first(found.errors)))
    if found.place is None:
        raise Refused(texts.NO_PLACE)
    # Nobody would see that the mails are about another place.
    if unsure := [each for each in (found.start, found.end) if each.is_unsure]:
        away = any(each.away for each in unsure)
        raise Refused(ERROR_ADDRESSES_AWAY if away else texts.UNSURE_PLACE.format(reason=reason(unsure[0])))
    kept = saved_searches.kept(parameters.of_search(found))
    try:
        query = meaning(read(FilterParameters, kept), today)
    except ParameterError as refused:
        raise Refused(texts.BROKEN.format(reason=forms.sentence(refused.errors[0]["message"]))) from None
    # A day that has passed is today.
    current = saved_searches.understood(kept, today) or query
    count = await saved_searches.count(site.engine, current)
    if count > MOST_NOW:
        raise Refused(texts.TOO_WIDE.format(count=french.number(count)))
    return Need(forms.address(found.form), title(found, query), kept, query, count)


def title(found: Where, query: OfferQuery) -> str:
    """« assistants maternels autour de Nantes (5 km), du lundi au vendredi, 8 h – 18 h, à partir du … »."""
    form = found.form
    where = summary.where(found)
    km = query.radius_km if query.near else query.route.detour_km if query.route else None
    parts = [f"{texts.KINDS} {where}" + (f" ({french.distance(round(km * 1000))})" if km else "")]
    if form.jours or form.des or form.naissance:
        parts.append(summary.need_summary(form))
    if query.places > 1:
        parts.append(texts.AT_LEAST.format(count=query.places))
    if form.filtered:
        parts.append(texts.FILTERS)
    return ", ".join(parts)


def _of_structures(in_the_way: Chosen) -> str:
    """Names the filters that only structures can meet."""
    named = [f"«\u00a0{label}\u00a0»" for label, _ in filters.chips(in_the_way)]
    return texts.STRUCTURES_FILTER.format(filters=french.listed(named), these=texts.THESE[len(named) > 1])


def _first(errors: dict[str, str]) -> str:
    return next(iter(errors.values()))
