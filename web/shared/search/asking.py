"""What a page asks besides its list, where few offers cover the need: the parents' page and the desk of a relais."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from search_api import offers, query_log, reasons
from search_api.nearly import Counts, counts
from search_api.pairs import pairs as two_together
from search_api.parameters import OfferQuery
from search_api.problems import EngineUnavailable
from web.core.site import Site
from web.shared.search import nearly
from web.shared.search.forms import SearchForm
from web.shared.search.nearly import Answer, Beside

BESIDE_S = 1.0
"""Seconds that a page waits, its list being there, for each group of questions that stands beside it. Nobody has asked
for that: who looks for a place is served better by the list at once than by the rest later, and a way of 100 km between
two large towns, or an engine that has much to do, would hold the list back for seconds."""

T = TypeVar("T")


async def beside(site: Site, form: SearchForm, query: OfferQuery, answer: Answer, *, pairs: bool) -> Beside:
    """What the first page of a list asks besides: nothing where plenty of offers cover the whole need; who comes
    nearest and, where the page shows them, `pairs` only where none of them does; why no assistante maternelle fits.

    Each group has BESIDE_S of its own, and what is not had by then, or at all, is named in `missing`: the page says so.
    The counts and who comes nearest are one group, as half of it would pass for the whole.
    """
    missing: list[nearly.Part] = []
    covering = nearly.covering(form, answer)
    first = not form.suite
    asks_less = first and form.has_need and not form.asks_structures and covering < nearly.PLENTY
    asks_all = asks_less and not covering
    asks_why = first and bool(form.has_need or form.births) and nearly.lacks_assistants(form, answer)
    if not (asks_less or asks_why):  # as on most pages, whose answer need not wait for tasks that do nothing
        return Beside()

    async def had(part: nearly.Part, wanted: bool, ask: Callable[[], Awaitable[T]]) -> T | None:
        if not wanted:
            return None
        try:
            async with asyncio.timeout(BESIDE_S):
                return await ask()
        except (TimeoutError, EngineUnavailable):
            missing.append(part)
            return None

    less, two, reason = await asyncio.gather(
        had("less", asks_less, lambda: _less(site, form, query, nearest=asks_all)),
        had("pairs", pairs and asks_all, lambda: two_together(site.engine, query, nearly.MOST_PAIRS)),
        had("reason", asks_why, lambda: reasons.why_none(site.engine, query)),
    )
    for part in missing:
        site.missing_beside.labels(part).inc()
    if missing:
        query_log.missing(sorted(missing))
    counted, nearest = less or (None, None)
    return Beside(counted, nearest, two, reason, tuple(missing))


async def _less(site: Site, form: SearchForm, query: OfferQuery, *, nearest: bool) -> tuple[Counts, Answer | None]:
    """What a little less would find, and the card of who comes nearest."""
    counted = counts(site.engine, query, nearly.farther(form))
    if not nearest:
        return await counted, None
    # Of those who are known to be free, whatever the list shows besides.
    sure = replace(query, to_ask=False, undeclared=False, sort="availability")
    less, best = await asyncio.gather(counted, offers.first(site.engine, sure))
    return less, best
