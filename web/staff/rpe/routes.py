"""`/rpe`: the territory and who is free there; `/rpe/am/{id}`: one of them; registration at the desk in `desk`."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from domain import french, week
from registry import accounts
from registry.accounts import Account, audit
from registry.offers import duties, profiles, relais, timetables, visibility
from registry.territory import scope
from web.core import access, pages
from web.core.site import Site, registry
from web.shared.search.need import DAYS
from web.staff.rpe import desk, territory
from web.texts.shared import agrements

SHOWN = 200
"""Of a list: more than anybody reads on a telephone; the form narrows it."""

OTHER_TERRITORY = "Cette assistante maternelle n’est pas de votre territoire."
OF_THE_TERRITORY = ["name", "commune", "status", "duty", "availability"]
OF_ONE = ["identity", "contact", "agrement", "availability", "duty"]

Relais = Annotated[Account, Depends(access.of("rpe"))]

router = APIRouter(include_in_schema=False)
router.include_router(desk.router)


@router.get("/rpe")
def list_territory(request: Request, account: Relais) -> Response:
    """By commune, days and hours. The reading is in the audit log, by what was asked and how many were shown."""
    site: Site = request.app.state.site
    asked = territory.read(request.query_params)
    with registry(request).connection() as conn:
        communes = scope.listed(conn, account.id)
        found = relais.territory(conn, account, site.today(), commune=asked.commune, need=asked.need)
        if asked.duty:
            found = [each for each in found if asked.duty in each.standing]
        audit.note(conn, account, "territory.read", None, OF_THE_TERRITORY, shown=min(len(found), SHOWN))
    values: dict[str, Any] = {
        "communes": communes,
        "asked": asked,
        "days": [(day, name.capitalize()) for day, name in zip(DAYS, week.NAMES, strict=True)],
        "duties": territory.DUTIES,
        "standing": territory.standing,
        "status_text": agrements.status,
        "found": found[:SHOWN],
        "total": len(found),
        "day_text": french.day,
        "errors": {"debut": asked.error} if asked.error else {},
    }
    return pages.page(request, "staff/rpe/territory.html", values, 422 if asked.error else 200)


@router.get("/rpe/am/{id}")
def one(request: Request, id: str, account: Relais) -> Response:
    """What the relais needs to ring her up; each reading is in the audit log."""
    site: Site = request.app.state.site
    with registry(request).connection() as conn:
        if not relais.is_in_territory(conn, account, id):
            raise access.NotAllowed(OTHER_TERRITORY)
        held = profiles.read(conn, id)
        seen = visibility.of_offer(conn, id)
        values: dict[str, Any] = {
            "id": id,
            "held": held,
            "name": seen.name,
            "publication": seen.publication,
            "public": seen.public,
            "status": agrements.status(seen.status),
            "duty": duties.of_offer(conn, id, site.today()),
            "standing": territory.standing,
            "periods": timetables.periods(conn, id),
            "has_account": accounts.of_offer(conn, id) is not None,
            "week_days": week.NAMES,
            "day_text": french.day,
            "clock": french.clock,
            "errors": {},
        }
        audit.note(conn, account, "profile.read", id, OF_ONE)
    return pages.page(request, "staff/rpe/one.html", values)
