"""Registration at the desk: its start, its confirmation, and what is printed. The steps are web.am.registration's."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from domain import french
from registry import database
from registry.accounts import Account, addresses, audit, throttle
from registry.agrements import desk, registrations
from registry.casework import NotPossible
from web.core import access, entering, pages, posted
from web.core.site import Registry, Site, registry
from web.shared.profile import editing
from web.shared.profile.editing import Editing
from web.shared.profile.preview import summary

OVER = "Ce lien n’est plus valable\u00a0: il a déjà servi, ou un autre l’a remplacé. Demandez-en un autre au relais."
WRONG = "Ce code n’est pas le bon, ou il a déjà servi. Vérifiez-le sur votre papier."
SENT = (
    "Un modérateur vérifie votre agrément sous {agrement_decision_hours} heures."
    " Un mail vous dit à chaque étape où elle en est."
)
CERTIFY = "Cochez cette case\u00a0: c’est vous qui confirmez."
CHANGED = "Il manque quelque chose à cette inscription\u00a0: revoyez-la avec le relais, puis confirmez."

Relais = Annotated[Account, Depends(access.of("rpe"))]
AtDesk = Annotated[Editing, Depends(editing.at_desk)]

router = APIRouter(include_in_schema=False)


@router.get("/rpe/inscription")
def start(request: Request, account: Relais) -> Response:
    return _start_page(request, account, {}, {})


@router.post("/rpe/inscription")
def begin(request: Request, account: Relais, form: posted.Form) -> Response:
    site: Site = request.app.state.site
    typed = posted.text(form, "mail")
    address = addresses.read(typed)
    if address is None:
        return _start_page(request, account, {"mail": typed}, {"mail": addresses.SENTENCE})
    try:
        with registry(request).connection() as conn:
            throttle.count(conn, site.settings.keys, "desk", str(account.id), throttle.DESKS_BY_ACCOUNT, site.now())
            begun = desk.begin(conn, account, address, site_url=site.settings.site_url)
    except desk.Taken as error:
        return _start_page(request, account, {"mail": typed}, {"mail": error.sentence})
    return RedirectResponse(f"/rpe/inscription/{begun.id}/1", 303)


@router.get("/rpe/inscription/{id}/confirmation")
def confirmation(request: Request, by: AtDesk) -> Response:
    """The summary to read together and to print, and the two ways to confirm."""
    return _confirmation_page(request, by, {})


@router.post("/rpe/inscription/{id}/confirmation")
def send(request: Request, by: AtDesk, form: posted.Form) -> Response:
    """`par`: mail sends her the link; papier shows a code, on this page only, to print with the summary."""
    site: Site = request.app.state.site
    if registrations.missing(by.registration, site.scales(), site.today()):
        return _confirmation_page(request, by, {}, 422)
    keys = site.settings.keys
    with registry(request).connection() as conn:
        if posted.text(form, "par") == "papier":
            code, until = desk.printed_code(conn, keys, by.registration, by.owner, site.now())
            audit.note(conn, by.by, "desk.code", by.owner.offer)
            shown = {"code": f"{code[:5].upper()}-{code[5:].upper()}", "until": french.day(until)}
            return _confirmation_page(request, by, shown)
        entering.count_mails_to(request, conn, "desk link", by.owner.id, by.owner.mail)
        desk.mail_link(conn, keys, site.settings.site_url, by.registration, by.owner, site.now())
        audit.note(conn, by.by, "desk.mail", by.owner.offer)
    return pages.see(f"{by.base}/confirmation", "envoye")


@router.get("/inscription/confirmer")
def look(request: Request, registry: Registry) -> Response:
    """By link: what she confirms, and a button. Without one: the form for the code of her paper."""
    site: Site = request.app.state.site
    token = request.query_params.get("jeton", "")
    if not token:
        return _confirm_page(request, {})
    with registry.connection() as conn:
        found = desk.of_link(conn, site.settings.keys, token, site.now())
    if found is None:
        return pages.message(request, "Ce lien n’est plus valable", OVER, 410)
    return _confirm_page(request, {}, token=token, rows=summary(found.answers))


@router.post("/inscription/confirmer")
def confirm(request: Request, registry: Registry, form: posted.Form) -> Response:
    site: Site = request.app.state.site
    keys, token = site.settings.keys, posted.text(form, "jeton")
    fictitious = site.settings.demo
    if not posted.text(form, "certifie"):
        return _again(request, registry, token, {"certifie": CERTIFY})
    try:
        with registry.connection() as conn:
            # A try of its own transaction: it counts, whatever becomes of the rest.
            entering.count_address(request, conn, "desk", throttle.TRIES_BY_ADDRESS)
        if token:
            done = database.run(
                registry, lambda conn: desk.confirm_by_link(conn, keys, token, site.now(), fictitious=fictitious)
            )
        else:
            code = posted.text(form, "code")
            done = database.run(
                registry, lambda conn: desk.confirm_by_code(conn, keys, code, site.now(), fictitious=fictitious)
            )
    except registrations.NotComplete:
        return pages.message(request, "Cette inscription n’est pas complète", CHANGED, 422)
    except NotPossible as error:
        return pages.message(request, "Cette inscription ne peut pas être envoyée", error.sentence, 422)
    if done is None and token:
        return pages.message(request, "Ce lien n’est plus valable", OVER, 410)
    if done is None:
        return _confirm_page(request, {"code": WRONG}, status=422)
    return pages.message(
        request,
        "Votre inscription est envoyée",
        site.dated(SENT),
        href="/connexion",
        label="Me connecter",
    )


def _start_page(request: Request, account: Account, values: dict[str, str], errors: dict[str, str]) -> Response:
    with registry(request).connection() as conn:
        begun = desk.waiting(conn, account)
        if begun:
            audit.note(conn, account, "desk.list", None, ["mail"], shown=len(begun))
    shown = {"values": values, "errors": errors, "begun": begun, "day_text": french.day}
    return pages.page(request, "staff/rpe/start.html", shown, 422 if errors else 200)


def _confirmation_page(request: Request, by: Editing, code: dict[str, Any], status: int = 200) -> Response:
    site: Site = request.app.state.site
    shown = {
        "base": by.base,
        "mail": by.owner.mail,
        "rows": summary(by.registration.answers),
        "missing": registrations.missing(by.registration, site.scales(), site.today()),
        "site_url": site.settings.site_url,
        "errors": {},
        "code": "",
        "until": "",
    }
    return pages.page(request, "staff/rpe/confirmation.html", shown | code, status)


def _again(request: Request, registry: Registry, token: str, errors: dict[str, str]) -> Response:
    site: Site = request.app.state.site
    if not token:
        return _confirm_page(request, errors, status=422)
    with registry.connection() as conn:
        found = desk.of_link(conn, site.settings.keys, token, site.now())
    if found is None:
        return pages.message(request, "Ce lien n’est plus valable", OVER, 410)
    return _confirm_page(request, errors, token=token, rows=summary(found.answers), status=422)


def _confirm_page(
    request: Request, errors: dict[str, str], *, token: str = "", rows: Any = (), status: int = 200
) -> Response:
    shown = {"errors": errors, "token": token, "rows": rows, "values": {}}
    return pages.page(request, "staff/rpe/confirm.html", shown, status)
