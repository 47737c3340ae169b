"""Sign-in with a passkey, and the passkeys of one's account: asked by static/shared/accounts.js, answered with JSON.

Each request is a form with the CSRF token, like any other.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from domain import french
from registry.accounts import STAFF, Account, passkeys, throttle
from registry.accounts.passkeys import PasskeyRefused
from registry.accounts.throttle import TooMany
from web.core import access, entering, pages, posted
from web.core.session import Visiting
from web.core.site import Registry, Site

REFUSED = "Cette clé d’accès n’a pas été reconnue. Réessayez, ou demandez un code par mail."
NOT_KEPT = "Cette clé d’accès n’a pas pu être enregistrée. Réessayez dans un instant."

OTHER = "Cette clé d’accès est celle d’un autre compte. Déconnectez-vous, puis réessayez."
OVER = "Votre compte a pris fin\u00a0: contactez la personne qui le gère."

router = APIRouter(include_in_schema=False)
Enrolling = Annotated[Account, Depends(access.enrolling)]


@router.post("/connexion/cle/options")
def sign_in_options(request: Request, form: posted.Form, registry: Registry, visiting: Visiting) -> Response:
    site: Site = request.app.state.site
    try:
        with registry.connection() as conn:
            entering.count_address(request, conn, "try", throttle.TRIES_BY_ADDRESS)
            return _json(passkeys.begin_sign_in(conn, visiting.browser, site.settings.site_url, site.now()))
    except TooMany as error:
        return _refused(f"Trop d’essais\u00a0: réessayez dans {french.wait(error.wait)}.", 429)


@router.post("/connexion/cle")
def sign_in(request: Request, form: posted.Form, registry: Registry, visiting: Visiting) -> Response:
    """A whole sign-in: it proves the device and its owner. Who is signed in proves herself once more with it."""
    site: Site = request.app.state.site
    credential, wanted = posted.text(form, "credential"), posted.text(form, "suite")
    signed_in = visiting.account or visiting.pending
    try:
        with registry.connection() as conn:
            account = passkeys.finish_sign_in(conn, visiting.browser, site.settings.site_url, credential, site.now())
            if signed_in is not None and signed_in.id != account.id:
                return _refused(OTHER)
            entered = entering.enter(request, conn, account, ("passkey",), wanted, "prouve" if visiting.account else "")
    except PasskeyRefused:
        return _refused(REFUSED)
    return _led_on(entered)


@router.post("/compte/cles/options")
def new_options(
    request: Request, account: Enrolling, form: posted.Form, registry: Registry, visiting: Visiting
) -> Response:
    site: Site = request.app.state.site
    try:
        with registry.connection() as conn:
            return _json(
                passkeys.begin_registration(conn, account, visiting.browser, site.settings.site_url, site.now())
            )
    except PasskeyRefused:
        return _refused(f"Vous avez déjà {passkeys.MOST} clés d’accès, le maximum. Retirez-en une d’abord.")


@router.post("/compte/cles")
def keep(request: Request, account: Enrolling, form: posted.Form, registry: Registry, visiting: Visiting) -> Response:
    """Who was signed in by half has shown enough with a new one."""
    site: Site = request.app.state.site
    name = posted.text(form, "nom")[:100] or f"Clé d’accès du {french.day(site.today())}"
    credential = posted.text(form, "credential")
    try:
        with registry.connection() as conn:
            passkeys.finish_registration(
                conn, account, visiting.browser, site.settings.site_url, credential, name, site.now()
            )
            back = posted.text(form, "suite") if visiting.pending is not None else "/compte"
            entered = entering.enter(request, conn, account, ("passkey",), back, "enregistre", only_continued=True)
    except PasskeyRefused:
        return _refused(NOT_KEPT)
    return _led_on(entered)


@router.post("/compte/cles/retirer")
def remove(request: Request, account: access.FreshAccount, form: posted.Form, registry: Registry) -> Response:
    """Whose role needs a second factor keeps one."""
    site: Site = request.app.state.site
    try:
        id = bytes.fromhex(posted.text(form, "cle"))
    except ValueError:
        id = b""
    with registry.connection() as conn:
        last = len(passkeys.of_account(conn, account.id)) == 1 and not account.has_codes
        if last and account.role in STAFF and not site.settings.demo:
            return pages.message(
                request,
                "Votre clé d’accès est conservée",
                "Votre compte a besoin d’un second moyen de connexion. Ajoutez d’abord une autre clé d’accès ou une"
                " application d’authentification.",
                409,
                href="/compte",
                label="Revenir à mon compte",
            )
        passkeys.remove(conn, account, id, site_url=site.settings.site_url)
    return pages.see("/compte", "retire")


def _led_on(entered: Response) -> Response:
    """What a script reads of a sign-in: where to go on, with the cookies."""
    if "location" not in entered.headers:
        return _refused(OVER, 403)
    response = JSONResponse({"next": entered.headers["location"]}, headers={"Cache-Control": "no-store"})
    response.raw_headers += [header for header in entered.raw_headers if header[0] == b"set-cookie"]
    return response


def _json(text: str) -> Response:
    return Response(text, media_type="application/json", headers={"Cache-Control": "no-store"})


def _refused(sentence: str, status: int = 422) -> Response:
    return JSONResponse({"sentence": sentence}, status, headers={"Cache-Control": "no-store"})
