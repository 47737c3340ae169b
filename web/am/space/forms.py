"""The forms of her room: profile, address and contact, agrément. A change of the agrément goes to the moderators."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from registry import database
from registry.agrements import previews, requests
from registry.agrements.registrations import COPY_MISSING
from registry.agrements.requests import Kind
from registry.casework import NotPossible
from registry.database import Connection
from registry.offers import profiles
from registry.offers.profiles import checks, placing
from registry.offers.profiles.facts import Everything
from registry.parents import contact
from web.am import forms
from web.am.registration import copies, steps
from web.am.signed import Own
from web.am.space import editing, moving, staging
from web.am.space.editing import PAGES, Page
from web.core import posted
from web.core.pages import page, see
from web.core.site import Site, registry
from web.shared.keeping import Keeping
from web.shared.profile import understood, wording
from web.shared.profile.preview import preview, summary

router = APIRouter(include_in_schema=False)

HEADINGS = {
    "agrement": "Mon agrément",
    "profil": "Mon profil",
    "adresse": "Mon adresse et mes contacts",
}


def _room(name: str) -> None:
    """The two routes of one form."""

    @router.get(f"/espace/{name}", name=f"space {name}")
    def show(request: Request, own: Own) -> Response:
        with registry(request).connection() as conn:
            values = editing.standing(conn, own.offer)
        return _shown(request, own, name, values | {"vu": editing.version(values, PAGES[name])}, {})

    reader = posted.form_with_file if name == "agrement" else posted.form

    @router.post(f"/espace/{name}", name=f"send space {name}")
    def send(request: Request, own: Own, form: Annotated[FormData, Depends(reader)]) -> Response:
        with registry(request).connection() as conn:
            before = editing.standing(conn, own.offer)
        values = editing.entered(request, PAGES[name], form, before) | {"vu": posted.text(form, "vu")}
        if name == "agrement":
            return _ask(request, own, form, values)
        if posted.text(form, "vers") == "ici":  # look up the MAM of a commune, or the preview without a script
            return _shown(request, own, name, values, {})
        return _save(request, own, name, values, before, moving.entered(form))


for _name in PAGES:
    _room(_name)


@router.post("/espace/champ")
def one_field(request: Request, own: Own, form: posted.Form) -> Response:
    """What is wrong with one field, as it is typed: JSON {sentence}, null when nothing is. Nothing is kept."""
    number, name = posted.text(form, "page"), posted.text(form, "champ")
    if number not in PAGES.values():
        raise HTTPException(404)
    wanted: Page = number  # type: ignore[assignment]
    with registry(request).connection() as conn:
        before = editing.standing(conn, own.offer)
    values = editing.entered(request, wanted, form, before)
    sentence = steps.page_errors(request, wanted, values).get(name)
    return forms.about_field(sentence, understood.of(values).get(name, ""))


@router.post("/espace/apercu")
def live_preview(request: Request, own: Own, form: posted.Form) -> Response:
    """What parents will and will not see of the form as it stands now, as a piece of a page."""
    with registry(request).connection() as conn:
        before = editing.standing(conn, own.offer)
    values = editing.entered(request, "2c", form, before)
    with registry(request).connection() as conn:
        shown = _previewed(conn, request.app.state.site, own, values)
    return page(request, "shared/profile/preview.html", {"p": shown})


def _save(
    request: Request, own: Keeping, name: str, values: dict[str, str], before: dict[str, str], told: dict[str, str]
) -> Response:
    """`told`: what she says of a move to another département, which the page asks about once it has such a place."""
    site: Site = request.app.state.site
    errors = steps.page_errors(request, PAGES[name], values)
    stands = editing.version(before, PAGES[name])
    if not errors and values["vu"] not in ("", stands, editing.version(values, PAGES[name])):
        return _shown(request, own, name, values | {"vu": stands}, {}, before=before)
    with site.pool.connection() as conn:
        moves_to = None if errors else moving.elsewhere(conn, own.offer, PAGES[name], values)
    if moves_to is not None:
        errors = moving.errors(told, site.today())
    if errors:
        return _shown(request, own, name, values | told, errors, moves_to=moves_to)
    placed = placing.placed(site.settings, values, before) if name == "adresse" else values
    if moves_to is not None:
        database.run(site.pool, lambda conn: moving.declare(conn, own.offer, PAGES[name], placed, told, site.now()))
        return see("/espace", "demenagement")
    database.run(site.pool, lambda conn: editing.save(conn, own.offer, PAGES[name], placed))
    return see("/espace", "enregistre")


def _ask(request: Request, own: Keeping, form: FormData, values: dict[str, str]) -> Response:
    """To the moderators; what was validated last stays up meanwhile."""
    site: Site = request.app.state.site
    errors = steps.page_errors(request, "2a", values)
    staged, refused = staging.received(request, form, own)
    with site.pool.connection() as conn:
        asked, known = requests.open_request(conn, own.offer), profiles.read(conn, own.offer)
    if refused:
        errors["copie"] = refused
    elif staged is None and (asked is None or asked.document is None):
        errors["copie"] = COPY_MISSING
    if posted.text(form, "vers") == "ici":  # another page of the copy will follow
        return _shown(request, own, "agrement", values, {"copie": refused} if refused else {}, staged)
    if errors:
        return _shown(request, own, "agrement", values, errors, staged)
    try:
        database.run(site.pool, lambda conn: _submit(conn, site, own, known, values, staged))
    except NotPossible as not_possible:
        return _shown(request, own, "agrement", values, {"numero": not_possible.sentence}, staged)
    return see("/espace", "envoye")


def _submit(
    conn: Connection, site: Site, own: Keeping, known: Everything, values: dict[str, str], document: UUID | None
) -> None:
    now = site.now()
    agrement = checks.agrement(values)
    kind: Kind = "registration"
    if known.agrement is not None:
        kind = "renewal" if agrement.starts_on > known.agrement.starts_on else "change"
    # Whoever was validated once is who she says; the others wait for the identity system's answer.
    identity_ok = known.publication != "draft" or known.identity_checked == "verified"
    requests.submit(conn, own.offer, kind, agrement, document, now, identity_ok=identity_ok)


def _shown(
    request: Request,
    own: Keeping,
    name: str,
    values: dict[str, str],
    errors: dict[str, str],
    staged: UUID | None = None,
    before: dict[str, str] | None = None,
    moves_to: tuple[str, str] | None = None,
) -> Response:
    """The form with these values; `before` is what was saved since it was opened, shown beside them; `moves_to`: the
    département to which this page would move her."""
    site: Site = request.app.state.site
    shown: dict[str, Any] = {
        "moves_to": moves_to[1] if moves_to else "",
        **{"values": values, "errors": errors, "shows": wording.SHOWS},
        **{"base": "/espace", "name": name, "page": PAGES[name], "heading": HEADINGS[name], "desk": False},
        "understood": understood.of(values),
        "stands": next(rows for page, _, rows in summary(before) if page == PAGES[name]) if before else None,
    }
    with site.pool.connection() as conn:
        shown |= forms.lists(conn, site, PAGES[name], values)
        if name == "agrement":
            # The pages of her copy are shown by nobody but the moderator; that there is one is all she needs here.
            shown |= {"copy_pages": copies.pages(conn, staged), "copies_shown": False}
            shown |= {"staged": staging.token(site, own, staged), "asked": requests.open_request(conn, own.offer)}
        if name == "adresse":
            shown["p"] = _previewed(conn, site, own, values)
    return page(request, "am/space/form.html", shown, 422 if errors else 409 if before else 200)


def _previewed(conn: Connection, site: Site, own: Keeping, values: dict[str, str]) -> dict[str, Any]:
    """What parents will and will not see once the page of her address and contacts is saved as it stands."""
    document = previews.of_form(conn, own.offer, values, site.today(), pages=("2c",))
    return preview(document, values, messages=contact.takes_messages(conn, own.offer))
