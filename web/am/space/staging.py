"""The copy that comes with a form which cannot be taken yet: its pages wait, and the form names them, so that nobody
has to choose a photograph twice.

They wait as every document does that nothing refers to (registry.agrements.documents.purge), a day at most.
"""

from uuid import UUID

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.datastructures import FormData
from starlette.requests import Request

from registry.agrements import documents
from web.am.registration import copies
from web.core import posted
from web.core.site import Site, registry
from web.shared.keeping import Keeping

FIELD = "copie_recue"


def token(site: Site, own: Keeping, document: UUID | None) -> str:
    """What the form holds of a copy that waits: signed, and of use to this account alone."""
    return str(_signer(site, own).dumps(str(document))) if document else ""


def received(request: Request, form: FormData, own: Keeping) -> tuple[UUID | None, str]:
    """The copy that waits by now, with the pages that this form has brought; and why these are not taken, a French
    sentence or nothing."""
    site: Site = request.app.state.site
    before = None if posted.text(form, "remplacer") else _waiting(site, own, form)
    with registry(request).connection() as conn:
        standing = copies.pages(conn, before)
    before = before if standing else None
    copy = copies.received(request, form, own.by, standing)
    if copy.rendered is None:
        return before, copy.refused
    keys, now = documents.keys(site.settings), site.now()
    with registry(request).connection() as conn:
        if before is not None and documents.add(conn, keys, before, copy.rendered, now):
            return before, ""
        return documents.keep(conn, keys, own.by, copy.rendered, now), ""


def _waiting(site: Site, own: Keeping, form: FormData) -> UUID | None:
    try:
        return UUID(_signer(site, own).loads(posted.text(form, FIELD)))
    except (BadSignature, ValueError, TypeError):
        return None


def _signer(site: Site, own: Keeping) -> URLSafeSerializer:
    return site.settings.keys.signer("form", f"copy {own.by}")
