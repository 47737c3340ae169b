"""What an address says, and what it asks of the search API, without a site."""

from datetime import date
from typing import Any
from urllib.parse import parse_qsl

from search_api.geo import Point
from web.shared.search import forms, parameters
from web.shared.search.forms import SearchForm
from web.shared.search.places import Meant, Place, Where, here

TODAY = date(2026, 11, 23)
NANTES = Place("commune", "Nantes", Point(47.2186, -1.5541), "commune:44109", "44109")
REZE = Place("commune", "Rezé", Point(47.19, -1.55), "commune:44143", "44143")
TWINS = "naissance=2026-05-04&naissance=2026-05-04"


def read(query: str) -> SearchForm:
    return forms.read(parse_qsl(query, keep_blank_values=True))


def where(form: SearchForm, place: Place | None = None, arrival: Place | None = None) -> Where:
    """The form with these places, as `resolve` finds them."""
    return Where(form, Meant(place=place or here(form)), Meant(place=arrival))


def asked(query: str, place: Place | None = None) -> dict[str, Any]:
    return parameters.of_search(where(read(query), place))
