"""Sign-in by a code sent by mail, and sign-out. The second half, for those who need one, is second.py.

The page is the same whether the mail has an account or not; the mail itself says it, to its owner alone.
"""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from domain import french
from registry import accounts
from registry.accounts import Account, addresses, codes, devices, identities, passkeys, sessions
from registry.accounts.identities import Identity, IdentityRefused
from registry.accounts.throttle import TooMany
from registry.database import Connection
from web.core import entering, pages, posted, session
from web.core.session import Visiting
from web.core.site import Registry, Site
from web.shared.accounts import waiting
from web.shared.accounts.waiting import Waiting

NOT_WHOLE = "Saisissez les six chiffres du code reçu par mail."
WRONG_CODE = (
    "Ce code n’est pas le bon, ou il n’est plus valable (dix minutes, cinq essais)."
    " Vérifiez-le dans le dernier mail reçu, ou demandez-en un autre."
)

router = APIRouter(include_in_schema=False)


@router.get("/connexion")
def ask_mail(request: Request, registry: Registry, visiting: Visiting) -> Response:
    wanted = request.query_params.get("suite", "")
    if visiting.account is not None:
        return RedirectResponse(entering.destination(visiting.account, wanted), 303)
    return _mail_page(request, {"suite": entering.local_path(wanted)}, {})


@router.post("/connexion")
def send_code(request: Request, form: posted.Form, registry: Registry) -> Response:
    site: Site = request.app.state.site
    typed, wanted = posted.text(form, "mail"), entering.local_path(posted.text(form, "suite"))
    address = addresses.read(typed)
    if address is None:
        return _mail_page(request, {"mail": typed, "suite": wanted}, {"mail": addresses.SENTENCE})
    # The code of an identity that waits is sent again with what it waits for.
    asked = waiting.remembered(request, "oidc")
    asked = asked if asked and asked.mail == address else Waiting(address, "sign_in", wanted)
    waiting_for = waiting.remembered(request, "sign_in", "oidc")
    again = waiting_for is not None and waiting_for.mail == address
    try:
        with registry.connection() as conn:
            entering.mail_code(request, conn, address, asked.purpose)
    except TooMany as error:
        if not again:
            raise
        return _code_page(request, asked, {"code": still_good(error)}, 429)
    response = pages.see("/connexion/code", "code-envoye" if again else "")
    waiting.remember(response, site, asked)
    return response


@router.get("/connexion/code")
def ask_code(request: Request, registry: Registry, visiting: Visiting) -> Response:
    asked = waiting.remembered(request, "sign_in", "oidc")
    if visiting.account is not None:
        return RedirectResponse(entering.destination(visiting.account, asked.suite if asked else ""), 303)
    return _code_page(request, asked, {}) if asked else RedirectResponse("/connexion", 303)


@router.post("/connexion/code")
def check_code(request: Request, form: posted.Form, registry: Registry) -> Response:
    asked = waiting.remembered(request, "sign_in", "oidc")
    if asked is None:
        return RedirectResponse("/connexion", 303)
    try:
        with registry.connection() as conn:
            right = entering.is_code(request, conn, asked.mail, asked.purpose, posted.text(form, "code"))
            account = _account(request, conn, asked) if right else None
            if account is None:
                return _code_page(request, asked, {"code": wrong(posted.text(form, "code"))})
            response = entering.enter(request, conn, account, ("mail",), asked.suite)
    except IdentityRefused as error:
        return pages.message(
            request, "La connexion n’a pas abouti", error.reason, 403, href="/connexion", label="Revenir à la connexion"
        )
    waiting.forget(response, request.app.state.site)
    return response


@router.post("/deconnexion")
def sign_out(request: Request, form: posted.Form, registry: Registry, visiting: Visiting) -> Response:
    with registry.connection() as conn:
        sessions.end(conn, visiting.token)
        devices.leave(conn, visiting.device)
    response = pages.see("/connexion", "deconnecte")
    session.sign_out(response, request.app.state.site)
    waiting.forget(response, request.app.state.site)
    return response


def wrong(code: str) -> str:
    """The sentence beside a code that opened nothing."""
    return WRONG_CODE if codes.is_whole(code) else NOT_WHOLE


def still_good(error: TooMany) -> str:
    """The sentence for who asks for more codes than are sent: the one before is as good as it was."""
    return (
        "Vous avez demandé beaucoup de codes. Le dernier reçu reste valable dix minutes après son envoi."
        f" Vous pourrez en demander un autre dans {french.wait(error.wait)}."
    )


def _account(request: Request, conn: Connection, asked: Waiting) -> Account | None:
    """Whose the proved mail is; of an identity that waited for it, joined with it now. Raises IdentityRefused."""
    settings = request.app.state.site.settings
    if asked.purpose != "oidc":
        return accounts.by_mail(conn, asked.mail)
    identity = Identity(asked.subject, asked.mail)
    return identities.joined(conn, identity, asked.mail, settings.oidc_name, site_url=settings.site_url)


def _mail_page(request: Request, values: dict[str, str], errors: dict[str, str]) -> Response:
    settings = request.app.state.site.settings
    shown: dict[str, Any] = {
        "values": values,
        "errors": errors,
        "provider": settings.oidc_name if settings.oidc_issuer else "",
        "passkeys": passkeys.possible(settings.site_url),
    }
    return pages.page(request, "shared/accounts/sign_in.html", shown, 422 if errors else 200)


def _code_page(request: Request, asked: Waiting, errors: dict[str, str], status: int = 422) -> Response:
    values = {"values": {}, "errors": errors, "mail": asked.mail, "suite": asked.suite}
    values |= {"base": "/connexion", "send": "Me connecter"}
    return pages.page(request, "shared/accounts/code.html", values, status if errors else 200)
