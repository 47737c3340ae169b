"""The moderators' list of messages that were reported."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from domain import french
from registry.accounts import Account, audit
from registry.casework import NotPossible, queue
from registry.casework.kinds import MESSAGE_REPORT
from registry.parents.contact import stopping
from web.core import access, pages, posted
from web.core.site import Registry, Site
from web.staff import claiming
from web.texts.shared import contact as texts

router = APIRouter(include_in_schema=False)

Moderator = Annotated[Account, Depends(access.of("moderator"))]

REPORTS = "/messages/signales"


@router.get("/messages/signales")
def reports(request: Request, account: Moderator, registry: Registry) -> Response:
    """What waits for a moderator. Private words are read here: the log tells by whom."""
    site: Site = request.app.state.site
    page = pages.number(request)
    with registry.connection() as conn:
        found = stopping.reports(conn, account, site.now(), page=page)
        counts = queue.counts(conn, MESSAGE_REPORT, account, site.now())
        for each in found[: queue.PAGE]:
            audit.note(conn, account, "contact.report.read", each.offer, ["message"])
    values = {
        "reports": found[: queue.PAGE],
        "more": len(found) > queue.PAGE,
        "page": page,
        "waiting": counts.waiting,
        "mine": counts.mine,
        "me": account.id,
        "day_text": french.day_of,
    }
    return pages.page(request, "staff/messages.html", values)


@router.post("/messages/signales/{id}/traiter")
def settle(request: Request, id: str, account: Moderator, registry: Registry, form: posted.Form) -> Response:
    site: Site = request.app.state.site
    if (wanted := _id(id)) is None:
        return _gone(request)
    try:
        with registry.connection() as conn:
            offer = stopping.settle(conn, account, wanted, site.now())
            audit.note(conn, account, "contact.report.settled", offer)
    except NotPossible as refused:
        return claiming.refusal(request, refused, REPORTS)
    return pages.see(REPORTS, "enregistre")


@router.post("/messages/signales/{id}/prendre")
def take(request: Request, id: str, account: Moderator, registry: Registry, form: posted.Form) -> Response:
    wanted = _id(id)
    return claiming.take(request, registry, MESSAGE_REPORT, wanted, account, REPORTS) if wanted else _gone(request)


@router.post("/messages/signales/{id}/rendre")
def give_back(request: Request, id: str, account: Moderator, registry: Registry, form: posted.Form) -> Response:
    wanted = _id(id)
    return claiming.give_back(registry, MESSAGE_REPORT, wanted, account, REPORTS) if wanted else _gone(request)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _gone(request: Request) -> Response:
    return pages.message(request, texts.OVER_TITLE, texts.GONE, 410, href=REPORTS, label=claiming.BACK)
