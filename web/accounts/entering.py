"""What the ways of signing in share: where a sign-in leads to, the session that it opens, the limits before it."""

import math
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response

from registry.accounts import Account, sessions, throttle
from registry.accounts.throttle import Limit
from registry.database import Connection, Pool
from search_api import limits
from web.members import access, pages, rooms, session
from web.site import Site

LONGEST_PATH = 500


def registry(request: Request) -> Pool:
    """The registry's connections, for a page that nobody needs to be signed in for. Raises RegistryMissing."""
    pool: Pool | None = request.app.state.site.registry
    if pool is None:
        raise access.RegistryMissing
    return pool


Registry = Annotated[Pool, Depends(registry)]


def local_path(text: str) -> str:
    """The address of a page of ours, as `?suite=` may name one; empty for anything else.

    Browsers read a backslash as a slash, and two slashes as another site.
    """
    if not text.startswith("/") or text[:2] in ("//", "/\\") or len(text) > LONGEST_PATH:
        return ""
    if not text.isprintable() or not text.isascii() or "\\" in text:
        return ""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return "" if parts.scheme or parts.netloc else text


def destination(account: Account, wanted: str) -> str:
    """Where a sign-in leads to: the page that was asked for, else the first of her rooms."""
    return local_path(wanted) or rooms.home(account.role)


def open_session(request: Request, conn: Connection, account: Account) -> str:
    """A new session, and the end of the one that this browser had; returns the text for the cookie.

    So what somebody may have put into the cookie before a sign-in opens nothing after it.
    """
    site: Site = request.app.state.site
    sessions.end(conn, request.cookies.get(session.cookie_name(site), ""))
    device = request.headers.get("user-agent", "")
    return sessions.open_session(conn, account.id, site.now(), site.settings.session_days, device)


def enter(request: Request, conn: Connection, account: Account, wanted: str = "") -> Response:
    """Sign in: the session, its cookie, and on to `destination`. The caller commits."""
    token = open_session(request, conn, account)
    response = RedirectResponse(destination(account, wanted), 303)
    session.sign_in(response, request.app.state.site, token)
    return response


def count_address(request: Request, conn: Connection, what: str, limit: Limit) -> None:
    """Count against the limit of the visitor's address, once the caller commits. Raises throttle.TooMany."""
    site: Site = request.app.state.site
    address = limits.client(site.limiter, request.scope)
    throttle.count(conn, site.settings.secret_key, what, address, limit, site.now())


def too_many(request: Request, wait: timedelta) -> Response:
    """The page that says when it may be tried again."""
    response = pages.message(
        request,
        "Trop de demandes",
        f"Pour protéger les comptes, le nombre d’essais est limité\u00a0: réessayez dans {in_words(wait)}.",
        429,
        href="/connexion",
        label="Revenir à la connexion",
    )
    response.headers["Retry-After"] = str(math.ceil(wait.total_seconds()))
    return response


def in_words(wait: timedelta) -> str:
    minutes = math.ceil(wait.total_seconds() / 60)
    if minutes <= 1:
        return "une minute"
    hours = math.ceil(minutes / 60)
    return f"{minutes} minutes" if minutes <= 90 else f"{hours} heures"
