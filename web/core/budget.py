"""What a request takes from its client's limits once it is known what it asks for. What its address alone tells is
taken before the routing (web/app.py, by costs.py)."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from search_api import offers, problems
from search_api.geo import Route, length_m
from search_api.http import limits
from web.core import costs, error_pages
from web.core.site import Site


def pay(request: Request, cost: int) -> Response | None:
    """Take more units from the client's budget; the answer where they are not there."""
    site: Site = request.app.state.site
    counted = limits.count_request(site.limiter, request.scope, cost)
    return None if counted.allowed else problems.too_many_requests(counted.reset_s)


def pay_for_way(request: Request, route: Route, *, needs: bool) -> Response | None:
    """Count what a search along a way takes by the way's length, which its address does not tell; the page in its place
    for a client who has not as much left."""
    site: Site = request.app.state.site
    more = costs.of_way(length_m(route.points) / 1_000, needs=needs)
    counted = limits.count_request(site.limiter, request.scope, more) if more else None
    return None if counted is None or counted.allowed else error_pages.busy(request, counted.reset_s)


async def read_contact(request: Request, fiche: Mapping[str, Any]) -> Response | None:
    """Count a fiche that shows a contact of an assistant maternel; the page in its place for a client who has read too
    many of them. Other fiches are not counted."""
    site: Site = request.app.state.site
    if not offers.is_limited(fiche):
        return None
    wait_s = await limits.wait_for_contact(site.limiter, request.scope)
    return error_pages.limited(request, wait_s) if wait_s else None
