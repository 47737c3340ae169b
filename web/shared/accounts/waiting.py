"""What a browser keeps between asking for a code and typing it: a signed cookie with the mail, the purpose, the page
that was asked for. It is no proof of anything: the code is bound to the browser in the registry.
"""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from fastapi import Request
from fastapi.responses import Response
from itsdangerous import BadSignature

from registry.accounts.codes import Purpose
from web.core import session
from web.core.site import Site

COOKIE = "ribambelle-code"
LIFE = timedelta(minutes=30)
"""Longer than a code is good: a late one is told to be late, on the page that can send another."""


@dataclass(frozen=True)
class Waiting:
    """`purpose` is "sign_in", "registration" or "oidc"; `subject`: of the identity that waits to be joined."""

    mail: str
    purpose: Purpose
    suite: str = ""
    subject: str = ""


def remember(response: Response, site: Site, waiting: Waiting) -> None:
    """Not in the address, which stays in histories and logs."""
    held = [site.now().isoformat(), asdict(waiting)]
    signed = str(site.settings.keys.signer("waiting").dumps(held))
    session.set_cookie(response, site, cookie_name(site), signed, LIFE)


def remembered(request: Request, *purposes: Purpose) -> Waiting | None:
    """None when this browser asked for no code, asked too long ago, or for one of another purpose."""
    site: Site = request.app.state.site
    try:
        at, held = site.settings.keys.signer("waiting").loads(request.cookies.get(cookie_name(site), ""))
        waiting = Waiting(**held)
    except (BadSignature, TypeError, ValueError):
        return None
    is_late = site.now() - datetime.fromisoformat(at) > LIFE
    return None if is_late or waiting.purpose not in purposes else waiting


def forget(response: Response, site: Site) -> None:
    session.delete_cookie(response, site, cookie_name(site))


def cookie_name(site: Site) -> str:
    return session.prefixed(site, COOKIE)
