"""What the links in the mails of an alert lead to: confirming, stopping, prolonging. To look at one changes nothing."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from domain import french
from registry.database import Pool
from registry.parents.alerts import asking, ending, tokens
from registry.parents.alerts.asking import Saved, TooManyLive
from registry.parents.alerts.tokens import Purpose
from web.core import pages, posted
from web.core.site import Registry, Site
from web.texts.parents import alerts as texts

router = APIRouter(include_in_schema=False)


@router.get("/alertes/confirmer/{token}")
def look_to_confirm(request: Request, token: str, registry: Registry) -> Response:
    saved = _saved(request, registry, "confirm", token)
    if saved is None:
        return _over(request)
    if saved.confirmed:
        return _begun(request, saved, texts.CONFIRMED_TITLE)
    sentence = texts.CONFIRM_WEEKLY if saved.rhythm == "weekly" else texts.CONFIRM_AT_ONCE
    return _page(request, saved, texts.CONFIRM_TITLE, sentence, texts.CONFIRM)


@router.post("/alertes/confirmer/{token}")
def confirm(request: Request, token: str, registry: Registry, form: posted.Form) -> Response:
    site: Site = request.app.state.site
    keys = site.settings.keys
    try:
        with registry.connection() as conn:
            id = tokens.read(keys, "confirm", token)
            saved = asking.confirm(conn, site.settings, id, site.now()) if id is not None else None
    except TooManyLive as error:
        live = [(each.title, f"/alertes/arreter/{tokens.token(keys, 'stop', each.id)}") for each in error.live]
        shown: dict[str, Any] = {"live": live, "elsewhere": len(live) < asking.MOST_LIVE}
        return pages.page(request, "parents/alerts/full.html", shown, 409)
    return _over(request) if saved is None else _begun(request, saved, texts.CONFIRMED_TITLE)


@router.get("/alertes/prolonger/{token}")
def look_to_prolong(request: Request, token: str, registry: Registry) -> Response:
    saved = _saved(request, registry, "prolong", token)
    if saved is None:
        return _over(request)
    return _page(request, saved, texts.PROLONG_TITLE, texts.PROLONG, texts.PROLONG_BUTTON)


@router.post("/alertes/prolonger/{token}")
def prolong(request: Request, token: str, registry: Registry, form: posted.Form) -> Response:
    site: Site = request.app.state.site
    with registry.connection() as conn:
        id = tokens.read(site.settings.keys, "prolong", token)
        saved = ending.prolong(conn, id, site.now()) if id is not None else None
    return _over(request) if saved is None else _begun(request, saved, texts.PROLONGED_TITLE)


@router.get("/alertes/arreter/{token}")
def look_to_stop(request: Request, token: str, registry: Registry) -> Response:
    site: Site = request.app.state.site
    if tokens.read(site.settings.keys, "stop", token) is None:
        return _over(request)
    saved = _saved(request, registry, "stop", token)
    if saved is None:
        return _stopped(request)
    return _page(request, saved, texts.STOP_TITLE, texts.STOP, texts.STOP_BUTTON)


@router.post("/alertes/arreter/{token}")
def stop(request: Request, token: str, registry: Registry) -> Response:
    """The page's button, and the one of mail programs, which send `List-Unsubscribe=One-Click` without a session
    (RFC 8058): whoever has the token may stop, so that nothing else is asked. Stopped twice it says the same."""
    site: Site = request.app.state.site
    id = tokens.read(site.settings.keys, "stop", token)
    if id is None:
        return _over(request)
    with registry.connection() as conn:
        ending.stop(conn, id)
    return _stopped(request)


def _saved(request: Request, registry: Pool, purpose: Purpose, token: str) -> Saved | None:
    site: Site = request.app.state.site
    id = tokens.read(site.settings.keys, purpose, token)
    if id is None:
        return None
    with registry.connection() as conn:
        return asking.saved(conn, id, site.now())


def _page(request: Request, saved: Saved, title: str, sentence: str, button: str) -> Response:
    values: dict[str, Any] = {"title": title, "need": saved.title, "sentence": sentence, "button": button}
    return pages.page(request, "parents/alerts/link.html", values)


def _begun(request: Request, saved: Saved, title: str) -> Response:
    text = texts.CONFIRMED.format(day=french.day(saved.ends_on))
    return pages.message(request, title, text, href=saved.search, label=texts.BACK)


def _stopped(request: Request) -> Response:
    return pages.message(request, texts.STOPPED_TITLE, texts.STOPPED, label=texts.TO_SEARCH)


def _over(request: Request) -> Response:
    return pages.message(request, texts.OVER_TITLE, texts.OVER, 410, label=texts.TO_SEARCH)
