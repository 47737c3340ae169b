"""Signalling an error on a fiche, and the moderators' list of what was signalled."""

from datetime import datetime
from typing import Annotated, Any, cast, get_args

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from itsdangerous import BadSignature, URLSafeSerializer

from registry import audit, reports
from registry.accounts import Account, addresses
from registry.accounts.throttle import TooMany
from registry.reports import About, Outcome
from settings import PARIS
from web import formats
from web.accounts import entering
from web.accounts.entering import Registry
from web.members import access, pages, patience, posted
from web.site import Site
from web.texts import reports as texts

router = APIRouter(include_in_schema=False)

Moderator = Annotated[Account, Depends(access.of("moderator"))]

FORM = "report"
"""What its signatures are of."""

MOST_PAGES = 10_000


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
    return _form(request, id, name, {}, {})


@router.post("/offre/{id}/signaler")
def send(request: Request, id: str, registry: Registry, form: posted.Form) -> Response:
    site: Site = request.app.state.site
    values = {name: posted.text(form, name) for name in ("objet", "texte", "mail")}
    mail = addresses.read(values["mail"]) if values["mail"] else None
    opened = patience.opened(site, FORM, form)
    errors = _errors(values, mail)
    if not errors and patience.is_trapped(form):
        errors = {"texte": texts.ERROR_TRAP}
    if not errors and patience.is_too_fast(site, opened):
        errors = {"texte": texts.ERROR_FAST}
    status, number = 422, ""
    with registry.connection() as conn:
        name = reports.name_of(conn, id)
    if name is None:
        return _gone(request)
    try:
        with registry.connection() as conn:
            if not errors:
                entering.count_address(request, conn, "report", reports.BY_CLIENT)
                number = reports.file(conn, id, cast(About, values["objet"]), values["texte"], mail, site.now())
    except TooMany as error:
        errors, status = {"texte": texts.ERROR_MANY.format(wait=formats.wait(error.wait))}, 429
    if errors:
        return _form(request, id, name, values, errors, status, opened)
    signed = _signer(site).dumps([number, mail is not None])
    return RedirectResponse(f"/offre/{id}/signaler?envoye={signed}", 303)


@router.get("/signalements")
def listing(request: Request, account: Moderator, registry: Registry) -> Response:
    """What waits, or with `traites` what was settled."""
    return _list_page(request, account, registry, {}, "")


@router.post("/signalements/{number}")
def settle(request: Request, number: str, account: Moderator, registry: Registry, form: posted.Form) -> Response:
    site: Site = request.app.state.site
    outcome, note = posted.text(form, "suite"), posted.text(form, "reponse")
    errors = {}
    if outcome not in get_args(Outcome):
        errors["suite"] = texts.ERROR_OUTCOME
    if len(note) > reports.LONGEST:
        errors["reponse"] = texts.ERROR_LONG.format(count=formats.number(len(note)))
    if errors:
        return _list_page(request, account, registry, errors, number, {"suite": outcome, "reponse": note}, 422)
    with registry.connection() as conn:
        offer = reports.settle(conn, site.settings, account, number, cast(Outcome, outcome), note, site.now())
        if offer is not None:
            audit.note(conn, account, "report.settled", offer)
    if offer is None:
        return pages.message(request, texts.LIST_TITLE, texts.ALREADY, 410, href="/signalements", label=texts.OPEN)
    return pages.see("/signalements", "enregistre")


def _errors(values: dict[str, str], mail: str | None) -> dict[str, str]:
    errors = {}
    if values["objet"] not in get_args(About):
        errors["objet"] = texts.ERROR_ABOUT
    if len(values["texte"]) > reports.LONGEST:
        errors["texte"] = texts.ERROR_LONG.format(count=formats.number(len(values["texte"])))
    elif values["objet"] == "other" and not values["texte"]:
        errors["texte"] = texts.ERROR_TEXT
    if values["mail"] and mail is None:
        errors["mail"] = addresses.SENTENCE
    return errors


def _form(
    request: Request,
    id: str,
    name: str,
    values: dict[str, str],
    errors: dict[str, str],
    status: int = 200,
    opened: datetime | None = None,
) -> Response:
    """`opened`: when the form was first shown, kept over corrections."""
    site: Site = request.app.state.site
    shown = {
        "offer": id,
        "name": name,
        "values": values,
        "errors": errors,
        "opened": patience.signed(site, FORM, opened),
    }
    return pages.page(request, "reports/ask.html", shown, status)


def _thanks(request: Request, id: str, sent: tuple[str, bool] | None) -> Response:
    if sent is None:
        return _gone(request)
    number, answered = sent
    text = texts.THANKS.format(number=number) + (f" {texts.THANKS_MAIL}" if answered else "")
    return pages.message(request, texts.THANKS_TITLE, text, href=f"/offre/{id}", label=texts.CANCEL)


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
    number = request.query_params.get("page", "1")
    page = min(int(number), MOST_PAGES) if number.isdecimal() and number.isascii() and int(number) else 1
    with registry.connection() as conn:
        found = reports.listing(conn, settled=settled, page=page)
        if found:
            audit.note(conn, account, "report.list", None, ["text", "mail"], shown=len(found[: reports.PAGE]))
    shown = {
        "reports": found[: reports.PAGE],
        "more": len(found) > reports.PAGE,
        "page": page,
        "settled": settled,
        "errors": errors,
        "wrong": wrong,
        "typed": typed or {},
        "day_text": lambda at: formats.day(at.astimezone(PARIS).date()),
    }
    return pages.page(request, "reports/list.html", shown, status)


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
