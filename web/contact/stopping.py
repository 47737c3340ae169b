"""What ends messages: the links in the mails, the moderators' list, and the switch in her space."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from domain import french
from registry.accounts import Account, audit
from registry.casework import NotPossible, queue
from registry.casework.kinds import MESSAGE_REPORT
from registry.database import Connection
from registry.parents.contact import stopping, tokens
from registry.parents.contact.stopping import Shown
from registry.parents.contact.tokens import Seen
from web.accounts.entering import Registry
from web.members import access, claiming, pages, posted
from web.site import Site
from web.space.signed import Own
from web.texts import contact as texts

router = APIRouter(include_in_schema=False)

Moderator = Annotated[Account, Depends(access.of("moderator"))]

REPORTS = "/messages/signales"
MOST_PAGES = 10_000


@router.get("/messages/bloquer/{token}")
def ask_to_block(request: Request, token: str, registry: Registry) -> Response:
    with registry.connection() as conn:
        seen, shown = _found(request, conn, token)
    if seen is None or shown is None:
        return _gone(request)
    hers = seen.reader == "am"
    values = {
        "title": texts.BLOCK_TITLE if hers else texts.BLOCK_REPLIES_TITLE,
        "sentence": (texts.BLOCK if hers else texts.BLOCK_REPLIES).format(name=shown.name),
        "button": texts.BLOCK_BUTTON,
        "also": {"href": f"/messages/signaler/{token}", "label": texts.ALSO_REPORT},
    }
    return _page(request, values)


@router.post("/messages/bloquer/{token}")
def block(request: Request, token: str, registry: Registry, form: posted.Form) -> Response:
    site: Site = request.app.state.site
    with registry.connection() as conn:
        seen, shown = _found(request, conn, token)
        if seen is None or shown is None or not stopping.block(conn, seen, site.now()):
            return _gone(request)
    values = {
        "title": texts.BLOCKED_TITLE,
        "sentence": texts.BLOCKED.format(name=shown.name),
        "also": {"href": f"/messages/signaler/{token}", "label": texts.ALSO_REPORT},
    }
    return _page(request, values)


@router.get("/messages/signaler/{token}")
def ask_to_report(request: Request, token: str, registry: Registry) -> Response:
    with registry.connection() as conn:
        seen, shown = _found(request, conn, token)
    if seen is None or shown is None:
        return _gone(request)
    if shown.text is None:
        return pages.message(request, texts.OVER_TITLE, texts.REPORT_FORGOTTEN, 410, label=texts.HOME)
    values = {
        "title": texts.REPORT_TITLE,
        "sentence": texts.REPORT.format(name=shown.name),
        "text": shown.text,
        "button": texts.REPORT_BUTTON,
    }
    return _page(request, values)


@router.post("/messages/signaler/{token}")
def report(request: Request, token: str, registry: Registry, form: posted.Form) -> Response:
    site: Site = request.app.state.site
    with registry.connection() as conn:
        seen, shown = _found(request, conn, token)
        if seen is None or shown is None:
            return _gone(request)
        done = stopping.report(conn, seen, site.now())
    if not done:
        return pages.message(request, texts.OVER_TITLE, texts.REPORT_FORGOTTEN, 410, label=texts.HOME)
    values = {
        "title": texts.REPORTED_TITLE,
        "sentence": texts.REPORTED,
        "also": {"href": f"/messages/bloquer/{token}", "label": texts.ALSO_BLOCK.format(name=shown.name)},
    }
    return _page(request, values)


@router.get("/messages/signales")
def reports(request: Request, account: Moderator, registry: Registry) -> Response:
    """What waits for a moderator. Private words are read here: the log tells by whom."""
    site: Site = request.app.state.site
    number = request.query_params.get("page", "1")
    page = max(1, min(int(number), MOST_PAGES)) if number.isdecimal() and number.isascii() else 1
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
    return pages.page(request, "contact/reports.html", values)


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


@router.get("/espace/messages")
def space(request: Request, own: Own, registry: Registry) -> Response:
    with registry.connection() as conn:
        values = {
            "receives": stopping.receives(conn, own.offer),
            "blocked": stopping.blocked(conn, own.offer),
            "day_text": french.day_of,
        }
    return pages.page(request, "contact/space.html", values)


@router.post("/espace/messages")
def switch(request: Request, own: Own, registry: Registry, form: posted.Form) -> Response:
    with registry.connection() as conn:
        stopping.switch(conn, own.offer, posted.text(form, "recevoir") == "oui")
    return pages.see("/espace/messages", "enregistre")


@router.post("/espace/messages/debloquer")
def unblock(request: Request, own: Own, registry: Registry, form: posted.Form) -> Response:
    with registry.connection() as conn:
        stopping.unblock(conn, own.offer, posted.text(form, "qui"))
    return pages.see("/espace/messages", "enregistre")


def _page(request: Request, values: dict[str, Any]) -> Response:
    return pages.page(request, "contact/stop.html", {"text": "", "button": "", "also": None} | values)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _found(request: Request, conn: Connection, token: str) -> tuple[Seen | None, Shown | None]:
    site: Site = request.app.state.site
    seen = tokens.read_page_token(site.settings.keys, token)
    if seen is None or not stopping.is_open(conn, site.settings.keys, seen):
        return None, None
    return seen, stopping.shown(conn, seen)


def _gone(request: Request) -> Response:
    return pages.message(request, texts.OVER_TITLE, texts.GONE, 410, label=texts.HOME)
