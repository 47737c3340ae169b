"""Whose registration a page edits: her own, or at a relais's desk that of the assistant maternel who sits there."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from registry import accounts
from registry.accounts import Account, audit
from registry.agrements import registrations
from registry.agrements.registrations import Registration
from web.core import access
from web.core.site import registry


@dataclass(frozen=True)
class Editing:
    """`base`: where its pages stand; `by`: who types; `owner`: whose it is."""

    base: str
    by: Account
    owner: Account
    registration: Registration
    desk: bool = False


def own(request: Request, account: Annotated[Account, Depends(access.of("am"))]) -> Editing:
    """An assistant maternel's own, begun now if there is none."""
    with registry(request).connection() as conn:
        return Editing("/inscription", account, account, registrations.start_for(conn, account))


def at_desk(request: Request, id: UUID, account: Annotated[Account, Depends(access.of("rpe"))]) -> Editing:
    """One that was begun at this relais's desk, until she has confirmed it. Each look is in the audit log."""
    with registry(request).connection() as conn:
        registration = registrations.read(conn, id)
        if registration is None or registration.desk != account.id:
            raise access.NotAllowed(
                "Cette inscription n’a pas été commencée à votre relais, ou la personne la continue elle-même."
            )
        if registration.confirmed_at is not None or registration.submitted_at is not None:
            raise access.NotAllowed("Elle l’a confirmée\u00a0: cette inscription est à elle seule maintenant.")
        owner = accounts.by_id(conn, registration.account)
        if owner is None:
            raise access.NotAllowed("Ce compte est fermé.")
        action = "registration.read" if request.method == "GET" else "registration.write"
        audit.note(conn, account, action, owner.offer, ["registration"], page=request.url.path.rpartition("/")[2][:20])
        return Editing(f"/rpe/inscription/{id}", account, owner, registration, desk=True)
