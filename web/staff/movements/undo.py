"""Taking movements back: a whole file, or one movement of it; looked at first, with a reason, then done or refused."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from domain import french
from registry import database
from registry.accounts import Account
from registry.agrements.movements import files, queue, undoing
from registry.agrements.movements.undoing import Undoing
from registry.intake import runs
from web.core import posted
from web.core.pages import page, see
from web.core.site import Site
from web.staff.movements import shown
from web.staff.movements.files import CHANGED, Keeper, found, territory

router = APIRouter()

WHY = {
    "erreur": "Erreur dans les informations du département.",
    "fichier": "Mauvais fichier.",
    "decision": "Décision annulée par le département ou par un juge.",
}

CHOOSE = "Choisissez la raison\u00a0: elle est conservée avec chaque mouvement."

OBSTACLES = "Rien n’a été annulé\u00a0: d’autres mouvements s’appuient sur ceux-ci. Chaque ligne indique lequel."


@router.get("/mouvements/{id:uuid}/annuler")
def look_at_file(request: Request, account: Keeper, id: UUID) -> Response:
    return _file(request, account, id)


@router.post("/mouvements/{id:uuid}/annuler")
def undo_file(request: Request, account: Keeper, id: UUID, form: posted.Form) -> Response:
    site: Site = request.app.state.site
    why, seen = WHY.get(posted.text(form, "motif")), posted.text(form, "vu")
    if why is None:
        return _file(request, account, id, errors={"motif": CHOOSE})
    try:
        with site.pool.connection() as conn:
            found(conn, account, id)
        database.run(site.pool, lambda conn: undoing.undo_file(conn, id, account, why, site.now(), seen))
    except undoing.NotUndoable:
        return _file(request, account, id, problem=OBSTACLES)
    except files.PlanChanged:
        return _file(request, account, id, problem=CHANGED)
    except runs.RunGone as error:
        raise HTTPException(404) from error
    return see(f"/mouvements/{id}", "annule")


@router.get("/mouvements/mouvement/{id:int}/annuler")
def look_at_one(request: Request, account: Keeper, id: int) -> Response:
    return _one(request, account, id)


@router.post("/mouvements/mouvement/{id:int}/annuler")
def undo_one(request: Request, account: Keeper, id: int, form: posted.Form) -> Response:
    site: Site = request.app.state.site
    why, seen = WHY.get(posted.text(form, "motif")), posted.text(form, "vu")
    if why is None:
        return _one(request, account, id, errors={"motif": CHOOSE})
    try:
        movement = database.run(
            site.pool,
            lambda conn: undoing.undo_one(conn, territory(account), id, account, why, site.now(), seen),
        )
    except undoing.NotUndoable:
        return _one(request, account, id, problem=OBSTACLES)
    except files.PlanChanged:
        return _one(request, account, id, problem=CHANGED)
    except queue.MovementGone as error:
        raise HTTPException(404) from error
    return see(f"/mouvements/{movement.file}", "annule")


def _file(
    request: Request, account: Account, id: UUID, errors: dict[str, str] | None = None, problem: str = ""
) -> Response:
    site: Site = request.app.state.site
    with site.pool.connection() as conn:
        file = found(conn, account, id)
        if file.state != "applied":
            raise HTTPException(404)
        planned = undoing.of_file(conn, file, site.today())
        undoing.note_reading(conn, account, planned)
    values = {"name": shown.named(file), "on": french.moment(file.applied_at or file.received_at)}
    return _page(request, planned, values, f"/mouvements/{id}", f"/mouvements/{id}/annuler", errors, problem)


def _one(
    request: Request, account: Account, id: int, errors: dict[str, str] | None = None, problem: str = ""
) -> Response:
    site: Site = request.app.state.site
    try:
        with site.pool.connection() as conn:
            movement = queue.one(conn, territory(account), id, "applied")
            planned = [undoing.of_one(conn, movement, site.today())]
            undoing.note_reading(conn, account, planned)
    except queue.MovementGone as error:
        raise HTTPException(404) from error
    path = f"/mouvements/mouvement/{id}/annuler"
    return _page(request, planned, {"name": "", "on": ""}, f"/mouvements/{movement.file}", path, errors, problem)


def _page(
    request: Request,
    planned: Sequence[Undoing],
    values: dict[str, Any],
    back: str,
    path: str,
    errors: dict[str, str] | None,
    problem: str,
) -> Response:
    values |= {
        "groups": shown.taken_back(planned),
        "seen": undoing.told(planned),
        "forbidden": any(each.obstacle for each in planned),
        "whys": list(WHY.items()),
        **{"back": back, "path": path, "errors": errors or {}, "problem": problem, "values": {}},
    }
    return page(request, "staff/movements/undo.html", values, 422 if errors else 409 if problem else 200)
