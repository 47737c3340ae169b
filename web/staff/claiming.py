"""Taking a case of a list, and giving it back, as its staff do on more than one page."""

from uuid import UUID

from fastapi import Request
from fastapi.responses import Response

from registry.accounts import Account
from registry.casework import NotPossible, claims
from registry.casework.kinds import Kind
from registry.database import Pool
from web.core import pages
from web.core.site import Site

TITLE = "Ce n’est plus possible"
BACK = "Revenir à la liste"


def take(request: Request, registry: Pool, kind: Kind, id: UUID, account: Account, path: str) -> Response:
    """Take it, and back to the list at `path`; or say why not."""
    site: Site = request.app.state.site
    try:
        with registry.connection() as conn:
            claims.claim(conn, kind, id, account, site.now())
    except NotPossible as refused:
        return refusal(request, refused, path)
    return pages.see(path)


def give_back(registry: Pool, kind: Kind, id: UUID, account: Account, path: str) -> Response:
    with registry.connection() as conn:
        claims.release(conn, kind, id, account)
    return pages.see(path)


def refusal(request: Request, refused: NotPossible, path: str) -> Response:
    return pages.message(request, TITLE, refused.sentence, 409, href=path, label=BACK)
