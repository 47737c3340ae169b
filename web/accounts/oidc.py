"""Sign-in through another provider (OpenID Connect), where the settings name one, and the link of an account to it."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from itsdangerous import BadSignature, URLSafeSerializer

from registry.accounts import Account, identities, throttle
from registry.accounts.identities import IdentityRefused
from registry.accounts.throttle import TooMany
from registry.database import Pool
from settings import Settings
from web.accounts import entering, provider
from web.accounts.entering import Registry
from web.accounts.provider import ProviderAway, ProviderRefused
from web.members import access, pages, posted, session
from web.members.session import Visiting, Visitor
from web.site import Site

COOKIE, COOKIE_S = "ribambelle-oidc", 900
PATH = "/connexion/oidc"
RETURN = f"{PATH}/retour"

router = APIRouter(include_in_schema=False)
Signed = Annotated[Account, Depends(access.anybody)]


@router.get(PATH)
def begin(request: Request, registry: Registry, visiting: Visiting) -> Response:
    """To the provider. By a link and not a form: the browser would not let a form lead to another site (our CSP)."""
    site: Site = request.app.state.site
    _on(site.settings)
    links = request.query_params.get("relier", "")
    if links and links != link_token(site, visiting):
        return RedirectResponse("/compte", 303)
    try:
        with registry.connection() as conn:
            entering.count_address(request, conn, "try", throttle.TRIES_BY_ADDRESS)
        url, flow = provider.begin(site.settings, _return_address(site))
    except TooMany as error:
        return entering.too_many(request, error.wait)
    except ProviderAway:
        return _away(request)
    wanted = entering.local_path(request.query_params.get("suite", ""))
    response = RedirectResponse(url, 303, headers={"Cache-Control": "no-store"})
    response.set_cookie(
        COOKIE,
        str(_signer(site).dumps({**provider.flow_values(flow), "suite": wanted, "links": links})),
        max_age=COOKIE_S,
        path=PATH,
        secure=site.settings.site_url.startswith("https://"),
        httponly=True,
        samesite="lax",
    )
    return response


@router.get(RETURN)
def finish(request: Request, registry: Registry, visiting: Visiting) -> Response:
    """Back from the provider. The cookie of the way there is used up, whatever comes of it."""
    site: Site = request.app.state.site
    _on(site.settings)
    response = _finished(request, registry, visiting)
    response.delete_cookie(COOKIE, path=PATH)
    response.headers["Cache-Control"] = "no-store"
    return response


@router.post("/compte/oidc/delier")
def unlink(account: Signed, form: posted.Form, registry: Registry) -> Response:
    with registry.connection() as conn:
        identities.unlink(conn, account.id)
    return pages.see("/compte", "enregistre")


def link_token(site: Site, visiting: Visitor) -> str:
    """What a link must hold to begin linking this session's account.

    Without it, a page elsewhere could send her there while her browser is signed in to the provider as someone else.
    """
    return session.csrf_token(site, f"oidc {visiting.token}") if visiting.account else ""


def _finished(request: Request, registry: Pool, visiting: Visitor) -> Response:
    site: Site = request.app.state.site
    name = site.settings.oidc_name
    try:
        flow = _signer(site).loads(request.cookies.get(COOKIE, ""))
        identity = provider.finish(site.settings, _return_address(site), flow, request.query_params)
        with registry.connection() as conn:
            if not flow["links"]:
                account = identities.account_of(conn, identity, name)
                return entering.enter(request, conn, account, flow["suite"])
            if visiting.account is None or flow["links"] != link_token(site, visiting):
                raise ProviderRefused
            identities.link(conn, visiting.account.id, identity, name)
    except ProviderAway:
        return _away(request)
    except (BadSignature, ProviderRefused):
        return _message(
            request,
            f"La connexion avec {name} n’a pas abouti",
            "Elle a été abandonnée, ou a commencé il y a trop longtemps ou dans un autre navigateur.",
            400,
        )
    except IdentityRefused as error:
        return _message(request, f"La connexion avec {name} n’a pas abouti", error.reason, 403)
    return pages.see("/compte", "enregistre")


def _on(settings: Settings) -> None:
    if not settings.oidc_issuer:
        raise HTTPException(404)


def _away(request: Request) -> Response:
    name = request.app.state.site.settings.oidc_name
    text = "Vous pouvez vous connecter par un code reçu par mail, ou réessayer dans un instant."
    return _message(request, f"{name} ne répond pas", text, 503)


def _message(request: Request, title: str, text: str, status: int) -> Response:
    return pages.message(request, title, text, status, href="/connexion", label="Revenir à la connexion")


def _return_address(site: Site) -> str:
    return f"{site.settings.site_url.rstrip('/')}{RETURN}"


def _signer(site: Site) -> URLSafeSerializer:
    return URLSafeSerializer(site.settings.secret_key, salt="oidc")
