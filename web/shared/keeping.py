"""Whose timetable a page is about, and who keeps it: she herself, or the employer whom she chose."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from registry.accounts import Account
from registry.offers import employers
from web.core import access
from web.core.site import Site


@dataclass(frozen=True)
class Keeping:
    """`base`: the address of its pages; `own`: she herself."""

    by: UUID
    offer: str
    base: str
    own: bool


Keeper = Callable[..., Keeping]


def own(account: Annotated[Account, Depends(access.of("am"))]) -> Keeping:
    """An assistant maternel's own. Raises NotAllowed before she has entered her profile."""
    if account.offer is None:
        raise access.NotAllowed("Terminez d’abord votre inscription\u00a0: vos disponibilités viennent ensuite.")
    return Keeping(account.id, account.offer, "/espace/disponibilites", True)


def employed(request: Request, offer: str, account: Annotated[Account, Depends(access.of("employer"))]) -> Keeping:
    """One of those who chose this employer. Raises NotAllowed for any other, whether she exists or not."""
    site: Site = request.app.state.site
    with site.pool.connection() as conn:
        if not employers.keeps(conn, account, offer):
            raise access.NotAllowed("Cette personne ne vous a pas confié ses disponibilités.")
    return Keeping(account.id, offer, f"/employeur/{offer}/disponibilites", False)
