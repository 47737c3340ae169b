"""The administrator's page of the sites' keys."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from domain import french
from registry.accounts import Account, audit, widget
from registry.database import Pool
from web.core import access, pages, posted
from web.core.site import Registry, Site

router = APIRouter(include_in_schema=False)
Administrator = Annotated[Account, Depends(access.of("administrator"))]


@router.get("/administration/widgets")
def listing(request: Request, account: Administrator, registry: Registry) -> Response:
    return _page(request, registry, {}, {})


@router.post("/administration/widgets")
def create(request: Request, account: Administrator, form: posted.Form, registry: Registry) -> Response:
    site: Site = request.app.state.site
    values = {name: posted.text(form, name) for name in ("name", "hosts")}
    hosts, refused = widget.hosts(values["hosts"].replace(",", " ").split())
    sentences = {"name": widget.name_error(values["name"]), "hosts": refused}
    if errors := {name: sentence for name, sentence in sentences.items() if sentence}:
        return _page(request, registry, values, errors)
    with registry.connection() as conn:
        made = widget.add(conn, values["name"], hosts, account, site.now())
        audit.note(conn, account, "widget.create", key=made.id)
    return pages.see("/administration/widgets", "enregistre")


@router.post("/administration/widgets/revoquer")
def revoke(request: Request, account: Administrator, form: posted.Form, registry: Registry) -> Response:
    site: Site = request.app.state.site
    key = posted.text(form, "cle")
    with registry.connection() as conn:
        if widget.revoke(conn, key, site.now()):
            audit.note(conn, account, "widget.revoke", key=key)
    return pages.see("/administration/widgets", "enregistre")


def _page(request: Request, registry: Pool, values: dict[str, str], errors: dict[str, str]) -> Response:
    with registry.connection() as conn:
        found = widget.listing(conn)
    lines = [
        {"key": key, "created": french.day_of(key.created_at), "revoked": french.day_of(key.revoked_at)}
        for key in found
    ]
    shown: dict[str, Any] = {"values": values, "errors": errors, "lines": lines}
    return pages.page(request, "staff/widget_keys.html", shown, 422 if errors else 200)
