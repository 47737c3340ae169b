"""What every page needs, on `app.state.site`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from fastapi.responses import Response
from jinja2 import Environment

from registry.database import Pool
from registry.views import Views
from search_api.engine import Engine
from search_api.geocoder import Geocoder
from search_api.limits import Limiter
from settings import Settings
from web import rendering


@dataclass(frozen=True)
class Site:
    """`now`: the moment, in UTC; `today`: the civil day in France. `registry` (and `views`, what counts who is read)
    are None on a site for the search alone."""

    engine: Engine
    geocoder: Geocoder | None
    limiter: Limiter
    registry: Pool | None
    views: Views | None
    settings: Settings
    templates: Environment
    now: Callable[[], datetime]
    today: Callable[[], date]

    def page(self, name: str, values: dict[str, Any], status: int = 200) -> Response:
        return rendering.page(self.templates, name, values, status)
