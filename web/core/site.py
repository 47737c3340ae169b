"""What every page needs, on `app.state.site`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from string import Formatter
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import Response
from jinja2 import Environment
from prometheus_client import Counter

from domain.scales import Scales
from registry.database import Pool
from registry.offers.views import Views
from search_api.engine.engine import Engine
from search_api.engine.geocoder import Geocoder
from search_api.http.limits import Limiter
from settings import Settings
from web.core import rendering


class RegistryMissing(Exception):
    """This site runs without a registry (the search alone): there are no accounts."""


@dataclass(frozen=True)
class Site:
    """`now`: the moment, in UTC; `today`: the civil day in France; `scales`: those that hold, which may wait for the
    registry now and then; `missing_beside`: counts for /metrics, by `part`, what pages of results had to leave out.
    `registry` (and `views`, what counts who is read) are None on a site for the search alone."""

    engine: Engine
    geocoder: Geocoder | None
    limiter: Limiter
    registry: Pool | None
    views: Views | None
    settings: Settings
    templates: Environment
    now: Callable[[], datetime]
    today: Callable[[], date]
    scales: Callable[[], Scales]
    missing_beside: Counter

    @property
    def pool(self) -> Pool:
        """The registry's connections. Raises RegistryMissing on a site for the search alone."""
        if self.registry is None:
            raise RegistryMissing
        return self.registry

    def dated(self, text: str, **values: str) -> str:
        """A text in which scales are named in braces, with their whole numbers of today; templates' filter `dated`."""
        scales, today = self.scales(), self.today()
        return text.format(
            **{name: scales.number(name, today) for name in _named(text) if name not in values}, **values
        )

    def page(self, name: str, values: dict[str, Any], status: int = 200) -> Response:
        return rendering.page(self.templates, name, values, status)


def registry(request: Request) -> Pool:
    """The registry's connections, for a page that nobody needs to be signed in for. Raises RegistryMissing."""
    site: Site = request.app.state.site
    return site.pool


Registry = Annotated[Pool, Depends(registry)]


def _named(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}
