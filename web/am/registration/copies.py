"""The copy of an agrément, as a form brings it."""

from dataclasses import dataclass
from uuid import UUID

from starlette.datastructures import FormData
from starlette.requests import Request

from domain import french
from registry.accounts import throttle
from registry.agrements import documents, registrations
from registry.agrements.documents import DocumentRefused, Rendered
from registry.database import Connection
from web.core import posted
from web.core.site import Site, registry
from web.shared.profile.editing import Editing


@dataclass(frozen=True)
class Received:
    """What was sent, ready to be kept; or a French sentence on why it is not taken; or nothing."""

    rendered: Rendered | None = None
    refused: str = ""


NONE = Received()


def received(request: Request, form: FormData, sender: UUID) -> Received:
    """The file of the field `copie`, which this account has sent. Reading it takes a while, so no connection is held
    meanwhile."""
    sent = posted.file(form, "copie")
    if sent is None:
        return NONE
    site: Site = request.app.state.site
    try:
        with registry(request).connection() as conn:
            throttle.count_file(conn, site.settings.keys, sender, site.now())
        return Received(documents.rendered(sent.file.read(), sender.hex))
    except throttle.TooMany as error:
        return Received(refused=posted.TOO_MANY_FILES.format(wait=french.wait(error.wait)))
    except DocumentRefused as error:
        return Received(refused=error.sentence)


def keep(conn: Connection, site: Site, editing: Editing, rendered: Rendered) -> None:
    """It takes the place of the copy before, whose pages are deleted."""
    standing = registrations.read(conn, editing.registration.id, locked=True)
    document = documents.keep(conn, documents.keys(site.settings), editing.owner.id, rendered, site.now())
    registrations.save_copy(conn, editing.registration, document, site.now())
    if standing is not None and standing.submitted_at is None:
        documents.erase(conn, standing.document, site.now())
