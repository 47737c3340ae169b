"""The moderators' pages. Whoever reads a file, or a page of its copy, leaves a line in the audit log."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from registry import database
from registry.accounts import Account, audit
from registry.agrements import documents
from registry.agrements.requests import decisions, figures, kinds, of_offer, read
from registry.agrements.requests.dossier import FIELDS, open_dossier
from registry.agrements.requests.reasons import MOST_OF_A_COMMENT, Use, errors
from registry.casework import NotPossible, claims, queue
from registry.casework.kinds import AGREMENT_REQUEST
from registry.database import Connection
from web.core import access, pages, posted
from web.core.site import Site
from web.staff.moderation import views

router = APIRouter(include_in_schema=False)

Moderator = Annotated[Account, Depends(access.of("moderator"))]
NO_STORE = {"Cache-Control": "no-store"}


@router.get("/moderation")
def waiting(request: Request, account: Moderator) -> Response:
    """The queue, with `vue` a part of it. It tells nothing private, and is no reading of anybody's file."""
    site: Site = request.app.state.site
    department = request.query_params.get("departement", "")[:3]
    page = _page(request.query_params.get("page", "1"))
    part = views.PARTS.get(request.query_params.get("vue", ""), "all")
    with site.pool.connection() as conn:
        now = site.now()
        rows = queue.waiting(
            conn,
            AGREMENT_REQUEST,
            account,
            now,
            department=department,
            part=part,
            offset=(page - 1) * queue.PAGE,
            limit=queue.PAGE + 1,
        )
        asked = kinds(conn, [row.id for row in rows])
        load = queue.counts(conn, AGREMENT_REQUEST, account, now, department=department)
        departments = queue.departments(conn, AGREMENT_REQUEST)
    values = views.queue(rows, asked, load, departments, department, part, page, account, now)
    return pages.page(request, "staff/moderation/queue.html", values | {"errors": {}})


@router.post("/moderation/suivante")
def take_next(request: Request, account: Moderator, form: posted.Form) -> Response:
    """Take the free request with the least time left."""
    site: Site = request.app.state.site
    taken = database.run(site.pool, lambda conn: claims.claim_next(conn, AGREMENT_REQUEST, account, site.now()))
    return pages.see(f"/moderation/{taken}" if taken else "/moderation", "" if taken else "file-vide")


@router.get("/moderation/chiffres")
def numbers(request: Request, account: Moderator) -> Response:
    site: Site = request.app.state.site
    today = site.today()
    with site.pool.connection() as conn:
        values = views.figures(
            figures.service(conn, today),
            figures.by_day(conn, today),
            figures.departments(conn),
            queue.counts(conn, AGREMENT_REQUEST, account, site.now()),
        )
    shown = values | {"service_days": str(figures.SERVICE_DAYS), "errors": {}}
    return pages.page(request, "staff/moderation/figures.html", shown)


@router.get("/moderation/{id:uuid}")
def dossier(request: Request, account: Moderator, id: UUID) -> Response:
    return _dossier(request, account, id)


@router.get("/moderation/{id:uuid}/page/{number:int}.jpg")
def copy(request: Request, account: Moderator, id: UUID, number: int) -> Response:
    """A page of the copy, rendered when it was sent: never the file itself. No cache keeps it."""
    site: Site = request.app.state.site
    with site.pool.connection() as conn:
        asked = read(conn, id)
        if asked is None or asked.document is None:
            raise HTTPException(404)
        try:
            image = documents.page(conn, documents.keys(site.settings), asked.document, number)
        except LookupError:
            raise HTTPException(404) from None
        audit.note(conn, account, "request.read_copy", asked.offer, ["document"], request=str(id), page=number)
    return Response(image, media_type="image/jpeg", headers=NO_STORE)


@router.post("/moderation/{id:uuid}/prendre")
def take(request: Request, account: Moderator, form: posted.Form, id: UUID) -> Response:
    return _do(
        request,
        account,
        id,
        lambda conn, now: claims.claim(conn, AGREMENT_REQUEST, id, account, now),
        f"/moderation/{id}",
    )


@router.post("/moderation/{id:uuid}/rendre")
def give_back(request: Request, account: Moderator, form: posted.Form, id: UUID) -> Response:
    return _do(
        request, account, id, lambda conn, now: claims.release(conn, AGREMENT_REQUEST, id, account), "/moderation"
    )


@router.post("/moderation/{id:uuid}/valider")
def validate(request: Request, account: Moderator, form: posted.Form, id: UUID) -> Response:
    return _do(request, account, id, lambda conn, now: decisions.validate(conn, id, account, now), done="valide")


@router.post("/moderation/{id:uuid}/completer")
def ask_more(request: Request, account: Moderator, form: posted.Form, id: UUID) -> Response:
    return _with_reasons(request, account, form, id, "more", decisions.ask_more, "complement")


@router.post("/moderation/{id:uuid}/refuser")
def refuse(request: Request, account: Moderator, form: posted.Form, id: UUID) -> Response:
    return _with_reasons(request, account, form, id, "refusal", decisions.refuse, "refus-propose")


@router.post("/moderation/{id:uuid}/confirmer")
def confirm(request: Request, account: Moderator, form: posted.Form, id: UUID) -> Response:
    return _do(request, account, id, lambda conn, now: decisions.confirm_refusal(conn, id, account, now), done="refuse")


@router.post("/moderation/{id:uuid}/ecarter")
def reject(request: Request, account: Moderator, form: posted.Form, id: UUID) -> Response:
    comment = posted.text(form, "comment")
    if len(comment) > MOST_OF_A_COMMENT:
        return _dossier(request, account, id, typed={"comment": comment}, failed={"comment": views.TOO_LONG})
    return _do(
        request,
        account,
        id,
        lambda conn, now: decisions.reject_refusal(conn, id, account, comment, now),
        done="refus-ecarte",
    )


def _with_reasons(
    request: Request,
    account: Account,
    form: posted.Form,
    id: UUID,
    use: Use,
    decide: Callable[..., None],
    done: str,
) -> Response:
    """A decision that makes a letter; what is wrong with it is said beside the field, and what was typed stays."""
    prefix = views.PREFIX[use]
    chosen, comment = posted.texts(form, f"{prefix}-reasons"), posted.text(form, f"{prefix}-comment")
    typed = {f"{prefix}-reasons": chosen, f"{prefix}-comment": comment}
    if wrong := errors(use, chosen, comment):
        return _dossier(
            request, account, id, typed=typed, failed={f"{prefix}-{name}": text for name, text in wrong.items()}
        )
    return _do(
        request,
        account,
        id,
        lambda conn, now: decide(conn, id, account, chosen, comment, now),
        done=done,
        typed=typed,
    )


def _do(
    request: Request,
    account: Account,
    id: UUID,
    work: Callable[[Connection, Any], object],
    path: str = "/moderation",
    done: str = "",
    typed: dict[str, Any] | None = None,
) -> Response:
    """Run one action and go on; one that is not possible any more says why, on the file as it stands now."""
    site: Site = request.app.state.site
    try:
        database.run(site.pool, lambda conn: work(conn, site.now()))
    except NotPossible as refused:
        return _dossier(request, account, id, typed=typed, problem=refused.sentence)
    return pages.see(path, done)


def _dossier(
    request: Request,
    account: Account,
    id: UUID,
    *,
    typed: dict[str, Any] | None = None,
    failed: dict[str, str] | None = None,
    problem: str = "",
) -> Response:
    site: Site = request.app.state.site
    with site.pool.connection() as conn:
        found = open_dossier(conn, id, site.today())
        if found is None:
            raise HTTPException(404)
        audit.note(conn, account, "request.read", found.request.offer, FIELDS, request=str(id))
        others = of_offer(conn, found.request.offer)
        holder = queue.holder(conn, id, site.now())
    values = views.dossier(found, others, holder, account, site.now())
    status = 409 if problem else 422 if failed else 200
    return pages.page(
        request,
        "staff/moderation/request.html",
        values | {"values": typed or {}, "errors": failed or {}, "problem": problem},
        status,
    )


def _page(text: str) -> int:
    return max(1, min(int(text), 10_000)) if text.isascii() and text.isdigit() else 1
