"""The moderators' list of assistants maternels who go to another département."""

from typing import Annotated, cast, get_args
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from domain import french
from registry import database
from registry.accounts import Account
from registry.agrements import moves
from registry.agrements.moves import Outcome
from registry.casework import NotPossible, queue
from registry.casework.kinds import AGREMENT_MOVE
from web.core import access, pages, posted
from web.core.site import Registry, Site
from web.staff import claiming

router = APIRouter(include_in_schema=False)

Moderator = Annotated[Account, Depends(access.of("moderator"))]

PATH = "/demenagements"

ERROR_OUTCOME = "Choisissez\u00a0: valider ou refuser."
ERROR_WHY = "Indiquez pourquoi\u00a0: l’assistante maternelle le lira."
ERROR_LONG = "Ce texte est trop long\u00a0: {count} caractères, pour {most} maximum."


@router.get(PATH)
def listing(request: Request, account: Moderator, registry: Registry) -> Response:
    return _page(request, account, registry)


@router.post(PATH + "/{id:uuid}")
def settle(request: Request, id: UUID, account: Moderator, registry: Registry, form: posted.Form) -> Response:
    site: Site = request.app.state.site
    outcome, comment = posted.text(form, "suite"), posted.text(form, "reponse")
    error = ""
    if outcome not in get_args(Outcome):
        error = ERROR_OUTCOME
    elif outcome == "refused" and not comment:
        error = ERROR_WHY
    elif len(comment) > moves.MOST_OF_A_COMMENT:
        error = ERROR_LONG.format(count=french.number(len(comment)), most=french.number(moves.MOST_OF_A_COMMENT))
    if error:
        return _page(request, account, registry, id, error, comment, 422)
    try:
        decided = cast(Outcome, outcome)
        database.run(registry, lambda conn: moves.settle(conn, account, id, decided, comment, site.now()))
    except NotPossible as refused:
        return _page(request, account, registry, id, refused.sentence, comment, 409)
    return pages.see(PATH, "enregistre")


@router.post(PATH + "/{id:uuid}/prendre")
def take(request: Request, id: UUID, account: Moderator, registry: Registry, form: posted.Form) -> Response:
    return claiming.take(request, registry, AGREMENT_MOVE, id, account, PATH)


@router.post(PATH + "/{id:uuid}/rendre")
def give_back(request: Request, id: UUID, account: Moderator, registry: Registry, form: posted.Form) -> Response:
    return claiming.give_back(registry, AGREMENT_MOVE, id, account, PATH)


def _page(
    request: Request,
    account: Account,
    registry: Registry,
    wrong: UUID | None = None,
    error: str = "",
    typed: str = "",
    status: int = 200,
) -> Response:
    """`wrong`: the move whose form has the error."""
    page = pages.number(request)
    site: Site = request.app.state.site
    with registry.connection() as conn:
        found = moves.listing(conn, account, site.now(), page=page)
        counts = queue.counts(conn, AGREMENT_MOVE, account, site.now())
    shown = {
        "moves": found[: moves.PAGE],
        "more": len(found) > moves.PAGE,
        "page": page,
        "counts": counts,
        "me": account.id,
        "wrong": wrong,
        "error": error,
        "typed": typed,
        "notice_days": site.scales().number("agrement_move_notice_days", site.today()),
        "most": moves.MOST_OF_A_COMMENT,
        "day_text": french.day,
        "moment_text": french.moment,
        "errors": {},
    }
    return pages.page(request, "staff/moves.html", shown, status)
