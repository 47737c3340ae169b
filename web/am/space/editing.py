"""Her profile as the values of the registration's forms, and what a form that was sent does to it."""

import hashlib
import json
from collections.abc import Mapping
from typing import Literal

from fastapi import Request
from starlette.datastructures import FormData

from domain import french
from registry.agrements import registrations, requests
from registry.database import Connection
from registry.offers import employers, profiles
from registry.offers.profiles import checks, placing
from registry.offers.profiles.facts import Everything
from registry.territory import naming
from web.core import posted
from web.core.site import registry

Page = Literal["2a", "2b", "2c"]
PAGES: dict[str, Page] = {"agrement": "2a", "profil": "2b", "adresse": "2c"}


def standing(conn: Connection, offer: str) -> dict[str, str]:
    """What is known of her; of an agrément, the one she sent last when it is not decided."""
    known = profiles.read(conn, offer)
    values = checks.values_of(known)
    if asked := requests.open_request(conn, offer):
        values |= {"departement": asked.department, "numero": asked.number, "conditions": asked.conditions or ""}
        values |= {"debut": french.day_in_figures(asked.starts_on), "fin": french.day_in_figures(asked.ends_on)}
        values |= {"capacite": str(asked.capacity), "age_de": str(asked.age_from_months)}
        values |= {"age_a": str(asked.age_to_months)}
    values = naming.resolved(conn, values | _place(conn, known))
    values["commune"] = values.get("commune_nom") or values.get("commune", "")
    return {name: "" for page in PAGES.values() for name in registrations.PAGES[page]} | values


def version(values: Mapping[str, str], page: Page) -> str:
    """Names what a page says, so that a form can tell what it was opened with."""
    said = [values.get(name, "") for name in registrations.PAGES[page]]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


def entered(request: Request, page: Page, form: FormData, before: Mapping[str, str]) -> dict[str, str]:
    """What is known of her, with this page as it stands in the form, and its places looked up."""
    values = {name: text for name, text in before.items() if not name.endswith(("_code", "_choix"))}
    for name in registrations.PAGES[page]:
        values[name] = "\n".join(posted.texts(form, name))
    with registry(request).connection() as conn:
        return naming.resolved(conn, values)


def save(conn: Connection, offer: str, page: Page, values: Mapping[str, str]) -> None:
    """Write values without errors (placed, on page 2c). The agrément is never written here: it is asked for."""
    if page == "2b":
        profile = checks.profile(values)
        profiles.save_profile(conn, offer, profile)
        if not profile.employed:
            employers.set_employed(conn, offer, False)
    if page == "2c":
        profiles.save_home(conn, offer, placing.home(conn, values))
        profiles.save_contact(conn, offer, checks.contact(values))


def _place(conn: Connection, known: Everything) -> dict[str, str]:
    """How her home was placed, as far as it can be told; one that stands at the commune is looked for again."""
    home = known.home
    if home is None:
        return {}
    at_commune = naming.point_of(conn, home.commune) == (home.lat, home.lon)
    found = {"place_par": "" if at_commune else "adresse", "street_lat": "", "street_lon": ""}
    if home.street_lat is not None and home.street_lon is not None:
        found |= {"street_lat": f"{home.street_lat}", "street_lon": f"{home.street_lon}"}
    return found
