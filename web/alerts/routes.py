"""Asking for an alert; what its mails lead to is in `web.alerts.links`."""

from datetime import datetime
from typing import Any, cast, get_args

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from registry.accounts import addresses
from registry.accounts.throttle import TooMany
from registry.alerts import asking
from registry.alerts.asking import Rhythm, Wanted
from registry.database import Pool
from web import formats
from web.accounts import entering
from web.accounts.entering import Registry
from web.alerts import asked, links
from web.alerts.asked import Need, Refused
from web.members import pages, patience, posted
from web.search import forms
from web.search.forms import SearchForm
from web.site import Site
from web.texts import alerts as texts

router = APIRouter(include_in_schema=False)

router.include_router(links.router)

FORM = "alert"
"""What its signatures are of."""


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
    return await run_in_threadpool(_form, request, need, {"rythme": "at_once"}, {})


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
    opened = patience.opened(site, FORM, form)
    if not errors and patience.is_trapped(form):
        errors["mail"] = texts.ERROR_TRAP
    if not errors and patience.is_too_fast(site, opened):
        errors["mail"] = texts.ERROR_FAST
    status = 422
    if not errors and mail is not None:
        wanted = need.wanted(mail, cast(Rhythm, values["rythme"]))
        try:
            await run_in_threadpool(_save, request, registry, wanted)
        except TooMany as error:
            errors, status = {"mail": texts.ERROR_MANY.format(wait=formats.wait(error.wait))}, 429
    if errors:
        return await run_in_threadpool(_form, request, need, values, errors, status, opened)
    return RedirectResponse(_address(need.search, envoye=True), 303)


def _save(request: Request, registry: Pool, wanted: Wanted) -> None:
    site: Site = request.app.state.site
    with registry.connection() as conn:
        entering.count_address(request, conn, "alert", asking.ASKED_BY_CLIENT)
        mailbox = f"alert {addresses.mailbox(wanted.mail)}"
        entering.count_address(request, conn, mailbox, asking.ASKED_BY_MAIL_AND_CLIENT)
        asking.ask(conn, site.settings, wanted, site.now())


def _address(search: str, *, envoye: bool = False) -> str:
    """`/alertes` of the search that stands at this address of the site."""
    return "/alertes?" + search.partition("?")[2] + ("&envoye=1" if envoye else "")


def _first(request: Request) -> Response:
    return pages.message(request, texts.FIRST_TITLE, texts.FIRST, label=texts.TO_SEARCH)


def _refused(request: Request, form: SearchForm, refused: Refused) -> Response:
    return pages.message(request, texts.TITLE, str(refused), 422, href=forms.address(form), label=texts.CHANGE)


def _form(
    request: Request,
    need: Need,
    values: dict[str, str],
    errors: dict[str, str],
    status: int = 200,
    opened: datetime | None = None,
) -> Response:
    """`opened`: when the form was first shown, kept over corrections."""
    site: Site = request.app.state.site
    counted = {0: texts.NOW_NONE, 1: texts.NOW_ONE}.get(need.now, texts.NOW_MANY)
    shown: dict[str, Any] = {
        "title": need.title,
        "search": need.search,
        "action": _address(need.search),
        "now": counted.format(count=formats.number(need.now)),
        "values": values,
        "errors": errors,
        "opened": patience.signed(site, FORM, opened),
    }
    return pages.page(request, "alerts/ask.html", shown, status)
