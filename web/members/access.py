"""Who may open a page. Each route behind a sign-in names its roles: `account: Annotated[Account, Depends(of("am"))]`.

The table of all routes and roles is tests/accounts/test_access.py.
"""

from collections.abc import Callable

from fastapi import Request

from registry.accounts import Account, Role
from web.members.session import Visiting


class SignInNeeded(Exception):
    """Nobody is signed in: the visitor is sent to sign in, and comes back to where she was."""


class NotAllowed(Exception):
    """Signed in, but this is not her room, or not her territory. `reason` is a French sentence for the page."""

    def __init__(self, reason: str = "Cette page n’est pas ouverte à votre compte.") -> None:
        super().__init__(reason)
        self.reason = reason


class RegistryMissing(Exception):
    """This site runs without a registry (the search alone): there are no accounts."""


def of(*roles: Role) -> Callable[..., Account]:
    """A dependency: the signed-in account, if it has one of these roles. Raises SignInNeeded or NotAllowed."""

    def allowed(request: Request, visiting: Visiting) -> Account:
        if request.app.state.site.registry is None:
            raise RegistryMissing
        if visiting.account is None:
            raise SignInNeeded
        if visiting.account.role not in roles:
            raise NotAllowed
        return visiting.account

    return allowed


anybody = of("am", "employer", "moderator", "rpe", "department", "caf", "administrator")
"""Whoever is signed in."""
