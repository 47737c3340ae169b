"""Sign-in with a passkey, and the passkeys of one's account: asked by static/accounts.js, answered with JSON.

Each request is a form with the CSRF token, like any other.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from registry import letters
from registry.accounts import Account, passkeys, throttle
from registry.accounts.passkeys import PasskeyRefused
from registry.accounts.throttle import TooMany
from web import formats
from web.accounts import entering
from web.accounts.entering import Registry
from web.members import access, pages, posted, session
from web.site import Site

REFUSED = "Cette clé d’accès n’a pas été reconnue. Réessayez, ou demandez un code par mail\u00a0: il marche toujours."
NOT_KEPT = "Cette clé d’accès n’a pas pu être enregistrée. Réessayez dans un instant."

router = APIRouter(include_in_schema=False)
Signed = Annotated[Account, Depends(access.anybody)]


@router.post("/connexion/cle/options")
def sign_in_options(request: Request, form: posted.Form, registry: Registry) -> Response:
    site: Site = request.app.state.site
    try:
        with registry.connection() as conn:
            entering.count_address(request, conn, "try", throttle.TRIES_BY_ADDRESS)
            return _json(passkeys.begin_sign_in(conn, site.settings.site_url, site.now()))
    except TooMany as error:
        return _refused(f"Trop d’essais\u00a0: réessayez dans {entering.in_words(error.wait)}.", 429)


@router.post("/connexion/cle")
def sign_in(request: Request, form: posted.Form, registry: Registry) -> Response:
    site: Site = request.app.state.site
    try:
        with registry.connection() as conn:
            account = passkeys.finish_sign_in(conn, site.settings.site_url, posted.text(form, "credential"), site.now())
            token = entering.open_session(request, conn, account)
    except PasskeyRefused:
        return _refused(REFUSED)
    response = JSONResponse({"next": entering.destination(account, posted.text(form, "suite"))})
    session.sign_in(response, site, token)
    return response


@router.post("/compte/cles/options")
def new_options(request: Request, account: Signed, form: posted.Form, registry: Registry) -> Response:
    site: Site = request.app.state.site
    try:
        with registry.connection() as conn:
            return _json(passkeys.begin_registration(conn, account, site.settings.site_url, site.now()))
    except PasskeyRefused:
        return _refused(f"Un compte peut avoir {passkeys.MOST} clés d’accès\u00a0: retirez-en une d’abord.")


@router.post("/compte/cles")
def keep(request: Request, account: Signed, form: posted.Form, registry: Registry) -> Response:
    site: Site = request.app.state.site
    name = posted.text(form, "nom")[:100] or f"Clé d’accès du {formats.day(site.today())}"
    credential = posted.text(form, "credential")
    try:
        with registry.connection() as conn:
            passkeys.finish_registration(conn, account, site.settings.site_url, credential, name, site.now())
            # If it was not she, she learns it at once.
            letters.queue(conn, account.mail, "accounts/passkey", {"site": site.settings.site_url.rstrip("/")})
    except PasskeyRefused:
        return _refused(NOT_KEPT)
    return JSONResponse({"next": "/compte?fait=enregistre"})


@router.post("/compte/cles/retirer")
def remove(account: Signed, form: posted.Form, registry: Registry) -> Response:
    try:
        id = bytes.fromhex(posted.text(form, "cle"))
    except ValueError:
        id = b""
    with registry.connection() as conn:
        passkeys.remove(conn, account.id, id)
    return pages.see("/compte", "enregistre")


def _json(text: str) -> Response:
    return Response(text, media_type="application/json", headers={"Cache-Control": "no-store"})


def _refused(sentence: str, status: int = 422) -> Response:
    return JSONResponse({"sentence": sentence}, status, headers={"Cache-Control": "no-store"})
