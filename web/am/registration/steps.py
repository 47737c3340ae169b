"""The pages of a registration: what was entered is kept first, then judged, so that nothing is ever lost.

The same pages serve an assistant maternel at home and a relais that fills them in with her (`Editing`).
"""

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from registry import database, nir
from registry.agrements import documents, previews, registrations
from registry.agrements.registrations import Registration
from registry.casework import NotPossible
from registry.offers.profiles import placing, typed
from registry.parents import contact
from registry.territory import naming
from web.am import forms
from web.am.registration import copies, identification
from web.core import entering, pages, posted
from web.core.site import Site, registry
from web.shared.profile import understood, wording
from web.shared.profile.editing import Editing
from web.shared.profile.preview import preview, summary

ORDER = ("1", "2a", "2b", "2c", "3")
PAGES = (*ORDER, "4")


def show(request: Request, editing: Editing, page: str) -> Response:
    if (elsewhere := _elsewhere(editing, page)) is not None:
        return elsewhere
    site: Site = request.app.state.site
    with registry(request).connection() as conn:
        registrations.reached(conn, editing.registration, registrations.STEPS[page])
    if page == "3":
        return _summary_page(request, editing, {})
    if page == "4":
        return pages.page(request, "am/registration/done.html", _shared(editing, page))
    # A page that was filled in before, and is not right, says what is wrong as soon as it is opened again.
    seen = registrations.PAGES[page][0] in editing.registration.answers and editing.registration.step >= 3
    errors = registrations.errors_of(editing.registration, page, site.scales(), site.today()) if seen else {}
    if page == "1" and editing.registration.identity == "refused":
        errors = {"identite": registrations.IDENTITY_REFUSED}
    return _page(request, editing, page, editing.registration.answers, errors, 200)


def receive(request: Request, editing: Editing, page: str, form: FormData) -> Response:
    """A page that was sent: `vers` says where she goes (suite, retour, ici: the same page again, or lien: the same
    page, and the link that resumes it is mailed to her)."""
    if (elsewhere := _elsewhere(editing, page)) is not None:
        return elsewhere
    site: Site = request.app.state.site
    towards = posted.text(form, "vers") or "suite"
    values = entered(request, editing.registration, page, form)
    errors = page_errors(request, page, values)
    # A social security number in another field than its own is neither kept nor shown again.
    values = {name: nir.without(value) for name, value in values.items()}
    copy = copies.NONE
    if page == "2a":
        copy = _received_copy(request, editing, form)
        if copy.refused:
            errors["copie"] = copy.refused
        elif copy.rendered is None and editing.registration.document is None:
            errors["copie"] = registrations.COPY_MISSING
    if page == "2c" and not {"adresse", "code_postal", "commune"} & errors.keys():
        values = placing.placed(site.settings, values, editing.registration.answers)
    with registry(request).connection() as conn:
        registrations.save(conn, editing.registration, page, values, site.now())
        if copy.rendered is not None:
            copies.keep(conn, site, editing, copy.rendered, replace=bool(posted.text(form, "remplacer")))
    if towards == "retour":
        return RedirectResponse(_before(editing, page), 303)
    if towards == "lien" and not copy.refused and not editing.desk:
        return _mail_link(request, editing, page, lost=bool(page == "1" and posted.text(form, "nir")))
    if page == "1" and towards == "suite":
        errors = errors or identification.check(request, editing, values, posted.text(form, "nir"))
    if copy.refused or (errors and towards == "suite"):
        # What she typed into the field of her number goes back into it, in this answer alone.
        return _page(request, editing, page, values | {"nir": posted.text(form, "nir")}, errors, 422)
    if towards == "ici":
        return RedirectResponse(f"{editing.base}/{page}#{'copies' if page == '2a' else 'suite'}", 303)
    if editing.registration.submitted_at is not None:
        return RedirectResponse(f"{editing.base}/4", 303)
    return RedirectResponse(f"{editing.base}/{ORDER[ORDER.index(page) + 1]}", 303)


def send(request: Request, editing: Editing, form: FormData) -> Response:
    """The summary is right: the request goes to the moderators, or at a desk to her confirmation."""
    if (elsewhere := _elsewhere(editing, "3")) is not None:
        return elsewhere
    site: Site = request.app.state.site
    if posted.text(form, "vers") == "retour":
        return RedirectResponse(f"{editing.base}/2c", 303)
    if posted.text(form, "vers") == "lien" and not editing.desk:
        return _mail_link(request, editing, "3")
    incomplete = registrations.missing(editing.registration, site.scales(), site.today())
    if incomplete:
        return _summary_page(request, editing, {}, 422)
    if editing.desk:
        return RedirectResponse(f"{editing.base}/confirmation", 303)
    if not posted.text(form, "certifie"):
        return _summary_page(request, editing, {"certifie": wording.CERTIFY}, 422)

    def work(conn: database.Connection) -> None:
        registration = registrations.read(conn, editing.registration.id, locked=True)
        if registration is None or registration.submitted_at is not None:
            return
        if registration.desk is not None:
            # Who signs in to her own account and sends it herself has confirmed it.
            registrations.confirm(conn, registration, site.now())
            registration = registrations.read(conn, registration.id) or registration
        registrations.submit(conn, registration, site.today(), site.now(), fictitious=site.settings.demo)

    try:
        database.run(registry(request), work)
    except (registrations.NotComplete, NotPossible) as error:
        sentence = error.sentence if isinstance(error, NotPossible) else wording.CHANGED_MEANWHILE
        return _summary_page(request, editing, {"certifie": sentence}, 422)
    return RedirectResponse(f"{editing.base}/4", 303)


def one_field(request: Request, editing: Editing, form: FormData) -> Response:
    """What is wrong with one field, as it is typed: JSON {sentence}, null when nothing is. Nothing is kept."""
    page, name = posted.text(form, "page"), posted.text(form, "champ")
    if page not in registrations.PAGES:
        return forms.about_field(None, "")
    values = entered(request, editing.registration, page, form)
    if name == "nir":
        born = typed.day(values, "naissance")
        number = posted.text(form, "nir")
        sentence = nir.error(number, born) if number else None
    else:
        sentence = page_errors(request, page, values).get(name)
    return forms.about_field(sentence, understood.of(values).get(name, ""))


def live_preview(request: Request, editing: Editing, form: FormData) -> Response:
    """The preview of what stands in the form now, as a piece of a page. Nothing is kept."""
    values = entered(request, editing.registration, "2c", form)
    with registry(request).connection() as conn:
        shown = previewed(request, conn, editing, values)
    return pages.page(request, "shared/profile/preview.html", {"p": shown})


def copy_page(request: Request, editing: Editing, number: int) -> Response:
    """A page of the copy that she sent, as the moderator will see it."""
    site: Site = request.app.state.site
    document = editing.registration.document
    try:
        if document is None:
            raise LookupError
        with registry(request).connection() as conn:
            jpeg = documents.page(conn, documents.keys(site.settings), document, number)
    except LookupError:
        raise HTTPException(404) from None
    return Response(jpeg, media_type="image/jpeg", headers={"Cache-Control": "no-store"})


def _received_copy(request: Request, editing: Editing, form: FormData) -> copies.Received:
    """Files that are added to the pages that stand, unless they are to take their place."""
    with registry(request).connection() as conn:
        standing = copies.pages(conn, editing.registration.document)
    replaced = bool(posted.text(form, "remplacer"))
    return copies.received(request, form, editing.by.id, 0 if replaced else standing)


def _mail_link(request: Request, editing: Editing, page: str, *, lost: bool = False) -> Response:
    """What stands on the page is kept by now, but for her number (`lost`), which no page keeps."""
    site: Site = request.app.state.site
    keys, owner = site.settings.keys, editing.owner
    with registry(request).connection() as conn:
        entering.count_mails_to(request, conn, "resume link", owner.id, owner.mail)
        registrations.mail_resume_link(conn, keys, site.settings.site_url, editing.registration, owner.mail, site.now())
    return pages.see(f"{editing.base}/{page}", "lien-sans-numero" if lost else "lien")


def entered(request: Request, registration: Registration, page: str, form: FormData) -> dict[str, str]:
    """What is known of all pages, with this one as it stands in the form, and its places looked up."""
    values = dict(registration.answers)
    for name in registrations.PAGES[page]:
        values[name] = "\n".join(posted.texts(form, name))
    with registry(request).connection() as conn:
        return naming.resolved(conn, values)


def previewed(
    request: Request, conn: database.Connection, editing: Editing, values: Mapping[str, str]
) -> dict[str, Any]:
    """What parents will and will not see of these answers, once they are sent and validated."""
    site: Site = request.app.state.site
    document = previews.of_form(conn, editing.owner.offer, values, site.today(), fictitious=site.settings.demo)
    owner = editing.owner.offer
    return preview(document, values, messages=owner is None or contact.takes_messages(conn, owner))


def page_errors(request: Request, page: str, values: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with a page as it stands: French sentences by field. Her space shows three of these pages too."""
    site: Site = request.app.state.site
    errors = registrations.page_errors(page, values, site.scales(), site.today())
    if page == "2b" and "mam" not in errors and typed.text(values, "accueil") == "mam" and not values.get("mam_nom"):
        errors["mam"] = wording.MAM_GONE
    if page == "2c" and not errors:
        with registry(request).connection() as conn:
            if sentence := placing.pin_error(conn, values):
                errors["carte"] = sentence
    return errors


def _elsewhere(editing: Editing, page: str) -> Response | None:
    """Where she is sent instead: identity comes first, and what was submitted is changed in her space."""
    registration = editing.registration
    if registration.submitted_at is not None:
        again = page == "1" and registration.identity in ("unchecked", "refused")
        return None if again or page == "4" else RedirectResponse(f"{editing.base}/4", 303)
    if page == "4":
        return RedirectResponse(f"{editing.base}/3", 303)
    if page != "1" and not registration.identified:
        return RedirectResponse(f"{editing.base}/1", 303)
    return None


def _before(editing: Editing, page: str) -> str:
    if page == "1":
        return "/rpe/inscription" if editing.desk else "/inscription"
    return f"{editing.base}/{ORDER[ORDER.index(page) - 1]}"


def _page(
    request: Request,
    editing: Editing,
    page: str,
    values: Mapping[str, str],
    errors: dict[str, str],
    status: int,
) -> Response:
    site: Site = request.app.state.site
    every = {"nir": ""} | {name: "" for names in registrations.PAGES.values() for name in names} | dict(values)
    shown = _shared(editing, page) | {"values": every, "errors": errors, "understood": understood.of(every)}
    with registry(request).connection() as conn:
        shown |= forms.lists(conn, site, page, every)
        if page == "2a":
            current = registrations.read(conn, editing.registration.id)
            shown |= {"copies_shown": True, "staged": ""}
            shown["copy_pages"] = copies.pages(conn, current.document if current else None)
        if page == "2c":
            shown["p"] = previewed(request, conn, editing, every)
    return pages.page(request, f"am/registration/page_{page}.html", shown, status)


def _summary_page(request: Request, editing: Editing, errors: dict[str, str], status: int = 200) -> Response:
    site: Site = request.app.state.site
    registration = editing.registration
    wrong: dict[str, list[str]] = {}
    for page in registrations.missing(registration, site.scales(), site.today()):
        found = list(registrations.errors_of(registration, page, site.scales(), site.today()).values())
        wrong[page] = found or [wording.NOT_IDENTIFIED]
    with registry(request).connection() as conn:
        seen = previewed(request, conn, editing, registration.answers)
    shown = _shared(editing, "3") | {
        "rows": summary(registration.answers),
        "wrong": wrong,
        "errors": errors,
        "p": seen,
    }
    return pages.page(request, "am/registration/page_3.html", shown, status)


def _shared(editing: Editing, page: str) -> dict[str, Any]:
    """What every page shows around its fields."""
    number = {each: at for at, (each, _) in enumerate(wording.STEPS)}
    return {
        "base": editing.base,
        "desk": editing.desk,
        "page": page,
        "steps": [
            {"href": f"{editing.base}/{each}", "label": label, "now": each == page, "done": number[each] < number[page]}
            for each, label in wording.STEPS
        ],
        "heading": wording.HEADINGS[page],
        "identity": editing.registration.identity,
        "identified": editing.registration.identified,
        "shows": wording.SHOWS,
        "submitted": editing.registration.submitted_at is not None,
        "errors": {},
    }
