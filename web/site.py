"""What every page needs, on `app.state.site`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from string import Formatter
from typing import Any

from fastapi.responses import Response
from jinja2 import Environment

from domain.scales import Scales
from registry.database import Pool
from registry.offers.views import Views
from search_api.engine.engine import Engine
from search_api.engine.geocoder import Geocoder
from search_api.http.limits import Limiter
from settings import Settings
from web import rendering


@dataclass(frozen=True)
class Site:
    """`now`: the moment, in UTC; `today`: the civil day in France; `scales`: those that hold, which may wait for the
    registry now and then. `registry` (and `views`, what counts who is read) are None on a site for the search alone."""

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

    def dated(self, text: str, **values: str) -> str:
        """A text in which scales are named in braces, with their whole numbers of today; templates' filter `dated`."""
        scales, today = self.scales(), self.today()
        return text.format(
            **{name: scales.number(name, today) for name in _named(text) if name not in values}, **values
        )

    def page(self, name: str, values: dict[str, Any], status: int = 200) -> Response:
        return rendering.page(self.templates, name, values, status)


def _named(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}
