"""A form that anybody may send without an account: what tells a reader from a program, how often it is taken from one
client or to one mailbox, and the same form shown again with what was wrong.

Two signs tell a program: a field that nobody sees was filled, or the form stood open for less than LEAST. The moment it
was opened stands signed in the form itself, so that nothing of a visitor is kept for it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from itsdangerous import BadSignature, URLSafeSerializer
from starlette.datastructures import FormData

from domain import french
from registry.accounts import addresses
from registry.accounts.throttle import Limit, TooMany
from registry.database import Connection, Pool
from web.core import entering, pages, posted
from web.core.site import Site

LEAST = timedelta(seconds=2)
"""Nobody reads a page, writes and sends in less."""

TRAP, OPENED = "site", "ouvert"
"""The fields' names, in the macro `trap` of core/members/macros.html."""


@dataclass(frozen=True)
class Guard:
    """What a public form is held to.

    `name`: what its signatures and its counts are of; `template` shows it; `field`: beside which the French sentences
    stand (`trapped`, `fast`, and `many` with its {wait}). `by_mailbox` holds for one mailbox and client together.
    """

    name: str
    template: str
    field: str
    trapped: str
    fast: str
    many: str
    by_client: Limit
    by_mailbox: Limit | None = None


@dataclass(frozen=True)
class NotTaken:
    """Why the form was not taken: French sentences by field, the status of the answer, and when the form was first
    shown (None where its signature is missing)."""

    errors: dict[str, str]
    status: int
    opened: datetime | None


def page(
    request: Request, guard: Guard, shown: dict[str, Any], values: dict[str, str], not_taken: NotTaken | None = None
) -> Response:
    """The form, empty or once more: with what was typed, what was wrong, and the moment it was first opened, which
    corrections keep."""
    site: Site = request.app.state.site
    opened = not_taken.opened if not_taken and not_taken.opened else site.now()
    form = {
        "values": values,
        "errors": not_taken.errors if not_taken else {},
        "opened": str(_signer(site, guard).dumps(opened.isoformat())),
    }
    return pages.page(request, guard.template, shown | form, not_taken.status if not_taken else 200)


def send(
    request: Request,
    registry: Pool,
    guard: Guard,
    form: FormData,
    errors: dict[str, str],
    mail: str | None,
    action: Callable[[Connection], object],
) -> NotTaken | None:
    """Run `action` in a transaction, unless the form has `errors`, a program seems to send it, or too many came.

    None when it was done. `mail`: to which the action writes, for the limit of a mailbox. What `action` raises, other
    than TooMany, is the caller's.
    """
    site: Site = request.app.state.site
    opened = _opened(site, guard, form)
    errors = errors or _signs_of_a_program(site, guard, form, opened)
    if errors:
        return NotTaken(errors, 422, opened)
    try:
        with registry.connection() as conn:
            entering.count_address(request, conn, guard.name, guard.by_client)
            if guard.by_mailbox is not None and mail is not None:
                mailbox = f"{guard.name} {addresses.mailbox(mail)}"
                entering.count_address(request, conn, mailbox, guard.by_mailbox)
            action(conn)
    except TooMany as error:
        return NotTaken({guard.field: guard.many.format(wait=french.wait(error.wait))}, 429, opened)
    return None


def _signs_of_a_program(site: Site, guard: Guard, form: FormData, opened: datetime | None) -> dict[str, str]:
    if posted.text(form, TRAP):
        return {guard.field: guard.trapped}
    if opened is None or site.now() - opened < LEAST:
        return {guard.field: guard.fast}
    return {}


def _opened(site: Site, guard: Guard, form: FormData) -> datetime | None:
    """When the form that is sent now was opened; None where the page's own signature is missing."""
    try:
        return datetime.fromisoformat(_signer(site, guard).loads(posted.text(form, OPENED)))
    except (BadSignature, ValueError, TypeError):
        return None


def _signer(site: Site, guard: Guard) -> URLSafeSerializer:
    return site.settings.keys.signer("form", guard.name)
