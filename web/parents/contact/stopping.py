"""What ends messages: the links in the mails, to block who writes and to report what was written."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from registry.database import Connection
from registry.parents.contact import stopping, tokens
from registry.parents.contact.stopping import Shown
from registry.parents.contact.tokens import Seen
from web.core import pages, posted
from web.core.site import Registry, Site
from web.texts.shared import contact as texts

router = APIRouter(include_in_schema=False)


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


def _page(request: Request, values: dict[str, Any]) -> Response:
    return pages.page(request, "parents/contact/stop.html", {"text": "", "button": "", "also": None} | values)


def _found(request: Request, conn: Connection, token: str) -> tuple[Seen | None, Shown | None]:
    site: Site = request.app.state.site
    seen = tokens.read_page_token(site.settings.keys, token)
    if seen is None or not stopping.is_open(conn, site.settings.keys, seen):
        return None, None
    return seen, stopping.shown(conn, seen)


def _gone(request: Request) -> Response:
    return pages.message(request, texts.OVER_TITLE, texts.GONE, 410, label=texts.HOME)
