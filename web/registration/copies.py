"""The copy of an agrément, as a form brings it."""

from dataclasses import dataclass

from starlette.datastructures import FormData

from registry import documents, registrations
from registry.database import Connection
from registry.documents import DocumentRefused, Rendered
from web.members import posted
from web.registration.editing import Editing
from web.site import Site


@dataclass(frozen=True)
class Received:
    """What was sent, ready to be kept; or a French sentence on why it is not taken; or nothing."""

    rendered: Rendered | None = None
    refused: str = ""


NONE = Received()


def received(form: FormData) -> Received:
    """The file of the field `copie`. Rendering takes a while: no connection is held meanwhile."""
    sent = posted.file(form, "copie")
    if sent is None:
        return NONE
    try:
        return Received(documents.rendered(sent.file.read()))
    except DocumentRefused as error:
        return Received(refused=str(error))


def keep(conn: Connection, site: Site, editing: Editing, rendered: Rendered) -> None:
    """It takes the place of the copy before, whose pages are deleted."""
    standing = registrations.read(conn, editing.registration.id, locked=True)
    document = documents.keep(conn, documents.keys(site.settings), editing.owner.id, rendered, site.now())
    registrations.save_copy(conn, editing.registration, document, site.now())
    if standing is not None and standing.submitted_at is None:
        documents.erase(conn, standing.document, site.now())
