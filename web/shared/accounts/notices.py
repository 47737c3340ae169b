"""Mails that come again and again: the link in each that ends them, and one's own account, which begins them again."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from registry.accounts import Account, notices
from registry.accounts.notices import Topic
from registry.database import Connection
from web.core import access, pages, posted
from web.core.site import Registry, Site
from web.texts.shared import notices as texts

router = APIRouter(include_in_schema=False)


@router.get("/mails/arreter/{token}")
def look_to_stop(request: Request, token: str, registry: Registry) -> Response:
    """To look changes nothing: mail programs open links beforehand."""
    site: Site = request.app.state.site
    with registry.connection() as conn:
        found = notices.read(conn, site.settings.keys, token)
    if found is None:
        return _over(request)
    _, topic = found
    shown: dict[str, Any] = {"sentence": texts.STOP[topic]}
    return pages.page(request, "shared/accounts/stop_mails.html", shown)


@router.post("/mails/arreter/{token}")
def stop(request: Request, token: str, registry: Registry) -> Response:
    """The page's button, and the one of mail programs, which send `List-Unsubscribe=One-Click` without a session and
    follow no redirect (RFC 8058): whoever has the token may stop. Stopped twice it says the same."""
    site: Site = request.app.state.site
    with registry.connection() as conn:
        found = notices.read(conn, site.settings.keys, token)
        if found is None:
            return _over(request)
        notices.stop(conn, *found, site.now())
    return pages.message(request, texts.STOPPED_TITLE, texts.STOPPED, href="/compte", label=texts.TO_ACCOUNT)


@router.post("/compte/mails/reprendre")
def resume(account: access.Anybody, form: posted.Form, registry: Registry) -> Response:
    with registry.connection() as conn:
        notices.resume(conn, account.id, posted.text(form, "sujet"))
    return pages.see("/compte", "enregistre")


def stopped(conn: Connection, account: Account) -> list[tuple[Topic, str]]:
    """What an account's own page shows: the topics that are ended, with their names."""
    return [(topic, texts.NAMES[topic]) for topic in notices.stopped(conn, account.id)]


def _over(request: Request) -> Response:
    return pages.message(request, texts.OVER_TITLE, texts.OVER, 410, href="/compte", label=texts.TO_ACCOUNT)
