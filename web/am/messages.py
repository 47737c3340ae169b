"""Messages of parents, in her space: her conversations, whether she takes any, and whom she has blocked."""

import secrets
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from domain import french
from registry import links
from registry.database import Connection
from registry.parents import contact
from registry.parents.contact import inbox, stopping, tokens, wording
from registry.parents.contact.inbox import Conversation
from registry.parents.contact.refusals import Reason, Refused
from registry.parents.contact.tokens import Seen
from web.am.signed import Own, Signed
from web.core import pages, posted
from web.core.site import Registry, Site
from web.texts.shared import contact as contact_texts
from web.texts.shared import inbox as texts

router = APIRouter(include_in_schema=False)


@router.get("/espace/messages")
def space(request: Request, own: Own, registry: Registry) -> Response:
    """The families that wrote, then her switch and whom she has blocked."""
    site: Site = request.app.state.site
    page = pages.number(request)
    with registry.connection() as conn:
        found = inbox.listing(conn, own.offer, site.now(), page=page)
        values = {
            "conversations": found[: inbox.PAGE],
            "more": len(found) > inbox.PAGE,
            "page": page,
            "receives": stopping.receives(conn, own.offer),
            "reach": contact.reach(conn, own.offer),
            "blocked": stopping.blocked(conn, own.offer),
            "day_text": french.day_of,
            "moment_text": french.moment,
        }
    return pages.page(request, "am/messages/list.html", values)


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


@router.get("/espace/messages/{id:uuid}")
def conversation(request: Request, id: UUID, own: Own, account: Signed, registry: Registry) -> Response:
    """One family; to open it is to have read it."""
    site: Site = request.app.state.site
    with registry.connection() as conn:
        found = inbox.read(conn, own.offer, id, site.now())
    return _page(request, found, account.mail) if found else _gone(request)


@router.post("/espace/messages/{id:uuid}")
def answer(request: Request, id: UUID, own: Own, account: Signed, registry: Registry, form: posted.Form) -> Response:
    """It goes the way of an answer by mail. The form's `envoi` is its own: sent twice, it goes once."""
    site: Site = request.app.state.site
    typed = {"reponse": posted.text(form, "reponse"), "envoi": posted.text(form, "envoi")}
    try:
        with registry.connection() as conn:
            inbox.answer(conn, site.settings, own.offer, id, typed["reponse"], typed["envoi"], site.now())
    except Refused as refused:
        with registry.connection() as conn:
            return _refused(request, conn, own.offer, id, account.mail, typed, refused.reason)
    return pages.see(f"/espace/messages/{id}", "envoye")


def _refused(
    request: Request, conn: Connection, offer: str, id: UUID, mail: str, typed: dict[str, str], reason: Reason
) -> Response:
    """The page once more, with what was typed and why it did not go; without the conversation, that it is over."""
    site: Site = request.app.state.site
    found = inbox.read(conn, offer, id, site.now())
    if found is None:
        return _gone(request)
    errors = {} if found.open is None or reason == "away" else {"reponse": _sentence(reason, typed["reponse"])}
    return _page(request, found, mail, typed, errors, 422 if errors else 409)


def _sentence(reason: Reason, text: str) -> str:
    text = wording.cleaned(text)
    match reason:
        case "empty":
            return texts.ERROR_EMPTY
        case "too_long":
            return texts.ERROR_LONG.format(count=french.number(len(text)))
        case "link":
            return contact_texts.ERROR_LINK.format(piece=links.first(text))
        case "too_many":
            return texts.ERROR_MANY
        case _:
            return texts.OVER


def _page(
    request: Request,
    found: Conversation,
    mail: str,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    site: Site = request.app.state.site

    def token(message: inbox.Message) -> str:
        """As the links of the mail about this message have it."""
        seen = Seen(message.thread, message.id, "am", tokens.sent_to(site.settings.keys, mail))
        return tokens.page_token(site.settings.keys, seen)

    theirs = [message for message in found.messages if message.side == "parent"]
    values: dict[str, Any] = {
        "found": found,
        "token": token,
        "last_of_theirs": theirs[-1] if theirs else None,
        "moment_text": french.moment,
        "values": typed or {"reponse": "", "envoi": secrets.token_hex(16)},
        "errors": errors or {},
    }
    return pages.page(request, "am/messages/conversation.html", values, status)


def _gone(request: Request) -> Response:
    return pages.message(request, texts.GONE_TITLE, texts.GONE, 404, href="/espace/messages", label=texts.BACK)
