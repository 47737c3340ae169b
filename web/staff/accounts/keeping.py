"""The accounts that others keep: an administrator those of the whole site, a Caf those of its département.

Whoever changes who may enter proves once more who is there. A lost second factor takes two keepers (recovery.py).
"""

from typing import Annotated, Any
from uuid import UUID

import psycopg
from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from domain import french
from registry import accounts
from registry.accounts import RULES, Account, addresses, audit, recovery, roles, second, sessions, staff, throttle
from registry.database import Connection
from registry.territory import naming, scope
from web.core import access, pages, posted
from web.core.rooms import ROLE_NAMES
from web.core.site import Registry, Site

router = APIRouter(include_in_schema=False)
Keeper = Annotated[Account, Depends(access.fresh("administrator", "caf"))]
Looker = Annotated[Account, Depends(access.of("administrator", "caf"))]

TAKEN = "Cette adresse est déjà celle d’un compte. Indiquez-en une autre."
FIELDS = ("mail", "role", "name", "department", "communes", "offer", "ends_on")


@router.get("/administration")
def moved(account: Annotated[Account, Depends(access.of("administrator"))]) -> Response:
    """Where these pages stood before a Caf had them too."""
    return RedirectResponse("/comptes", 308)


@router.get("/comptes")
def listing(request: Request, account: Looker, registry: Registry) -> Response:
    asked = request.query_params
    values = {"role": asked.get("role", ""), "q": asked.get("q", "").strip()[:100], "closed": asked.get("clos", "")}
    with registry.connection() as conn:
        found = staff.listing(conn, account, role=values["role"], words=values["q"], closed=bool(values["closed"]))
        # An assistant maternel who has lost her second factor, by her whole address.
        alone = staff.with_second_factor(conn, values["q"]) if account.role == "administrator" else None
    lines = [
        {
            "line": each,
            "role": ROLE_NAMES[each.role],
            "seen": french.day_of(each.seen_at),
            "closed": french.day_of(each.closed_at),
            "ends": french.day(each.ends_on) if each.ends_on else "",
            "lacks_second": RULES[each.role].second and not each.has_second,
        }
        for each in found
    ]
    shown = {"lines": lines, "values": values, "roles": _roles(account, every=True), "alone": alone}
    return pages.page(request, "staff/accounts/staff.html", shown)


@router.get("/comptes/nouveau")
def ask_new(request: Request, account: Keeper, registry: Registry) -> Response:
    with registry.connection() as conn:
        return _form(request, conn, account, None, {}, {})


@router.post("/comptes/nouveau")
def create(request: Request, account: Keeper, form: posted.Form, registry: Registry) -> Response:
    site: Site = request.app.state.site
    values = {name: posted.text(form, name) for name in FIELDS}
    try:
        with registry.connection() as conn:
            covered, errors = _checked(request, conn, account, values)
            address = addresses.read(values["mail"])
            if address is None:
                errors["mail"] = addresses.SENTENCE
            role = next((each for each in roles.opened_by(account.role) if each == values["role"]), None)
            if role is None:
                errors["role"] = "Choisissez un rôle."
            if errors or role is None or address is None:
                return _form(request, conn, account, None, values, errors)
            made = accounts.create(
                conn,
                address,
                role,
                name=values["name"],
                department=covered.department,
                offer=covered.offer,
                communes=covered.communes,
                ends_on=covered.ends_on,
                now=site.now(),
            )
            audit.note(conn, account, "account.create", fields=["mail", "name"], account_id=str(made.id), of=role)
            staff.welcome(conn, made, ROLE_NAMES[role], site.settings.site_url)
            return pages.see(f"/comptes/{made.id}", "cree")
    except psycopg.errors.UniqueViolation:
        with registry.connection() as conn:
            return _form(request, conn, account, None, values, {"mail": TAKEN})


@router.get("/comptes/{id:uuid}")
def one(request: Request, id: UUID, account: Keeper, registry: Registry) -> Response:
    with registry.connection() as conn:
        found = _found(conn, account, id)
        values = {
            "name": found.name,
            "department": found.department or "",
            "communes": " ".join(sorted(code for code, _ in scope.listed(conn, id))),
            "offer": found.offer or "",
            "ends_on": found.ends_on.isoformat() if found.ends_on else "",
        }
        return _form(request, conn, account, found, values, {})


@router.post("/comptes/{id:uuid}")
def change(request: Request, id: UUID, account: Keeper, form: posted.Form, registry: Registry) -> Response:
    site: Site = request.app.state.site
    with registry.connection() as conn:
        found = _found(conn, account, id, territory=True)
        values = {name: posted.text(form, name) for name in FIELDS} | {"role": found.role}
        covered, errors = _checked(request, conn, account, values)
        if errors:
            return _form(request, conn, account, found, values, errors)
        changed = staff.save(conn, found, values["name"], covered)
        if changed.less:
            # What is open in its rooms is open by the territory of before.
            sessions.end_all(conn, found.id)
        if changed.scope:
            _count_letter(conn, site, found)
            staff.scope_changed(conn, found, site.settings.site_url, signed_out=changed.less)
        audit.note(conn, account, "account.change", fields=["name", "territory"], account_id=str(id))
    return pages.see(f"/comptes/{id}", "enregistre")


@router.post("/comptes/{id:uuid}/deconnecter")
def sign_out(id: UUID, account: Keeper, form: posted.Form, registry: Registry) -> Response:
    with registry.connection() as conn:
        _found(conn, account, id)
        sessions.end_all(conn, id)
        audit.note(conn, account, "account.sign_out", account_id=str(id))
    return pages.see(f"/comptes/{id}", "enregistre")


@router.post("/comptes/{id:uuid}/inviter")
def invite(request: Request, id: UUID, account: Keeper, form: posted.Form, registry: Registry) -> Response:
    """Somebody who never came has as long again to set a second factor."""
    site: Site = request.app.state.site
    with registry.connection() as conn:
        found = _found(conn, account, id)
        if second.has_any(conn, id):
            raise HTTPException(404)
        _count_letter(conn, site, found)
        staff.invite_again(conn, found, ROLE_NAMES[found.role], site.now(), site_url=site.settings.site_url)
        audit.note(conn, account, "account.invite", account_id=str(id))
    return pages.see(f"/comptes/{id}", "invite")


@router.post("/comptes/{id:uuid}/reinitialiser")
def ask_reset(request: Request, id: UUID, account: Keeper, form: posted.Form, registry: Registry) -> Response:
    """A lost second factor: the first person asks, another one confirms, the owner is told of both."""
    site: Site = request.app.state.site
    now, url = site.now(), site.settings.site_url
    with registry.connection() as conn:
        found = _found(conn, account, id)
        if found.id == account.id:
            return pages.message(
                request,
                "Demandez à quelqu’un d’autre",
                "Deux autres personnes doivent réinitialiser votre second moyen de connexion.",
                409,
                href="/comptes",
                label="Revenir aux comptes",
            )
        if recovery.asked(conn, id, now) is None:
            _count_letter(conn, site, found)
            recovery.ask(conn, found, account, now, site_url=url)
    return pages.see(f"/comptes/{id}", "reinitialisation")


@router.post("/comptes/{id:uuid}/reinitialiser/confirmer")
def confirm_reset(request: Request, id: UUID, account: Keeper, form: posted.Form, registry: Registry) -> Response:
    """By another person than the one who asked."""
    site: Site = request.app.state.site
    with registry.connection() as conn:
        found = _found(conn, account, id)
        if recovery.confirm(conn, found, account, site.now(), site_url=site.settings.site_url, demo=site.settings.demo):
            return pages.see("/comptes", "reinitialise")
    return pages.message(
        request,
        "Rien n’est réinitialisé",
        "La demande a pris fin, a été annulée, ou vient de vous\u00a0: une autre personne doit la confirmer."
        " Chacune a un compte depuis sept jours au moins.",
        409,
        href=f"/comptes/{id}",
        label="Revenir au compte",
    )


@router.post("/comptes/{id:uuid}/reinitialiser/annuler")
def cancel_reset(id: UUID, account: Keeper, form: posted.Form, registry: Registry) -> Response:
    with registry.connection() as conn:
        _found(conn, account, id)
        if recovery.cancel(conn, id):
            audit.note(conn, account, "account.reset_cancelled", account_id=str(id))
    return pages.see(f"/comptes/{id}", "annule")


@router.post("/comptes/{id:uuid}/fermer")
def close(request: Request, id: UUID, account: Keeper, form: posted.Form, registry: Registry) -> Response:
    with registry.connection() as conn:
        found = _found(conn, account, id, territory=True)
        if staff.is_last_administrator(conn, found):
            text = "C’est le dernier compte d’administration\u00a0: créez-en un autre avant de fermer celui-ci."
            return pages.message(
                request, "Ce compte n’est pas fermé", text, 409, href="/comptes", label="Revenir aux comptes"
            )
        accounts.close(conn, id)
        audit.note(conn, account, "account.close", account_id=str(id), of=found.role)
    return pages.see("/comptes", "enregistre")


def _found(conn: Connection, keeper: Account, id: UUID, *, territory: bool = False) -> Account:
    """The account that is kept; one of an assistant maternel only to give back a lost second factor, and not where a
    `territory` is changed or an account closed."""
    found = staff.find(conn, keeper, id)
    if found is None and keeper.role == "administrator" and not territory:
        other = accounts.by_id(conn, id)
        found = staff.with_second_factor(conn, other.mail) if other else None
    if found is None:
        raise HTTPException(404)
    return found


def _count_letter(conn: Connection, site: Site, found: Account) -> None:
    """A letter to somebody whose account is kept. Raises TooMany: nobody's mailbox is filled by a keeper."""
    mailbox, keys = addresses.mailbox(found.mail), site.settings.keys
    throttle.count(conn, keys, "letter of a keeper", mailbox, throttle.LETTERS_BY_MAILBOX, site.now())


def _checked(
    request: Request, conn: Connection, keeper: Account, values: dict[str, str]
) -> tuple[staff.Territory, dict[str, str]]:
    site: Site = request.app.state.site
    within = None if keeper.role == "administrator" else keeper.id
    covered, errors = staff.territory(conn, values["role"], values, site.today(), within=within)
    if not 1 <= len(values["name"]) <= 200:
        errors = {"name": "Indiquez le nom de la personne ou de l’organisme, 200 caractères maximum."} | errors
    return covered, errors


def _form(
    request: Request,
    conn: Connection,
    keeper: Account,
    found: Account | None,
    values: dict[str, str],
    errors: dict[str, str],
) -> Response:
    site: Site = request.app.state.site
    asked = recovery.asked(conn, found.id, site.now()) if found else None
    offered = roles.opened_by(keeper.role)
    shown: dict[str, Any] = {
        "found": found,
        "role_name": ROLE_NAMES[found.role] if found else "",
        "values": values,
        "errors": {name: errors[name] for name in FIELDS if name in errors},
        "roles": [("", "Choisissez"), *_roles(keeper)],
        "departments": [("", "Choisissez"), *naming.departments(conn)],
        "has_territory": found is None or found.role in staff.OPENED,
        "fields": {
            scope: any(RULES[role].scope == scope for role in ([found.role] if found else offered))
            for scope in ("department", "communes")
        },
        "by_convention": any(RULES[role].by_convention for role in ([found.role] if found else offered)),
        "has_second": found is not None and second.has_any(conn, found.id),
        "needs_second": found is not None and found.needs_second,
        "is_self": found is not None and found.id == keeper.id,
        "communes": scope.listed(conn, found.id) if found else [],
        "asked": asked,
        "asked_until": french.day_of(asked.expires_at) if asked else "",
        "asked_by_self": asked is not None and asked.by == keeper.id,
    }
    return pages.page(request, "staff/accounts/staff_form.html", shown, 422 if errors else 200)


def _roles(keeper: Account, *, every: bool = False) -> list[tuple[str, str]]:
    """The roles that a keeper opens, or `every` one that a keeper has in the list."""
    offered = staff.OPENED if every and keeper.role == "administrator" else roles.opened_by(keeper.role)
    return [(role, ROLE_NAMES[role]) for role in offered]
