"""Signalling an error on a fiche."""

from typing import cast, get_args

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from itsdangerous import BadSignature, URLSafeSerializer

from domain import french
from registry.accounts import addresses
from registry.database import Connection
from registry.parents import reports
from registry.parents.reports import About
from web.core import pages, posted, public_form
from web.core.public_form import Guard
from web.core.site import Registry, Site
from web.texts.shared import reports as texts

router = APIRouter(include_in_schema=False)

GUARD = Guard(
    "report",
    "parents/reports/ask.html",
    field="texte",
    trapped=texts.ERROR_TRAP,
    fast=texts.ERROR_FAST,
    many=texts.ERROR_MANY,
    by_client=reports.BY_CLIENT,
)


@router.get("/offre/{id}/signaler")
def look(request: Request, id: str, registry: Registry) -> Response:
    """The form; once it was sent, the thanks with its number."""
    site: Site = request.app.state.site
    with registry.connection() as conn:
        name = reports.name_of(conn, id)
    if name is None:
        return _gone(request)
    if sent := request.query_params.get("envoye"):
        return _thanks(request, id, _read(site, sent))
    return public_form.page(request, GUARD, {"offer": id, "name": name}, {})


@router.post("/offre/{id}/signaler")
def send(request: Request, id: str, registry: Registry, form: posted.Form) -> Response:
    site: Site = request.app.state.site
    values = {name: posted.text(form, name) for name in ("objet", "texte", "mail")}
    mail = addresses.read(values["mail"]) if values["mail"] else None
    with registry.connection() as conn:
        name = reports.name_of(conn, id)
    if name is None:
        return _gone(request)
    number = ""

    def file(conn: Connection) -> None:
        nonlocal number
        number = reports.file(conn, id, cast(About, values["objet"]), values["texte"], mail, site.now())

    if not_taken := public_form.send(request, registry, GUARD, form, _errors(values, mail), mail, file):
        return public_form.page(request, GUARD, {"offer": id, "name": name}, values, not_taken)
    signed = _signer(site).dumps([number, mail is not None])
    return RedirectResponse(f"/offre/{id}/signaler?envoye={signed}", 303)


def _errors(values: dict[str, str], mail: str | None) -> dict[str, str]:
    errors = {}
    if values["objet"] not in get_args(About):
        errors["objet"] = texts.ERROR_ABOUT
    if len(values["texte"]) > reports.LONGEST:
        errors["texte"] = texts.ERROR_LONG.format(count=french.number(len(values["texte"])))
    elif values["objet"] == "other" and not values["texte"]:
        errors["texte"] = texts.ERROR_TEXT
    if values["mail"] and mail is None:
        errors["mail"] = addresses.SENTENCE
    return errors


def _thanks(request: Request, id: str, sent: tuple[str, bool] | None) -> Response:
    if sent is None:
        return _gone(request)
    number, answered = sent
    text = texts.THANKS.format(number=number) + (f" {texts.THANKS_MAIL}" if answered else "")
    return pages.message(request, texts.THANKS_TITLE, text, href=f"/offre/{id}", label=texts.CANCEL)


def _gone(request: Request) -> Response:
    return pages.message(request, texts.NONE_TITLE, texts.NONE, 404, label=texts.HOME)


def _read(site: Site, signed: str) -> tuple[str, bool] | None:
    """The number that the page thanks for, and whether an answer is wanted: only what this site has just given."""
    try:
        number, answered = _signer(site).loads(signed)
    except (BadSignature, ValueError, TypeError):
        return None
    return str(number), bool(answered)


def _signer(site: Site) -> URLSafeSerializer:
    return site.settings.keys.signer("form", "report thanks")
