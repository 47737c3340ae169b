"""The visitor of a page: the account that the session's cookie opens, and the token that forms must bring back.

A visitor without an account has a cookie of her own as well, so that no form, not even the sign-in, can be sent from
another site.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from registry.accounts import Account, sessions
from web.site import Site

A_DAY_S = 86_400


@dataclass(frozen=True)
class Visitor:
    """`token` is the cookie's text, a session's or an anonymous one's; `fresh` when this answer has to set it."""

    account: Account | None
    token: str
    fresh: bool
    csrf: str


def visitor(request: Request) -> Visitor:
    """Who asks, looked up once for a request."""
    known: Visitor | None = getattr(request.state, "visitor", None)
    if known is None:
        known = request.state.visitor = _visitor(request)
    return known


Visiting = Annotated[Visitor, Depends(visitor)]


def sign_in(response: Response, site: Site, token: str) -> None:
    """Give the answer the cookie of a session that was just opened (registry.accounts.sessions)."""
    response.set_cookie(
        cookie_name(site),
        token,
        max_age=site.settings.session_days * A_DAY_S,
        secure=_secure(site),
        httponly=True,
        samesite="lax",
        path="/",
    )


def sign_out(response: Response, site: Site) -> None:
    response.delete_cookie(cookie_name(site), secure=_secure(site), httponly=True, samesite="lax", path="/")


def cookie_name(site: Site) -> str:
    """With the prefix that browsers hold to: set over https, by this host alone."""
    return "__Host-ribambelle" if _secure(site) else "ribambelle"


def csrf_token(site: Site, token: str) -> str:
    """What a form brings back: bound to the cookie, and of no use without it."""
    key = site.settings.secret_key.encode()
    return hmac.new(key, b"csrf " + token.encode(), hashlib.sha256).hexdigest()


def _visitor(request: Request) -> Visitor:
    site: Site = request.app.state.site
    token = request.cookies.get(cookie_name(site), "")
    account = None
    if token and site.registry is not None:
        with site.registry.connection() as conn:
            account = sessions.find(conn, token, site.now(), site.settings.session_days)
    fresh = not token
    token = token or secrets.token_urlsafe(32)
    return Visitor(account, token, fresh, csrf_token(site, token))


def _secure(site: Site) -> bool:
    return site.settings.site_url.startswith("https://")
