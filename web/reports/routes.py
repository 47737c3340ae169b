"""Signalling an error on a fiche, and the moderators' list of what was signalled."""

from typing import Annotated, Any, cast, get_args

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from itsdangerous import BadSignature, URLSafeSerializer

from domain import french
from registry.accounts import Account, addresses, audit
from registry.casework import NotPossible, queue
from registry.casework.kinds import FICHE_REPORT
from registry.database import Connection
from registry.parents import reports
from registry.parents.reports import About, Outcome
from web.accounts.entering import Registry
from web.core import public_form
from web.core.public_form import Guard
from web.members import access, claiming, pages, posted
from web.site import Site
from web.texts import reports as texts

router = APIRouter(include_in_schema=False)

Moderator = Annotated[Account, Depends(access.of("moderator"))]

GUARD = Guard(
    "report",
    "reports/ask.html",
    field="texte",
    trapped=texts.ERROR_TRAP,
    fast=texts.ERROR_FAST,
    many=texts.ERROR_MANY,
    by_client=reports.BY_CLIENT,
)

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
    return pages.page(request, "reports/list.html", shown, status)


def _already(request: Request) -> Response:
    return pages.message(request, texts.LIST_TITLE, texts.ALREADY, 410, href="/signalements", label=texts.OPEN)


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
