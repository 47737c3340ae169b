"""Assistants maternels who have lost the mailbox of their account: one of the staff opens a case, another confirms it.

A relais does for its communes, an administrator for all. Whoever changes who may enter proves once more who is there.
"""

from datetime import date, timedelta
from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response

from domain import civil, french
from registry.accounts import Account, addresses, audit
from registry.casework import NotPossible, history
from registry.database import Connection
from registry.offers import lost_mailbox
from registry.offers.lost_mailbox import Proof, steps, views, wording
from registry.offers.lost_mailbox.views import File
from web.core import access, pages, posted
from web.core.site import Registry, Site
from web.staff import claiming

router = APIRouter(include_in_schema=False)
Looker = Annotated[Account, Depends(access.of("rpe", "administrator"))]
Helper = Annotated[Account, Depends(access.fresh("rpe", "administrator"))]

LIST = "/adresses-perdues"
FIELDS = ("offre", "ancienne", "nouvelle", "piece", "vue_le")
PROOF_DAYS = timedelta(days=30)
"""So long ago a paper may have been seen."""

NOBODY = {
    "rpe": "Aucun compte d’assistante maternelle de votre territoire n’utilise cette adresse. Vérifiez-la avec la"
    " personne.",
    "administrator": "Aucun compte d’assistante maternelle n’utilise cette adresse. Vérifiez-la avec la personne.",
}


@router.get("/adresses-perdues")
def listing(request: Request, account: Looker, registry: Registry) -> Response:
    """What is open and what was closed lately, without an address."""
    site: Site = request.app.state.site
    with registry.connection() as conn:
        lines = views.listing(conn, account, site.now())
        audit.note(conn, account, "lost_mailbox.list", None, ["name"], shown=len(lines))
    values = {"lines": lines, "actions": wording.ACTIONS, "day_text": french.day_of, "moment_text": french.moment}
    return pages.page(request, "staff/accounts/lost_list.html", values)


@router.get("/adresses-perdues/nouvelle")
def ask(request: Request, account: Helper, registry: Registry) -> Response:
    """For a profile of the relais's list (`offre`), or with the address that is lost."""
    values = dict.fromkeys(FIELDS, "") | {"offre": request.query_params.get("offre", "")[:20]}
    with registry.connection() as conn:
        return _form(request, conn, account, values, {})


@router.post("/adresses-perdues/nouvelle")
def begin(request: Request, account: Helper, form: posted.Form, registry: Registry) -> Response:
    site: Site = request.app.state.site
    values = {name: posted.text(form, name) for name in FIELDS}
    with registry.connection() as conn:
        found = steps.whom(conn, account, offer=values["offre"], mail=values["ancienne"])
        wanted, errors = _checked(values, found, account, site.today())
        if found is None or wanted is None:
            return _form(request, conn, account, values, errors, 422)
    try:
        with registry.connection() as conn:
            id = steps.begin(conn, site.settings, account, found, wanted, site.now())
    except steps.Taken:
        with registry.connection() as conn:
            return _form(request, conn, account, values, {"nouvelle": wording.CANNOT_BE_USED}, 422)
    except NotPossible as refused:
        return claiming.refusal(request, refused, LIST)
    return pages.see(f"{LIST}/{id}", "perdue-ouverte")


@router.get("/adresses-perdues/{id:uuid}")
def one(request: Request, id: UUID, account: Helper, registry: Registry) -> Response:
    """Both addresses are read here: the log tells by whom."""
    with registry.connection() as conn:
        file = _found(conn, account, id)
        events = history.read(conn, id)
        audit.note(conn, account, "lost_mailbox.read", file.offer, ["mail"])
    values = {
        "file": file,
        "events": events,
        "proofs": wording.PROOFS,
        "actions": wording.ACTIONS,
        "own": file.opened_by == account.id,
        "hours": int(lost_mailbox.HOLD.total_seconds()) // 3600,
        "day": french.day,
        "moment_text": french.moment,
    }
    return pages.page(request, "staff/accounts/lost_one.html", values)


@router.post("/adresses-perdues/{id:uuid}/confirmer")
def confirm(request: Request, id: UUID, account: Helper, form: posted.Form, registry: Registry) -> Response:
    """By another person than the one who opened it."""
    site: Site = request.app.state.site
    try:
        with registry.connection() as conn:
            steps.confirm(conn, site.settings, account, _found(conn, account, id), site.now())
    except NotPossible as refused:
        return claiming.refusal(request, refused, LIST)
    return pages.see(f"{LIST}/{id}", "perdue-confirmee")


@router.post("/adresses-perdues/{id:uuid}/annuler")
def cancel(request: Request, id: UUID, account: Helper, form: posted.Form, registry: Registry) -> Response:
    site: Site = request.app.state.site
    try:
        with registry.connection() as conn:
            steps.cancel(conn, site.settings, account, _found(conn, account, id), site.now())
    except NotPossible as refused:
        return claiming.refusal(request, refused, LIST)
    return pages.see(f"{LIST}/{id}", "annule")


def _found(conn: Connection, account: Account, id: UUID) -> File:
    found = views.find(conn, account, id)
    if found is None:
        raise HTTPException(404)
    return found


def _checked(
    values: dict[str, str], found: Account | None, staff: Account, today: date
) -> tuple[steps.Wanted | None, dict[str, str]]:
    """What is wanted, and a French sentence for each field that is wrong."""
    errors: dict[str, str] = {}
    if found is None:
        errors["ancienne"] = NOBODY[staff.role]
    mail, seen_on = addresses.read(values["nouvelle"]), civil.typed_day(values["vue_le"])
    if mail is None:
        errors["nouvelle"] = addresses.SENTENCE
    elif found is not None and mail == found.mail:
        errors["nouvelle"] = "C’est déjà l’adresse de ce compte. Indiquez-en une autre."
    if values["piece"] not in wording.PROOFS:
        errors["piece"] = "Choisissez la pièce d’identité que vous avez vue."
    if seen_on is None:
        errors["vue_le"] = "Indiquez une date, par exemple 31/12/2027."
    elif not today - PROOF_DAYS <= seen_on <= today:
        errors["vue_le"] = f"Indiquez une date entre le {french.day(today - PROOF_DAYS)} et aujourd’hui."
    if errors or mail is None or seen_on is None:
        return None, errors
    return steps.Wanted(mail, cast(Proof, values["piece"]), seen_on), {}


def _form(
    request: Request,
    conn: Connection,
    account: Account,
    values: dict[str, str],
    errors: dict[str, str],
    status: int = 200,
) -> Response:
    by_profile = steps.whom(conn, account, offer=values["offre"]) if values["offre"] else None
    name = views.name_of(conn, by_profile) if by_profile else ""
    shown = {
        "values": values | {"offre": values["offre"] if by_profile else ""},
        "errors": errors,
        "name": name,
        "by_profile": by_profile is not None,
        "proofs": [("", "Choisissez"), *((code, text.capitalize()) for code, text in wording.PROOFS.items())],
        "wait_days": lost_mailbox.WAITS.days,
        "hours": int(lost_mailbox.HOLD.total_seconds()) // 3600,
    }
    return pages.page(request, "staff/accounts/lost_form.html", shown, status)
