"""What the pages of a registration and the forms of her own room share: the same pages, over a draft or a profile."""

from collections.abc import Mapping
from typing import Any

from fastapi.responses import JSONResponse

from registry.database import Connection
from registry.offers.profiles import typed
from registry.scales import current_scales
from registry.territory import naming
from web.am.registration import identification
from web.core.site import Site
from web.shared import maps
from web.shared.profile import wording


def lists(conn: Connection, site: Site, page: str, values: Mapping[str, str]) -> dict[str, Any]:
    """What a page offers to choose from: of 2a (agrément), 2b (profile) or 2c (address); nothing for another page."""
    if page == "2a":
        scales, today = current_scales(conn), site.today()
        return {
            "departments": naming.departments(conn),
            "ages_from": _with_entered(wording.AGES_FROM, values["age_de"]),
            "ages_to": _with_entered(wording.ages_to(scales.number("agrement_age_to_months", today)), values["age_a"]),
            "children": wording.children(
                scales.number("agrement_most_children", today), scales.number("agrement_usual_children", today)
            ),
        }
    if page == "2b":
        wanted = values["mam_ou"] or values.get("commune_nom", "")
        return {
            "mams": naming.mams(conn, wanted) if wanted else [],
            **identification.tariff_hints(current_scales(conn), site.today()),
        }
    return {"map": _map(conn, site, values)} if page == "2c" else {}


def about_field(sentence: str | None, understood: str) -> JSONResponse:
    """What is wrong with one field, as it is typed, and what was understood of it: {sentence, understood}, null and ""
    where there is nothing to say. Nothing is kept."""
    return JSONResponse({"sentence": sentence, "understood": understood}, headers={"Cache-Control": "no-store"})


def _with_entered(options: tuple[tuple[int, str], ...], value: str) -> list[tuple[str, str]]:
    """The list, with the months that were entered before where they are none of it."""
    pairs = [("", "Choisissez"), *((str(months), label) for months, label in options)]
    return pairs if value in dict(pairs) else [*pairs, (value, f"{value}\u00a0mois")]


def _map(conn: Connection, site: Site, values: Mapping[str, str]) -> dict[str, Any]:
    """Where the map for the pin looks first; nothing without a commune."""
    middle = naming.point_of(conn, values.get("commune_code", ""))
    if middle is None:
        return {}
    placed = typed.text(values, "lat") and typed.text(values, "lon")
    return {"lat": middle[0], "lon": middle[1], "pin": bool(placed), **maps.base(site.settings)}
