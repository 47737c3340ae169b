"""The visitor of a page: the account that the session's cookie opens, and the token that forms must bring back.

A visitor without an account has a cookie of her own as well, so that no form, not even the sign-in, can be sent from
another site.
"""

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from registry.accounts import RULES, Account, devices, sessions
from registry.accounts.sessions import Shown
from web.core.site import Site


@dataclass(frozen=True)
class Visitor:
    """`token` is the cookie's text, a session's or an anonymous one's; `is_new` when this answer has to set it.

    `account` is who is signed in; `pending` who has still to show a second factor, and is nobody until then. `shown`:
    the proofs of this session. `device`: the text of the cookie that outlives sessions, empty where there is none.
    """

    account: Account | None
    pending: Account | None
    token: str
    is_new: bool
    csrf: str
    shown: Shown = field(default_factory=Shown)
    device: str = ""

    @property
    def browser(self) -> bytes:
        """What codes and challenges are bound to: a hash of the cookie's text."""
        return sessions.digest(self.token)


def visitor(request: Request) -> Visitor:
    """Who asks, looked up once for a request."""
    known: Visitor | None = getattr(request.state, "visitor", None)
    if known is None:
        known = request.state.visitor = _visitor(request)
    return known


Visiting = Annotated[Visitor, Depends(visitor)]


def sign_in(response: Response, site: Site, account: Account, token: str) -> None:
    """Give the answer the cookie of a session that was just opened (registry.accounts.sessions)."""
    set_cookie(response, site, cookie_name(site), token, RULES[account.role].longest)


def remember_device(response: Response, site: Site, token: str) -> None:
    """Give the answer the cookie by which this browser is known again (registry.accounts.devices)."""
    set_cookie(response, site, device_cookie_name(site), token, devices.LIFE)


def visit(response: Response, site: Site, token: str) -> None:
    """Give the answer the cookie of a visitor who is not signed in: it ends with the browser."""
    set_cookie(response, site, cookie_name(site), token, None)


def sign_out(response: Response, site: Site) -> None:
    delete_cookie(response, site, cookie_name(site))


def cookie_name(site: Site) -> str:
    return prefixed(site, "ribambelle")


def device_cookie_name(site: Site) -> str:
    return prefixed(site, "ribambelle-appareil")


def csrf_token(site: Site, token: str) -> str:
    """What a form brings back: bound to the cookie, and of no use without it."""
    return site.settings.keys.digest("csrf", token).hex()


def is_csrf_token(site: Site, sent: str, token: str) -> bool:
    """Whether a form brought back what a page of this cookie's visitor held."""
    digests = site.settings.keys.digests("csrf", token)
    return any(hmac.compare_digest(made.hex().encode(), sent.encode()) for made in digests)


def is_secure(site: Site) -> bool:
    return site.settings.site_url.startswith("https://")


def _visitor(request: Request) -> Visitor:
    site: Site = request.app.state.site
    token = request.cookies.get(cookie_name(site), "")
    found = None
    if token and site.registry is not None:
        with site.registry.connection() as conn:
            found = sessions.find(conn, token, site.now())
    is_new = not token
    token = token or secrets.token_urlsafe(32)
    account, shown = found or (None, Shown())
    is_open = account is not None and shown.opens(account)
    return Visitor(
        account if is_open else None,
        None if is_open else account,
        token,
        is_new,
        csrf_token(site, token),
        shown,
        request.cookies.get(device_cookie_name(site), ""),
    )


def set_cookie(response: Response, site: Site, name: str, value: str, life: timedelta | None) -> None:
    """As every cookie of the rooms is set; without a life it ends with the browser."""
    response.set_cookie(
        name,
        value,
        max_age=int(life.total_seconds()) if life else None,
        secure=is_secure(site),
        httponly=True,
        samesite="lax",
        path="/",
    )


def delete_cookie(response: Response, site: Site, name: str) -> None:
    response.delete_cookie(name, secure=is_secure(site), httponly=True, samesite="lax", path="/")


def prefixed(site: Site, name: str) -> str:
    """With the prefix that browsers hold to: set over https, for every path, by this host alone."""
    return f"__Host-{name}" if is_secure(site) else name
