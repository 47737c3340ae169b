"""Files of movements: sent, looked at, applied. A Caf and a département see those of their own territory alone."""

import hashlib
from collections import Counter
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from domain import french
from registry import database
from registry.accounts import Account, throttle
from registry.agrements.movements import files, opening, queue
from registry.agrements.movements.reading import LIMITS
from registry.database import Connection
from registry.intake import runs
from registry.intake.tables import Unreadable
from registry.territory import naming
from web.core import access, posted
from web.core.pages import page, see
from web.core.site import Site
from web.staff.movements import shown

router = APIRouter()

Keeper = Annotated[Account, Depends(access.of("caf", "department"))]
"""Who keeps the movements of a département: it itself, and its Caf."""

CHANGED = (
    "Le registre a changé depuis que vous avez ouvert cette page\u00a0: rien n’a été appliqué. Relisez l’aperçu, puis"
    " recommencez."
)


NOTHING = (
    "Il n’y a rien à appliquer\u00a0: aucune ligne ne changerait un agrément. Corrigez ce qui est refusé, ou écartez"
    " cet envoi."
)


def territory(account: Account) -> str:
    """The département of an account; those of these roles have one."""
    if account.department is None:
        raise access.NotAllowed
    return account.department


@router.get("/mouvements")
def overview(request: Request, account: Keeper) -> Response:
    return _overview(request, account, {})


@router.post("/mouvements")
def send(request: Request, account: Keeper, form: posted.FormWithFile) -> Response:
    site: Site = request.app.state.site
    sent = posted.file(form, "fichier")
    if sent is None:
        return _overview(request, account, {"fichier": "Choisissez un fichier."})
    data = sent.file.read(LIMITS.bytes + 1)
    department, digest = territory(account), hashlib.sha256(data).digest()
    with site.pool.connection() as conn:
        applied = runs.applied(conn, files.KIND, department, digest)
        if applied is not None:
            return see(f"/mouvements/{applied}")
        try:
            throttle.count_file(conn, site.settings.keys, account.id, site.now())
        except throttle.TooMany as error:
            return _overview(request, account, {"fichier": posted.TOO_MANY_FILES.format(wait=french.wait(error.wait))})
    try:
        found = opening.opened(data, department, site.today(), account.id.hex)
    except Unreadable as error:
        return _overview(request, account, {"fichier": str(error)})
    with site.pool.connection() as conn:
        id = files.preview(conn, account, department, sent.filename or "", digest, found)
    return see(f"/mouvements/{id}")


@router.get("/mouvements/{id:uuid}")
def show(request: Request, account: Keeper, id: UUID) -> Response:
    return _show(request, account, id)


@router.post("/mouvements/{id:uuid}/appliquer")
def apply(request: Request, account: Keeper, id: UUID, form: posted.Form) -> Response:
    site: Site = request.app.state.site

    def work(conn: Connection) -> UUID:
        file = found(conn, account, id)
        files.apply(conn, id, account, site.now(), seen=posted.text(form, "vu"))
        return files.applied_as(conn, file) or id

    try:
        applied = database.run(site.pool, work)
    except files.PlanChanged:
        return _show(request, account, id, changed=CHANGED)
    except files.NothingToApply:
        return _show(request, account, id, changed=NOTHING)
    except runs.RunGone as error:
        raise HTTPException(404) from error
    return see(f"/mouvements/{applied}", "enregistre")


@router.post("/mouvements/{id:uuid}/reessayer")
def retry(request: Request, account: Keeper, id: UUID, form: posted.Form) -> Response:
    site: Site = request.app.state.site

    def work(conn: Connection) -> None:
        file = found(conn, account, id)
        if file.state == "applied":
            files.retry(conn, file, account, site.now())

    database.run(site.pool, work)
    return see(f"/mouvements/{id}", "enregistre")


@router.post("/mouvements/{id:uuid}/ecarter")
def drop(request: Request, account: Keeper, id: UUID, form: posted.Form) -> Response:
    site: Site = request.app.state.site
    try:
        with site.pool.connection() as conn:
            files.drop(conn, found(conn, account, id), account)
    except runs.RunGone as error:
        raise HTTPException(404) from error
    return see("/mouvements", "enregistre")


def _overview(request: Request, account: Account, errors: dict[str, str]) -> Response:
    site: Site = request.app.state.site
    department = territory(account)
    with site.pool.connection() as conn:
        waiting = queue.waiting(conn, account, department)
        history = files.history(conn, department)
        unmatched = queue.count(conn, department)["unmatched"]
        name = naming.department_name(conn, department)
    values = {
        "department": name,
        "unmatched": unmatched,
        "waiting": [shown.movement(each) for each in waiting],
        "files": [
            {
                "id": file.id,
                "name": shown.named(file),
                "outcome": shown.OUTCOMES[shown.outcome(file, counts)],
                "on": french.moment(file.ended_at or file.applied_at or file.received_at),
                "counts": shown.counted(counts),
            }
            for file, counts in history
        ],
        "errors": errors,
        "most_lines": LIMITS.lines,
    }
    return page(request, "staff/movements/overview.html", values, 422 if errors else 200)


def _show(request: Request, account: Account, id: UUID, changed: str = "") -> Response:
    site: Site = request.app.state.site
    with site.pool.connection() as conn:
        file = found(conn, account, id)
        values = {
            "file": file,
            "name": shown.named(file),
            "on": french.moment(file.ended_at or file.applied_at or file.received_at),
            "unreadable": files.refusals(conn, file),
            "changed": changed,
            "errors": {},
        }
        if file.state == "previewed":
            rows, decisions = files.planned(conn, account, file, site.today())
            values |= {"groups": shown.planned(rows, decisions), "seen": files.told(decisions)}
            values |= {"outcome": "previewed", "does": files.does_something(decisions), "nothing": NOTHING}
        else:
            report = files.report(conn, account, file)
            counts = Counter(each.state for each in report)
            values |= {"groups": shown.settled(report), "seen": "", "outcome": shown.outcome(file, counts)}
    return page(request, "staff/movements/file.html", values, 409 if changed else 200)


def found(conn: Connection, account: Account, id: UUID) -> runs.Run:
    """A file of the account's own département that was not dropped; to others it does not exist."""
    try:
        file = runs.find(conn, id, files.KIND, territory(account))
    except runs.RunGone as error:
        raise HTTPException(404) from error
    if file.state == "dropped":
        raise HTTPException(404)
    return file
