"""Sign-in through another provider (OpenID Connect), where the settings name one, and the link of an account to it."""

from datetime import datetime, timedelta

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from itsdangerous import BadSignature, URLSafeSerializer

from registry.accounts import identities, throttle
from registry.accounts.identities import Identity, IdentityRefused
from registry.database import Connection, Pool
from settings import Settings
from web.core import access, entering, pages, posted, session
from web.core.session import Visiting, Visitor
from web.core.site import Registry, Site
from web.shared.accounts import provider, waiting
from web.shared.accounts.provider import ProviderAway, ProviderRefused
from web.shared.accounts.waiting import Waiting

COOKIE_LIFE = timedelta(minutes=15)
PATH = "/connexion/oidc"
RETURN = f"{PATH}/retour"

router = APIRouter(include_in_schema=False)


@router.get(PATH)
def begin(request: Request, registry: Registry, visiting: Visiting) -> Response:
    """To the provider. By a link and not a form: the browser would not let a form lead to another site (our CSP)."""
    site: Site = request.app.state.site
    _on(site.settings)
    links = request.query_params.get("relier", "")
    if links:
        # A new way to sign in: whoever finds this browser open must not add one.
        access.fresh_account(request, visiting)
        if not is_link_token(site, visiting, links):
            return RedirectResponse("/compte", 303)
    try:
        with registry.connection() as conn:
            entering.count_address(request, conn, "try", throttle.TRIES_BY_ADDRESS)
        url, flow = provider.begin(site.settings, _return_address(site))
    except ProviderAway:
        return _away(request)
    wanted = entering.local_path(request.query_params.get("suite", ""))
    response = RedirectResponse(url, 303, headers={"Cache-Control": "no-store"})
    held = {**provider.flow_values(flow), "suite": wanted, "links": links, "at": site.now().isoformat()}
    session.set_cookie(response, site, cookie_name(site), str(_signer(site).dumps(held)), COOKIE_LIFE)
    return response


@router.get(RETURN)
def finish(request: Request, registry: Registry, visiting: Visiting) -> Response:
    """Back from the provider. The cookie of the way there is used up, whatever comes of it."""
    site: Site = request.app.state.site
    _on(site.settings)
    response = _finished(request, registry, visiting)
    session.delete_cookie(response, site, cookie_name(site))
    response.headers["Cache-Control"] = "no-store"
    return response


@router.post("/compte/oidc/delier")
def unlink(request: Request, account: access.FreshAccount, form: posted.Form, registry: Registry) -> Response:
    settings = request.app.state.site.settings
    with registry.connection() as conn:
        identities.unlink(conn, account, settings.oidc_name, site_url=settings.site_url)
    return pages.see("/compte", "retire")


def cookie_name(site: Site) -> str:
    """Of the cookie that holds what the browser must bring back from the provider."""
    return session.prefixed(site, "ribambelle-oidc")


def link_token(site: Site, visiting: Visitor) -> str:
    """What a link must hold to begin linking this session's account.

    Without it, a page elsewhere could send her there while her browser is signed in to the provider as someone else.
    """
    return session.csrf_token(site, f"oidc {visiting.token}") if visiting.account else ""


def is_link_token(site: Site, visiting: Visitor, sent: str) -> bool:
    return visiting.account is not None and session.is_csrf_token(site, sent, f"oidc {visiting.token}")


def _finished(request: Request, registry: Pool, visiting: Visitor) -> Response:
    site: Site = request.app.state.site
    name = site.settings.oidc_name
    try:
        flow = _signer(site).loads(request.cookies.get(cookie_name(site), ""))
        if site.now() - datetime.fromisoformat(flow["at"]) > COOKIE_LIFE:
            raise ProviderRefused
        identity = provider.finish(site.settings, _return_address(site), flow, request.query_params)
        with registry.connection() as conn:
            if flow["links"]:
                if visiting.account is None or not is_link_token(site, visiting, flow["links"]):
                    raise ProviderRefused
                identities.link(conn, visiting.account, identity, name, site_url=site.settings.site_url)
                return pages.see("/compte", "enregistre")
            account = identities.linked_to(conn, identity)
            if account is not None:
                # No proof of ours: the provider may have signed her in weeks ago.
                return entering.enter(request, conn, account, (), flow["suite"])
            return _join(request, conn, identity, flow["suite"])
    except ProviderAway:
        return _away(request)
    except (BadSignature, ProviderRefused):
        return _message(
            request,
            f"La connexion avec {name} n’a pas abouti",
            "Elle a été abandonnée, a duré trop longtemps ou a commencé dans un autre navigateur. Recommencez depuis la"
            " page de connexion.",
            400,
        )
    except IdentityRefused as error:
        return _message(request, f"La connexion avec {name} n’a pas abouti", error.reason, 403)


def _join(request: Request, conn: Connection, identity: Identity, wanted: str) -> Response:
    """An identity that is linked to nothing: a code to its mail first. Raises IdentityRefused or TooMany."""
    site: Site = request.app.state.site
    if identity.mail is None:
        raise IdentityRefused(identities.no_mail(site.settings.oidc_name))
    entering.mail_code(request, conn, identity.mail, "oidc")
    response = RedirectResponse("/connexion/code", 303)
    waiting.remember(response, site, Waiting(identity.mail, "oidc", wanted, identity.subject))
    visiting = session.visitor(request)
    if visiting.is_new:  # who came here by a link: the code is bound to this cookie
        session.visit(response, site, visiting.token)
    return response


def _on(settings: Settings) -> None:
    if not settings.oidc_issuer:
        raise HTTPException(404)


def _away(request: Request) -> Response:
    name = request.app.state.site.settings.oidc_name
    text = "Vous pouvez vous connecter avec un code reçu par mail, ou réessayer dans un instant."
    return _message(request, f"{name} ne répond pas", text, 503)


def _message(request: Request, title: str, text: str, status: int) -> Response:
    return pages.message(request, title, text, status, href="/connexion", label="Revenir à la connexion")


def _return_address(site: Site) -> str:
    return f"{site.settings.site_url.rstrip('/')}{RETURN}"


def _signer(site: Site) -> URLSafeSerializer:
    return site.settings.keys.signer("oidc")
