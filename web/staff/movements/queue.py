"""Movements that a person has to settle: whose agrément was not found, or which are not to happen after all. And what a
relais may know of its territory."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from domain.french import day
from registry import database
from registry.accounts import Account
from registry.agrements.movements import queue
from registry.agrements.movements.rows import LABELS
from web.core import access, posted
from web.core.pages import page, see
from web.core.site import Site
from web.staff.movements import shown
from web.staff.movements.files import Keeper, territory

router = APIRouter()

Relais = Annotated[Account, Depends(access.of("rpe"))]

SHOWN_DAYS = 90
"""How far back a relais sees what happened."""

WHY = {
    "erreur": "Erreur du département",
    "inconnue": "Cette personne n’est pas inscrite et n’a pas à l’être",
    "regle": "Réglé autrement",
}


@router.get("/mouvements/a-rapprocher")
def unmatched(request: Request, account: Keeper) -> Response:
    site: Site = request.app.state.site
    with site.pool.connection() as conn:
        found = queue.unmatched(conn, account, territory(account))
    return page(request, "staff/movements/queue.html", {"rows": [shown.movement(each) for each in found], "errors": {}})


@router.get("/mouvements/a-rapprocher/{id:int}")
def one(request: Request, account: Keeper, id: int) -> Response:
    return _one(request, account, id)


@router.post("/mouvements/a-rapprocher/{id:int}/chercher")
def look(request: Request, account: Keeper, id: int, form: posted.Form) -> Response:
    """By a form, so that the number does not stand in an address."""
    return _one(request, account, id, posted.text(form, "numero"))


@router.post("/mouvements/a-rapprocher/{id:int}")
def match(request: Request, account: Keeper, id: int, form: posted.Form) -> Response:
    site: Site = request.app.state.site
    offer = posted.text(form, "agrement")
    if not offer:
        return _one(request, account, id, errors={"agrement": "Choisissez un agrément, ou écartez le mouvement."})
    try:
        movement = database.run(
            site.pool,
            lambda conn: queue.match_by_hand(conn, account, territory(account), id, offer, site.now()),
        )
    except queue.MovementGone as error:
        raise HTTPException(404) from error
    return see(f"/mouvements/{movement.file}", "enregistre")


@router.post("/mouvements/a-rapprocher/{id:int}/ecarter")
def drop(request: Request, account: Keeper, id: int, form: posted.Form) -> Response:
    return _drop(request, account, id, form, "/mouvements/a-rapprocher")


@router.post("/mouvements/attente/{id:int}/annuler")
def cancel(request: Request, account: Keeper, id: int, form: posted.Form) -> Response:
    return _drop(request, account, id, form, "/mouvements")


@router.get("/mouvements/territoire")
def of_relais(request: Request, account: Relais) -> Response:
    site: Site = request.app.state.site
    with site.pool.connection() as conn:
        changes = queue.of_communes(conn, account, site.today() - timedelta(days=SHOWN_DAYS))
    rows = [
        {
            **{"name": each.name, "commune": each.commune, "action": LABELS[each.action]},
            **{"on": day(each.effective_on), "undone": each.undone},
        }
        for each in changes
    ]
    return page(request, "staff/movements/territory.html", {"rows": rows, "days": SHOWN_DAYS, "errors": {}})


def _one(
    request: Request, account: Account, id: int, number: str = "", errors: dict[str, str] | None = None
) -> Response:
    site: Site = request.app.state.site
    try:
        with site.pool.connection() as conn:
            movement = queue.one(conn, territory(account), id)
            found = queue.candidates(conn, account, movement, number)
    except queue.MovementGone as error:
        raise HTTPException(404) from error
    values: dict[str, Any] = {
        "movement": shown.movement(movement),
        "candidates": [shown.agrement(each) for each in found],
        "values": {"numero": number},
        "errors": errors or {},
        "whys": list(WHY.items()),
    }
    return page(request, "staff/movements/match.html", values, 422 if errors else 200)


def _drop(request: Request, account: Account, id: int, form: posted.Form, then: str) -> Response:
    site: Site = request.app.state.site
    why = WHY.get(posted.text(form, "motif"), WHY["regle"])
    try:
        with site.pool.connection() as conn:
            queue.drop(conn, account, territory(account), id, f"{why}.")
    except queue.MovementGone as error:
        raise HTTPException(404) from error
    return see(then, "enregistre")
