"""Who may open a page. Each route behind a sign-in names its roles: `account: Annotated[Account, Depends(of("am"))]`.

A route that gives private facts away, or changes who may enter, wants a proof that is some minutes old at most
(`fresh`): whoever finds a browser signed in does not have it. The table of all routes and roles is
tests/web/shared/accounts/access.toml.
"""

from collections.abc import Callable
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request

from registry.accounts import ROLES, Account, Role, second, sessions
from web.core.session import Visiting
from web.core.site import Site, registry


class SignInNeeded(Exception):
    """Nobody is signed in: the visitor is sent to sign in, and comes back to where she was."""


class SecondFactorNeeded(Exception):
    """Signed in by half: the visitor is sent to show a second factor, and comes back to where she was."""


class ProofNeeded(Exception):
    """Signed in for a while: the visitor is asked once more who is there, and comes back to `back`.

    `mail`: only a code mailed to the account's address will do.
    """

    def __init__(self, back: str, *, mail: bool = False) -> None:
        super().__init__("proof needed")
        self.back = back
        self.mail = mail


class NotAllowed(Exception):
    """Signed in, but this is not her room, or not her territory. `reason` is a French sentence for the page."""

    def __init__(self, reason: str = "Cette page n’est pas ouverte à votre compte.") -> None:
        super().__init__(reason)
        self.reason = reason


def of(*roles: Role) -> Callable[..., Account]:
    """A dependency: the signed-in account, if it has one of these roles.

    Raises SignInNeeded, SecondFactorNeeded or NotAllowed.
    """

    def allowed(request: Request, visiting: Visiting) -> Account:
        registry(request)
        if visiting.pending is not None:
            raise SecondFactorNeeded
        if visiting.account is None:
            raise SignInNeeded
        if visiting.account.role not in roles:
            raise NotAllowed
        return visiting.account

    return allowed


anybody = of(*ROLES)
"""Whoever is signed in."""


def fresh(*roles: Role, back: str = "", mail: bool = False) -> Callable[..., Account]:
    """The same, with a proof that is fresh; without one it raises ProofNeeded.

    `back`: the page to come back to, by default the one that is asked for, or that the form stood on. `mail`: the
    session has shown a code mailed to the account's address, however long ago, as what is given goes by that address.
    """
    signed_in = of(*roles)

    def allowed(request: Request, visiting: Visiting) -> Account:
        account = signed_in(request, visiting)
        site: Site = request.app.state.site
        within = sessions.FRESH if request.method == "GET" else sessions.FRESH_FOR_A_FORM
        if mail and visiting.shown.mail is None:
            raise ProofNeeded(back or came_from(request), mail=True)
        if not visiting.shown.is_fresh(account, site.now(), within):
            raise ProofNeeded(back or came_from(request))
        return account

    return allowed


fresh_account = fresh(*ROLES, back="/compte")
"""Whoever is signed in, with a fresh proof; one's own account is where that leads back to."""

Anybody = Annotated[Account, Depends(anybody)]
FreshAccount = Annotated[Account, Depends(fresh_account)]


def enrolling(request: Request, visiting: Visiting) -> Account:
    """The account that may set a second factor now: signed in with a fresh proof, or by half and without any yet."""
    site: Site = request.app.state.site
    if visiting.pending is not None and site.registry is not None:
        with site.registry.connection() as conn:
            if second.may_enrol(conn, visiting.pending.id, site.now()):
                return visiting.pending
    return fresh_account(request, visiting)


def came_from(request: Request) -> str:
    """The page that a visitor is to come back to: the one asked for, or of a form the one that it stood on."""
    if request.method == "GET":
        return request.url.path + (f"?{request.url.query}" if request.url.query else "")
    try:
        referer = urlsplit(request.headers.get("referer", ""))
    except ValueError:  # no address at all
        return "/compte"
    return referer.path if referer.netloc == request.url.netloc and referer.path else "/compte"
