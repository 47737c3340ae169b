"""The moderators' list of the errors that readers signalled on fiches."""

from typing import Annotated, Any, cast, get_args

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from domain import french
from registry.accounts import Account, audit
from registry.casework import NotPossible, queue
from registry.casework.kinds import FICHE_REPORT
from registry.parents import reports
from registry.parents.reports import Outcome
from web.core import access, pages, posted
from web.core.site import Registry, Site
from web.staff import claiming
from web.texts.shared import reports as texts

router = APIRouter(include_in_schema=False)

Moderator = Annotated[Account, Depends(access.of("moderator"))]


@router.get("/signalements")
def listing(request: Request, account: Moderator, registry: Registry) -> Response:
    """What waits, or with `traites` what was settled."""
    return _list_page(request, account, registry, {}, "")


@router.post("/signalements/{number}")
def settle(request: Request, number: str, account: Moderator, registry: Registry, form: posted.Form) -> Response:
    site: Site = request.app.state.site
    outcome, note = posted.text(form, "suite"), posted.text(form, "reponse")
    typed = {"suite": outcome, "reponse": note}
    errors = {}
    if outcome not in get_args(Outcome):
        errors["suite"] = texts.ERROR_OUTCOME
    if len(note) > reports.LONGEST:
        errors["reponse"] = texts.ERROR_LONG.format(count=french.number(len(note)))
    if errors:
        return _list_page(request, account, registry, errors, number, typed, 422)
    try:
        with registry.connection() as conn:
            if (id := reports.waiting(conn, number)) is None:
                return _already(request)
            offer = reports.settle(conn, site.settings, account, id, cast(Outcome, outcome), note, site.now())
            audit.note(conn, account, "report.settled", offer)
    except NotPossible as refused:
        return _list_page(request, account, registry, {"suite": refused.sentence}, number, typed, 409)
    return pages.see("/signalements", "enregistre")


@router.post("/signalements/{number}/prendre")
def take(request: Request, number: str, account: Moderator, registry: Registry, form: posted.Form) -> Response:
    with registry.connection() as conn:
        id = reports.waiting(conn, number)
    return claiming.take(request, registry, FICHE_REPORT, id, account, "/signalements") if id else _already(request)


@router.post("/signalements/{number}/rendre")
def give_back(request: Request, number: str, account: Moderator, registry: Registry, form: posted.Form) -> Response:
    with registry.connection() as conn:
        id = reports.waiting(conn, number)
    return claiming.give_back(registry, FICHE_REPORT, id, account, "/signalements") if id else _already(request)


def _list_page(
    request: Request,
    account: Account,
    registry: Any,
    errors: dict[str, str],
    wrong: str,
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    """`wrong`: the number of the report whose form has the errors. Private words are read: the log tells by whom."""
    settled = "traites" in request.query_params
    page = pages.number(request)
    site: Site = request.app.state.site
    with registry.connection() as conn:
        found = reports.listing(conn, account, site.now(), settled=settled, page=page)
        counts = queue.counts(conn, FICHE_REPORT, account, site.now())
        if found:
            audit.note(conn, account, "report.list", None, ["text", "mail"], shown=len(found[: reports.PAGE]))
    shown = {
        "reports": found[: reports.PAGE],
        "more": len(found) > reports.PAGE,
        "page": page,
        "settled": settled,
        "waiting": counts.waiting,
        "mine": counts.mine,
        "me": account.id,
        "errors": errors,
        "wrong": wrong,
        "typed": typed or {},
        "day_text": french.day_of,
    }
    return pages.page(request, "staff/reports.html", shown, status)


def _already(request: Request) -> Response:
    return pages.message(request, texts.LIST_TITLE, texts.ALREADY, 410, href="/signalements", label=texts.OPEN)
