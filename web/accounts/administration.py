"""The administrator's rooms: accounts of the staff and of employers, tokens of the départements' programs, journal."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

import psycopg
from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response

from registry import accounts, audit
from registry.accounts import Account, addresses, journal, sessions, staff, tokens
from registry.accounts.journal import Wanted
from registry.database import Connection, Pool
from settings import PARIS
from web import formats
from web.accounts.account import ROLE_NAMES
from web.accounts.entering import Registry
from web.members import access, pages, posted
from web.site import Site

router = APIRouter(include_in_schema=False)
Administrator = Annotated[Account, Depends(access.of("administrator"))]

FIELDS = ("mail", "role", "name", "department", "communes", "offer")


@router.get("/administration")
def listing(request: Request, account: Administrator, registry: Registry) -> Response:
    asked = request.query_params
    values = {"role": asked.get("role", ""), "q": asked.get("q", "").strip()[:100], "closed": asked.get("clos", "")}
    with registry.connection() as conn:
        found = staff.listing(conn, role=values["role"], words=values["q"], closed=bool(values["closed"]))
    lines = [
        {"line": each, "role": ROLE_NAMES[each.role], "seen": _day(each.seen_at), "closed": _day(each.closed_at)}
        for each in found
    ]
    return pages.page(request, "accounts/staff.html", {"lines": lines, "values": values, "roles": _roles()})


@router.get("/administration/nouveau")
def ask_new(request: Request, account: Administrator, registry: Registry) -> Response:
    with registry.connection() as conn:
        return _form(request, conn, None, {}, {})


@router.post("/administration/nouveau")
def create(request: Request, account: Administrator, form: posted.Form, registry: Registry) -> Response:
    site: Site = request.app.state.site
    values = {name: posted.text(form, name) for name in FIELDS}
    try:
        with registry.connection() as conn:
            covered, errors = _checked(conn, values)
            address = addresses.read(values["mail"])
            if address is None:
                errors["mail"] = addresses.SENTENCE
            role = next((each for each in staff.OPENED if each == values["role"]), None)
            if role is None:
                errors["role"] = "Choisissez un rôle."
            if errors or role is None or address is None:
                return _form(request, conn, None, values, errors)
            made = accounts.create(
                conn,
                address,
                role,
                name=values["name"],
                department=covered.department,
                offer=covered.offer,
                communes=covered.communes,
            )
            audit.note(conn, account, "account.create", fields=["mail", "name"], account_id=str(made.id), of=role)
            staff.welcome(conn, made, ROLE_NAMES[role], site.settings.site_url)
    except psycopg.errors.UniqueViolation:
        with registry.connection() as conn:
            return _form(request, conn, None, values, {"mail": "Un compte a déjà cette adresse."})
    return pages.see("/administration", "enregistre")


@router.get("/administration/comptes/{id}")
def one(request: Request, id: UUID, account: Administrator, registry: Registry) -> Response:
    with registry.connection() as conn:
        found = _found(conn, id)
        values = {
            "name": found.name,
            "department": found.department or "",
            "communes": " ".join(staff.communes_of(conn, id)),
            "offer": found.offer or "",
        }
        return _form(request, conn, found, values, {})


@router.post("/administration/comptes/{id}")
def change(request: Request, id: UUID, account: Administrator, form: posted.Form, registry: Registry) -> Response:
    with registry.connection() as conn:
        found = _found(conn, id)
        values = {name: posted.text(form, name) for name in FIELDS} | {"role": found.role}
        covered, errors = _checked(conn, values)
        if errors:
            return _form(request, conn, found, values, errors)
        staff.save(conn, id, values["name"], covered)
        audit.note(conn, account, "account.change", fields=["name", "territory"], account_id=str(id))
    return pages.see(f"/administration/comptes/{id}", "enregistre")


@router.post("/administration/comptes/{id}/deconnecter")
def sign_out(id: UUID, account: Administrator, form: posted.Form, registry: Registry) -> Response:
    with registry.connection() as conn:
        _found(conn, id)
        sessions.end_all(conn, id)
        audit.note(conn, account, "account.sign_out", account_id=str(id))
    return pages.see(f"/administration/comptes/{id}", "enregistre")


@router.post("/administration/comptes/{id}/fermer")
def close(request: Request, id: UUID, account: Administrator, form: posted.Form, registry: Registry) -> Response:
    with registry.connection() as conn:
        found = _found(conn, id)
        if staff.is_last_administrator(conn, found):
            text = "C’est le dernier compte d’administration\u00a0: ouvrez-en un autre avant de fermer celui-ci."
            return pages.message(
                request, "Ce compte reste ouvert", text, 409, href="/administration", label="Revenir aux comptes"
            )
        accounts.close(conn, id)
        audit.note(conn, account, "account.close", account_id=str(id), of=found.role)
    return pages.see("/administration", "enregistre")


@router.get("/administration/jetons")
def token_list(request: Request, account: Administrator, registry: Registry) -> Response:
    return _token_page(request, registry, {}, {})


@router.post("/administration/jetons")
def create_token(request: Request, account: Administrator, form: posted.Form, registry: Registry) -> Response:
    """The page that answers is the only one that ever shows the token."""
    values = {name: posted.text(form, name) for name in ("department", "name")}
    errors = {}
    with registry.connection() as conn:
        if values["department"] not in dict(_departments(conn)):
            errors["department"] = "Choisissez le département pour lequel ce programme parlera."
        if not 1 <= len(values["name"]) <= 100:
            errors["name"] = "Donnez-lui un nom, cent caractères au plus\u00a0: celui du logiciel, par exemple."
        token = ""
        if not errors:
            token = tokens.create(conn, values["department"], values["name"], account)
            audit.note(conn, account, "token.create", department=values["department"])
    return _token_page(request, registry, values if errors else {}, errors, token)


@router.post("/administration/jetons/revoquer")
def revoke_token(request: Request, account: Administrator, form: posted.Form, registry: Registry) -> Response:
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
    first, last, before = _civil_day(values["du"]), _civil_day(values["au"]), asked.get("avant", "")
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
            "at": f"{each.at.astimezone(PARIS):%d/%m/%Y %H:%M:%S}",
            "detail": ", ".join(f"{name}\u00a0: {value}" for name, value in each.detail.items()),
        }
        for each in found
    ]
    older = {**{name: value for name, value in values.items() if value}, "avant": found[-1].id} if found else {}
    shown = {"lines": lines, "values": values, "errors": {}, "older": older if len(found) == journal.PAGE else {}}
    return pages.page(request, "accounts/journal.html", shown)


def _found(conn: Connection, id: UUID) -> Account:
    found = staff.find(conn, id)
    if found is None:
        raise HTTPException(404)
    return found


def _checked(conn: Connection, values: dict[str, str]) -> tuple[staff.Territory, dict[str, str]]:
    covered, errors = staff.territory(conn, values["role"], values)
    if not 1 <= len(values["name"]) <= 200:
        errors = {"name": "Donnez le nom de la personne ou de l’organisme, deux cents caractères au plus."} | errors
    return covered, errors


def _form(
    request: Request, conn: Connection, found: Account | None, values: dict[str, str], errors: dict[str, str]
) -> Response:
    shown: dict[str, Any] = {
        "found": found,
        "role_name": ROLE_NAMES[found.role] if found else "",
        "values": values,
        "errors": errors,
        "roles": [("", "Choisissez"), *_roles()],
        "departments": [("", "Aucun"), *_departments(conn)],
    }
    return pages.page(request, "accounts/staff_form.html", shown, 422 if errors else 200)


def _token_page(
    request: Request, registry: Pool, values: dict[str, str], errors: dict[str, str], token: str = ""
) -> Response:
    with registry.connection() as conn:
        departments = _departments(conn)
        found = tokens.listing(conn)
    names = dict(departments)
    shown: dict[str, Any] = {
        "values": values,
        "errors": errors,
        "token": token,
        "departments": [("", "Choisissez"), *departments],
        "lines": [
            {
                "token": each,
                "department": names[each.department],
                "created": _day(each.created_at),
                "used": _day(each.last_used_at),
                "revoked": _day(each.revoked_at),
            }
            for each in found
        ],
    }
    return pages.page(request, "accounts/tokens.html", shown, 422 if errors else 200)


def _roles() -> list[tuple[str, str]]:
    return [(role, ROLE_NAMES[role]) for role in staff.OPENED]


def _departments(conn: Connection) -> list[tuple[str, str]]:
    rows = conn.execute("select code, code || ' ' || name from department order by code")
    return [(row[0], row[1]) for row in rows]


def _civil_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _day(moment: Any) -> str:
    return formats.day(moment.astimezone(PARIS).date()) if moment else ""
