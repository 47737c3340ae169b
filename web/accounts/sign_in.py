"""Sign-in by a code sent by mail, and sign-out.

The page is the same whether the mail has an account or not; the mail itself says it, to its owner alone.
"""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from itsdangerous import BadSignature, URLSafeSerializer

from registry import accounts
from registry.accounts import addresses, codes, passkeys, sessions, throttle
from registry.accounts.throttle import TooMany
from web.accounts import entering
from web.accounts.entering import Registry
from web.members import pages, posted, session
from web.members.session import Visiting
from web.site import Site

COOKIE = "ribambelle-code"
COOKIE_S = 1800
"""Longer than a code is good: a late one is told to be late, on the page that can send another."""

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
    try:
        with registry.connection() as conn:
            entering.count_address(request, conn, "code", throttle.CODES_BY_ADDRESS)
            codes.send(conn, site.settings.secret_key, address, site.now(), site_url=site.settings.site_url)
    except TooMany as error:
        return entering.too_many(request, error.wait)
    response = RedirectResponse("/connexion/code", 303)
    # Not in the address, which stays in histories and logs.
    _remember(response, site, {"mail": address, "suite": wanted})
    return response


@router.get("/connexion/code")
def ask_code(request: Request, registry: Registry, visiting: Visiting) -> Response:
    waiting = _remembered(request)
    if visiting.account is not None:
        return RedirectResponse(entering.destination(visiting.account, waiting.get("suite", "")), 303)
    return _code_page(request, waiting, {}) if waiting else RedirectResponse("/connexion", 303)


@router.post("/connexion/code")
def check_code(request: Request, form: posted.Form, registry: Registry) -> Response:
    site: Site = request.app.state.site
    waiting = _remembered(request)
    if not waiting:
        return RedirectResponse("/connexion", 303)
    try:
        with registry.connection() as conn:
            entering.count_address(request, conn, "try", throttle.TRIES_BY_ADDRESS)
            right = codes.check(conn, site.settings.secret_key, waiting["mail"], posted.text(form, "code"), site.now())
            account = accounts.by_mail(conn, waiting["mail"]) if right else None
            if account is None:
                return _code_page(request, waiting, {"code": WRONG_CODE})
            response = entering.enter(request, conn, account, waiting["suite"])
    except TooMany as error:
        return entering.too_many(request, error.wait)
    response.delete_cookie(COOKIE, path="/connexion")
    return response


@router.post("/deconnexion")
def sign_out(request: Request, form: posted.Form, registry: Registry, visiting: Visiting) -> Response:
    with registry.connection() as conn:
        sessions.end(conn, visiting.token)
    response = pages.see("/connexion", "deconnecte")
    session.sign_out(response, request.app.state.site)
    return response


def _mail_page(request: Request, values: dict[str, str], errors: dict[str, str]) -> Response:
    settings = request.app.state.site.settings
    shown: dict[str, Any] = {
        "values": values,
        "errors": errors,
        "provider": settings.oidc_name if settings.oidc_issuer else "",
        "passkeys": passkeys.possible(settings.site_url),
    }
    return pages.page(request, "accounts/sign_in.html", shown, 422 if errors else 200)


def _code_page(request: Request, waiting: dict[str, str], errors: dict[str, str]) -> Response:
    values = {"values": {}, "errors": errors, "mail": waiting["mail"], "suite": waiting["suite"]}
    values |= {"base": "/connexion", "send": "Me connecter"}
    return pages.page(request, "accounts/code.html", values, 422 if errors else 200)


def _remember(response: Response, site: Site, waiting: dict[str, str]) -> None:
    response.set_cookie(
        COOKIE,
        str(_signer(site).dumps(waiting)),
        max_age=COOKIE_S,
        path="/connexion",
        secure=site.settings.site_url.startswith("https://"),
        httponly=True,
        samesite="lax",
    )


def _remembered(request: Request) -> dict[str, str]:
    """The mail that a code was sent to and the page that was asked for; empty when this browser asked for none."""
    try:
        waiting = _signer(request.app.state.site).loads(request.cookies.get(COOKIE, ""))
    except BadSignature:
        return {}
    return {"mail": str(waiting["mail"]), "suite": str(waiting["suite"])}


def _signer(site: Site) -> URLSafeSerializer:
    return URLSafeSerializer(site.settings.secret_key, salt="code")
