"""The desk's search: the parents', with another scope (`search_api.parameters.Scope`). What the registry adds to its
answer is joined afterwards, in `views`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from domain import french
from search_api import offers
from search_api.parameters import OfferParameters, Scope, meaning, read, understand
from search_api.problems import ParameterError
from search_api.query_log import watched
from web.core.site import Site
from web.shared.search import asking, forms, loosening, parameters
from web.shared.search.forms import SearchForm
from web.shared.search.nearly import Beside
from web.shared.search.places import Where, resolve
from web.staff.rpe.forms import Asked

WHOLE = "Chercher dans tout votre territoire"
PARTLY = "Voir aussi les places libres sur une partie des horaires"
EVERYWHERE = "Chercher sans le lieu"
AROUND = "Communes voisines\u00a0: à moins de {km}\u00a0km {place}"

AROUND_A_PLACE = ("ou", "lieu", "autour", "rayon")
"""Fields of the form that say it."""

NEIGHBOURS_KM = "20"
MOST_NEIGHBOURS = 3
"""Communes of a territory around which its neighbours are looked for, where no place is asked for."""


@dataclass(frozen=True)
class Step:
    """A search that asks for less, or elsewhere; `href`: its page; `count`: how many it finds."""

    label: str
    href: str
    count: int


@dataclass(frozen=True)
class Found:
    """The search as it was understood, and its answer; `errors` by field instead of one. `beside`: who comes nearest
    and what a little less would find, within the same scope. `steps`: where nobody is found, the searches that find
    somebody."""

    where: Where
    errors: dict[str, str]
    answer: Mapping[str, Any] | None = None
    beside: Beside = field(default_factory=Beside)
    steps: Sequence[Step] = ()


@dataclass(frozen=True)
class Territory:
    """Of a relais: the communes listed for it; the type, code and name of the territory of the public search that
    `holds` what is asked for, None where there is none; as scopes all that it answers for, and what is `asked` for."""

    listed: Sequence[tuple[str, str]]
    holds: tuple[str, str, str] | None
    whole: Scope
    asked: Scope


async def search(site: Site, asked: Asked, territory: Territory) -> Found:
    """One page of those of the territory who answer. `asked` has no errors in itself. Raises EngineUnavailable."""
    where = await _resolved(site, asked.of_minders)
    if where.errors:
        return Found(where, where.errors)
    try:
        listing = read(OfferParameters, parameters.of_search(where) | parameters.PAGE)
        query = understand(listing, site.today(), site.settings.keys, territory.asked)
        listed = offers.search(site.engine, query)
        answer = await watched(listed, "/rpe", listing, slow_s=site.settings.slow_query_s, sort=query.sort)
    except ParameterError as refused:
        return Found(where, forms.refused(refused))
    beside = await asking.beside(site, where.form, query, answer, pairs=False)
    steps = [] if answer["total"]["value"] else await _steps(site, asked, where, territory)
    return Found(where, {}, answer, beside, steps)


async def _resolved(site: Site, form: SearchForm) -> Where:
    """The whole territory where no place is asked for."""
    return await resolve(site, form) if form.ou or form.lieu or form.autour else Where(form)


async def _steps(site: Site, asked: Asked, where: Where, territory: Territory) -> list[Step]:
    """The searches that find somebody where this one finds nobody: here by asking for less, then among the neighbours,
    as parents find them."""
    tried: list[tuple[str, Where, Scope | None, str]] = []
    if asked.commune or asked.duty:
        everywhere = replace(asked, commune="", duty="")
        tried.append((WHOLE, where, territory.whole, everywhere.address(where.form)))
    tried += [
        (label, less, territory.asked, asked.address(less.form))
        for label, less in _less(where)
        if replace(asked, form=replace(less.form, types=())).searches
    ]
    chosen = [each for each in territory.listed if each[0] == asked.commune] or territory.listed
    for form in _neighbours(where.form, chosen):
        around = await resolve(site, form)
        if around.place is not None and not around.errors:
            label = AROUND.format(km=NEIGHBOURS_KM, place=french.leaving(around.place.name))
            tried.append((label, around, None, forms.address(around.form)))
    counts = await offers.totals(
        site.engine,
        [
            meaning(read(OfferParameters, parameters.of_search(each)), site.today(), limit)
            for _, each, limit, _ in tried
        ],
    )
    return [Step(label, href, count) for (label, _, _, href), count in zip(tried, counts, strict=True) if count]


def _less(where: Where) -> list[tuple[str, Where]]:
    """The same search asking for less, the smallest step first; at last for all of that less."""
    form = where.form
    placed = where.place is not None
    here: list[loosening.Change] = [(EVERYWHERE, dict.fromkeys(AROUND_A_PLACE, ""))] if placed else []
    changes = loosening.with_all([*here, *loosening.conditions(form, PARTLY)])
    steps = [(label, replace(form, **{"suite": "", **each})) for label, each in changes]
    # Without a place in the form there is none that it means.
    return [(label, replace(where, form=less) if less.ou or less.autour else Where(less)) for label, less in steps]


def _neighbours(form: SearchForm, communes: Sequence[tuple[str, str]]) -> list[SearchForm]:
    """The parents' search around the place that is asked for, or else around communes of the territory."""
    wider = replace(form, suite="", rayon=NEIGHBOURS_KM)
    if form.ou or form.autour:
        return [wider]
    return [replace(wider, ou=name, lieu=f"commune:{code}") for code, name in communes[:MOST_NEIGHBOURS]]
