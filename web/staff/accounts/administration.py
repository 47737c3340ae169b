"""The administrator's rooms: tokens of the départements' programs, and the journal. Accounts are in keeping.py."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from domain import civil, french
from registry.accounts import Account, audit, journal, tokens
from registry.accounts.journal import Wanted
from registry.database import Pool
from registry.territory import naming
from web.core import access, pages, posted
from web.core.site import Registry, Site

router = APIRouter(include_in_schema=False)
Administrator = Annotated[Account, Depends(access.of("administrator"))]
Fresh = Annotated[Account, Depends(access.fresh("administrator"))]


@router.get("/administration/jetons")
def token_list(request: Request, account: Fresh, registry: Registry) -> Response:
    return _token_page(request, registry, {}, {})


@router.post("/administration/jetons")
def create_token(request: Request, account: Fresh, form: posted.Form, registry: Registry) -> Response:
    """The page that answers is the only one that ever shows the token."""
    site: Site = request.app.state.site
    values = {name: posted.text(form, name) for name in ("department", "name")}
    errors = {}
    with registry.connection() as conn:
        if values["department"] not in dict(naming.departments(conn)):
            errors["department"] = "Choisissez le département dont ce logiciel transmettra les mouvements."
        if not 1 <= len(values["name"]) <= 100:
            errors["name"] = "Indiquez un nom, 100\u00a0caractères maximum\u00a0: celui du logiciel, par exemple."
        token = ""
        if not errors:
            token = tokens.create(conn, values["department"], values["name"], account, site.now())
            audit.note(conn, account, "token.create", department=values["department"])
    return _token_page(request, registry, values if errors else {}, errors, token)


@router.post("/administration/jetons/revoquer")
def revoke_token(request: Request, account: Fresh, form: posted.Form, registry: Registry) -> Response:
    site: Site = request.app.state.site
    with registry.connection() as conn:
        department = tokens.revoke(conn, posted.text(form, "jeton"), site.now())
        if department is not None:
            audit.note(conn, account, "token.revoke", department=department)
    return pages.see("/administration/jetons", "enregistre")


@router.get("/administration/journal")
def read_journal(request: Request, account: Administrator, registry: Registry) -> Response:
    """Who of the staff read or changed what. It names facts, never their values; nothing here can change it."""
    asked = request.query_params
    values = {name: asked.get(name, "").strip()[:100] for name in ("compte", "action", "offre", "du", "au")}
    first, last, before = civil.typed_day(values["du"]), civil.typed_day(values["au"]), asked.get("avant", "")
    wanted = Wanted(
        values["compte"],
        values["action"],
        values["offre"],
        first,
        last,
        int(before) if before.isascii() and before.isdigit() and len(before) < 18 else None,
    )
    with registry.connection() as conn:
        found = journal.entries(conn, wanted)
    lines = [
        {
            "entry": each,
            "at": french.moment_in_figures(each.at),
            "detail": ", ".join(f"{name}\u00a0: {value}" for name, value in each.detail.items()),
        }
        for each in found
    ]
    older = {**{name: value for name, value in values.items() if value}, "avant": found[-1].id} if found else {}
    shown = {"lines": lines, "values": values, "errors": {}, "older": older if len(found) == journal.PAGE else {}}
    return pages.page(request, "staff/accounts/journal.html", shown)


def _token_page(
    request: Request, registry: Pool, values: dict[str, str], errors: dict[str, str], token: str = ""
) -> Response:
    with registry.connection() as conn:
        offered = naming.departments(conn)
        found = tokens.listing(conn)
    names = dict(offered)
    shown: dict[str, Any] = {
        "values": values,
        "errors": errors,
        "token": token,
        "departments": [("", "Choisissez"), *offered],
        "lines": [
            {
                "token": each,
                "department": names[each.department],
                "created": french.day_of(each.created_at),
                "used": french.day_of(each.last_used_at),
                "revoked": french.day_of(each.revoked_at),
                "expires": french.day_of(each.expires_at),
                "is_over": each.expires_at <= request.app.state.site.now(),
            }
            for each in found
        ],
    }
    return pages.page(request, "staff/accounts/tokens.html", shown, 422 if errors else 200)
