"""Whose timetable a page is about, and who keeps it: she herself, or the employer whom she chose."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from registry.accounts import Account
from registry.database import Pool
from registry.offers import employers
from web.members import access
from web.site import Site


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
    with pool(site).connection() as conn:
        if not employers.keeps(conn, account, offer):
            raise access.NotAllowed("Cette personne ne vous a pas confié ses disponibilités.")
    return Keeping(account.id, offer, f"/employeur/{offer}/disponibilites", False)


def pool(site: Site) -> Pool:
    """The registry's connections. Raises RegistryMissing on a site for the search alone."""
    if site.registry is None:
        raise access.RegistryMissing
    return site.registry
