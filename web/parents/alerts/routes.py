"""Asking for an alert; what its mails lead to is in `web.parents.alerts.links`."""

from typing import cast, get_args

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from domain import french
from registry.accounts import addresses
from registry.database import Connection
from registry.parents.alerts import asking
from registry.parents.alerts.asking import Rhythm
from web.core import pages, posted, public_form
from web.core.public_form import Guard
from web.core.site import Registry, Site
from web.parents.alerts import asked, links
from web.parents.alerts.asked import Need, Refused
from web.shared.search import forms
from web.shared.search.forms import SearchForm
from web.texts.parents import alerts as texts

router = APIRouter(include_in_schema=False)

router.include_router(links.router)

GUARD = Guard(
    "alert",
    "parents/alerts/ask.html",
    field="mail",
    trapped=texts.ERROR_TRAP,
    fast=texts.ERROR_FAST,
    many=texts.ERROR_MANY,
    by_client=asking.ASKED_BY_CLIENT,
    by_mailbox=asking.ASKED_BY_MAIL_AND_CLIENT,
)


@router.get("/alertes")
async def look(request: Request, registry: Registry) -> Response:
    """The search that the address holds, in words, and where to write; once sent, to look into one's mailbox."""
    form = asked.form_of(request.query_params.multi_items())
    if not form.asked:
        return _first(request)
    if "envoye" in request.query_params:
        return pages.message(request, texts.CHECK_TITLE, texts.CHECK, href=forms.address(form), label=texts.BACK)
    site: Site = request.app.state.site
    try:
        need = await asked.need(site, form)
    except Refused as refused:
        return _refused(request, form, refused)
    return await run_in_threadpool(_form, request, need, {"rythme": "at_once"})


@router.post("/alertes")
async def ask(request: Request, registry: Registry, form: posted.Form) -> Response:
    """Nothing is told yet: the parent is mailed a link to confirm."""
    site: Site = request.app.state.site
    search = asked.form_of(request.query_params.multi_items())
    if not search.asked:
        return _first(request)
    try:
        need = await asked.need(site, search)
    except Refused as refused:
        return _refused(request, search, refused)
    values = {name: posted.text(form, name) for name in ("mail", "rythme")}
    mail = addresses.read(values["mail"])
    errors: dict[str, str] = {}
    if mail is None:
        errors["mail"] = addresses.SENTENCE
    if values["rythme"] not in get_args(Rhythm):
        errors["rythme"] = texts.ERROR_RHYTHM

    def save(conn: Connection) -> None:
        wanted = need.wanted(mail or "", cast(Rhythm, values["rythme"]))
        asking.ask(conn, site.settings, wanted, site.now())

    not_taken = await run_in_threadpool(public_form.send, request, registry, GUARD, form, errors, mail, save)
    if not_taken:
        return await run_in_threadpool(_form, request, need, values, not_taken)
    return RedirectResponse(_address(need.search, envoye=True), 303)


def _address(search: str, *, envoye: bool = False) -> str:
    """`/alertes` of the search that stands at this address of the site."""
    return "/alertes?" + search.partition("?")[2] + ("&envoye=1" if envoye else "")


def _first(request: Request) -> Response:
    return pages.message(request, texts.FIRST_TITLE, texts.FIRST, label=texts.TO_SEARCH)


def _refused(request: Request, form: SearchForm, refused: Refused) -> Response:
    return pages.message(request, texts.TITLE, str(refused), 422, href=forms.address(form), label=texts.CHANGE)


def _form(
    request: Request, need: Need, values: dict[str, str], not_taken: public_form.NotTaken | None = None
) -> Response:
    counted = {0: texts.NOW_NONE, 1: texts.NOW_ONE}.get(need.now, texts.NOW_MANY)
    shown = {
        "title": need.title,
        "search": need.search,
        "action": _address(need.search),
        "now": counted.format(count=french.number(need.now)),
    }
    return public_form.page(request, GUARD, shown, values, not_taken)
