"""What the ways of signing in share: the code that is mailed, the session that a proof opens, where it leads to, and
the limits before it.
"""

import contextlib
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response

from registry import accounts
from registry.accounts import Account, addresses, codes, devices, roles, sessions, throttle, ways
from registry.accounts.codes import Asker
from registry.accounts.sessions import Proof
from registry.accounts.throttle import Limit, TooMany
from registry.agrements import desk
from registry.database import Connection
from search_api.http import limits
from web.core import pages, rooms, session
from web.core.site import Site

LONGEST_PATH = 500


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


def enter(
    request: Request,
    conn: Connection,
    account: Account,
    proofs: tuple[Proof, ...],
    wanted: str = "",
    notice: str = "",
    *,
    only_continued: bool = False,
) -> Response:
    """Sign in with what was just shown: the session, its cookies, and on to `destination`, or to the second half.

    In the demo the code of the second half is mailed at once. `notice`: a code of pages.NOTICES. `only_continued`: as
    sessions.open_session has it; raises SessionOver. The caller commits.
    """
    site: Site = request.app.state.site
    if account.is_over(site.today()):
        return over(request, account)
    visiting = session.visitor(request)
    device = request.headers.get("user-agent", "")
    token = sessions.open_session(
        conn, account, site.now(), proofs, device, before=visiting.token, only_continued=only_continued
    )
    found = sessions.find(conn, token, site.now())
    if found is None:
        return over(request, account)
    if not found[1].opens(found[0]):
        response = _to_second(request, conn, account, token, wanted)
    else:
        if account.role == "am":
            desk.release(conn, account)
        response = pages.see(_first_page(conn, account, wanted), notice)
        session.remember_device(response, site, devices.remember(conn, account.id, visiting.device, site.now()))
    session.sign_in(response, site, account, token)
    return response


def over(request: Request, account: Account) -> Response:
    """For an account whose last day has passed."""
    return pages.message(
        request,
        "Votre compte a pris fin",
        f"Son dernier jour est passé. Pour le prolonger, contactez {roles.keeper_name(account.role)}.",
        403,
    )


def mail_code(request: Request, conn: Connection, mail: str, purpose: codes.Purpose, *, token: str = "") -> None:
    """Mail a code for this purpose, good in this browser; it counts for the client. Raises throttle.TooMany.

    `token`: the cookie's text where this answer sets another one.
    """
    site: Site = request.app.state.site
    count_address(request, conn, "code", throttle.CODES_BY_ADDRESS)
    visiting, keys = session.visitor(request), site.settings.keys
    account = accounts.by_mail(conn, mail)
    known = account is not None and devices.knows(conn, visiting.device, account.id, site.now())
    client = limits.client(site.limiter, request.scope)
    asker = Asker(sessions.digest(token or visiting.token), keys.digests("code", f"client {client}"), known)
    codes.send(conn, keys, mail, purpose, asker, site.now(), site_url=site.settings.site_url)


def is_code(request: Request, conn: Connection, mail: str, purpose: codes.Purpose, code: str) -> bool:
    """Whether this code was mailed for this purpose and browser. A try is counted. Raises throttle.TooMany."""
    site: Site = request.app.state.site
    count_address(request, conn, "try", throttle.TRIES_BY_ADDRESS)
    browser = session.visitor(request).browser
    return codes.check(conn, site.settings.keys, mail, purpose, browser, code, site.now())


def count_mails_to(request: Request, conn: Connection, what: str, account: UUID, mail: str) -> None:
    """Count one more mail of this kind that somebody has sent to this address. Raises throttle.TooMany."""
    site: Site = request.app.state.site
    keys, now = site.settings.keys, site.now()
    throttle.count(conn, keys, what, str(account), throttle.CHANGES_BY_ACCOUNT, now)
    throttle.count(conn, keys, f"{what} to", addresses.mailbox(mail), throttle.CHANGES_BY_MAILBOX, now)


def count_address(request: Request, conn: Connection, what: str, limit: Limit) -> None:
    """Count against the limit of the visitor's address, once the caller commits. Raises throttle.TooMany."""
    site: Site = request.app.state.site
    address = limits.client(site.limiter, request.scope)
    throttle.count(conn, site.settings.keys, what, address, limit, site.now())


def _to_second(request: Request, conn: Connection, account: Account, token: str, wanted: str) -> Response:
    site: Site = request.app.state.site
    if site.settings.demo:
        # Where too many were mailed, the page says so when another one is asked for.
        with contextlib.suppress(TooMany):
            mail_code(request, conn, account.mail, "second", token=token)
    return pages.see(pages.with_suite("/connexion/second", local_path(wanted)))


def _first_page(conn: Connection, account: Account, wanted: str) -> str:
    """After a change of address the owner says first what becomes of the other ways to sign in."""
    return "/compte" if ways.to_review(conn, account.id) else destination(account, wanted)
