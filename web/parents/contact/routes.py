"""The routes of writing; those of what ends messages are in `web.parents.contact.stopping`."""

import math

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from domain import french
from registry import links
from registry.accounts import addresses
from registry.accounts.throttle import TooMany
from registry.database import Connection
from registry.parents.contact import may_be_written_to, opening, sending, wording
from registry.parents.contact.opening import Draft
from registry.parents.contact.refusals import Refused
from web.core import pages, posted, public_form
from web.core.public_form import Guard
from web.core.site import Registry, Site
from web.parents.contact import stopping
from web.texts.shared import contact as texts

router = APIRouter(include_in_schema=False)

GUARD = Guard(
    "contact",
    "parents/contact/write.html",
    field="message",
    trapped=texts.ERROR_TRAP,
    fast=texts.ERROR_FAST,
    many=texts.ERROR_MANY,
    by_client=opening.ASKED_BY_CLIENT,
    by_mailbox=opening.ASKED_BY_MAIL_AND_CLIENT,
)

router.include_router(stopping.router)


@router.get("/offre/{id}/ecrire")
def write(request: Request, id: str, registry: Registry) -> Response:
    """The form; after it was sent, the page that tells to look into one's mailbox."""
    with registry.connection() as conn:
        if not may_be_written_to(conn, id):
            return away(request, id)
        name, fictitious = _named(conn, id)
    if "envoye" in request.query_params:
        return pages.message(request, texts.CHECK_TITLE, texts.CHECK, href=f"/offre/{id}", label=texts.BACK)
    return _form(request, id, name, fictitious, {})


@router.post("/offre/{id}/ecrire")
def ask(request: Request, id: str, registry: Registry, form: posted.Form) -> Response:
    """Nothing goes to her yet: the parent is mailed a link to confirm."""
    site: Site = request.app.state.site
    values = {name: posted.text(form, name) for name in ("nom", "mail", "message")}
    name, text = wording.cleaned_name(values["nom"]), wording.cleaned(values["message"])
    mail = addresses.read(values["mail"])
    with registry.connection() as conn:
        if not may_be_written_to(conn, id):
            return away(request, id)
        to, fictitious = _named(conn, id)

    def draft(conn: Connection) -> None:
        opening.ask(conn, site.settings, Draft(id, name, mail or "", text), site.now())

    try:
        not_taken = public_form.send(request, registry, GUARD, form, _errors(name, mail, text), mail, draft)
    except Refused:  # switched off in between
        return away(request, id)
    if not_taken:
        return _form(request, id, to, fictitious, values, not_taken)
    return RedirectResponse(f"/offre/{id}/ecrire?envoye", 303)


@router.get("/ecrire/confirmer/{token}")
def look(request: Request, token: str, registry: Registry) -> Response:
    """The message once more, and a button: a mail program that follows the link sends nothing."""
    site: Site = request.app.state.site
    with registry.connection() as conn:
        draft = opening.waiting(conn, site.settings, token, site.now())
        if draft is None:
            return _over(request)
        name, fictitious = _named(conn, draft.offer)
    shown = {"draft": draft, "name": name, "fictitious": fictitious}
    return pages.page(request, "parents/contact/confirm.html", shown)


@router.post("/ecrire/confirmer/{token}")
def confirm(request: Request, token: str, registry: Registry, form: posted.Form) -> Response:
    """Thread, message and mail in one transaction."""
    site: Site = request.app.state.site
    try:
        with registry.connection() as conn:
            draft = opening.confirm(conn, site.settings, token, site.now())
            if draft is None:
                return _over(request)
            name = sending.public_name(conn, draft.offer)
    except TooMany as error:
        text = texts.MANY.format(wait=french.wait(error.wait))
        response = pages.message(request, texts.MANY_TITLE, text, 429, label=texts.HOME)
        response.headers["Retry-After"] = str(math.ceil(error.wait.total_seconds()))
        return response
    except Refused:
        return pages.message(request, texts.AWAY_TITLE, texts.AWAY, 410, label=texts.HOME)
    return pages.message(
        request,
        texts.SENT_TITLE,
        texts.SENT.format(name=name),
        href=f"/offre/{draft.offer}",
        label=texts.BACK,
    )


def _named(conn: Connection, offer: str) -> tuple[str, bool]:
    """Her name, and whether she is invented."""
    return sending.public_name(conn, offer), sending.is_fictitious(conn, offer)


def away(request: Request, id: str) -> Response:
    return pages.message(
        request, texts.AWAY_TITLE, texts.AWAY, 404, href=f"/offre/{id}" if id.isalnum() else "/", label=texts.BACK
    )


def _over(request: Request) -> Response:
    return pages.message(request, texts.OVER_TITLE, texts.OVER, 410, label=texts.HOME)


def _errors(name: str, mail: str | None, text: str) -> dict[str, str]:
    errors = {}
    if not name:
        errors["nom"] = texts.ERROR_NAME
    elif len(name) > wording.LONGEST_NAME:
        errors["nom"] = texts.ERROR_NAME_LONG
    elif links.holds_one(name):
        errors["nom"] = texts.ERROR_NAME_LINK
    if mail is None:
        errors["mail"] = addresses.SENTENCE
    if not text:
        errors["message"] = texts.ERROR_EMPTY
    elif len(text) > wording.LONGEST:
        errors["message"] = texts.ERROR_LONG.format(count=len(text))
    elif piece := links.first(text):
        errors["message"] = texts.ERROR_LINK.format(piece=piece)
    return errors


def _form(
    request: Request,
    id: str,
    name: str,
    fictitious: bool,
    values: dict[str, str],
    not_taken: public_form.NotTaken | None = None,
) -> Response:
    return public_form.page(request, GUARD, {"offer": id, "name": name, "fictitious": fictitious}, values, not_taken)
