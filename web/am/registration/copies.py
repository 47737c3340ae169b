"""The copy of an agrément, as a form brings it: a PDF, or a photograph of each page, at once or one after the other."""

from dataclasses import dataclass
from uuid import UUID

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from domain import french
from registry.accounts import throttle
from registry.agrements import documents, registrations
from registry.agrements.documents import MOST_BYTES, MOST_PAGES, DocumentRefused, Rendered
from registry.database import Connection
from web.core import posted
from web.core.site import Site, registry
from web.shared.profile.editing import Editing

TOO_HEAVY = (
    "Ce que vous avez choisi pèse plus de 10\u00a0Mo\u00a0: envoyez les photos une par une, ou reprenez-les avec une"
    " définition plus basse. Le reste de la page est conservé."
)
TOO_MANY_PAGES = (
    f"Une copie a {MOST_PAGES} pages au maximum\u00a0: envoyez seulement celles de l’agrément, ou remplacez les pages"
    " déjà envoyées."
)


@dataclass(frozen=True)
class Received:
    """What was sent, ready to be kept; or a French sentence on why it is not taken; or nothing."""

    rendered: Rendered | None = None
    refused: str = ""


NONE = Received()


def received(request: Request, form: FormData, sender: UUID, standing: int = 0) -> Received:
    """The files of the field `copie`, which this account has sent, as one document. Reading them takes a while, so no
    connection is held meanwhile. `standing`: the pages that they are added to."""
    sent = posted.files(form, "copie")
    if posted.is_cut(request) or sum(file.size or 0 for file in sent) > MOST_BYTES:
        return Received(refused=TOO_HEAVY)
    if not sent:
        return NONE
    made: list[Rendered] = []
    for number, file in enumerate(sent, 1):
        read = _read(request, file, sender)
        if read.rendered is None:
            return Received(refused=f"Fichier {number}\u00a0: {read.refused}" if len(sent) > 1 else read.refused)
        made.append(read.rendered)
        if standing + sum(len(each.pages) for each in made) > MOST_PAGES:
            return Received(refused=TOO_MANY_PAGES)
    return Received(Rendered(made[-1].media_type, tuple(page for each in made for page in each.pages)))


def _read(request: Request, file: UploadFile, sender: UUID) -> Received:
    site: Site = request.app.state.site
    try:
        with registry(request).connection() as conn:
            throttle.count_file(conn, site.settings.keys, sender, site.now())
        return Received(documents.rendered(file.file.read(), sender.hex))
    except throttle.TooMany as error:
        return Received(refused=posted.TOO_MANY_FILES.format(wait=french.wait(error.wait)))
    except DocumentRefused as error:
        return Received(refused=error.sentence)


def pages(conn: Connection, document: UUID | None) -> int:
    """How many pages of a copy stand; none without one."""
    return documents.pages(conn, document) if document else 0


def keep(conn: Connection, site: Site, editing: Editing, rendered: Rendered, *, replace: bool) -> None:
    """After the pages that stand, or in their place, when these are deleted."""
    keys, now = documents.keys(site.settings), site.now()
    standing = registrations.read(conn, editing.registration.id, locked=True)
    before = standing.document if standing is not None and standing.submitted_at is None else None
    added = before is not None and not replace and 0 < pages(conn, before) <= MOST_PAGES - len(rendered.pages)
    if added and before is not None and documents.add(conn, keys, before, rendered, now):
        return
    document = documents.keep(conn, keys, editing.owner.id, rendered, now)
    registrations.save_copy(conn, editing.registration, document, now)
    documents.erase(conn, before, now)
